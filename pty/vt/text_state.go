package vt

import "bytes"

// The text of an OSC or DCS is kept up to a limit; if it is longer, the whole
// sequence is read and dropped: a cut title is no title.
const (
	maxText      = 4096
	maxClipboard = 1 << 20
)

func (t *Terminal) beginText(s state) {
	p := &t.p
	p.state = s
	if cap(p.text) > 4*maxText {
		p.text = nil // somebody filled the clipboard; once is no reason to keep the room
	}
	p.text = p.text[:0]
	p.tail, p.over = 0, false
}

// text takes the text of an OSC, DCS, APC, PM or SOS from b[i:], and carries the
// sequence out at its end: BEL (OSC only), ESC (whatever follows it), U+009C. CAN
// and SUB call it off.
func (t *Terminal) text(b []byte, i int) int {
	p := &t.p
	for i < len(b) {
		j := i
		for j < len(b) && b[j] >= 0x20 && b[j] != 0x9c {
			j++
		}
		t.addText(b[i:j])
		if j == len(b) {
			return j
		}
		c := b[j]
		i = j + 1
		t.at = t.offset + uint64(i)
		switch {
		case c == 0x1b:
			t.endText(false)
			p.begin(escape)
			return i
		case c == 0x18 || c == 0x1a:
			p.state = ground
			return i
		case c == 7 && p.state == oscText:
			t.endText(true)
			p.state = ground
			return i
		case c == 0x9c && p.tail == 0xc2:
			p.text = p.text[:max(len(p.text)-1, 0)]
			t.endText(false)
			p.state = ground
			return i
		case c == 0x9c:
			t.addText(b[j:i]) // inside a longer character
		}
	}
	return i
}

func (t *Terminal) addText(b []byte) {
	p := &t.p
	if len(b) == 0 {
		return
	}
	p.tail = b[len(b)-1]
	if p.over || p.state != oscText && p.state != dcsText {
		return
	}
	if n := min(3-len(p.text), len(b)); n > 0 { // the limit depends on how it begins
		p.text = append(p.text, b[:n]...)
		b = b[n:]
	}
	limit := maxText
	if t.o.Clipboard && p.state == oscText && bytes.Equal(p.text[:min(3, len(p.text))], []byte("52;")) {
		limit = maxClipboard
	}
	if len(p.text)+len(b) > limit {
		p.over = true
		return
	}
	p.text = append(p.text, b...)
}

func (t *Terminal) endText(bell bool) {
	if t.p.over {
		return
	}
	switch t.p.state { //nolint:exhaustive // the others keep no text
	case oscText:
		t.osc(t.p.text, bell)
	case dcsText:
		t.dcs(t.p.text)
	}
}
