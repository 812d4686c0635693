package panes

import (
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/keymap"
	"kavi/session"
)

// views is what the views of one attached terminal share: what they may do, how
// they look, and what is known of the operator's reading and typing.
type views struct {
	act   *actions
	keys  *keymap.Keys
	look  *theme
	guard guard
	read  map[string]string // items whose last row was on the screen, as they stood
	asked int               // how many questions were asked: names each

	answered []string // the items that were answered here last: no need to say that they went

	diffs  map[string]*difference          // of changes that were shown
	prints map[*session.Unexplained]string // what standing said
}

func newViews(act *actions, keys *keymap.Keys, look *theme) *views {
	return &views{
		act: act, keys: keys, look: look, read: map[string]string{},
		diffs: map[string]*difference{}, prints: map[*session.Unexplained]string{},
	}
}

// Typed must be told of each key and paste that went to no view (to a pane, to
// the prefix table, to nobody), so that a text typed into the wrong place is
// known as one.
func (v *views) Typed(at time.Time) { v.guard.Typed(at) }

// shut says why the approval cannot be approved now; "" is that it can.
func (v *views) shut(a *session.Approval) string {
	switch {
	case a.State == session.Deciding:
		return "it was answered already"
	case !endKnown(a) && !v.seen(item{asks: a}):
		return "not read to its end"
	}
	return ""
}

// endKnown says whether an approval may be decided though its end was not shown.
func endKnown(a *session.Approval) bool {
	return !a.Text.EndNeeded && a.Judged.Risk != gateway.High && a.Judged.Risk != gateway.Destructive
}

// forget drops what is known of items that are gone.
func (v *views) forget(snap *session.Snapshot) {
	if len(v.read)+len(v.diffs)+len(v.prints) == 0 {
		return
	}
	there, now := map[string]bool{}, map[*session.Unexplained]bool{}
	for _, a := range snap.Approvals {
		there[a.ID] = true
	}
	for _, c := range snap.Unexplained {
		there[c.ID], now[c] = true, true
	}
	for id := range v.read {
		if !there[id] {
			delete(v.read, id)
		}
	}
	for id := range v.diffs {
		if !there[id] {
			delete(v.diffs, id)
		}
	}
	for c := range v.prints {
		if !now[c] {
			delete(v.prints, c)
		}
	}
}

// decide hands an answer to the session, and says what did not work.
func (v *views) decide(choices []session.Choice, allow bool, reason string, shown time.Duration) {
	d := session.Decision{Choices: choices, Allow: allow, Reason: reason, By: session.Operator{Shown: shown}}
	v.answer(d, func(outcomes []session.Outcome) {
		for _, o := range outcomes {
			if o.Err != nil {
				v.act.Note(display.Safe(o.ID + " was not decided: " + o.Err.Error()))
				return
			}
		}
	})
}

// answer hands a decision to the session. What it does not decide may still be
// answered by somebody else.
func (v *views) answer(d session.Decision, done func([]session.Outcome)) {
	v.answered = nil
	for _, c := range d.Choices {
		v.answered = append(v.answered, c.ID)
	}
	v.act.Decide(d, func(outcomes []session.Outcome) {
		for _, o := range outcomes {
			if o.Err != nil {
				v.answered = slices.DeleteFunc(v.answered, func(id string) bool { return id == o.ID })
			}
		}
		done(outcomes)
	})
}

// choice names an approval as it was shown.
func choice(a *session.Approval) session.Choice { return session.Choice{ID: a.ID, Seal: a.Seal} }

// find gives the approval with that id, nil where there is none.
func find(snap *session.Snapshot, id string) *session.Approval {
	for _, a := range snap.Approvals {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// base is what all views have in common.
type base struct {
	*tview.Box
	*views
	m      model
	active bool
	drawn  string // what the last Draw had under the cursor, for the guard
	ended  end    // the item whose last row the last Draw had
}

func newBase(v *views) base { return base{Box: tview.NewBox(), views: v} }

// Frame is part of view.
func (b *base) Frame() func(at time.Time) {
	drawn, ended := b.drawn, b.ended
	return func(at time.Time) {
		if !b.active {
			return
		}
		b.guard.Shown(drawn, at)
		if ended.id != "" {
			b.read[ended.id] = ended.standing
		}
	}
}

// Place is part of view: everything but the status bar.
func (b *base) Place(cols, rows int) (x, y, width, height int) {
	return 0, 0, cols, max(rows-1, 0)
}

// Update is part of view.
func (b *base) Update(m model) { b.m = m }

// SetActive is part of view.
func (b *base) SetActive(on bool, _ time.Time) { b.activate(on, "") }

// Shown is part of view.
func (b *base) Shown(at time.Time) { b.Frame()(at) }

// PasteText is part of view: a paste decides nothing.
func (b *base) PasteText(_ string, at time.Time) { b.guard.Typed(at) }

// Tick is part of view.
func (b *base) Tick(time.Time) bool { return false }

// point tells the guard what keys would decide now.
func (b *base) point(subject string) {
	if b.active {
		b.guard.Point(subject)
	}
}

// activate notes whether keys come here; a view that loses them leaves nothing
// to decide.
func (b *base) activate(on bool, subject string) {
	if on {
		b.active = true
		b.guard.Point(subject)
		return
	}
	b.active, b.drawn, b.ended = false, "", end{}
	if b.guard.subject == subject {
		b.guard.Point("")
	}
}

// subject names an item in one view, as it stands: what it becomes by lapsing
// must be read anew.
func subject(where string, a *session.Approval) string {
	if a == nil {
		return ""
	}
	return where + " " + a.ID + " " + string(a.State) + " " + string(a.Seal[:])
}

// pressed says which key an event is.
func pressed(ev *tcell.EventKey) keymap.Key {
	var mod keymap.Mod
	for _, m := range []struct {
		from tcell.ModMask
		to   keymap.Mod
	}{{tcell.ModCtrl, keymap.Ctrl}, {tcell.ModAlt, keymap.Meta}, {tcell.ModShift, keymap.Shift}} {
		if ev.Modifiers()&m.from != 0 {
			mod |= m.to
		}
	}
	if ev.Key() == tcell.KeyRune {
		return keymap.Char(ev.Rune(), mod)
	}
	if n, ok := namedKeys[ev.Key()]; ok {
		return keymap.Name(n, mod)
	}
	if ev.Key() >= tcell.KeyF1 && ev.Key() <= tcell.KeyF20 {
		return keymap.Name(keymap.KeyF1+keymap.Named(ev.Key()-tcell.KeyF1), mod)
	}
	if ev.Key() >= tcell.KeyCtrlSpace && ev.Key() <= tcell.KeyCtrlUnderscore {
		return keymap.Char(rune(ev.Key()), mod|keymap.Ctrl) // they are numbered as their letters
	}
	if ev.Key() < ' ' {
		return keymap.Char(rune(ev.Key()), mod)
	}
	return keymap.Key{}
}

var namedKeys = map[tcell.Key]keymap.Named{
	tcell.KeyEnter:      keymap.KeyEnter,
	tcell.KeyTab:        keymap.KeyTab,
	tcell.KeyBacktab:    keymap.KeyBackTab,
	tcell.KeyEscape:     keymap.KeyEscape,
	tcell.KeyBackspace:  keymap.KeyBackspace,
	tcell.KeyBackspace2: keymap.KeyBackspace,
	tcell.KeyUp:         keymap.KeyUp,
	tcell.KeyDown:       keymap.KeyDown,
	tcell.KeyLeft:       keymap.KeyLeft,
	tcell.KeyRight:      keymap.KeyRight,
	tcell.KeyHome:       keymap.KeyHome,
	tcell.KeyEnd:        keymap.KeyEnd,
	tcell.KeyPgUp:       keymap.KeyPageUp,
	tcell.KeyPgDn:       keymap.KeyPageDown,
	tcell.KeyInsert:     keymap.KeyInsert,
	tcell.KeyDelete:     keymap.KeyDelete,
}

// textual says whether a key may be part of a text somebody types.
func textual(k keymap.Key) bool {
	if k.Rune != 0 {
		return k.Mod&(keymap.Ctrl|keymap.Meta) == 0
	}
	return slices.Contains([]keymap.Named{keymap.KeyEnter, keymap.KeyTab, keymap.KeyBackspace, keymap.KeyDelete}, k.Named)
}
