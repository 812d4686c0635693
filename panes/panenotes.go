package panes

import (
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/session"
)

// startNote is what lies over the last lines of a pane: what the operator should
// know of how its agent was started. A program begins at the top, perhaps with the
// very question that the note is about, so it lies at the bottom. The first key
// that goes to the agent takes it away, once it was there long enough to be seen.
type startNote struct {
	text  string    // the notes as they were shown
	since time.Time // when they first were
	gone  bool
}

// noteSeen is how long a note is there at least: whoever is typing when it comes
// has not read it.
const noteSeen = time.Second

// notesOf gives the notes of an agent that are to be shown, nil where they were seen.
func (a *app) notesOf(ag *session.Agent) *startNote {
	text := strings.Join(a.notes(ag), "\n")
	if text == "" {
		return nil
	}
	n := a.starts[ag.Name]
	if n == nil || n.text != text {
		n = &startNote{text: text}
		a.starts[ag.Name] = n
	}
	if n.gone {
		return nil
	}
	return n
}

// notes are those of the session, and why the agent could not be started again: that
// is often longer than the status bar.
func (a *app) notes(ag *session.Agent) []string {
	if why := a.failed[ag.Name]; why != "" && ended(ag) {
		return append(slices.Clone(ag.Notes), why)
	}
	return ag.Notes
}

// dismissNotes takes them away: a key went to the agent.
func (a *app) dismissNotes(agent string, at time.Time) {
	if n := a.starts[agent]; n != nil && !n.since.IsZero() && at.Sub(n.since) >= noteSeen {
		n.gone, a.dirty = true, true
	}
}

// paintNotes draws them over the last lines of a pane, at most half of it.
func (a *app) paintNotes(to tcell.Screen, ag *session.Agent, body rect, now time.Time) {
	n := a.notesOf(ag)
	if n == nil || body.w < 20 || body.h < 4 {
		return
	}
	s := &sheet{worst: -1, width: body.w}
	for _, text := range a.notes(ag) {
		s.wrapped(words(" kavi: ", bar), words(clip(text), bar))
	}
	const hint = "a key takes this away "
	rows := s.rows
	if most := body.h / 2; len(rows)+1 > most {
		rows = append(rows[:most-2:most-2], words(" kavi: … and more", bar))
	}
	rows = append(rows, line(blanks(max(body.w-len(hint), 0)), words(hint, bar)))
	top := body.y + body.h - len(rows)
	for y, r := range rows {
		fill(to, a.theme.style(bar, false), body.x, top+y, body.w, 1)
		for i := range r {
			r[i].role = bar
		}
		put(to, a.theme, body.x, top+y, body.w, r)
	}
	if n.since.IsZero() {
		n.since = now
	}
}
