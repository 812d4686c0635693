package pty

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"kavi/pty/proc"
)

// kill ends all that is below this keeper but the servers that it started and what is theirs. It does not wait, but
// the keeper does not end before it is done: it would leave the processes that are stopped and not yet killed.
func (k *keeper) kill() {
	self, servers := k.self, slices.Clone(k.revival.below())
	k.killing++
	go func() {
		err := killAll(func() []proc.ID {
			tree := proc.Tree(self)
			var spare []proc.ID
			for _, s := range servers {
				spare = append(spare, proc.Tree(s)...)
			}
			return slices.DeleteFunc(tree, func(id proc.ID) bool { return id == self || slices.Contains(spare, id) })
		})
		if err != nil {
			k.log.Error("kill the agent's processes", "err", err)
		}
		k.on(func() { k.killing-- })
	}()
}

// KillTree ends what an agent left behind whose keeper died: the agent, all that descends from it or is in its
// session, and, since orphans of a dead keeper have other parents by then, every process of this user that has the
// mark and whose environment still names the agent's folder. A process that forked away, left the session and cleared its environment
// gets away; it keeps the mark, and its gate is gone. Only processes that are still the same by pid and start
// are signalled. It blocks until they are gone, for at most ten seconds. It is an error to call it while the
// keeper lives: use Link.Kill then, which misses nothing.
func KillTree(dir string, keeper, agent proc.ID) error {
	if !poll(2*time.Second, func() bool { return !keeper.Alive() }) { // its sockets close before it is gone
		return fmt.Errorf("kill the tree of %v: its keeper %v is alive", agent, keeper)
	}
	return killAll(func() []proc.ID { return leftBehind(dir, agent) })
}

// KillKept ends the agent in dir where no server can ask its keeper to: the keeper, all that is below it, and what
// KillTree ends. The keeper is found among the processes of this user, and agent, which a file names that an agent
// could have written, counts only where it has the mark. It blocks until all are gone, for at most ten seconds. With
// a server it is an error to call it: the keeper would be taken for lost.
func KillKept(dir string, agent proc.ID) error {
	if !marked(agent) {
		agent = proc.ID{}
	}
	return killAll(func() []proc.ID {
		list := leftBehind(dir, agent)
		all, _ := proc.All() // the caller looks again, and at last for nothing
		for _, id := range all {
			if keeps(id, dir) {
				list = append(list, proc.Tree(id)...)
			}
		}
		return list
	})
}

// keeps tells whether a process is the keeper of the agent in dir.
func keeps(id proc.ID, dir string) bool {
	argv, err := proc.Argv(id.PID)
	if err != nil || len(argv) != 3 || argv[1] != "keep" {
		return false
	}
	is, err := os.Stat(argv[2])
	want, werr := os.Stat(dir)
	return err == nil && werr == nil && os.SameFile(is, want)
}

func leftBehind(dir string, agent proc.ID) []proc.ID {
	all, err := proc.All()
	if err != nil {
		return nil
	}
	// The agent is alive or its pid may be another's: only then are the session's members its own.
	leader := agent.Alive()
	tree := proc.Tree(agent)
	for _, id := range all {
		if slices.Contains(tree, id) || !id.Alive() {
			continue
		}
		_, sid, err := proc.Group(id.PID)
		if leader && err == nil && sid == agent.PID || names(id, dir) {
			tree = append(tree, proc.Tree(id)...)
		}
	}
	return tree
}

// names tells whether a marked process was started with an environment that names a folder.
func names(id proc.ID, dir string) bool {
	if !marked(id) {
		return false
	}
	env, err := proc.Environ(id.PID)
	if err != nil {
		return false
	}
	dir = filepath.Clean(dir) + "/"
	return slices.ContainsFunc(env, func(v string) bool { return strings.Contains(v, dir) })
}

// marked tells whether a process has the mark, where there is one to have.
func marked(id proc.ID) bool {
	is, err := proc.Marked(id.PID)
	return is && err == nil || errors.Is(err, proc.ErrNoMark)
}

// killAll kills what list lists until it lists nothing alive. All are stopped before the first is killed, so that none
// can fork while the others die.
func killAll(list func() []proc.ID) error {
	stopped := make(map[proc.ID]bool)
	for fresh, round := true, 0; fresh && round < 100; round++ {
		fresh = false
		for _, id := range list() {
			if !stopped[id] {
				stopped[id], fresh = true, true
				_ = proc.Signal(id, syscall.SIGSTOP)
			}
		}
	}
	var errs error
	dead := poll(10*time.Second, func() bool {
		errs = nil
		left := false
		for _, id := range list() {
			if !id.Alive() {
				continue
			}
			left = true
			if err := proc.Signal(id, syscall.SIGKILL); err != nil && !errors.Is(err, proc.ErrGone) {
				errs = errors.Join(errs, err)
			}
		}
		return !left
	})
	if !dead {
		return errors.Join(errors.New("some processes do not end"), errs)
	}
	return nil
}

// poll asks until it is so or the time is over.
func poll(limit time.Duration, so func() bool) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(limit)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			return so()
		}
	}
	return true
}
