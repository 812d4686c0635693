package shell

import (
	"strings"
	"sync"
)

// program is one line of the table: a program's name (or a name with its
// subcommand: "npm test"), what it does, and its options (options.go).
//
// What it does are words:
//
//	read       its operands are files that it reads
//	names      its operands are looked at, not read (ls, stat)
//	data       its operands are texts (echo)
//	pattern    its first operand is a text, the others files that it reads (grep)
//	tree       what it reads it reads with all that is below
//	write      its operands are made or changed
//	overwrite  its operands get new content
//	delete     its operands are removed
//	rm=X       the folder X is removed
//	here       it writes files in the folder where it runs
//	outside    it changes something outside of the project
//	network    it uses the network; with "host" its first operand says whom it asks
//	commit     it makes a commit
//	unknown    it runs code that is not seen (make, npm test)
//	script     its first operand is such code; without one, code comes from its input
//	opaque     it runs what cannot be known
//	privilege  it acts with other rights
//	run        its operands are a command; "run1", "run2" after that many others
//	sub        its first operand picks a line of its own: "npm" -> "npm test"
//	code       it takes more than a line: special (special.go) knows it, by its name or
//	           by the kind that stands beside: wrapper, shell, interpreter, formatter, disk, remote, squeezer,
//	           binutils, compiler, given
//
// and how its words are read:
//
//	first      options end at the first operand
//	single     options are written -name
//	strict     an option that is not listed makes it unknown
//	calm       none of its options is worth fearing in a word that is not known
//	inert      it changes at most the shell itself
//	builtin    it is a part of the shell: a file of that name is another program
//	versioned  it also goes by names like python3.12
//	local      even asked for its version it runs what the project says (yarnPath, conftest.py)
type program struct {
	name, does, opts string
}

// families are the tables, each a plain list: to teach kavi a program, add a
// line to one of them.
func families() [][]program {
	return [][]program{
		builtins, coreutils, textTools, systemTools, networkTools, archivers, languages, toolchains, packages, builders, clouds, gitCommands,
	}
}

// index is the table by name, made when it is first asked for.
//
//nolint:gochecknoglobals // a table, which nobody changes
var index = sync.OnceValue(func() map[string]program {
	m := make(map[string]program, 1024)
	for _, f := range families() {
		for _, p := range f {
			for _, name := range strings.Split(p.name, "|") {
				q := p
				q.name = name
				m[name] = q
			}
		}
	}
	return m
})

// lookup finds a program. Those that are marked so are also known under a name
// with a version: python3.12, gcc-13.
func lookup(name string) (program, bool) {
	p, ok := index()[name]
	if ok {
		return p, !strings.Contains(name, " ")
	}
	short := strings.TrimRight(name, "0123456789.")
	p, ok = index()[strings.TrimSuffix(short, "-")]
	return p, ok && p.is("versioned")
}

func (p program) is(verb string) bool {
	for rest := p.does; rest != ""; {
		var one string
		one, rest, _ = strings.Cut(rest, " ")
		if one == verb {
			return true
		}
	}
	return false
}

func (p program) builtin() bool { return p.is("builtin") }

// risky reports whether one of the program's options does more than print.
func (p program) risky() bool {
	if p.is("strict") {
		return true
	}
	for spec := p.opts; spec != ""; {
		var token string
		token, spec, _ = strings.Cut(spec, " ")
		if token != "" && strings.IndexByte(">+~!*@%^", token[len(token)-1]) >= 0 && suffix(token) < len(token) {
			return true
		}
	}
	return false
}

// prints reports whether a word alone asks for the version and nothing else.
func (p program) prints(w word) bool {
	s, ok := spec{}, false
	if w.is("-v", "-V") {
		s, ok = findOption(p.opts, w.text[1:], false)
	}
	return ok && s.act == '#'
}

// apply says what a program of the table does with its words, and records it.
func (c *cmd) apply(p program, words []word) {
	if len(words) == 1 && (words[0].is("--help", "--version") || p.prints(words[0])) && !p.is("run") && !p.is("local") && !p.builtin() {
		c.done()
		return
	}
	if p.is("code") {
		c.special(p, words)
		return
	}
	a := c.parseArgs(words, p.opts, p.is("first") || p.is("sub") || p.is("script") || p.run() >= 0, p.is("single"))
	if p.is("sub") {
		c.sub(p, a)
		return
	}
	c.effectsOf(p, a)
	if n := p.run(); n >= 0 && !a.prints() {
		c.inner(a.operands, n)
		return
	}
	c.inert = p.is("inert") && len(c.effects) == 0
	c.done()
}

// run is how many operands stand before the command that a wrapper runs; -1
// where it is none.
func (p program) run() int {
	for i, verb := range [...]string{"run", "run1", "run2"} {
		if p.is(verb) {
			return i
		}
	}
	return -1
}

// inner looks at the command behind n operands of a wrapper.
func (c *cmd) inner(operands []word, n int) {
	if len(operands) <= n {
		c.done()
		return
	}
	c.unwrap(operands[n:])
}

// sub finds the line of a subcommand.
func (c *cmd) sub(p program, a args) {
	c.optionEffects(p, a)
	switch {
	case a.unsure || len(a.operands) > 0 && !a.operands[0].known():
		c.opaque("its subcommand is known only when it runs")
	case a.prints() && len(a.operands) == 0 && !p.is("local"):
	case len(a.operands) == 0:
		c.verbs(p, args{})
	default:
		key := p.name + " " + a.operands[0].text
		if q, ok := index()[key]; ok {
			c.apply(q, a.operands[1:])
			return
		}
		if w := a.operands[1:]; len(w) > 0 && w[len(w)-1].is("--help") && len(w) == 1 {
			break
		}
		c.verbs(p, args{})
	}
	c.done()
}

// effectsOf are the effects of a program's line.
func (c *cmd) effectsOf(p program, a args) {
	c.optionEffects(p, a)
	if !a.prints() || p.is("local") || p.is("script") && len(a.operands) > 0 {
		c.verbs(p, a)
	}
}

func (c *cmd) optionEffects(p program, a args) {
	if a.unsure && p.risky() && !p.is("calm") {
		c.opaque("it may be given an option that is known only when it runs")
	}
	for _, o := range a.options {
		name := "-" + o.name
		if o.long && !p.is("single") {
			name = "-" + name
		}
		switch o.act {
		case '>':
			c.add(c.a.writes(o.value, true, c.st)...)
		case '+':
			c.add(c.a.writes(o.value, false, c.st)...)
		case '<':
			if !o.value.is("-") {
				c.add(c.a.reads(o.value, c.st)...)
			}
		case '!':
			c.opaque("its option " + name + " runs a program or reads code")
		case '*':
			c.unknown("its option " + name + " runs code that is not seen")
		case '@':
			c.add(Effect{Kind: Network, Host: hostOf(o.value), Why: "its option " + name + " uses the network"})
		case '^':
			c.outside("its option " + name + " changes something outside of the project")
		case '~':
			for _, w := range a.operands {
				c.add(c.a.rewrites(w, c.st)...)
			}
			if len(a.operands) == 0 {
				c.writesHere()
			}
		case '%':
			for _, w := range a.operands {
				c.add(c.a.deletes(w, false, c.st)...)
			}
		}
		if o.next && o.act == 0 {
			c.valueOrFile(p, o.value)
		}
		if !o.listed && p.is("strict") {
			c.unknown("its option " + name + " is not known here")
		}
	}
}

// valueOrFile reads a word that stands for the value of the option before it. A
// line of the table serves many programs, and those of other systems: what is a
// value for one is a file for another (nl -b a, pr -b a).
func (c *cmd) valueOrFile(p program, w word) {
	if !p.is("read") && !p.is("pattern") && !p.is("binutils") && !p.is("git-read") {
		return
	}
	switch {
	case w.known() && c.exists(w), w.kind == glob && !p.is("calm"), w.kind == unknown && !p.is("calm"):
		c.readAll([]word{w}, p.is("tree"))
	}
}

// outside is a change of something that is not in the project: a package, a
// service, a setting of the user.
func (c *cmd) outside(why string) {
	c.add(Effect{Kind: Write, Unsure: true, Outside: true, Why: why})
}

// verbs says what a program does with its operands.
func (c *cmd) verbs(p program, a args) {
	given := a.acts('&')
	for rest := p.does; rest != ""; {
		var verb string
		verb, rest, _ = strings.Cut(rest, " ")
		operands := a.operands
		switch verb {
		case "pattern":
			if !given && len(operands) > 0 {
				operands = operands[1:]
			}
			c.readAll(operands, p.is("tree"))
		case "read":
			c.readAll(operands, p.is("tree"))
		case "write", "overwrite":
			for _, w := range operands {
				if !w.is("-") {
					c.add(c.a.writes(w, verb == "overwrite", c.st)...)
				}
			}
		case "delete":
			for _, w := range operands {
				c.add(c.a.deletes(w, false, c.st)...)
			}
		case "here":
			c.writesHere()
		case "outside":
			c.outside("changes something outside of the project")
		case "network":
			c.network(p, operands)
		case "commit":
			c.add(Effect{Kind: Commit, Why: "makes a commit"})
		case "unknown":
			c.unknown("runs code that is not seen")
		case "opaque":
			c.opaque("runs what is not known before")
		case "privilege":
			c.add(Effect{Kind: Privilege, Why: "acts with other rights"})
		case "script":
			c.scriptFile(operands)
		default:
			if dir, ok := strings.CutPrefix(verb, "rm="); ok {
				c.add(c.a.deletes(exactWord(dir), true, c.st)...)
			}
		}
	}
}

func (c *cmd) readAll(operands []word, tree bool) {
	for _, w := range operands {
		if w.is("-") {
			continue
		}
		es := c.a.reads(w, c.st)
		for i := range es {
			es[i].Recursive = es[i].Recursive || tree || es[i].Path != "" && c.a.view.lstat(es[i].Path).Dir
		}
		c.add(es...)
		if strings.Contains(w.text, "://") { // some fetch it
			c.add(Effect{Kind: Network, Host: hostOf(w), Why: "may ask " + hostOf(w)})
		}
	}
	if tree && len(operands) == 0 {
		c.readAll([]word{exactWord(".")}, true)
	}
}

// writesHere is a change of files somewhere below the folder where it runs.
func (c *cmd) writesHere() {
	for _, dir := range c.st.cwds {
		if e, ok := c.a.view.change(dir, false); ok {
			e.Unsure, e.Recursive, e.Why = true, true, "writes files in "+c.a.view.show(e.Path)
			c.add(e)
		}
	}
	if len(c.st.cwds) == 0 {
		c.add(c.a.view.unknownPath(Write, "writes files in"))
	}
}

func (c *cmd) network(p program, operands []word) {
	if !p.is("host") || len(operands) == 0 {
		c.add(Effect{Kind: Network, Why: "uses the network"})
		return
	}
	host := hostOf(operands[0])
	why := "uses the network"
	if host != "" {
		why = "asks " + host
	}
	c.add(Effect{Kind: Network, Host: host, Why: why})
}

// hostOf is the host that a URL, host or user@host:path names.
func hostOf(w word) string {
	if !w.known() || w.text == "" {
		return ""
	}
	s := w.text
	if !strings.Contains(s, "://") {
		if at := strings.LastIndexByte(s, '@'); at >= 0 {
			s = s[at+1:]
		}
		s, _, _ = strings.Cut(s, ":")
		s, _, _ = strings.Cut(s, "/")
	}
	return Host(s)
}

// scriptFile is a program whose first operand is its code.
func (c *cmd) scriptFile(operands []word) {
	switch {
	case len(operands) == 0 || operands[0].is("-", "/dev/stdin"), strings.HasPrefix(operands[0].text, "/dev/fd/"),
		strings.HasPrefix(operands[0].text, "/proc/"):
		c.opaque("runs the code that it is given on its input")
	case !operands[0].known():
		c.opaque("which code it runs is known only when it runs")
	default:
		c.unknown("runs the code in " + operands[0].text)
		c.add(c.a.reads(operands[0], c.st)...)
	}
}
