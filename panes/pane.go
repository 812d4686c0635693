package panes

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"kavi/pty/vt"
)

// pane is one agent's screen as this client shows it. It keeps a copy of what it
// drew last: a frame that the program has not finished (mode 2026) is not shown,
// and an unchanged screen is not read again.
type pane struct {
	agent string
	body  rect // on the screen; without room where only the title is shown

	w, h  int
	cells []drawn
	looks []tcell.Style
	urls  map[uint16][2]string // of looks that are hyperlinks: id and target
	ids   map[vt.Style]uint16  // colours resolved, no links
	links map[vt.Style]uint16  // of this read: the numbers of links hold until the next write
	last  vt.Style             // looked up last in this read, and its number
	id    uint16

	seen   uint64    // the number of the agent's change that was drawn
	stale  bool      // draw, whatever the numbers say
	held   time.Time // since when an unfinished frame is waited for
	cursor vt.Cursor
	modes  vt.Modes
	cols   int // of the terminal; not those of body where another client is larger
	rows   int
	offX   int // the terminal's cell in the corner of body
	offY   int
	copy   *copyMode // nil: not scrolled
}

// drawn is one cell as it is shown. Width 0 is the right half of a wide one.
type drawn struct {
	text  string
	look  uint16
	width uint8
}

// hold is the longest time for which a frame that a program began is waited for.
const hold = 150 * time.Millisecond

// beyond is the look of what the terminal does not reach.
const beyond = 0xffff

func newPane(agent string) *pane {
	p := &pane{agent: agent, stale: true}
	p.forget()
	return p
}

func (p *pane) forget() {
	p.looks = []tcell.Style{tcell.StyleDefault}
	p.ids = map[vt.Style]uint16{{}: 0}
	p.urls = map[uint16][2]string{}
}

// place says where the pane is drawn.
func (p *pane) place(body rect) {
	if body.w != p.w || body.h != p.h {
		p.w, p.h = body.w, body.h
		p.cells = make([]drawn, p.w*p.h)
		p.stale = true
	}
	p.body = body
}

// due tells whether a held frame has waited for long enough.
func (p *pane) due(now time.Time) bool {
	return !p.held.IsZero() && now.Sub(p.held) >= hold
}

// read copies what the terminal shows now. It is called under the session's lock
// and only copies.
func (p *pane) read(t *vt.Terminal, now time.Time) {
	p.cols, p.rows = t.Size()
	p.modes = t.Modes()
	if p.copy != nil {
		p.copy.limits(t)
		p.copy.follow(p)
	}
	if held, _ := t.Synchronized(); held && !p.stale && p.copy == nil {
		// The wait counts from the last frame that was read, so that a program
		// which begins one frame after the other is seen all the same.
		if p.held.IsZero() {
			p.held = now
		}
		if now.Sub(p.held) < hold {
			return
		}
	}
	p.held, p.stale = time.Time{}, false
	if len(p.looks) > 1<<12 {
		p.forget()
	}
	p.links, p.last, p.id = map[vt.Style]uint16{}, vt.Style{}, 0
	p.cursor = t.Cursor()
	p.crop()
	for y := range p.h {
		if p.copy != nil {
			p.readRow(t, y, t.Row(p.copy.row(t, y)))
		} else if y+p.offY < p.rows {
			p.readRow(t, y, t.Row(y+p.offY))
		} else {
			p.outside(p.cells[y*p.w : (y+1)*p.w])
		}
	}
	if p.copy != nil {
		p.copy.mark(t)
	}
}

// crop chooses what is shown of a terminal that is larger than the pane: the
// part with the cursor.
func (p *pane) crop() {
	p.offX, p.offY = 0, 0
	if p.copy != nil {
		return
	}
	if p.cols > p.w && p.cursor.X >= p.w {
		p.offX = min(p.cursor.X-p.w+1, p.cols-p.w)
	}
	if p.rows > p.h && p.cursor.Y >= p.h {
		p.offY = min(p.cursor.Y-p.h+1, p.rows-p.h)
	}
}

// cropped tells whether the terminal has another size than the pane.
func (p *pane) cropped() bool {
	return p.cols > 0 && p.w > 0 && p.h > 0 && (p.cols != p.w || p.rows != p.h)
}

func (p *pane) readRow(t *vt.Terminal, y int, r vt.Row) {
	cells := p.cells[y*p.w : (y+1)*p.w]
	n := min(p.w, max(p.cols-p.offX, 0))
	for x := 0; x < n; x++ {
		c := r.Cell(x + p.offX)
		look := p.look(t, c.Style)
		switch {
		case c.Width == 0 && x > 0 && cells[x-1].width == 2:
			cells[x] = drawn{"", look, 0}
		case c.Width == 0 || c.Style.Attr&vt.Hidden != 0 || c.Width == 2 && x+1 >= n:
			cells[x] = drawn{" ", look, 1}
		case c.Text == "" && c.Rune < utf8.RuneSelf:
			cells[x] = drawn{runeText(c.Rune), look, 1}
		default:
			text, width := cellText(cells[x].text, c)
			cells[x] = drawn{text, look, uint8(width)}
		}
	}
	p.outside(cells[n:])
}

// outside fills what the terminal does not reach, so that it is seen as such.
func (p *pane) outside(cells []drawn) {
	for i := range cells {
		cells[i] = drawn{"·", beyond, 1}
	}
}

// cellText gives a cell's text and width so that tcell, which measures on its
// own, will agree. The text that was there before saves an allocation.
func cellText(before string, c vt.Cell) (string, int) {
	if c.Text == "" {
		if r, n := utf8.DecodeRuneInString(before); r == c.Rune && n == len(before) {
			if w := runeWidth(r); w == c.Width {
				return before, w
			}
		}
	}
	text := c.Text
	if text == "" {
		text = string(c.Rune)
	}
	if cluster, rest, w, _ := uniseg.FirstGraphemeClusterInString(text, -1); w == c.Width && rest == "" {
		return cluster, w
	}
	if runeWidth(c.Rune) == c.Width {
		return runeText(c.Rune), c.Width
	}
	if w := runeWidth(c.Rune); w == 1 {
		return runeText(c.Rune), 1 // narrower than its place: the rest stays blank
	}
	return string(utf8.RuneError), 1
}

// look gives a style its number here.
func (p *pane) look(t *vt.Terminal, s vt.Style) uint16 {
	if s == p.last {
		return p.id
	}
	p.last = s
	table := p.ids
	if s.Link != 0 {
		table = p.links
	}
	s.Fg, s.Bg, s.Underline = t.Resolve(s.Fg), t.Resolve(s.Bg), t.Resolve(s.Underline)
	id, ok := table[s]
	if !ok && len(p.looks) < beyond {
		id = uint16(len(p.looks))
		table[s] = id
		st := style(s)
		if s.Link != 0 {
			name, url := strconv.Itoa(int(s.Link)), t.Link(s.Link)
			st = st.Url(url).UrlId(name)
			p.urls[id] = [2]string{name, url}
		}
		p.looks = append(p.looks, st)
	}
	p.id = id
	return id
}

// style is what tcell is told of a cell's look, its colours resolved.
func style(s vt.Style) tcell.Style {
	st := tcell.StyleDefault.Foreground(colour(s.Fg)).Background(colour(s.Bg))
	a := s.Attr
	reverse := a&vt.Reverse != 0
	st = st.Bold(a&vt.Bold != 0).Dim(a&vt.Dim != 0).Italic(a&vt.Italic != 0).
		Blink(a&vt.Blink != 0).Reverse(reverse).StrikeThrough(a&vt.Strike != 0)
	if a&vt.Underline != 0 {
		line := tcell.UnderlineStyleSolid
		switch {
		case a&vt.DoubleUnderline != 0:
			line = tcell.UnderlineStyleDouble
		case a&vt.CurlyUnderline != 0:
			line = tcell.UnderlineStyleCurly
		case a&vt.DottedUnderline != 0:
			line = tcell.UnderlineStyleDotted
		case a&vt.DashedUnderline != 0:
			line = tcell.UnderlineStyleDashed
		}
		st = st.Underline(line)
		if !s.Underline.Default() {
			st = st.Underline(colour(s.Underline))
		}
	}
	return st
}

func colour(c vt.Color) tcell.Color {
	if i, ok := c.Index(); ok {
		return tcell.PaletteColor(int(i))
	}
	if r, g, b, ok := c.RGB(); ok {
		return tcell.NewRGBColor(int32(r), int32(g), int32(b))
	}
	return tcell.ColorDefault
}

// draw draws what was read last.
func (p *pane) draw(to tcell.Screen, dim tcell.Style) {
	fast, _ := to.(*screen)
	if fast != nil {
		for id, l := range p.urls {
			fast.Link(p.looks[id], l[0], l[1])
		}
	}
	var last appearance
	st, id := p.appear(last, dim), uint32(0)
	if fast != nil {
		id = fast.number(st)
	}
	for y := range p.h {
		for x := 0; x < p.w; x++ {
			c := &p.cells[y*p.w+x]
			now := appearance{c.look, p.modes.ReverseScreen}
			if p.copy != nil {
				now.reverse = p.copy.marked(p, x, y)
			}
			if now != last {
				if st = p.appear(now, dim); fast != nil {
					id = fast.number(st)
				}
				last = now
			}
			switch {
			case c.width == 0:
			case fast != nil:
				fast.placeAs(p.body.x+x, p.body.y+y, c.text, int(c.width), id)
			default:
				r := []rune(c.text)
				to.SetContent(p.body.x+x, p.body.y+y, r[0], r[1:], st)
			}
		}
	}
}

// appearance is a look, and whether it is turned round.
type appearance struct {
	look    uint16
	reverse bool
}

func (p *pane) appear(a appearance, dim tcell.Style) tcell.Style {
	st := dim
	if int(a.look) < len(p.looks) {
		st = p.looks[a.look]
	}
	if a.reverse {
		_, _, attrs := st.Decompose()
		st = st.Reverse(attrs&tcell.AttrReverse == 0)
	}
	return st
}

// cursorAt gives the place of the cursor on the screen; false: it is not shown.
func (p *pane) cursorAt() (x, y int, shape tcell.CursorStyle, ok bool) {
	c := p.cursor
	if p.copy != nil {
		x, y, ok = p.copy.place(p)
		return p.body.x + x, p.body.y + y, tcell.CursorStyleSteadyBlock, ok
	}
	x, y = c.X-p.offX, c.Y-p.offY
	if !c.Visible || x < 0 || y < 0 || x >= p.w || y >= p.h {
		return 0, 0, 0, false
	}
	return p.body.x + x, p.body.y + y, cursorStyle(c), true
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func cursorStyle(c vt.Cursor) tcell.CursorStyle {
	style := tcell.CursorStyleSteadyBlock
	switch c.Shape {
	case vt.Block:
		if !c.Blink {
			return tcell.CursorStyleDefault // what a program has that asked for nothing
		}
	case vt.Underscore:
		style = tcell.CursorStyleSteadyUnderline
	case vt.Bar:
		style = tcell.CursorStyleSteadyBar
	}
	if c.Blink {
		style-- // each steady one follows its blinking one
	}
	return style
}
