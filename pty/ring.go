package pty

import "sync"

const (
	kept  = 4 << 20   // how many of the last bytes of output a keeper keeps
	chunk = 128 << 10 // how many are read or sent at a time, at most
	room  = 64 << 10  // with a full ring, how many must be free before reading goes on
)

// ring keeps the last bytes of an agent's output, each under its number since the agent's first.
//
// One goroutine fills it, straight from the pty; at most one sends from it, straight to a server. Neither copies,
// so a part that is being filled or sent is kept from the other: what is filled is no longer readable (tail moves
// first), and what was not sent is not filled while a server is attached.
type ring struct {
	mu    sync.Mutex
	moved *sync.Cond // on mu: something below changed, or something that others keep under mu

	buf        []byte
	tail, head uint64 // the bytes [tail, head) can be read
	attached   bool
	sent       uint64 // with a server attached: it has been sent all before this
	closed     bool
}

func newRing(size int) *ring {
	r := &ring{buf: make([]byte, size+chunk)}
	r.moved = sync.NewCond(&r.mu)
	return r
}

// reserve is where the next output goes. It waits while a server has been sent too little to make room, and is empty
// when the ring was closed.
func (r *ring) reserve() []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	size := uint64(len(r.buf))
	free := func() uint64 { return size - (r.head - r.sent) }
	for !r.closed && r.attached && free() < room {
		r.moved.Wait()
	}
	if r.closed {
		return nil
	}
	at := r.head % size
	n := min(chunk, size-at)
	if r.attached {
		n = min(n, free())
	}
	r.tail = max(r.tail, r.head+n-min(size, r.head+n))
	return r.buf[at : at+n]
}

// commit says that the first n bytes of what was reserved are output.
func (r *ring) commit(n int) {
	if n > 0 {
		r.mu.Lock()
		r.head += uint64(n)
		r.moved.Broadcast()
		r.mu.Unlock()
	}
}

// end is the number of the next byte of output.
func (r *ring) end() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.head
}

// attach begins to send from a number on, or where that is gone from the oldest that is kept. A number that was
// never reached begins with the oldest too: it is of another agent.
func (r *ring) attach(from uint64) (start uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	start = max(from, r.tail)
	if start > r.head {
		start = r.tail
	}
	r.attached, r.sent = true, start
	return start
}

// detach lets the oldest bytes go again.
func (r *ring) detach() {
	r.mu.Lock()
	r.attached = false
	r.moved.Broadcast()
	r.mu.Unlock()
}

// unsent is the next piece to send; mu is held. It stays as it is until took says that it was sent, or detach.
func (r *ring) unsent() (offset uint64, b []byte) {
	at := r.sent % uint64(len(r.buf))
	n := min(r.head-r.sent, chunk, uint64(len(r.buf))-at)
	return r.sent, r.buf[at : at+n]
}

// took says that n more bytes were sent; mu is held.
func (r *ring) took(n int) {
	if n > 0 {
		r.sent += uint64(n)
		r.moved.Broadcast()
	}
}

func (r *ring) close() {
	r.mu.Lock()
	r.closed = true
	r.moved.Broadcast()
	r.mu.Unlock()
}
