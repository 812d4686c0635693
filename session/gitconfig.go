package session

import (
	"errors"
	"sync"

	"golang.org/x/sys/unix"

	"kavi/gateway"
)

// gitConfig knows why git is not read-only in the project. rules.md has the
// configuration read once; but an agent could write a program into it later and
// then ask for nothing but `git status`, so it is read again whenever one of its
// files is not what it was.
type gitConfig struct {
	root string

	mu    sync.Mutex
	seen  [3]stamp
	known bool
	why   string
}

// GitProgram gives gateway.GitProgram of a project, which it asks again only when
// the repository's configuration changed.
func GitProgram(project string) func() string {
	return (&gitConfig{root: project}).program
}

// stamp tells a file from what was written over it. The time of the change is
// what no program can set back.
type stamp struct {
	dev, ino uint64
	mode     uint32
	size     int64
	changed  unix.Timespec
}

// program is the reason, "" where git runs nothing but git. It blocks for one git
// command after a change, otherwise for three stats, or one where there is no git.
func (g *gitConfig) program() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var now [3]stamp
	for i, name := range [...]string{"/.git", "/.git/config", "/.git/config.worktree"} {
		var err error
		if now[i], err = stampOf(g.root + name); i == 0 && err != nil {
			break
		}
	}
	if !g.known || now != g.seen {
		g.why = gateway.GitProgram(g.root)
		g.known, g.seen = true, now
	}
	return g.why
}

// stampOf is the stamp of the file that a path leads to.
func stampOf(path string) (stamp, error) {
	var st unix.Stat_t
	err := unix.Stat(path, &st)
	for errors.Is(err, unix.EINTR) {
		err = unix.Stat(path, &st)
	}
	if err != nil {
		return stamp{}, err
	}
	s := stamp{dev: uint64(st.Dev), ino: st.Ino, mode: uint32(st.Mode)}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR { // a folder's time changes with every command of git
		s.size, s.changed = st.Size, st.Ctim
	}
	return s, nil
}
