package session

import (
	"errors"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"kavi/gateway"
)

// gitConfig knows why git is not read-only in the project. To read the
// configuration once would not do: an agent could write a program into it later and
// then ask for nothing but `git status`, so it is read again whenever one of its
// files is not what it was.
type gitConfig struct {
	root string

	mu    sync.Mutex
	files []string // that decided it
	seen  []stamp
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

// program is the reason, "" where git runs nothing but git. It blocks for some git
// commands after a change, otherwise for a few stats.
func (g *gitConfig) program() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known && slices.Equal(g.seen, stampsOf(g.files)) {
		return g.why
	}
	g.known = false
	for range 3 { // what changes while it is read is read again
		before := stampsOf(g.files)
		why, files := gateway.GitProgram(g.root)
		same := slices.Equal(files, g.files) && slices.Equal(before, stampsOf(files))
		g.why, g.files, g.seen = why, files, stampsOf(files)
		if same {
			g.known = true
			break
		}
	}
	return g.why
}

// stampsOf are the stamps of files; the zero stamp is one that is not there.
func stampsOf(files []string) []stamp {
	out := make([]stamp, len(files))
	for i, f := range files {
		if s, err := stampOf(f); err == nil {
			out[i] = s
		}
	}
	return out
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
