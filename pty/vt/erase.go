package vt

// protected marks cells that DECSED and DECSEL spare (DECSCA). It is kept among
// the attributes, and never told to anybody.
const protected Attr = 1 << 15

// protect is DECSCA.
func (t *Terminal) protect(n int) {
	t.cur.style.Attr &^= protected
	if n == 1 {
		t.cur.style.Attr |= protected
	}
	t.penOK = false
}

// eraseRow erases columns from to to (not included) of row y.
func (t *Terminal) eraseRow(y, from, to int, selective bool) {
	r := t.s.rows[y]
	blank := t.blank()
	if !selective {
		r.erase(from, to, t.cols, blank)
		return
	}
	for x := from; x < min(to, r.used); x++ {
		if t.styles.at(r.cells[x].st).Attr&protected == 0 {
			r.part(x, x+1)
			r.cells[x] = blank
		}
	}
	if to > r.used && t.styles.at(r.fill.st).Attr&protected == 0 {
		r.erase(max(from, r.used), to, t.cols, blank)
	}
}

// eraseLine is EL, or DECSEL. While a wrap is pending the cursor counts as beyond
// the margin, and the wrap stays pending, as in tmux and xterm.js.
func (t *Terminal) eraseLine(which int, selective bool) {
	x, y := t.cur.x, t.cur.y
	if t.cur.wrap {
		x++
	}
	switch which {
	case 0:
		if x == 0 {
			t.breakAbove(y)
		}
		t.eraseRow(y, x, t.cols, selective)
	case 1:
		t.eraseRow(y, 0, min(x+1, t.cols), selective)
	case 2:
		t.breakAbove(y)
		t.eraseRow(y, 0, t.cols, selective)
	}
}

// eraseDisplay is ED, or DECSED.
func (t *Terminal) eraseDisplay(which int, selective bool) {
	from, to := 0, t.rows // whole rows
	switch which {
	case 0:
		t.eraseLine(0, selective)
		from = t.cur.y + 1
	case 1:
		t.eraseLine(1, selective)
		to = t.cur.y
	case 2:
	case 3:
		if t.s == &t.normal && !selective {
			t.history.clear()
		}
		return
	default:
		return
	}
	for y := from; y < to; y++ {
		t.breakAbove(y)
		t.eraseRow(y, 0, t.cols, selective)
	}
}

// eraseChars is ECH.
func (t *Terminal) eraseChars(n int) {
	t.eraseRow(t.cur.y, t.cur.x, min(t.cur.x+n, t.cols), false)
	t.cur.wrap = false
}

// insertChars is ICH.
func (t *Terminal) insertChars(n int) {
	t.s.rows[t.cur.y].insert(t.cur.x, n, t.cols, t.blank())
	t.cur.wrap = false
}

// deleteChars is DCH.
func (t *Terminal) deleteChars(n int) {
	t.s.rows[t.cur.y].remove(t.cur.x, n, t.cols, t.blank())
	t.cur.wrap = false
}

// insertLines is IL. It does nothing outside the region.
func (t *Terminal) insertLines(n int) {
	if t.cur.y < t.s.top || t.cur.y > t.s.bottom {
		return
	}
	t.scrollDown(t.cur.y, n)
	t.cur.x, t.cur.wrap = 0, false
}

// deleteLines is DL. What it deletes does not go to the scrollback.
func (t *Terminal) deleteLines(n int) {
	if t.cur.y < t.s.top || t.cur.y > t.s.bottom {
		return
	}
	t.s.rows[t.s.bottom].wrapped = false
	t.scrollUp(t.cur.y, n, false)
	t.cur.x, t.cur.wrap = 0, false
}
