package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"kavi/pty/proc"
	"kavi/session"
)

// backlog is how much a client may leave unread before it counts as stuck: some
// tens of the largest frames that a drawer makes. A drawer that looks at Busy
// never comes near.
const backlog = 4 << 20

// farewell is how long the last frame may take.
const farewell = time.Second

// Attachment is one attached client as the server sees it: a terminal at the
// other end of a socket. It satisfies panes.Terminal. Read blocks; Write never
// does.
type Attachment struct {
	conn    *net.UnixConn
	in      io.Reader // conn, after what was read of it with the request
	peer    proc.Peer
	screen  Screen
	by      session.Operator
	input   chan []byte
	resized chan struct{}
	gone    chan struct{} // closed when the client is gone or was sent away
	flushed chan struct{} // closed when the writer has ended

	rest []byte // Read's own: what was typed and not taken yet

	mu      sync.Mutex
	cond    *sync.Cond
	cols    int
	rows    int
	out     []byte // waits for the writer
	writing bool
	closing bool // the writer ends once out is empty
	failed  error
	once    sync.Once
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
		flushed: make(chan struct{}),
		cols:    int(clampSize(screen.Cols)),
		rows:    int(clampSize(screen.Rows)),
	}
	a.cond = sync.NewCond(&a.mu)
	// A small buffer, so that Busy speaks of the client and not of the kernel.
	_ = conn.SetWriteBuffer(dataChunk)
	go a.receive()
	go a.send()
	return a
}

// Read gives what was typed; io.EOF when the client is gone. It blocks. One
// goroutine at a time.
func (a *Attachment) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		select {
		case b := <-a.input:
			a.rest = b
		case <-a.gone:
			return 0, io.EOF
		}
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// Write queues bytes for the client's terminal and returns at once. When the
// client has left too much unread it fails with ErrSlow, and the client is sent
// away: frames that nobody reads are not worth memory.
func (a *Attachment) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.failed != nil:
		return 0, a.failed
	case a.closing:
		return 0, net.ErrClosed
	case len(a.out)+len(p) > backlog:
		a.failed = ErrSlow
		a.cond.Signal()
		a.hangUp()
		return 0, a.failed
	}
	a.out = appendData(a.out, p)
	a.cond.Signal()
	return len(p), nil
}

// Busy says that the client has not taken all of what was written yet. A drawer
// skips its frame then and draws the latest state at a later tick.
func (a *Attachment) Busy() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.writing || len(a.out) > 0
}

// Size is the size of the client's terminal in cells.
func (a *Attachment) Size() (cols, rows int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.cols, a.rows
}

// Resized gets a value after the size changed; capacity 1.
func (a *Attachment) Resized() <-chan struct{} { return a.resized }

// Gone is closed when the client is gone.
func (a *Attachment) Gone() <-chan struct{} { return a.gone }

// Env is the client's environment as far as ClientEnv names it. Not to be changed.
func (a *Attachment) Env() map[string]string { return a.screen.Env }

// Again says that the client was attached before and lost its server.
func (a *Attachment) Again() bool { return a.screen.Again }

// Operator is who this client is in the ledger.
func (a *Attachment) Operator() session.Operator { return a.by }

// Peer is the client's process.
func (a *Attachment) Peer() proc.Peer { return a.peer }

// Close hangs up without a word: the client takes it for a lost server.
func (a *Attachment) Close() error {
	a.hangUp()
	<-a.flushed
	return nil
}

// Exit sends the client away with a last word, after everything that was
// written; it waits for the client to take it, but not for long.
func (a *Attachment) Exit(e Exit) {
	payload, err := json.Marshal(e)
	if err != nil { // an int and a string
		payload = []byte(`{"code":1}`)
	}
	a.mu.Lock()
	if a.failed == nil && !a.closing {
		a.out = appendFrame(a.out, frameExit, payload)
	}
	a.closing = true
	a.cond.Signal()
	a.mu.Unlock()
	_ = a.conn.SetWriteDeadline(time.Now().Add(farewell))
	<-a.flushed
	a.hangUp()
}

func (a *Attachment) hangUp() {
	a.once.Do(func() {
		close(a.gone)
		_ = a.conn.Close()
	})
}

// fail ends the writer; what was written before it is lost.
func (a *Attachment) fail(err error) {
	a.mu.Lock()
	if a.failed == nil {
		a.failed = err
	}
	a.cond.Signal()
	a.mu.Unlock()
	a.hangUp()
}

func (a *Attachment) receive() {
	err := a.frames()
	if err == nil || errors.Is(err, io.EOF) {
		err = net.ErrClosed
	}
	a.fail(err)
}

func (a *Attachment) frames() error {
	var buf []byte
	for {
		kind, payload, err := readFrame(a.in, &buf)
		if err != nil {
			return err
		}
		switch kind {
		case frameData:
			select {
			case a.input <- append([]byte(nil), payload...):
			case <-a.gone:
				return nil
			}
		case frameSize:
			cols, rows, err := sizeOf(payload)
			if err != nil {
				return err
			}
			a.mu.Lock()
			a.cols, a.rows = cols, rows
			a.mu.Unlock()
			select {
			case a.resized <- struct{}{}:
			default:
			}
		default:
			return fmt.Errorf("%w: %q", errFrame, kind)
		}
	}
}

// send is the only goroutine that writes to the socket, so that nobody else
// ever waits for the client.
func (a *Attachment) send() {
	defer close(a.flushed)
	var b []byte
	for {
		a.mu.Lock()
		a.writing = false
		for len(a.out) == 0 && !a.closing && a.failed == nil {
			a.cond.Wait()
		}
		if a.failed != nil || len(a.out) == 0 {
			a.mu.Unlock()
			return
		}
		a.out, b = b[:0], a.out
		a.writing = true
		a.mu.Unlock()
		if _, err := a.conn.Write(b); err != nil {
			a.fail(err)
			return
		}
	}
}
