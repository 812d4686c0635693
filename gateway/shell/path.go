package shell

import (
	"path"
	"strings"
)

// The bounds of a path, as in Linux: symlinks that it may go through, bytes.
const (
	maxLinks = 40
	maxPath  = 4096
)

// view is the file system as one command line sees it: looked at once, with
// what earlier parts of the line move or link laid over it.
type view struct {
	env   Env
	root  string // the project, resolved
	home  string
	state []string
	seen  map[string]File
	over  map[string]File
	steps *int // looked-at files count against the analysis' bound; nil has none
}

func newView(env Env, steps *int) *view {
	v := &view{env: env, steps: steps}
	v.root, _ = v.resolve(env.Root, true)
	v.home, _ = v.resolve(env.Home, true)
	return v
}

// Resolve gives the absolute path that a path leads to, read against
// env.Cwd: symlinks are followed component by component and ".." is taken
// after them, as the kernel does. A leading ~/ is the home. ok is false where
// that cannot be said (too many links, no absolute base, another user's home).
func Resolve(p string, env Env) (abs string, ok bool) {
	v := view{env: env} // where the root and the home lead is not asked
	return v.resolve(v.absolute(p), true)
}

// absolute makes p absolute without cleaning it: what stands before a ".." may
// be a symlink. "" where it cannot.
func (v *view) absolute(p string) string {
	switch {
	case p == "", strings.IndexByte(p, 0) >= 0: // some tools end a path at a NUL
		return ""
	case p[0] == '/':
		return p
	case p == "~" || strings.HasPrefix(p, "~/"):
		if v.env.Home == "" {
			return ""
		}
		return v.env.Home + p[1:]
	case p[0] == '~': // another user's home, where the tool expands it
		return ""
	case v.env.Cwd == "":
		return ""
	}
	return v.env.Cwd + "/" + p
}

func (v *view) lstat(p string) File {
	if f, ok := v.over[p]; ok {
		return f
	}
	if f, ok := v.seen[p]; ok {
		return f
	}
	if v.steps != nil {
		spend(v.steps, 1)
	}
	var f File
	if v.env.FS != nil {
		f = v.env.FS.Lstat(p)
	}
	if v.seen == nil {
		v.seen = make(map[string]File, 16)
	}
	v.seen[p] = f
	return f
}

// nowhere is what a symlink leads to that cannot be told: resolve fails on it.
const nowhere = "/proc/0/cwd"

// lay records that an earlier part of the command line put something at p. The
// part may fail: where one of two kinds of thing may be there then, what is
// behind p is not known.
func (v *view) lay(p string, f File) {
	if is := v.lstat(p); is.Exists && (is.Link != f.Link || is.Dir != f.Dir) {
		f.Link = nowhere
	}
	if v.over == nil {
		v.over = map[string]File{}
	}
	v.over[p] = f
}

// resolve follows abs, which begins with a slash, component by component. With
// follow the last component is followed too; without, only where a slash ends
// the path (the kernel does the same for unlink and rename).
func (v *view) resolve(abs string, follow bool) (string, bool) {
	if abs == "" || abs[0] != '/' || len(abs) > 2*maxPath {
		return "", false
	}
	rest, at, links := abs, "/", 0
	for rest != "" {
		var name string
		var slash bool
		name, rest, slash = strings.Cut(rest, "/")
		switch name {
		case "", ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		next := join(at, name)
		if strings.HasPrefix(next, "/proc/") {
			to, ok := v.proc(next)
			if !ok {
				return "", false
			}
			if to != "" {
				at = to
				continue
			}
		}
		last := strings.Trim(rest, "/.") == "" && !strings.Contains(rest, "..")
		f := v.lstat(next)
		if f.Link == "" || (last && !follow && !slash) {
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", false
		}
		if f.Link[0] == '/' {
			at = "/"
		}
		if len(rest) > 2*maxPath {
			return "", false
		}
		if rest == "" {
			rest = f.Link
		} else {
			rest = f.Link + "/" + rest
		}
	}
	return at, true
}

// proc knows the links of /proc that lead elsewhere for each process: they
// must not be read with kavi's own eyes. to is "" for an ordinary name.
func (v *view) proc(p string) (to string, ok bool) {
	_, rest, _ := strings.Cut(strings.TrimPrefix(p, "/proc/"), "/")
	if after, found := strings.CutPrefix(rest, "task/"); found {
		_, rest, _ = strings.Cut(after, "/")
	}
	switch {
	case rest == "root":
		return "/", true
	case rest == "cwd", rest == "exe", strings.HasPrefix(rest, "fd/"), strings.HasPrefix(rest, "map_files/"):
		return "", false
	}
	return "", true
}

func join(dir, name string) string {
	if dir == "/" {
		return "/" + name
	}
	return dir + "/" + name
}

// within reports whether p is dir or below it. Both are clean.
func within(dir, p string) bool {
	if dir == "" || !strings.HasPrefix(p, dir) {
		return false
	}
	return len(p) == len(dir) || dir == "/" || p[len(dir)] == '/'
}
