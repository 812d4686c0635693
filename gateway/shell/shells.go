package shell

import (
	"strings"
)

// shell follows a shell that is started: its -c text is a script of its own, a
// script file is code that is not seen, and its input is followed only where it
// is a here-document of which the text is known.
func (c *cmd) shell(name string, words []word) {
	const spec = "c o= O= l,login i r s v x e u n f a h m p b k t B C E H P T D norc noprofile posix rcfile=! init-file=! restricted verbose debugger! dump-strings dump-po-strings version# help#"
	switch name {
	case "fish", "csh", "tcsh", "pwsh", "powershell", "elvish", "nu", "xonsh":
		c.opaque("is a shell that is not read here")
		c.done()
		return
	}
	a := c.shellArgs(words, spec)
	if a.unsure {
		c.opaque("may be given an option that is known only when it runs")
	}
	c.optionEffects(program{name: name, opts: spec}, a)
	if a.prints() {
		c.done()
		return
	}
	if a.has("k", "debugger") {
		c.opaque("reads its arguments in another way")
	}
	switch {
	case a.has("c"):
		text, args := word{}, []word(nil)
		if len(a.operands) > 0 {
			text = a.operands[0]
		}
		if len(a.operands) > 2 {
			args = a.operands[2:] // the second is $0
		}
		c.scriptIn(name, text, args)
	case len(a.operands) > 0 && !a.has("s"):
		c.scriptFile(a.operands)
		c.done()
	case a.has("i"):
		c.opaque("is an interactive shell")
		c.done()
	case c.in.given && c.in.known:
		args := a.operands
		c.scriptIn(name, word{kind: exact, text: c.in.text}, args)
	default:
		c.opaque("is a shell that reads its commands from its input")
		if c.in.piped {
			c.scriptIn(name, word{kind: exact, text: c.in.text}, nil) // opaque all the same, but what is seen is said
			return
		}
		c.done()
	}
}

// shellArgs parts a shell's words, in which +x is an option too.
func (c *cmd) shellArgs(words []word, spec string) args {
	words = append([]word(nil), words...)
	for i, w := range words {
		if !w.known() || len(w.text) < 2 || w.text[0] != '-' && w.text[0] != '+' {
			break
		}
		words[i].text = "-" + w.text[1:]
	}
	return c.parseArgs(words, spec, true, false)
}

// scriptIn walks a text as a new shell of a name runs it.
func (c *cmd) scriptIn(name string, text word, args []word) {
	if text.printed {
		c.opaque("what it runs is what another command prints")
	}
	if !text.known() {
		c.opaque("which commands it runs is known only when it runs")
		c.done()
		return
	}
	st := c.childState(args)
	c.runText(text.text, st, func(s *scope) {
		s.posix = name != "bash" && name != "zsh" && name != "ksh" && name != "mksh" && name != "rbash"
		s.surely = name == "bash" || name == "rbash"
	}, nil)
}

// scriptText walks a text that some program gives to sh -c.
func (c *cmd) scriptText(text word, extra ...Effect) {
	if text.printed {
		c.opaque("what it runs is what another command prints")
	}
	if !text.known() {
		c.opaque("which commands it runs is known only when it runs")
		c.done()
		return
	}
	c.runText(text.text, c.childState(nil), func(s *scope) { s.posix, s.surely = true, false }, extra)
}

// childState is what a new shell knows: where it is, what it was given. Of the
// variables of this one it may have any.
func (c *cmd) childState(args []word) *state {
	st := &state{cwds: c.st.cwds, args: args, argsOK: true, past: &past{}}
	for name := range c.st.vars {
		st.set(name, value{kind: unclear})
	}
	for _, s := range c.env {
		st.set(s.name, s.word.value())
	}
	st.ifs = false
	return st
}

// runText records what a nested text does; the command that holds it keeps a
// part of its own only for its redirections and the like.
func (c *cmd) runText(text string, st *state, prepare func(*scope), extra []Effect) {
	if len(c.effects) > 0 {
		outer := *c
		outer.done()
	}
	full := c.full
	if full == nil {
		full = shownAll(c.argv)
	}
	c.a.nested(text, st, func(s *scope) {
		if !s.nested {
			s.start, s.end = c.from, c.end
		}
		if s.full == nil {
			s.full = full
		}
		s.extra = append(s.extra[:len(s.extra):len(s.extra)], extra...)
		for _, e := range c.effects {
			if e.Kind == Privilege {
				s.extra = append(s.extra, e)
			}
		}
		if prepare != nil {
			prepare(s)
		}
	})
}

// eval walks its words as a part of this shell.
func (c *cmd) eval(words []word) {
	if len(words) > 0 && words[0].is("--") {
		words = words[1:]
	}
	texts := make([]string, 0, len(words))
	for _, w := range words {
		if w.printed {
			c.opaque("what it runs is what another command prints")
		}
		switch {
		case w.kind == glob, !w.known(), w.computed && strings.HasPrefix(w.text, "/dev/fd/"):
			c.opaque("which commands it runs is known only when it runs")
			c.done()
			return
		}
		texts = append(texts, w.text)
	}
	c.runText(strings.Join(texts, " "), c.st, nil, nil)
}
