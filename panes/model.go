package panes

import (
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/gateway"
	"kavi/session"
)

// model is what every view draws from: one snapshot of the session and what
// only this attached terminal knows. Views keep no other truth than their own
// cursor and scroll position. Immutable once handed to Update.
type model struct {
	snap     *session.Snapshot // never nil
	now      time.Time
	pane     string // the focused agent's name, "" where there is none
	prefix   string // as tmux writes it: "C-Space"
	prefixed bool   // the prefix was pressed and its command is awaited
	note     string // what the last command said, for the status bar; core clears it
	narrow   bool   // below 100 columns: the inbox is an overlay
}

// view is one part of the screen that takes keys: the inbox, or an overlay
// above everything (detail, a question, help, the ledger). All methods are
// called on the goroutine that draws; none blocks.
//
// Update comes first, then Draw. Key, Paste, Tick and SetActive may come at any
// time after the first Update.
type view interface {
	tview.Primitive

	// Update gives the view the truth to draw from now on.
	Update(m model)

	// Key takes one key that was pressed while the view had the focus; at is
	// when it arrived. False: the view does not know the key.
	Key(ev *tcell.EventKey, at time.Time) bool

	// PasteText takes a whole paste. It never decides anything.
	PasteText(text string, at time.Time)

	// Frame gives, right after Draw, what is to be called once that frame has
	// gone out to the client: what an operator may decide is what was on their
	// screen, not what was meant to be there. For a frame that was skipped it
	// is never called.
	Frame() (shown func(at time.Time))

	// Shown is the same for the frame of the last Draw. It is right only where
	// no other frame can have been drawn since.
	Shown(at time.Time)

	// Tick is called about every 16 ms while the view is on the screen, after
	// all keys that have arrived were handed over: a key that decides takes
	// effect here, once nothing else was typed for a moment. True: draw again.
	Tick(now time.Time) bool

	// SetActive tells whether keys go to this view now. It starts inactive.
	SetActive(on bool, at time.Time)

	// Place says which part of a screen of that size the view wants when it
	// is shown as an overlay.
	Place(cols, rows int) (x, y, width, height int)
}

// actions are what views may do to the world. Each returns at once; a done
// function is called later, on the goroutine that draws. None may be nil.
type actions struct {
	// Decide hands the operator's answer to the session. The view fills
	// Choices, Allow, Reason, Remember and By.Shown; who and where is added.
	Decide func(d session.Decision, done func([]session.Outcome))

	// Push shows v above everything and gives it the keys; Pop takes it away
	// and gives them back to what had them before.
	Push func(v view)
	Pop  func(v view)

	// Leave gives the keys back to the pane from which the operator came to
	// the inbox, and takes the inbox away where it is an overlay.
	Leave func()

	// GoTo gives the keys to an agent's pane.
	GoTo func(agent string)

	Note       func(text string) // one line in the status bar for a few seconds
	Copy       func(text string) // into the terminal's clipboard, by OSC 52
	FullAccess func(on bool, done func(redecided int, err error))
	Start      func(spec session.AgentSpec, done func(name string, err error)) // in a pane of the size of the one with the focus
	CloseAgent func(agent string, done func(error))
	SetLevel   func(agent string, l gateway.Level, done func(redecided int, err error))

	// Offer says what may be remembered of an approval, Try what remembering it
	// so would mean.
	Offer func(approval string, allow bool, done func(session.RememberOffer, error))
	Try   func(approval string, allow bool, r session.Remember, done func(session.Trial, error))

	// RemoveRule takes a remembered rule back. TakeOffer puts in force what kavi
	// proposes, DropOffer says that it is not wanted.
	RemoveRule func(id string, done func(error))
	TakeOffer  func(id string, scope session.Scope, done func(redecided int, err error))
	DropOffer  func(id string, done func(error))

	// Difference reads what unexplained changes did, row by row. Keep says that
	// they are the operator's own, shown is how long they were on the screen.
	Difference func(item string, done func([]string, error))
	Keep       func(item string, m session.Mine, shown time.Duration, done func(error))

	// PlanUndo says what taking changes back would do, Undo does it: of the steps
	// that ask those whose numbers are in yes.
	PlanUndo func(of session.ChangesOf, done func(session.UndoPlan, error))
	Undo     func(plan string, yes []int, reason string, shown time.Duration, done func([]session.UndoOutcome, error))

	// ReadLog reads entries of the ledger, at most n of them, from the
	// sequence number from; 0 reads the newest.
	ReadLog func(from uint64, n int, done func(logPage))
}

// logPage is a run of ledger entries in the order of their numbers.
type logPage struct {
	Lines []logLine
	First uint64 // the first entry that was read, whether it is shown or not; 0: none
	Next  uint64 // what follows the last one
	Head  uint64 // the number of the ledger's newest entry
	Err   error
}

// logLine is one ledger entry in words, safe to display.
type logLine struct {
	Seq  uint64
	Text string
	Bad  bool     // a denial, a loss, something unsanctioned: drawn to be noticed
	More []string // what is shown beside Text where the entry is shown alone

	// What can be taken back of it, and its name: "call_12". Where About is "",
	// Not says why nothing can.
	Of    session.ChangesOf
	About string
	Not   string
}

// click is a place in the status bar that the mouse can press.
type click uint8

// The places.
const (
	clickNothing click = iota
	clickInbox
	clickHelp
	clickDetach
)
