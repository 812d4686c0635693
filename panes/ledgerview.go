package panes

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/gateway/display"
	"kavi/keymap"
)

// ledgerView shows the ledger, newest entry at the bottom, and on its second tab
// the rules in force. It reads the ledger in runs, and follows it while the cursor
// is on the last entry. What the call under the cursor changed can be taken back.
type ledgerView struct {
	base
	lines   []logLine
	first   uint64 // the oldest entry that was read; those of no interest are not among lines
	next    uint64 // what follows the newest one
	head    uint64
	reading bool
	err     error
	seq     uint64 // the snapshot after which the ledger was last read
	rows    scroller
	top     int    // the screen's row where they begin
	at      uint64 // the entry under the cursor
	follow  bool
	rules   bool     // the second tab is shown
	tab     rulesTab // the second tab
	lit     bool
}

const (
	logRun  = 500    // entries read at once
	logKept = 20_000 // entries kept; older ones are in `kavi log`
)

func newLedgerView(v *views) *ledgerView {
	return &ledgerView{base: newBase(v), follow: true, tab: rulesTab{views: v}}
}

// Update is part of view. The ledger is read again when anything happened.
func (l *ledgerView) Update(m model) {
	l.m = m
	l.tab.update(m)
	l.point(l.subject())
	if l.seq == m.snap.Seq && len(l.lines) > 0 || l.reading {
		return
	}
	l.seq = m.snap.Seq
	if len(l.lines) == 0 {
		l.readFrom(0)
		return
	}
	l.readFrom(l.next)
}

// readFrom reads what follows an entry, or the newest ones.
func (l *ledgerView) readFrom(from uint64) {
	l.reading = true
	l.act.ReadLog(from, logRun, func(p logPage) {
		l.reading = false
		if l.err = p.Err; p.Err != nil {
			return
		}
		l.head = p.Head
		l.next = max(l.next, p.Next)
		if l.first == 0 {
			l.first = p.First
		}
		if n := len(l.lines); n > 0 && len(p.Lines) > 0 && p.Lines[0].Seq <= l.lines[n-1].Seq {
			return
		}
		l.lines = append(l.lines, p.Lines...)
		if n := len(l.lines); l.follow && n > 0 {
			l.at = l.lines[n-1].Seq
			l.point(l.subject())
		}
		if over := len(l.lines) - logKept; over > 0 {
			l.lines = append([]logLine(nil), l.lines[over:]...)
			l.rows.top -= over
		}
		switch {
		case p.Next > from && p.Next <= l.head:
			l.readFrom(p.Next)
		case len(l.lines) == 0:
			l.readBefore()
		}
	})
}

// readBefore reads the run of entries before the oldest that is here.
func (l *ledgerView) readBefore() {
	if l.reading || l.first <= 1 || len(l.lines)+logRun > logKept {
		return
	}
	first := l.first
	from := uint64(1)
	if first > logRun {
		from = first - logRun
	}
	l.reading = true
	l.act.ReadLog(from, int(first-from), func(p logPage) {
		l.reading = false
		if l.err = p.Err; p.Err != nil {
			return
		}
		l.first = from
		older := p.Lines
		for len(older) > 0 && older[len(older)-1].Seq >= first {
			older = older[:len(older)-1]
		}
		l.lines = append(older[:len(older):len(older)], l.lines...)
		l.rows.top += len(older)
		l.rows.rows += len(older)
		if len(older) == 0 {
			l.readBefore()
		}
	})
}

// SetActive is part of view.
func (l *ledgerView) SetActive(on bool, _ time.Time) { l.activate(on, l.subject()) }

// subject names what a key would change: the rule or the entry under the cursor.
func (l *ledgerView) subject() string {
	switch {
	case l.rules:
		return l.tab.subject()
	case l.at == 0:
		return ""
	}
	return fmt.Sprintf("entry %d", l.at)
}

// index gives the place of the entry under the cursor, or of the first after it.
func (l *ledgerView) index() int {
	n, _ := slices.BinarySearchFunc(l.lines, l.at, func(e logLine, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	return min(n, len(l.lines)-1)
}

// move goes to another entry, as an action asks.
func (l *ledgerView) move(act keymap.Action) bool {
	far := scrolls[act]
	if far == nil || len(l.lines) == 0 {
		return far != nil
	}
	n := l.index()
	by := far(&scroller{top: n, rows: len(l.lines), height: l.rows.height})
	if act != keymap.Up && act != keymap.Down {
		l.rows.scroll(by) // a page shows others at once
	}
	l.to(n + by)
	return true
}

// to puts the cursor on an entry.
func (l *ledgerView) to(n int) {
	last := len(l.lines) - 1
	n = min(max(n, 0), last)
	l.at, l.follow = l.lines[n].Seq, n == last
	l.point(l.subject())
	if n == 0 {
		l.readBefore()
	}
}

// MouseHandler is part of tview.Primitive: a click puts the cursor on an entry,
// the wheel scrolls. It decides nothing.
func (l *ledgerView) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		if l.rules || len(l.lines) == 0 {
			return false, nil
		}
		by := wheelRows
		switch action { //nolint:exhaustive // the others mean nothing here
		case tview.MouseLeftClick:
			_, y := ev.Position()
			if row := y - l.top; row >= 0 && row < l.rows.height {
				l.to(l.rows.top + row)
			}
			return true, nil
		case tview.MouseScrollUp:
			by = -wheelRows
		case tview.MouseScrollDown:
		default:
			return false, nil
		}
		l.rows.scroll(by)
		if l.rows.top == 0 && by < 0 {
			l.readBefore()
		}
		l.to(min(max(l.index(), l.rows.top), l.rows.top+l.rows.height-1))
		return true, nil
	}
}

// open shows the entry under the cursor in full.
func (l *ledgerView) open() {
	if n := l.index(); n >= 0 {
		e := &l.lines[n]
		l.act.Push(newSummary(l.views, fmt.Sprintf("Entry %d", e.Seq), textRows(append([]string{e.Text}, e.More...)...)))
	}
}

// undo asks to take back what the call of the entry under the cursor changed.
func (l *ledgerView) undo() {
	n := l.index()
	if n < 0 {
		return
	}
	e := &l.lines[n]
	if e.About == "" {
		l.act.Note(orElse(e.Not, "nothing of that entry can be taken back"))
		return
	}
	l.takeBack(e.Of, e.About, nil, func() bool { return l.active && !l.rules }, l.act.Push)
}

// Key is part of view.
func (l *ledgerView) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	act := l.keys.Action(keymap.Ledger, k)
	if act == keymap.RemoveRule && l.rules || act == keymap.TakeBack && !l.rules {
		if !l.guard.Press(string(act), at) {
			l.act.Note(tooSoon)
		}
		return true
	}
	if textual(k) {
		l.guard.Typed(at)
	}
	switch {
	case act == keymap.Leave:
		l.act.Pop(l)
	case act == keymap.NextTab:
		l.rules = !l.rules
		l.point(l.subject())
	case act == keymap.Details && !l.rules:
		l.open()
	case act == keymap.RemoveRule:
		l.act.Note("rules are on the other tab: " + l.keys.Show(keymap.Ledger, keymap.NextTab))
	case act == keymap.TakeBack:
		l.act.Note("what calls changed is taken back on the other tab: " + l.keys.Show(keymap.Ledger, keymap.NextTab))
	case l.rules:
		known := l.tab.move(act)
		l.point(l.subject())
		return known
	default:
		return l.move(act)
	}
	return true
}

// Tick is part of view.
func (l *ledgerView) Tick(now time.Time) bool {
	if !l.active {
		return false
	}
	if d, due := l.guard.Tick(now); due {
		if keymap.Action(d.what) == keymap.TakeBack {
			l.undo()
		} else {
			l.tab.remove()
		}
		return true
	}
	lit := l.guard.Ready(now) && l.guard.Holding() == ""
	changed := lit != l.lit
	l.lit = lit
	return changed
}

// Draw is part of view.
func (l *ledgerView) Draw(screen tcell.Screen) {
	l.drawn = ""
	x, y, width, height := l.GetRect()
	first, second := strong, faint
	if l.rules {
		first, second = faint, strong
	}
	title := line(words("Ledger", first), words(" · ", frame), words("Rules in force", second))
	if l.m.snap.FullAccess {
		title = line(words(fullAccess(l.m), alert), blanks(1), title)
	}
	ix, iy, iw, ih := box(screen, l.look, x, y, width, height, title, false)
	if iw <= 0 || ih < 2 {
		return
	}
	if l.rules {
		if l.tab.draw(screen, ix, iy, iw, ih-1) {
			l.drawn = l.subject()
		}
		put(screen, l.look, ix, iy+ih-1, iw, l.hints(l.tab.rows.where()))
		return
	}
	l.drawEntries(screen, ix, iy, iw, ih-1)
	where := "no entries"
	switch {
	case l.err != nil:
		where = display.Safe("the ledger cannot be read: " + l.err.Error())
	case len(l.lines) > 0:
		where = fmt.Sprintf("entry %d–%d of %d", l.lines[l.rows.top].Seq,
			l.lines[min(l.rows.top+l.rows.height, len(l.lines))-1].Seq, l.head)
		if !l.follow {
			where += ", not following"
		}
	case l.reading:
		where = "reading"
	}
	put(screen, l.look, ix, iy+ih-1, iw, l.hints(where))
}

// drawEntries draws the entries that there is room for, that under the cursor
// among them.
func (l *ledgerView) drawEntries(screen tcell.Screen, x, y, width, height int) {
	at := l.index()
	l.top = y
	l.rows.fit(len(l.lines), height)
	if at >= 0 {
		l.rows.top = max(min(l.rows.top, at), at-height+1)
	}
	for i := l.rows.top; i < len(l.lines) && i < l.rows.top+height; i++ {
		look, mark := plain, "  "
		if l.lines[i].Bad {
			look = warning
		}
		if i == at {
			mark = "▸ "
			l.drawn = l.subject()
		}
		put(screen, l.look, x, y+i-l.rows.top, width, line(words(mark, accent), words(clip(l.lines[i].Text), look)))
	}
}

func (l *ledgerView) hints(where string) row {
	ready := l.active && l.guard.Ready(l.m.now) && l.drawn != ""
	other := keyHint(l.keys, keymap.Ledger, keymap.Bottom, "newest", true)
	if n := l.index(); !l.rules && n >= 0 && l.lines[n].About != "" {
		other = line(keyHint(l.keys, keymap.Ledger, keymap.TakeBack, "undo "+clip(l.lines[n].About), ready), other)
	}
	if l.rules {
		other = keyHint(l.keys, keymap.Ledger, keymap.RemoveRule, "take back", ready && l.tab.removable())
	}
	return line(words(where, warning),
		keyHint(l.keys, keymap.Ledger, keymap.NextTab, "other tab", true), other,
		keyHint(l.keys, keymap.Ledger, keymap.Leave, "back", true))
}
