package panes

import (
	"io"
	"sync"

	"github.com/gdamore/tcell/v2"
)

// tty is the client's terminal as tcell knows one. What tcell writes is
// collected and written by a goroutine of its own, so that nobody who draws ever
// waits for a client; while bytes of one frame are on their way, no other frame
// is made (busy).
//
// Nothing is read through it: input.go reads the terminal before tcell could.
// tcell's reader loses the focus, parts of a paste, and, after Alt-], all keys
// up to the next bell.
type tty struct {
	term Terminal
	sent func(frame uint64) // called by the writer when all up to that frame is out

	mu      sync.Mutex
	pending []byte // not yet taken by the writer
	frame   uint64 // the newest frame that was handed over
	writing bool
	leaving bool // what comes now restores the terminal: none of it may be lost
	closed  bool
	wake    chan struct{} // capacity 1
	idle    chan struct{} // closed when the writer has returned
	stop    chan struct{} // closed by Drain: ends tcell's reader
	once    sync.Once
}

// maxPending bounds what waits for a client that does not read, frames apart:
// bells and copied text beyond it are lost.
const maxPending = 4 << 20

// The largest screen that is drawn; a size beyond it is not a terminal's.
const (
	maxCols = 1000
	maxRows = 400
)

// What tcell switches on besides the modes that it is told to: modifyOtherKeys,
// kitty's keyboard, and the Windows console's input mode. The last repeats every
// key and mouse event in a form of its own, of the second the shifted form of a
// key is wanted, and of the first only what has no byte otherwise.
const (
	tcellKeyboard = "\x1b[>4;2m\x1b[>1u\x1b[?9001h"
	kaviKeyboard  = "\x1b[>4;1m\x1b[>5u"
)

func newTTY(term Terminal, sent func(frame uint64)) *tty {
	return &tty{
		term: term, sent: sent,
		wake: make(chan struct{}, 1), idle: make(chan struct{}), stop: make(chan struct{}),
	}
}

// run writes until finish was called and all is out, or the terminal is gone.
func (t *tty) run() {
	defer close(t.idle)
	var out []byte
	for {
		t.mu.Lock()
		out, t.pending = t.pending, out[:0]
		frame, closed := t.frame, t.closed
		t.writing = len(out) > 0
		t.mu.Unlock()
		if len(out) == 0 {
			if closed {
				return
			}
			<-t.wake
			continue
		}
		_, err := t.term.Write(out)
		t.mu.Lock()
		t.writing = false
		if err != nil {
			t.closed, t.pending = true, nil
		}
		t.mu.Unlock()
		if err != nil {
			return
		}
		t.sent(frame)
		if cap(out) > maxPending {
			out = nil
		}
	}
}

// busy tells whether bytes are on their way to the client.
func (t *tty) busy() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.writing || len(t.pending) > 0
}

// send hands over one frame and gives its number.
func (t *tty) send(frame []byte) uint64 {
	t.mu.Lock()
	if !t.closed {
		t.pending = append(t.pending, frame...)
	}
	t.frame++
	n := t.frame
	t.mu.Unlock()
	t.nudge()
	return n
}

// last says that what is written now restores the terminal.
func (t *tty) last() {
	t.mu.Lock()
	t.leaving = true
	t.mu.Unlock()
}

// Write is part of tcell.Tty. It never blocks.
func (t *tty) Write(p []byte) (int, error) {
	t.mu.Lock()
	switch {
	case t.closed, len(t.pending)+len(p) > maxPending && !t.leaving:
	case string(p) == tcellKeyboard:
		t.pending = append(t.pending, kaviKeyboard...)
	default:
		t.pending = append(t.pending, p...)
	}
	t.mu.Unlock()
	t.nudge()
	return len(p), nil
}

func (t *tty) nudge() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// finish takes no more; idle is closed when all that was written is out.
func (t *tty) finish() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.nudge()
}

// Read is part of tcell.Tty: tcell's reader sleeps until it is told to end.
func (t *tty) Read([]byte) (int, error) {
	<-t.stop
	return 0, io.EOF
}

// Drain is part of tcell.Tty: it ends tcell's reader.
func (t *tty) Drain() error {
	t.once.Do(func() { close(t.stop) })
	return nil
}

// Start, Stop, Close and NotifyResize are part of tcell.Tty. The terminal is in
// raw mode already, and Run closes it; the size is asked for before each frame.
func (t *tty) Start() error        { return nil }
func (t *tty) Stop() error         { return nil }
func (t *tty) Close() error        { return nil }
func (t *tty) NotifyResize(func()) {}

// WindowSize is part of tcell.Tty.
func (t *tty) WindowSize() (tcell.WindowSize, error) {
	cols, rows := t.term.Size()
	return tcell.WindowSize{Width: min(max(cols, 1), maxCols), Height: min(max(rows, 1), maxRows)}, nil
}
