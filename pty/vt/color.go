package vt

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// Colors are the default colours of a terminal. A zero Color is one that nobody set.
type Colors struct{ Foreground, Background, Cursor Color }

// at is the colour of OSC n, 10 to 12.
func (c *Colors) at(n int) *Color {
	switch n {
	case 10:
		return &c.Foreground
	case 11:
		return &c.Background
	}
	return &c.Cursor
}

// Colors are the default colours in force: what the program set by OSC 10 to 12,
// else Options.Colors, else light grey on black.
func (t *Terminal) Colors() Colors {
	c := Colors{Foreground: RGB(0xe5, 0xe5, 0xe5), Background: RGB(0, 0, 0)}
	for _, from := range []Colors{t.o.Colors, t.colors} {
		for n := 10; n <= 12; n++ {
			if v := *from.at(n); v != 0 {
				*c.at(n) = v
			}
		}
	}
	if c.Cursor == 0 {
		c.Cursor = c.Foreground
	}
	return c
}

// SetColors says what the operator's terminal looks like. A program that asked to
// be told (mode 2031) is told when dark turns light.
func (t *Terminal) SetColors(c Colors) {
	light := t.light()
	t.o.Colors = c
	t.changes++
	if t.modes.scheme && light != t.light() {
		t.at = t.offset
		t.reportScheme()
	}
}

func (t *Terminal) light() bool {
	r, g, b := t.rgb(t.Colors().Background)
	return 299*int(r)+587*int(g)+114*int(b) > 127_500
}

// Resolve replaces a colour of the palette that the program redefined (OSC 4) by
// its RGB value; every other colour is returned as it is.
func (t *Terminal) Resolve(c Color) Color {
	if i, ok := c.Index(); ok {
		if set, ok := t.palette[i]; ok {
			return set
		}
	}
	return c
}

// rgb is what a colour looks like.
func (t *Terminal) rgb(c Color) (r, g, b uint8) {
	c = t.Resolve(c)
	if i, ok := c.Index(); ok {
		c = xtermPalette(i)
	}
	r, g, b, _ = c.RGB()
	return r, g, b
}

// xtermPalette is colour i of xterm's palette.
func xtermPalette(i uint8) Color {
	if i < 16 {
		return baseColors[i]
	}
	if i >= 232 {
		v := 8 + 10*(i-232)
		return RGB(v, v, v)
	}
	level := func(v uint8) uint8 {
		if v == 0 {
			return 0
		}
		return 55 + 40*v
	}
	i -= 16
	return RGB(level(i/36), level(i/6%6), level(i%6))
}

var baseColors = [16]Color{
	RGB(0, 0, 0), RGB(0xcd, 0, 0), RGB(0, 0xcd, 0), RGB(0xcd, 0xcd, 0),
	RGB(0, 0, 0xee), RGB(0xcd, 0, 0xcd), RGB(0, 0xcd, 0xcd), RGB(0xe5, 0xe5, 0xe5),
	RGB(0x7f, 0x7f, 0x7f), RGB(0xff, 0, 0), RGB(0, 0xff, 0), RGB(0xff, 0xff, 0),
	RGB(0x5c, 0x5c, 0xff), RGB(0xff, 0, 0xff), RGB(0, 0xff, 0xff), RGB(0xff, 0xff, 0xff),
}

// oscPalette is OSC 4: pairs of an index and a colour, or "?" to ask.
func (t *Terminal) oscPalette(b []byte, end string) {
	fields := bytes.Split(b, []byte(";"))
	for i := 0; i+1 < len(fields); i += 2 {
		n, ok := decimal(fields[i])
		if !ok || n > 255 {
			continue
		}
		if string(fields[i+1]) == "?" {
			t.reply(fmt.Sprintf("\x1b]4;%d;%s%s", n, t.spec(Indexed(uint8(n))), end))
			continue
		}
		if c, ok := parseColor(string(fields[i+1])); ok {
			if t.palette == nil {
				t.palette = make(map[uint8]Color)
			}
			t.palette[uint8(n)] = c
		}
	}
}

// oscResetPalette is OSC 104: the colours of these numbers, or all.
func (t *Terminal) oscResetPalette(b []byte) {
	if len(b) == 0 {
		t.palette = nil
		return
	}
	for _, f := range bytes.Split(b, []byte(";")) {
		if n, ok := decimal(f); ok && n < 256 {
			delete(t.palette, uint8(n))
		}
	}
}

// oscColors is OSC 10 to 12: colours, or "?" to ask; each further field is for the
// next number.
func (t *Terminal) oscColors(n int, b []byte, end string) {
	for _, f := range bytes.Split(b, []byte(";")) {
		if n > 12 {
			return
		}
		if string(f) == "?" {
			c := t.Colors()
			t.reply(fmt.Sprintf("\x1b]%d;%s%s", n, t.spec(*c.at(n)), end))
		} else if c, ok := parseColor(string(f)); ok {
			*t.colors.at(n) = c
		}
		n++
	}
}

// spec writes a colour as xterm does.
func (t *Terminal) spec(c Color) string {
	r, g, b := t.rgb(c)
	return fmt.Sprintf("rgb:%02x%02x/%02x%02x/%02x%02x", r, r, g, g, b, b)
}

// parseColor reads rgb:R/G/B with one to four digits each, rgba:, #RGB to
// #RRRRGGGGBBBB. Names are not known.
func parseColor(s string) (Color, bool) {
	var parts []string
	if rest, ok := strings.CutPrefix(s, "#"); ok {
		n := len(rest) / 3
		if n*3 != len(rest) || n == 0 || n > 4 {
			return 0, false
		}
		parts = []string{rest[:n], rest[n : 2*n], rest[2*n:]}
	} else if rest, ok := strings.CutPrefix(s, "rgb:"); ok {
		parts = strings.Split(rest, "/")
	} else if rest, ok := strings.CutPrefix(s, "rgba:"); ok {
		parts = strings.Split(rest, "/")
		if len(parts) == 4 {
			parts = parts[:3]
		}
	}
	if len(parts) != 3 {
		return 0, false
	}
	var v [3]uint8
	for i, p := range parts {
		if len(p) == 0 || len(p) > 4 {
			return 0, false
		}
		n, err := strconv.ParseUint(p, 16, 16)
		if err != nil {
			return 0, false
		}
		full := uint64(1)<<(4*len(p)) - 1
		v[i] = uint8((n*255 + full/2) / full)
	}
	return RGB(v[0], v[1], v[2]), true
}
