package panes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/keymap"
	"kavi/session"
)

// inbox shows what waits for the operator, and takes their answers.
//
// The cursor is on an item, not on a row: whatever comes or goes, it stays there
// as long as that item does, and nothing that comes moves that. What keys decide is what was on the
// screen under the cursor (guard.go).
type inbox struct {
	base
	list   []item            // those that the filter lets through
	cursor string            // the id under the cursor, "" where the list is empty
	marks  map[string]string // marked approvals: id to subject
	waited int               // how many items waited at the last Update
	over   bool              // a view of the inbox lies above it
	empty  time.Time         // when the last item went while the operator was here

	filter  string
	editing *editor // the filter's line while it is edited

	rows   scroller // of the list
	room   int      // how many rows the list has, see listHeight
	listY  int      // the screen's row where it begins
	detail scroller
	sheet  sheetCache
	change changeCache
	lit    string // what the line of keys looked like at the last Tick

	deeds map[keymap.Action]func(shown time.Duration) // of the keys that decide
	does  map[keymap.Action]func()                    // of the others
}

func newInbox(v *views) *inbox {
	i := &inbox{base: newBase(v), marks: map[string]string{}}
	i.deeds = map[keymap.Action]func(time.Duration){
		keymap.Approve:    i.approve,
		keymap.Reject:     i.reject,
		keymap.ApproveAll: i.approveAll,
		keymap.AllowOn:    func(time.Duration) { i.fromNowOn(true) },
		keymap.DenyOn:     func(time.Duration) { i.fromNowOn(false) },
		keymap.Undo:       func(time.Duration) { i.undo(i.m.snap, i.push) },
		keymap.ShowOffer:  func(time.Duration) { i.showOffer(i.m.snap, i.push) },
	}
	i.does = map[keymap.Action]func(){
		keymap.Down:     func() { i.move(1) },
		keymap.Up:       func() { i.move(-1) },
		keymap.Top:      func() { i.move(-len(i.list)) },
		keymap.Bottom:   func() { i.move(len(i.list)) },
		keymap.Details:  func() { i.open(false) },
		keymap.Diff:     func() { i.open(true) },
		keymap.GoToPane: i.goToPane,
		keymap.Filter:   func() { i.editing = newEditor(i.filter) },
		keymap.Leave:    i.leave,
	}
	return i
}

// Place is part of view: below 100 columns the inbox lies over the panes.
func (i *inbox) Place(cols, rows int) (x, y, width, height int) {
	width = min(cols, 100)
	return cols - width, 0, width, max(rows-2, 0)
}

// Update is part of view.
func (i *inbox) Update(m model) {
	i.m = m
	i.forget(m.snap)
	row := i.index() - i.rows.top
	before, all := i.list, items(m.snap)
	was := i.index()
	i.list = i.list[:0:0]
	for _, it := range all {
		if i.matches(it) {
			i.list = append(i.list, it)
		}
	}
	if at := i.index(); at >= 0 {
		i.rows.top = max(at-row, 0)
	} else {
		i.cursor = i.follower(before, was)
		i.detail.top = 0
	}
	if len(i.list) < len(before) {
		i.fill()
	}
	if len(i.list) > 0 && i.list[0].protected() && !i.active && !i.over {
		i.rows.top = 0 // nobody is here for whom anything must stay
	}
	for id, s := range i.marks {
		if subject("mark", find(m.snap, id)) != s {
			delete(i.marks, id)
		}
	}
	i.point(i.subject())
	if len(all) == 0 && i.waited > 0 && (i.active || i.over) {
		i.empty = m.now
	}
	i.waited = len(all)
}

// follower gives the id of the item on which the cursor goes on when the one under
// it is gone: of those that were listed the next that still is, else the one before.
func (i *inbox) follower(before []item, was int) string {
	if len(i.list) == 0 {
		return ""
	}
	there := func(it item) bool {
		return slices.ContainsFunc(i.list, func(now item) bool { return now.id() == it.id() })
	}
	if was >= 0 {
		if n := slices.IndexFunc(before[was:], there); n >= 0 {
			return before[was+n].id()
		}
		for _, it := range slices.Backward(before[:was]) {
			if there(it) {
				return it.id()
			}
		}
	}
	return i.list[0].id()
}

// fill scrolls the list so that no rows below it stay empty. What is inserted
// above the cursor leaves some, since nothing may move.
func (i *inbox) fill() { i.rows.fit(len(i.list), i.rows.height) }

// SetActive is part of view.
func (i *inbox) SetActive(on bool, _ time.Time) {
	if on {
		i.over = false
	} else if i.editing != nil {
		i.endFilter()
	}
	i.activate(on, i.subject())
}

// here gives the item under the cursor.
func (i *inbox) here() item {
	if n := i.index(); n >= 0 {
		return i.list[n]
	}
	return item{}
}

// under gives the approval under the cursor, or nil.
func (i *inbox) under() *session.Approval { return i.here().asks }

func (i *inbox) index() int {
	return slices.IndexFunc(i.list, func(it item) bool { return it.id() == i.cursor })
}

func (i *inbox) subject() string { return orElse(i.subjectOf("inbox", i.here()), "the empty inbox") }

func (i *inbox) matches(it item) bool {
	if i.filter == "" {
		return true
	}
	if it.change != nil {
		return changeHolds(it.change, strings.ToLower(i.filter))
	}
	a := it.asks
	text := a.ID + " " + a.Agent + " " + action(a) + " " + string(a.State) + " " + string(a.Judged.Risk)
	for _, f := range a.Text.Fields {
		text += " " + clip(f.Value)
	}
	return strings.Contains(strings.ToLower(text), strings.ToLower(i.filter))
}

// Key is part of view.
func (i *inbox) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	if i.editing != nil {
		i.guard.Typed(at)
		return i.editFilter(ev)
	}
	act := i.keys.Action(keymap.Inbox, k)
	if i.deeds[act] != nil {
		i.press(act, at)
		return true
	}
	settled := i.guard.Settled(at)
	if textual(k) {
		i.guard.Typed(at)
	}
	if act == keymap.Mark {
		i.mark(settled)
		return true
	}
	if do := i.does[act]; do != nil {
		do()
		return true
	}
	// The details have their paging keys here too.
	act = i.keys.Action(keymap.Detail, k)
	pages := []keymap.Action{keymap.PageUp, keymap.PageDown, keymap.HalfUp, keymap.HalfDown}
	return slices.Contains(pages, act) && i.detail.move(act)
}

// open shows the details of the item under the cursor.
func (i *inbox) open(diff bool) {
	if it := i.here(); !it.none() {
		i.push(newDetail(i.views, it, diff))
	}
}

func (i *inbox) goToPane() { i.goTo(i.m, i.here()) }

// leave takes back what was narrowed first, then goes.
func (i *inbox) leave() {
	switch {
	case len(i.marks) > 0:
		clear(i.marks)
	case i.filter != "":
		i.filter = ""
		i.Update(i.m)
		i.fill()
	default:
		i.act.Leave()
	}
}

func (i *inbox) move(by int) {
	if len(i.list) == 0 {
		return
	}
	i.fill()
	n := min(max(i.index()+by, 0), len(i.list)-1)
	if i.list[n].id() == i.cursor {
		return
	}
	i.cursor = i.list[n].id()
	i.detail.top = 0
	i.point(i.subject())
}

// press takes a key that decides; it takes effect in Tick.
func (i *inbox) press(a keymap.Action, at time.Time) {
	switch {
	case i.here().none() && a != keymap.Undo && a != keymap.ShowOffer:
		i.guard.Typed(at)
	case !i.guard.Press(string(a), at):
		i.act.Note(tooSoon)
	}
}

const tooSoon = "too soon after another key or change: nothing was decided, press it again"

// Tick is part of view. After the last item it gives the keys back to the
// pane that the operator came from.
func (i *inbox) Tick(now time.Time) bool {
	if i.active {
		if d, due := i.guard.Tick(now); due {
			i.deeds[keymap.Action(d.what)](d.shown)
			return true
		}
		if i.waited == 0 && !i.empty.IsZero() && now.Sub(i.empty) < time.Second {
			i.empty = time.Time{}
			i.act.Leave()
			return true
		}
	}
	lit := fmt.Sprint(i.guard.Ready(now), i.guard.Holding(), now.Unix())
	changed := lit != i.lit
	i.lit = lit
	return changed
}

// approve approves what is chosen; changes are kept.
func (i *inbox) approve(shown time.Duration) {
	if c := i.chosenChange(); c != nil {
		i.keep(c, i.push)
		return
	}
	chosen, shut := i.chosen(true)
	if len(chosen) > 0 {
		clear(i.marks)
		i.decide(choices(chosen), true, "", shown)
	}
	if shut != "" {
		i.act.Note(shut)
	}
}

// reject asks why what is chosen is rejected; changes are taken back.
func (i *inbox) reject(time.Duration) {
	if c := i.chosenChange(); c != nil {
		there := i.subject()
		i.revert(c, func() bool { return i.active && i.subject() == there }, i.push)
		return
	}
	if chosen, shut := i.chosen(false); len(chosen) > 0 {
		i.push(newReject(i.views, chosen, func() { clear(i.marks) }))
	} else if shut != "" {
		i.act.Note(shut)
	}
}

// fromNowOn opens the line of what is remembered of the approval under the cursor.
func (i *inbox) fromNowOn(allow bool) {
	a := i.under()
	switch {
	case a == nil:
		i.act.Note(notRemembered)
		return
	case len(i.marks) > 0:
		i.act.Note("what is remembered is of one approval: take the marks away first (" +
			i.keys.Show(keymap.Inbox, keymap.Leave) + ")")
		return
	}
	here := i.subject()
	i.remember(a, allow, func() bool { return i.active && i.subject() == here }, i.push)
}

const notRemembered = "a change is kept or taken back: nothing of it is remembered so"

// chosen gives the approvals that a key decides: the marked ones, else the one
// under the cursor; and why some of them cannot be.
func (i *inbox) chosen(allow bool) (as []*session.Approval, shut string) {
	candidates := []*session.Approval{i.under()}
	if len(i.marks) > 0 {
		candidates = nil
		for _, it := range i.list {
			if _, ok := i.marks[it.id()]; ok {
				candidates = append(candidates, it.asks)
			}
		}
	}
	for _, a := range candidates {
		switch {
		case a == nil:
		case a.State == session.Deciding:
			shut = a.ID + ": it was answered already"
		case allow && i.shut(a) != "":
			shut = a.ID + " was not approved: " + i.shut(a)
		default:
			as = append(as, a)
		}
	}
	return as, shut
}

func choices(as []*session.Approval) []session.Choice {
	cs := make([]session.Choice, len(as))
	for n, a := range as {
		cs[n] = choice(a)
	}
	return cs
}

// mark marks the approval under the cursor, or takes its mark away. What was
// not on the screen long enough to be read cannot be marked.
func (i *inbox) mark(settled bool) {
	a := i.under()
	switch {
	case a == nil && !i.here().none():
		i.act.Note("changes are answered one by one: they cannot be marked")
	case a == nil:
	case i.marks[a.ID] != "":
		delete(i.marks, a.ID)
	case !settled:
		i.act.Note("too soon: it was not marked, press it again")
	default:
		i.marks[a.ID] = subject("mark", a)
	}
}

// approveAll asks for all that the list shows and may be approved together.
func (i *inbox) approveAll(time.Duration) {
	with, without := together(i.views, i.list)
	if len(with) == 0 {
		i.act.Note(strings.TrimPrefix(without+": ", ": ") + "nothing here can be approved together")
		return
	}
	i.push(newApproveAll(i.views, with, without))
}

func (i *inbox) push(v view) {
	i.over = true
	i.act.Push(v)
}

// editFilter takes a key while the filter is edited; what is typed narrows the
// list at once.
func (i *inbox) editFilter(ev *tcell.EventKey) bool {
	switch k := pressed(ev); {
	case k.Named == keymap.KeyEnter:
		i.endFilter()
	case k.Named == keymap.KeyEscape:
		i.filter = ""
		i.endFilter()
	case i.editing.key(ev):
		i.filter = i.editing.String()
	default:
		return false
	}
	i.Update(i.m)
	i.fill()
	return true
}

func (i *inbox) endFilter() { i.editing = nil }

// PasteText is part of view.
func (i *inbox) PasteText(text string, at time.Time) {
	i.guard.Typed(at)
	if i.editing != nil {
		i.editing.paste(text)
		i.filter = i.editing.String()
		i.Update(i.m)
		i.fill()
	}
}

// MouseHandler is part of tview.Primitive: a click puts the cursor on a row, the
// wheel moves it, or the details where it is turned there. It decides nothing.
func (i *inbox) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		x, y := ev.Position()
		if !i.InRect(x, y) || len(i.list) == 0 {
			return false, nil
		}
		row := y - i.listY
		inList := row >= 0 && row < i.rows.height
		by := 1
		if action == tview.MouseScrollUp {
			by = -1
		}
		switch n := i.rows.top + row; {
		case action == tview.MouseLeftClick:
			if inList && n < len(i.list) {
				i.move(n - i.index())
			}
		case action != tview.MouseScrollUp && action != tview.MouseScrollDown:
			return false, nil
		case inList:
			i.move(by)
		default:
			i.detail.scroll(3 * by)
		}
		return true, nil
	}
}
