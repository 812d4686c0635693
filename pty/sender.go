package pty

import (
	"encoding/binary"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// sender writes to one server: the output from the ring, and frames that others queue. All but conn and done is
// under the ring's mu, so that one wait sees both.
type sender struct {
	ring   *ring
	conn   *net.UnixConn
	queue  []outgoing
	typed  int  // bytes of input that the terminal took and the server was not told of
	last   bool // it ends once nothing waits
	closed bool
	done   chan struct{}
}

type outgoing struct {
	b     []byte
	fd    int    // a descriptor that goes with it and is closed then; -1: none
	after uint64 // not before the output up to here
}

func newSender(r *ring, conn *net.UnixConn) *sender {
	return &sender{ring: r, conn: conn, done: make(chan struct{})}
}

// add queues a frame; the sender owns fd.
func (s *sender) add(b []byte, fd int, after uint64) {
	s.ring.mu.Lock()
	defer s.ring.mu.Unlock()
	if s.closed {
		closeFD(fd)
		return
	}
	s.queue = append(s.queue, outgoing{b: b, fd: fd, after: after})
	s.ring.moved.Broadcast()
}

// took tells the server that the terminal took n bytes of its input, in one frame with others that wait.
func (s *sender) took(n int) {
	s.ring.mu.Lock()
	s.typed += n
	s.ring.moved.Broadcast()
	s.ring.mu.Unlock()
}

// full tells that so much waits that what can be left out should be.
func (s *sender) full() bool {
	s.ring.mu.Lock()
	defer s.ring.mu.Unlock()
	return len(s.queue) > maxRefusals
}

// run sends until the connection breaks, close was called, or finish was and nothing waits. The server sees frames
// in the order in which they were queued, and before any output that came after them.
func (s *sender) run() {
	defer close(s.done)
	defer func() { _ = s.conn.Close() }()
	var head []byte
	for {
		s.ring.mu.Lock()
		idle := func() bool { return len(s.queue) == 0 && s.typed == 0 && s.ring.sent == s.ring.head }
		for idle() && !s.last && !s.closed {
			s.ring.moved.Wait()
		}
		if idle() || s.closed {
			s.ring.mu.Unlock()
			return
		}
		head = head[:0]
		fd := -1
		for len(s.queue) > 0 && s.queue[0].after <= s.ring.sent && fd < 0 {
			head, fd = append(head, s.queue[0].b...), s.queue[0].fd
			s.queue = s.queue[1:]
		}
		if s.typed > 0 && fd < 0 {
			head = binary.BigEndian.AppendUint32(append(head, frameTyped, 0, 0, 0, 4), uint32(s.typed))
			s.typed = 0
		}
		offset, out := s.ring.unsent()
		s.ring.mu.Unlock()

		if fd >= 0 {
			err := s.pass(head, fd)
			closeFD(fd)
			if err != nil {
				return
			}
			continue
		}
		if len(out) > 0 {
			head = append(head, frameOutput)
			head = binary.BigEndian.AppendUint32(head, uint32(8+len(out)))
			head = binary.BigEndian.AppendUint64(head, offset)
		}
		bufs := net.Buffers{head, out}
		if _, err := bufs.WriteTo(s.conn); err != nil {
			return
		}
		s.ring.mu.Lock()
		s.ring.took(len(out))
		s.ring.mu.Unlock()
	}
}

// pass writes b with a descriptor.
func (s *sender) pass(b []byte, fd int) error {
	n, _, err := s.conn.WriteMsgUnix(b, unix.UnixRights(fd), nil)
	if err == nil && n < len(b) {
		_, err = s.conn.Write(b[n:])
	}
	return err
}

// parting is how long a server may take to read the last that its keeper has for it.
const parting = 5 * time.Second

// finish lets the server have what waits, the agent's end above all, and closes the connection.
func (s *sender) finish() {
	s.ring.mu.Lock()
	s.last = true
	s.ring.moved.Broadcast()
	s.ring.mu.Unlock()
	late := time.NewTimer(parting)
	defer late.Stop()
	select {
	case <-s.done:
	case <-late.C:
	}
	s.close()
}

// close ends the connection at once, and with it the use of the ring's bytes.
func (s *sender) close() {
	s.ring.mu.Lock()
	s.closed = true
	for _, o := range s.queue {
		closeFD(o.fd)
	}
	s.queue = nil
	s.ring.moved.Broadcast()
	s.ring.mu.Unlock()
	_ = s.conn.Close()
	<-s.done
}

func closeFD(fd int) {
	if fd >= 0 {
		_ = unix.Close(fd)
	}
}
