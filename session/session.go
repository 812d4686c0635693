package session

import (
	"time"

	"kavi/gateway"
	"kavi/pty/proc"
)

// State is what an agent is doing, as its pane's border says it.
type State string

// The states of an agent.
const (
	Starting State = "starting"
	Working  State = "working" // wrote to its pane lately, or a call of it runs
	Waiting  State = "waiting" // a call of it waits for the operator
	Idle     State = "idle"
	Paused   State = "paused" // an approval ran into its time limit: every further call is held
	Exited   State = "exited"
	Lost     State = "lost" // its keeper died
)

// Agent is what a Snapshot says of one agent. Immutable.
type Agent struct {
	Name      string   // "claude", "claude-2"; unique in its session
	Argv      []string // the command as given
	State     State
	ExitCode  int       // when Exited; 128+n for a signal
	Changed   time.Time // when State last changed
	Title     string    // as the agent set it: a stranger's text
	Gate      string    // the doors that are proven: "gated (hook, shim)", "hook unproven", "partly (shim)", "not gated"
	Gated     bool      // false is shown in red
	Ungated   bool      // it was to start whether or not its gate can be proven
	Level     gateway.Level
	Why       string // why Paused, Lost or not gated
	Process   proc.ID
	Cols      int
	Rows      int
	Pending   int      // approvals of it that wait
	Notes     []string // what the operator should know of how it was started; safe to display
	Worktree  string   // the path of the git worktree that is its own, or ""
	Branch    string   // of that worktree: where its commits go, unless it takes another one
	Attention bool     // it rang the bell or asked for attention since it last had the focus
}

// Worktree is a git worktree that kavi made for one agent, under the session's
// folder. Immutable.
type Worktree struct {
	Agent  string `json:"agent"`
	Path   string `json:"path"`   // absolute
	Branch string `json:"branch"` // its own: "kavi/SESSION/AGENT"
	Base   string `json:"base"`   // the commit that it began with
}

// ApprovalState tells where an approval stands.
type ApprovalState string

// The states of an approval that is shown.
const (
	Pending  ApprovalState = "pending"
	Deciding ApprovalState = "deciding" // answered; the ledger has not said yes yet
	Lapsed   ApprovalState = "lapsed"   // nobody waits for the answer; approving grants one next call
)

// Approval is a call that waits for the operator. It never changes once it is
// shown but for State; a changed call is withdrawn and gets a new id. Immutable.
type Approval struct {
	ID      string // "apr_01"
	CallID  string // "call_17", the ledger's name of the call
	Agent   string
	State   ApprovalState
	Since   time.Time // when it began to wait
	Call    *gateway.Call
	Judged  gateway.Judgement
	Text    gateway.Text // everything shown of it
	Seal    gateway.Seal // what a decision must name
	Context []string     // the task, else the last lines of the pane; a stranger's text
	Task    bool         // Context is the task
	Said    bool         // Context is what the agent's model said last; a stranger's text
	Inside  string       // "apr_03" whose call this one is nested in, or ""
	Left    string       // "apr_07" whose call left the asking process running, or ""
	Why     string       // lapsed or re-asked: the reason
	Again   string       // the approval that this one replaces, because the call changed

	// Announced is the command that the agent\'s hook announced in the place of this
	// one, or ""; a stranger\'s text.
	Announced string
}

// Snapshot is everything that is true of a session at one moment, for everybody
// who draws or lists. Immutable.
type Snapshot struct {
	Seq         uint64 // grows with every change
	Name        string
	Project     string // absolute
	Started     time.Time
	Agents      []*Agent
	Approvals   []*Approval // by age; lapsed ones among them
	Worktrees   []Worktree  // that are there, also of agents whose pane was closed
	FullAccess  bool
	FullSince   time.Time
	DenyRules   []string       // one line each, of the operator's deny rules in force
	Rules       []RuleState    // in force: remembered ones first, the newest first
	Offered     *Offered       // nil: nothing is proposed now
	Unexplained []*Unexplained // changes of files that wait for a word; protected ones first
	Watching    string         // "" while the watcher sees everything in time and keeps what it can; else what is wrong, safe to display
	LeftOut     string         // "" while what every file held can be restored; else what cannot, safe to display
	Denied      int            // calls denied without asking, since the start
	Allowed     int            // calls allowed without asking
	Banner      []string       // what is wrong now: a broken rule file, a full disk
	Degraded    bool           // the ledger cannot be written: everything is denied
	Clients     int
	Ended       bool
}

// Operator says who decided and from where, for the ledger.
type Operator struct {
	Client   string        // "attach 2", "command line"
	Terminal string        // "/dev/pts/3", or ""
	Shown    time.Duration // how long the item was on the screen before the key
}

// Choice names one approval and what of it was shown.
type Choice struct {
	ID   string
	Seal gateway.Seal
}

// Decision is the operator's answer to one or more approvals.
type Decision struct {
	Choices []Choice
	Allow   bool
	Reason  string // of a rejection, told to the agent
	By      Operator
	// Remember makes it hold for calls like it; it may then name one choice only.
	Remember *Remember
}

// Outcome says what became of one Choice.
type Outcome struct {
	ID  string
	Err error // nil: decided, in the ledger, told to the door; else why not (ErrChanged, ErrGone, …)
	// Of a decision that was remembered: the rules' ids, and how many other held
	// calls they decided.
	Rules []string
	Also  int
}

// AgentSpec is an agent to start.
type AgentSpec struct {
	Name    string // "" takes the base name of Argv[0]
	Argv    []string
	Cwd     string   // "" is the project
	Env     []string // the whole environment; nil takes the session's
	Level   gateway.Level
	Task    string
	Cols    int
	Rows    int
	Ungated bool
	// Worktree gives it a git worktree of its own, which is its project then, and
	// where it comes back to whenever it is started again. Cwd does not matter.
	Worktree bool

	resume string // the conversation to go on with, of a restart
}
