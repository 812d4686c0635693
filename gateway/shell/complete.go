package shell

import (

	"mvdan.cc/sh/v3/syntax"
)

// complete looks for what the walk has missed: every command, substitution,
// expansion and redirection of the tree has to have been visited, and no text
// that the parser left alone may hold a substitution. What is left over makes
// the whole analysis opaque.
func (a *analyser) complete(file *syntax.File) {
	quoted := map[*syntax.Word]bool{}
	missed := false
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Redirect:
			if n.Hdoc != nil && quotedDelimiter(n.Word) {
				quoted[n.Hdoc] = true
			}
			missed = missed || !a.here.visited[n]
		case *syntax.Word:
			return !quoted[n]
		case *syntax.Lit:
			missed = missed || hides(n.Value)
		case *syntax.Stmt, *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ParamExp, *syntax.ArithmExp,
			*syntax.ExtGlob, syntax.Command:
			missed = missed || !a.here.visited[n]
		}
		return !missed
	})
	if missed {
		panic(tooMuch("holds a construct that is not read here"))
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
