package vt

// Resize changes the size, as the program sees it after SIGWINCH. Wrapped lines
// of the normal screen and the scrollback are cut anew; the cursor stays with its
// character. The alternate screen is cut or padded: its program draws it anew.
func (t *Terminal) Resize(cols, rows int) {
	cols, rows = clampSize(cols, rows)
	if cols == t.cols && rows == t.rows {
		return
	}
	t.changes++
	t.run = false
	t.view.ok = false
	oldCols := t.cols
	t.resizeNormal(cols, rows)
	t.resizeAlt(cols, rows)
	t.cols, t.rows = cols, rows
	for _, s := range []*screen{&t.normal, &t.alt} {
		s.top, s.bottom = 0, rows-1
		s.track = nil // what it still holds has the old size
	}
	if cols > oldCols {
		t.defaultTabs(oldCols)
	}
	t.history.trim()
}

// points are the places on the normal screen that must stay with their text; the
// first is the one that must stay visible.
func (t *Terminal) points() []*cursor {
	if t.s == &t.alt {
		return []*cursor{&t.normal.left, &t.normal.saved}
	}
	return []*cursor{&t.cur, &t.normal.saved}
}

func (t *Terminal) resizeNormal(cols, rows int) {
	s := &t.normal
	points := t.points()
	t.changeRows(s, points, rows, true)
	if cols != t.cols {
		t.reflow(s, points, cols)
	}
	for _, p := range points {
		p.x = min(max(p.x, 0), cols-1)
		p.y = min(max(p.y, 0), rows-1)
	}
}

func (t *Terminal) resizeAlt(cols, rows int) {
	s := &t.alt
	if t.s != s {
		s.rows = nil // made anew when it is shown
	} else {
		points := []*cursor{&t.cur, &s.saved}
		t.changeRows(s, points, rows, false)
		for _, r := range s.rows {
			r.resize(cols)
		}
	}
	t.cur.wrap = t.cur.wrap && t.cur.x == cols-1
	for _, p := range []*cursor{&t.cur, &s.saved, &s.left, &t.normal.left} {
		p.x = min(max(p.x, 0), cols-1)
		p.y = min(max(p.y, 0), rows-1)
	}
}

// changeRows changes the height at the present width. A lower screen first loses
// what is below the cursor and then its top, which goes to the scrollback; a
// higher one takes rows back if the cursor is in the lowest row, else it gets
// blank ones below.
func (t *Terminal) changeRows(s *screen, points []*cursor, rows int, history bool) {
	if n := len(s.rows) - rows; n > 0 {
		below := min(n, len(s.rows)-1-min(points[0].y, len(s.rows)-1))
		s.rows = s.rows[:len(s.rows)-below]
		n -= below
		if history {
			for _, r := range s.rows[:n] {
				t.history.push(t, r)
			}
		}
		s.rows = append([]*row(nil), s.rows[n:]...)
		for _, p := range points {
			p.y -= n
		}
		s.rows[len(s.rows)-1].wrapped = false
		return
	}
	n := rows - len(s.rows)
	if history && points[0].y == len(s.rows)-1 {
		back := t.history.pop(t, n)
		s.rows = append(back, s.rows...)
		for _, p := range points {
			p.y += len(back)
		}
		n -= len(back)
	}
	for range n {
		s.rows = append(s.rows, new(row))
	}
}

// place is where a point is in the text: a line of the scrollback, and a number of
// cells from its beginning, which may be beyond its end.
type place struct{ line, offset int }

// reflow puts all rows but the blank ones at the end into the scrollback, which
// makes lines of them, and takes back as many as the screen has.
func (t *Terminal) reflow(s *screen, points []*cursor, cols int) {
	h := &t.history
	rows := len(s.rows)
	had := h.rows() > 0
	used := rows
	for used > 1 && s.rows[used-1].blank() && used-1 > points[0].y {
		used--
	}
	places := make([]place, len(points))
	for y, r := range s.rows[:used] {
		line, before := h.push(t, r)
		for i, p := range points {
			if p.y == y || y == used-1 && p.y > y {
				places[i] = place{line, before + p.x}
				if p.wrap {
					places[i].offset++
				}
			}
		}
	}
	t.cols = cols
	h.relayout(t, cols)
	total := h.rows()
	blank := rows - used // keep the text's distance from the bottom
	if !had {
		blank = max(rows-total, 0) // nothing above: keep it at the top
	}
	take := min(rows-blank, total)
	for i, p := range points {
		t.toRow(p, places[i])
	}
	take = min(max(take, total-points[0].y), total)
	for _, p := range points {
		p.y -= total - take
	}
	s.rows = h.pop(t, take)
	for len(s.rows) < rows {
		s.rows = append(s.rows, new(row))
	}
	if len(s.rows) > rows {
		s.rows = s.rows[:rows:rows]
		s.rows[rows-1].wrapped = false
	}
}

// toRow puts a point to its place: y counts from the first row of the scrollback.
func (t *Terminal) toRow(p *cursor, to place) {
	h := &t.history
	t.look(to.line)
	cuts := t.view.cuts
	j := 0
	for j < len(cuts)-2 && to.offset >= cuts[j+1] {
		j++
	}
	p.y = int(h.line(to.line).row-h.line(0).row) + j
	p.x = to.offset - cuts[j]
	p.wrap = p.wrap && p.x == t.cols
	if p.x >= t.cols {
		p.x = t.cols - 1
	}
}
