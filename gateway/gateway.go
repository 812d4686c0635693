package gateway

import (
	"time"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

type (
	// Call is what a door sends; see package wire.
	Call = wire.Call
	// Verdict is what it is told.
	Verdict = wire.Verdict
	// Part is a piece of a call, Effect what it may do; see package shell.
	Part = shell.Part
	// Effect is one thing that a part may do.
	Effect = shell.Effect
)

// Action is what the policy says of a call. The zero Action denies.
type Action uint8

// The actions, strictest first.
const (
	Deny Action = iota
	Prompt
	Allow
)

// String names an action as rules and the command line do.
func (a Action) String() string {
	switch a {
	case Allow:
		return "allow"
	case Prompt:
		return "prompt"
	case Deny:
	}
	return "deny"
}

// Level is an approval level: a floor after the rules. "" is none given: the documented defaults.
type Level string

// The levels.
const (
	LevelDefault  Level = ""
	LevelNone     Level = "none"
	LevelOnWrite  Level = "on-write"
	LevelOnCommit Level = "on-commit"
	LevelAlways   Level = "always"
)

// Risk is the label of a call: the highest of its parts.
type Risk string

// The risks.
const (
	Low         Risk = "low"
	Medium      Risk = "medium"
	High        Risk = "high"
	Destructive Risk = "destructive"
)

// Asker is who makes a call: what the socket, the process table and the session know, never the call itself.
type Asker struct {
	Agent string
	Level Level
}

// Cover is the allowed call in which another one is nested.
type Cover struct {
	CallID     string       // "call_12"
	ApprovalID string       // "apr_03" where the operator approved it, else ""
	Effects    []shell.Kind // what a rule's allow covers; unused when ByOperator
	ByOperator bool
}

// World is what judging a call may look at.
type World struct {
	FS    shell.FS
	Now   time.Time
	Home  string
	Root  string             // the project
	State []string           // kavi's own folders, sockets, rule files; not the project, where it lies in them (a worktree)
	Kavi  func(pid int) bool // tells whether a process is kavi's own; nil: none is known
	Main  string             // where Root is a linked worktree: the main one, links resolved; ""
	Git   func() string      // why git is not read-only in this repository, in Root or Main, or ""; asked only of a call that runs git; nil: it is
	Base  []string           // the environment that kavi gave the agent: the operator's own; nil: not known
	Cover *Cover             // nil: not nested
}

// Judgement is the policy's answer with everything that explains it.
type Judgement struct {
	Action  Action
	Rule    string // the deciding rule's id; "" for a default, a level, full access
	Layer   string // "built-in", "default", "level", "full access", "covered", "user", "project", "repository", "remembered"
	Why     string // one clause, safe to display, that goes on after "asks because" or "denied:"
	Part    int    // index of the part that decided
	Parts   []Part
	Risk    Risk
	Caps    []shell.Kind // of an allow: the effects it covers, for what is nested in it
	Covered bool
	Used    []RuleName // the rules that decided: of an allow, those of all parts
}

// RuleName names a rule of a policy.
type RuleName struct {
	Layer Layer
	ID    string
}

// Seal is the hash of everything that a decision is about; the zero Seal matches nothing.
type Seal [32]byte

// Form is one of the three ways in which an approval is shown.
type Form string

// The forms.
const (
	FormWrite  Form = "Write File"
	FormCommit Form = "Git Commit"
	FormTool   Form = "Tool Usage"
)

// Text is an approval in words, every string of it already safe to display (package display).
type Text struct {
	Form      Form
	Verb      string // "Run", "Write", "Commit", "Delete", "Fetch"
	Object    string // what, on one line: "npm install jsonwebtoken", "src/auth/login.ts (+45, -12)"
	Fields    []Field
	Body      []string // a preview, a diff, a script: rows
	BodyIs    string   // "diff", "script", "files", ""
	Cut       int      // rows of the body that are not in Body (huge); they are in Full
	Lines     string   // "+45, -12", or ""
	Counts    []string // the same of each file of a write or an edit, in the order of the call's parts; "" where it could not be counted
	Diff      []string // of a commit: its whole change, rows of a unified diff; nil where Body is the diff
	EndNeeded bool     // approve is off until the last row was shown (high, destructive)
}

// Field is one labelled row of an approval: "Command", "npm install jsonwebtoken".
type Field struct{ Name, Value string }
