package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// assigned walks an assignment and gives what is assigned; why says what is
// dangerous about it.
func (a *analyser) assigned(as *syntax.Assign, st *state) (w word, why string) {
	if as.Index != nil {
		a.index(as.Index, st)
	}
	switch {
	case as.Array != nil:
		for _, e := range as.Array.Elems {
			if e.Index != nil {
				a.index(e.Index, st)
			}
			if e.Value != nil {
				a.fields(e.Value, st)
			}
		}
		w = word{kind: unknown, several: true}
	case as.Value != nil:
		w = a.operand(as.Value, st)
	default:
		w = word{kind: exact}
	}
	if as.Index != nil {
		w = word{kind: unknown}
	}
	if !syntax.ValidName(as.Name.Value) {
		return w, "assigns to what is no name"
	}
	if name := as.Name.Value; a.dangerous(name, &w) {
		why = "sets " + name + ", which decides what programs run"
	}
	return w, why
}

// assign is an assignment that stays.
func (a *analyser) assign(as *syntax.Assign, st *state) (why string) {
	w, why := a.assigned(as, st)
	name := as.Name.Value
	v := w.value()
	if as.Append {
		was := st.lookup(a, name)
		v = value{kind: unclear}
		if was.kind == text && w.known() {
			spend(&a.bytes, len(was.text))
		}
		if was.kind == text && w.known() && as.Index == nil && !a.here.posix {
			v = value{kind: text, text: was.text + w.text}
		}
	}
	if st.vars[name].attr == 'i' && !v.numeric() {
		why = arithmeticOnText
	}
	st.set(name, v)
	return why
}

// declClause walks export, declare, local, readonly, typeset.
func (a *analyser) declClause(c *syntax.DeclClause, st *state) {
	start, end := span(c)
	p := Part{Text: a.source(start, end), Start: start, End: end, Inert: true}
	p.Argv = []Word{{Text: c.Variant.Value, Known: true}}
	bad := func(why string) {
		if why != "" {
			p.Effects = append(p.Effects, Effect{Kind: Opaque, Why: why})
		}
	}
	here := c.Variant.Value == "local" || c.Variant.Value == "declare" || c.Variant.Value == "typeset"
	attr := byte(0)
	if c.Variant.Value == "readonly" {
		attr = 'c'
	}
	for _, as := range c.Args {
		if as.Name == nil {
			w := a.operand(as.Value, st)
			flags := w.text
			switch {
			case !w.known():
				bad("declares a name that is known only when it runs")
			case len(flags) > 1 && (flags[0] == '-' || flags[0] == '+'):
				switch {
				case strings.ContainsRune(flags, 'i'):
					attr = 'i'
				case strings.ContainsAny(flags, "lucr"):
					attr = 'c'
				}
				here = here && !strings.ContainsRune(flags, 'g')
				if strings.Trim(flags[1:], "aAfFgilnprtuxIHT") != "" || strings.ContainsAny(flags, "nT") {
					bad("declares a name that stands for another")
				}
				if strings.ContainsRune(flags, 'f') && c.Variant.Value == "export" {
					bad("gives functions to the programs that it runs")
				}
			case !syntax.ValidName(flags):
				bad("declares a name that is computed")
			}
			continue
		}
		name := as.Name.Value
		if here && st.locals != nil {
			*st.locals = append(*st.locals, shadowed{name, st.vars[name]})
		}
		if as.Naked && as.Index == nil {
			if c.Variant.Value == "local" {
				st.set(name, value{kind: text})
			}
			if c.Variant.Value == "nameref" {
				bad("declares a name that stands for another")
			}
			if attr != 0 {
				v := st.vars[name]
				v.attr = attr
				st.set(name, v)
			}
			continue
		}
		bad(a.assign(as, st))
		if attr != 0 {
			v := st.lookup(a, name)
			if attr == 'i' && !v.numeric() {
				bad(arithmeticOnText)
				v.kind = unclear
			} else if c.Variant.Value != "readonly" && attr == 'c' {
				v.kind = unclear
			}
			v.attr = attr
			st.set(name, v)
		}
	}
	p.Inert = len(p.Effects) == 0
	a.add(p)
}
