package vt

import (
	"encoding/binary"
	"hash/crc32"
	"sort"
)

// snapshotMagic begins a snapshot; the last byte is the version of the format.
const snapshotMagic = "kavivt\x01"

// Snapshot is the whole terminal as bytes: modes, both screens, the newest rows of
// the scrollback, the state of the parser and the offset. It can be taken at any
// time. Replies and events that were not taken are not in it.
func (t *Terminal) Snapshot() []byte {
	c := codec{b: append(make([]byte, 0, 4096), snapshotMagic...)}
	t.code(&c)
	return binary.BigEndian.AppendUint32(c.b, crc32.ChecksumIEEE(c.b))
}

// Restore makes t what it was when the snapshot was taken, size and offset
// included; only the Options stay those of t, and replies and events that were
// not taken are gone. On an error t is as before.
func (t *Terminal) Restore(b []byte) error {
	n := len(b) - 4
	if n < len(snapshotMagic) || string(b[:len(snapshotMagic)]) != snapshotMagic ||
		crc32.ChecksumIEEE(b[:n]) != binary.BigEndian.Uint32(b[n:]) {
		return errSnapshot
	}
	return t.restore(b[len(snapshotMagic):n])
}

func (t *Terminal) restore(b []byte) error {
	changes := t.changes
	c := codec{b: b, reading: true}
	next := New(1, 1, t.o)
	next.code(&c)
	if c.err == nil && len(c.b) > 0 {
		c.fail()
	}
	if c.err != nil {
		return c.err
	}
	alt := next.s == &next.alt
	*t = *next
	t.s = &t.normal
	if alt {
		t.s = &t.alt
	}
	t.o = next.o
	t.changes = changes + 1
	return nil
}

// code describes the format.
func (t *Terminal) code(c *codec) {
	number(c, &t.cols, MaxCols)
	number(c, &t.rows, MaxRows)
	if t.cols < 1 || t.rows < 1 {
		c.fail()
		t.cols, t.rows = 1, 1
	}
	number(c, &t.offset, 1<<63)
	t.codeModes(c)
	t.codeCursor(c, &t.cur)
	c.bools(&t.run)
	number(c, &t.last, 0x10ffff)
	t.codeTabs(c)
	alt := t.s == &t.alt
	c.bools(&alt)
	t.codeHistory(c)
	t.codeScreen(c, &t.normal, true)
	t.codeScreen(c, &t.alt, alt)
	if c.reading {
		t.penOK = false
		t.s = &t.normal
		if alt {
			t.s = &t.alt
		}
	}
	c.string(&t.title, maxTitle)
	codeList(c, &t.titles, maxTitles, func(s *string) { c.string(s, maxTitle) })
	c.color(&t.colors.Foreground)
	c.color(&t.colors.Background)
	c.color(&t.colors.Cursor)
	t.codePalette(c)
	for _, s := range []*string{&t.status.State, &t.status.App, &t.status.Kind, &t.status.Message} {
		c.string(s, maxMessage)
	}
	number(c, &t.frame, 1<<63)
	t.p.code(c)
}

// codeList handles a list of at most limit things.
func codeList[T any](c *codec, p *[]T, limit int, one func(*T)) {
	n := len(*p)
	number(c, &n, uint64(limit))
	if c.reading {
		*p = make([]T, n)
	}
	for i := range *p {
		one(&(*p)[i])
	}
}

func (t *Terminal) codeCursor(c *codec, p *cursor) {
	number(c, &p.x, uint64(t.cols-1))
	number(c, &p.y, uint64(t.rows-1))
	c.bools(&p.wrap, &p.origin)
	p.wrap = p.wrap && p.x == t.cols-1
	c.style(t, &p.style)
	number(c, &p.gl, 3)
	number(c, &p.shift, 3)
	for i := range p.g {
		number(c, &p.g[i], uint64(charsets-1))
	}
}

func (t *Terminal) codeModes(c *codec) {
	m := &t.modes
	c.bools(&m.insert, &m.newline, &m.wrap, &m.reverseWrap, &m.cursor, &m.blink, &m.reverse, &m.appCursor, &m.appKeypad,
		&m.backspace, &m.paste, &m.focus, &m.altScroll, &m.sync, &m.graphemes, &m.scheme)
	number(c, &m.shape, uint64(Bar))
	number(c, &m.mouse, uint64(MouseAny))
	number(c, &m.mouseForm, uint64(mouseForms[1016]))
	number(c, &m.otherKeys, 2)
	number(c, &m.otherForm, 1)
	var nums []uint16
	for n := range m.saved {
		nums = append(nums, n)
	}
	sort.Slice(nums, func(i, j int) bool { return nums[i] < nums[j] })
	codeList(c, &nums, 64, func(n *uint16) {
		number(c, n, maxParam)
		on := m.saved[*n]
		c.bools(&on)
		if c.reading {
			if m.saved == nil {
				m.saved = make(map[uint16]bool)
			}
			m.saved[*n] = on
		}
	})
}

// codeTabs tells where there are stops other than every eight columns.
func (t *Terminal) codeTabs(c *codec) {
	var odd []uint16
	for x, on := range t.tabs {
		if on != (x%8 == 0) {
			odd = append(odd, uint16(x))
		}
	}
	codeList(c, &odd, MaxCols, func(x *uint16) {
		number(c, x, MaxCols-1)
		if c.reading {
			t.tabs[*x] = *x%8 != 0
		}
	})
}

func (t *Terminal) codeScreen(c *codec, s *screen, shown bool) {
	if c.reading && shown {
		s.init(t.cols, t.rows, cell{})
	}
	number(c, &s.top, uint64(t.rows-1))
	number(c, &s.bottom, uint64(t.rows-1))
	t.codeCursor(c, &s.saved)
	t.codeCursor(c, &s.left)
	number(c, &s.kitty.flags, kittyFlags)
	codeList(c, &s.kitty.stack, maxKitty, func(f *uint8) { number(c, f, kittyFlags) })
	if s.top > s.bottom {
		c.fail()
		s.top, s.bottom = 0, t.rows-1
	}
	if !shown {
		return
	}
	for _, r := range s.rows {
		if c.err != nil {
			return
		}
		c.row(t, r)
	}
}

func (t *Terminal) codePalette(c *codec) {
	var nums []uint8
	for n := range t.palette {
		nums = append(nums, n)
	}
	sort.Slice(nums, func(i, j int) bool { return nums[i] < nums[j] })
	codeList(c, &nums, 256, func(n *uint8) {
		number(c, n, 255)
		v := t.palette[*n]
		c.color(&v)
		if c.reading {
			if t.palette == nil {
				t.palette = make(map[uint8]Color)
			}
			t.palette[*n] = v
		}
	})
}

// codeHistory handles the newest lines of the scrollback, and how many rows went
// before them.
func (t *Terminal) codeHistory(c *codec) {
	h := &t.history
	from, start := h.count(), h.start
	if !c.reading {
		for from > 0 && h.rows() > 0 && int(h.line(h.count()-1).row-h.line(from-1).row)+h.tailRows <= t.o.SnapshotRows {
			from--
		}
		if from < h.count() {
			start += uint64(h.line(from).row - h.line(0).row)
		} else {
			start += uint64(h.rows())
		}
	} else {
		h.reset(t.o, t.cols)
		from = 0
	}
	number(c, &start, 1<<63)
	n := h.count() - from
	number(c, &n, 1<<20)
	if c.reading {
		h.start = start
	}
	for i := range n {
		if c.err != nil {
			break
		}
		var l histLine
		var text []byte
		if !c.reading {
			l = *h.line(from + i)
			text = h.text(&l)
		}
		number(c, &l.flags, uint64(lineWraps|lineWide))
		c.bytes(&text, maxLineBytes)
		if c.reading {
			h.readLine(t, c, l.flags, text)
		}
	}
	if c.reading {
		h.relayout(t, t.cols)
		h.retail(t)
		h.trim()
	}
}

// readLine appends a line of a snapshot.
func (h *scrollback) readLine(t *Terminal, c *codec, flags lineFlags, text []byte) {
	u := unpacker{t: t, b: text}
	cells := u.cells(nil, maxLineCells)
	if u.bad {
		c.fail()
		return
	}
	l := h.newLine()
	h.append(l, text)
	l.cells, l.flags = uint16(len(cells)), flags
}

func (p *parser) code(c *codec) {
	number(c, &p.state, uint64(states-1))
	number(c, &p.n, maxParams+1)
	for i := range p.params[:min(p.n, maxParams)] {
		number(c, &p.params[i], maxParam)
	}
	number(c, &p.colon, 1<<32-1)
	number(c, &p.prefix, 255)
	number(c, &p.inter, 255)
	number(c, &p.final, 255)
	number(c, &p.tail, 255)
	c.bytes(&p.text, maxClipboard)
	c.bools(&p.over)
	part := p.part[:p.parts]
	c.bytes(&part, len(p.part)-1)
	p.parts = copy(p.part[:], part)
}
