package watch

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// verdict says what is done with a name.
type verdict uint8

const (
	skip verdict = iota // it is not looked at
	keep
	ask // git says whether it is ignored
)

// scope is what is watched: the project, and single files and folders outside of
// it, which are named by their absolute path.
type scope struct {
	root      string
	protected func(path string) bool
	outside   []outside
	decides   map[string]func([]byte) []byte // of contents outside
	mine      sync.Map                       // paths of temporary files of an undo that runs
}

// of says what is done with a path.
func (s *scope) of(path string) verdict {
	if _, mine := s.mine.Load(path); mine {
		return skip
	}
	if strings.HasPrefix(path, "/") {
		if s.outsideOf(path) == noPart {
			return skip
		}
		return keep
	}
	if v := byName(path); v != ask {
		return v
	}
	if s.protected != nil && s.protected(path) {
		return keep
	}
	return ask
}

// byName says what the names in a path alone decide.
func byName(path string) verdict {
	for path != "" {
		name, after, _ := strings.Cut(path, "/")
		switch name {
		case "node_modules":
			return skip
		case ".git":
			if after == "" || ofGit(after) {
				return keep
			}
			return skip
		}
		path = after
	}
	return ask
}

// isProtected says that a path decides what runs: where the operator says so, and
// everything that is watched in .git or outside the project.
func (s *scope) isProtected(path string) bool {
	if strings.HasPrefix(path, "/") || path == ".git" || strings.HasPrefix(path, ".git/") || strings.Contains(path, "/.git/") {
		return true
	}
	return s.protected != nil && s.protected(path)
}

// ofGit says whether something in a git folder is watched: what decides which
// commit is current and which programs git runs; not objects, index and logs, nor
// the locks that git holds while it writes.
func ofGit(inner string) bool {
	name, after, deeper := strings.Cut(inner, "/")
	switch name {
	case "HEAD", "config", "config.worktree", "packed-refs", "commondir", "gitdir":
		return !deeper
	case "refs", "hooks", "info":
		return !strings.HasSuffix(inner, ".lock")
	case "modules", "worktrees": // one git folder each
		_, rest, has := strings.Cut(after, "/")
		return !has || ofGit(rest)
	}
	return false
}

// GitFolders are the git folders of a project whose .git is a file, as in a linked
// worktree or a submodule: its own, and the one that it shares. Links on the way to
// them are followed. It reads files.
func GitFolders(root string) []string {
	pointed := func(file, prefix, base string) string {
		text, err := os.ReadFile(file)
		to, ok := strings.CutPrefix(strings.TrimRight(string(text), "\r\n"), prefix)
		if err != nil || !ok || to == "" || len(text) > 4096 {
			return ""
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(base, to)
		}
		to, err = filepath.EvalSymlinks(to)
		if err != nil {
			return ""
		}
		return to
	}
	if info, err := os.Lstat(filepath.Join(root, ".git")); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	own := pointed(filepath.Join(root, ".git"), "gitdir: ", root)
	if own == "" {
		return nil
	}
	folders := []string{own}
	if shared := pointed(filepath.Join(own, "commondir"), "", own); shared != "" && shared != own {
		folders = append(folders, shared)
	}
	return folders
}

// newScope finds what is watched.
func newScope(root string, o Options) *scope {
	s := &scope{root: root, protected: o.Protected, decides: map[string]func([]byte) []byte{}}
	for _, dir := range GitFolders(root) {
		if !o.Shared && !within(dir, root) {
			s.outside = append(s.outside, outside{dir, func(inner string) part {
				if ofGit(inner) {
					return wanted
				}
				return noPart
			}})
		}
	}
	s.addOutside(o.Also)
	return s
}
