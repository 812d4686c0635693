package panes

import (
	"fmt"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/keymap"
	"kavi/session"
)

// ask is a question above everything: a text to read, perhaps a line to type,
// Enter to do it and Escape not to. Enter falls under the law of deliberate
// keys like any key that decides.
type ask struct {
	base
	name  string // for the guard: each question is one of its own
	title string
	text  func(m model, width int) []row // what it is about
	edit  *editor                        // nil: nothing to type
	label string                         // before the line, or the choices
	does  string                         // what Enter does: "reject"
	do    func(text string, shown time.Duration) (wrong string)
	next  func() // once it was done and the question is gone; may be nil

	choices []string // what Tab goes through; none: nothing to choose
	choice  int
	listed  bool // the text itself shows them, and up and down go through them

	unread func() bool // says that Enter needs no reading now; may be nil

	rows  scroller
	laid  []row // the text's rows, as of snap and width
	snap  *session.Snapshot
	width int
	ended bool   // the last row of the text was on the screen
	wrong string // why the last Enter did nothing
	lit   bool
}

// newAsk makes a question. Where do says that something is wrong with the line,
// the question stays and says so; else it goes.
func newAsk(v *views, title string, text func(m model, width int) []row) *ask {
	v.asked++
	return &ask{base: newBase(v), name: fmt.Sprintf("ask %d", v.asked), title: title, text: text}
}

// Place is part of view: low on the screen, near the line of keys, as high as
// the text needs.
func (q *ask) Place(cols, rows int) (x, y, width, height int) {
	width = min(cols, 76)
	need := 3 // frame and hints
	if q.m.snap != nil {
		need += len(q.layout(width - 2))
	}
	need += q.lines()
	height = max(min(need, rows-2), 0)
	return (cols - width) / 2, max(rows-2-height, 0), width, height
}

// lines is how many rows stand between the text and the hints.
func (q *ask) lines() int {
	if q.edit != nil || len(q.choices) > 0 && !q.listed {
		return 2
	}
	return 0
}

func (q *ask) layout(width int) []row {
	if q.snap != q.m.snap || q.width != width || q.laid == nil {
		q.snap, q.width, q.laid = q.m.snap, width, q.text(q.m, width)
	}
	return q.laid
}

// SetActive is part of view.
func (q *ask) SetActive(on bool, _ time.Time) { q.activate(on, q.subject()) }

// subject names what Enter would do now.
func (q *ask) subject() string { return fmt.Sprintf("%s %d", q.name, q.choice) }

// Frame is part of view.
func (q *ask) Frame() func(at time.Time) {
	shown, end := q.base.Frame(), q.drawn != "" && q.rows.atEnd()
	return func(at time.Time) {
		shown(at)
		q.ended = q.ended || end && q.active
	}
}

// Shown is part of view.
func (q *ask) Shown(at time.Time) { q.Frame()(at) }

// Key is part of view.
func (q *ask) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	switch {
	case k.Named == keymap.KeyEscape, k == keymap.Char('c', keymap.Ctrl):
		q.act.Pop(q)
		return true
	case k.Named == keymap.KeyEnter:
		q.enter(at)
		return true
	}
	if textual(k) {
		q.guard.Typed(at)
	}
	q.wrong = ""
	if by, ok := q.chooses(k); ok {
		q.choice = (q.choice + by + len(q.choices)) % len(q.choices)
		q.laid = nil
		q.point(q.subject())
		return true
	}
	if q.edit != nil && q.edit.key(ev) {
		return true
	}
	if a := q.keys.Action(keymap.Detail, k); a != "" && (q.edit == nil || k.Rune == 0) {
		return q.rows.move(a)
	}
	return false
}

// chooses says how far a key goes among the choices.
func (q *ask) chooses(k keymap.Key) (by int, ok bool) {
	if len(q.choices) == 0 {
		return 0, false
	}
	switch k.Named { //nolint:exhaustive // the others choose nothing
	case keymap.KeyTab:
		return 1, true
	case keymap.KeyBackTab:
		return -1, true
	}
	if !q.listed {
		return 0, false
	}
	switch q.keys.Action(keymap.Detail, k) { //nolint:exhaustive // as above
	case keymap.Down:
		return 1, true
	case keymap.Up:
		return -1, true
	}
	return 0, false
}

func (q *ask) enter(at time.Time) {
	if !q.ended && !q.free() {
		q.guard.Typed(at)
		q.wrong = "read it to its last row first"
		return
	}
	press := q.guard.Press
	if q.edit != nil {
		press = q.guard.PressAfterText
	}
	if !press(q.does, at) {
		q.wrong = "too soon: press Enter again"
	}
}

// free says whether Enter may come before the text was read to its end.
func (q *ask) free() bool { return q.unread != nil && q.unread() }

// PasteText is part of view.
func (q *ask) PasteText(text string, at time.Time) {
	q.guard.Typed(at)
	if q.edit != nil {
		q.edit.paste(text)
	}
}

// Tick is part of view.
func (q *ask) Tick(now time.Time) bool {
	if !q.active {
		return false
	}
	if d, due := q.guard.Tick(now); due {
		text := ""
		if q.edit != nil {
			text = q.edit.String()
		}
		if q.wrong = q.do(text, d.shown); q.wrong == "" {
			q.act.Pop(q)
			if q.next != nil {
				q.next()
			}
		}
		return true
	}
	lit := q.guard.Ready(now) && q.guard.Holding() == ""
	changed := lit != q.lit
	q.lit = lit
	return changed
}

// Draw is part of view.
func (q *ask) Draw(screen tcell.Screen) {
	q.drawn = ""
	x, y, width, height := q.GetRect()
	ix, iy, iw, ih := box(screen, q.look, x, y, width, height, words(q.title, strong), false)
	room := ih - 1 - q.lines()
	if iw < 8 || room < 1 {
		return
	}
	rows := q.layout(iw)
	q.rows.fit(len(rows), room)
	q.rows.draw(screen, q.look, ix, iy, iw, rows)
	if q.edit != nil {
		n := put(screen, q.look, ix, iy+room+1, iw/2, words(q.label+" ", accent))
		q.edit.draw(screen, q.look, ix+n, iy+room+1, iw-n, q.active)
	} else if q.lines() > 0 {
		put(screen, q.look, ix, iy+room+1, iw, choiceRow(q.label, q.choices, q.choice))
	}
	put(screen, q.look, ix, iy+ih-1, iw, q.hints())
	q.drawn = q.subject()
}

func (q *ask) hints() row {
	if what := q.guard.Holding(); q.active && what != "" {
		return words(what+" …", strong)
	}
	if q.wrong != "" {
		return words(q.wrong, warning)
	}
	k, w := accent, plain
	if !q.active || !q.guard.Settled(q.m.now) || q.edit == nil && !q.guard.Ready(q.m.now) || !q.rows.atEnd() && !q.ended && !q.free() {
		k, w = faint, faint
	}
	r := line(words("[Enter]", k), words(" "+q.does+"  ", w), words("[Escape]", accent), words(" cancel", plain))
	if !q.rows.atEnd() || q.rows.top > 0 {
		r = line(r, words("  "+q.rows.where(), warning))
	}
	return r
}
