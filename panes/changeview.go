package panes

import (
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway/display"
	"kavi/keymap"
	"kavi/session"
)

// chosenChange gives the changes that a key answers, nil where it is for approvals.
func (i *inbox) chosenChange() *session.Unexplained {
	if len(i.marks) > 0 {
		return nil
	}
	return i.here().change
}

// goToSuspect goes to the pane of an agent that was paused for changes, else of
// one that could have made them.
func (v *views) goToSuspect(m model, c *session.Unexplained) {
	for _, a := range m.snap.Agents {
		if slices.Contains(c.Paused, a.Name) {
			v.act.GoTo(a.Name)
			return
		}
	}
	for _, a := range m.snap.Agents {
		if slices.ContainsFunc(c.Files, func(f session.FileChange) bool { return f.Agent == a.Name }) {
			v.act.GoTo(a.Name)
			return
		}
	}
	v.act.Note("no agent is known to have made " + c.ID)
}

// changeHolds says whether changes hold a text in lower case.
func changeHolds(c *session.Unexplained, text string) bool {
	holds := func(s string) bool { return strings.Contains(strings.ToLower(s), text) }
	return holds(c.ID) || holds(changeText(c)) || slices.ContainsFunc(c.Could, holds) || slices.ContainsFunc(c.Paused, holds) ||
		slices.ContainsFunc(c.Files, func(f session.FileChange) bool { return holds(f.Path) || holds(f.From) || holds(f.Kind) })
}

// changeItem is the row of changes in the list. As with an approval, what stands
// at its end stands there whatever the files are called.
func (i *inbox) changeItem(c *session.Unexplained, width int) row {
	look, mark := plain, "  "
	if c.ID == i.cursor {
		look, mark = chosen, "▸ "
	}
	var badge row
	object := look
	if c.Protected {
		object, badge = danger, words("PROTECTED ", danger)
	}
	right := words(" "+age(i.m.now.Sub(c.Since))+" ago", faint)
	if len(c.Paused) > 0 {
		right = line(words(" "+display.Cut(display.Safe(strings.Join(c.Paused, ", ")), 12)+" (paused)", accent), right)
	}
	room := max(width-right.width(), 0)
	left := line(words(mark, accent), words(c.ID+" ", look), badge)
	left = line(left, changeRow(c, max(room-left.width(), 0), object)).cut(room)
	return line(left, blanks(room-left.width()), right)
}

// changeKeys are the keys that answer changes, as the line of keys has them.
func (v *views) changeKeys(t keymap.Table, c *session.Unexplained, lit bool) row {
	keep := keyHint(v.keys, t, keymap.Approve, "keep", lit)
	if why := v.shutChange(c); why != "" {
		keep = line(keyHint(v.keys, t, keymap.Approve, "keep", false), words(" ("+why+")", warning))
	}
	return line(keep, keyHint(v.keys, t, keymap.Reject, "revert", lit))
}

// changeDetail shows unexplained changes in full with their diff, and takes the
// answer to them. It goes when they do.
type changeDetail struct {
	base
	id    string
	c     *session.Unexplained // as they stand; nil once they are gone
	diff  bool                 // begin at the diff
	rows  scroller
	sheet changeCache
	lit   bool
	gone  bool
}

func newChangeDetail(v *views, c *session.Unexplained, diff bool) *changeDetail {
	if d := v.diffs[c.ID]; d != nil && d.err != nil {
		delete(v.diffs, c.ID) // whoever looks again asks again
	}
	return &changeDetail{base: newBase(v), id: c.ID, c: c, diff: diff}
}

// Place is part of view: everything but the status bar.
func (d *changeDetail) Place(cols, rows int) (x, y, width, height int) {
	return 0, 0, cols, max(rows-1, 0)
}

func (d *changeDetail) subject() string { return d.subjectOf("detail", item{change: d.c}) }

// Update is part of view.
func (d *changeDetail) Update(m model) {
	d.m = m
	d.c = findChange(m.snap, d.id)
	d.point(d.subject())
}

// SetActive is part of view.
func (d *changeDetail) SetActive(on bool, _ time.Time) { d.activate(on, d.subject()) }

// Key is part of view.
func (d *changeDetail) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	act := d.keys.Action(keymap.Detail, k)
	if act == keymap.Approve || act == keymap.Reject {
		if d.c == nil {
			d.guard.Typed(at)
		} else if !d.guard.Press(string(act), at) {
			d.act.Note(tooSoon)
		}
		return true
	}
	if textual(k) {
		d.guard.Typed(at)
	}
	switch {
	case act == keymap.Leave:
		d.act.Pop(d)
	case act == keymap.Diff:
		d.diff = true
	case act == keymap.GoToPane && d.c != nil:
		d.act.Pop(d)
		d.goToSuspect(d.m, d.c)
	default:
		return d.rows.move(act)
	}
	return true
}

// Tick is part of view.
func (d *changeDetail) Tick(now time.Time) bool {
	if d.c == nil && d.active && !d.gone {
		d.gone = true
		if d.id != d.answered {
			d.act.Note(d.id + " waits no longer")
		}
		d.act.Pop(d)
		return true
	}
	if d.active {
		if deed, due := d.guard.Tick(now); due && d.c != nil {
			d.fire(keymap.Action(deed.what))
			return true
		}
	}
	lit := d.guard.Ready(now) && d.guard.Holding() == ""
	changed := lit != d.lit
	d.lit = lit
	return changed
}

func (d *changeDetail) fire(what keymap.Action) {
	if what == keymap.Approve {
		d.keep(d.c, d.act.Push)
		return
	}
	here := d.subject()
	d.revert(d.c, func() bool { return d.active && d.subject() == here }, d.act.Push)
}

// Draw is part of view.
func (d *changeDetail) Draw(screen tcell.Screen) {
	d.drawn, d.ended = "", end{}
	x, y, width, height := d.GetRect()
	title := words(d.id, strong)
	if d.c != nil && d.c.Protected {
		title = line(title, blanks(1), words(" PROTECTED ", alert))
	}
	if d.m.snap.FullAccess {
		title = line(words(fullAccess(d.m), alert), blanks(1), title)
	}
	ix, iy, iw, ih := box(screen, d.look, x, y, width, height, title, false)
	if d.c == nil || iw <= 0 || ih < 3 {
		return
	}
	s := d.sheet.get(d.m, d.c, d.difference(d.c), iw, true)
	d.rows.fit(len(s.rows), ih-2)
	if d.diff && d.sheet.done {
		d.diff = false
		d.rows.top = s.preview
		d.rows.fit(len(s.rows), ih-2)
	}
	d.rows.draw(screen, d.look, ix, iy, iw, s.rows)
	where := ""
	if len(s.rows) > d.rows.height {
		where = whereabouts(&d.rows, s)
	}
	put(screen, d.look, ix, iy+ih-2, iw, words(where, warning))
	put(screen, d.look, ix, iy+ih-1, iw, d.hints())
	d.drawn = d.subject()
	if d.rows.atEnd() && d.sheet.shown() {
		d.ended = d.ending(item{change: d.c})
	}
}

// hints is the line of keys, dim until they would be taken.
func (d *changeDetail) hints() row {
	if what := d.guard.Holding(); d.active && what != "" {
		return words(what+" …", strong)
	}
	return line(d.changeKeys(keymap.Detail, d.c, d.active && d.guard.Ready(d.m.now)),
		keyHint(d.keys, keymap.Detail, keymap.Diff, "view diff", true),
		keyHint(d.keys, keymap.Detail, keymap.Leave, "back", true))
}
