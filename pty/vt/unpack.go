package vt

import (
	"encoding/binary"
	"unicode/utf8"
)

// unpacker reads what a packer wrote. It reads anything without harm, since a
// snapshot may come from a broken disk: bad tells.
type unpacker struct {
	t    *Terminal
	b    []byte
	st   uint32
	fill cell
	bad  bool
}

// cells appends what b holds to dst, at most limit cells.
func (u *unpacker) cells(dst []cell, limit int) []cell {
	for len(u.b) > 0 && !u.bad {
		if c := u.b[0]; c >= 0x20 && c < 0x7f {
			if len(dst) >= limit {
				u.bad = true
				return dst
			}
			dst = append(dst, cell{ch: uint32(c), st: u.st})
			u.b = u.b[1:]
			continue
		}
		switch u.b[0] {
		case packStyle:
			u.b = u.b[1:]
			u.st = u.t.styles.number(u.style())
		case packFill:
			u.b = u.b[1:]
			u.fill = u.text()
		case packRun:
			u.b = u.b[1:]
			n := u.uvarint()
			c := u.text()
			if n > uint64(limit) {
				u.bad = true
				return dst
			}
			for range n {
				dst = u.put(dst, c, limit)
			}
		default:
			dst = u.put(dst, u.text(), limit)
		}
	}
	return dst
}

func (u *unpacker) put(dst []cell, c cell, limit int) []cell {
	w := c.width()
	if u.bad || len(dst)+w > limit {
		u.bad = true
		return dst
	}
	dst = append(dst, c)
	if w == 2 {
		dst = append(dst, cell{ch: cellSpacer, st: c.st})
	}
	return dst
}

// text reads one cell.
func (u *unpacker) text() cell {
	if len(u.b) == 0 {
		u.bad = true
		return cell{}
	}
	c := u.b[0]
	width := 0
	switch c {
	case packBlank:
		u.b = u.b[1:]
		return cell{st: u.st}
	case packPad:
		u.b = u.b[1:]
		return cell{ch: cellPad, st: u.st}
	case packCluster:
		return u.cluster()
	case packNarrow, packWide:
		u.b = u.b[1:]
		width = int(c-packNarrow) + 1
	}
	r, n := utf8.DecodeRune(u.b)
	if n == 0 || r < 0x20 || r == utf8.RuneError && n == 1 {
		u.bad = true
		return cell{}
	}
	u.b = u.b[n:]
	if width == 0 {
		width = int(propOf(r) & propWidth)
	}
	ch := uint32(r)
	if width == 2 {
		ch |= cellWide
	}
	return cell{ch: ch, st: u.st}
}

func (u *unpacker) cluster() cell {
	if len(u.b) < 3 || len(u.b) < 3+int(u.b[2]) || u.b[2] == 0 || u.b[2] > maxClusterBytes {
		u.bad = true
		return cell{}
	}
	width, n := u.b[1], int(u.b[2])
	ch := cellCluster | u.t.clusters.intern(u.b[3:3+n])
	if width == 2 {
		ch |= cellWide
	}
	u.b = u.b[3+n:]
	return cell{ch: ch, st: u.st}
}

func (u *unpacker) style() (st Style) {
	mask := u.byte()
	if mask&packAttr != 0 {
		st.Attr = Attr(u.uvarint())
	}
	color := func(m8, m24 byte) Color {
		switch {
		case mask&m24 != 0:
			return RGB(u.byte(), u.byte(), u.byte())
		case mask&m8 != 0:
			return Indexed(u.byte())
		}
		return 0
	}
	st.Fg = color(packFg8, packFg24)
	st.Bg = color(packBg8, packBg24)
	if mask&packUnderline != 0 {
		st.Underline = Color(u.byte())<<24 | Color(u.byte())<<16 | Color(u.byte())<<8 | Color(u.byte())
	}
	if mask&packLink != 0 {
		uri, id := u.string(maxURI), u.string(maxLinkID)
		if !u.bad {
			st.Link = u.t.links.number(uri, id)
		}
	}
	return st
}

func (u *unpacker) byte() byte {
	if len(u.b) == 0 {
		u.bad = true
		return 0
	}
	c := u.b[0]
	u.b = u.b[1:]
	return c
}

func (u *unpacker) uvarint() uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.bad = true
		return 0
	}
	u.b = u.b[n:]
	return v
}

func (u *unpacker) string(limit int) string {
	n := u.uvarint()
	if u.bad || n > uint64(limit) || n > uint64(len(u.b)) {
		u.bad = true
		return ""
	}
	s := string(u.b[:n])
	u.b = u.b[n:]
	return s
}
