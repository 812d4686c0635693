// Package panes is what the operator sees: the screen of one attached terminal,
// with a pane for each agent, the inbox, and all that lies above them.
//
// Bytes come from the client's terminal, become keys, pastes and mouse events
// (input.go), and go to the focused agent as its pane asks, or to a view. The
// session's snapshots and the agents' screens are drawn, at most 60 times a
// second, into a screen that sends only what changed (screen.go), into a
// connection that nobody waits for (tty.go). One goroutine, tview's, owns all
// state; everything else posts to it.
package panes

import (
	"errors"

	"kavi/keymap"
	"kavi/session"
)

// Terminal is an attached client's terminal: a connection of the control
// socket, or a pty in a test. It belongs to Run, which closes it.
type Terminal interface {
	Read(p []byte) (int, error)  // what was typed; blocks
	Write(p []byte) (int, error) // may block for as long as the client does not read
	Size() (cols, rows int)
	Resized() <-chan struct{} // nudged after each change of the size; capacity 1
	Close() error             // makes a blocked Read and Write return
}

// Options are what Run needs.
type Options struct {
	Session  *session.Session
	Terminal Terminal
	Env      map[string]string // of the client: TERM, COLORTERM, LANG, LC_ALL, LC_CTYPE, NO_COLOR, TMUX
	Operator session.Operator  // who decides at this terminal, for the ledger
	Keys     *keymap.Keys      // nil: the built-in ones
	Summary  bool              // begin with what happened since the last attach
	Note     string            // said in the status bar at first, e.g. which prefix was taken
	NoCopies bool              // a tmux around the client takes no text for the clipboard
}

// Reason is why Run returned.
type Reason string

// The reasons. With an error Run returns Failed.
const (
	Detached Reason = "detached"          // the operator left
	Ended    Reason = "the session ended" // kavi stop, or all is over
	HungUp   Reason = "the terminal is gone"
	Stopped  Reason = "stopped" // the context ended
	Failed   Reason = "failed"
)

var errNoSession = errors.New("panes: no session or no terminal")
