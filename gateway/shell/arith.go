package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

const arithmeticOnText = "does arithmetic on a text that is not known, which can run a command in it"

// arithmetic walks an arithmetic expression. bash evaluates the text of a
// variable as an expression again, with the substitutions in its subscripts: so
// each operand has to be a number.
func (a *analyser) arithmetic(x syntax.ArithmExpr, st *state) {
	spend(&a.steps, 1)
	switch x := x.(type) {
	case *syntax.Word:
		if !a.numberWord(x, st) {
			a.flaw(x, arithmeticOnText)
		}
	case *syntax.ParenArithm:
		a.arithmetic(x.X, st)
	case *syntax.UnaryArithm:
		a.arithmetic(x.X, st)
		if x.Op == syntax.Inc || x.Op == syntax.Dec {
			a.assignNumber(x.X, st)
		}
	case *syntax.BinaryArithm:
		if !assigns(x.Op) {
			a.arithmetic(x.X, st)
		}
		a.arithmetic(x.Y, st)
		if assigns(x.Op) {
			a.assignNumber(x.X, st)
		}
	default:
		a.flaw(x, "is arithmetic that is not read here")
	}
}

func assigns(op syntax.BinAritOperator) bool {
	switch op {
	case syntax.Assgn, syntax.AddAssgn, syntax.SubAssgn, syntax.MulAssgn, syntax.QuoAssgn, syntax.RemAssgn,
		syntax.AndAssgn, syntax.OrAssgn, syntax.XorAssgn, syntax.ShlAssgn, syntax.ShrAssgn:
		return true
	}
	return false
}

func (a *analyser) assignNumber(x syntax.ArithmExpr, st *state) {
	w, ok := x.(*syntax.Word)
	if !ok {
		a.flaw(x, "assigns to what is no name")
		return
	}
	name := w.Lit()
	if name == "" {
		if !a.numberWord(w, st) {
			a.flaw(x, arithmeticOnText)
		}
		return
	}
	if a.dangerous(name, nil) {
		a.flaw(x, "sets "+name)
	}
	st.set(name, value{kind: number})
}

// numberWord reports whether a word of an arithmetic expression is surely a
// number, and walks what is nested in it.
func (a *analyser) numberWord(w *syntax.Word, st *state) bool {
	if lit := w.Lit(); lit != "" {
		return a.numberText(lit, st)
	}
	sure := true
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			sure = sure && len(w.Parts) > 1 && plainNumber(p.Value)
		case *syntax.ParamExp:
			sure = a.numberParam(p, st) && sure
		default:
			f := a.operand(&syntax.Word{Parts: []syntax.WordPart{p}}, st)
			sure = sure && (f.kind == numeric || f.kind == exact && plainNumber(f.text))
		}
	}
	return sure
}

// numberText reports whether a literal of an expression is a number or a name
// that holds one.
func (a *analyser) numberText(lit string, st *state) bool {
	switch {
	case lit[0] >= '0' && lit[0] <= '9':
		return !strings.ContainsAny(lit, "[$`\\")
	case syntax.ValidName(lit):
		return st.lookup(a, lit).numeric()
	}
	return false
}

func (a *analyser) numberParam(p *syntax.ParamExp, st *state) bool {
	b := &builder{a: a, st: st}
	b.param(p, true)
	b.flush()
	if p.Index != nil && !allKeys(p.Index) && !p.Length {
		return false // an element of an array: its text is not followed
	}
	if p.Param == nil {
		return false
	}
	if p.Short || p.Exp == nil && p.Slice == nil && p.Repl == nil && !p.Excl && p.Names == 0 {
		if p.Length || st.lookup(a, p.Param.Value).numeric() {
			_, positional := place(p.Param.Value)
			return !positional || len(b.out) == 1 && b.out[0].kind == exact && plainNumber(b.out[0].text)
		}
	}
	return len(b.out) == 1 && (b.out[0].kind == numeric || b.out[0].kind == exact && plainNumber(b.out[0].text))
}

// index walks the subscript of an array. For an associative array it is a text,
// which is as dangerous as arithmetic where it is computed.
func (a *analyser) index(x syntax.ArithmExpr, st *state) {
	if allKeys(x) {
		return
	}
	if w, ok := x.(*syntax.Word); ok {
		if lit := w.Lit(); lit != "" && !strings.ContainsAny(lit, "$`[\\") {
			if !syntax.ValidName(lit) || st.lookup(a, lit).numeric() {
				return
			}
		}
		if len(w.Parts) == 1 {
			switch q := w.Parts[0].(type) {
			case *syntax.SglQuoted:
				if plainName(q.Value) {
					return
				}
			case *syntax.DblQuoted:
				if f := a.operand(w, st); f.known() && plainName(f.text) {
					return
				}
				a.flaw(x, arithmeticOnText)
				return
			}
		}
	}
	a.arithmetic(x, st)
}

// plainName reports a text of letters, digits and the like, which no shell
// takes apart.
func plainName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && strings.IndexByte("_-./:", c) < 0 {
			return false
		}
	}
	return true
}
