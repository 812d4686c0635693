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

// feed notes what the left side of a pipe prints, where that is known and the
// right side is one command.
func (a *analyser) feed(from, to *syntax.Stmt, st *state) {
	a.fed = nil
	if _, simple := to.Cmd.(*syntax.CallExpr); !simple {
		return
	}
	if s, ok := a.printed(from, st); ok {
		a.fed = &s
	}
}

// printed is what a statement prints, where that is certain: an echo, a printf
// or a here-document of plain text, pwd.
func (a *analyser) printed(s *syntax.Stmt, st *state) (string, bool) {
	call, ok := s.Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) == 0 || len(call.Assigns) > 0 || len(st.funcs) > 0 || s.Background || s.Negated {
		return "", false
	}
	words := make([]string, len(call.Args))
	for i, w := range call.Args {
		if words[i], ok = plainText(w); !ok || strings.Contains(words[i], `\`) && i != 1 {
			return "", false
		}
	}
	args := words[1:]
	switch {
	case words[0] == "cat" && len(args) == 0 && len(s.Redirs) == 1 && s.Redirs[0].Op == syntax.Hdoc:
		return plainDocument(s.Redirs[0])
	case len(s.Redirs) > 0:
	case words[0] == "pwd" && len(args) == 0 && len(st.cwds) == 1:
		return st.cwds[0] + "\n", true
	case words[0] == "echo":
		end := "\n"
		if len(args) > 0 && args[0] == "-n" {
			args, end = args[1:], ""
		}
		text := strings.Join(args, " ")
		return text + end, !strings.Contains(text, `\`) && !strings.HasPrefix(text, "-")
	case words[0] == "printf" && len(args) == 2 && (args[0] == "%s" || args[0] == `%s\n`):
		return args[1], true
	case words[0] == "printf" && len(args) == 1:
		text := strings.TrimSuffix(args[0], `\n`)
		return text, !strings.ContainsAny(text, `%\`) && !strings.HasPrefix(text, "-")
	}
	return "", false
}

// plainDocument is the text of a here-document in which nothing is expanded.
func plainDocument(r *syntax.Redirect) (string, bool) {
	if r.Hdoc == nil {
		return "", true
	}
	if len(r.Hdoc.Parts) != 1 {
		return "", false
	}
	lit, ok := r.Hdoc.Parts[0].(*syntax.Lit)
	if !ok {
		return "", false
	}
	return lit.Value, quotedDelimiter(r.Word) || !strings.Contains(lit.Value, `\`)
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
