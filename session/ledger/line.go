package ledger

import (
	"fmt"
	"path"
	"strings"
	"time"

	"kavi/gateway/display"
)

// agentCells is the agent's column in a line; with the blanks beside it no more than
// display.Safe leaves as they are.
const agentCells = 7

// Line is the entry on one line for people, safe to display, with local time:
//
//	2026-01-02 15:04:05  claude   asks call_12 (apr_03): Run: npm install jsonwebtoken · medium · it installs a package
func (e Entry) Line() string { return e.line(uncut) }

// Brief is Line with each text that may be of any length cut to so many cells.
func (e Entry) Brief(cells int) string {
	return e.line(func(s string) string { return display.Cut(display.Safe(s), cells) })
}

// uncut leaves a text as long as it is.
func uncut(s string) string { return s }

func (e Entry) line(cut func(string) string) string {
	when := "-"
	if !e.Time.IsZero() {
		when = e.Time.Local().Format(time.DateTime)
	}
	agent := display.Safe(e.Agent)
	switch {
	case agent == "" && e.Kind == FileUnsanctioned:
		agent = "?" // nobody knows who it was
	case agent == "":
		agent = "kavi"
	}
	pad := strings.Repeat(" ", max(0, agentCells-display.Width(agent)))
	return when + "  " + agent + pad + "  " + e.words(cut)
}

// Aside tells whether an entry says nothing that people need to read: of a shell
// that an agent started for itself, of which there are dozens in a turn, the entry
// that it came is enough.
func (e Entry) Aside() bool {
	switch e.Kind { //nolint:exhaustive // the others are shown
	case CallDecided:
		return e.By != nil && e.By.Kind == ByService && e.Verdict == Allowed
	case CallExecuted, CallExited:
		return e.Data[OwnShell] != ""
	}
	return false
}

// ownCells is how much is shown of a shell that an agent started for itself.
const ownCells = 60

// gist is what such a shell was started for, on one line, safe to display: git
// without what stands before its subcommand.
func (e Entry) gist() string {
	argv := e.Argv
	if len(argv) == 0 || path.Base(argv[0]) != "git" {
		return display.Cut(display.Safe(e.Subject()), ownCells)
	}
	words := []string{"git"}
	for argv = argv[1:]; len(argv) > 1 && strings.HasPrefix(argv[0], "-"); argv = argv[1:] {
		switch argv[0] {
		case "-c", "-C", "--git-dir", "--work-tree":
			argv = argv[1:]
		}
		words = []string{"git", "…"}
	}
	return display.Cut(display.Safe(strings.Join(append(words, argv...), " ")), ownCells)
}

// Words is Line without time and agent.
func (e Entry) Words() string { return e.words(uncut) }

func (e Entry) words(cut func(string) string) string {
	if e.isFile() {
		return display.Safe(e.fileWords(cut))
	}
	var b strings.Builder
	b.WriteString(e.phrase())
	if e.Call != "" {
		b.WriteString(" " + e.Call)
	}
	if e.Approval != "" {
		b.WriteString(" (" + e.Approval + ")")
	}
	if e.Data[OwnShell] != "" && e.Kind == CallRequested {
		return b.String() + ": " + e.gist() + " · " + display.Safe(cut(e.Why))
	}
	if s := e.Subject(); s != "" {
		b.WriteString(": " + cut(s))
	}
	for _, s := range e.details() {
		b.WriteString(" · " + cut(s))
	}
	return display.Safe(b.String())
}

// phrase is what happened, in the words that follow the agent's name.
func (e Entry) phrase() string {
	switch e.Kind { //nolint:exhaustive // the others are called what they are
	case CallRequested:
		if e.Data[OwnShell] != "" {
			return "passes"
		}
		return "asks"
	case CallDecided:
		if e.Verdict != "" {
			return e.Verdict
		}
	case CallExecuted:
		return "runs"
	case ChangeKept, ChangeTakenBack:
		return strings.TrimSpace(string(e.Kind) + " " + e.Data["item"])
	case Problem:
		return "problem"
	}
	return strings.TrimPrefix(string(e.Kind), "call ")
}

// Subject is what the entry is about: what the call is, else its command with what
// it was given, else its path. Not safe for display.
func (e Entry) Subject() string {
	switch {
	case e.What != "":
		return e.What
	case e.Command != "" && len(e.Argv) == 0:
		return e.Command
	case len(e.Argv) > 0:
		return strings.Join(e.Argv, " ")
	case e.Path != "" && e.To != "":
		return e.Path + " -> " + e.To
	case e.Path != "":
		return e.Path
	}
	return e.URL
}

func (e Entry) details() (list []string) {
	add := func(format, s string) {
		if s != "" {
			list = append(list, fmt.Sprintf(format, s))
		}
	}
	add("%s", e.Risk)
	add("inside %s", e.Inside)
	add("left running by %s", e.Left)
	switch {
	case e.ExitCode != nil:
		add("exit code %s", fmt.Sprint(*e.ExitCode))
	case e.Kind == CallExited:
		add("%s", "exit code not known")
	}
	if e.For != 0 {
		add("%s", inWords(e.For))
	}
	add("%s", e.Why)
	add("reason: %s", e.Reason)
	if e.By != nil {
		add("%s", e.By.String())
	}
	if e.Kind == LevelChanged {
		add("%s", e.Level)
	}
	if e.Kind == Checkpoint {
		add("%s", Head{e.Seq, e.Hash}.String())
	}
	return list
}

// String names who decided: "by rule r3 (user)". Not safe for display.
func (b By) String() string {
	s := "by " + string(b.Kind)
	switch b.Kind {
	case ByRule:
		s = "by rule " + b.Rule
	case ByRemembered:
		s = "by what was remembered"
		if b.Rule != "" {
			s += ": " + b.Rule
		}
	case ByOperator:
		s = "by the operator"
	case ByTimeout:
		s = "by the time limit"
	case ByFullAccess:
		s = "by full access"
	case ByLevel:
		s = "by the approval level"
	case ByDefault:
		s = "by the defaults"
	case ByBuiltin:
		s = "by a built-in rule"
	case ByCovered:
		s = "covered by the call around it"
	case ByRestart:
		s = "by the server's restart"
	case ByService:
		s = "a shell that the agent starts for itself"
	}
	var more []string
	if b.Layer != "" && b.Layer != string(b.Kind) {
		more = append(more, b.Layer)
	}
	if b.Client != "" {
		at := b.Client
		if b.Terminal != "" {
			at += " on " + b.Terminal
		}
		more = append(more, at)
	}
	if b.Shown != 0 {
		more = append(more, "shown "+inWords(b.Shown))
	}
	if len(more) > 0 {
		s += " (" + strings.Join(more, ", ") + ")"
	}
	return s
}

// inWords is a duration as people say it: 2.1s, 3m20s, 9h12m.
func inWords(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	case d < time.Hour:
		return without0(d.Round(time.Second).String(), "m", "s")
	}
	return without0(strings.TrimSuffix(d.Round(time.Minute).String(), "0s"), "h", "m")
}

// without0 takes off a last unit that is 0.
func without0(s, unit, last string) string {
	return strings.Replace(s, unit+"0"+last, unit, 1)
}
