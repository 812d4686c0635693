// Package proc says who a process is: by pid and start time, by its ancestors, by the peer of a socket, and by the
// mark that kavi puts on its agents. Everything that decides who may answer an approval, and everything that signals
// a process, goes through here.
//
// Three rules hold for all of it. A pid alone names nobody, because it comes again; an ID does not. What cannot be
// read is an error and never an empty answer, so that callers can refuse. And nothing is taken from the process's own
// words: argv and environment are its to write, so they are shown, never believed.
package proc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrGone says that there is no such process, or no longer the one that was meant.
var ErrGone = errors.New("no such process")

// errMoved says that the chain of ancestors changed while it was read.
var errMoved = errors.New("the process table changed while it was read")

// ID names one process for ever: a pid can come again, a pid with its start time cannot.
// Start is in clock ticks since boot on Linux and in microseconds since 1970 on macOS. The zero ID is nobody.
type ID struct {
	PID   int
	Start uint64
}

// String writes the ID as "123@456".
func (id ID) String() string {
	return strconv.Itoa(id.PID) + "@" + strconv.FormatUint(id.Start, 10)
}

// ParseID reads what String wrote.
func ParseID(s string) (ID, error) {
	p, t, ok := strings.Cut(s, "@")
	if !ok {
		return ID{}, fmt.Errorf("process id %q: want PID@START", s)
	}
	pid, err := strconv.Atoi(p)
	if err != nil || pid < 0 {
		return ID{}, fmt.Errorf("process id %q: the pid is no number", s)
	}
	start, err := strconv.ParseUint(t, 10, 64)
	if err != nil {
		return ID{}, fmt.Errorf("process id %q: the start time is no number", s)
	}
	return ID{PID: pid, Start: start}, nil
}

// stat is what the process table says of one process.
type stat struct {
	id        ID
	ppid      int
	pgid, sid int
	dead      bool // a zombie: it runs nothing any more
	stopped   bool // by a signal, and by no debugger
	status    int  // of a zombie: how it ended, as wait gives it; -1 where that is not told
}

// Of is the present identity of a pid. A zombie still has one.
func Of(pid int) (ID, error) {
	s, err := read(pid)
	return s.id, err
}

// Alive tells whether this very process still runs. A zombie does not.
func (id ID) Alive() bool {
	if id.PID <= 0 {
		return false
	}
	s, err := read(id.PID)
	return err == nil && s.id == id && !s.dead
}

// Parent is the present parent of a pid: of an orphan the process that adopted it.
func Parent(pid int) (ID, error) {
	chain, err := chain(pid, nil, 2, nil)
	if err != nil {
		return ID{}, err
	}
	if len(chain) < 2 {
		return ID{}, fmt.Errorf("parent of %d: %w", pid, ErrGone)
	}
	return chain[1], nil
}

// Group is a process's group and its session.
func Group(pid int) (pgid, sid int, err error) {
	s, err := read(pid)
	return s.pgid, s.sid, err
}

// maxChain bounds a walk: no honest process has so many ancestors, and an agent could make a chain as long as it likes.
const maxChain = 4096

// Ancestors is the process itself, its parent, and so on to the first process of the system (or of the container).
// An error means that the chain could not be read to its end: whoever asks to keep somebody out must refuse then.
func Ancestors(pid int) ([]ID, error) {
	return AncestorsTo(pid, nil)
}

// AncestorsTo is Ancestors up to and with the first of them that last says yes to: for who knows above whom nothing
// need be looked at.
func AncestorsTo(pid int, last func(ID) bool) ([]ID, error) {
	return chain(pid, nil, maxChain+1, last)
}

// chain reads the first n of a process's ancestors. A parent may exit while they are read, which is ordinary, so a
// chain that moved is read again; one that never holds still is an error. first, if not nil, is what was read of pid
// already: it may be old, since walk finds out where it no longer holds.
func chain(pid int, first *stat, n int, last func(ID) bool) (ids []ID, err error) {
	for range 8 {
		ids, err = walk(pid, first, n, last)
		if !errors.Is(err, errMoved) {
			break
		}
		if first != nil {
			var now stat
			if now, err = read(pid); err != nil {
				break
			}
			if now.id != first.id {
				err = fmt.Errorf("process %d: %w", pid, ErrGone)
				break
			}
			first = &now
		}
	}
	if err != nil {
		return nil, fmt.Errorf("ancestors of %d: %w", pid, err)
	}
	if n > maxChain && len(ids) > maxChain {
		return nil, fmt.Errorf("ancestors of %d: more than %d", pid, maxChain)
	}
	return ids, nil
}

func walk(pid int, first *stat, n int, last func(ID) bool) ([]ID, error) {
	if first == nil {
		s, err := read(pid)
		if err != nil {
			return nil, err
		}
		first = &s
	}
	stats := append(make([]stat, 0, 8), *first)
	for len(stats) < n {
		child := stats[len(stats)-1]
		if child.ppid <= 0 || last != nil && last(child.id) {
			break
		}
		parent, err := read(child.ppid)
		if errors.Is(err, ErrGone) {
			return nil, errMoved
		}
		if err != nil {
			return nil, err
		}
		// A parent is older than its child, whoever adopted it: a younger one has a pid that came again.
		if parent.id.Start > child.id.Start {
			return nil, errMoved
		}
		stats = append(stats, parent)
	}
	// If each still has the parent that it had before that parent was read, then what was read was its parent.
	ids := make([]ID, len(stats))
	for i, s := range stats {
		if i < len(stats)-1 {
			again, err := read(s.id.PID)
			if i == 0 && (errors.Is(err, ErrGone) || err == nil && again.id != s.id) {
				return nil, ErrGone
			}
			if err != nil || again.id != s.id || again.ppid != s.ppid {
				return nil, errMoved
			}
		}
		ids[i] = s.id
	}
	return ids, nil
}

// All is every process that can be seen now.
func All() ([]ID, error) {
	stats, err := all()
	ids := make([]ID, len(stats))
	for i, s := range stats {
		ids[i] = s.id
	}
	return ids, err
}

// Groups is, for each process group and each session in which something runs now, the newest start among what runs in
// it. It reads the whole process table: once for whatever asks about many.
func Groups() (map[int]uint64, error) {
	stats, err := all()
	newest := make(map[int]uint64)
	for _, s := range stats {
		if s.dead {
			continue
		}
		for _, of := range [...]int{s.pgid, s.sid} {
			newest[of] = max(newest[of], s.id.Start)
		}
	}
	return newest, err
}

// Stopped is every process that a signal has stopped and nobody has continued yet.
func Stopped() ([]ID, error) {
	stats, err := all()
	var ids []ID
	for _, s := range stats {
		if s.stopped {
			ids = append(ids, s.id)
		}
	}
	return ids, err
}

// Tree is root and everything that descends from it now, parents before their children. It is empty when root is
// gone: what it left behind belongs to others by then. What forks while it is read may be missing.
func Tree(root ID) []ID {
	stats, err := all()
	if err != nil {
		return nil
	}
	children := make(map[int][]stat, len(stats))
	var tree []ID
	for _, s := range stats {
		if s.id == root {
			tree = []ID{root}
		}
		children[s.ppid] = append(children[s.ppid], s)
	}
	for i := 0; i < len(tree); i++ {
		for _, c := range children[tree[i].PID] {
			if c.id.Start >= tree[i].Start && c.id.PID != root.PID {
				tree = append(tree, c.id)
			}
		}
	}
	return tree
}
