package vt

import (
	"strings"
	"unicode"
)

// SelectText is the text from one place to another, both included, in either
// order; rows that were wrapped are joined, other rows end in a newline and have
// no blanks at their ends.
func (t *Terminal) SelectText(from, to Pos) string {
	if to.Y < from.Y || to.Y == from.Y && to.X < from.X {
		from, to = to, from
	}
	from, to = t.within(from), t.within(to)
	var b, line strings.Builder
	for y := from.Y; y <= to.Y; y++ {
		r := t.Row(y)
		first, last := 0, r.Len()
		if y == from.Y {
			first = from.X
			if r.Cell(first).Width == 0 {
				first-- // the right half takes the left one with it
			}
		}
		if y == to.Y {
			last = to.X + 1
		}
		r.appendText(&line, first, r.end(last))
		if r.wrapped && y < to.Y {
			continue
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		line.Reset()
		if y < to.Y {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// within moves a place onto the rows that there are.
func (t *Terminal) within(p Pos) Pos {
	switch top := -t.ScrollbackLen(); {
	case p.Y < top:
		return Pos{0, top}
	case p.Y >= t.rows:
		return Pos{t.cols - 1, t.rows - 1}
	}
	return Pos{min(max(p.X, 0), t.cols-1), p.Y}
}

// maxWordRows bounds how far a word or line is followed over wrapped rows.
const maxWordRows = 1000

// Word is the extent of the word at p, over wrapped rows: what stands between
// blanks, quotes, brackets and lines of boxes. Without a word there it is p alone.
func (t *Terminal) Word(p Pos) (from, to Pos) {
	p = t.within(p)
	from, to = p, p
	if !t.inWord(p) {
		return from, to
	}
	for {
		q, ok := t.left(from)
		if !ok || p.Y-q.Y > maxWordRows || !t.inWord(q) {
			break
		}
		from = q
	}
	for {
		q, ok := t.right(to)
		if !ok || q.Y-p.Y > maxWordRows || !t.inWord(q) {
			break
		}
		to = q
	}
	return from, to
}

func (t *Terminal) left(p Pos) (Pos, bool) {
	if p.X > 0 {
		return Pos{p.X - 1, p.Y}, true
	}
	if p.Y <= -t.ScrollbackLen() || !t.Row(p.Y-1).Wrapped() {
		return p, false
	}
	return Pos{t.cols - 1, p.Y - 1}, true
}

func (t *Terminal) right(p Pos) (Pos, bool) {
	if p.X < t.cols-1 {
		return Pos{p.X + 1, p.Y}, true
	}
	if p.Y >= t.rows-1 || !t.Row(p.Y).Wrapped() {
		return p, false
	}
	return Pos{0, p.Y + 1}, true
}

func (t *Terminal) inWord(p Pos) bool {
	r := t.Row(p.Y)
	c := r.Cell(p.X)
	if c.Width == 0 && p.X > 0 {
		c = r.Cell(p.X - 1)
	}
	pad := p.X < len(r.cells) && r.cells[p.X].ch&cellPad != 0
	return pad || !unicode.IsSpace(c.Rune) && !strings.ContainsRune("()[]{}<>'\"`|,;", c.Rune) && (c.Rune < 0x2500 || c.Rune > 0x259f)
}

// WholeLine is the extent of the line that row y is part of.
func (t *Terminal) WholeLine(y int) (from, to Pos) {
	y = t.within(Pos{0, y}).Y
	first, last := y, y
	for first > -t.ScrollbackLen() && y-first < maxWordRows && t.Row(first-1).Wrapped() {
		first--
	}
	for last < t.rows-1 && last-y < maxWordRows && t.Row(last).Wrapped() {
		last++
	}
	return Pos{0, first}, Pos{t.cols - 1, last}
}
