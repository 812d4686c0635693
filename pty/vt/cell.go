package vt

import (
	"strings"
	"unicode/utf8"
)

// Cell is one place of the screen, as a drawer needs it. Draw Width columns,
// whatever another library thinks of the text's width.
type Cell struct {
	Rune  rune   // the (first) character; ' ' where nothing was written
	Text  string // the whole cluster if it is more than Rune, else ""
	Width int    // 1, 2, or 0 for the right half of the wide cell before it
	Style Style
}

// String is the cell's text.
func (c Cell) String() string {
	if c.Text != "" {
		return c.Text
	}
	return string(c.Rune)
}

// Pos is a place: column X of row Y, where Y is as for [Terminal.Row].
type Pos struct{ X, Y int }

// cell is how a cell is kept: the zero cell is one that nothing was written to.
type cell struct {
	ch uint32 // a rune, or the number of a cluster, and the bits below
	st uint32 // the number of its style
}

const (
	cellCluster = 1 << 31 // the rest is a number in Terminal.clusters
	cellWide    = 1 << 30 // the left half of two
	cellSpacer  = 1 << 29 // the right half of two
	cellPad     = 1 << 28 // left blank at the margin because a wide character did not fit
	cellText    = 1<<28 - 1
)

func (c cell) width() int {
	switch {
	case c.ch&cellWide != 0:
		return 2
	case c.ch&cellSpacer != 0:
		return 0
	}
	return 1
}

// Row is a view of one row, valid until the next call of any other method of its
// Terminal that can change or unpack something: Row, Line, Write, Resize, Restore.
type Row struct {
	t       *Terminal
	cells   []cell
	fill    cell
	cols    int
	wrapped bool
}

// Len is the number of columns.
func (r Row) Len() int { return r.cols }

// Used is the number of columns from the left that may differ from each other;
// from there on all cells are equal, and mostly blank.
func (r Row) Used() int { return len(r.cells) }

// Wrapped tells whether the text goes on in the next row because it met the margin.
func (r Row) Wrapped() bool { return r.wrapped }

// Cell is the cell in column x; a blank one outside the row. It does not allocate.
func (r Row) Cell(x int) (out Cell) {
	c := r.fill
	if uint(x) < uint(len(r.cells)) {
		c = r.cells[x]
	} else if uint(x) >= uint(r.cols) {
		c = cell{}
	}
	out.Rune, out.Width = ' ', 1
	if c.st != 0 {
		out.Style = r.t.styles.at(c.st)
		out.Style.Attr &^= protected
	}
	if c.ch-1 < cellPad-1 {
		out.Rune = rune(c.ch)
		return out
	}
	switch {
	case c.ch&cellSpacer != 0:
		out.Width = 0
		return out
	case c.ch&cellCluster != 0:
		out.Text = r.t.clusters.at(c.ch & cellText)
		out.Rune, _ = utf8.DecodeRuneInString(out.Text)
	case c.ch&cellText != 0:
		out.Rune = rune(c.ch & cellText)
	}
	if c.ch&cellWide != 0 {
		out.Width = 2
	}
	return out
}

// String is the row's text without blanks at its end.
func (r Row) String() string {
	var b strings.Builder
	r.appendText(&b, 0, r.cols)
	return strings.TrimRight(b.String(), " ")
}

// Text is the row's text as a part of its line: where the line goes on in the next
// row, blanks at the end count, but for the one that a wide character left there.
func (r Row) Text() string {
	if !r.wrapped {
		return r.String()
	}
	var b strings.Builder
	r.appendText(&b, 0, r.end(r.cols))
	return b.String()
}

// end is the column before which text ends that goes to column to, without what a
// wide character left blank at the margin.
func (r Row) end(to int) int {
	if r.wrapped && to == r.cols && len(r.cells) >= to && r.cells[to-1].ch&cellPad != 0 {
		to--
	}
	return to
}

// appendText writes the text of columns from to to, the latter not included. A
// wide character belongs to the column of its left half.
func (r Row) appendText(b *strings.Builder, from, to int) {
	for x := max(from, 0); x < min(to, r.cols); x++ {
		c := r.fill
		if x < len(r.cells) {
			c = r.cells[x]
		} else if c.ch == 0 {
			return // the blank end
		}
		switch {
		case c.ch&cellSpacer != 0:
		case c.ch&cellCluster != 0:
			b.WriteString(r.t.clusters.at(c.ch & cellText))
		case c.ch&cellText == 0:
			b.WriteByte(' ')
		default:
			b.WriteRune(rune(c.ch & cellText))
		}
	}
}
