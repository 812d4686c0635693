package session

import (
	"slices"
	"sync"
	"time"

	"kavi/gateway/watch"
	"kavi/pty/proc"
)

// doings are the allowed calls as far as they explain changes of files: where each
// may write, what a hook announced, and from when until when something of it ran.
// The loop and the doors write it, the watcher's goroutine reads it.
type doings struct {
	mu     sync.Mutex
	list   []*doing
	pruned time.Time
}

type doing struct {
	watch.Call
	in   *worktree // the agent's: paths of the call are as its watch names them
	hook bool      // the agent does it itself, or kavi, until it is said to be done
	over time.Time // zero: it goes on
	runs []*run    // as processes
}

// How long, and how many, calls that are over are kept: what they did may be seen
// late, after a sleep of the disk or of the machine. All of them are looked at for that once a second.
const (
	keepDoings  = 2 * time.Minute
	maxDoings   = 4096
	pruneDoings = time.Second
)

// begin adds an allowed call of an agent that works in a worktree, before its
// caller hears of it.
func (d *doings) begin(k *call, r *run, in *worktree, at time.Time) {
	n := &doing{Call: watch.Call{ID: k.id, Agent: k.agentName, What: k.gist(), At: at}, in: in, hook: k.hooked != nil}
	if around := k.judged.nest.run; around != nil { // also where that does not cover it
		n.Under = around.callID
	}
	for _, p := range k.judged.Parts {
		may := in.inGit(p.Git)
		for _, e := range p.Effects {
			may = append(may, in.places(e)...)
		}
		for _, place := range may {
			if !slices.Contains(n.May, place) {
				n.May = append(n.May, place)
			}
		}
	}
	for path, hash := range k.judged.leaves {
		if n.Announced == nil {
			n.Announced = make(watch.Announcements)
		}
		at := in.path(path)
		n.Announced[at] = watch.Holds(hash)
		n.May = append(n.May, watch.Place{Path: at}) // a formatter writes there too
	}
	if n.hook && len(n.May) == 0 {
		return // the agent reads
	}
	if !n.hook {
		n.runs = append(n.runs, r)
	}
	d.add(n)
}

// join adds a process to a call: the shell of one that a hook announced.
func (d *doings) join(callID string, r *run) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.list {
		if n.ID == callID {
			n.runs = append(n.runs, r)
		}
	}
}

// end says that a call is over, as the agent says.
func (d *doings) end(callID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.list {
		if n.ID == callID && n.over.IsZero() {
			n.over = time.Now()
		}
	}
}

// undo adds what kavi itself is about to change in a worktree, until end says that it
// is over, and was seen.
func (d *doings) undo(id string, in *worktree, changes []watch.Change) {
	d.add(&doing{Call: watch.Call{ID: id, Announced: watch.Announce(changes), At: time.Now()}, in: in, hook: true})
}

func (d *doings) add(n *doing) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = append(d.list, n)
	if now := time.Now(); now.Sub(d.pruned) > pruneDoings {
		d.pruned = now
		d.prune(now.Add(-keepDoings))
	}
	if len(d.list) > maxDoings { // what goes on explains what is yet to come
		i := max(0, slices.IndexFunc(d.list, func(n *doing) bool { _, ended := n.ended(); return ended }))
		d.list = slices.Delete(d.list, i, i+1)
	}
}

// own adds what kavi itself does with branches and worktrees of the repository that
// a worktree belongs to, until it is over.
func (d *doings) own(id string, in *worktree) (over func()) {
	n := &doing{Call: watch.Call{ID: id, At: time.Now(), May: in.inGit([]string{"refs", "packed-refs", "worktrees"})}, in: in, hook: true}
	d.add(n)
	return func() { d.end(id) }
}

// prune drops what was over before old.
func (d *doings) prune(old time.Time) {
	d.list = slices.DeleteFunc(d.list, func(n *doing) bool {
		end, ended := n.ended()
		return ended && end.Before(old)
	})
}

// ended tells when a call was over, and whether it is.
func (n *doing) ended() (last time.Time, ended bool) {
	if !n.over.IsZero() {
		return n.over, true
	}
	if n.hook || len(n.runs) == 0 {
		return last, false
	}
	for _, r := range n.runs {
		end, ended := r.finished()
		if !ended {
			return last, false
		}
		if end.After(last) {
			last = end
		}
	}
	return last, true
}

// calls are the allowed calls of now, for watch.Explain of what changed in a worktree.
// What ended calls left running is asked of the system once for all of them.
func (d *doings) calls(in *worktree) []watch.Call {
	left := sync.OnceValue(func() map[int]uint64 {
		groups, err := proc.Groups()
		if err != nil {
			return nil // nothing is explained by what cannot be seen
		}
		return groups
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	out := make([]watch.Call, len(d.list))
	for i, n := range d.list {
		out[i] = n.seenFrom(in, left)
	}
	return out
}

// alive tells whether something of a call ran at any time from since until until;
// left are the process groups and sessions of now, see proc.Groups.
func (n *doing) alive(since, until time.Time, left func() map[int]uint64) bool {
	if n.At.After(until) {
		return false
	}
	if n.hook && (n.over.IsZero() || n.over.After(since)) {
		return true
	}
	for _, r := range n.runs {
		if end, ended := r.finished(); !ended || end.After(since) || r.leftSomething(left()) {
			return true
		}
	}
	return false
}

// seenFrom is the call as the watch of another worktree names its files: there too
// it may have written what it named.
func (n *doing) seenFrom(t *worktree, left func() map[int]uint64) watch.Call {
	c := n.Call
	now := *n // what asks it later holds no lock
	c.Alive = func(since, until time.Time) bool { return now.alive(since, until, left) }
	if n.in == t {
		return c
	}
	c.May, c.Announced = make([]watch.Place, len(n.May)), make(watch.Announcements, len(n.Announced))
	for i, p := range n.May {
		c.May[i] = watch.Place{Path: t.from(n.in, p.Path), Tree: p.Tree}
	}
	for path, a := range n.Announced {
		c.Announced[t.from(n.in, path)] = a
	}
	return c
}

// finished tells when the process of a run ended, and whether it has.
func (r *run) finished() (time.Time, bool) {
	t := r.over.Load()
	if t == 0 {
		return time.Time{}, false
	}
	return time.Unix(0, t), true
}

// leftSomething tells whether processes of its group or session live on.
func (r *run) leftSomething(groups map[int]uint64) bool {
	newest, there := groups[r.id.PID]
	return there && newest >= r.id.Start
}
