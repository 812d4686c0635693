package panes

import (
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/keymap"
	"kavi/session/ledger"
)

// summary says, at the first attach after a while, what happened meanwhile.
type summary struct {
	base
	title string
	texts []ledger.Row
	rows  scroller
}

// newSummary shows rows of the ledger's summary under a title that says since
// when it is.
func newSummary(v *views, title string, rows []ledger.Row) *summary {
	return &summary{base: newBase(v), title: title, texts: rows}
}

// textRows are rows that have nothing but a text.
func textRows(texts ...string) (rows []ledger.Row) {
	for _, t := range texts {
		rows = append(rows, ledger.Row{Text: t})
	}
	return rows
}

// Key is part of view: what does not scroll goes on.
func (s *summary) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	if textual(k) {
		s.guard.Typed(at)
	}
	act := s.keys.Action(keymap.Detail, k)
	if act == keymap.Leave || k.Named == keymap.KeyEnter {
		s.act.Pop(s)
		return true
	}
	return s.rows.move(act)
}

// Draw is part of view.
func (s *summary) Draw(screen tcell.Screen) {
	x, y, width, height := s.GetRect()
	title := words(s.title, strong)
	if s.m.snap.FullAccess {
		title = line(words(fullAccess(s.m), alert), blanks(1), title)
	}
	ix, iy, iw, ih := box(screen, s.look, x, y, width, height, title, false)
	if iw <= 0 || ih < 2 {
		return
	}
	text := &sheet{worst: -1, width: iw}
	for _, r := range s.texts {
		// The column's blanks are kavi's: in a text they would be counted.
		name := strings.TrimRight(r.Label, " ")
		text.wrapped(line(words(name, plain), blanks(len(r.Label)-len(name))), words(r.Text, plain))
	}
	s.rows.fit(len(text.rows), ih-1)
	s.rows.draw(screen, s.look, ix, iy, iw, text.rows)
	hints := line(words("[Enter]", accent), words(" go on", plain))
	if len(text.rows) > s.rows.height {
		hints = line(words(s.rows.where(), warning), blanks(2), hints)
	}
	put(screen, s.look, ix, iy+ih-1, iw, hints)
}
