package shell

import (
	"path"
	"slices"
	"strings"
)

func (c *cmd) rm(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	recursive := a.has("r", "R", "recursive") || a.unsure
	for _, w := range a.operands {
		c.add(c.a.deletes(w, recursive, c.st)...)
	}
	c.done()
}

func (c *cmd) rmdir(words []word) {
	for _, w := range c.parseArgs(words, "p v ignore-fail-on-non-empty parents verbose", false, false).operands {
		c.add(c.a.deletes(w, false, c.st)...)
	}
	c.done()
}

// destination parts the operands of cp, mv, ln and install into sources and
// target; inside says that the target must be a folder.
func destination(a args) (sources []word, target word, inside, ok bool) {
	if t, given := a.value("t", "target-directory"); given {
		return a.operands, t, true, true
	}
	n := len(a.operands)
	if n < 2 {
		return nil, word{}, false, false
	}
	return a.operands[:n-1], a.operands[n-1], n > 2, true
}

// spread replaces a glob by the names that it matches now, where they are few
// and known: a copy of each may meet a file of its own.
func (c *cmd) spread(ws []word) []word {
	var out []word
	for _, w := range ws {
		names, ok := c.matched(w)
		if w.kind != glob || !ok {
			out = append(out, w)
			continue
		}
		out = append(out, names...)
	}
	return out
}

func (c *cmd) matched(w word) ([]word, bool) {
	dir, rest := splitGlob(w.text)
	if w.kind != glob || len(c.a.view.over) > 0 || strings.Contains(rest, "/") || strings.Contains(rest, "**") || len(c.st.cwds) != 1 || strings.Contains(rest, "[:") {
		return nil, false
	}
	p, ok := c.a.view.resolve(c.a.from(dir, c.st)[0], true)
	if !ok {
		return nil, false
	}
	names, ok := c.a.names(p)
	if !ok {
		return nil, false
	}
	var out []word
	for _, n := range names {
		if matches(rest, n) {
			out = append(out, word{text: dir + n, src: w.src, kind: exact})
		}
	}
	return out, len(out) > 0 && len(out) <= maxBraces
}

// each calls put with every pair of a source and the target, from wherever the
// shell may be; "" is a place that is not known. exactly says that the target is
// the very place that the source gets: where several go into a folder.
func (c *cmd) each(a args, put func(from, to string, src word, exactly bool)) (target word, ok bool) {
	if n := len(a.operands); n > 0 && a.operands[n-1].kind == glob && !a.has("t", "target-directory") {
		c.add(c.a.view.unknownPath(Overwrite, "writes to")) // the last name that it matches
	}
	a.operands = c.spread(a.operands)
	sources, target, inside, ok := destination(a)
	if !ok {
		return word{}, len(a.operands) == 1 && a.operands[0].known()
	}
	for _, src := range sources {
		froms := c.a.paths(src, c.st)
		tos := c.a.paths(target, c.st)
		for i := range max(1, len(froms), len(tos)) {
			from, to := pick(froms, i), pick(tos, i)
			if to != "" && inside && from != "" {
				to += "/" + base(from)
			}
			put(from, to, src, inside)
		}
	}
	return target, true
}

func pick(list []string, i int) string {
	switch {
	case len(list) == 0:
		return ""
	case i < len(list):
		return list[i]
	}
	return list[0]
}

func (c *cmd) copy(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	if strings.HasSuffix(p.name, "install") && a.has("d", "directory") {
		c.makeDirs(a.operands)
		c.done()
		return
	}
	tree := a.has("r", "R", "recursive", "a", "archive")
	links, symlinks := a.has("l", "link"), a.has("s", "symbolic-link") && p.name != "install" && p.name != "ginstall"
	keep := a.has("n", "no-clobber")
	target, ok := c.each(a, func(from, to string, src word, exactly bool) {
		es := c.a.reads(src, c.st)
		for i := range es {
			es[i].Recursive = es[i].Recursive || tree
		}
		c.add(es...)
		if links && from != "" {
			c.add(changes(c.a.view.change(from, false))...)
		}
		if to == "" {
			c.add(c.a.view.unknownPath(Overwrite, "writes to"))
			return
		}
		exactly = exactly || a.has("T", "no-target-directory")
		c.put(from, to, !keep, exactly, tree)
		if p.name != "cp" || tree || a.has("f", "force", "P", "no-dereference", "d", "remove-destination") || links || symlinks {
			c.replaces(from, to, exactly)
		}
		if (a.has("P", "no-dereference", "d") || links || symlinks || tree) && from != "" {
			c.keepLink(from, to, exactly, symlinks)
		}
	})
	if ok && target.kind != exact {
		c.add(c.a.writes(target, !keep, c.st)...)
	}
	if !ok || a.unsure {
		c.readAll(a.operands, false)
		c.add(c.a.view.unknownPath(Overwrite, "writes to"))
	}
	c.done()
}

// put is the effect of a copy at to, or inside it where it is a folder.
func (c *cmd) put(from, to string, whole, asIs, tree bool) {
	v := c.a.view
	dst := to
	if !asIs {
		dst = v.into(from, to)
		if from == "" && dst != to && dst != "" {
			dst = to // an unknown name in a known folder
		}
	}
	if dst == "" {
		c.add(v.unknownPath(Overwrite, "writes to"))
		return
	}
	e, ok := v.change(dst, whole)
	if !ok {
		return
	}
	e.Recursive = tree
	if from == "" {
		e.Unsure, e.Recursive = true, true
	}
	c.add(e)
}

// replaces adds that a symlink at the place of a copy may itself be replaced.
func (c *cmd) replaces(from, to string, asIs bool) {
	v := c.a.view
	if !asIs && from != "" {
		to = v.into(from, to)
	}
	if p, ok := v.resolve(to, false); ok && v.lstat(p).Link != "" {
		e, _ := v.replace(to, true)
		c.add(e)
	}
}

// keepLink lays a symlink at the place that a copy of it gets, or with made of
// anything: then the copy is a symlink to it, or a folder of such.
func (c *cmd) keepLink(from, to string, asIs, made bool) {
	if !asIs {
		to = c.a.view.into(from, to)
	}
	p, ok := c.a.view.resolve(from, false)
	if !ok {
		return
	}
	f := c.a.view.lstat(p)
	switch {
	case made && f.Dir:
		f = File{Exists: true, Link: nowhere}
	case made:
		f = File{Exists: true, Link: p}
	}
	if q, ok := c.a.view.resolve(to, false); ok && f.Link != "" {
		c.a.view.lay(q, f)
	}
}

func (c *cmd) move(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	keep, asIs := a.has("n", "no-clobber"), a.has("T", "no-target-directory")
	_, ok := c.each(a, func(from, to string, src word, exactly bool) {
		switch {
		case from == "" && src.kind == glob:
			c.add(c.a.reads(src, c.st)...)
			es := c.a.deletes(src, true, c.st)
			for i := range es {
				if !es[i].Never && !es[i].Outside {
					es[i].Kind = Write
				}
			}
			c.add(es...)
			c.put("", to, !keep, false, true)
		case from != "" && to == "":
			c.readAll([]word{src}, true)
			c.add(c.a.view.remove(from, true), c.a.view.unknownPath(Overwrite, "writes to"))
		case from == "":
			c.add(c.a.reads(src, c.st)...)
			c.add(c.a.view.unknownPath(Delete, "moves away"), c.a.view.unknownPath(Overwrite, "writes to"))
		default:
			c.add(c.a.view.move(from, to, keep, asIs || exactly)...)
		}
	})
	if !ok || a.unsure {
		c.add(c.a.view.unknownPath(Delete, "moves away"), c.a.view.unknownPath(Overwrite, "writes to"))
	}
	c.done()
}

// link follows ln. Another name of a file (no -s) is as good as writing to the
// file; a symlink is laid over the folder, for what the line does next.
func (c *cmd) link(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	if len(a.operands) == 1 && !a.has("t", "target-directory") {
		a.operands = append(a.operands, exactWord("."))
	}
	symbolic, force := a.has("s", "symbolic"), a.has("f", "force")
	anywhere := c.a.view.unknownPath(Write, "makes a link at")
	if force {
		anywhere.Kind = Overwrite
	}
	_, ok := c.each(a, func(from, to string, src word, exactly bool) {
		v := c.a.view
		if to == "" {
			c.add(anywhere)
			return
		}
		if !symbolic && from != "" {
			c.add(changes(v.change(from, false))...)
		}
		at := to
		if !exactly {
			at = v.into(src.text, to)
		}
		if q, ok := v.resolve(to, false); ok && a.has("n", "no-dereference") && v.lstat(q).Link != "" || a.has("T", "no-target-directory") {
			at = to
		}
		q, known := v.resolve(at, false)
		if !known {
			c.add(anywhere)
			return
		}
		e := Effect{Kind: Write, Path: q, Why: "makes the link " + v.show(q)}
		if f := v.lstat(q); f.Exists && force {
			e.Kind = Overwrite
		}
		c.add(v.place(e))
		dest := src.text
		switch {
		case !src.known():
			dest = nowhere
		case !symbolic || a.has("r", "relative"):
			dest = from
		}
		// Under its new name it may be read where it may not be under the old.
		switch {
		case dest == nowhere || dest == "":
			c.add(c.a.reads(word{kind: unknown}, c.st)...)
		case dest[0] == '/':
			c.add(v.reach(dest))
		default:
			c.add(v.reach(path.Dir(q) + "/" + dest))
		}
		v.lay(q, File{Exists: true, Link: dest})
	})
	if !ok || a.unsure {
		c.add(anywhere)
	}
	c.done()
}

func (c *cmd) shred(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	for _, w := range a.operands {
		if a.has("u", "remove") || p.name != "shred" {
			c.add(c.a.deletes(w, p.name != "shred", c.st)...)
		}
		c.add(c.a.writes(w, true, c.st)...)
	}
	c.done()
}

func (c *cmd) dd(words []word) {
	notrunc := false
	for _, w := range words {
		notrunc = notrunc || strings.HasPrefix(w.text, "conv=") && strings.Contains(w.text, "notrunc")
	}
	for _, w := range words {
		key, _, has := strings.Cut(w.text, "=")
		switch {
		case !has || w.kind == glob:
			if !w.known() {
				c.add(c.a.view.unknownPath(Write, "writes to"))
			}
		case key == "of":
			c.add(c.a.writes(w.cut(3), !notrunc, c.st)...)
		case key == "if":
			c.add(c.a.reads(w.cut(3), c.st)...)
		}
	}
	c.done()
}

func (c *cmd) tee(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	for _, w := range a.operands {
		if e, ok := socket(w.text, w.known()); ok {
			c.add(e)
			continue
		}
		c.add(c.a.writes(w, !a.has("a", "append"), c.st)...)
	}
	c.done()
}

// xxdOperands are the words of xxd that are no options. Its options are words of
// their own, not letters that may be joined: -ps takes no value, -s does.
func xxdOperands(words []word) (out []word) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		if len(w.text) < 2 || w.text[0] != '-' || w.kind == unknown && w.several {
			out = append(out, w)
			continue
		}
		if w.is("-c", "-cols", "-g", "-group", "-groupsize", "-l", "-len", "-s", "-seek", "-skip", "-o", "-off", "-offset", "-R", "-n", "-name") {
			i++
		}
	}
	return out
}

// inOut are programs whose second operand is what they write.
func (c *cmd) inOut(p program, words []word) {
	operands := c.parseArgs(words, p.opts, false, false).operands
	if p.name == "xxd" {
		operands = xxdOperands(words)
	}
	for i, w := range operands {
		switch {
		case w.is("-"):
		case w.kind == unknown && w.several, i == 1 && w.kind != glob, w.kind == glob && i == 0:
			if i == 1 || w.several {
				c.add(c.a.writes(w, true, c.st)...)
				break
			}
			// A glob may become two names, of which the second is written.
			c.add(c.a.reads(w, c.st)...)
			if ms, ok := c.matched(w); !ok || len(ms) > 1 {
				c.add(c.a.writes(w, true, c.st)...)
			}
		case i == 0:
			c.add(c.a.reads(w, c.st)...)
		default:
			c.add(c.a.writes(w, true, c.st)...)
		}
	}
	c.done()
}

func (c *cmd) shuf(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	if !a.has("e", "echo", "i", "input-range") {
		c.readAll(a.operands, false)
	}
	c.done()
}

func (c *cmd) split(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	prefix := exactWord("x")
	if len(a.operands) > 0 {
		c.readAll(a.operands[:1], false)
	}
	if len(a.operands) > 1 {
		prefix = a.operands[1]
	}
	c.begun(prefix)
	c.done()
}

// begun is a change of files of which only is known how their names begin: as many as
// it takes.
func (c *cmd) begun(prefix word) {
	if !prefix.known() {
		c.add(c.a.writes(prefix, true, c.st)...)
		return
	}
	v := c.a.view
	w := word{text: escapeGlob(prefix.text) + "*", src: prefix.src + "*", kind: glob}
	begin := prefix.text[strings.LastIndexByte(prefix.text, '/')+1:]
	c.add(c.a.globbed(w, c.st, func(dir string, sure bool) Effect {
		p, ok := v.resolve(dir, true)
		if dir == "" || !ok {
			return v.unknownPath(Overwrite, "writes to")
		}
		e, ok := v.change(dir+"/"+begin+"aa", true) // the first of them
		if !ok {
			return Effect{Kind: Read, Why: "writes to nothing"}
		}
		e.Path, e.Unsure, e.Recursive, e.Why = p, true, true, "writes "+w.src
		e = v.place(e)
		e.Protected = e.Protected || begin != "" && slices.ContainsFunc(protectedNames[:], func(n string) bool { return strings.HasPrefix(first(n), begin) })
		names, listed := c.a.names(p)
		switch {
		case !listed && !c.a.env.FS.Lstat(p).Exists: // it is made just before, or there is no such folder
		case !listed, !sure:
			e.Kind, e.Path, e.Outside = Overwrite, "", true // a symlink among them leads anywhere
		case slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, begin) && n != begin }):
			e.Kind = Overwrite
		}
		return e
	})...)
}

func (c *cmd) mkdir(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.makeDirs(a.operands)
	c.done()
}

func (c *cmd) makeDirs(operands []word) {
	for _, w := range operands {
		c.add(c.a.writes(w, false, c.st)...)
		if first, _, up := strings.Cut(w.text, "/.."); up && w.known() {
			c.add(c.a.writes(exactWord(first), false, c.st)...) // -p makes what is left again
		}
		for _, p := range c.a.paths(w, c.st) {
			if q, ok := c.a.view.resolve(p, true); ok && c.a.dry == 0 {
				for ; !c.a.view.lstat(q).Exists && q != "/"; q = path.Dir(q) {
					c.a.view.lay(q, File{Exists: true, Dir: true})
				}
			}
		}
	}
}

// mktemp makes a new file, in the folder for temporary files unless told
// otherwise.
func (c *cmd) mktemp(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	switch dir, ok := a.value("p", "tmpdir"); {
	case a.has("u"):
	case ok:
		c.add(c.a.writes(dir, false, c.st)...)
	case len(a.operands) > 0 && !a.has("t", "tmpdir", "p"):
		c.add(c.a.writes(a.operands[0], false, c.st)...)
	default:
		c.add(Effect{Kind: Write, Path: "/tmp", Unsure: true, Outside: true, Why: "makes a temporary file"})
	}
	c.done()
}

// setsSystem are programs that show something and, with an operand, set it.
func (c *cmd) setsSystem(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	for _, w := range a.operands {
		if p.name == "hostname" || !strings.HasPrefix(w.text, "+") {
			c.add(Effect{Kind: Privilege, Why: "sets the machine's " + p.name})
			c.outside("sets the machine's " + p.name)
		}
	}
	c.done()
}

// chmod and its kin change what may be done with files.
func (c *cmd) chmod(p program, words []word) {
	var plain []word
	mode := false
	for _, w := range words {
		if p.name == "chmod" && w.known() && len(w.text) > 1 && w.text[0] == '-' && strings.Trim(w.text[1:], "rwxXstugo,+=-0123456789a") == "" && w.text != "--" {
			mode = true
			continue
		}
		plain = append(plain, w)
	}
	a := c.parseArgs(plain, p.opts, false, false)
	c.optionEffects(p, a)
	files := a.operands
	if !mode && !a.has("reference") && len(files) > 0 && p.name != "setfacl" && p.name != "setfattr" && p.name != "xattr" {
		files = files[1:]
	}
	for _, w := range files {
		es := c.a.writes(w, false, c.st)
		for i := range es {
			es[i].Why = "changes the rights of " + c.a.view.show(es[i].Path)
			if a.has("R", "recursive") {
				es[i].Recursive = true
				if why := c.a.view.tree(es[i].Path); why != "" && es[i].Path != "" {
					es[i].Never, es[i].Why = true, "changes the rights of everything in "+why
				}
			}
		}
		c.add(es...)
	}
	if a.unsure {
		c.add(c.a.view.unknownPath(Write, "changes the rights of"))
	}
	c.done()
}
