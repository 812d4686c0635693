package panes

import (
	"slices"
	"strings"

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

// goTo goes to the pane of the agent that an item is of.
func (v *views) goTo(m model, it item) {
	switch {
	case it.asks != nil:
		v.act.GoTo(it.asks.Agent)
	case it.change != nil:
		v.goToSuspect(m, it.change)
	}
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
	return holds(c.ID) || holds(changeText(c)) || slices.ContainsFunc(c.Could, func(s session.Suspect) bool { return holds(s.String()) }) || slices.ContainsFunc(c.Paused, holds) ||
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
