package panes

import (
	"fmt"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway/display"
	"kavi/keymap"
)

// ledgerView shows the ledger, newest entry at the bottom, and on its second tab
// the rules in force. It reads the ledger in runs, and follows it while its last
// row is on the screen.
type ledgerView struct {
	base
	lines   []logLine
	head    uint64
	reading bool
	err     error
	seq     uint64 // the snapshot after which the ledger was last read
	rows    scroller
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

// Place is part of view: everything but the status bar.
func (l *ledgerView) Place(cols, rows int) (x, y, width, height int) {
	return 0, 0, cols, max(rows-1, 0)
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
	l.readFrom(l.lines[len(l.lines)-1].Seq + 1)
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
		if n := len(l.lines); n > 0 && len(p.Lines) > 0 && p.Lines[0].Seq <= l.lines[n-1].Seq {
			return
		}
		l.lines = append(l.lines, p.Lines...)
		if over := len(l.lines) - logKept; over > 0 {
			l.lines = append([]logLine(nil), l.lines[over:]...)
			l.rows.top -= over
		}
		if len(p.Lines) > 0 && l.lines[len(l.lines)-1].Seq < l.head {
			l.readFrom(l.lines[len(l.lines)-1].Seq + 1)
		}
	})
}

// readBefore reads the run of entries before the oldest that is here.
func (l *ledgerView) readBefore() {
	if l.reading || len(l.lines) == 0 || l.lines[0].Seq <= 1 || len(l.lines)+logRun > logKept {
		return
	}
	first := l.lines[0].Seq
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
		older := p.Lines
		for len(older) > 0 && older[len(older)-1].Seq >= first {
			older = older[:len(older)-1]
		}
		l.lines = append(older[:len(older):len(older)], l.lines...)
		l.rows.top += len(older)
		l.rows.rows += len(older)
	})
}

// SetActive is part of view.
func (l *ledgerView) SetActive(on bool, _ time.Time) { l.activate(on, l.subject()) }

// subject names what a key would change: the rule under the cursor.
func (l *ledgerView) subject() string {
	if !l.rules {
		return ""
	}
	return l.tab.subject()
}

// Key is part of view.
func (l *ledgerView) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	act := l.keys.Action(keymap.Ledger, k)
	if act == keymap.RemoveRule && l.rules {
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
	case act == keymap.RemoveRule:
		l.act.Note("rules are on the other tab: " + l.keys.Show(keymap.Ledger, keymap.NextTab))
	case l.rules:
		known := l.tab.move(act)
		l.point(l.subject())
		return known
	case !l.rows.move(act):
		return false
	default:
		l.follow = l.rows.atEnd()
		if l.rows.top == 0 {
			l.readBefore()
		}
	}
	return true
}

// Tick is part of view.
func (l *ledgerView) Tick(now time.Time) bool {
	if !l.active || !l.rules {
		return false
	}
	if _, due := l.guard.Tick(now); due {
		l.tab.remove()
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
	l.rows.fit(len(l.lines), ih-1)
	if l.follow {
		l.rows.top = l.rows.last()
	}
	for i := l.rows.top; i < len(l.lines) && i < l.rows.top+l.rows.height; i++ {
		look := plain
		if l.lines[i].Bad {
			look = warning
		}
		put(screen, l.look, ix, iy+i-l.rows.top, iw, words(clip(l.lines[i].Text), look))
	}
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

func (l *ledgerView) hints(where string) row {
	other := keyHint(l.keys, keymap.Ledger, keymap.Bottom, "newest", true)
	if l.rules {
		other = keyHint(l.keys, keymap.Ledger, keymap.RemoveRule, "take back", l.active && l.guard.Ready(l.m.now) && l.drawn != "" && l.tab.removable())
	}
	return line(words(where, warning),
		keyHint(l.keys, keymap.Ledger, keymap.NextTab, "other tab", true), other,
		keyHint(l.keys, keymap.Ledger, keymap.Leave, "back", true))
}
