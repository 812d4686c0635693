package panes

import (
	"fmt"
	"strings"
	"time"

	"kavi/session"
)

// changesDesk is what the session says of changes of files in a test, and what
// was said to it.
type changesDesk struct {
	diffs    map[string][]string // by item
	diffErr  error
	slow     bool     // answers to Difference wait in late
	late     []func() // with those to Undo
	fetched  []string // items whose diff was asked for, in order
	kept     []string // "chg_01 these files, …"
	keptFor  []time.Duration
	keepErr  error
	plan     session.UndoPlan
	planErr  error
	planned  []string
	outcomes []session.UndoOutcome
	undoErr  error
	undone   []string // "plan 1 yes [a b] because …"
}

func (x *changesDesk) actions() *actions {
	return &actions{
		Difference: func(id string, done func([]string, error)) {
			x.fetched = append(x.fetched, id)
			answer := func() { done(x.diffs[id], x.diffErr) }
			if x.slow {
				x.late = append(x.late, answer)
				return
			}
			answer()
		},
		Keep: func(id string, m session.Mine, shown time.Duration, done func(error)) {
			x.kept = append(x.kept, strings.TrimSpace(id+" "+string(m)))
			x.keptFor = append(x.keptFor, shown)
			done(x.keepErr)
		},
		PlanUndo: func(of session.ChangesOf, done func(session.UndoPlan, error)) {
			x.planned = append(x.planned, fmt.Sprintf("%s%v", of.Item, of.Calls))
			done(x.plan, x.planErr)
		},
		Undo: func(plan string, yes []int, reason string, _ time.Duration, done func([]session.UndoOutcome, error)) {
			x.undone = append(x.undone, fmt.Sprintf("%s yes %v because %q", plan, yes, reason))
			x.late = append(x.late, func() { done(x.outcomes, x.undoErr) })
		},
	}
}
