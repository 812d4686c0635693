package shell

import "strings"

// tar reads its mode from the first word, with or without a minus.
func (c *cmd) tar(words []word) {
	const spec = "f,file=& C,directory=& I,use-compress-program=! to-command=! checkpoint=? checkpoint-action=! F,info-script=! new-volume-script=! rmt-command=! rsh-command=! remove-files% T,files-from=< X,exclude-from=< exclude= K= L= N= V= b= g,listed-incremental=+ H,format= owner= group= mode= mtime= transform,xform= strip-components,strip= one-top-level=?+ newer= after-date= starting-file= occurrence=? index-file=> volno-file=+ warning= backup=? suffix= totals=? acls xattrs selinux c,create x,extract,get t,list r,append u,update A,catenate,concatenate d,diff,compare delete z j J a v k p P,absolute-names m h O,to-stdout U S w o i B n s W l 0 1 2 3 4 5 6 7 8 9 zstd lzma lzip lzop gzip xz bzip2 help# version# options= include= keep-old-files skip-old-files overwrite unlink-first keep-newer-files"
	if len(words) > 0 && words[0].known() && words[0].text != "" && words[0].text[0] != '-' {
		words = bundled(words)
	}
	a := c.parseArgs(words, spec, false, false)
	p := program{name: "tar", opts: spec}
	files := a.operands
	if a.has("remove-files") {
		for _, w := range files {
			c.add(c.a.deletes(w, true, c.st)...)
		}
	}
	for i := range a.options {
		if a.options[i].act == '%' {
			a.options[i].act = 0
		}
		// transform can run a shell by its e flag.
		if o := a.options[i]; (strings.HasPrefix(o.name, "transform") || strings.HasPrefix(o.name, "xform")) && (!o.value.known() || !harmlessSed(o.value.text)) {
			c.opaque("its transformation may run commands")
		}
	}
	c.optionEffects(p, a)
	archive, _ := a.value("f", "file")
	if host, _, ok := strings.Cut(archive.text, ":"); ok && !strings.Contains(host, "/") && !a.has("force-local") {
		c.add(Effect{Kind: Network, Host: hostOf(exactWord(host)), Why: "asks " + host + " for its archive"})
	}
	dir, hasDir := a.value("C", "directory")
	if dirs := a.count("C", "directory"); dirs > 1 {
		dir = word{kind: unknown, src: dir.src} // each goes on from the one before
	}
	switch {
	case a.has("help", "version"):
	case a.has("c", "create", "r", "append", "u", "update", "A", "delete", "catenate", "concatenate"):
		if archive.text != "" && !archive.is("-") || !archive.known() {
			c.add(c.a.writes(archive, a.has("c", "create"), c.st)...)
		}
		if !hasDir {
			c.readAll(files, true)
		} else {
			c.add(Effect{Kind: Read, Unsure: true, Why: "reads what it packs"})
		}
	case a.has("x", "extract", "get"):
		c.readAll([]word{archive}, false)
		if !a.has("O", "to-stdout") {
			c.unpack(dir, hasDir, a.has("k", "keep-old-files", "skip-old-files"), a.has("P", "absolute-names"))
		}
	case a.has("t", "list", "d", "diff", "compare"):
		if archive.text != "" {
			c.readAll([]word{archive}, false)
		}
	default:
		c.opaque("what it does is known only when it runs")
	}
	c.done()
}

// bundled rewrites tar's old way, in which the letters of the first word take
// their values from the following words.
func bundled(words []word) []word {
	var out []word
	rest := words[1:]
	for _, ch := range words[0].text {
		out = append(out, exactWord("-"+string(ch)))
		if strings.ContainsRune("fCIFTXKLNVbgH", ch) && len(rest) > 0 {
			out, rest = append(out, rest[0]), rest[1:]
		}
	}
	return append(out, rest...)
}

// unpack writes files of which the names are not known, in a folder.
func (c *cmd) unpack(dir word, given, keep, anywhere bool) {
	if !given {
		dir = exactWord(".")
	}
	es := c.a.writes(dir, false, c.st)
	for i := range es {
		es[i].Recursive, es[i].Unsure = true, true
		es[i].Why = "unpacks into " + c.a.view.show(es[i].Path)
		es[i].Outside = es[i].Outside || anywhere
		if !keep && es[i].Path != "" && c.a.view.lstat(es[i].Path).Exists && !c.fresh(es[i].Path) {
			es[i].Kind = Overwrite
			es[i].Why += ", over what is there"
		}
	}
	c.add(es...)
}

// fresh reports whether a folder is empty, as far as the file system says.
func (c *cmd) fresh(dir string) bool {
	l, ok := c.a.env.FS.(Lister)
	if !ok {
		return false
	}
	names, ok := l.Names(dir)
	return ok && len(names) == 0
}

func (c *cmd) zip(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	for _, w := range words {
		if strings.HasPrefix(w.text, "-") && !strings.HasPrefix(w.text, "--") && strings.Contains(w.text, "TT") {
			c.opaque("tests its archive with a command")
		}
	}
	if len(a.operands) > 0 {
		archive := a.operands[0]
		if archive.known() && !strings.Contains(archive.text[strings.LastIndexByte(archive.text, '/')+1:], ".") && !archive.is("-") {
			archive.text += ".zip"
		}
		if !archive.is("-") {
			c.add(c.a.writes(archive, false, c.st)...)
		}
		for _, w := range a.operands[1:] {
			if a.has("m", "move") {
				c.add(c.a.deletes(w, a.has("r"), c.st)...)
			}
			c.readAll([]word{w}, a.has("r"))
		}
	}
	c.done()
}

func (c *cmd) unzip(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	c.readAll(a.operands[:min(1, len(a.operands))], false)
	if !a.has("l", "t", "p", "c", "Z", "v", "z") {
		dir, given := a.value("d")
		c.unpack(dir, given, a.has("n"), a.has(":"))
	}
	c.done()
}

// squeeze replaces each operand by its packed or opened self.
func (c *cmd) squeeze(p program, words []word) {
	opts := p.opts
	if strings.Contains(p.name, "zst") { // -Mo is -M and -o there: a number follows, or nothing
		opts = strings.NewReplacer("T,threads", "threads", "M,memlimit", "memlimit", "b=", "b").Replace(opts)
	}
	a := c.parseArgs(words, opts, false, false)
	c.optionEffects(p, a)
	c.readAll(a.operands, false)
	lz4 := strings.Contains(p.name, "lz4") // its -l is an old format
	if a.has("c", "stdout", "to-stdout", "t", "test", "list") || a.has("l") && !lz4 || a.has("o", "output") {
		c.done()
		return
	}
	keeps := a.has("k", "keep") || strings.Contains(p.name, "zst") || strings.Contains(p.name, "lz4") || strings.Contains(p.name, "brotli")
	for _, w := range a.operands {
		if !keeps || a.has("rm") {
			es := c.a.deletes(w, false, c.st)
			for i := range es {
				if !es[i].Outside {
					es[i].Kind = Write // it comes back under another name
					es[i].Why = "replaces " + c.a.view.show(es[i].Path)
				}
			}
			c.add(es...)
		}
		out := w
		if lz4 && len(a.operands) == 2 {
			out = a.operands[1] // lz4 in out
			c.add(c.a.writes(out, true, c.st)...)
			break
		}
		if out.known() && (a.has("d", "decompress", "uncompress") || strings.HasPrefix(p.name, "un") || strings.HasPrefix(p.name, "gun") || strings.HasPrefix(p.name, "bun")) {
			if at := strings.LastIndexByte(out.text, '.'); at > 0 {
				out.text = out.text[:at]
			}
		} else if out.known() {
			out.text += ".gz"
		}
		c.add(c.a.writes(out, true, c.st)...)
	}
	c.done()
}
