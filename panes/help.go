package panes

import (
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway/display"
	"kavi/keymap"
)

// help shows what every key does, from the tables that the keys themselves are
// looked up in, so that it cannot be wrong.
type help struct {
	base
	rows scroller
}

func newHelp(v *views) *help { return &help{base: newBase(v)} }

// Key is part of view.
func (h *help) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	if textual(k) {
		h.guard.Typed(at)
	}
	act := h.keys.Action(keymap.Detail, k)
	if act == keymap.Leave || h.keys.Action(keymap.Prefix, k) == keymap.Help || k.Named == keymap.KeyEnter {
		h.act.Pop(h)
		return true
	}
	return h.rows.move(act)
}

// Draw is part of view.
func (h *help) Draw(screen tcell.Screen) {
	x, y, width, height := h.GetRect()
	ix, iy, iw, ih := box(screen, h.look, x, y, width, height, words("Keys", strong), false)
	if iw <= 0 || ih < 2 {
		return
	}
	rows := h.text(iw)
	h.rows.fit(len(rows), ih-1)
	h.rows.draw(screen, h.look, ix, iy, iw, rows)
	put(screen, h.look, ix, iy+ih-1, iw, line(words(h.rows.where(), warning),
		keyHint(h.keys, keymap.Detail, keymap.PageDown, "on", true),
		keyHint(h.keys, keymap.Detail, keymap.Leave, "back", true)))
}

// text lays the tables out, in two columns where there is room for them.
func (h *help) text(width int) []row {
	law := &sheet{worst: -1, width: width}
	law.says(0, "A key that decides is taken only while the inbox has the keys, once the item under the cursor "+
		"was on the screen for 0.4 s, and with nothing else typed for 0.25 s before and after. A paste decides nothing.", faint)
	law.add(nil)
	tables := keymap.Tables()
	if width < 90 {
		out := law.rows
		for _, t := range tables {
			out = append(out, h.table(t, width)...)
		}
		return out
	}
	column := width / 2
	var left, right []row
	for _, t := range tables {
		if rows := h.table(t, column-2); len(left) <= len(right) {
			left = append(left, rows...)
		} else {
			right = append(right, rows...)
		}
	}
	out := law.rows
	for n := range max(len(left), len(right)) {
		var l, r row
		if n < len(left) {
			l = left[n]
		}
		if n < len(right) {
			r = right[n]
		}
		out = append(out, line(l, blanks(column-l.width()), r))
	}
	return out
}

// table lists what the keys of one table do.
func (h *help) table(t keymap.Table, width int) []row {
	s := &sheet{worst: -1, width: width}
	s.add(words(strings.ToUpper(t.Title()[:1])+t.Title()[1:], strong))
	if t == keymap.Prefix {
		h.key(s, h.keys.Prefix().String(), "the prefix; twice sends it to the agent")
	}
	var panes []string // the keys that go to a pane by its number are one row
	for _, a := range h.keys.Actions(t) {
		var names []string
		for _, k := range h.keys.Of(t, a) {
			names = append(names, k.String())
		}
		switch {
		case a.Pane() > 0:
			panes = append(panes, names...)
			if a.Pane() == 9 && len(panes) > 0 {
				h.key(s, strings.Join(panes, " "), "go to the pane of that number")
			}
		case len(names) > 0:
			h.key(s, strings.Join(names, " "), a.Help())
		}
	}
	s.add(nil)
	return s.rows
}

func (h *help) key(s *sheet, keys, does string) {
	const column = 18
	label := display.Safe(keys)
	pad := max(column-display.Width(label), 1)
	s.tells(line(blanks(2), words(label, accent), blanks(pad)), does, plain)
}
