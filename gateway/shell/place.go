package shell

import (
	"slices"
	"strings"
)

// maxGlobbed is how many names of a folder are compared with a glob.
const maxGlobbed = 4096

// paths are the places that a word names, from wherever the shell may be; none
// where that is not known.
func (a *analyser) paths(w word, st *state) []string {
	if w.kind != exact || w.text == "" {
		return nil
	}
	return a.from(w.text, st)
}

func (a *analyser) from(p string, st *state) []string {
	if p != "" && p[0] == '/' {
		return []string{p}
	}
	var out []string
	for _, dir := range st.cwds {
		out = append(out, dir+"/"+p)
	}
	return out
}

// reads are the effects of reading what a word names.
func (a *analyser) reads(w word, st *state) []Effect {
	if w.kind == glob {
		return a.globbed(w, st, func(dir string, sure bool) Effect {
			p, _ := a.view.resolve(dir, true)
			return Effect{Kind: Read, Path: p, Recursive: true, Unsure: true, Why: "reads " + w.src}
		})
	}
	var out []Effect
	for _, p := range a.paths(w, st) {
		out = append(out, a.view.read(p))
	}
	if out == nil {
		out = []Effect{{Kind: Read, Unsure: true, Why: "reads a path known only when it runs"}}
	}
	return out
}

// writes are the effects of writing to what a word names; whole replaces the
// content.
func (a *analyser) writes(w word, whole bool, st *state) []Effect {
	if w.kind == glob {
		return a.globbed(w, st, func(dir string, sure bool) Effect {
			e, ok := a.view.change(dir, false)
			if !ok {
				return Effect{Kind: Read, Why: "writes to nothing"}
			}
			e.Unsure, e.Recursive, e.Why = true, true, "writes "+w.src
			if whole {
				e.Kind = Overwrite
			}
			if !sure {
				e.Path, e.Outside = "", true // a symlink among them leads anywhere
			}
			return e
		})
	}
	var out []Effect
	places := a.paths(w, st)
	for _, p := range places {
		if e, ok := a.view.change(p, whole); ok {
			out = append(out, e)
		}
	}
	if places == nil {
		e := a.view.unknownPath(Write, "writes to")
		if whole {
			e.Kind = Overwrite
		}
		out = []Effect{e}
	}
	return out
}

// rewrites are the effects of changing a file in place, as sed -i does: a new
// file takes the place of the old, also where that is a symlink.
func (a *analyser) rewrites(w word, st *state) []Effect {
	out := a.writes(w, false, st)
	for _, p := range a.paths(w, st) {
		if q, ok := a.view.resolve(p, false); ok && a.view.lstat(q).Link != "" {
			out = append(out, a.view.place(Effect{Kind: Write, Path: q, Why: "writes " + a.view.show(q)}))
		}
	}
	return out
}

// deletes are the effects of removing what a word names.
func (a *analyser) deletes(w word, recursive bool, st *state) []Effect {
	if w.kind == glob {
		return a.globbed(w, st, func(dir string, sure bool) Effect {
			return a.removeGlob(w, dir, sure, recursive)
		})
	}
	var out []Effect
	for _, p := range a.paths(w, st) {
		out = append(out, a.view.remove(p, recursive))
	}
	if out == nil {
		e := a.view.unknownPath(Delete, "deletes")
		e.Recursive = recursive
		out = []Effect{e}
	}
	return out
}

// removeGlob is the effect of deleting what a glob matches below dir.
func (a *analyser) removeGlob(w word, dir string, sure, recursive bool) Effect {
	p, ok := a.view.resolve(dir, true)
	if !ok {
		return a.view.unknownPath(Delete, "deletes")
	}
	e := Effect{Kind: Delete, Path: p, Unsure: true, Recursive: true, Why: "deletes " + w.src}
	e.Outside = w.away
	e = a.view.place(e)
	_, pattern := splitGlob(w.text)
	for _, n := range protectedNames {
		head, _, _ := strings.Cut(pattern, "/")
		e.Protected = e.Protected || head != "**" && matches(head, first(n)) && a.view.lstat(join(p, n)).Exists
	}
	if strings.Contains(strings.Trim(pattern, "/"), "/") {
		e.Outside = e.Outside || !sure // a symlink between leads on; the last one is itself deleted
	}
	if pattern == "**" {
		recursive = !w.some // all that is below, one by one
	}
	if !recursive {
		return e
	}
	first, rest, _ := strings.Cut(pattern, "/")
	all := strings.Trim(first, "*?.") == "" && strings.Trim(rest, "/*?.") == ""
	if why := a.view.tree(p); why != "" && all {
		e.Never, e.Why = true, "deletes everything in "+why+" ("+p+")"
	}
	if strings.Trim(rest, "/*?.") == "" {
		for _, t := range a.view.treasures() {
			name, ok := strings.CutPrefix(t, strings.TrimSuffix(p, "/")+"/")
			if ok && !strings.Contains(name, "/") && matches(first, name) {
				e.Never, e.Why = true, "deletes "+t
			}
		}
	}
	return e
}

// treasures are the folders that must never be deleted, by name.
func (v *view) treasures() []string {
	out := append([]string(nil), systemDirs[1:]...)
	for _, p := range append([]string{v.home, v.env.Home, v.root}, v.states()...) {
		for p != "" && p != "/" {
			if p != v.root {
				out = append(out, p)
			}
			p = p[:strings.LastIndexByte(p, '/')]
		}
	}
	return out
}

// globbed makes an effect for each folder in which a glob looks. sure says that
// what it matches lies in that folder and is no symlink out of it.
func (a *analyser) globbed(w word, st *state, effect func(dir string, sure bool) Effect) []Effect {
	dir, rest := splitGlob(w.text)
	var out []Effect
	for _, d := range a.from(dir, st) {
		sure := rest == "**" && w.plain
		out = append(out, effect(d, sure || a.sure(d, rest)))
	}
	if out == nil {
		e := effect("", false)
		e.Path, e.Unsure = "", true
		e.Outside = e.Kind != Read
		out = append(out, e)
	}
	return out
}

// sure reports whether nothing that a pattern matches in dir is a symlink that
// leads out of the project.
func (a *analyser) sure(dir, pattern string) bool {
	p, ok := a.view.resolve(dir, true)
	if !ok {
		return false
	}
	first, rest, more := strings.Cut(strings.TrimRight(pattern, "/"), "/")
	if !more && !hasGlob(first) {
		p, ok = a.view.resolve(join(p, unescapeGlob(first)), true)
		return ok && within(a.view.root, p)
	}
	if first == "**" || first == ".." {
		return false
	}
	names, ok := a.names(p)
	if !ok {
		return false
	}
	for _, n := range names {
		if !matches(first, n) {
			continue
		}
		to := join(p, n)
		if link := a.view.lstat(to).Link; link != "" {
			to, ok = a.view.resolve(to, true)
			if !ok || !within(a.view.root, to) {
				return false
			}
		}
		if more && a.view.lstat(to).Dir && !a.sure(to, rest) {
			return false
		}
	}
	return true
}

// names are what stands in a folder now, with what earlier parts put there.
func (a *analyser) names(dir string) ([]string, bool) {
	lister, ok := a.env.FS.(Lister)
	if !ok {
		return nil, false
	}
	names, ok := lister.Names(dir)
	if !ok || len(names) > maxGlobbed {
		return nil, false
	}
	spend(&a.steps, 1+len(names)/64)
	for p := range a.view.over {
		if name, ok := strings.CutPrefix(p, strings.TrimSuffix(dir, "/")+"/"); ok && !strings.Contains(name, "/") {
			names = append(names[:len(names):len(names)], name)
		}
	}
	names = slices.Clone(names)
	slices.Sort(names)
	return names, true
}

// dashed reports whether a glob may hand a program a name that begins with a
// minus.
func (a *analyser) dashed(w word, st *state) bool {
	dir, rest := splitGlob(w.text)
	if dir != "" || len(st.cwds) == 0 {
		return dir == "" || dir[0] == '-'
	}
	first, _, _ := strings.Cut(rest, "/")
	for _, d := range st.cwds {
		p, ok := a.view.resolve(d, true)
		if !ok {
			return true
		}
		names, ok := a.names(p)
		if !ok {
			return true
		}
		for _, n := range names {
			if n != "" && n[0] == '-' && matches(first, n) {
				return true
			}
		}
	}
	return false
}
