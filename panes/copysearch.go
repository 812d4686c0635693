package panes

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"

	"kavi/keymap"
	"kavi/pty/vt"
)

// typing takes a key while a search is being typed.
func (m *copyMode) typing(p *pane, t *vt.Terminal, k keymap.Key, ev *tcell.EventKey) {
	m.limits(t)
	m.vain = false
	switch {
	case k.Named == keymap.KeyEscape, k == keymap.Char('c', keymap.Ctrl):
		m.prompt = nil
	case k.Named == keymap.KeyEnter:
		if s := m.prompt.String(); s != "" {
			m.search = s
		}
		m.back, m.prompt = m.typed, nil
		m.find(t, m.back)
	default:
		m.prompt.key(ev)
	}
	m.follow(p)
}

// find goes to the next place, or the previous one, that holds what is searched
// for; behind the last one it goes on with the first. Small letters match large
// ones, too, unless the search has large ones.
func (m *copyMode) find(t *vt.Terminal, back bool) {
	if m.search == "" {
		return
	}
	here := spot{m.x, m.at}
	var first, before, after, last *spot
	for s := range m.hits(t) {
		if last = &s; first == nil {
			first = &s
		}
		if s.before(here) {
			before = &s
		}
		if here.before(s) && after == nil {
			after = &s
		}
	}
	to := cmp.Or(after, first)
	if back {
		to = cmp.Or(before, last)
	}
	if m.vain = to == nil; !m.vain {
		m.at, m.x = to.row, to.x
	}
}

// hits gives all places that hold what is searched for, from the top. A line that
// was wrapped is one line.
func (m *copyMode) hits(t *vt.Terminal) iter.Seq[spot] {
	fold := func(s string) string { return s }
	if lower(m.search) == m.search {
		fold = lower
	}
	return func(yield func(spot) bool) {
		var line strings.Builder
		var begins []int // where in the line its rows begin, the last of which is row
		for row := m.oldest; row <= m.newest; row++ {
			r := t.Row(m.relative(t, row))
			begins = append(begins, line.Len())
			line.WriteString(r.Text())
			if r.Wrapped() && row < m.newest {
				continue
			}
			text := fold(line.String())
			for at := 0; ; {
				i := strings.Index(text[at:], m.search)
				if i < 0 {
					break
				}
				at += i
				n, exact := slices.BinarySearch(begins, at)
				if !exact {
					n--
				}
				on := row - int64(len(begins)-1-n)
				if !yield(spot{column(t.Row(m.relative(t, on)), at-begins[n]), on}) {
					return
				}
				at++
			}
			line.Reset()
			begins = begins[:0]
		}
	}
}

// lower makes letters small. A letter that has another length then stays as it is,
// so that what is found has the same place in both texts.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if small := unicode.ToLower(r); utf8.RuneLen(small) == utf8.RuneLen(r) {
			return small
		}
		return r
	}, s)
}

// column gives the column in which the i-th byte of a row's text stands; of its
// last character where i is negative.
func column(r vt.Row, i int) int {
	last, n := 0, 0
	for x := range r.Used() {
		c := r.Cell(x)
		if c.Width == 0 {
			continue
		}
		if i >= 0 && n >= i {
			return x
		}
		if c.Text != "" {
			n += len(c.Text)
		} else {
			n += utf8.RuneLen(c.Rune)
		}
		if c.Text != "" || c.Rune != ' ' {
			last = x
		}
	}
	return last
}
