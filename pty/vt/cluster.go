package vt

import "unicode/utf8"

// clusters numbers the texts of cells that are more than one rune.
type clusters struct {
	list   []string
	number map[string]uint32
}

// A cluster keeps at most so much of its text: a cell that a program piles marks
// upon must not grow for ever.
const (
	maxClusterBytes = 64
	maxClusterRunes = 20
)

func (c *clusters) at(n uint32) string {
	if int(n) < len(c.list) {
		return c.list[n]
	}
	return "\ufffd"
}

func (c *clusters) intern(text []byte) uint32 {
	if n, ok := c.number[string(text)]; ok {
		return n
	}
	if c.number == nil {
		c.number = make(map[string]uint32)
	}
	s := string(text)
	n := uint32(len(c.list))
	c.list = append(c.list, s)
	c.number[s] = n
	return n
}

// appendCell is the text of a cell, "" for a blank one.
func (t *Terminal) appendCell(b []byte, c cell) []byte {
	if c.ch&cellCluster != 0 {
		return append(b, t.clusters.at(c.ch&cellText)...)
	}
	if r := rune(c.ch & cellText); r != 0 && c.ch&cellSpacer == 0 {
		return utf8.AppendRune(b, r)
	}
	return b
}

// before finds the cell that a mark joins: the one left of the cursor, or the one
// under it while a wrap is pending. Nil at the left margin and where there is none.
func (t *Terminal) before() (r *row, x int) {
	x = t.cur.x
	if !t.cur.wrap {
		x--
	}
	r = t.s.rows[t.cur.y]
	if x >= 0 && x < r.used && r.cells[x].ch&cellSpacer != 0 {
		x--
	}
	if x < 0 {
		return nil, 0
	}
	return r, x
}

// combine adds a rune without a width to the cell before the cursor.
func (t *Terminal) combine(p rune) {
	r, x := t.before()
	if r == nil {
		return
	}
	r.reach(x+1, t.cols)
	if !t.grow(r, x, p) {
		return
	}
	if p == selector && t.modes.graphemes && r.cells[x].ch&cellWide == 0 && propOf(t.first(r.cells[x]))&propPict != 0 {
		t.widen(r, x)
	}
}

// grow appends a rune to the cell's text, within the bounds of a cluster.
func (t *Terminal) grow(r *row, x int, p rune) bool {
	c := &r.cells[x]
	text := t.appendCell(t.scratch[:0], *c)
	if len(text) == 0 {
		text = append(text, ' ')
	}
	if len(text)+utf8.RuneLen(p) > maxClusterBytes || utf8.RuneCount(text) >= maxClusterRunes {
		return false
	}
	text = utf8.AppendRune(text, p)
	t.scratch = text
	t.needRoom()
	c.ch = c.ch&(cellWide|cellPad) | cellCluster | t.clusters.intern(text)
	return true
}

func (t *Terminal) first(c cell) rune {
	if c.ch&cellCluster == 0 {
		return rune(c.ch & cellText)
	}
	r, _ := utf8.DecodeRuneInString(t.clusters.at(c.ch & cellText))
	return r
}

// join lets a rune that has a width of its own become part of the cluster that was
// printed just before it: the second letter of a flag, a skin tone, an emoji
// after a joiner; with mode 2027 whatever Unicode joins.
func (t *Terminal) join(p rune, prop prop) bool {
	r, x := t.before()
	if r == nil || x >= r.used {
		return false
	}
	c := r.cells[x]
	text := t.appendCell(t.scratch[:0], c)
	t.scratch = text
	if len(text) == 0 {
		return false
	}
	last, _ := utf8.DecodeLastRune(text)
	switch {
	case prop&propRegional != 0:
		if c.ch&cellCluster != 0 || propOf(last)&propRegional == 0 {
			return false
		}
	case prop&propModifier != 0:
		if propOf(t.first(c))&propPict == 0 {
			return false
		}
	case prop&propPict != 0 && last == joiner:
		if propOf(t.first(c))&propPict == 0 {
			return false
		}
	case !t.modes.graphemes || !joinsAfter(string(text), p):
		return false
	}
	if !t.grow(r, x, p) {
		return true // swallowed: part of the cluster, beyond its bound
	}
	if (prop&propRegional != 0 || prop&propWidth == 2) && c.ch&cellWide == 0 {
		t.widen(r, x)
	}
	return true
}

// widen makes the narrow cell just printed a wide one; at the margin it moves to
// the next row, as a wide character would have.
func (t *Terminal) widen(r *row, x int) {
	c := r.cells[x]
	c.ch |= cellWide
	if x+1 < t.cols {
		if t.modes.insert {
			r.insert(x+1, 1, t.cols, cell{})
		}
		r.reach(x+1, t.cols)
		r.part(x+1, x+2)
		r.reach(x+2, t.cols)
		r.cells[x] = c
		r.cells[x+1] = cell{ch: cellSpacer, st: c.st}
		t.advance(1)
		return
	}
	if !t.modes.wrap || t.cols < 2 {
		return
	}
	r.cells[x] = cell{ch: cellPad, st: c.st}
	t.cur.wrap = true
	t.wrapLine()
	t.put(c.ch&^cellWide, c.st, 2)
}
