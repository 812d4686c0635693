package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// input is what a command finds on its standard input, as far as a shell that
// reads it as a script needs to know.
type input struct {
	given bool   // a here-document or here-string
	piped bool   // it comes through a pipe, from a command that prints a known text
	known bool   // of which the text is exact
	text  string //
}

// redirects makes a part of the redirections of a compound command.
func (a *analyser) redirects(s *syntax.Stmt, st *state) {
	effects, _ := a.redirs(s.Redirs, st)
	if len(effects) == 0 {
		return
	}
	start := int(s.Redirs[0].Pos().Offset())
	end := int(s.Redirs[len(s.Redirs)-1].Word.End().Offset())
	a.add(Part{Text: a.source(start, end), Start: start, End: end, Effects: effects})
}

// redirs are the effects of redirections, and what they put on the input.
func (a *analyser) redirs(list []*syntax.Redirect, st *state) (effects []Effect, in input) {
	for _, r := range list {
		a.seen(r)
		if r.N != nil && strings.HasPrefix(r.N.Value, "{") {
			name := strings.Trim(r.N.Value, "{}")
			st.set(name, value{kind: number})
			if !syntax.ValidName(name) || a.dangerous(name, nil) {
				effects = append(effects, Effect{Kind: Opaque, Why: "gives a descriptor to the variable " + name})
			}
		}
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			in = a.hereDoc(r, st)
			continue
		case syntax.WordHdoc:
			w := a.operand(r.Word, st)
			in = input{given: true, known: w.known(), text: w.text}
			continue
		}
		w, ok := a.target(r.Word, st)
		effects = append(effects, a.redir(r, w, ok, st)...)
		if (r.Op == syntax.RdrIn || r.Op == syntax.DplIn) && r.N == nil {
			in = input{given: true}
		}
	}
	return effects, in
}

// target is the word that a redirection names. ok is false where it may expand
// to several, which shells treat differently.
func (a *analyser) target(w *syntax.Word, st *state) (word, bool) {
	fields := a.fields(w, st)
	if len(fields) != 1 {
		return word{kind: unknown}, false
	}
	return fields[0], fields[0].kind == exact
}

func (a *analyser) redir(r *syntax.Redirect, w word, ok bool, st *state) []Effect {
	t := w.text
	switch r.Op {
	case syntax.RdrIn:
		if e, ok := socket(t, w.known()); ok {
			return []Effect{e}
		}
		return a.reads(w, st)
	case syntax.DplIn, syntax.DplOut:
		if ok && (t == "-" || plainNumber(strings.TrimSuffix(t, "-"))) || w.kind == numeric {
			return nil
		}
		if e, ok := socket(t, w.known()); ok {
			return []Effect{e}
		}
		if r.Op == syntax.DplIn {
			return a.reads(w, st)
		}
		return a.writes(w, true, st)
	case syntax.RdrOut, syntax.RdrClob, syntax.RdrAll:
		if e, ok := socket(t, w.known()); ok {
			return []Effect{e}
		}
		return a.writes(w, true, st)
	case syntax.AppOut, syntax.AppAll, syntax.RdrInOut:
		if e, ok := socket(t, w.known()); ok {
			return []Effect{e}
		}
		return a.writes(w, false, st)
	}
	return []Effect{{Kind: Opaque, Why: "is a redirection that is not read here"}}
}

// socket knows the files by which bash opens a connection.
func socket(path string, known bool) (Effect, bool) {
	rest, ok := strings.CutPrefix(path, "/dev/tcp/")
	if !ok {
		if rest, ok = strings.CutPrefix(path, "/dev/udp/"); !ok {
			return Effect{}, false
		}
	}
	host, _, _ := strings.Cut(rest, "/")
	if !known {
		host = ""
	}
	return Effect{Kind: Network, Host: Host(host), Why: "opens a connection to " + host}, true
}

// hereDoc walks the body of a here-document, which is expanded unless its
// delimiter is quoted.
func (a *analyser) hereDoc(r *syntax.Redirect, st *state) input {
	in := input{given: true, known: true}
	if r.Hdoc == nil {
		return in
	}
	if quotedDelimiter(r.Word) {
		for _, p := range r.Hdoc.Parts {
			lit, ok := p.(*syntax.Lit)
			if !ok {
				a.flaw(r, "is a here-document that is not read here")
				return input{given: true}
			}
			in.text += lit.Value
		}
	} else {
		b := &builder{a: a, st: st}
		for _, p := range r.Hdoc.Parts {
			b.part(p, false, false, true)
		}
		b.some = true
		b.flush()
		in.known, in.text = b.out[0].known(), b.out[0].text
	}
	if r.Op == syntax.DashHdoc {
		in.text = strings.ReplaceAll("\n"+in.text, "\n\t", "\n")
		in.known = in.known && !strings.Contains(in.text, "\n\t")
	}
	return in
}

func quotedDelimiter(w *syntax.Word) bool {
	for _, p := range w.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok || strings.Contains(lit.Value, `\`) {
			return true
		}
	}
	return false
}
