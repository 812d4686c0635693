package session

import "sync"

// mailbox is the loop's queue. Whoever posts never waits, whatever the loop is
// doing: a bounded channel here would let a slow moment of one agent hold up
// the doors of all others.
type mailbox struct {
	mu     sync.Mutex
	queue  []func()
	closed bool
	wake   chan struct{}
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

// post hands f to the loop; false says that the loop has ended and f will not run.
func (m *mailbox) post(f func()) bool {
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return false
	}
	m.queue = append(m.queue, f)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return true
}

func (m *mailbox) take() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := m.queue
	m.queue = nil
	return q
}

// close ends the queue and returns what was still in it.
func (m *mailbox) close() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	q := m.queue
	m.queue = nil
	return q
}

// nudges wakes everybody who watches, without a word and without waiting:
// a watcher that has a nudge waiting needs no second one.
type nudges struct {
	mu sync.Mutex
	to map[chan struct{}]struct{}
}

func (n *nudges) watch() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	n.mu.Lock()
	if n.to == nil {
		n.to = make(map[chan struct{}]struct{})
	}
	n.to[c] = struct{}{}
	n.mu.Unlock()
	return c, func() {
		n.mu.Lock()
		delete(n.to, c)
		n.mu.Unlock()
	}
}

func (n *nudges) nudge() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.to {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
