package vt

import (
	"encoding/binary"
	"unicode/utf8"
)

// Packed cells are text with a few marks in it. Styles, links and clusters are
// kept by value, so that packed text outlives every table. A byte from 0x20 to
// 0x7e is that character and one from 0xc2 on begins a character in UTF-8; its
// width is that of the character. What else a byte can be:
const (
	packBlank   = 0 // a cell that nothing was written to
	packStyle   = 1 // mask and values: the style of what follows
	packCluster = 2 // width, length, text
	packRun     = 3 // count: so many times what follows
	packPad     = 4 // a cell left at the margin
	packFill    = 5 // the rest of the row is what follows
	packNarrow  = 6 // a character, one column wide whatever its own width
	packWide    = 7 // a character, two columns wide
	minRun      = 5
)

// Parts of a packed style.
const (
	packAttr = 1 << iota
	packFg8
	packFg24
	packBg8
	packBg24
	packUnderline
	packLink
)

// packer packs cells of a Terminal.
type packer struct {
	t     *Terminal
	b     []byte
	st    uint32 // number of the style in force
	style Style  // and itself
	known bool   // st is the number of style
	bare  bool   // without links and clusters: there are too many
	pads  bool   // keep cells left at the margin
	wide  bool   // there were wide characters
}

// begin makes p ready to pack from the default style on.
func (p *packer) begin(t *Terminal, bare bool) {
	p.t, p.b, p.bare, p.wide = t, p.b[:0], bare, false
	if p.st != 0 || !p.known { // else they are so already, as behind most rows
		p.st, p.style, p.known = 0, Style{}, true
	}
}

// after says that what is packed stands behind a text that ends in style st.
func (p *packer) after(st Style) { p.style, p.known = st, st == Style{} }

// cells appends cells to what is packed.
func (p *packer) cells(cells []cell) {
	for i := 0; i < len(cells); {
		i = p.ascii(cells, i)
		if i == len(cells) {
			return
		}
		c := cells[i]
		if c.ch&cellSpacer != 0 {
			i++
			continue
		}
		if c.ch&cellPad != 0 && !p.pads {
			c.ch = 0 // moved away from the margin
		}
		if c.st != p.st || !p.known {
			p.setStyle(c.st)
		}
		step := 1
		if c.ch&cellWide != 0 {
			step = 2
			p.wide = true
		}
		n := 1
		for i+step*n < len(cells) && cells[i+step*n] == c {
			n++
		}
		if n >= minRun {
			p.b = append(p.b, packRun)
			p.b = binary.AppendUvarint(p.b, uint64(n))
			p.text(c)
		} else {
			for range n {
				p.text(c)
			}
		}
		i += n * step
	}
}

// ascii appends plain characters in the style in force from cells[i:], up to
// where there is something else or a run of equal ones.
func (p *packer) ascii(cells []cell, i int) int {
	if !p.known {
		return i
	}
	b, st := p.b, p.st
	for ; i < len(cells); i++ {
		c := cells[i]
		if c.st != st || c.ch-0x20 >= 0x5f {
			break
		}
		if i+minRun <= len(cells) && cells[i+1] == c && cells[i+2] == c && cells[i+3] == c && cells[i+4] == c {
			break
		}
		b = append(b, byte(c.ch))
	}
	p.b = b
	return i
}

// fill says what the rest of the row is, if it is not blank.
func (p *packer) fill(c cell) {
	if c == (cell{}) {
		return
	}
	if c.st != p.st || !p.known {
		p.setStyle(c.st)
	}
	p.b = append(p.b, packFill)
	p.text(c)
}

func (p *packer) text(c cell) {
	switch {
	case c.ch&cellPad != 0:
		p.b = append(p.b, packPad)
	case c.ch&cellCluster != 0:
		text := p.t.clusters.at(c.ch & cellText)
		if p.bare {
			r, _ := utf8.DecodeRuneInString(text)
			p.rune(r, c.width())
			return
		}
		p.b = append(p.b, packCluster, byte(c.width()), byte(len(text)))
		p.b = append(p.b, text...)
	case c.ch&cellText == 0:
		p.b = append(p.b, packBlank)
	case c.ch < 0x80:
		p.b = append(p.b, byte(c.ch))
	default:
		p.rune(rune(c.ch&cellText), c.width())
	}
}

func (p *packer) rune(r rune, width int) {
	if int(propOf(r)&propWidth) != width {
		p.b = append(p.b, packNarrow+byte(width-1))
	}
	p.b = utf8.AppendRune(p.b, r)
}

func (p *packer) setStyle(n uint32) {
	st := p.t.styles.at(n)
	if p.bare {
		st.Link = 0
	}
	if st != p.style {
		p.b = packStyleValue(append(p.b, packStyle), st, p.t)
	}
	p.st, p.style, p.known = n, st, true
}

func packStyleValue(b []byte, st Style, t *Terminal) []byte {
	at := len(b)
	b = append(b, 0)
	if st.Attr != 0 {
		b[at] |= packAttr
		b = binary.AppendUvarint(b, uint64(st.Attr))
	}
	color := func(c Color, m8, m24 byte) {
		if r, g, bl, ok := c.RGB(); ok {
			b[at] |= m24
			b = append(b, r, g, bl)
		} else if i, ok := c.Index(); ok {
			b[at] |= m8
			b = append(b, i)
		}
	}
	color(st.Fg, packFg8, packFg24)
	color(st.Bg, packBg8, packBg24)
	if st.Underline != 0 {
		b[at] |= packUnderline
		b = binary.BigEndian.AppendUint32(b, uint32(st.Underline))
	}
	if st.Link != 0 {
		b[at] |= packLink
		l := t.links.at(st.Link)
		b = appendString(appendString(b, l.uri), l.id)
	}
	return b
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
