package panes

import (
	"strings"
	"time"
	"unicode"

	"kavi/keymap"
	"kavi/pty/vt"
)

// copyMode is a pane that is scrolled: a cursor that moves over all that the
// agent wrote, and what is selected. The agent goes on meanwhile; rows have
// absolute numbers, by which they are found again however far the screen
// scrolled since.
type copyMode struct {
	top    int64 // the row at the top of the pane
	x      int   // the cursor
	at     int64 // and its row
	from   *spot // where the selection begins; nil: nothing is selected
	lines  bool  // whole lines are selected
	drag   bool  // the mouse selects
	wheel  bool  // the wheel began it: it ends at the bottom by itself
	cols   int   // of the terminal: rows are cut anew when that changes,
	kept   kept  // and everything stays with its text
	search string
	back   bool    // the last search went upwards
	prompt *editor // the line of a search that is being typed
	typed  bool    // upwards: of the prompt
	vain   bool    // the last search found nothing

	lo, hi spot  // what is selected, of the last read
	marks  bool  // whether anything is
	oldest int64 // the first and the last row there were at the last read
	newest int64
}

// kept are the places that copy mode knows, of the last read.
type kept struct{ top, at, from vt.Mark }

// spot is a place in all that the agent wrote.
type spot struct {
	x   int
	row int64
}

func (s spot) before(o spot) bool { return s.row < o.row || s.row == o.row && s.x < o.x }

// enterCopy begins copy mode with the cursor where the program's is.
func (p *pane) enterCopy(t *vt.Terminal) {
	cols, rows := t.Size()
	c := t.Cursor()
	base := int64(t.Scrolled())
	m := &copyMode{cols: cols}
	// What is on the screen now stays where it is.
	m.top = base + int64(p.offY)
	m.at, m.x = base+int64(min(c.Y, rows-1)), min(c.X, cols-1)
	p.copy, p.stale = m, true
	m.limits(t)
	m.follow(p)
	m.keep(t)
}

func (p *pane) leaveCopy() {
	p.copy, p.stale = nil, true
}

func (m *copyMode) limits(t *vt.Terminal) {
	cols, rows := t.Size()
	if cols != m.cols {
		m.recut(t, cols)
	}
	base := int64(t.Scrolled())
	m.oldest, m.newest = base-int64(t.ScrollbackLen()), base+int64(rows)-1
}

// keep marks the places in the text.
func (m *copyMode) keep(t *vt.Terminal) {
	m.kept.top = t.Mark(vt.Pos{X: 0, Y: m.relative(t, m.top)})
	m.kept.at = t.Mark(vt.Pos{X: m.x, Y: m.relative(t, m.at)})
	if m.from != nil {
		m.kept.from = t.Mark(vt.Pos{X: m.from.x, Y: m.relative(t, m.from.row)})
	}
}

// recut finds the places again after the rows were cut for another width.
func (m *copyMode) recut(t *vt.Terminal, cols int) {
	find := func(k vt.Mark) spot {
		p := t.Marked(k)
		return spot{p.X, int64(p.Y) + int64(t.Scrolled())}
	}
	m.cols, m.top = cols, find(m.kept.top).row
	at := find(m.kept.at)
	m.x, m.at = at.x, at.row
	if m.from != nil {
		from := find(m.kept.from)
		m.from = &from
	}
}

// row gives the terminal's number of the row that is y rows below the top.
func (m *copyMode) row(t *vt.Terminal, y int) int {
	return m.relative(t, m.top+int64(y))
}

// follow keeps the cursor where there is something, and on the screen.
func (m *copyMode) follow(p *pane) {
	m.at = min(max(m.at, m.oldest), m.newest)
	m.x = min(max(m.x, 0), max(m.cols-1, 0))
	last := max(m.newest-int64(p.h)+1, m.oldest)
	m.top = min(max(m.top, m.oldest), last)
	m.top = min(max(m.top, m.at-int64(p.h)+1), m.at)
}

// scroll moves what is shown, and the cursor only to keep it there.
func (m *copyMode) scroll(p *pane, by int) {
	last := max(m.newest-int64(p.h)+1, m.oldest)
	m.top = min(max(m.top+int64(by), m.oldest), last)
	m.at = min(max(m.at, m.top), m.top+int64(p.h)-1)
}

// atBottom tells whether the newest row is shown.
func (m *copyMode) atBottom(p *pane) bool { return m.top+int64(p.h) > m.newest }

// place gives the cursor's place in the pane.
func (m *copyMode) place(p *pane) (x, y int, ok bool) {
	x, y = m.x-p.offX, int(m.at-m.top)
	return x, y, m.prompt == nil && x >= 0 && x < p.w && y >= 0 && y < p.h
}

// here is the place in the text under a place of the pane.
func (m *copyMode) here(p *pane, x, y int) spot {
	return spot{min(max(x+p.offX, 0), max(m.cols-1, 0)), m.top + int64(min(max(y, 0), max(p.h-1, 0)))}
}

// mark works out what is selected; it is called when the pane was read.
func (m *copyMode) mark(t *vt.Terminal) {
	m.keep(t)
	m.marks = m.from != nil
	if m.marks {
		m.lo, m.hi = m.selected(t)
	}
}

// selected gives the first and the last place of the selection.
func (m *copyMode) selected(t *vt.Terminal) (lo, hi spot) {
	lo, hi = *m.from, spot{m.x, m.at}
	if hi.before(lo) {
		lo, hi = hi, lo
	}
	if lo.row < m.oldest {
		lo = spot{0, m.oldest}
	}
	if m.lines {
		base := int64(t.Scrolled())
		first, _ := t.WholeLine(int(lo.row - base))
		_, last := t.WholeLine(int(hi.row - base))
		lo, hi = spot{0, int64(first.Y) + base}, spot{m.cols - 1, int64(last.Y) + base}
	}
	return lo, hi
}

// marked tells whether a cell of the pane is selected.
func (m *copyMode) marked(p *pane, x, y int) bool {
	if !m.marks {
		return false
	}
	s := spot{x + p.offX, m.top + int64(y)}
	return !s.before(m.lo) && !m.hi.before(s)
}

// text is what is selected, or the line under the cursor.
func (m *copyMode) text(t *vt.Terminal) string {
	base := int64(t.Scrolled())
	m.limits(t)
	if m.from == nil {
		from, to := t.WholeLine(int(m.at - base))
		return t.SelectText(from, to)
	}
	lo, hi := m.selected(t)
	s := t.SelectText(vt.Pos{X: lo.x, Y: int(lo.row - base)}, vt.Pos{X: hi.x, Y: int(hi.row - base)})
	if m.lines {
		s = strings.TrimSuffix(s, "\n") + "\n"
	}
	return s
}

// step does what a key of copy mode asks for. Done: copy mode is over; text is
// what is to be copied then. It is called under the session's lock.
func (m *copyMode) step(p *pane, t *vt.Terminal, a keymap.Action) (text string, done bool) {
	m.limits(t)
	m.wheel, m.vain = false, false
	page := max(p.h-2, 1)
	switch a { //nolint:exhaustive // the others mean nothing here
	case keymap.Up:
		m.at--
	case keymap.Down:
		m.at++
	case keymap.Left:
		m.x--
	case keymap.Right:
		m.x++
	case keymap.PageUp, keymap.HalfUp, keymap.PageDown, keymap.HalfDown:
		by := map[keymap.Action]int{
			keymap.PageUp: -page, keymap.PageDown: page,
			keymap.HalfUp: -max(p.h/2, 1), keymap.HalfDown: max(p.h/2, 1),
		}[a]
		m.top += int64(by)
		m.at += int64(by)
	case keymap.Top:
		m.at, m.x = m.oldest, 0
	case keymap.Bottom:
		m.at, m.x = m.newest, 0
	case keymap.LineStart:
		m.x = 0
	case keymap.LineEnd:
		m.x = column(t.Row(m.relative(t, m.at)), -1)
	case keymap.NextWord:
		m.word(t, 1)
	case keymap.PrevWord:
		m.word(t, -1)
	case keymap.Select, keymap.SelectLine:
		lines := a == keymap.SelectLine
		if m.from != nil && m.lines == lines {
			m.from = nil
		} else if m.from == nil {
			m.from = &spot{m.x, m.at}
		}
		m.lines = lines
	case keymap.CopyText:
		return m.text(t), true
	case keymap.Search, keymap.SearchBack:
		m.prompt, m.typed = newEditor(""), a == keymap.SearchBack
	case keymap.SearchNext:
		m.find(t, m.back)
	case keymap.SearchPrev:
		m.find(t, !m.back)
	case keymap.Leave:
		if m.from == nil {
			return "", true
		}
		m.from = nil
	default:
		return "", false
	}
	m.follow(p)
	return "", false
}

func (m *copyMode) relative(t *vt.Terminal, row int64) int { return int(row - int64(t.Scrolled())) }

// word goes to the beginning of the next word, or the previous one.
func (m *copyMode) word(t *vt.Terminal, step int) {
	blank := func(row int64, x int) bool {
		c := t.Row(m.relative(t, row)).Cell(x)
		return c.Text == "" && unicode.IsSpace(c.Rune)
	}
	move := func() bool {
		m.x += step
		if m.x >= m.cols {
			m.x, m.at = 0, m.at+1
		}
		if m.x < 0 {
			m.x, m.at = m.cols-1, m.at-1
		}
		return m.at >= m.oldest && m.at <= m.newest
	}
	if step > 0 {
		for !blank(m.at, m.x) && move() && m.x != 0 {
		}
		for m.at <= m.newest && blank(m.at, m.x) && move() {
		}
		return
	}
	for move() && blank(m.at, m.x) {
	}
	for m.at >= m.oldest && m.x > 0 && !blank(m.at, m.x-1) {
		m.x--
	}
}

// where says in the pane's title which part is shown.
func (m *copyMode) where(p *pane) string {
	if m.prompt != nil {
		if m.typed {
			return "?" + m.prompt.String()
		}
		return "/" + m.prompt.String()
	}
	return "[" + itoa(max(m.newest-int64(p.h)+1-m.top, 0)) + "/" + itoa(max(m.newest-int64(p.h)+1-m.oldest, 0)) + "]"
}

// doubleClick is the longest time between two presses that select a word.
const doubleClick = 400 * time.Millisecond
