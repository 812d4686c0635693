package pty

import "sync"

// feed types at the agent from a goroutine of its own, because a terminal whose program does not read takes no more
// than a few KiB and then blocks.
type feed struct {
	mu     sync.Mutex
	more   *sync.Cond
	queue  []byte
	closed bool
}

func newFeed() *feed {
	f := new(feed)
	f.more = sync.NewCond(&f.mu)
	return f
}

// add queues input. The link bounds how much there is.
func (f *feed) add(b []byte) {
	f.mu.Lock()
	f.queue = append(f.queue, b...)
	f.more.Signal()
	f.mu.Unlock()
}

// run types what is queued and tells how many bytes the terminal took, until close. Once the terminal is gone it
// takes everything, as one does that nobody reads.
func (f *feed) run(write func([]byte) (int, error), typed func(int)) {
	for {
		f.mu.Lock()
		for len(f.queue) == 0 && !f.closed {
			f.more.Wait()
		}
		if f.closed {
			f.mu.Unlock()
			return
		}
		// Small pieces: what the terminal has taken is told as it takes it.
		piece := f.queue[:min(len(f.queue), 4096)]
		f.queue = f.queue[len(piece):]
		if len(f.queue) == 0 {
			f.queue = nil
		}
		f.mu.Unlock()
		_, _ = write(piece)
		typed(len(piece))
	}
}

func (f *feed) close() {
	f.mu.Lock()
	f.closed = true
	f.more.Signal()
	f.mu.Unlock()
}
