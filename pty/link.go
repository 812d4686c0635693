package pty

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"kavi/pty/proc"
)

// ErrInputFull says that the agent has not read what was typed before: 1 MiB of it waits.
var ErrInputFull = errors.New("the agent does not read its input")

// Handler is what a server does with an agent. All its methods are called from one goroutine of the Link, in the order
// in which things happened; one that blocks stops the agent's output, so each should hand on and return.
type Handler interface {
	// Gate is a duplicate of the agent's listening gate socket. The handler owns it, and closing it removes
	// nothing. It comes before all else, and again when the keeper had to make the socket anew: the old one is dead then.
	Gate(*net.UnixListener)
	// Sized says from which byte of the output on the terminal has had that size; before all output, for each size that
	// it had before the link.
	Sized(at uint64, cols, rows int)
	// Output is the agent's output from a byte's number on. b is only valid during the call.
	Output(offset uint64, b []byte)
	// Gap says that output was lost: the next byte is number to, where from was expected. to is before from when
	// the keeper never had so much: it is not the one that was dialled before.
	Gap(from, to uint64)
	// Exited says how the agent ended; all that it wrote came before. Each server is told until one dismisses the keeper.
	Exited(Status)
	// Refused says that a process tried to dial that may not. Ten in a second are told, what is more is not.
	Refused(Refusal)
	// Lost ends the link and is the last call. The error is nil after Close, Goodbye or Dismiss. Else the keeper has died, or
	// prefers another server: see whether Keeper is alive, and if not end its agent by KillTree.
	Lost(error)
}

// Link is a server's end of the connection to a keeper. Its methods may be called from any goroutine, from the
// handler's too, and none but Goodbye blocks.
type Link struct {
	conn   *net.UnixConn
	keeper proc.ID
	agent  proc.ID
	gone   chan struct{} // closed before Lost

	mu     sync.Mutex
	more   *sync.Cond
	queue  []byte
	typed  int // bytes of input that the terminal has not taken
	closed bool
	asked  bool // this side wanted the end
}

// Dial attaches to the keeper of an agent's folder as its server, in the place of any other. Output comes from the
// byte numbered from on, or after a Gap. It blocks for at most five seconds, and is an error when there is no keeper, when
// what answers is an agent's process or another user's, or when the keeper refuses. The handler may be called before Dial returns.
//
// Who answers is what the kernel says; a caller that knows its keeper's identity from before compares it with Keeper.
func Dial(dir string, from uint64, h Handler) (*Link, error) {
	path := filepath.Join(SocketDir(dir), keepName)
	c, err := net.DialTimeout("unix", path, handshake)
	if err != nil {
		return nil, fmt.Errorf("dial the keeper: %w", err)
	}
	l := &Link{conn: c.(*net.UnixConn), gone: make(chan struct{})}
	l.more = sync.NewCond(&l.mu)
	r, sizes, err := l.greet(from)
	if err != nil {
		_ = c.Close()
		return nil, fmt.Errorf("dial the keeper of %s: %w", dir, err)
	}
	for _, s := range sizes {
		h.Sized(s.At, s.Cols, s.Rows)
	}
	go l.write()
	go l.read(r, h)
	return l, nil
}

func (l *Link) greet(from uint64) (*receiver, []size, error) {
	peer, err := proc.PeerOf(l.conn)
	if err != nil {
		return nil, nil, err
	}
	defer peer.Close()
	if err := trusted(peer); err != nil {
		return nil, nil, err
	}
	l.keeper = peer.ID
	_ = l.conn.SetDeadline(time.Now().Add(handshake))
	_, werr := l.conn.Write(jsonFrame(frameHello, hello{Protocol: protocol, From: from}))
	r := newReceiver(l.conn)
	kind, payload, err := r.next(nil) // a refusal can be read also when the hello came too late
	if err != nil {
		return nil, nil, errors.Join(werr, err)
	}
	_ = l.conn.SetDeadline(time.Time{})
	var w welcome
	switch kind {
	case frameWelcome:
		if err := json.Unmarshal(payload, &w); err != nil {
			return nil, nil, errFrame
		}
	case frameBad:
		return nil, nil, errors.New(string(payload))
	default:
		return nil, nil, errFrame
	}
	l.typed = w.Queued
	l.agent, err = proc.ParseID(w.Agent)
	return r, w.Sizes, err
}

// trusted is nil for a process that can be a keeper: this user's and no agent's.
func trusted(peer proc.Peer) error {
	if peer.UID != os.Getuid() {
		return fmt.Errorf("process %d is user %d's", peer.PID, peer.UID)
	}
	if self, err := proc.Marked(os.Getpid()); err != nil || self {
		return nil // the mark tells nothing here
	}
	marked, err := proc.Marked(peer.PID)
	if err != nil {
		return err
	}
	if marked || !peer.Alive() {
		return fmt.Errorf("process %d is an agent's and no keeper", peer.PID)
	}
	return nil
}

// Agent is the agent's process.
func (l *Link) Agent() proc.ID { return l.agent }

// Keeper is the keeper's process, as the kernel says it.
func (l *Link) Keeper() proc.ID { return l.keeper }

// Write types at the agent, whole or not at all: ErrInputFull when too much waits to be read, net.ErrClosed when
// the link is gone. b is copied.
func (l *Link) Write(b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return net.ErrClosed
	}
	if l.typed+len(b) > maxInput {
		return ErrInputFull
	}
	l.typed += len(b)
	const piece = 32 << 10
	for len(b) > 0 {
		n := min(len(b), piece)
		l.queue = appendFrame(l.queue, frameInput, b[:n]...)
		b = b[n:]
	}
	l.more.Signal()
	return nil
}

// Reply types the answer to a query of the agent, whose last byte was number offset-1 of its output. It is typed once:
// a later answer to a query up to there, by a server that sees that output again, is dropped. Errors are those of Write.
func (l *Link) Reply(offset uint64, b []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return net.ErrClosed
	}
	if l.typed+len(b) > maxInput {
		return ErrInputFull
	}
	l.typed += len(b)
	l.queue = appendFrame(l.queue, frameReply, append(binary.BigEndian.AppendUint64(nil, offset), b...)...)
	l.more.Signal()
	return nil
}

// Resize sets the size of the agent's terminal, in cells. The agent gets SIGWINCH if that changed it.
func (l *Link) Resize(cols, rows int) error {
	if cols < 1 || rows < 1 || cols > 0xffff || rows > 0xffff {
		return fmt.Errorf("resize to %dx%d: no such size", cols, rows)
	}
	size := binary.BigEndian.AppendUint16(nil, uint16(cols))
	return l.send(frameResize, binary.BigEndian.AppendUint16(size, uint16(rows))...)
}

// Signal sends a signal to the agent's process, or to its process group. An agent that is gone gets none.
func (l *Link) Signal(sig syscall.Signal, group bool) error {
	if sig < 1 || sig > 64 {
		return fmt.Errorf("signal %d: no such signal", int(sig))
	}
	all := byte(0)
	if group {
		all = 1
	}
	return l.send(frameSignal, byte(sig), all)
}

// Ready tells the keeper that this server works, so that it is no failure if the link breaks early (see the package's
// comment). A link that has held for a second need not say so.
func (l *Link) Ready() error { return l.send(frameReady) }

// Kill ends the agent and everything that it ever started and that still runs, by SIGKILL.
func (l *Link) Kill() error { return l.send(frameKill) }

// Dismiss tells the keeper, after Exited, that it may end. Told earlier, it ends when the agent does.
func (l *Link) Dismiss() error {
	l.mu.Lock()
	l.asked = true
	l.mu.Unlock()
	return l.send(frameDismiss)
}

// Goodbye leaves the keeper without its starting another server, and blocks until it has heard, for at most five
// seconds. What was written before is typed.
func (l *Link) Goodbye() error {
	l.mu.Lock()
	l.asked = true
	l.mu.Unlock()
	if err := l.send(frameGoodbye); err != nil {
		return err
	}
	late := time.NewTimer(handshake)
	defer late.Stop()
	select {
	case <-l.gone:
		return nil
	case <-late.C:
		l.Close()
		return errors.New("goodbye: the keeper does not answer")
	}
}

// Close ends the link without a goodbye, so that the keeper will start a server.
func (l *Link) Close() {
	l.mu.Lock()
	l.asked = true
	l.mu.Unlock()
	_ = l.conn.Close()
}

func (l *Link) send(kind byte, payload ...byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return net.ErrClosed
	}
	l.queue = appendFrame(l.queue, kind, payload...)
	l.more.Signal()
	return nil
}

// write sends what is queued until the link is gone.
func (l *Link) write() {
	for {
		l.mu.Lock()
		for len(l.queue) == 0 && !l.closed {
			l.more.Wait()
		}
		b := l.queue
		l.queue = nil
		closed := l.closed
		l.mu.Unlock()
		if closed {
			return
		}
		if _, err := l.conn.Write(b); err != nil {
			_ = l.conn.Close() // the reader ends the link
			return
		}
	}
}
