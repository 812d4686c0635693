package watch

import (
	"strings"
	"sync"
)

// verdict says what is done with a name.
type verdict uint8

const (
	skip verdict = iota // it is not looked at
	pass                // it may be on the way to what is kept, if it is no file
	keep
	ask // git says whether it is ignored
)

// takes says that an entry with a name is looked at.
func (v verdict) takes(e entry) bool { return v != skip && (v != pass || !e.isRegular()) }

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
		return s.outsideOf(path)
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
			if after == "" {
				return keep
			}
			return ofGit(after).verdict()
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

// newScope finds what is watched.
func newScope(root string, o Options) *scope {
	s := &scope{root: root, protected: o.Protected, decides: map[string]func([]byte) []byte{}}
	for _, dir := range GitFolders(root) {
		if !o.Shared && !within(dir, root) {
			s.outside = append(s.outside, outside{dir, func(inner string) verdict { return ofGit(inner).verdict() }})
		}
	}
	s.addOutside(o.Also)
	return s
}
