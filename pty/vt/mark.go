package vt

// Mark is a place in the text that stays the same while rows are cut anew: a line,
// counted from the first one that was ever written, and cells from its beginning.
type Mark struct {
	line   uint64
	offset int
}

// onAlt is added to the numbers of rows of the alternate screen, which is cut to
// size and not cut anew.
const onAlt = 1 << 63

// Mark marks the place at p, for Marked.
func (t *Terminal) Mark(p Pos) Mark {
	p = t.within(p)
	h := &t.history
	switch {
	case t.s == &t.alt:
		return Mark{onAlt + uint64(p.Y), p.X}
	case p.Y < 0:
		n := h.rows() + p.Y
		i := h.lineAt(n)
		t.look(i)
		return Mark{h.gone + uint64(i), t.view.cuts[n-int(h.line(i).row-h.line(0).row)] + p.X}
	}
	m := t.screenMark()
	for y := range p.Y {
		m = m.after(t.Row(y))
	}
	m.offset += p.X
	return m
}

// Marked is where a place is now; of what is gone, the nearest that there is.
func (t *Terminal) Marked(m Mark) Pos {
	h := &t.history
	first := t.screenMark()
	switch {
	case t.s == &t.alt:
		return t.within(Pos{m.offset, int(m.line &^ onAlt)})
	case m.line&onAlt != 0:
		return Pos{0, t.rows - 1}
	case m.line < h.gone:
		return t.within(Pos{0, -t.ScrollbackLen()})
	case m.line < first.line, m.line == first.line && m.offset < first.offset:
		c := cursor{}
		t.toRow(&c, place{int(m.line - h.gone), m.offset})
		return t.within(Pos{c.x, c.y - h.rows()})
	}
	at, y := first, 0
	for ; y < t.rows-1; y++ {
		next := at.after(t.Row(y))
		if m.line < next.line || m.line == next.line && m.offset < next.offset {
			break
		}
		at = next
	}
	return t.within(Pos{m.offset - at.offset, y})
}

// screenMark marks the beginning of the normal screen's first row.
func (t *Terminal) screenMark() Mark {
	h := &t.history
	m := Mark{line: h.gone + uint64(h.count())}
	if l := h.openLine(); l != nil {
		m = Mark{m.line - 1, int(l.cells)}
	}
	return m
}

// after marks the beginning of the row behind a row that begins at m.
func (m Mark) after(r Row) Mark {
	if r.wrapped {
		return Mark{m.line, m.offset + r.end(r.cols)}
	}
	return Mark{m.line + 1, 0}
}
