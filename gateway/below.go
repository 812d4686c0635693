package gateway

import "kavi/gateway/shell"

// maxLooked bounds the names that one evaluation looks at in folders which a call
// reads as a whole.
const maxLooked = 20_000

// below looks for what a rule about paths means in a folder that is read as a
// whole: a search of the project reads a file that may not be read only if there
// is one. What cannot be looked through in full counts as holding one.
func (r *Rule) below(s *subject, at *place) bool {
	lister, ok := s.fs.(shell.Lister)
	if !ok || s.looked == nil {
		return true
	}
	var look func(dir string) bool
	look = func(dir string) bool {
		names, ok := lister.Names(dir)
		if !ok {
			return s.fs.Lstat(dir).Dir // what is no folder holds nothing
		}
		for _, name := range names {
			if *s.looked++; *s.looked > maxLooked {
				return true
			}
			child := dir + "/" + name
			if dir == "/" {
				child = "/" + name
			}
			f := s.fs.Lstat(child)
			in := placeOf(child, s.root, s.home)
			here := &in
			switch {
			case f.Link != "":
			case f.Dir:
				if r.mayHold(here) && look(child) {
					return true
				}
			case r.anyPath(here) && !r.exceptsPath(here):
				return true
			}
		}
		return false
	}
	return look(at.abs)
}

func (r *Rule) anyPath(at *place) bool {
	for i := range r.paths {
		if r.paths[i].match(at) {
			return true
		}
	}
	return false
}

func (r *Rule) exceptsPath(at *place) bool { return r.unless != nil && r.unless.anyPath(at) }

func (r *Rule) mayHold(at *place) bool {
	for i := range r.paths {
		if r.paths[i].reachesBelow(at) {
			return true
		}
	}
	return false
}
