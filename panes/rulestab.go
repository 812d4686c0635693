package panes

import (
	"fmt"
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway"
	"kavi/keymap"
	"kavi/session"
)

// rulesTab is the second tab of the ledger view: the rules in force, one of them
// under the cursor, and below them what holds without any rule.
type rulesTab struct {
	*views
	m      model
	cursor ruleKey // of the rule under it, zero where there is none
	rows   scroller

	// The rules as they were laid out last: there may be a thousand.
	sheet  *sheet
	starts []int // the row on which each rule begins, and after the last the row behind it
	laid   []session.RuleState
	minute time.Time // ages go on
	width  int
}

// ruleKey names a rule among those in force.
type ruleKey struct {
	layer    gateway.Layer
	id, text string
}

func keyOf(r *session.RuleState) ruleKey { return ruleKey{r.Layer, r.ID, r.Text} }

// update takes the truth; the cursor stays on its rule, or where that was.
func (t *rulesTab) update(m model) {
	was := t.index()
	t.m = m
	if t.index() < 0 {
		t.cursor = ruleKey{}
		if n := len(m.snap.Rules); n > 0 {
			t.cursor = keyOf(&m.snap.Rules[min(max(was, 0), n-1)])
		}
	}
}

// index gives the place of the rule under the cursor, -1 for none.
func (t *rulesTab) index() int {
	if t.m.snap == nil || t.cursor == (ruleKey{}) {
		return -1
	}
	return slices.IndexFunc(t.m.snap.Rules, func(r session.RuleState) bool { return keyOf(&r) == t.cursor })
}

// subject names what a key would take back.
func (t *rulesTab) subject() string {
	return "rule " + string(t.cursor.layer) + "\x00" + t.cursor.id + "\x00" + t.cursor.text
}

// move goes to another rule or scrolls, as an action asks. Below the last rule
// there is more to read: there the cursor stays where it is.
func (t *rulesTab) move(a keymap.Action) bool {
	t.lay(max(t.width, 1))
	n, last := t.index(), len(t.m.snap.Rules)-1
	switch {
	case n < 0:
		return t.rows.move(a)
	case a == keymap.Up && t.rows.top > t.starts[n]:
		return t.rows.move(a)
	case a == keymap.Up && n > 0:
		t.to(n - 1)
	case a == keymap.Down && n < last:
		t.to(n + 1)
	case a == keymap.Top:
		t.to(0)
		t.rows.top = 0
	case a == keymap.Bottom:
		t.to(last)
		t.rows.move(a)
	case !t.rows.move(a):
		return false
	case a == keymap.Up || a == keymap.Down:
	default: // a page: the cursor comes along
		for i := 0; i <= last; i++ {
			if t.starts[i] >= t.rows.top && t.starts[i+1] <= t.rows.top+t.rows.height {
				t.cursor = keyOf(&t.m.snap.Rules[i])
				break
			}
		}
	}
	return true
}

// to puts the cursor on a rule and that on the screen.
func (t *rulesTab) to(n int) {
	t.cursor = keyOf(&t.m.snap.Rules[n])
	if n == 0 {
		t.rows.top = 0
	}
	t.rows.top = min(max(t.rows.top, t.starts[n+1]-t.rows.height), t.starts[n])
}

// draw draws the tab and says whether the rule under the cursor is to be seen.
func (t *rulesTab) draw(screen tcell.Screen, x, y, width, height int) bool {
	t.lay(width)
	t.rows.fit(len(t.sheet.rows), height)
	t.rows.draw(screen, t.look, x, y, width, t.sheet.rows)
	n := t.index()
	if n < 0 || t.starts[n] < t.rows.top || t.starts[n] >= t.rows.top+height {
		return false
	}
	put(screen, t.look, x, y+t.starts[n]-t.rows.top, 2, words("▸ ", accent))
	return true
}

// lay lays the rules out, where they are others now, and what holds beside them.
func (t *rulesTab) lay(width int) {
	rules, minute := t.m.snap.Rules, t.m.now.Truncate(time.Minute)
	if t.sheet == nil || t.width != width || !t.minute.Equal(minute) || !slices.Equal(t.laid, rules) {
		t.laid, t.width, t.minute, t.starts = rules, width, minute, t.starts[:0]
		t.sheet = &sheet{worst: -1, width: width}
		t.layRules(t.sheet, rules)
	}
	t.sheet.rows = t.sheet.rows[:t.starts[len(rules)]]
	t.sheet.cells = t.sheet.cells[:len(t.sheet.rows)]
	t.sheet.add(nil)
	t.defaults(t.sheet)
}

func (t *rulesTab) layRules(s *sheet, rules []session.RuleState) {
	s.add(words(fmt.Sprintf("Rules in force (%d)", len(rules)), strong))
	if len(rules) == 0 {
		s.says(2, "none: the documented defaults below decide", plain)
	}
	for n := range rules {
		r := &rules[n]
		t.starts = append(t.starts, len(s.rows))
		s.wrapped(line(blanks(2), words(r.ID+" ", accent)), words(r.Text, plain))
		s.pieces(4, standingOf(r, t.m.now), faint)
		if r.Why != "" && r.Layer != gateway.LayerRemembered {
			s.wrapped(blanks(4), words("why: "+r.Why, faint))
		}
	}
	t.starts = append(t.starts, len(s.rows))
}

// standingOf says where a rule comes from, for whom it holds, what it did and
// what is left of it.
func standingOf(r *session.RuleState, now time.Time) []string {
	parts := []string{string(r.Layer)}
	switch {
	case r.By == "":
	case r.Layer == gateway.LayerPreset: // that was taken
		parts[0] += " " + r.By
	default:
		parts[0] += " at " + r.By
	}
	if r.Scope != "" {
		parts = append(parts, string(r.Scope))
	}
	if r.Decided > 0 {
		parts = append(parts, fmt.Sprintf("decided %d", r.Decided))
	} else {
		parts = append(parts, "decided nothing yet")
	}
	if r.Uses > 0 {
		parts = append(parts, fmt.Sprintf("%d left", r.Uses))
	}
	if !r.Until.IsZero() {
		parts = append(parts, "until "+r.Until.Format("15:04")+" ("+age(r.Until.Sub(now))+")")
	}
	if r.File != "" { // may be long
		parts = append(parts, fmt.Sprintf("%s:%d", r.File, r.Line))
	}
	return parts
}

// removable says whether the rule under the cursor can be taken back.
func (t *rulesTab) removable() bool {
	n := t.index()
	return n >= 0 && ofSession(&t.m.snap.Rules[n])
}

// ofSession says whether a rule was made in this session: remembered, for the
// project too, or of a preset that was taken.
func ofSession(r *session.RuleState) bool { return r.Scope != "" }

// remove asks to take back the rule under the cursor, or says where it stands.
func (t *rulesTab) remove() {
	n := t.index()
	if n < 0 {
		t.act.Note("no rule is under the cursor")
		return
	}
	switch r := t.m.snap.Rules[n]; {
	case ofSession(&r):
		t.act.Push(newRemoveRule(t.views, r, "Take back "+r.ID))
	case r.File != "":
		t.act.Note(inFile(&r))
	case r.Layer == gateway.LayerPreset:
		t.act.Note(r.ID + " comes with a preset: presets in config.toml names those in force")
	default:
		t.act.Note(r.ID + " is built in: it cannot be taken away")
	}
}

// defaults says what holds beside the rules.
func (t *rulesTab) defaults(s *sheet) {
	snap := t.m.snap
	if snap.FullAccess {
		s.says(0, "Full access: what would ask is allowed. What is denied stays denied.", danger)
		s.add(nil)
	}
	s.add(words("Always denied", strong))
	s.says(2, "a recursive delete of /, of the home, of what holds the project or of a system folder; raw disks; "+
		"kavi's own state and sockets", plain)
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
	for _, a := range snap.Agents {
		s.says(2, a.Name+": "+levelWord(a.Level)+": "+levelText(a.Level), plain)
	}
	if len(snap.Agents) == 0 {
		s.says(2, "no agents", plain)
	}
	if hint := t.levelHint(); hint != "" {
		s.says(2, hint, faint)
	}
}
