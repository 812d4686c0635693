package vt

// control carries out a C0 control character.
func (t *Terminal) control(c byte) {
	t.run = false
	switch c {
	case '\n', '\v', '\f':
		t.cur.wrap = false
		if t.modes.newline {
			t.cur.x = 0
		}
		t.index()
	case '\r':
		t.cur.x, t.cur.wrap = 0, false
	case '\b':
		t.backspace()
	case '\t':
		t.tab(1)
	case 7:
		t.event(Event{Kind: Bell})
	case 0x0e:
		t.cur.gl = 1
	case 0x0f:
		t.cur.gl = 0
	}
}

// control1 carries out a C1 control; true if it begins a sequence.
func (t *Terminal) control1(c byte) bool {
	t.run = false
	if t.c1(c) {
		return true
	}
	t.escDispatch(0, c-0x40)
	return false
}

func (t *Terminal) backspace() {
	switch {
	case t.cur.x > 0:
		t.cur.x--
	case t.modes.reverseWrap && t.modes.wrap && t.cur.y > t.s.top && t.s.rows[t.cur.y-1].wrapped:
		t.cur.y--
		t.cur.x = t.cols - 1
	}
	t.cur.wrap = false
}

// escDispatch carries out ESC, an intermediate byte or 0, and a final byte.
func (t *Terminal) escDispatch(inter, c byte) {
	t.run = false
	switch inter {
	case 0:
		t.escPlain(c)
	case '(', ')', '*', '+':
		t.cur.g[inter-'('] = charset94(c)
	case '-', '.', '/':
		t.cur.g[inter-'-'+1] = charsetASCII // 96-character sets: Latin-1 and the like
	case '#':
		if c == '8' {
			t.alignment()
		}
	}
}

func (t *Terminal) escPlain(c byte) {
	switch c {
	case '7':
		t.saveCursor()
	case '8':
		t.restoreCursor()
	case 'D':
		t.cur.wrap = false
		t.index()
	case 'E':
		t.cur.x, t.cur.wrap = 0, false
		t.index()
	case 'H':
		t.tabs[t.cur.x] = true
	case 'M':
		t.cur.wrap = false
		t.reverseIndex()
	case 'N':
		t.cur.shift = 2
	case 'O':
		t.cur.shift = 3
	case 'Z':
		t.primaryAttributes()
	case 'c':
		t.reset()
	case 'n':
		t.cur.gl = 2
	case 'o':
		t.cur.gl = 3
	case '=':
		t.modes.appKeypad = true
	case '>':
		t.modes.appKeypad = false
	}
}

// alignment is DECALN: the screen full of E.
func (t *Terminal) alignment() {
	for y, r := range t.s.rows {
		t.breakAbove(y)
		r.clear(cell{ch: 'E'})
	}
	t.s.top, t.s.bottom = 0, t.rows-1
	t.cur.x, t.cur.y, t.cur.wrap, t.cur.origin = 0, 0, false, false
}

func (t *Terminal) saveCursor() {
	t.s.saved = t.cur
	t.s.saved.wrap = false
	t.s.saved.shift = 0
}

// restoreCursor is DECRC; without a DECSC before it the cursor goes home.
func (t *Terminal) restoreCursor() {
	t.cur = t.s.saved
	t.cur.x, t.cur.y = min(t.cur.x, t.cols-1), min(t.cur.y, t.rows-1)
	t.penOK = false
}
