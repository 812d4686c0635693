package vt

import "sort"

// view is one line of the scrollback, unpacked and cut into rows. It is kept
// because a drawer asks for its rows one after the other.
type view struct {
	ok      bool
	version uint64 // of the scrollback
	line    int
	cells   []cell
	fill    cell
	cuts    []int // where each row begins, and where the last one ends
}

// historyRow is row n of the scrollback, counted from the oldest.
func (t *Terminal) historyRow(n int) Row {
	h := &t.history
	i := h.lineAt(n)
	t.look(i)
	v := &t.view
	j := n - int(h.line(i).row-h.line(0).row)
	out := Row{t: t, cols: t.cols, cells: v.cells[v.cuts[j]:v.cuts[j+1]]}
	last := j == len(v.cuts)-2
	if last {
		out.fill = v.fill
	}
	out.wrapped = !last || h.line(i).flags&lineWraps != 0
	return out
}

// lineAt is the line that row n is part of.
func (h *scrollback) lineAt(n int) int {
	first := h.line(0).row
	return sort.Search(h.count(), func(i int) bool { return int(h.line(i).row-first) > n }) - 1
}

// look unpacks line i into t.view.
func (t *Terminal) look(i int) {
	h, v := &t.history, &t.view
	if v.ok && v.version == h.version && v.line == i {
		return
	}
	l := h.line(i)
	u := unpacker{t: t, b: h.text(l)}
	v.cells = u.cells(v.cells[:0], maxLineCells+MaxCols)
	v.fill = u.fill
	for x := range v.cells {
		if c := &v.cells[x]; h.cols == 1 && c.ch&(cellWide|cellSpacer) != 0 {
			c.ch = 0 // there is no way to show it
		}
	}
	v.cuts = cutRows(v.cuts[:0], v.cells, h.cols)
	v.ok, v.version, v.line = true, h.version, i
}

// cutRows says where the rows of a line begin, and where the last one ends. There
// is always one.
func cutRows(cuts []int, cells []cell, cols int) []int {
	cuts = append(cuts, 0)
	for at := 0; len(cells)-at > cols; {
		at += cols
		if cells[at].ch&cellSpacer != 0 && cols > 1 {
			at-- // no room for the left half without the right one
		}
		cuts = append(cuts, at)
	}
	return append(cuts, len(cells))
}

// relayout counts the rows of every line anew for another width.
func (h *scrollback) relayout(t *Terminal, cols int) {
	h.cols = cols
	h.version++
	row := uint32(h.start)
	for i := range h.count() {
		l := h.line(i)
		l.row = row
		rows := 1
		if int(l.cells) > cols {
			rows = (int(l.cells) + cols - 1) / cols
			if l.flags&lineWide != 0 {
				t.look(i)
				rows = len(t.view.cuts) - 1
			}
		}
		row += uint32(rows)
		h.tailRows = rows
	}
	h.tailCol = 0
	if n := h.count(); n > 0 {
		t.look(n - 1)
		cuts := t.view.cuts
		h.tailCol = cuts[len(cuts)-1] - cuts[len(cuts)-2]
	}
}

// pop takes the newest n rows out of the scrollback.
func (h *scrollback) pop(t *Terminal, n int) []*row {
	n = min(n, h.rows())
	out := make([]*row, n)
	for n > 0 {
		i := h.count() - 1
		t.look(i)
		v := &t.view
		wraps := h.line(i).flags&lineWraps != 0
		rows := len(v.cuts) - 1
		keep := max(rows-n, 0)
		for j := rows - 1; j >= keep; j-- {
			n--
			r := newRow(v.cells[v.cuts[j]:v.cuts[j+1]], t.cols)
			r.wrapped = j < rows-1 || wraps
			if j == rows-1 {
				r.fill = v.fill
			}
			if r.wrapped {
				for r.used < t.cols {
					r.cells[r.used] = cell{ch: cellPad}
					r.used++
				}
			}
			out[n] = r
		}
		h.dropLast()
		if keep > 0 {
			h.putBack(t, append([]cell(nil), v.cells[:v.cuts[keep]]...))
		}
	}
	h.retail(t)
	return out
}

func newRow(cells []cell, cols int) *row {
	r := &row{used: len(cells), cells: make([]cell, cols)}
	copy(r.cells, cells)
	return r
}

// dropLast removes the last line, and the chunks behind its text.
func (h *scrollback) dropLast() {
	l := h.line(h.count() - 1)
	n := int(l.chunk - h.first)
	h.chunks = h.chunks[:n+1]
	h.chunks[n] = h.chunks[n][:l.off]
	h.lines = h.lines[:len(h.lines)-1]
	h.version++
	h.tailRows = 0
	if n := h.count(); n > 0 {
		h.tailRows = 1 // reckoned by retail
	}
}

// putBack appends a line that goes on below.
func (h *scrollback) putBack(t *Terminal, cells []cell) {
	h.retail(t)
	l := h.newLine()
	p := h.pack(t, cells, cell{}, false)
	h.append(l, p.b)
	l.cells = uint16(len(cells))
	l.flags = lineWraps
	if p.wide {
		l.flags |= lineWide
	}
}

// retail works out anew what is known of the last line.
func (h *scrollback) retail(t *Terminal) {
	h.tailRows, h.tailCol, h.tailStyle = 0, 0, Style{}
	n := h.count()
	if n == 0 {
		return
	}
	l := h.line(n - 1)
	u := unpacker{t: t, b: h.text(l)}
	t.view.ok = false
	t.view.cells = u.cells(t.view.cells[:0], maxLineCells+MaxCols)
	t.view.cuts = cutRows(t.view.cuts[:0], t.view.cells, h.cols)
	cuts := t.view.cuts
	h.tailRows = len(cuts) - 1
	h.tailCol = cuts[len(cuts)-1] - cuts[len(cuts)-2]
	h.tailStyle = t.styles.at(u.st)
}
