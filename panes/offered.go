package panes

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/session"
)

// lastRemembered gives the rule that was remembered last, nil where there is none.
func lastRemembered(snap *session.Snapshot) (last *session.RuleState) {
	newest := 0
	for n := range snap.Rules {
		r := &snap.Rules[n]
		digits, ok := strings.CutPrefix(r.ID, "rem_")
		if number, err := strconv.Atoi(digits); ok && err == nil && ofSession(r) && number > newest {
			last, newest = r, number
		}
	}
	return last
}

// undo asks whether to take back what was remembered last, and names it.
func (v *views) undo(snap *session.Snapshot, push func(view)) {
	r := lastRemembered(snap)
	if r == nil {
		v.act.Note("nothing is remembered in this session: there is nothing to take back")
		return
	}
	push(newRemoveRule(v, *r, "Undo "+r.ID))
}

// inFile says where a rule is taken out by hand.
func inFile(r *session.RuleState) string {
	return fmt.Sprintf("%s stands in %s, line %d: take it out there", r.ID, r.File, r.Line)
}

// newRemoveRule asks before a remembered rule is taken back.
func newRemoveRule(v *views, r session.RuleState, title string) *ask {
	q := newAsk(v, title, func(m model, width int) []row {
		s := &sheet{worst: -1, width: width}
		s.wrapped(words(r.ID+" ", strong), words(r.Text, plain))
		s.pieces(0, standingOf(&r, m.now), faint)
		s.add(nil)
		if !stands(m.snap, &r) {
			s.says(0, "It is in force no longer.", warning)
		} else {
			s.says(0, "Calls like these are judged again as if it had never been said. What it decided stays decided.", plain)
			if r.File != "" {
				s.says(0, "It is taken out of that file, for later sessions too.", plain)
			}
		}
		return s.rows
	})
	q.does = "take it back"
	q.do = func(string, time.Duration) string {
		v.act.RemoveRule(r.ID, func(err error) {
			if err != nil {
				v.act.Note(display.Safe(r.ID + " was not taken back: " + err.Error()))
				return
			}
			v.act.Note(display.Safe(r.ID + " is taken back"))
		})
		return ""
	}
	return q
}

func stands(snap *session.Snapshot, r *session.RuleState) bool {
	for n := range snap.Rules {
		if snap.Rules[n].Layer == r.Layer && snap.Rules[n].ID == r.ID && snap.Rules[n].Text == r.Text {
			return true
		}
	}
	return false
}

// showOffer opens what kavi proposes.
func (v *views) showOffer(snap *session.Snapshot, push func(view)) {
	if snap.Offered == nil {
		v.act.Note("nothing is proposed now")
		return
	}
	push(newOffer(v, *snap.Offered))
}

// What can be said to a proposal, as Tab goes through it.
const (
	offerSession = "for this session"
	offerProject = "for this project"
	offerNo      = "no, not again"
)

// newOffer shows the rules of a proposal and asks for whom they are to hold.
func newOffer(v *views, o session.Offered) *ask {
	q := newAsk(v, orElse(o.Title, o.Line), func(m model, width int) []row {
		s := &sheet{worst: -1, width: width}
		s.wrapped(nil, words(o.Line, plain))
		s.add(nil)
		s.says(0, display.Count(len(o.Rules), "rule")+":", accent)
		for _, r := range o.Rules {
			s.wrapped(words("  ", plain), words(r, plain))
		}
		if m.snap.Offered == nil || m.snap.Offered.ID != o.ID {
			s.add(nil)
			s.says(0, "It is proposed no longer.", warning)
		}
		return s.rows
	})
	q.choices, q.label, q.does = []string{offerSession, offerProject, offerNo}, "Take it:", "answer"
	told := func(where string) func(int, error) {
		return func(n int, err error) {
			switch {
			case err != nil:
				v.act.Note(display.Safe("it was not taken: " + err.Error()))
			case n > 0:
				v.act.Note(fmt.Sprintf("taken %s; decided %s that waited", where, display.Count(n, "call")))
			default:
				v.act.Note("taken " + where)
			}
		}
	}
	q.do = func(string, time.Duration) string {
		switch q.choices[q.choice] {
		case offerSession:
			v.act.TakeOffer(o.ID, session.ScopeSession, told(offerSession))
		case offerProject:
			v.act.TakeOffer(o.ID, session.ScopeProject, told(offerProject+", in your own file of rules"))
		case offerNo:
			v.act.DropOffer(o.ID, func(err error) {
				if err != nil {
					v.act.Note(display.Safe("it is still proposed: " + err.Error()))
				}
			})
		}
		return ""
	}
	return q
}
