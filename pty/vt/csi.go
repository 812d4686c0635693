package vt

// csiDispatch carries out the control sequence that was read, by its final byte
// and what stands before it. One function a family does the rest.
func (t *Terminal) csiDispatch(c byte) {
	printed := t.run
	t.run = false
	p := &t.p
	switch uint32(p.prefix)<<16 | uint32(p.inter)<<8 | uint32(c) {
	case 'm':
		t.sgr()
	case 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'a', 'd', 'e', 'f', '`', 'j', 'k':
		t.move(c)
	case 'J':
		t.eraseDisplay(p.param(0, 0), false)
	case 'K':
		t.eraseLine(p.param(0, 0), false)
	case '?'<<16 | 'J':
		t.eraseDisplay(p.param(0, 0), true)
	case '?'<<16 | 'K':
		t.eraseLine(p.param(0, 0), true)
	case 'X':
		t.eraseChars(p.param(0, 1))
	case '@':
		t.insertChars(p.param(0, 1))
	case 'P':
		t.deleteChars(p.param(0, 1))
	case 'L':
		t.insertLines(p.param(0, 1))
	case 'M':
		t.deleteLines(p.param(0, 1))
	case 'S':
		t.s.rows[t.s.bottom].wrapped = false
		t.scrollUp(t.s.top, p.param(0, 1), true)
	case 'T', '^':
		if p.count() <= 1 { // with five it is highlight tracking
			t.scrollDown(t.s.top, p.param(0, 1))
		}
	case 'I':
		t.tab(p.param(0, 1))
	case 'Z':
		t.backTab(p.param(0, 1))
	case 'g':
		t.clearTabs(p.param(0, 0))
	case '?'<<16 | 'W':
		if p.param(0, 0) == 5 {
			t.defaultTabs(0)
		}
	case 'b':
		if printed {
			t.repeat(p.param(0, 1))
		}
	case 'r':
		t.setMargins(p.param(0, 1), p.param(1, t.rows))
	case 's':
		t.saveCursor()
	case 'u':
		t.restoreCursor()
	case 'h', 'l':
		t.setANSI(c == 'h')
	case '?'<<16 | 'h', '?'<<16 | 'l':
		t.setPrivate(c == 'h')
	case '?'<<16 | 's', '?'<<16 | 'r':
		t.savePrivate(c == 's')
	case '!'<<8 | 'p':
		t.softReset()
	case ' '<<8 | 'q':
		t.cursorStyle(p.param(0, 0))
	case '"'<<8 | 'q':
		t.protect(p.param(0, 0))
	default:
		t.csiReport(c)
	}
}

// move carries out the sequences that only move the cursor.
func (t *Terminal) move(c byte) {
	p := &t.p
	n := p.param(0, 1)
	x, y := t.cur.x, t.cur.y
	t.cur.wrap = false
	switch c {
	case 'A', 'k':
		y = t.up(n)
	case 'B':
		y = t.down(n)
	case 'C', 'a':
		x += n
	case 'D', 'j':
		x -= n
	case 'E':
		x, y = 0, t.down(n)
	case 'F':
		x, y = 0, t.up(n)
	case 'G', '`':
		x = n - 1
	case 'e':
		y += n
	case 'd':
		y = t.originTop() + n - 1
	case 'H', 'f':
		x, y = p.param(1, 1)-1, t.originTop()+n-1
	}
	t.goTo(x, y)
}

// up and down stop at the margins of the region, unless the cursor is outside.
func (t *Terminal) up(n int) int {
	if t.cur.y >= t.s.top {
		return max(t.cur.y-n, t.s.top)
	}
	return t.cur.y - n
}

func (t *Terminal) down(n int) int {
	if t.cur.y <= t.s.bottom {
		return min(t.cur.y+n, t.s.bottom)
	}
	return t.cur.y + n
}

func (t *Terminal) originTop() int {
	if t.cur.origin {
		return t.s.top
	}
	return 0
}

// goTo puts the cursor there, or as near as the screen (with DECOM the region) allows.
func (t *Terminal) goTo(x, y int) {
	top, bottom := 0, t.rows-1
	if t.cur.origin {
		top, bottom = t.s.top, t.s.bottom
	}
	t.cur.x = min(max(x, 0), t.cols-1)
	t.cur.y = min(max(y, top), bottom)
	t.cur.wrap = false
}

// setMargins is DECSTBM, with rows counted from 1.
func (t *Terminal) setMargins(top, bottom int) {
	bottom = min(bottom, t.rows)
	if top >= bottom {
		return
	}
	t.s.top, t.s.bottom = top-1, bottom-1
	t.goTo(0, t.originTop())
}

// repeat is REP. It counts only directly after the character. More of them than a
// row holds are no text, and end at the margin.
func (t *Terminal) repeat(n int) {
	if t.last == 0 {
		return
	}
	w := max(int(propOf(t.last)&propWidth), 1)
	if n > t.cols/w {
		n = (t.cols - t.cur.x) / w
		if t.cur.wrap {
			n = 0
		}
	}
	st := t.style()
	for ; n > 0; n-- {
		t.put(uint32(t.last), st, w)
	}
}

// cursorStyle is DECSCUSR.
func (t *Terminal) cursorStyle(n int) {
	if n > 6 {
		return
	}
	t.modes.shape = CursorShape(max(n-1, 0) / 2)
	t.modes.blink = n%2 == 1
}
