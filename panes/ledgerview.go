package panes

import (
	"fmt"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway"
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
	rules   bool // the second tab
	rule    scroller
}

const (
	logRun  = 500    // entries read at once
	logKept = 20_000 // entries kept; older ones are in `kavi log`
)

func newLedgerView(v *views) *ledgerView { return &ledgerView{base: newBase(v), follow: true} }

// Place is part of view: everything but the status bar.
func (l *ledgerView) Place(cols, rows int) (x, y, width, height int) {
	return 0, 0, cols, max(rows-1, 0)
}

// Update is part of view. The ledger is read again when anything happened.
func (l *ledgerView) Update(m model) {
	l.m = m
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
func (l *ledgerView) SetActive(on bool, _ time.Time) { l.activate(on, "") }

// Key is part of view.
func (l *ledgerView) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	if textual(k) {
		l.guard.Typed(at)
	}
	act := l.keys.Action(keymap.Ledger, k)
	switch {
	case act == keymap.Leave:
		l.act.Pop(l)
	case act == keymap.NextTab:
		l.rules = !l.rules
	case act == keymap.RemoveRule:
		l.act.Note("no rule is remembered in this session: there is nothing to remove")
	case l.rules:
		return l.rule.move(act)
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

// Draw is part of view.
func (l *ledgerView) Draw(screen tcell.Screen) {
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
		rows := rulesText(l.m, iw)
		l.rule.fit(len(rows), ih-1)
		l.rule.draw(screen, l.look, ix, iy, iw, rows)
		put(screen, l.look, ix, iy+ih-1, iw, l.hints(l.rule.where()))
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
	return line(words(where, warning),
		keyHint(l.keys, keymap.Ledger, keymap.NextTab, "other tab", true),
		keyHint(l.keys, keymap.Ledger, keymap.Bottom, "newest", true),
		keyHint(l.keys, keymap.Ledger, keymap.Leave, "back", true))
}

// rulesText says which rules hold now, in the order in which they are asked.
func rulesText(m model, width int) []row {
	s := &sheet{worst: -1, width: width}
	if m.snap.FullAccess {
		s.says(0, "Full access: what would ask is allowed. What is denied below stays denied.", danger)
		s.add(nil)
	}
	s.add(words("Always denied", strong))
	s.says(2, "a recursive delete of /, of the home, of what holds the project or of a system folder; raw disks; "+
		"kavi's own state and sockets", plain)
	s.add(nil)
	s.add(words(fmt.Sprintf("Your deny rules (%d)", len(m.snap.DenyRules)), strong))
	if len(m.snap.DenyRules) == 0 {
		s.says(2, "no deny rules", plain)
	}
	for _, r := range m.snap.DenyRules {
		s.wrapped(blanks(2), words(r, plain))
	}
	s.add(nil)
	s.add(words("The documented defaults", strong))
	for _, r := range [][2]string{
		{"allowed", "reads anywhere; writes inside the project"},
		{"ask", "shell commands, network, and destructive operations (delete, overwrite)"},
		{"ask", "what lies outside the project, protected files, privilege, and what cannot be known"},
	} {
		s.says(2, r[0]+": "+r[1], plain)
	}
	s.add(nil)
	s.add(words("Approval levels", strong))
	for _, a := range m.snap.Agents {
		s.says(2, a.Name+": "+levelText(a.Level), plain)
	}
	if len(m.snap.Agents) == 0 {
		s.says(2, "no agents", plain)
	}
	return s.rows
}

// levelText says what a level does, as the documentation has it.
func levelText(l gateway.Level) string {
	switch l {
	case gateway.LevelDefault:
		return "none given: the documented defaults"
	case gateway.LevelNone:
		return "none: every prompt is answered with yes; denials hold"
	case gateway.LevelOnWrite:
		return "on-write: a read is allowed; whatever may write asks"
	case gateway.LevelOnCommit:
		return "on-commit: changes of files inside the project, tests and builds run; a commit, tag or push asks"
	case gateway.LevelAlways:
		return "always: everything asks, reads too"
	}
	return string(l)
}
