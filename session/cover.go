package session

import (
	"sync"
	"sync/atomic"
	"time"

	"kavi/gateway"
	"kavi/gateway/shell"
	"kavi/pty/proc"
)

// A call inside a call: what an allowed command starts meets the
// gateway again. covers knows the processes of allowed calls, so that a door can
// tell what a caller is nested in. Identity is pid and start time, never
// anything that the caller says.
//
// It is read by the doors and written by the loop; hence its own lock.
type covers struct {
	mu   sync.Mutex
	runs map[proc.ID]*run
	pids map[int]*run // the newest run of a pid, for what was left in its group after it ended
}

// run is one allowed call as a process.
type run struct {
	id       proc.ID
	agent    string
	callID   string
	approval string // "apr_03" where the operator approved it
	operator bool
	effects  []shell.Kind
	none     bool // an interactive shell or one fed by standard input: covers nothing
	own      bool // a shell that the agent started for itself
	in       *run // the allowed call that this one is nested in and covered by

	over    atomic.Int64  // when it was seen to have ended, in unix nanoseconds; 0: it goes on
	settled chan struct{} // closed when it is known whether the call was taken
	taken   bool          // guarded by covers.mu
	ended   bool          // guarded by covers.mu
	until   uint64        // when it ended, as processes' starts are counted; guarded by covers.mu
}

func newCovers() *covers {
	return &covers{runs: make(map[proc.ID]*run), pids: make(map[int]*run)}
}

// settleWait bounds how long a nested call waits to learn whether the call
// around it was taken; the frame that says so was written before the exec, so it
// is there within microseconds.
const settleWait = 2 * time.Second

// keepEnded is how many ended runs are remembered to name who left a process running.
const keepEnded = 4096

func (c *covers) add(r *run) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r.settled = make(chan struct{})
	c.runs[r.id] = r
	c.pids[r.id.PID] = r
	if len(c.runs) > 2*keepEnded {
		c.forget()
	}
}

// forget drops the ended runs that no living one is nested in.
func (c *covers) forget() {
	inUse := make(map[*run]bool)
	for _, r := range c.runs {
		if !r.ended {
			for p := r.in; p != nil; p = p.in {
				inUse[p] = true
			}
		}
	}
	for id, r := range c.runs {
		if r.ended && !inUse[r] {
			delete(c.runs, id)
			if c.pids[id.PID] == r {
				delete(c.pids, id.PID)
			}
		}
	}
}

// settle says whether the call's door took its verdict and became the program.
func (c *covers) settle(r *run, taken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-r.settled:
		return
	default:
	}
	r.taken = taken
	if !taken {
		r.ended = true
		r.over.Store(time.Now().UnixNano())
		if c.runs[r.id] == r {
			delete(c.runs, r.id)
			delete(c.pids, r.id.PID)
			if r.in != nil && r.in.id == r.id { // it is still the shell that would have become that
				c.runs[r.id], c.pids[r.id.PID] = r.in, r.in
			}
		}
	}
	close(r.settled)
}

// end says that the call's process is gone; false: that was known.
func (c *covers) end(r *run) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.ended {
		return false
	}
	r.ended, r.until = true, proc.Now()
	r.over.Store(time.Now().UnixNano())
	return true
}

// sweep ends the runs whose process is gone: those whose door could not tell.
func (c *covers) sweep() (ended []*run) {
	c.mu.Lock()
	alive := make([]*run, 0, len(c.runs))
	for _, r := range c.runs {
		for ; r != nil; r = r.in { // a shell that became another call's program has its own end
			if r.taken && !r.ended {
				alive = append(alive, r)
			}
		}
	}
	c.mu.Unlock()
	for _, r := range alive {
		if !r.id.Alive() && c.end(r) {
			ended = append(ended, r)
		}
	}
	return ended
}

// nesting is what a caller runs inside of.
type nesting struct {
	run  *run           // the covering call, nil when judged alone
	left *run           // the ended call that left the caller running
	as   *gateway.Cover // run, as the policy wants it
}

// of finds what the caller is nested in: ancestors is the chain from the caller
// itself upwards, orphan the one in it whose parents are gone (zero: none), group
// its process group and session. It may wait settleWait.
func (c *covers) of(ancestors []proc.ID, orphan proc.ID, group ...int) nesting {
	for _, id := range ancestors {
		c.mu.Lock()
		r := c.runs[id]
		c.mu.Unlock()
		if r == nil {
			continue
		}
		if !r.wait() {
			continue
		}
		return c.nest(r)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, pid := range group {
		if r := c.pids[pid]; r != nil && r.taken {
			return nesting{left: r.root()}
		}
	}
	return nesting{left: c.parentOf(orphan)}
}

// parentOf finds the ended call during which an orphan was started, if that can
// only have been one: the kernel does not remember whose child it was.
func (c *covers) parentOf(orphan proc.ID) *run {
	if orphan == (proc.ID{}) {
		return nil
	}
	var found *run
	for _, r := range c.runs {
		during := r.id.Start <= orphan.Start && (!r.ended || orphan.Start <= r.until)
		switch root := r.root(); {
		case !r.taken || !during:
		case found == nil:
			found = root
		case found != root:
			return nil
		}
	}
	if found != nil && !found.ended && found.id.Alive() {
		return nil // it was not left: it got away from one that still runs
	}
	return found
}

// wait tells whether the call was taken, once that is known.
func (r *run) wait() bool {
	t := time.NewTimer(settleWait)
	defer t.Stop()
	select {
	case <-r.settled:
		return r.taken // written before settled was closed
	case <-t.C:
		return false
	}
}

func (r *run) root() *run {
	for r.in != nil {
		r = r.in
	}
	return r
}

// nest walks from the nearest run outwards: coverage holds only while every run
// up to the one that was decided lives.
func (c *covers) nest(r *run) nesting {
	c.mu.Lock()
	chain := []*run{r}
	for p := r.in; p != nil; p = p.in {
		chain = append(chain, p)
	}
	c.mu.Unlock()
	root := chain[len(chain)-1]
	if root.none {
		return nesting{}
	}
	if !root.id.Alive() {
		return nesting{left: root}
	}
	return nesting{run: root, as: &gateway.Cover{
		CallID:     root.callID,
		ApprovalID: root.approval,
		Effects:    root.effects,
		ByOperator: root.operator,
	}}
}
