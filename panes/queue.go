package panes

import (
	"sync"
	"time"
)

// What else comes to the loop, besides what the operator types.
type (
	tickIn struct{}            // look whether something is to be done
	snapIn struct{}            // the session changed
	sentIn struct{ at uint64 } // all up to this frame went out
	redraw struct{}            // the terminal changed, or somebody else wrote to it
	callIn struct{ f func() }  // to be done by the loop
	stopIn struct {
		why Reason
		err error
	}
)

// queue is what waits for tview's loop, in order. Nobody who posts waits, but
// for the reader of the terminal.
type queue struct {
	mu      sync.Mutex
	items   []any
	told    bool // the loop knows that there is something
	ticking bool // a tick waits already
	wake    chan struct{}
	room    chan struct{} // capacity 1: there is room again
}

// maxQueue is how many events may wait before the terminal is not read further.
const maxQueue = 4096

func newQueue(wake chan struct{}) *queue {
	return &queue{wake: wake, room: make(chan struct{}, 1)}
}

// post adds an event.
func (q *queue) post(ev any) {
	q.mu.Lock()
	if _, tick := ev.(tickIn); tick {
		if q.ticking {
			q.mu.Unlock()
			return
		}
		q.ticking = true
	}
	q.items = append(q.items, ev)
	told := q.told
	q.told = true
	q.mu.Unlock()
	if !told {
		select {
		case q.wake <- struct{}{}:
		default:
		}
	}
}

// take gives all that waits.
func (q *queue) take() []any {
	q.mu.Lock()
	items := q.items
	q.items, q.told, q.ticking = nil, false, false
	q.mu.Unlock()
	select {
	case q.room <- struct{}{}:
	default:
	}
	return items
}

// full tells whether the terminal must wait.
func (q *queue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items) >= maxQueue
}

// readBytes passes on what the terminal sends, until it is gone.
func readBytes(t Terminal, chunks chan<- []byte, done <-chan struct{}) {
	for {
		b := make([]byte, 4096)
		n, err := t.Read(b)
		if n > 0 {
			select {
			case chunks <- b[:n]:
			case <-done:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// readEvents takes apart what the terminal sends, until done is closed. It does
// not go on while the loop is far behind.
func readEvents(chunks <-chan []byte, resized <-chan struct{}, q *queue, done <-chan struct{}) {
	var in input
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		timer.Stop()
		if d := in.deadline(); !d.IsZero() {
			timer.Reset(time.Until(d))
		}
		var events []any
		select {
		case b := <-chunks:
			events = in.feed(b, time.Now())
		case <-timer.C:
			events = in.expire(time.Now())
		case <-resized:
			events = []any{redraw{}}
		case <-done:
			return
		}
		for _, ev := range events {
			for q.full() {
				select {
				case <-q.room:
				case <-done:
					return
				}
			}
			q.post(ev)
		}
	}
}
