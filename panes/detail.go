package panes

import (
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway"
	"kavi/keymap"
	"kavi/session"
)

// detail shows one item in full, as `kavi approval show` prints it, and takes the
// answer to it. It goes when the item does.
type detail struct {
	base
	id     string
	it     item // as it stands; none once it is gone
	diff   bool // begin at the diff
	rows   scroller
	asks   sheetCache
	change changeCache
	lit    bool
	gone   bool
}

func newDetail(v *views, it item, diff bool) *detail {
	if d := v.diffs[it.id()]; d != nil && d.err != nil {
		delete(v.diffs, it.id()) // whoever looks again asks again
	}
	return &detail{base: newBase(v), id: it.id(), it: it, diff: diff}
}

func (d *detail) subject() string { return d.subjectOf("detail", d.it) }

// Update is part of view.
func (d *detail) Update(m model) {
	d.m = m
	d.it = item{asks: find(m.snap, d.id), change: findChange(m.snap, d.id)}
	d.point(d.subject())
}

// SetActive is part of view.
func (d *detail) SetActive(on bool, _ time.Time) { d.activate(on, d.subject()) }

// Key is part of view.
func (d *detail) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	act := d.keys.Action(keymap.Detail, k)
	if slices.Contains([]keymap.Action{keymap.Approve, keymap.Reject, keymap.AllowOn, keymap.DenyOn}, act) {
		if d.it.none() {
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
	case act == keymap.GoToPane && !d.it.none():
		d.act.Pop(d)
		d.goTo(d.m, d.it)
	default:
		return d.rows.move(act)
	}
	return true
}

// Tick is part of view.
func (d *detail) Tick(now time.Time) bool {
	if d.it.none() && d.active && !d.gone {
		d.gone = true
		if !slices.Contains(d.answered, d.id) {
			d.act.Note(d.id + " waits no longer")
		}
		d.act.Pop(d)
		return true
	}
	if d.active {
		if deed, due := d.guard.Tick(now); due && !d.it.none() {
			d.fire(keymap.Action(deed.what), deed.shown)
			return true
		}
	}
	lit := d.guard.Ready(now) && d.guard.Holding() == ""
	changed := lit != d.lit
	d.lit = lit
	return changed
}

// fire does what a key asked for that turned out to be deliberate.
func (d *detail) fire(what keymap.Action, shown time.Duration) {
	here := d.subject()
	still := func() bool { return d.active && d.subject() == here }
	switch a, c := d.it.asks, d.it.change; {
	case what == keymap.AllowOn, what == keymap.DenyOn:
		if a == nil {
			d.act.Note(notRemembered)
			return
		}
		d.remember(a, what == keymap.AllowOn, still, d.act.Push)
	case c != nil && what == keymap.Approve:
		d.keep(c, d.act.Push)
	case c != nil:
		d.revert(c, still, d.act.Push)
	case what == keymap.Approve && d.shut(a) != "", a.State == session.Deciding:
		d.act.Note(d.id + " was not decided: " + d.shut(a))
	case what == keymap.Approve:
		d.decide([]session.Choice{choice(a)}, true, "", shown)
	default:
		d.act.Push(newReject(d.views, []*session.Approval{a}, nil))
	}
}

// lay gives the item laid out, whether its diff is among it, and whether the end
// of what is laid out is the end of it.
func (d *detail) lay(width int) (s *sheet, diffed, whole bool) {
	if c := d.it.change; c != nil {
		s = d.change.get(d.m, c, d.difference(c), width, true)
		return s, d.change.done, d.change.shown()
	}
	a := d.it.asks
	s = d.asks.get(d.m, a, width, func() *sheet { return layLong(d.m.snap, a, d.m.now, width, true) })
	return s, true, true
}

// Draw is part of view.
func (d *detail) Draw(screen tcell.Screen) {
	d.drawn, d.ended = "", end{}
	x, y, width, height := d.GetRect()
	title := words(d.id, strong)
	if d.it.protected() {
		title = line(title, blanks(1), words(" PROTECTED ", alert))
	}
	if d.m.snap.FullAccess {
		title = line(words(fullAccess(d.m), alert), blanks(1), title)
	}
	ix, iy, iw, ih := box(screen, d.look, x, y, width, height, title, false)
	if d.it.none() || iw <= 0 || ih < 3 {
		return
	}
	s, diffed, whole := d.lay(iw)
	d.rows.fit(len(s.rows), ih-2)
	if d.diff && diffed {
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
	if d.rows.atEnd() && whole {
		d.ended = d.ending(d.it)
	}
}

// hints is the line of keys, dim until they would be taken.
func (d *detail) hints() row {
	lit := d.active && d.guard.Ready(d.m.now)
	if what := d.guard.Holding(); d.active && what != "" {
		return words(what+" …", strong)
	}
	back := keyHint(d.keys, keymap.Detail, keymap.Leave, "back", true)
	if c := d.it.change; c != nil {
		return line(d.changeKeys(keymap.Detail, c, lit), keyHint(d.keys, keymap.Detail, keymap.Diff, "view diff", true), back)
	}
	return line(d.approvalKeys(d.it.asks, lit), back)
}

// approvalKeys are the form's own keys.
func (d *detail) approvalKeys(a *session.Approval, lit bool) row {
	why := d.shut(a)
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
	case len(a.Text.Body)+len(a.Text.Diff) == 0 || len(diffKeys) == 0:
	case form(a) == gateway.FormCommit && slices.Contains(diffKeys, keymap.Char('d', 0)):
		r = line(r, words("  [d]", accent), words("iff", plain))
	case form(a) == gateway.FormWrite:
		r = line(r, keyHint(d.keys, keymap.Detail, keymap.Diff, "view diff", true))
	default:
		r = line(r, keyHint(d.keys, keymap.Detail, keymap.Diff, "view", true))
	}
	return r
}
