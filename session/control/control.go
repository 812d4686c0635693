// Package control is the way in which the operator's own programs talk to a
// session: `kavi ls`, `kavi approval approve`, `kavi attach`. Doors ask at other
// sockets and in other messages, so nothing that an agent can send to its door
// is even syntactically an answer.
//
// One connection carries one request, a line of JSON, and its answers, a line of
// JSON each. The request "attach" turns the connection into frames afterwards:
// see frame.go. Whoever connects is looked at first (guard.go): an agent, or what
// an agent started, is refused whatever it asks, and the refusal is recorded.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kavi/session"
)

// Version is the version of what is said over the control socket. Client and
// server must have the same one; it grows with every change of a message,
// session.Snapshot and ledger.Entry included.
const Version = 6

// The errors by which a client can tell why it got no answer.
var (
	ErrNoServer = errors.New("no server answers")
	ErrRefused  = errors.New("refused")
	ErrVersion  = errors.New("another version of kavi serves this session")
	ErrRequest  = errors.New("request not understood")
)

// The requests.
const (
	doHello      = "hello"
	doSnapshot   = "snapshot"
	doApproval   = "approval"
	doDecide     = "decide"
	doStop       = "stop"
	doCapture    = "capture"
	doLog        = "log"
	doVerify     = "verify"
	doStart      = "start-agent"
	doRestart    = "restart-agent"
	doClose      = "close-agent"
	doResume     = "resume-agent"
	doFullAccess = "full-access"
	doOffer      = "offer"
	doTry        = "try"
	doAddRule    = "add-rule"
	doRemoveRule = "remove-rule"
	doChanges    = "changes"
	doPatch      = "patch"
	doDifference = "difference"
	doKeep       = "keep"
	doPlanUndo   = "plan-undo"
	doUndo       = "undo"
	doRemoveTree = "remove-worktree"
	doAttach     = "attach"
)

// request is the one line that a client sends.
type request struct {
	V        int    `json:"v"`
	Do       string `json:"do"`
	Terminal string `json:"terminal,omitempty"` // the client's, for the ledger

	ID       string             `json:"id,omitempty"`
	Agent    string             `json:"agent,omitempty"`
	On       bool               `json:"on,omitempty"`
	Range    *Range             `json:"range,omitempty"`
	Decision *session.Decision  `json:"decision,omitempty"`
	Remember *session.Remember  `json:"remember,omitempty"` // of try
	Rule     string             `json:"rule,omitempty"`     // of add-rule: a rule as a file has it
	Spec     *session.AgentSpec `json:"spec,omitempty"`
	Of       *session.ChangesOf `json:"of,omitempty"`
	Mine     session.Mine       `json:"mine,omitempty"`
	Undo     *undoing           `json:"undo,omitempty"`
	Attach   *Screen            `json:"attach,omitempty"`
}

// answer is one line that the server sends. More says that another one follows.
type answer struct {
	V      int             `json:"v"`
	Error  string          `json:"error,omitempty"`
	Kind   string          `json:"kind,omitempty"` // which of the errors above or of session's
	Hint   string          `json:"hint,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	More   bool            `json:"more,omitempty"`
}

// Hello is what a server says of itself.
type Hello struct {
	Name    string    `json:"name"`
	Project string    `json:"project"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Build   string    `json:"build"` // as debug.ReadBuildInfo names it
}

// Added is what became of a rule that was added.
type Added struct {
	ID      string `json:"id"`
	Decided int    `json:"decided"` // held calls that it decided
}

// Screen is what a client that attaches tells of its terminal.
type Screen struct {
	Cols  int               `json:"cols"`
	Rows  int               `json:"rows"`
	Env   map[string]string `json:"env"`   // see ClientEnv
	Again bool              `json:"again"` // the server went away under it: no summary, no greeting

	// OuterPrefixes are those of a tmux around the client, as tmux writes them.
	OuterPrefixes []string `json:"outer_prefixes,omitempty"`
	// OuterRefusesCopies: that tmux takes no text for the clipboard from the client.
	OuterRefusesCopies bool `json:"outer_refuses_copies,omitempty"`
}

// ClientEnv names the variables of a client's environment that describe its
// terminal and the person at it; nothing else of it leaves the client.
func ClientEnv() []string {
	return []string{
		"TERM", "COLORTERM", "LANG", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LC_TIME",
		"TERM_PROGRAM", "TERM_PROGRAM_VERSION", "NO_COLOR", "TMUX", "STY",
		"SSH_AUTH_SOCK", "SSH_CONNECTION", "SSH_TTY",
		"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR",
	}
}

// Error is an answer that says no.
type Error struct {
	Text string
	Hint string // what the operator can do, or ""
	kind error
}

func (e *Error) Error() string { return e.Text }

// Unwrap gives one of the errors of this package or of session, so that
// errors.Is works across the socket.
func (e *Error) Unwrap() error { return e.kind }

// Refuse makes the error by which a client is refused.
func Refuse(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRefused}, args...)...)
}

// kinds names the errors that keep their identity across the socket.
func kinds() map[string]error {
	return map[string]error{
		"refused": ErrRefused,
		"version": ErrVersion,
		"request": ErrRequest,
		"gone":    session.ErrGone,
		"changed": session.ErrChanged,
		"seal":    session.ErrSeal,
		"ended":   session.ErrEnded,
		"item":    session.ErrNoItem,
		"holds":   session.ErrHolds,
	}
}

func kindOf(err error) string {
	for name, kind := range kinds() {
		if errors.Is(err, kind) {
			return name
		}
	}
	return ""
}
