package vt

// sgr is SGR: how what is printed from now on looks.
func (t *Terminal) sgr() {
	t.needRoom()
	p := &t.p
	st := &t.cur.style
	t.penOK = false
	n := p.count()
	if n == 0 {
		*st = Style{Link: st.Link, Attr: st.Attr & protected}
		return
	}
	for i := 0; i < n; {
		parts := 1 // with what follows behind colons
		for i+parts < n && p.colon>>(i+parts)&1 != 0 {
			parts++
		}
		switch v := p.params[i]; v {
		case 4:
			if parts > 1 {
				st.underline(p.params[i+1])
			} else {
				st.underline(1)
			}
		case 38, 48, 58:
			c, used, ok := p.color(i, parts)
			parts = used
			if ok {
				st.setColor(v, c)
			}
		default:
			if parts == 1 {
				st.plain(v)
			}
		}
		i += parts
	}
}

// plain is a parameter of SGR without parts.
func (st *Style) plain(v uint16) {
	switch {
	case v == 0:
		*st = Style{Link: st.Link, Attr: st.Attr & protected}
	case v == 21:
		st.underline(2)
	case v < 10:
		st.Attr |= sgrAttr[v]
	case v == 22:
		st.Attr &^= Bold | Dim
	case v == 24:
		st.Attr &^= anyUnderline
	case v > 22 && v < 30:
		st.Attr &^= sgrAttr[v-20]
	case v == 53:
		st.Attr |= Overline
	case v == 55:
		st.Attr &^= Overline
	case v >= 30 && v < 38:
		st.Fg = Indexed(uint8(v - 30))
	case v >= 40 && v < 48:
		st.Bg = Indexed(uint8(v - 40))
	case v >= 90 && v < 98:
		st.Fg = Indexed(uint8(v - 90 + 8))
	case v >= 100 && v < 108:
		st.Bg = Indexed(uint8(v - 100 + 8))
	case v == 39:
		st.Fg = 0
	case v == 49:
		st.Bg = 0
	case v == 59:
		st.Underline = 0
	}
}

// sgrAttr is what the parameters 1 to 9 set, and 20 more than them unset.
var sgrAttr = [10]Attr{1: Bold, 2: Dim, 3: Italic, 5: Blink, 6: Blink, 7: Reverse, 8: Hidden, 9: Strike}

// underline is 4:v.
func (st *Style) underline(v uint16) {
	st.Attr &^= anyUnderline
	switch v {
	case 0:
		return
	case 2:
		st.Attr |= DoubleUnderline
	case 3:
		st.Attr |= CurlyUnderline
	case 4:
		st.Attr |= DottedUnderline
	case 5:
		st.Attr |= DashedUnderline
	}
	st.Attr |= Underline
}

func (st *Style) setColor(which uint16, c Color) {
	switch which {
	case 38:
		st.Fg = c
	case 48:
		st.Bg = c
	case 58:
		st.Underline = c
	}
}

// color reads the colour behind parameter i, which has so many parts: 38:5:n,
// 38:2:r:g:b, 38:2:space:r:g:b, or with semicolons 38;5;n and 38;2;r;g;b. It says how
// many parameters that was. Missing ones are 0; a number that no palette has is the
// default colour.
func (p *parser) color(i, parts int) (c Color, used int, ok bool) {
	if parts > 1 { // all of it behind colons
		v := p.params[i+1 : i+parts]
		switch {
		case v[0] == 5 && len(v) >= 2:
			return indexed(v[1]), parts, true
		case v[0] == 2 && len(v) == 4:
			c, ok = rgb(v[1:])
		case v[0] == 2 && len(v) >= 5:
			c, ok = rgb(v[2:])
		}
		return c, parts, ok
	}
	var v [5]uint16
	used = copy(v[:], p.params[i:p.count()])
	switch {
	case used == 1 || p.colon>>(i+1)&1 != 0:
		return 0, 1, false
	case v[1] == 5:
		return indexed(v[2]), min(used, 3), true
	case v[1] == 2:
		c, ok = rgb(v[2:])
		return c, used, ok
	}
	return 0, 2, false
}

func indexed(n uint16) Color {
	if n > 255 {
		return 0
	}
	return Indexed(uint8(n))
}

func rgb(v []uint16) (Color, bool) {
	return RGB(uint8(v[0]), uint8(v[1]), uint8(v[2])), v[0] < 256 && v[1] < 256 && v[2] < 256
}
