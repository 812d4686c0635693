package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// complete looks for what the walk has missed: every command, substitution,
// expansion and redirection of the tree has to have been visited, no text that
// the parser left alone may hold a substitution, and no comment may swallow or
// lend a line. What is left over makes the whole analysis opaque.
func (a *analyser) complete(file *syntax.File) {
	c := checker{visited: a.here.visited}
	syntax.Walk(file, c.node)
	if c.missed {
		panic(tooMuch("holds a construct that is not read here"))
	}
}

// checker looks through a tree for what was missed.
type checker struct {
	visited map[syntax.Node]bool
	missed  bool
}

func (c *checker) node(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.Redirect:
		c.missed = c.missed || !c.visited[n]
		if n.Hdoc != nil && quotedDelimiter(n.Word) {
			syntax.Walk(n.Word, c.node)
			return false
		}
	case *syntax.Lit:
		c.missed = c.missed || hides(n.Value)
	case *syntax.ParamExp:
		c.missed = c.missed || !c.visited[n]
		if n.Exp != nil {
			c.inner(n.Exp.Word)
		}
		if n.Repl != nil {
			c.inner(n.Repl.Orig)
			c.inner(n.Repl.With)
		}
	case *syntax.Stmt, *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp, *syntax.ExtGlob, syntax.Command:
		c.missed = c.missed || !c.visited[n]
	}
	return !c.missed
}

// inner is a word inside ${…}: bash runs a process substitution there, which
// the parser reads as text.
func (c *checker) inner(w *syntax.Word) {
	if w == nil {
		return
	}
	for _, p := range w.Parts {
		if lit, ok := p.(*syntax.Lit); ok && (strings.Contains(lit.Value, "<(") || strings.Contains(lit.Value, ">(")) {
			c.missed = true
		}
	}
}

// hides reports whether a literal text holds the beginning of a substitution
// that the shell would still expand.
func hides(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '`':
			return true
		case '$':
			if i+1 < len(s) && (s[i+1] == '(' || s[i+1] == '{') {
				return true
			}
		}
	}
	return false
}
