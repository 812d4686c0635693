package shell

import "strings"

// tree shows names. Its letters may be joined while their values follow in
// other words: tree -Lo 2 out writes out.
func (c *cmd) tree(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	for _, w := range words {
		if len(w.text) > 2 && w.text[0] == '-' && w.text[1] != '-' && strings.ContainsRune(w.text, 'o') {
			c.add(c.a.view.unknownPath(Overwrite, "writes to"))
		}
	}
	c.readAll(a.operands, false)
	c.done()
}

// binutils read their operands. @file stands for options that are in it.
func (c *cmd) binutils(p program, words []word) {
	for _, w := range words {
		if w.maybeOption() || strings.HasPrefix(w.text, "@") {
			c.opaque("it may be given an option that is known only when it runs")
		}
	}
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	c.readAll(a.operands, false)
	c.done()
}

// grep reads its operands, and all below them with -r.
func (c *cmd) grep(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	tree := a.has("r", "R", "recursive", "dereference-recursive")
	if d, ok := a.value("d", "directories"); ok && d.text == "recurse" {
		tree = true
	}
	files := a.operands
	if !a.acts('&') && !a.has("f", "file") && len(files) > 0 {
		files = files[1:]
	}
	c.readAll(files, tree)
	c.done()
}

// rg reads all that is below its operands; --pre and --hostname-bin run
// programs.
func (c *cmd) rg(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	files := a.operands
	if !a.acts('&') && !a.has("f", "file", "files", "type-list") && len(files) > 0 {
		files = files[1:]
	}
	if !a.has("type-list", "version", "V", "help", "h") {
		c.readAll(files, true)
	}
	c.done()
}

// fd finds names; -x runs a command for each.
func (c *cmd) fd(p program, words []word) {
	for i, w := range words {
		if w.is("-x", "--exec", "-X", "--exec-batch") || w.known() && strings.HasPrefix(w.text, "-") &&
			!strings.HasPrefix(w.text, "--") && strings.ContainsAny(w.text, "xX") && plainFlags(w.text) {
			c.opaque("runs a command for what it finds")
			end := i + 1
			for end < len(words) && !words[end].is(";") {
				end++
			}
			if i+1 < end {
				inner := append(append([]word(nil), words[i+1:end]...), word{kind: unknown, src: "{}", text: "./"})
				c.exec(inner, []word{exactWord(".")}, found{some: true})
			}
			break
		}
	}
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	c.done()
}

func plainFlags(s string) bool {
	return strings.Trim(s[1:], "HIsiaLpu0lgFv1qxX") == ""
}

// jq reads its operands; some of its options take two words.
func (c *cmd) jq(p program, words []word) {
	var plain []word
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w.is("--arg", "--argjson"):
			i += 2
		case w.is("--slurpfile", "--rawfile", "--argfile"):
			if i += 2; i < len(words) {
				c.add(c.a.reads(words[i], c.st)...)
			}
		default:
			plain = append(plain, w)
		}
	}
	a := c.parseArgs(plain, p.opts, false, false)
	c.optionEffects(p, a)
	files := a.operands
	if !a.has("f", "from-file") && len(files) > 0 {
		files = files[1:]
	}
	if p.name == "jaq" && a.has("i", "in-place") {
		for _, w := range files {
			c.add(c.a.writes(w, true, c.st)...)
		}
	}
	if !a.has("args", "jsonargs") {
		c.readAll(files, false)
	}
	c.done()
}

// yq changes files in place with -i; its expressions can load files and, in
// one of the two programs of that name, nothing else.
func (c *cmd) yq(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	for i, w := range a.operands {
		if i == 0 && w.is("eval", "e", "eval-all", "ea", "shell-completion") {
			continue
		}
		if strings.Contains(w.text, "strenv") || strings.Contains(w.text, "system(") {
			c.opaque("its expression may run something")
		}
		if strings.Contains(w.text, "load") && !c.exists(w) {
			c.add(Effect{Kind: Read, Unsure: true, Why: "may read the files that its expression names"})
		}
		if w.known() && c.exists(w) {
			c.add(c.a.reads(w, c.st)...)
		}
	}
	c.done()
}

// exists reports whether a word names a file that is there now.
func (c *cmd) exists(w word) bool {
	for _, p := range c.a.paths(w, c.st) {
		if q, ok := c.a.view.resolve(p, true); ok && c.a.view.lstat(q).Exists {
			return true
		}
	}
	return false
}
