package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// testClause walks [[ … ]].
func (a *analyser) testClause(c *syntax.TestClause, st *state) {
	if a.here.posix {
		if _, ok := c.X.(*syntax.UnaryTest); !ok {
			a.flaw(c, "reads as a program's name in some shells")
		}
	}
	a.test(c.X, st)
	start, end := span(c)
	a.add(Part{
		Text: a.source(start, end), Start: start, End: end, Inert: true,
		Effects: []Effect{{Kind: Read, Why: "tests something"}},
	})
}

func (a *analyser) test(x syntax.TestExpr, st *state) {
	spend(&a.steps, 1)
	switch x := x.(type) {
	case *syntax.Word:
		a.testWord(x, st)
	case *syntax.ParenTest:
		a.test(x.X, st)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsVarSet || x.Op == syntax.TsRefVar {
			w, ok := x.X.(*syntax.Word)
			if !ok || !syntax.ValidName(w.Lit()) {
				a.flaw(x, "tests a variable whose name is computed, which can run a command in it")
			}
		}
		a.test(x.X, st)
	case *syntax.BinaryTest:
		switch x.Op {
		case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
			for _, side := range []syntax.TestExpr{x.X, x.Y} {
				w, ok := side.(*syntax.Word)
				if !ok || !a.numberWord(w, st) {
					a.flaw(side, arithmeticOnText)
				}
			}
			return
		}
		a.test(x.X, st)
		a.test(x.Y, st)
	default:
		a.flaw(x, "is a test that is not read here")
	}
}

// testWord walks a word in [[ ]], where nothing is split and patterns stand
// unquoted.
func (a *analyser) testWord(w *syntax.Word, st *state) {
	for _, p := range w.Parts {
		if g, ok := p.(*syntax.ExtGlob); ok {
			a.seen(g)
			a.patternText(g)
			continue
		}
		a.operand(&syntax.Word{Parts: []syntax.WordPart{p}}, st)
	}
}

// patternText looks into an extended glob, which the parser leaves as text
// though bash expands what is in it.
func (a *analyser) patternText(g *syntax.ExtGlob) {
	if g.Pattern != nil && strings.ContainsAny(g.Pattern.Value, "$`<>") {
		a.flaw(g, "is a pattern with something in it that may run")
	}
}
