package panes

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kavi/gateway/display"
)

// sheet is one approval laid out in rows, the whole of it: what is to be
// decided is wrapped and scrolled, never cut.
//
// What strangers wrote can neither begin a row of its own nor imitate one of
// kavi's: a row that continues another, and each row of a text that has several,
// stands behind a gutter, which no text can draw over.
type sheet struct {
	rows    []row
	cells   []int // of each row: how many cells of it stand behind its label
	worst   int   // the row on which the part that decided begins; -1: not known
	preview int   // the row on which the preview or the files begin, else 0
	waiting clock
	width   int // 0: rows are not wrapped
}

// clock is the part of a sheet that changes as time passes, so that nothing else
// has to be laid out again for it.
type clock struct {
	at, n int // its rows
	lay   func(s *sheet, now time.Time)
}

const (
	gutter    = "│ "
	ruleWidth = 27 // of the lines around a preview
)

// timed adds rows that change as time passes.
func (s *sheet) timed(now time.Time, lay func(*sheet, time.Time)) {
	s.waiting = clock{at: len(s.rows), lay: lay}
	lay(s, now)
	s.waiting.n = len(s.rows) - s.waiting.at
}

// tick brings a sheet up to date; false: it must be laid out again.
func (s *sheet) tick(now time.Time) bool {
	part := &sheet{worst: -1, width: s.width}
	if s.waiting.lay(part, now); len(part.rows) != s.waiting.n {
		return false
	}
	copy(s.rows[s.waiting.at:], part.rows)
	return true
}

func (s *sheet) add(r row) { s.put(r, 0) }

func (s *sheet) put(r row, cells int) {
	s.rows = append(s.rows, r)
	s.cells = append(s.cells, cells)
}

// wrapped adds a row behind a label, continued behind the gutter.
func (s *sheet) wrapped(label, r row) {
	if s.width <= 0 {
		s.put(line(label, r), r.width())
		return
	}
	hang := words(gutter, frame)
	lw := label.width()
	if cells := r.width(); lw <= s.width/2 && lw+cells <= s.width { // as nearly all are, of a long text
		s.put(line(label, r), cells)
		return
	}
	if lw > s.width/2 {
		s.add(label)
		label, lw = hang, hang.width()
	}
	if n := lw - hang.width(); n > 0 {
		hang = line(blanks(n), hang)
	}
	for i, piece := range r.wrap(s.width-hang.width(), lw-hang.width()) {
		before := hang
		if i == 0 {
			before = label
		}
		s.put(line(before, piece), piece.width())
	}
}

// says adds a sentence of kavi's own, broken between words. A stranger's text is
// never broken so: where it breaks would be its author's choice.
func (s *sheet) says(indent int, text string, r role) { s.tells(blanks(indent), text, r) }

// tells is says behind a label: what goes on stands below where it began.
func (s *sheet) tells(label row, text string, r role) {
	indent := label.width()
	if s.width > 0 && indent > s.width/2 {
		s.add(label)
		indent = min(2, s.width/2)
		label = blanks(indent)
	}
	row := ""
	for _, w := range strings.Fields(text) {
		if row != "" && s.width > 0 && indent+display.Width(row+" "+w) > s.width {
			s.add(line(label, words(row, r)))
			row, label = "", blanks(indent)
		}
		row = strings.TrimLeft(row+" "+w, " ")
	}
	s.add(line(label, words(row, r)))
}

// pieces adds short texts one after the other, as many on a row as there is room
// for. One that is too long for a row is wrapped like any stranger's text.
func (s *sheet) pieces(indent int, texts []string, r role) {
	dot := words(" · ", r)
	var cur row
	for _, t := range texts {
		p := words(t, r)
		switch {
		case len(cur) == 0:
			cur = p
		case s.width > 0 && indent+cur.width()+dot.width()+p.width() > s.width:
			s.wrapped(blanks(indent), cur)
			cur = p
		default:
			cur = line(cur, dot, p)
		}
	}
	s.wrapped(blanks(indent), cur)
}

// rule adds a line of n cells, or as many as there is room for.
func (s *sheet) rule(of string, n int) {
	if s.width > 0 {
		n = min(n, s.width)
	}
	s.add(words(strings.Repeat(of, n), frame))
}

func (s *sheet) labelled(name string, r row) { s.wrapped(labelOf(name), r) }

func labelOf(name string) row { return line(words(name+":", accent), words(" ", plain)) }

// numbered adds a stranger's text of several rows, each with its number, and
// says where each of them begins.
func (s *sheet) numbered(rows []string, look func(string) role) (starts []int) {
	digits := max(3, len(strconv.Itoa(len(rows))))
	for i, text := range rows {
		starts = append(starts, len(s.rows))
		s.wrapped(words(fmt.Sprintf("%*d "+gutter, digits, i+1), frame), words(text, look(text)))
	}
	return starts
}
