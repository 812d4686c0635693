package control

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"kavi/pty/proc"
	"kavi/session"
)

// farewell is how long the last bytes may take to a client that does not read.
const farewell = time.Second

// Attachment is one attached client as the server sees it: a terminal at the
// other end of a socket, and what the client told of itself. It satisfies
// panes.Terminal.
//
// Read and Write block, each in one goroutine of the drawer's: a client that
// does not read blocks that Write and nothing else. Close ends the drawer's part;
// the server then sends the last word and hangs up.
type Attachment struct {
	conn    *net.UnixConn
	in      io.Reader // conn, after what was read of it with the request
	peer    proc.Peer
	screen  Screen
	by      session.Operator
	input   chan []byte
	resized chan struct{}

	gone   chan struct{} // closed when the client is gone
	closed chan struct{} // closed when the drawer has done
	goneO  sync.Once
	closeO sync.Once

	rest []byte // Read's own: what was typed and not taken yet

	size sync.Mutex
	cols int
	rows int

	write  sync.Mutex // one write at a time, so that frames stay whole
	frame  []byte     // the frames being written
	broken error      // why nothing more can be written
}

func newAttachment(conn *net.UnixConn, in io.Reader, peer proc.Peer, screen Screen, by session.Operator) *Attachment {
	a := &Attachment{
		conn:    conn,
		in:      in,
		peer:    peer,
		screen:  screen,
		by:      by,
		input:   make(chan []byte, 16),
		resized: make(chan struct{}, 1),
		gone:    make(chan struct{}),
		closed:  make(chan struct{}),
		cols:    int(clampSize(screen.Cols)),
		rows:    int(clampSize(screen.Rows)),
	}
	// A small buffer, so that a Write that has returned is about to be seen.
	_ = conn.SetWriteBuffer(dataChunk)
	go a.receive()
	return a
}

// Read gives what was typed; io.EOF when the client is gone or after Close.
func (a *Attachment) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		select {
		case b := <-a.input:
			a.rest = b
		case <-a.gone:
			return 0, io.EOF
		case <-a.closed:
			return 0, io.EOF
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Write sends bytes to the client's terminal. It blocks for as long as the
// client does not read.
func (a *Attachment) Write(p []byte) (int, error) {
	a.write.Lock()
	defer a.write.Unlock()
	select {
	case <-a.closed:
		return 0, net.ErrClosed
	default:
	}
	a.frame = appendData(a.frame[:0], p)
	if err := a.send(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// send writes a.frame; a frame that went out in part leaves nothing to be said
// that the client would understand.
func (a *Attachment) send() error {
	if a.broken != nil {
		return a.broken
	}
	if _, err := a.conn.Write(a.frame); err != nil {
		a.broken = err
		a.hangUp()
		return err
	}
	return nil
}

// Size is the size of the client's terminal in cells.
func (a *Attachment) Size() (cols, rows int) {
	a.size.Lock()
	defer a.size.Unlock()
	return a.cols, a.rows
}

// Resized gets a value after the size changed; capacity 1.
func (a *Attachment) Resized() <-chan struct{} { return a.resized }

// Gone is closed when the client is gone.
func (a *Attachment) Gone() <-chan struct{} { return a.gone }

// Env is the client's environment as far as ClientEnv names it. Not to be changed.
func (a *Attachment) Env() map[string]string { return a.screen.Env }

// Screen is what the client told of its terminal when it attached.
func (a *Attachment) Screen() Screen { return a.screen }

// Operator is who this client is in the ledger.
func (a *Attachment) Operator() session.Operator { return a.by }

// Peer is the client's process.
func (a *Attachment) Peer() proc.Peer { return a.peer }

// Close ends reading and writing: a blocked Read returns now, a blocked Write
// within a second. The client is not told anything by it.
func (a *Attachment) Close() error {
	a.closeO.Do(func() {
		close(a.closed)
		_ = a.conn.SetWriteDeadline(time.Now().Add(farewell))
	})
	return nil
}

// exit sends the client away with a last word, after everything that was
// written, and hangs up; nil is no word. It waits for the client to take it, but
// not for long.
func (a *Attachment) exit(e *Exit) {
	_ = a.Close()
	if e == nil {
		a.hangUp()
		return
	}
	payload, err := json.Marshal(e)
	if err != nil { // an int and a string
		payload = []byte(`{"code":1}`)
	}
	a.write.Lock()
	a.frame = appendFrame(a.frame[:0], frameExit, payload)
	_ = a.send()
	a.write.Unlock()
	a.hangUp()
}

func (a *Attachment) hangUp() {
	a.goneO.Do(func() {
		close(a.gone)
		_ = a.conn.Close()
	})
}

func (a *Attachment) receive() {
	defer a.hangUp()
	var buf []byte
	for {
		kind, payload, err := readFrame(a.in, &buf)
		if err == nil {
			err = a.took(kind, payload)
		}
		if err != nil {
			return
		}
	}
}

// took takes one frame of the client's. Keys that nobody reads wait here, and so
// does the client: it is its own terminal that stalls.
func (a *Attachment) took(kind byte, payload []byte) error {
	switch kind {
	case frameData:
		select {
		case a.input <- append([]byte(nil), payload...):
		case <-a.closed: // nobody reads them any more
		case <-a.gone:
			return net.ErrClosed
		}
	case frameSize:
		cols, rows, err := sizeOf(payload)
		if err != nil {
			return err
		}
		a.size.Lock()
		a.cols, a.rows = cols, rows
		a.size.Unlock()
		select {
		case a.resized <- struct{}{}:
		default:
		}
	default:
		return fmt.Errorf("%w: %q", errFrame, kind)
	}
	return nil
}
