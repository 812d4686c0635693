package shell

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// builder puts the pieces of one shell word together into fields.
type builder struct {
	a      *analyser
	st     *state
	src    string
	split  bool // unquoted expansions make fields, globs count
	out    []word
	buf    []byte // text so far, as a glob pattern where escaped
	isGlob bool
	kind   wordKind
	some   bool // there is a field, be it empty
	more   bool // the field may become several
	comp   bool // an expansion made a part of it
	subst  bool // what a command prints is a part of it
}

// fields expands a word as an argument: braces, tilde, variables, splitting,
// globs.
func (a *analyser) fields(w *syntax.Word, st *state) []word {
	if lit, ok := plain(w); ok {
		return []word{{text: lit, src: lit, kind: exact}}
	}
	if split := (&syntax.Word{Parts: w.Parts}); syntax.SplitBraces(split) {
		if out, ok := a.braces(split, st); ok {
			return out
		}
	}
	return a.expand(w, st, true)
}

// operand expands a word that is not split: an assigned value, the subject of
// case, the target of a redirection in an old shell.
func (a *analyser) operand(w *syntax.Word, st *state) word {
	if w == nil {
		return word{}
	}
	if lit, ok := plain(w); ok {
		return word{text: lit, src: lit, kind: exact}
	}
	out := a.expand(w, st, false)
	if len(out) != 1 {
		return word{}
	}
	return out[0]
}

// plain is the quick way for a word of harmless letters only.
func plain(w *syntax.Word) (string, bool) {
	if len(w.Parts) != 1 {
		return "", false
	}
	lit, ok := w.Parts[0].(*syntax.Lit)
	if !ok || lit.Value == "" || lit.Value[0] == '~' {
		return "", false
	}
	return lit.Value, lit.Value == "[" || !strings.ContainsAny(lit.Value, "\\*?[{~")
}

// visit walks what is nested in a word without building it.
func (a *analyser) visit(w *syntax.Word, st *state) {
	for _, p := range w.Parts {
		if b, ok := p.(*syntax.BraceExp); ok {
			for _, e := range b.Elems {
				a.visit(e, st)
			}
			continue
		}
		a.expand(&syntax.Word{Parts: []syntax.WordPart{p}}, st, false)
	}
}

func (a *analyser) expand(w *syntax.Word, st *state, split bool) []word {
	spend(&a.steps, 1)
	b := &builder{a: a, st: st, split: split}
	if len(w.Parts) > 0 {
		b.src = a.source(int(w.Parts[0].Pos().Offset()), int(w.Parts[len(w.Parts)-1].End().Offset()))
	}
	for i, p := range w.Parts {
		b.part(p, i == 0, i == len(w.Parts)-1, false)
		if lit, ok := p.(*syntax.Lit); ok && i > 0 && strings.HasPrefix(lit.Value, ":") && a.env.Shell == "zsh" {
			b.anything(false) // $x:h cuts in zsh
		}
	}
	b.flush()
	if !split && len(b.out) == 0 {
		return []word{{kind: exact, src: b.src}}
	}
	return b.out
}

// flush ends the field that is being built.
func (b *builder) flush() {
	if !b.some {
		return
	}
	w := word{text: string(b.buf), src: b.src, kind: b.kind, several: b.more, computed: b.comp, printed: b.subst}
	switch {
	case w.kind == exact && (b.isGlob || b.split && hasGlob(w.text)):
		w.kind = glob
	case w.kind != glob:
		w.text = unescapeGlob(w.text)
	}
	b.out = append(b.out, w)
	if len(b.out) > maxWords {
		panic(tooMuch(fmt.Sprintf("has a command of more than %d words", maxWords)))
	}
	b.buf, b.isGlob, b.kind, b.some, b.more, b.comp = b.buf[:0], false, exact, false, false, false
	b.subst = false
}

// known adds a text of which every sign is meant as it stands.
func (b *builder) known(s string) {
	spend(&b.a.bytes, len(s))
	b.some = true
	if s != "" {
		b.unnumber()
	}
	if b.kind == exact {
		b.buf = append(b.buf, escapeGlob(s)...)
	}
}

// active adds a text in which glob signs count.
func (b *builder) active(s string) {
	spend(&b.a.bytes, len(s))
	b.some = true
	if s != "" {
		b.unnumber()
	}
	if b.kind != exact {
		return
	}
	if !b.split {
		s = escapeGlob(unescapeGlob(s))
	}
	b.buf = append(b.buf, s...)
}

// anything adds what is not known.
func (b *builder) anything(several bool) {
	b.some, b.comp = true, true
	b.kind = unknown
	b.more = b.more || several
}

func (b *builder) part(p syntax.WordPart, first, last, quoted bool) {
	switch p := p.(type) {
	case *syntax.Lit:
		b.literal(p.Value, first, last, quoted)
	case *syntax.SglQuoted:
		b.single(p)
	case *syntax.DblQuoted:
		if p.Dollar {
			b.anything(false) // translated by a catalogue
		}
		b.some = true
		for _, q := range p.Parts {
			b.part(q, false, false, true)
		}
	case *syntax.ParamExp:
		b.param(p, quoted)
	case *syntax.CmdSubst:
		b.a.seen(p)
		if b.a.substitution(p, b.st) {
			b.digits()
			return
		}
		if len(p.Stmts) == 1 {
			if s, ok := b.a.printed(p.Stmts[0], b.st); ok {
				b.comp, b.subst = true, true
				b.value(value{kind: text, text: strings.TrimRight(s, "\n")}, quoted)
				return
			}
		}
		b.anything(!quoted && b.split)
	case *syntax.ArithmExp:
		b.a.seen(p)
		b.a.arithmetic(p.X, b.st)
		b.digits()
	case *syntax.ProcSubst:
		b.a.seen(p)
		b.a.stmts(p.Stmts, b.st.clone())
		b.known("/dev/fd/63")
		b.comp = true
	case *syntax.ExtGlob:
		b.a.seen(p)
		if !b.a.here.surely {
			b.a.flaw(p, "is a pattern that runs a command in some shells")
		}
		b.a.patternText(p)
		b.active("*")
	default:
		b.a.flaw(p, "is a word that is not read here")
		b.anything(true)
	}
}

// digits adds a number that is not known: as a part of a word it is like a
// glob that matches it.
func (b *builder) digits() {
	switch {
	case !b.some && b.kind == exact:
		b.some, b.comp, b.kind = true, true, numeric
	case b.kind == unknown:
	default:
		b.unnumber()
		b.comp, b.isGlob = true, true
		b.buf = append(b.buf, '*')
	}
}

// unnumber makes a number that gets company a part of a word.
func (b *builder) unnumber() {
	if b.kind == numeric {
		b.kind, b.isGlob = exact, true
		b.buf = append(b.buf[:0], '*')
	}
}

// literal adds unquoted text, or text in double quotes.
func (b *builder) literal(s string, first, last, quoted bool) {
	if quoted {
		b.known(unquoteDouble(s))
		return
	}
	if first && strings.HasPrefix(s, "~") {
		s = b.tilde(s, last)
	}
	if name, rest, ok := strings.Cut(s, "=~"); first && ok && b.split && syntax.ValidName(name) {
		b.known(name + "=") // a word like an assignment: dd of=~/x
		s = b.tilde("~"+rest, last)
	}
	var run strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			if i++; i == len(s) {
				run.WriteString(`\\`) // the last sign of the text stands for itself
			} else if s[i] != '\n' {
				if strings.IndexByte(`*?[\`, s[i]) >= 0 {
					run.WriteByte('\\')
				}
				run.WriteByte(s[i])
			}
			continue
		}
		if strings.IndexByte(`*?[`, s[i]) >= 0 && !b.split {
			run.WriteByte('\\')
		}
		run.WriteByte(s[i])
	}
	b.active(run.String())
}

// tilde expands the home at the beginning of a word and returns what is left.
func (b *builder) tilde(s string, last bool) string {
	name, _, _ := strings.Cut(s[1:], "/")
	if !last && !strings.Contains(s, "/") {
		// ~$x is no tilde expansion, but ~ before a quote is not worth knowing.
		b.anything(false)
		return ""
	}
	home := ""
	switch name {
	case "":
		if v := b.st.vars["HOME"]; v.kind == text {
			home = v.text
		} else if v.kind == unset {
			home = b.a.env.Home
		}
	case "+":
		if len(b.st.cwds) == 1 {
			home = b.st.cwds[0]
		}
	case "-":
		if len(b.st.old) == 1 {
			home = b.st.old[0]
		}
	}
	b.comp = b.comp || home == ""
	if home == "" {
		b.anything(false)
		return ""
	}
	b.known(home)
	return s[1+len(name):]
}

// single adds a text in single quotes, $'…' with its escapes.
func (b *builder) single(p *syntax.SglQuoted) {
	if !p.Dollar {
		b.known(p.Value)
		return
	}
	if strings.Contains(p.Value, `\'`) && !b.a.here.surely {
		b.a.flaw(p, "ends at another place in some shells")
	}
	s, ok := decodeANSI(p.Value)
	if !ok {
		b.anything(false)
		return
	}
	b.known(s)
}

// unquoteDouble takes the backslashes away that count in double quotes.
func unquoteDouble(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case '\n':
				i++
				continue
			case '$', '`', '"', '\\':
				i++
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// decodeANSI reads the escapes of $'…'. ok is false where the result is not
// text that can be shown and compared.
func decodeANSI(s string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		if at := strings.IndexByte(`abeEfnrtv\'"?`, s[i]); at >= 0 {
			b.WriteByte("\a\b\x1b\x1b\f\n\r\t\v\\'\"?"[at])
			continue
		}
		digits, base, bits := 0, 16, 8
		switch s[i] {
		case 'x':
			digits = 2
		case 'u':
			digits, bits = 4, 32
		case 'U':
			digits, bits = 8, 32
		case '0', '1', '2', '3', '4', '5', '6', '7':
			digits, base, i = 3, 8, i-1
		case 'c':
			return "", false
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
			continue
		}
		n := 0
		for n < digits && i+1+n < len(s) && isDigit(s[i+1+n], base) {
			n++
		}
		v, err := strconv.ParseUint(s[i+1:i+1+n], base, 32)
		if err != nil || v == 0 {
			return "", false
		}
		i += n
		if bits == 8 {
			b.WriteByte(byte(v))
		} else {
			b.WriteRune(rune(v))
		}
	}
	return b.String(), utf8.ValidString(b.String())
}

func isDigit(c byte, base int) bool {
	switch {
	case base == 8:
		return c >= '0' && c <= '7'
	case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		return true
	}
	return false
}
