package panes

import (
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/gdamore/tcell/v2/terminfo"
)

// encoder writes the cells of one frame in the language of the client's
// terminal: ECMA-48, of which every terminal in use understands what is used
// here. tcell's own way costs ten times as much for each cell, forgets to end a
// hyperlink, and learns a new size only by drawing for it.
type encoder struct {
	buf       []byte
	goTo      func(x, y int) string // nil: CUP
	clear     string
	colors    int
	truecolor bool
	rich      bool // xterm's underlines, hyperlinks, shapes of the cursor, whole frames
	palette   []tcell.Color
	near      map[tcell.Color]tcell.Color // a colour and the one that the terminal has

	x, y int // where the terminal's cursor is; -1: not known
	look string
	link string
}

const (
	frameStart = "\x1b[?2026h"
	frameEnd   = "\x1b[?2026l"
	closeLink  = "\x1b]8;;\x1b\\"
)

func newEncoder(ti *terminfo.Terminfo) *encoder {
	e := &encoder{
		clear: "\x1b[m" + ti.Clear, colors: min(max(ti.Colors, 0), 256), truecolor: ti.SetFgRGB != "",
		rich: ti.XTermLike || strings.HasPrefix(ti.Name, "xterm"), near: map[tcell.Color]tcell.Color{},
	}
	if ti.SetCursor != "\x1b[%i%p1%d;%p2%dH" {
		e.goTo = ti.TGoto
	}
	for i := range e.colors {
		e.palette = append(e.palette, tcell.PaletteColor(i))
	}
	return e
}

// begin starts a frame, clearing the terminal first if nothing is known of it.
func (e *encoder) begin(afresh bool) {
	e.buf = e.buf[:0]
	e.x, e.y, e.look = -1, -1, ""
	if e.rich {
		e.buf = append(e.buf, frameStart...)
	}
	e.buf = append(e.buf, "\x1b[?25l"...)
	if afresh {
		e.buf = append(e.buf, e.clear...)
	}
}

// cell writes one cell; look is what sgr gave for its style.
func (e *encoder) cell(x, y int, text string, width int, look, link string) {
	if e.x != x || e.y != y {
		e.move(x, y)
	}
	if look != e.look {
		e.buf = append(e.buf, look...)
		e.look = look
	}
	if link != e.link && e.rich {
		e.buf = append(e.buf, link...)
		if link == "" {
			e.buf = append(e.buf, closeLink...)
		}
		e.link = link
	}
	e.buf = append(e.buf, text...)
	if e.x += width; len(text) > 3 || width > 1 {
		e.x = -1 // terminals do not agree on how wide such a thing is
	}
}

func (e *encoder) move(x, y int) {
	if e.goTo != nil {
		e.buf = append(e.buf, e.goTo(x, y)...)
	} else {
		e.buf = append(e.buf, "\x1b["...)
		e.buf = strconv.AppendInt(e.buf, int64(y+1), 10)
		e.buf = append(e.buf, ';')
		e.buf = strconv.AppendInt(e.buf, int64(x+1), 10)
		e.buf = append(e.buf, 'H')
	}
	e.x, e.y = x, y
}

// end shows the cursor where it is to be and gives the frame, which is valid
// until the next one begins.
func (e *encoder) end(c cursor) []byte {
	if e.link != "" {
		e.buf = append(e.buf, closeLink...)
		e.link = ""
	}
	if e.look != "" {
		e.buf = append(e.buf, "\x1b[m"...)
	}
	if c.x >= 0 {
		e.move(c.x, c.y)
		if e.rich {
			e.buf = append(e.buf, "\x1b["...)
			e.buf = strconv.AppendInt(e.buf, int64(c.style), 10)
			e.buf = append(e.buf, " q"...)
		}
		e.buf = append(e.buf, "\x1b[?25h"...)
	}
	if e.rich {
		e.buf = append(e.buf, frameEnd...)
	}
	return e.buf
}

// sgr is the sequence that sets a style, whatever was set before.
func (e *encoder) sgr(style tcell.Style) string {
	fg, bg, attrs := style.Decompose()
	b := []byte("\x1b[0")
	for _, a := range []struct {
		attr tcell.AttrMask
		code string
	}{
		{tcell.AttrBold, ";1"},
		{tcell.AttrDim, ";2"},
		{tcell.AttrItalic, ";3"},
		{tcell.AttrBlink, ";5"},
		{tcell.AttrReverse, ";7"},
		{tcell.AttrStrikeThrough, ";9"},
	} {
		if attrs&a.attr != 0 {
			b = append(b, a.code...)
		}
	}
	b = e.colour(b, 30, fg)
	b = e.colour(b, 40, bg)
	if u := style.GetUnderlineStyle(); u != tcell.UnderlineStyleNone {
		b = append(b, ";4"...)
		if e.rich {
			// By themselves, so that a terminal that knows no sub-parameters still underlines.
			b = append(b, 'm')
			if u > tcell.UnderlineStyleSolid {
				b = append(b, "\x1b[4:"...)
				b = strconv.AppendInt(b, int64(u), 10)
				b = append(b, 'm')
			}
			return string(e.underline(b, style.GetUnderlineColor()))
		}
	}
	return string(append(b, 'm'))
}

func (e *encoder) underline(b []byte, c tcell.Color) []byte {
	if !c.Valid() {
		return b
	}
	if c.IsRGB() {
		r, g, bl := c.RGB()
		b = append(b, "\x1b[58:2::"...)
		for i, v := range []int32{r, g, bl} {
			if i > 0 {
				b = append(b, ':')
			}
			b = strconv.AppendInt(b, int64(v), 10)
		}
	} else {
		b = append(b, "\x1b[58:5:"...)
		b = strconv.AppendInt(b, int64(c&0xff), 10)
	}
	return append(b, 'm')
}

// colour appends the parameter for a foreground (base 30) or background (40).
func (e *encoder) colour(b []byte, base int, c tcell.Color) []byte {
	if !c.Valid() || e.colors < 8 {
		return b
	}
	if c.IsRGB() {
		if e.truecolor {
			b = append(b, ';')
			b = strconv.AppendInt(b, int64(base+8), 10)
			b = append(b, ";2"...)
			r, g, bl := c.RGB()
			for _, v := range []int32{r, g, bl} {
				b = append(b, ';')
				b = strconv.AppendInt(b, int64(v), 10)
			}
			return b
		}
	}
	i := int(c & 0xff)
	if c.IsRGB() || i >= e.colors {
		n, ok := e.near[c]
		if !ok {
			if len(e.near) > maxStyles {
				clear(e.near)
			}
			n = tcell.FindColor(c, e.palette)
			e.near[c] = n
		}
		i = int(n & 0xff)
	}
	b = append(b, ';')
	switch {
	case i < 8:
		return strconv.AppendInt(b, int64(base+i), 10)
	case i < 16:
		return strconv.AppendInt(b, int64(base+60+i-8), 10)
	}
	b = strconv.AppendInt(b, int64(base+8), 10)
	b = append(b, ";5;"...)
	return strconv.AppendInt(b, int64(i), 10)
}

// linkTo is the sequence that begins a hyperlink. Both texts are a stranger's.
func linkTo(id, url string) string {
	safe := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r < ' ' || r >= 0x7f && r < 0xa0 {
				return -1
			}
			return r
		}, s)
	}
	return "\x1b]8;id=" + strings.NewReplacer(":", "", ";", "").Replace(safe(id)) + ";" + safe(url) + "\x1b\\"
}
