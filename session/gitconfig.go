package session

import (
	"os"
	"path/filepath"
	"sync"
	"time"

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

// stamp tells a file from what was written over it.
type stamp struct {
	size int64
	time time.Time
	mode os.FileMode
}

// program is the reason, "" where git runs nothing but git. It blocks for one git
// command after a change, otherwise for three stats.
func (g *gitConfig) program() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var now [3]stamp
	for i, name := range []string{".git", ".git/config", ".git/config.worktree"} {
		if fi, err := os.Stat(filepath.Join(g.root, name)); err == nil {
			now[i] = stamp{time: fi.ModTime(), mode: fi.Mode()}
			if !fi.IsDir() {
				now[i].size = fi.Size()
			} else {
				now[i].time = time.Time{} // a folder's changes with every command of git
			}
		}
	}
	if !g.known || now != g.seen {
		g.why = gateway.GitProgram(g.root)
		g.known, g.seen = true, now
	}
	return g.why
}
