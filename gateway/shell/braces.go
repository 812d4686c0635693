package shell

import (
	"strconv"

	"mvdan.cc/sh/v3/syntax"
)

// braces expands a word that syntax.SplitBraces has split. ok is false where
// nothing in it is a brace expansion after all.
func (a *analyser) braces(w *syntax.Word, st *state) (out []word, ok bool) {
	n := braceCount(w)
	switch {
	case n < 0:
		return nil, false
	case n > 64*maxBraces:
		panic(tooMuch("expands braces to too many words"))
	case n > maxBraces:
		a.visit(w, st)
		start, end := span(w)
		return []word{{src: a.source(start, end), kind: unknown, several: true, computed: true}}, true
	}
	for _, one := range expandBraces(w.Parts) {
		for _, f := range a.expand(&syntax.Word{Parts: one}, st, true) {
			if f.src == "" {
				f.src = f.text
			}
			out = append(out, f)
		}
	}
	return out, true
}

// braceCount is how many words a word expands to, at most a little over the
// bound; -1 where it has no brace expansion.
func braceCount(w *syntax.Word) int {
	total, some := 1, false
	for _, p := range w.Parts {
		b, ok := p.(*syntax.BraceExp)
		if !ok {
			continue
		}
		some = true
		n := 0
		if b.Sequence {
			n = len(sequence(b))
			if n == 0 {
				n = maxBraces + 1
			}
		} else {
			for _, e := range b.Elems {
				n += max(1, braceCount(e))
			}
		}
		if total *= n; total > 64*maxBraces {
			return total
		}
	}
	if !some {
		return -1
	}
	return total
}

// expandBraces makes the words of a brace expansion, as lists of parts.
func expandBraces(parts []syntax.WordPart) [][]syntax.WordPart {
	out := [][]syntax.WordPart{nil}
	for _, p := range parts {
		var choices [][]syntax.WordPart
		switch b, ok := p.(*syntax.BraceExp); {
		case !ok:
			choices = [][]syntax.WordPart{{p}}
		case b.Sequence:
			for _, s := range sequence(b) {
				choices = append(choices, []syntax.WordPart{&syntax.Lit{Value: s}})
			}
		default:
			for _, e := range b.Elems {
				choices = append(choices, expandBraces(e.Parts)...)
			}
		}
		next := make([][]syntax.WordPart, 0, len(out)*len(choices))
		for _, head := range out {
			for _, tail := range choices {
				next = append(next, append(append([]syntax.WordPart(nil), head...), tail...))
			}
		}
		out = next
	}
	return out
}

// sequence are the words of {1..9}, {a..e..2}; none where they are too many or
// of a kind that is not worth following.
func sequence(b *syntax.BraceExp) []string {
	from, to, step := b.Elems[0].Lit(), b.Elems[1].Lit(), int64(1)
	if len(b.Elems) > 2 {
		n, err := strconv.ParseInt(b.Elems[2].Lit(), 10, 32)
		if err != nil {
			return nil
		}
		step = max(1, n, -n)
	}
	x, err1 := strconv.ParseInt(from, 10, 32)
	y, err2 := strconv.ParseInt(to, 10, 32)
	letters := false
	if err1 != nil || err2 != nil {
		if len(from) != 1 || len(to) != 1 || (from[0] >= 'a') != (to[0] >= 'a') {
			return nil
		}
		x, y, letters = int64(from[0]), int64(to[0]), true
	}
	if len(from) > 1 && from[0] == '0' || len(to) > 1 && to[0] == '0' {
		return nil
	}
	if x > y {
		step = -step
	}
	var out []string
	for n := x; (step > 0 && n <= y) || (step < 0 && n >= y); n += step {
		if len(out) > maxBraces {
			return nil
		}
		if letters {
			out = append(out, string(rune(n)))
		} else {
			out = append(out, strconv.FormatInt(n, 10))
		}
	}
	return out
}
