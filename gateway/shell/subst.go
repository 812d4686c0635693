package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// substitution walks $(…) in a copy of the state. digits says that what it
// prints is surely a number, so that arithmetic on it runs nothing.
func (a *analyser) substitution(p *syntax.CmdSubst, st *state) (digits bool) {
	if p.TempFile || p.ReplyVar {
		a.flaw(p, "runs in the shell itself in some shells")
	}
	a.stmts(p.Stmts, st.clone())
	return len(p.Stmts) == 1 && a.printsNumber(p.Stmts[0], st)
}

// printsNumber knows the usual ways to get a number: date +%s, wc -l < f,
// nproc, … | wc -l.
func (a *analyser) printsNumber(s *syntax.Stmt, st *state) bool {
	if b, ok := s.Cmd.(*syntax.BinaryCmd); ok && b.Op == syntax.Pipe {
		return a.printsNumber(b.Y, st)
	}
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || len(call.Assigns) > 0 || len(st.funcs) > 0 {
		return false
	}
	words := make([]string, len(call.Args))
	for i, w := range call.Args {
		lit, ok := plainText(w)
		if !ok {
			return false
		}
		words[i] = lit
	}
	switch words[0] {
	case "nproc":
		return len(words) == 1
	case "seq":
		for _, w := range words[1:] {
			if !plainNumber(w) {
				return false
			}
		}
		return true
	case "wc":
		return len(words) == 2 && (words[1] == "-l" || words[1] == "-c" || words[1] == "-w" || words[1] == "-m")
	case "id":
		return len(words) == 2 && (words[1] == "-u" || words[1] == "-g")
	case "date":
		return len(words) == 2 && strings.HasPrefix(words[1], "+%") &&
			strings.Trim(words[1][1:], "%sNYmdHMSju") == ""
	case "stat":
		return len(words) >= 3 && (words[1] == "-c" || words[1] == "-f") && (words[2] == "%s" || words[2] == "%Y" || words[2] == "%z")
	}
	return false
}

// plainText is a word without any expansion, quoted or not.
func plainText(w *syntax.Word) (string, bool) {
	if lit := w.Lit(); lit != "" {
		return lit, !strings.ContainsAny(lit, `\*?[{~`)
	}
	if len(w.Parts) == 1 {
		switch p := w.Parts[0].(type) {
		case *syntax.SglQuoted:
			return p.Value, !p.Dollar
		case *syntax.DblQuoted:
			if len(p.Parts) == 1 {
				if l, ok := p.Parts[0].(*syntax.Lit); ok {
					return l.Value, !strings.Contains(l.Value, `\`)
				}
			}
		}
	}
	return "", false
}
