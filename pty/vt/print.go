package vt

import "unicode/utf8"

// ground takes text and control characters from b[i:] up to the next sequence.
func (t *Terminal) ground(b []byte, i int) int {
	if t.p.parts > 0 {
		if i = t.finish(b, i); t.p.state != ground {
			return i
		}
	}
	for i < len(b) {
		c := b[i]
		switch {
		case c >= 0x20 && c < 0x7f:
			j := i + 1
			for j < len(b) && b[j] >= 0x20 && b[j] < 0x7f {
				j++
			}
			t.printASCII(b[i:j])
			i = j
		case c == 0x1b:
			t.p.begin(escape)
			return i + 1
		case c < 0x20:
			t.at = t.offset + uint64(i) + 1
			t.control(c)
			i++
		case c == 0x7f:
			i++
		default:
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n == 1 {
				if !utf8.FullRune(b[i:]) {
					t.p.parts = copy(t.p.part[:], b[i:])
					return len(b)
				}
				i++ // not UTF-8: dropped, as xterm.js and tmux do
				continue
			}
			i += n
			if r < 0xa0 {
				t.at = t.offset + uint64(i)
				if t.control1(byte(r)) {
					return i
				}
				continue
			}
			t.printRune(r)
		}
	}
	return i
}

// finish goes on with a character that the last Write left unfinished.
func (t *Terminal) finish(b []byte, i int) int {
	p := &t.p
	for p.parts > 0 && i < len(b) {
		p.part[p.parts] = b[i]
		p.parts++
		i++
		for p.parts > 0 && utf8.FullRune(p.part[:p.parts]) {
			r, n := utf8.DecodeRune(p.part[:p.parts])
			switch {
			case r == utf8.RuneError && n == 1:
			case r < 0xa0:
				if r >= 0x80 {
					t.at = t.offset + uint64(i)
					if t.control1(byte(r)) {
						p.parts = 0
						return i
					}
					break
				}
				// What broke the character is itself ASCII: not ours to read.
				p.parts = 0
				return i - 1
			default:
				t.printRune(r)
			}
			p.parts = copy(p.part[:], p.part[n:p.parts])
		}
	}
	return i
}

// pen number of the style that characters are printed in.
func (t *Terminal) style() uint32 {
	if !t.penOK {
		t.pen = t.styles.number(t.cur.style)
		t.penOK = true
	}
	return t.pen
}

// blank is what erased cells become: they keep the background (BCE).
func (t *Terminal) blank() cell {
	if t.cur.style.Bg == 0 {
		return cell{}
	}
	return cell{st: t.styles.number(Style{Bg: t.cur.style.Bg})}
}

// printASCII prints a run of characters 0x20 to 0x7e.
func (t *Terminal) printASCII(s []byte) {
	if t.modes.insert || t.cur.shift != 0 || t.cur.g[t.cur.gl] != charsetASCII {
		for _, c := range s {
			t.printGL(c)
		}
		return
	}
	t.last = rune(s[len(s)-1])
	t.run = true
	st := t.style()
	for len(s) > 0 {
		if t.cur.wrap {
			if t.modes.wrap {
				t.wrapLine()
			} else {
				s = s[len(s)-1:] // each is printed over the one before it
			}
		}
		x := t.cur.x
		r := t.s.rows[t.cur.y]
		n := min(len(s), t.cols-x)
		r.reach(x, t.cols)
		if x < r.used {
			r.part(x, x+n)
		}
		out := r.cells[x : x+n]
		for i, c := range s[:n] {
			out[i] = cell{ch: uint32(c), st: st}
		}
		s = s[n:]
		x += n
		if x > r.used {
			r.used = x
		}
		if x == t.cols {
			t.cur.x, t.cur.wrap = x-1, true
			r.wrapped = false
		} else {
			t.cur.x = x
		}
	}
}

// printGL prints one character 0x20 to 0x7e by way of the character sets.
func (t *Terminal) printGL(c byte) {
	g := t.cur.g[t.cur.gl]
	if t.cur.shift != 0 {
		g = t.cur.g[t.cur.shift]
		t.cur.shift = 0
	}
	t.printRune(g.rune(c))
}

// printRune prints one character, or adds it to the one before.
func (t *Terminal) printRune(r rune) {
	p := propOf(r)
	w := int(p & propWidth)
	if w == 0 {
		t.combine(r)
		return
	}
	if t.run && (p&propJoins != 0 || t.modes.graphemes && r >= 0x80) && t.join(r, p) {
		return
	}
	t.last = r
	t.run = true
	t.cur.shift = 0
	t.put(uint32(r), t.style(), w)
}

// put writes a cell of width w at the cursor.
func (t *Terminal) put(ch, st uint32, w int) {
	if w > t.cols {
		return
	}
	if t.cur.wrap && t.modes.wrap {
		t.wrapLine()
	}
	x := t.cur.x
	r := t.s.rows[t.cur.y]
	if w == 2 && x == t.cols-1 {
		if !t.modes.wrap {
			t.cur.wrap = false
			return
		}
		r.reach(x, t.cols)
		r.part(x, x+1)
		r.reach(x+1, t.cols)
		r.cells[x] = cell{ch: cellPad, st: st}
		t.cur.wrap = true
		t.wrapLine()
		x = t.cur.x
		r = t.s.rows[t.cur.y]
	}
	if t.modes.insert {
		r.insert(x, w, t.cols, t.blank())
	}
	r.reach(x, t.cols)
	r.part(x, x+w)
	if x+w > r.used {
		r.reach(x+w, t.cols)
	}
	if w == 2 {
		r.cells[x] = cell{ch: ch | cellWide, st: st}
		r.cells[x+1] = cell{ch: cellSpacer, st: st}
	} else {
		r.cells[x] = cell{ch: ch, st: st}
	}
	t.advance(w)
}

// advance moves the cursor over what was printed.
func (t *Terminal) advance(n int) {
	if t.cur.x+n < t.cols {
		t.cur.x += n
		return
	}
	t.cur.x, t.cur.wrap = t.cols-1, true
	t.s.rows[t.cur.y].wrapped = false
}

// wrapLine goes to the next row because the text met the margin.
func (t *Terminal) wrapLine() {
	t.cur.x, t.cur.wrap = 0, false
	r := t.s.rows[t.cur.y]
	switch {
	case t.cur.y == t.s.bottom:
		r.wrapped = true
		t.scrollUp(t.s.top, 1, true)
	case t.cur.y < t.rows-1:
		r.wrapped = true
		t.cur.y++
	}
}
