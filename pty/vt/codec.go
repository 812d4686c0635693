package vt

import (
	"encoding/binary"
	"errors"
)

// codec writes fields to a snapshot, or reads them from one: one description of
// the format serves both ways, so that they cannot differ. On reading, a value
// outside its bounds is an error, and everything after it reads as zero.
type codec struct {
	b       []byte
	reading bool
	err     error
}

var errSnapshot = errors.New("snapshot: damaged, or of another version")

func (c *codec) fail() {
	if c.err == nil {
		c.err = errSnapshot
	}
	c.b = nil
}

// number handles an unsigned number of any type, at most limit.
func number[T ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int | ~int32](c *codec, p *T, limit uint64) {
	if !c.reading {
		c.b = binary.AppendUvarint(c.b, uint64(*p))
		return
	}
	v, n := binary.Uvarint(c.b)
	if n <= 0 || v > limit {
		c.fail()
		*p = 0
		return
	}
	c.b = c.b[n:]
	*p = T(v)
}

func (c *codec) bools(ps ...*bool) {
	for _, p := range ps {
		var v uint8
		if *p {
			v = 1
		}
		number(c, &v, 1)
		*p = v == 1
	}
}

func (c *codec) string(p *string, limit int) {
	b := []byte(*p)
	c.bytes(&b, limit)
	*p = string(b)
}

func (c *codec) bytes(p *[]byte, limit int) {
	n := len(*p)
	number(c, &n, uint64(limit))
	if !c.reading {
		c.b = append(c.b, *p...)
		return
	}
	if n > len(c.b) {
		c.fail()
		*p = nil
		return
	}
	*p = append([]byte(nil), c.b[:n]...)
	c.b = c.b[n:]
}

// style handles a style by value.
func (c *codec) style(t *Terminal, p *Style) {
	if !c.reading {
		c.b = packStyleValue(c.b, *p, t)
		return
	}
	u := unpacker{t: t, b: c.b}
	*p = u.style()
	if u.bad {
		c.fail()
		*p = Style{}
		return
	}
	c.b = u.b
}

func (c *codec) color(p *Color) { number(c, p, 1<<26-1) }

func (c *codec) row(t *Terminal, r *row) {
	c.bools(&r.wrapped)
	var b []byte
	if !c.reading {
		p := packer{t: t, pads: true}
		p.cells(r.cells[:r.used])
		p.fill(r.fill)
		b = p.b
	}
	c.bytes(&b, 1<<24)
	if !c.reading {
		return
	}
	u := unpacker{t: t, b: b}
	cells := u.cells(nil, t.cols)
	if u.bad || u.fill.width() != 1 {
		c.fail()
		return
	}
	*r = row{used: len(cells), fill: u.fill, wrapped: r.wrapped}
	if len(cells) > 0 {
		r.cells = append(make([]cell, 0, t.cols), cells...)[:t.cols]
	}
}
