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
	if start, end := int(p.Left.Offset()), int(p.Right.Offset()); p.Backquotes && openTick(a.source(start+1, end)) {
		// bash ends `…` at the next backquote, also in quotes; the parser does not.
		a.flaw(p, "is a command in backquotes that shells end at different places")
	}
	a.stmts(p.Stmts, st.clone())
	return len(p.Stmts) == 1 && a.printsNumber(p.Stmts[0], st)
}

// openTick reports a backquote without a backslash before it.
func openTick(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '`':
			return true
		}
	}
	return false
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

// feed notes what the left side of a pipe prints, where that is an echo, a
// printf or a here-document of known text and the right side is one command.
func (a *analyser) feed(from, to *syntax.Stmt, st *state) {
	a.fed = nil
	call, ok := from.Cmd.(*syntax.CallExpr)
	if _, simple := to.Cmd.(*syntax.CallExpr); !ok || !simple || len(call.Args) == 0 || len(st.funcs) > 0 {
		return
	}
	var words []string
	for _, w := range call.Args {
		s, ok := plainText(w)
		if !ok {
			return
		}
		words = append(words, s)
	}
	args := words[1:]
	switch {
	case words[0] == "echo" && len(from.Redirs) == 0:
		for len(args) > 0 && strings.HasPrefix(args[0], "-") && strings.Trim(args[0], "-neE") == "" {
			args = args[1:]
		}
	case words[0] == "printf" && len(from.Redirs) == 0 && len(args) > 0:
		if strings.HasPrefix(args[0], "%s") {
			args = args[1:]
		}
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], `\n`, "\n")
		}
	case words[0] == "cat" && len(args) == 0 && len(from.Redirs) == 1 && from.Redirs[0].Hdoc != nil:
		h := from.Redirs[0].Hdoc
		s, ok := plainText(h)
		if !ok && len(h.Parts) == 1 && quotedDelimiter(from.Redirs[0].Word) {
			if l, lit := h.Parts[0].(*syntax.Lit); lit {
				s, ok = l.Value, true
			}
		}
		if !ok {
			return
		}
		args = []string{s}
	default:
		return
	}
	text := strings.Join(args, " ")
	a.fed = &text
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
