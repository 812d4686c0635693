package shell

import "strings"

// cmake is a builder, and with -E a set of tools that have the names and the effects
// of others.
func (c *cmd) cmake(p program, words []word) {
	if len(words) == 0 || !words[0].is("-E") {
		p.does = "unknown"
		c.apply(p, words)
		return
	}
	if len(words) == 1 {
		c.done()
		return
	}
	if !words[1].known() {
		c.opaque("which tool it is is known only when it runs")
		c.done()
		return
	}
	for _, t := range cmakeTools {
		if !words[1].is(strings.Split(t[0], "|")...) {
			continue
		}
		var argv []word
		for _, name := range strings.Fields(t[1]) {
			argv = append(argv, exactWord(name))
		}
		if t[1] == "" {
			argv = words[1:2]
		}
		c.unwrap(append(argv, words[2:]...))
		return
	}
	c.unknown("runs cmake -E " + words[1].text)
	c.done()
}

// makefile is make, which runs code that is not seen, or code that it is given: on
// its input, or in a variable.
func (c *cmd) makefile(p program, words []word) {
	if p.name == "bmake" {
		p.opts = strings.TrimSuffix(p.opts, " v#") // -v NAME computes a variable there
	}
	a := c.parseArgs(words, p.opts, false, false)
	c.optionEffects(p, a)
	for _, o := range a.options {
		if o.act == '<' && o.value.text != "" && (o.value.is("-") || strings.HasPrefix(o.value.text, "/dev/") || strings.HasPrefix(o.value.text, "/proc/")) {
			c.opaque("runs the code that it is given on its input")
		}
	}
	for _, w := range a.operands {
		name, value, has := strings.Cut(w.text, "=")
		name = strings.TrimRight(name, ":?+!")
		switch {
		case !has:
		case name == "SHELL", name == ".SHELLFLAGS", strings.HasSuffix(name, "FLAGS") && strings.HasPrefix(name, "M"), strings.Contains(value, "$(") || strings.Contains(value, "${"):
			c.opaque("is given code in the variable " + name)
		}
	}
	if !a.prints() {
		c.unknown("runs code that is not seen")
	}
	c.done()
}

// cmakeTools are the tools of cmake -E and what does the same; "" by the same name.
var cmakeTools = [...][2]string{
	{"rm|touch|cat|echo|env|time|sleep|true|false|tar|md5sum|sha1sum|sha224sum|sha256sum|sha384sum|sha512sum", ""},
	{"remove", "rm"},
	{"remove_directory", "rm -r"},
	{"touch_nocreate", "touch -c"},
	{"copy|copy_if_different|copy_if_newer", "cp -r"},
	{"copy_directory|copy_directory_if_different|copy_directory_if_newer", "cp -r -T"},
	{"rename", "mv -T"},
	{"make_directory", "mkdir -p"},
	{"create_symlink", "ln -s -f -T"},
	{"create_hardlink", "ln -f -T"},
	{"compare_files", "cmp"},
	{"echo_append", "echo"},
	{"chdir", "env -C"},
}

// given are programs of which it is not worth knowing which of their words they
// write: any that names a place outside of the project may be one.
func (c *cmd) given(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	c.verbs(p, a)
	if anyOf(words, "-sdel", "-df", "-dr", "-dw") || len(words) > 0 && words[0].is("m", "mf") {
		for _, w := range a.operands[min(2, len(a.operands)):] {
			c.add(c.a.deletes(w, true, c.st)...)
		}
	}
	if extracts(p.name, words) {
		c.unpack(word{}, false, false, p.name == "cpio" || p.name == "pax")
	}
	for _, w := range words {
		c.mayWrite(w)
	}
	c.done()
}

// extracts reports whether an archiver unpacks, over what is there.
func extracts(name string, words []word) bool {
	mode := ""
	if len(words) > 0 {
		mode = words[0].text
	}
	short := func(letters string) bool {
		for _, w := range words {
			if !w.known() || strings.HasPrefix(w.text, "-") && !strings.HasPrefix(w.text, "--") && strings.ContainsAny(w.text, letters) {
				return true
			}
		}
		return false
	}
	switch name {
	case "cpio":
		return short("ip") || anyOf(words, "--extract", "--pass-through")
	case "pax":
		return short("r")
	case "7z", "7za", "7zr", "rar", "unrar":
		return mode == "x" || mode == "e"
	case "jar", "ar":
		return strings.Contains(mode, "x")
	case "unar", "unsquashfs", "cabextract":
		return !short("l") && !anyOf(words, "--list")
	case "dpkg-deb":
		return short("xRX") || anyOf(words, "--extract", "--raw-extract", "--vextract")
	}
	return false
}

// mayWrite is a write to what a word names, alone or joined to an option, where that
// is not a plain file of the project.
func (c *cmd) mayWrite(w word) {
	if strings.HasPrefix(w.text, "-") {
		n := min(2, len(w.text)) // -o/etc
		if at := strings.IndexAny(w.text, "=:"); at > 0 {
			n = at + 1
		}
		w = w.cut(n)
		if !strings.ContainsAny(w.text, "/.~") {
			return
		}
	}
	if w.kind == numeric || strings.Contains(w.text, "://") {
		return
	}
	for _, e := range c.a.writes(w, false, c.st) {
		if e.Outside || e.Protected || e.Never {
			c.add(e)
		}
	}
}

// compile reads the options of compilers, assemblers and linkers that write or run
// something. They are -name, with the value in the same word or the next.
func (c *cmd) compile(words []word) {
	c.unknown("builds code")
	for i, w := range words {
		next := word{}
		if i+1 < len(words) {
			next = words[i+1]
		}
		name := "-" + strings.TrimLeft(w.text, "-")
		_, value, joined := strings.Cut(w.text, "=")
		switch {
		case w.maybeOption():
			c.opaque("it may be given an option that is known only when it runs")
		case strings.HasPrefix(w.text, "@"):
			c.opaque("reads its options from a file")
		case !strings.HasPrefix(w.text, "-"):
		case strings.HasPrefix(name, "-wrapper"), strings.HasPrefix(name, "-fplugin"), strings.HasPrefix(name, "-specs"), w.is("-load", "-Xclang", "-plugin", "--plugin"), strings.HasPrefix(name, "-plugin"):
			c.opaque("its option " + name + " runs a program or reads code")
		case w.is("-o", "--output", "-MF", "-MJ", "-aux-info", "-Map", "--Map", "--MD", "-Wp,-MD", "-dumpdir", "-serialize-diagnostics", "--serialize-diagnostics", "-odir"):
			c.add(c.a.writes(next, true, c.st)...)
		case strings.HasPrefix(w.text, "-Wl,"), strings.HasPrefix(w.text, "-Wp,"), strings.HasPrefix(w.text, "-Wa,"):
			for _, s := range strings.FieldsFunc(w.text[4:], func(r rune) bool { return r == ',' || r == '=' }) {
				if strings.ContainsAny(s, "/~") && !strings.HasPrefix(s, "-") && !strings.Contains(w.text, "rpath") && !strings.Contains(w.text, "dynamic-linker") {
					c.mayWrite(exactWord(s))
				}
			}
		case strings.HasPrefix(w.text, "-MF"), strings.HasPrefix(w.text, "-MJ"):
			c.add(c.a.writes(w.cut(3), true, c.st)...)
		case strings.HasPrefix(w.text, "-o"):
			c.add(c.a.writes(w.cut(2), true, c.st)...)
		case joined && strings.ContainsAny(value, "/~") && !strings.Contains(readsOnly, name[:strings.IndexByte(name, '=')+1]):
			c.mayWrite(w)
		}
	}
	c.done()
}

// readsOnly are options of compilers whose value is a place that they read.
const readsOnly = " -sysroot= -isysroot= -gcc-toolchain= -ffile-prefix-map= -fdebug-prefix-map= -fmacro-prefix-map= -std= -target= " +
	"-with-sysroot= -rpath= -rpath-link= -dynamic-linker= -fuse-ld= -fprofile-use= -cuda-path= "
