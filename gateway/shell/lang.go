package shell

import "strings"

// interpreter runs a file (unknown) or code that it is given (opaque).
func (c *cmd) interpreter(p program, words []word) {
	a := c.parseArgs(words, p.opts, true, false)
	c.optionEffects(p, a)
	if (!a.prints() || len(a.operands) > 0) && !a.acts('!') {
		c.scriptFile(a.operands)
	}
	c.done()
}

// python runs a module with -m: many of them are programs of the table.
func (c *cmd) python(p program, words []word) {
	module, rest, ok := pythonModule(words)
	if !ok {
		c.interpreter(p, words)
		return
	}
	if !isolated(words[:len(words)-len(rest)]) && c.shadows() {
		c.unknown("runs a module, for which a file here may stand in")
	}
	c.module(module, rest)
}

// pythonModule finds -m among python's options, which may stand in a cluster.
func pythonModule(words []word) (module word, rest []word, ok bool) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		if !w.known() || len(w.text) < 2 || w.text[0] != '-' || w.text == "--" {
			return word{}, nil, false
		}
		if w.text[1] == '-' {
			if w.text == "--check-hash-based-pycs" {
				i++
			}
			continue
		}
	letters:
		for j := 1; j < len(w.text); j++ {
			switch w.text[j] {
			case 'm':
				if j+1 < len(w.text) {
					return w.cut(j + 1), words[i+1:], true
				}
				if i+1 < len(words) {
					return words[i+1], words[i+2:], true
				}
				return word{}, nil, false
			case 'c', 'i':
				return word{}, nil, false
			case 'W', 'X', 'Q':
				if j+1 == len(w.text) {
					i++
				}
				break letters
			}
		}
	}
	return word{}, nil, false
}

// isolated reports whether python is told not to look for modules where it runs.
func isolated(words []word) bool {
	for _, w := range words {
		if len(w.text) > 1 && w.text[0] == '-' && w.text[1] != '-' && w.text[1] != 'm' && strings.ContainsAny(w.text, "IP") {
			return true
		}
	}
	return false
}

// standIns are the modules that those of module import. Python looks for them
// where it runs first, so a json.py in the project runs in place of json.tool.
const standIns = " __future__ _collections_abc abc argparse array ast base64 binascii bisect bz2 calendar codecs collections contextlib copy " +
	"copyreg datetime dis encodings enum errno fnmatch functools genericpath getopt gettext glob gzip importlib inspect io ipaddress " +
	"itertools json keyword linecache locale lzma math ntpath opcode operator optparse os pathlib posixpath pprint pyclbr quopri random re " +
	"reprlib runpy shutil site sitecustomize sre_compile sre_constants sre_parse stat string struct subprocess symtable sysconfig tabnanny " +
	"tempfile textwrap this threading time token tokenize traceback types typing urllib usercustomize warnings weakref zipfile zipimport zlib "

// shadows reports whether something stands where python runs that it may take for
// one of these modules, or that this is not known.
func (c *cmd) shadows() bool {
	if len(c.st.cwds) == 0 || c.a.gone || len(c.a.view.over) > 0 {
		return true
	}
	for _, dir := range c.st.cwds {
		p, ok := c.a.view.resolve(dir, true)
		if !ok {
			return true
		}
		names, ok := c.a.names(p)
		if !ok {
			return true
		}
		for _, n := range names {
			name, ext, file := strings.Cut(n, ".")
			if name == "" || !strings.Contains(standIns, " "+name+" ") {
				continue
			}
			if file && (strings.HasPrefix(ext, "py") || strings.HasSuffix(ext, "so")) || !file && c.a.view.lstat(join(p, n+"/__init__.py")).Exists {
				return true
			}
		}
	}
	return false
}

// module is what python -m runs.
func (c *cmd) module(m word, words []word) {
	if !m.known() {
		c.opaque("which module it runs is known only when it runs")
		c.done()
		return
	}
	switch m.text {
	case "http.server", "SimpleHTTPServer", "smtpd", "webbrowser", "ensurepip", "ftplib", "telnetlib":
		c.add(Effect{Kind: Network, Why: "uses the network"})
		c.unknown("runs the module " + m.text)
	case "json.tool", "tokenize", "calendar", "this", "sysconfig", "site", "base64", "quopri", "ast", "dis", "pyclbr", "tabnanny", "symtable", "gzip":
		a := c.parseArgs(words, "o=> json-lines indent= sort-keys no-ensure-ascii tab compact", false, false)
		for i, w := range a.operands {
			if i == 1 && m.text == "json.tool" {
				c.add(c.a.writes(w, true, c.st)...)
				continue
			}
			c.add(c.a.reads(w, c.st)...)
			if m.text != "gzip" {
				continue
			}
			out, opened := strings.CutSuffix(w.text, ".gz")
			if !opened {
				out += ".gz"
			}
			w.text = out
			c.add(c.a.writes(w, true, c.st)...)
		}
	case "code", "pdb", "idlelib", "asyncio", "timeit", "cProfile", "profile", "trace", "runpy", "bdb", "IPython", "ptpython":
		c.opaque("runs code that it is given")
	case "venv", "virtualenv":
		c.unknown("makes an environment")
		for _, w := range c.parseArgs(words, "prompt= upgrade-deps@", false, false).operands {
			c.add(c.a.writes(w, false, c.st)...)
		}
	default:
		if p, ok := lookup(m.text); ok && !p.builtin() && (p.is("network") || p.is("unknown") || p.is("formatter") || m.text == "coverage") {
			c.apply(p, words)
			return
		}
		c.unknown("runs the module " + m.text)
	}
	c.done()
}

// goTool is the go command. Its options are written -name and may stand before
// the subcommand only for -C.
func (c *cmd) goTool(words []word) {
	const spec = "o=> C= exec=! toolexec=! vettool=! overlay=* modfile=+ pkgdir=+ coverprofile=> cpuprofile=> memprofile=> blockprofile=> mutexprofile=> trace=> outputdir=+ gocmd=! compiler=* gccgoflags=* ldflags=* gcflags=* asmflags=* buildmode= mod= tags= run= bench= count= timeout= parallel= p= cpu= benchtime= skip= list= fuzz= fuzztime= shuffle= covermode= coverpkg= installsuffix= f= pgo=< w^ u^ i n json m modcacherw race v x a work trimpath cover short failfast vet= fuzzminimizetime= testlogfile=> gocoverdir=+ fuzzcachedir=+ artifacts"
	if len(words) > 1 && words[0].is("-C") {
		to, ok := c.goTo(words[1].text, false)
		c.st = c.st.clone()
		if c.st.cwds = nil; ok && words[1].known() {
			c.st.cwds = to
		}
		words = words[2:]
	}
	if len(words) == 0 {
		c.done()
		return
	}
	if !words[0].known() {
		c.opaque("its subcommand is known only when it runs")
		c.done()
		return
	}
	verb := words[0].text
	a := c.parseArgs(testFlags(words[1:]), spec, false, true)
	p := program{name: "go", does: "single", opts: spec}
	switch verb {
	case "version", "help", "doc":
		if verb == "doc" && a.has("http") {
			c.add(Effect{Kind: Network, Why: "serves pages and opens a browser"})
		}
		c.done()
		return
	case "env":
		if a.has("w", "u") {
			c.outside("changes go's settings")
		}
		if a.unsure {
			c.opaque("it may be given an option that is known only when it runs")
		}
		c.done()
		return
	}
	for i := range a.options {
		if a.options[i].act == '^' {
			a.options[i].act = 0
		}
	}
	c.optionEffects(p, a)
	switch verb {
	case "build", "test", "vet", "generate", "fix", "bug", "telemetry":
		c.unknown("builds or runs the project's code")
	case "run":
		c.unknown("builds or runs the project's code")
		if len(a.operands) > 0 && strings.Contains(a.operands[0].text, "@") {
			c.add(Effect{Kind: Network, Why: "fetches the program that it runs"})
		}
	case "list":
		c.unknown("builds or runs the project's code")
		if a.has("u", "versions", "retracted") || a.has("m") && strings.Contains(a.last(), "@") {
			c.add(Effect{Kind: Network, Why: "asks about modules"})
		}
	case "tool":
		c.unknown("builds or runs the project's code")
		for _, w := range a.operands {
			if strings.Contains(w.text, "://") || !w.known() {
				c.add(Effect{Kind: Network, Host: hostOf(w), Why: "may ask " + hostOf(w)})
			}
		}
		if a.has("http") {
			c.add(Effect{Kind: Network, Why: "serves pages and opens a browser"})
		}
	case "fmt":
		c.writesHere()
	case "clean":
		if a.has("cache", "modcache", "testcache", "fuzzcache") {
			c.outside("deletes go's caches")
		}
		c.add(Effect{Kind: Delete, Unsure: true, Outside: true, Why: "deletes what go has built"})
	case "get", "install", "mod", "work":
		sub := ""
		if len(a.operands) > 0 {
			sub = a.operands[0].text
		}
		switch {
		case verb == "mod" && (sub == "init" || sub == "edit"), verb == "work" && sub != "sync" && sub != "vendor":
			c.writesHere()
		default:
			c.add(Effect{Kind: Network, Why: "fetches modules"})
			c.writesHere()
		}
		if verb == "install" {
			c.unknown("builds a program")
			c.outside("installs a program")
		}
	default:
		c.unknown("runs go " + verb)
	}
	c.done()
}

// testFlags writes -test.x as -x: go test takes either, and what stands behind -args
// reaches the tests, which know the former.
func testFlags(words []word) []word {
	out := make([]word, len(words))
	for i, w := range words {
		if rest, ok := strings.CutPrefix(strings.TrimLeft(w.text, "-"), "test."); ok && w.text[0] == '-' {
			w.text = "-" + rest
		}
		out[i] = w
	}
	return out
}
