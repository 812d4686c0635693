package vt

import "unicode/utf8"

// The parser is the state machine of the DEC ANSI diagram (vt100.net/emu), with
// UTF-8 in the ground state and colons between the parts of a parameter. It reads
// bytes; the C1 controls U+0080 to U+009F are recognised in their UTF-8 form only,
// as everything else above 0x7f that is not UTF-8 is dropped.

type state uint8

const (
	ground state = iota
	escape
	escapeInter
	csiEntry
	csiParam
	csiInter
	csiIgnore
	dcsEntry
	dcsParam
	dcsInter
	dcsIgnore // this and those that follow are read by text
	dcsText
	oscText
	otherText // SOS, PM, APC: read to the end and dropped
	states
)

const (
	maxParams = 32
	maxParam  = 65535
)

// parser is where the parser stands between two bytes.
type parser struct {
	state  state
	n      int // parameters so far, the one being read included
	params [maxParams]uint16
	colon  uint32 // bit i: parameter i is a part of the one before it
	prefix byte   // one of < = > ?
	inter  byte   // the intermediate byte; 0xff if there is more than one
	final  byte   // of the DCS that is being read
	text   []byte // OSC or DCS
	tail   byte   // the last byte of it, kept or not
	over   bool   // it is longer than its limit
	part   [utf8.UTFMax]byte
	parts  int // bytes of an unfinished character in part
}

func (p *parser) begin(s state) {
	p.state = s
	p.n, p.colon, p.prefix, p.inter = 0, 0, 0, 0
	p.params[0] = 0
}

func (t *Terminal) parse(b []byte) {
	p := &t.p
	for i := 0; i < len(b); {
		if p.state == ground {
			i = t.ground(b, i)
			continue
		}
		if p.state >= dcsIgnore {
			i = t.text(b, i)
			continue
		}
		c := b[i]
		switch {
		case c < 0x20:
			t.at = t.offset + uint64(i) + 1
			t.controlInside(c)
			i++
		case c == 0x7f:
			i++
		case c >= 0x80: // part of no sequence: both end here, as in xterm.js
			p.state = ground
			i++ // and the rest of the character is not UTF-8
		case p.state == csiParam || p.state == csiEntry:
			i = t.csi(b, i)
		default:
			t.at = t.offset + uint64(i) + 1
			t.step(c)
			i++
		}
	}
}

// controlInside carries out a control character inside a sequence.
func (t *Terminal) controlInside(c byte) {
	switch c {
	case 0x18, 0x1a:
		t.p.state = ground
	case 0x1b:
		t.p.begin(escape)
	default:
		if t.p.state < dcsEntry {
			t.control(c)
		}
	}
}

// csi reads the parameters of a control sequence, and the rest if it is of the
// common form, from b[i:].
func (t *Terminal) csi(b []byte, i int) int {
	p := &t.p
	for ; i < len(b); i++ {
		c := b[i]
		switch {
		case c >= '0' && c <= '9':
			p.digit(c)
		case c == ';' || c == ':':
			p.next(c == ':')
		case c >= 0x40 && c < 0x7f:
			p.state = ground
			t.at = t.offset + uint64(i) + 1
			if p.colon != 0 && c != 'm' {
				p.flatten()
			}
			t.csiDispatch(c)
			return i + 1
		case c >= '<' && c <= '?':
			if p.state == csiEntry {
				p.prefix = c
				break
			}
			p.state = csiIgnore
			return i + 1
		case c >= 0x20 && c < 0x30:
			p.inter = c
			p.state = csiInter
			return i + 1
		default:
			return i // a control, or not ASCII
		}
		p.state = csiParam
	}
	return i
}

func (p *parser) digit(c byte) {
	if p.n == 0 {
		p.n = 1
	}
	if p.n > maxParams {
		return
	}
	v := &p.params[p.n-1]
	*v = uint16(min(uint32(*v)*10+uint32(c-'0'), maxParam))
}

func (p *parser) next(colon bool) {
	if p.n == 0 {
		p.n = 1
	}
	if p.n > maxParams {
		return
	}
	p.n++
	if p.n > maxParams {
		return // counted, so that what follows does not change the last one
	}
	p.params[p.n-1] = 0
	if colon {
		p.colon |= 1 << (p.n - 1)
	}
}

// flatten forgets the parts behind colons, which only SGR has a use for.
func (p *parser) flatten() {
	n := 0
	for i := range p.count() {
		if p.colon>>i&1 == 0 {
			p.params[n] = p.params[i]
			n++
		}
	}
	p.n, p.colon = n, 0
}

// step takes one byte from 0x20 to 0x7e in the states that are not hot.
func (t *Terminal) step(c byte) {
	p := &t.p
	switch {
	case p.state <= escapeInter:
		t.stepEscape(c)
	case p.state >= dcsEntry:
		t.stepDCS(c)
	case p.state == csiInter:
		switch {
		case c < 0x30:
			p.inter = 0xff
		case c < 0x40:
			p.state = csiIgnore
		default:
			p.state = ground
			t.csiDispatch(c)
		}
	case c >= 0x40: // csiIgnore
		p.state = ground
	}
}

func (t *Terminal) stepEscape(c byte) {
	p := &t.p
	if c < 0x30 {
		if p.state == escapeInter {
			c = 0xff
		}
		p.inter = c
		p.state = escapeInter
		return
	}
	if p.state == escape && t.c1(c+0x40) {
		return
	}
	p.state = ground
	t.escDispatch(p.inter, c)
}

// c1 begins what the C1 controls begin that are more than one character.
func (t *Terminal) c1(c byte) bool {
	p := &t.p
	switch c {
	case 0x90:
		p.begin(dcsEntry)
	case 0x9b:
		p.begin(csiEntry)
	case 0x9d:
		t.beginText(oscText)
	case 0x98, 0x9e, 0x9f:
		t.beginText(otherText)
	default:
		return false
	}
	return true
}

func (t *Terminal) stepDCS(c byte) {
	p := &t.p
	switch {
	case c >= 0x40:
		p.final = c
		t.beginText(dcsText)
	case c < 0x30:
		if p.inter != 0 {
			c = 0xff
		}
		p.inter = c
		p.state = dcsInter
	case p.state == dcsInter:
		p.state = dcsIgnore
	case c >= '<':
		if p.state != dcsEntry {
			p.state = dcsIgnore
			return
		}
		p.prefix = c
		p.state = dcsParam
	case c == ':' || c == ';':
		p.next(c == ':')
		p.state = dcsParam
	default:
		p.digit(c)
		p.state = dcsParam
	}
}

// param is parameter i, or def if it is missing or 0.
func (p *parser) param(i, def int) int {
	if i >= p.n || i >= maxParams || p.params[i] == 0 {
		return def
	}
	return int(p.params[i])
}

// count is the number of parameters that were kept.
func (p *parser) count() int { return min(p.n, maxParams) }
