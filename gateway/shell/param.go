package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// param adds the expansion of a parameter to the word that is being built.
func (b *builder) param(p *syntax.ParamExp, quoted bool) {
	a, st := b.a, b.st
	a.seen(p)
	b.comp = true
	switch {
	case p.Flags != nil, p.NestedParam != nil, len(p.Modifiers) > 0, p.Param == nil,
		p.GlobSubst != syntax.OptUnset, p.Split != syntax.OptUnset, p.RcExpand != syntax.OptUnset:
		a.flaw(p, "is an expansion that is not read here")
		b.anything(true)
		return
	case p.Excl && p.Names == 0 && !allKeys(p.Index):
		a.flaw(p, "expands a variable whose name is computed")
		b.anything(true)
		return
	}
	if p.Index != nil {
		a.index(p.Index, st)
	}
	if p.Slice != nil {
		for _, x := range []syntax.ArithmExpr{p.Slice.Offset, p.Slice.Length} {
			if x != nil {
				a.arithmetic(x, st)
			}
		}
	}
	if p.Repl != nil {
		a.innerWord(p.Repl.Orig, st)
		a.innerWord(p.Repl.With, st)
	}
	name := p.Param.Value
	if p.Length || p.Width {
		b.digits()
		return
	}
	if p.Exp != nil {
		b.expansion(p, name, quoted)
		return
	}
	if p.Index != nil || p.Slice != nil || p.Repl != nil || p.Names != 0 || p.Excl || p.IsSet {
		b.anything(!quoted || name == "@" || allKeys(p.Index) || p.Names != 0)
		return
	}
	b.variable(name, quoted)
}

// allKeys reports the subscripts [@] and [*].
func allKeys(x syntax.ArithmExpr) bool {
	w, ok := x.(*syntax.Word)
	if !ok {
		return false
	}
	lit := w.Lit()
	return lit == "@" || lit == "*"
}

// innerWord walks a word inside an expansion for what it runs.
func (a *analyser) innerWord(w *syntax.Word, st *state) {
	if w != nil {
		a.operand(w, st)
	}
}

// expansion adds ${x:-y} and its kin.
func (b *builder) expansion(p *syntax.ParamExp, name string, quoted bool) {
	a, st := b.a, b.st
	op, arg := p.Exp.Op, p.Exp.Word
	if op == syntax.OtherParamOps {
		if arg == nil || arg.Lit() == "P" || len(arg.Lit()) != 1 {
			a.flaw(p, "expands a variable as a prompt, which runs what it holds")
		}
		b.anything(!quoted)
		return
	}
	var word word
	if arg != nil {
		word = a.operand(arg, st.clone())
	}
	v := st.lookup(a, name)
	switch op {
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if v.kind != text {
			if a.dangerous(name, nil) {
				a.flaw(p, "sets "+name)
			}
			st.set(name, value{kind: unclear})
		}
		fallthrough
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull, syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if v.kind == text && v.text != "" && p.Index == nil {
			b.variable(name, quoted)
			return
		}
		if v.kind == number && p.Index == nil {
			b.digits()
			return
		}
	}
	if op == syntax.RemSmallSuffix || op == syntax.RemSmallPrefix {
		if s, ok := trimmed(v, word, op == syntax.RemSmallPrefix); ok && p.Index == nil && quoted {
			b.known(s)
			return
		}
	}
	b.anything(!quoted)
}

// trimmed is ${x%suffix} and ${x#prefix} of a known text and a literal.
func trimmed(v value, cut word, prefix bool) (string, bool) {
	if v.kind != text || !cut.known() || hasGlob(cut.text) {
		return "", false
	}
	if prefix {
		return strings.TrimPrefix(v.text, cut.text), true
	}
	return strings.TrimSuffix(v.text, cut.text), true
}

// lookup is the value of a variable, those that the shell itself sets included.
func (st *state) lookup(a *analyser, name string) value {
	if v, ok := st.vars[name]; ok && v.kind != unset {
		return v
	}
	switch name {
	case "HOME":
		if a.env.Home != "" {
			return value{kind: text, text: a.env.Home}
		}
	case "PWD":
		if len(st.cwds) == 1 {
			return value{kind: text, text: st.cwds[0]}
		}
		return value{kind: unclear}
	case "OLDPWD":
		if len(st.old) == 1 {
			return value{kind: text, text: st.old[0]}
		}
		return value{kind: unclear}
	case "?", "#", "$", "!", "RANDOM", "SRANDOM", "SECONDS", "LINENO", "UID", "EUID", "PPID", "BASHPID", "SHLVL",
		"EPOCHSECONDS", "OPTIND", "BASH_SUBSHELL", "HISTCMD", "COLUMNS", "LINES":
		return value{kind: number}
	}
	return st.vars[name]
}

// variable adds the plain value of a variable.
func (b *builder) variable(name string, quoted bool) {
	st := b.st
	switch name {
	case "@", "*":
		b.positional(name, quoted)
		return
	}
	if n, ok := place(name); ok && n > 0 {
		switch {
		case !st.argsOK:
			b.anything(!quoted)
		case n <= len(st.args):
			b.value(st.args[n-1].value(), quoted)
		default:
			b.value(value{kind: text}, quoted)
		}
		return
	}
	b.value(st.lookup(b.a, name), quoted)
}

// place reads the name of a positional parameter.
func place(name string) (int, bool) {
	n := 0
	for i := 0; i < len(name); i++ {
		if name[i] < '0' || name[i] > '9' || i > 3 {
			return 0, false
		}
		n = n*10 + int(name[i]-'0')
	}
	return n, name != ""
}

// positional adds "$@" and "$*".
func (b *builder) positional(name string, quoted bool) {
	st := b.st
	if !st.argsOK || (quoted && name == "*") || (!b.split && len(st.args) != 1) {
		b.anything(true)
		return
	}
	if quoted && len(st.args) == 0 && len(b.buf) == 0 {
		b.some = false
		return
	}
	for i, w := range st.args {
		if i > 0 {
			b.flush()
			b.comp = true
		}
		b.value(w.value(), quoted)
	}
}

// value adds what a variable holds, split into fields where it is not quoted.
func (b *builder) value(v value, quoted bool) {
	switch v.kind {
	case number:
		b.digits()
		return
	case files:
		spend(&b.a.bytes, len(v.text))
		b.unnumber()
		if b.kind == exact {
			b.some, b.isGlob = true, true
			b.buf = append(b.buf, v.text...)
		}
		return
	case text:
	default:
		b.anything(!quoted && b.split)
		return
	}
	if quoted || !b.split {
		b.known(v.text)
		return
	}
	if !strings.ContainsAny(v.text, " \t\n*?[\\") && !b.st.ifs {
		if v.text != "" {
			b.known(v.text)
		}
		return
	}
	if b.st.ifs || (b.a.env.Shell == "zsh" && !b.a.here.surely) || strings.Contains(v.text, "\\") {
		b.anything(true)
		return
	}
	for i, f := range strings.FieldsFunc(v.text, blank) {
		if i > 0 || (blank(rune(v.text[0])) && b.some) {
			b.flush()
			b.comp = true
		}
		b.active(f)
	}
	if n := len(v.text); n > 0 && blank(rune(v.text[n-1])) && b.some {
		b.flush()
		b.comp = true
	}
}

func blank(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }
