package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// cmd is one simple command that is being looked at.
type cmd struct {
	a          *analyser
	st         *state
	argv       []word
	text       string
	from       int
	end        int
	full       []Word // as written, once a wrapper was taken off
	effects    []Effect
	ofGit      []string // Part.Git
	abroad     bool     // git finds another repository than the project's
	in         input
	env        []setting // X=1 before the command, or given to env
	asked      bool      // it came as argv: there is no shell around it
	inert      bool
	redirected bool
	local      bool // what runs is a file in some folder and not the program of that name
	program    bool // functions of that name are not meant (command, env, xargs)
	wraps      int  // wrappers taken off
}

// setting is a variable that a command is given.
type setting struct {
	name string
	word word
}

// maxWraps is how many wrappers may stand before each other.
const maxWraps = 30

// binFolders are where the programs of the table live.
var binFolders = [...]string{
	"/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin",
	"/opt/homebrew/sbin", "/opt/local/bin", "/home/linuxbrew/.linuxbrew/bin", "/run/current-system/sw/bin",
	"/snap/bin", "/usr/local/go/bin", "/usr/games",
}

// simple walks a simple command: its words, its redirections, what it runs.
func (a *analyser) simple(s *syntax.Stmt, call *syntax.CallExpr, st *state) {
	var argv []word
	for _, w := range call.Args {
		argv = append(argv, a.fields(w, st)...)
		if len(argv) > maxWords {
			panic(tooMuch("has a command of too many words"))
		}
	}
	c := &cmd{a: a, st: st, argv: argv}
	c.from, c.end = int(s.Position.Offset()), int(call.End().Offset())
	for _, r := range s.Redirs {
		c.end = max(c.end, int(r.Word.End().Offset()))
		c.from = min(c.from, int(r.Pos().Offset()))
	}
	c.text = a.source(c.from, c.end)
	c.effects, c.in = a.redirs(s.Redirs, st)
	c.redirected = len(s.Redirs) > 0
	if a.fed != nil && !c.in.given {
		c.in = input{piped: true, known: true, text: *a.fed}
	}
	a.fed = nil
	if len(argv) == 0 {
		c.assignOnly(call)
		return
	}
	for _, as := range call.Assigns {
		w, why := a.assigned(as, st)
		if why != "" {
			c.opaque(why)
		}
		c.env = append(c.env, setting{as.Name.Value, w})
	}
	c.run()
}

// assignOnly is X=1 without a command: the shell itself is changed. A command
// whose words all vanish is one too.
func (c *cmd) assignOnly(call *syntax.CallExpr) {
	for _, as := range call.Assigns {
		if why := c.a.assign(as, c.st); why != "" {
			c.opaque(why)
		}
	}
	if len(call.Args) > 0 {
		c.opaque("runs what is known only when it runs")
	}
	c.inert = len(c.effects) == 0
	c.argv = nil
	c.done()
}

// done records the part.
func (c *cmd) done() {
	c.a.add(Part{
		Argv: shownAll(c.argv), Full: c.full, Text: c.text, Start: c.from, End: c.end,
		Dirs: c.st.cwds, Inert: c.inert, Git: c.ofGit, Effects: c.effects,
	})
}

func (c *cmd) add(es ...Effect)   { c.effects = append(c.effects, es...) }
func (c *cmd) opaque(why string)  { c.add(Effect{Kind: Opaque, Why: why}) }
func (c *cmd) unknown(why string) { c.add(Effect{Kind: Unknown, Why: why}) }

// run finds out what the command's name means, and records what it does.
func (c *cmd) run() {
	spend(&c.a.steps, 1)
	if len(c.argv) == 0 {
		c.done()
		return
	}
	name, ok := c.name()
	if !ok {
		c.done()
		return
	}
	if !c.program && !c.asked && !c.local {
		if fs := c.st.funcs[name]; len(fs) > 0 && c.call(fs) {
			return
		}
	}
	c.dispatch(name)
}

// call walks the functions that the name may mean. done is false where the
// program of that name may be meant too.
func (c *cmd) call(fs []function) (done bool) {
	args := append([]word(nil), c.argv[1:]...)
	for _, s := range c.env {
		c.st.set(s.name, s.word.value())
	}
	done = true
	for i, f := range fs {
		st := c.st
		if i < len(fs)-1 || f.maybe {
			st = c.st.clone()
		}
		c.a.callFunc(f.decl, args, st)
		if st != c.st {
			c.st.join(st)
		}
		done = done && !f.maybe
	}
	for _, s := range c.env {
		c.st.set(s.name, value{kind: unclear})
	}
	if done && len(c.effects) > 0 {
		c.argv = nil
		c.done()
	}
	return done
}

// name is the program that is meant. ok is false where that is not known and
// the command has become opaque.
func (c *cmd) name() (string, bool) {
	w := c.argv[0]
	switch {
	case w.kind == glob:
		c.opaque("its name is a pattern")
		return "", false
	case w.kind != exact || w.text == "":
		c.opaque("its name is known only when it runs")
		return "", false
	}
	name := w.text
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] > '~' {
			c.opaque("its name is not plain ASCII")
			return "", false
		}
	}
	if w.computed {
		c.opaque("its name is computed")
	}
	switch name {
	case "if", "then", "else", "elif", "fi", "do", "done", "case", "esac", "while", "until", "for", "in", "select", "function", "{", "}", "[[", "]]":
		c.opaque("its name is a word of the shell's grammar")
	}
	if !strings.Contains(name, "/") {
		return name, true
	}
	dir := path.Dir(name)
	for _, bin := range binFolders {
		if dir == bin && path.Clean(name) == name {
			c.argv = append([]word{exactWord(path.Base(name))}, c.argv[1:]...)
			c.program = true
			c.st = c.st.clone() // /usr/bin/cd changes nothing here
			return path.Base(name), true
		}
	}
	c.local = true
	c.unknown("runs the file " + name)
	return path.Base(name), true
}

// unwrap looks at the command that this one runs as a program: it changes nothing
// in this shell, even where its name is one of the shell's own (env cd /tmp).
func (c *cmd) unwrap(inner []word) {
	c.st = c.st.clone()
	c.within(inner)
}

// within looks at the command that this one runs in this shell (command, builtin).
func (c *cmd) within(inner []word) {
	if c.wraps++; c.wraps > maxWraps {
		panic(tooMuch("wraps a command too often"))
	}
	if c.full == nil {
		c.full = shownAll(c.argv)
	}
	c.argv, c.local, c.program = inner, false, true
	c.run()
}

// posixSpecial reports the builtins that POSIX calls so: what is set before one of them
// is set for the shell, and most shells let no function have their names.
func posixSpecial(name string) bool {
	switch name {
	case ":", ".", "source", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift", "times", "trap", "unset":
		return true
	}
	return false
}

// dispatch looks the program up and says what it does.
func (c *cmd) dispatch(name string) {
	if sub, dashed := strings.CutPrefix(name, "git-"); dashed && index()["git "+sub].name != "" {
		c.argv = append([]word{exactWord("git"), exactWord(sub)}, c.argv[1:]...)
		name = "git"
	}
	c.reachesKavi(c.argv[1:])
	p, known := lookup(name)
	if c.a.env.Shell == "zsh" && !c.a.here.surely {
		switch name {
		case "repeat", "foreach", "end", "always", "select", "sched", "zargs", "zmv", "zcp", "zln":
			c.opaque("is a word of zsh that is not read here")
		}
	}
	if known && posixSpecial(name) {
		for _, s := range c.env { // seen by what eval runs, and in some shells they stay
			c.st.set(s.name, value{kind: unclear})
		}
	}
	if !known {
		if !c.local {
			c.unknown("runs " + name + ", which is not known here")
		}
		c.done()
		return
	}
	if c.local && p.builtin() {
		c.done()
		return
	}
	c.apply(p, c.argv[1:])
}
