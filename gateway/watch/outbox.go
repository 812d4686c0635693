package watch

import (
	"context"
	"os"
	"sync"

	"kavi/gateway/watch/baseline"
)

// Batch is changes that were seen together.
type Batch struct {
	Changes []Change
	folders []baseline.Folder
	number  uint64
	box     *outbox
}

// Done says that the changes are recorded. Until then a server that comes back
// reports them again, and Flush waits. It does not block, and is called once for
// each batch, in any order.
func (b Batch) Done() { b.box.acknowledge(b) }

const (
	batchChanges = 1_000  // in one batch
	outboxMax    = 20_000 // changes that wait for the consumer; with more, nothing is settled, and names gather
)

// outbox is between the goroutine that settles and the consumer, so that a slow
// consumer holds up no one who waits for a content to be kept.
type outbox struct {
	c       chan Batch
	mu      sync.Mutex
	queue   []Batch
	waiting int           // changes in the queue
	more    chan struct{} // of capacity 1
	done    []baseline.Folder
	last    uint64
	open    map[uint64]bool // batches that are not done
	closed  chan struct{}   // when one is done; then there is a new one
	nudge   func()
}

func (o *outbox) init() {
	o.c = make(chan Batch)
	o.more = make(chan struct{}, 1)
	o.open = map[uint64]bool{}
	o.closed = make(chan struct{})
	o.nudge = func() {}
}

// put queues changes; folders is what they lead to.
func (o *outbox) put(changes []Change, folders []baseline.Folder) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(changes) > 0 || len(folders) > 0 {
		n := min(len(changes), batchChanges)
		o.last++
		b := Batch{Changes: changes[:n:n], number: o.last, box: o}
		changes = changes[n:]
		if len(changes) == 0 { // the folders come with the last
			b.folders, folders = folders, nil
		}
		o.queue = append(o.queue, b)
		o.waiting += n
		o.open[b.number] = true
	}
	select {
	case o.more <- struct{}{}:
	default:
	}
}

// full says that the consumer is far behind.
func (o *outbox) full() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.waiting >= outboxMax
}

// send hands batches to the consumer until ctx ends.
func (o *outbox) send(ctx context.Context) {
	defer close(o.c)
	for {
		o.mu.Lock()
		var b Batch
		has := len(o.queue) > 0
		if has {
			b = o.queue[0]
		}
		o.mu.Unlock()
		if !has {
			select {
			case <-o.more:
			case <-ctx.Done():
				return
			}
			continue
		}
		select {
		case o.c <- b:
		case <-ctx.Done():
			return
		}
		o.mu.Lock()
		o.queue[0] = Batch{}
		o.queue = o.queue[1:]
		o.waiting -= len(b.Changes)
		o.mu.Unlock()
		o.nudge()
	}
}

// drained waits until the consumer is done with what is queued.
func (o *outbox) drained(ctx context.Context, ended <-chan struct{}) error {
	o.mu.Lock()
	last := o.last
	o.mu.Unlock()
	for {
		o.mu.Lock()
		closed, left := o.closed, false
		for n := range o.open {
			left = left || n <= last
		}
		o.mu.Unlock()
		if !left {
			return nil
		}
		select {
		case <-closed:
		case <-ctx.Done():
			return ctx.Err()
		case <-ended:
			return os.ErrClosed
		}
	}
}

func (o *outbox) acknowledge(b Batch) {
	o.mu.Lock()
	o.done = append(o.done, b.folders...)
	delete(o.open, b.number)
	close(o.closed)
	o.closed = make(chan struct{})
	o.mu.Unlock()
	o.nudge()
}

// acknowledged gives the folders to log, and says whether no batch is open.
func (o *outbox) acknowledged() (folders []baseline.Folder, idle bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	folders, o.done = o.done, nil
	return folders, len(o.open) == 0
}
