package panes

import (
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway"
	"kavi/keymap"
	"kavi/session"
)

// detail shows one approval in full, as `kavi approval show` prints it, and
// takes the answer to it. It goes when the approval does.
type detail struct {
	base
	id    string
	a     *session.Approval // as it stands; nil once it is gone
	diff  bool              // begin at the preview
	rows  scroller
	sheet sheetCache
	lit   bool
	gone  bool
}

func newDetail(v *views, a *session.Approval, diff bool) *detail {
	return &detail{base: newBase(v), id: a.ID, a: a, diff: diff}
}

// Place is part of view: everything but the status bar.
func (d *detail) Place(cols, rows int) (x, y, width, height int) {
	return 0, 0, cols, max(rows-1, 0)
}

// Update is part of view.
func (d *detail) Update(m model) {
	d.m = m
	d.a = find(m.snap, d.id)
	d.point(subject("detail", d.a))
}

// SetActive is part of view.
func (d *detail) SetActive(on bool, _ time.Time) { d.activate(on, subject("detail", d.a)) }

// Key is part of view.
func (d *detail) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	act := d.keys.Action(keymap.Detail, k)
	if slices.Contains([]keymap.Action{keymap.Approve, keymap.Reject, keymap.AllowOn, keymap.DenyOn}, act) {
		if d.a == nil {
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
	case act == keymap.GoToPane && d.a != nil:
		d.act.Pop(d)
		d.act.GoTo(d.a.Agent)
	default:
		return d.rows.move(act)
	}
	return true
}

// Tick is part of view.
func (d *detail) Tick(now time.Time) bool {
	if d.a == nil && d.active && !d.gone {
		d.gone = true
		d.act.Note(d.id + " waits no longer")
		d.act.Pop(d)
		return true
	}
	if d.active {
		if deed, due := d.guard.Tick(now); due && d.a != nil {
			d.fire(deed)
			return true
		}
	}
	lit := d.guard.Ready(now) && d.guard.Holding() == ""
	changed := lit != d.lit
	d.lit = lit
	return changed
}

// fire does what a key asked for that turned out to be deliberate.
func (d *detail) fire(what deed) {
	act := keymap.Action(what.what)
	approve := act == keymap.Approve
	if act == keymap.AllowOn || act == keymap.DenyOn {
		here := subject("detail", d.a)
		d.remember(d.a, act == keymap.AllowOn, func() bool { return d.active && subject("detail", d.a) == here }, d.act.Push)
		return
	}
	switch why := d.shut(d.a); {
	case approve && why != "", d.a.State == session.Deciding:
		d.act.Note(d.id + " was not decided: " + why)
	case approve:
		d.decide([]session.Choice{choice(d.a)}, true, "", what.shown)
	default:
		d.act.Push(newReject(d.views, []*session.Approval{d.a}, nil))
	}
}

// Draw is part of view.
func (d *detail) Draw(screen tcell.Screen) {
	d.drawn, d.ended = "", end{}
	x, y, width, height := d.GetRect()
	title := words(d.id, strong)
	if d.m.snap.FullAccess {
		title = line(words(fullAccess(d.m), alert), words(" ", plain), title)
	}
	ix, iy, iw, ih := box(screen, d.look, x, y, width, height, title, false)
	if d.a == nil || iw <= 0 || ih < 3 {
		return
	}
	s := d.sheet.get(d.m, d.a, iw, func() *sheet { return layLong(d.m.snap, d.a, d.m.now, iw, true) })
	d.rows.fit(len(s.rows), ih-2)
	if d.diff {
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
	d.drawn = subject("detail", d.a)
	if d.rows.atEnd() {
		d.ended = d.ending(item{asks: d.a})
	}
}

// hints is the form's line of keys, dim until they would be taken.
func (d *detail) hints() row {
	lit := d.active && d.guard.Ready(d.m.now)
	if what := d.guard.Holding(); d.active && what != "" {
		return words(what+" …", strong)
	}
	why := d.shut(d.a)
	r := keyHint(d.keys, keymap.Detail, keymap.Approve, "approve", lit && why == "")
	if why != "" {
		r = line(r, words(" ("+why+")", warning))
	}
	r = line(r, keyHint(d.keys, keymap.Detail, keymap.Reject, "reject", lit))
	if why == "" {
		r = line(r, keyHint(d.keys, keymap.Detail, keymap.AllowOn, "from now on", lit))
	}
	diffKeys := d.keys.Of(keymap.Detail, keymap.Diff)
	switch {
	case len(d.a.Text.Body)+len(d.a.Text.Diff) == 0 || len(diffKeys) == 0:
	case form(d.a) == gateway.FormCommit && slices.Contains(diffKeys, keymap.Char('d', 0)):
		r = line(r, words("  [d]", accent), words("iff", plain))
	case form(d.a) == gateway.FormWrite:
		r = line(r, keyHint(d.keys, keymap.Detail, keymap.Diff, "view diff", true))
	default:
		r = line(r, keyHint(d.keys, keymap.Detail, keymap.Diff, "view", true))
	}
	return line(r, keyHint(d.keys, keymap.Detail, keymap.Leave, "back", true))
}
