package ledger

import (
	"encoding/hex"
	"fmt"
	"time"
)

// Kind says what an entry is about. The values are what stands in the ledger.
type Kind string

// The kinds of entries. A kind that this version does not know is kept, shown and verified all the same.
const (
	SessionStarted   Kind = "session started"
	SessionRecovered Kind = "session recovered" // a new server took over after a crash or a reboot
	SessionEnded     Kind = "session ended"

	AgentStarted Kind = "agent started"
	AgentExited  Kind = "agent exited"
	AgentPaused  Kind = "agent paused"
	AgentResumed Kind = "agent resumed"
	AgentLost    Kind = "agent lost"   // its keeper died
	AgentClosed  Kind = "agent closed" // its pane was taken away

	CallRequested Kind = "call requested"
	CallDecided   Kind = "call decided"   // Verdict says how, By who
	CallDelivered Kind = "call delivered" // the door took the verdict
	CallExecuted  Kind = "call executed"  // the shim is about to become the program, or the hook's agent went on
	CallExited    Kind = "call exited"    // ExitCode, where it is known
	CallLapsed    Kind = "call lapsed"    // nobody waits for the answer any more; Why says as much as is known
	CallAbandoned Kind = "call abandoned" // whoever held the call is gone
	CallWithdrawn Kind = "call withdrawn" // it changed while it waited; it was asked again under another id
	CallRefused   Kind = "call refused"   // asked on a socket of somebody else

	RuleAdded     Kind = "rule added"
	RuleRemoved   Kind = "rule removed"
	FullAccessOn  Kind = "full access on"
	FullAccessOff Kind = "full access off"
	LevelChanged  Kind = "level changed"

	FileChanged      Kind = "file changed"
	FileUnsanctioned Kind = "file unsanctioned" // changed, and no allowed call explains it
	FileUndone       Kind = "file undone"
	ChangeKept       Kind = "change kept"       // unexplained changes are the operator's own
	ChangeTakenBack  Kind = "change taken back" // unexplained changes were answered by an undo; Data["undo"] names it

	OperatorAttached Kind = "operator attached"
	OperatorDetached Kind = "operator detached"
	OperatorRefused  Kind = "operator refused" // somebody who may not answer tried to, at the control socket

	GateProven  Kind = "gate proven"
	GateLost    Kind = "gate lost"    // what was proven no longer holds
	GateUngated Kind = "gate ungated" // the agent runs without a proven gate because the operator said so

	MachineSlept Kind = "machine slept" // For says how long
	Problem      Kind = "problem"       // something the operator is told in a banner; Why says what
	ProblemOver  Kind = "problem over"
	Checkpoint   Kind = "checkpoint"   // the head, also told to the system's journal
	EntriesLost  Kind = "entries lost" // the ledger was shorter than its HEAD; Why says by how much
	Damaged      Kind = "damaged"      // never stored: stands for what cannot be read, see Entries
)

// Witness is a source that saw something happen.
type Witness string

// The witnesses.
const (
	WitnessHook    Witness = "hook"
	WitnessShim    Witness = "shim"
	WitnessWatcher Witness = "watcher"
	WitnessKernel  Witness = "kernel"
	WitnessSession Witness = "session"
)

// Decider is the kind of authority that decided a call.
type Decider string

// The deciders.
const (
	ByRule       Decider = "rule"
	ByRemembered Decider = "remembered"
	ByOperator   Decider = "operator"
	ByTimeout    Decider = "timeout"
	ByFullAccess Decider = "full access"
	ByLevel      Decider = "level"
	ByDefault    Decider = "default"
	ByBuiltin    Decider = "built-in"
	ByCovered    Decider = "covered"
	ByRestart    Decider = "restart"
	ByService    Decider = "service" // a shell that the agent starts for itself, known by its exact form
)

// By names who decided, added, switched, attached.
type By struct {
	Kind     Decider       `json:"kind"`
	Rule     string        `json:"rule,omitempty"`     // the rule's id
	Layer    string        `json:"layer,omitempty"`    // "built-in", "user", "project", "repository", "remembered"
	File     string        `json:"file,omitempty"`     // hash of the rule's file, hex
	Client   string        `json:"client,omitempty"`   // "attach 2", "command line"
	Terminal string        `json:"terminal,omitempty"` // "/dev/pts/3"
	Shown    time.Duration `json:"shown_ns,omitempty"` // how long the item was on the screen before the key
}

// The verdicts, as Entry.Verdict says them.
const (
	Allowed = "allowed"
	Denied  = "denied"
)

// OwnShell in an entry's Data says that it is about a shell that an agent started
// for itself, and that passed as such.
const OwnShell = "own_shell"

// Part is one part of a call with its effects, in the words that the operator saw.
type Part struct {
	Text    string   `json:"text"`
	Effects []string `json:"effects,omitempty"`
	Lines   string   `json:"lines,omitempty"` // of a change of a file: "+45, -12"
}

// Entry is one line of the ledger. Only Kind must be given; Append fills Seq,
// Hash and Prev, and Time and Boot where they are zero. Every text is redacted
// (see Redact) and cut to what an entry may hold before it is stored.
//
// The JSON names are the stable format of `kavi log --json`: package comment.
type Entry struct {
	Seq  uint64 `json:"-"` // from 1, without holes but those that an EntriesLost entry tells
	Hash Hash   `json:"-"`
	Prev Hash   `json:"-"`

	Time time.Time     `json:"time"`    // wall clock, UTC
	Boot time.Duration `json:"boot_ns"` // since the machine started, sleep included
	Kind Kind          `json:"kind"`

	Witness  Witness `json:"witness,omitempty"`
	Agent    string  `json:"agent,omitempty"`
	Call     string  `json:"call,omitempty"`     // "call_12"
	Approval string  `json:"approval,omitempty"` // "apr_03"
	Inside   string  `json:"inside,omitempty"`   // the call or approval that this call is nested in
	Left     string  `json:"left,omitempty"`     // the approval whose call left the asking process running
	By       *By     `json:"by,omitempty"`

	Action  string `json:"action,omitempty"`  // what the policy said: "deny", "prompt", "allow"
	Verdict string `json:"verdict,omitempty"` // Allowed or Denied
	Tool    string `json:"tool,omitempty"`
	What    string `json:"what,omitempty"` // on one line, as the operator saw it: "Run: npm install jsonwebtoken"

	Command string   `json:"command,omitempty"`
	Argv    []string `json:"argv,omitempty"`
	Cwd     string   `json:"cwd,omitempty"`
	Program string   `json:"program,omitempty"`
	Path    string   `json:"path,omitempty"`
	To      string   `json:"to,omitempty"`
	URL     string   `json:"url,omitempty"`
	Parts   []Part   `json:"parts,omitempty"`

	Risk   string `json:"risk,omitempty"`
	Level  string `json:"level,omitempty"`
	Why    string `json:"why,omitempty"`    // why the policy said so, what a problem is, how an exit came about
	Reason string `json:"reason,omitempty"` // what the operator told the agent

	Seal     string            `json:"seal,omitempty"`    // hex; what was decided on
	Nonce    string            `json:"nonce,omitempty"`   // hex; names the call at its door
	Process  string            `json:"process,omitempty"` // "123@456": pid and start time
	ExitCode *int              `json:"exit_code,omitempty"`
	For      time.Duration     `json:"for_ns,omitempty"` // how long it lasted, waited, slept
	Data     map[string]string `json:"data,omitempty"`   // what has no field of its own

	raw []byte // the stored JSON; nil for an entry that was not read
}

// Hash is a SHA-256 of the chain. The zero Hash is what the first entry follows.
type Hash [32]byte

// String is the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the hash in hex.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != 2*len(h) {
		return fmt.Errorf("a hash has %d hex digits: this has %d", 2*len(h), len(b))
	}
	if _, err := hex.Decode(h[:], b); err != nil {
		return fmt.Errorf("a hash is hex: %w", err)
	}
	return nil
}

// Head is the newest entry's place in the chain. Kept elsewhere, it shows later
// whether anything up to it was changed.
type Head struct {
	Seq  uint64 `json:"seq"`
	Hash Hash   `json:"hash"`
}

func (h Head) String() string { return fmt.Sprintf("%d %s", h.Seq, h.Hash) }
