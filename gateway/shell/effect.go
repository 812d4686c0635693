package shell

import (
	"path"
	"strings"
)

// show is a path as a clause of words names it: short where it lies in the
// project.
func (v *view) show(p string) string {
	switch {
	case p == "":
		return "a path known only when it runs"
	case p == v.root:
		return "the project folder"
	case within(v.root, p) && v.root != "/":
		return p[len(v.root)+1:]
	case v.home != "" && v.home != "/" && within(v.home, p):
		return "~" + p[len(v.home):]
	}
	return p
}

// read is the effect of reading what lies at a path, which is not resolved yet.
func (v *view) read(abs string) Effect {
	p, ok := v.resolve(abs, true)
	return Effect{Kind: Read, Path: p, Unsure: !ok, Why: "reads " + v.show(p)}
}

// harmlessSink reports files of /dev into which one may write at any time.
func harmlessSink(p string) bool {
	switch p {
	case "/dev/null", "/dev/stdout", "/dev/stderr", "/dev/stdin", "/dev/tty", "/dev/zero", "/dev/full",
		"/dev/fd", "/dev/random", "/dev/urandom":
		return true
	}
	return strings.HasPrefix(p, "/dev/fd/")
}

// change is the effect of writing at a path. With whole the content that is
// there is replaced, which is an overwrite where something is there. ok is
// false where nothing is changed at all (/dev/null).
func (v *view) change(abs string, whole bool) (e Effect, ok bool) {
	if harmlessSink(path.Clean("/"+abs)) && abs != "" {
		return Effect{}, false
	}
	p, known := v.resolve(abs, true)
	switch {
	case !known && whole:
		return v.unknownPath(Overwrite, "writes to"), true
	case !known:
		return v.unknownPath(Write, "writes to"), true
	}
	if harmlessSink(p) {
		return Effect{}, false
	}
	e = Effect{Kind: Write, Path: p, Why: "writes " + v.show(p)}
	if whole && v.lstat(p).Exists {
		e.Kind, e.Why = Overwrite, "overwrites "+v.show(p)
	}
	if disk(p) {
		e.Never, e.Why = true, "writes to the device "+p
	}
	return v.place(e), true
}

// replace is the effect of putting something in the place of what lies at a
// path: a symlink there is itself replaced.
func (v *view) replace(abs string, whole bool) (e Effect, ok bool) {
	if p, known := v.resolve(abs, false); known && v.lstat(p).Link != "" {
		e = Effect{Kind: Write, Path: p, Why: "writes " + v.show(p)}
		if whole {
			e.Kind, e.Why = Overwrite, "overwrites "+v.show(p)
		}
		return v.place(e), true
	}
	return v.change(abs, whole)
}

// remove is the effect of deleting what lies at a path: a symlink itself, not
// what it leads to.
func (v *view) remove(abs string, recursive bool) Effect {
	p, known := v.resolve(abs, false)
	if !known {
		e := v.unknownPath(Delete, "deletes")
		e.Recursive = recursive
		return e
	}
	e := Effect{Kind: Delete, Path: p, Recursive: recursive, Why: "deletes " + v.show(p)}
	if recursive {
		e.Protected = within(p, v.root) || v.holdsProtected(p)
		if why := v.tree(p); why != "" {
			e.Never, e.Why = true, "deletes "+why+" ("+p+")"
		} else if v.lstat(p).Dir {
			e.Why += "/"
		}
	}
	if disk(p) {
		e.Never = true
	}
	return v.place(e)
}

// unknownPath is a change at a path that is known only when it runs.
func (v *view) unknownPath(k Kind, verb string) Effect {
	return Effect{Kind: k, Unsure: true, Outside: true, Why: verb + " a path known only when it runs"}
}

// place says of a change at a resolved path where it lies.
func (v *view) place(e Effect) Effect {
	e.Outside = e.Outside || !within(v.root, e.Path)
	e.Protected = e.Protected || protected(strings.TrimPrefix(e.Path, v.root))
	if v.own(e.Path) {
		e.Never, e.Why = true, "touches kavi's own state ("+v.show(e.Path)+")"
	}
	return e
}
