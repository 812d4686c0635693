package session

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"kavi/gateway"
	"kavi/gateway/shell"
	"kavi/gateway/watch"
)

// worktree is a folder that agents work in, with everything that is known of it:
// the project, or a git worktree of one agent's own. To the agents that work there
// it is the project: what is outside of it is outside, the other worktrees too.
type worktree struct {
	Worktree
	root   string      // Path with links resolved
	folder string      // where its watch keeps what files held
	gits   []gitFolder // its repository's
	git    gitConfig
	gone   bool // it was removed; its name is not used again
	again  bool // it was watched before

	watcher
	cancel context.CancelFunc // ends its watch
	ended  chan struct{}      // closed when the watch has

	dropping sync.Mutex // held by who removes it
}

// newWorktree is a worktree that is there.
func newWorktree(w Worktree, folder string) *worktree {
	t := &worktree{Worktree: w, root: w.Path, folder: folder, git: gitConfig{root: w.Path}}
	if r, err := filepath.EvalSymlinks(w.Path); err == nil {
		t.root = r
	}
	t.gits = []gitFolder{{path: ".git"}}
	folders := watch.GitFolders(t.root)
	for i, dir := range folders {
		t.gits = append(t.gits, gitFolder{watch.Path(dir), i == len(folders)-1 && i > 0 && t.Agent != ""})
	}
	return t
}

// gitFolder is where git keeps what is watched of a repository.
type gitFolder struct {
	path   watch.Path
	shared bool // by all worktrees: neither hooks nor what is another one's own are an agent's in its own
}

// inGit are the places of names in the repository's git folders.
func (t *worktree) inGit(names []string) (out []watch.Place) {
	for _, g := range t.gits {
		for _, name := range names {
			if !g.shared || slices.Contains([]string{"refs", "packed-refs", "config", "info/refs", "modules"}, name) {
				out = append(out, watch.Place{Path: watch.Path(filepath.Join(string(g.path), name)), Tree: true})
			}
		}
	}
	return out
}

// says names the worktree before a word about it, unless it is the project.
func (t *worktree) says(text string) string {
	if t.Agent == "" {
		return text
	}
	return "worktree of " + t.Agent + ": " + text
}

// path is how the watch of the worktree names a file.
func (t *worktree) path(abs string) watch.Path {
	if rel, ok := strings.CutPrefix(abs, t.root+string(filepath.Separator)); ok {
		return watch.Path(rel)
	}
	if abs == t.root {
		return ""
	}
	return watch.Path(abs)
}

// from is how the watch of t names what that of another one does.
func (t *worktree) from(other *worktree, p watch.Path) watch.Path {
	if filepath.IsAbs(string(p)) {
		return t.path(string(p))
	}
	return t.path(filepath.Join(other.root, string(p)))
}

// places are where an effect of a call that is made there may write.
func (t *worktree) places(e gateway.Effect) []watch.Place {
	switch e.Kind {
	case shell.Write, shell.Overwrite, shell.Delete:
		if e.Path == "" || e.Unsure {
			return []watch.Place{{Tree: true}}
		}
		at := t.path(e.Path)
		if at == ".git" && e.Recursive && !e.Protected {
			return nil // git's own business, of which the part has the names
		}
		return []watch.Place{{Path: at, Tree: e.Recursive}}
	case shell.Commit:
		return t.inGit(shell.Refs())
	case shell.Unknown, shell.Opaque, shell.Privilege:
		return []watch.Place{{Tree: true}}
	case shell.Read, shell.Network:
	}
	return nil
}

// worktrees are those of a session, the project first. The loop changes the list;
// doors and watches read it.
type worktrees struct {
	mu   sync.RWMutex
	list []*worktree
}

func (l *worktrees) add(t *worktree) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, t)
}

// of is where an agent works.
func (l *worktrees) of(agent string) *worktree {
	if t := l.named(agent); t != nil {
		return t
	}
	return l.named("")
}

// named is an agent's own worktree, also one that was removed, or the project,
// which has no agent's name. nil: there is none.
func (l *worktrees) named(agent string) *worktree {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, t := range l.list {
		if t.Agent == agent {
			return t
		}
	}
	return nil
}

// all are those that are there.
func (l *worktrees) all() []*worktree {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return slices.DeleteFunc(slices.Clone(l.list), func(t *worktree) bool { return t.gone })
}

// removed tells whether a worktree is there no more.
func (l *worktrees) removed(t *worktree) bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return t.gone
}

// remove says that a worktree is there no more.
func (l *worktrees) remove(t *worktree) {
	l.mu.Lock()
	defer l.mu.Unlock()
	t.gone = true
}

// beginWatch begins to watch a worktree. The channel is closed when it is watched,
// or cannot be.
func (s *Session) beginWatch(t *worktree) <-chan struct{} {
	opened := make(chan struct{})
	var ctx context.Context
	ctx, t.cancel = context.WithCancel(s.ctx)
	ended := make(chan struct{})
	t.ended = ended
	s.wg.Go(func() {
		defer close(ended)
		s.watchTree(ctx, t, func() { close(opened) })
	})
	return opened
}

// endWatch ends the watch of a worktree, and waits until it has.
func (t *worktree) endWatch() {
	t.cancel()
	<-t.ended
	t.set(nil, "")
}

// byTree groups changes by the worktree that they are in, in the order in which
// something changed there first.
func byTree(list []FileChange) (groups []treeChanges) {
	for i := range list {
		f := &list[i]
		at := slices.IndexFunc(groups, func(g treeChanges) bool { return g.worktree == f.Worktree })
		if at < 0 {
			at = len(groups)
			groups = append(groups, treeChanges{worktree: f.Worktree})
		}
		groups[at].changes = append(groups[at].changes, f.change)
	}
	return groups
}

type treeChanges struct {
	worktree string
	changes  []watch.Change
}
