package watch

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
)

// Outside is a file or folder outside the project that decides what runs: an rc
// file, an agent's settings. It need not be there yet.
type Outside struct {
	Path string // absolute
	// Decides takes from a content what decides; a change of the rest is no news. Nil:
	// all of it does. It is called with what agents wrote, for each change.
	Decides func(content []byte) []byte
}

// outside is a folder outside the project of which a part is watched.
type outside struct {
	dir string
	of  func(inner string) verdict // inner is relative to dir, never empty
}

// outsideOf says what is done with a path outside the project.
func (s *scope) outsideOf(path string) (best verdict) {
	for _, o := range s.outside {
		inner, below := strings.CutPrefix(path, o.dir+"/")
		if below && byName(inner) != skip {
			best = max(best, o.of(inner))
		}
	}
	return best
}

// addOutside adds what is outside the project. Links on the way are followed here,
// once; that they are still the same links is watched too.
func (s *scope) addOutside(also []Outside) {
	paths := map[string][]string{} // by folder
	for _, o := range also {
		s.follow(o, paths, 16)
	}
	for dir, inners := range paths {
		s.outside = append(s.outside, outside{dir, func(inner string) (best verdict) {
			for _, w := range inners {
				switch {
				case within(inner, w):
					return keep
				case within(w, inner):
					best = pass
				}
			}
			return best
		}})
	}
}

func (s *scope) follow(o Outside, paths map[string][]string, hops int) {
	if !filepath.IsAbs(o.Path) || hops == 0 {
		return
	}
	at := ""
	for rest := filepath.Clean(o.Path)[1:]; rest != ""; {
		name, after, _ := strings.Cut(rest, "/")
		path := at + "/" + name
		info, err := os.Lstat(path)
		if err != nil { // it is not there yet
			break
		}
		if info.Mode()&os.ModeSymlink != 0 {
			s.want(path, paths)
			if to, err := filepath.EvalSymlinks(path); err == nil {
				s.follow(Outside{filepath.Join(to, after), o.Decides}, paths, hops-1)
			}
			return
		}
		at, rest = path, after
	}
	path := filepath.Clean(o.Path)
	s.want(path, paths)
	if o.Decides != nil {
		s.decides[path] = o.Decides
	}
}

// want notes a path, below the folder that holds the nearest folder that is there:
// one that is moved away and made again is seen.
func (s *scope) want(path string, paths map[string][]string) {
	if within(path, s.root) {
		return // seen as part of the project
	}
	dir := filepath.Dir(path)
	for dir != "/" {
		if info, err := os.Lstat(dir); err == nil && info.IsDir() {
			break
		}
		dir = filepath.Dir(dir)
	}
	if parent := filepath.Dir(dir); parent != "/" && !within(s.root, dir) {
		dir = parent
	}
	if inner, ok := strings.CutPrefix(path, dir+"/"); ok { // not in the root of all
		paths[dir] = append(paths[dir], inner)
	}
}

// news says that a difference is worth telling: not of a folder on the way to what
// is watched, and not of what decides nothing.
func (s *settling) news(path string, before, after entry, content []byte) bool {
	folder := func(e entry) bool { return e.mode == 0 || e.isFolder() }
	if folder(before) && folder(after) && s.scope.of(path) == pass {
		return false
	}
	if !strings.HasPrefix(path, "/") {
		return true
	}
	decides := s.scope.decides[path]
	if decides == nil || before.mode != 0 && after.mode != 0 && before.mode != after.mode {
		return true
	}
	var old []byte
	if before.mode != 0 {
		var err error
		if old, err = s.store.Get(before.at); before.at == 0 || err != nil {
			return true
		}
	}
	switch {
	case before.mode != 0 && !before.isRegular(), after.mode != 0 && !after.isRegular(), int64(len(content)) != after.size:
		return true
	}
	return !bytes.Equal(decides(old), decides(content))
}
