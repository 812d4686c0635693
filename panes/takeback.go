package panes

import (
	"fmt"
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/session"
)

// mines is what Tab goes through when changes are kept, with what each means.
var mines = []struct {
	mine session.Mine
	name string
	says string
}{
	{session.MineThis, "this change", "a further change of these files is shown again"},
	{session.MinePaths, string(session.MinePaths), "what nobody explains of them is yours until the session ends"},
	{session.MineTen, string(session.MineTen), "whatever no call explains until then is yours, but not what decides what runs"},
}

// keep asks what else is the operator's own beside changes that are kept.
func (v *views) keep(c *session.Unexplained, push func(view)) {
	if why := v.shutChange(c); why != "" {
		v.act.Note(c.ID + " was not kept: " + why)
		return
	}
	push(newKeep(v, c))
}

func newKeep(v *views, c *session.Unexplained) *ask {
	var q *ask
	of := v.standing(c)
	stands := func() bool {
		now := findChange(q.m.snap, c.ID)
		return now != nil && v.standing(now) == of
	}
	q = newAsk(v, "Keep "+c.ID, func(_ model, width int) []row {
		s := &sheet{worst: -1, width: width}
		if c.Protected {
			s.says(0, "PROTECTED: what was changed decides what runs", danger)
		}
		s.changed(c, false)
		s.add(nil)
		if !stands() {
			s.says(0, "It waits no longer as it was shown.", warning)
		}
		s.says(0, "It stays as it is. Yours is:", plain)
		for n, m := range mines {
			mark, look := "  ", plain
			if n == q.choice {
				mark, look = "▸ ", strong
			}
			s.add(line(words(mark, accent), words(m.name, look)))
			s.says(4, m.says, faint)
		}
		s.add(words("[Tab]", accent))
		return s.rows
	})
	for _, m := range mines {
		q.choices = append(q.choices, m.name)
	}
	q.listed, q.does = true, "keep"
	q.do = func(_ string, shown time.Duration) string {
		if !stands() {
			return c.ID + " is not what was shown any more: look at it again"
		}
		v.answered = []string{c.ID}
		v.act.Keep(c.ID, mines[q.choice].mine, shown, func(err error) {
			if err != nil {
				v.act.Note(display.Safe(c.ID + " was not kept: " + err.Error()))
				return
			}
			v.act.Note(c.ID + " is kept: yours is " + mines[q.choice].name)
		})
		return ""
	}
	return q
}

// revert asks to take unexplained changes back.
func (v *views) revert(c *session.Unexplained, here func() bool, push func(view)) {
	v.takeBack(session.ChangesOf{Item: c.ID}, c.ID, c, here, push)
}

// takeBack asks what taking changes back would do, and shows it, if the operator
// is still where they asked. Item is what waits in the inbox for that, which somebody
// else may answer meanwhile; nil: nothing does.
func (v *views) takeBack(of session.ChangesOf, name string, item *session.Unexplained, here func() bool, push func(view)) {
	v.act.Note("looking at what taking back " + name + " would do …")
	v.act.PlanUndo(of, func(p session.UndoPlan, err error) {
		switch {
		case !here():
		case err != nil:
			v.act.Note(display.Safe(name + ": " + err.Error()))
		case len(p.Steps) == 0:
			v.act.Note(name + ": there is nothing to take back")
		default:
			v.act.Note("")
			t := &undoing{views: v, of: of, name: name, item: item, plan: p, yes: map[int]bool{}, push: push}
			for n := range p.Steps {
				if s := &p.Steps[n]; s.Refused == "" && s.Ask != "" {
					t.asks = append(t.asks, n)
				}
			}
			t.next(0)
		}
	})
}

// undoing is a plan while the operator is asked about it: first about each step
// that needs a word, then about all of it with what they said.
type undoing struct {
	*views
	of   session.ChangesOf
	name string
	item *session.Unexplained
	plan session.UndoPlan
	asks []int        // steps, by their number
	yes  map[int]bool // those with a yes
	push func(view)
}

// next asks about a step, or about the whole once there is no such step.
func (t *undoing) next(n int) {
	if n < len(t.asks) {
		t.push(t.question(n))
		return
	}
	t.push(t.summary())
}

// What is said to a step that asks, as Tab goes through it.
const (
	stepNo   = "no"
	stepYes  = "yes"
	stepNone = "no to all that follow"
)

// question asks about one step; no is what stands there first.
func (t *undoing) question(n int) *ask {
	step := t.asks[n]
	s := &t.plan.Steps[step]
	q := newAsk(t.views, fmt.Sprintf("Take back %s: %d of %d that ask", t.name, n+1, len(t.asks)), func(_ model, width int) []row {
		lay := &sheet{worst: -1, width: width}
		lay.wrapped(nil, words(s.Path, strong))
		lay.wrapped(blanks(2), words(s.Does, plain))
		if !strings.Contains(s.Does, s.Ask) {
			lay.labelled("It asks because", words(s.Ask, warning))
		}
		if len(s.Rows) > 0 {
			lay.add(nil)
			lay.text("Diff:", s.Rows, true)
			lay.rule("─", ruleWidth)
		}
		return lay.rows
	})
	q.choices, q.label, q.does = []string{stepNo, stepYes}, "Do it:", "go on"
	if n+1 < len(t.asks) {
		q.choices = append(q.choices, stepNone)
	}
	q.unread = func() bool { return q.choices[q.choice] != stepYes } // to say no needs no reading
	q.do = func(string, time.Duration) string {
		t.yes[step] = q.choices[q.choice] == stepYes
		return ""
	}
	q.next = func() {
		if q.choices[q.choice] == stepNone {
			n = len(t.asks)
		}
		t.next(n + 1)
	}
	return q
}

// does says whether a step is to be done, as things were answered.
func (t *undoing) does(n int) bool {
	s := &t.plan.Steps[n]
	return s.Refused == "" && (s.Ask == "" || t.yes[n])
}

// summary shows every step, and does them.
func (t *undoing) summary() *ask {
	var todo int
	var yes []int
	for n := range t.plan.Steps {
		if t.does(n) {
			todo++
			if t.plan.Steps[n].Ask != "" {
				yes = append(yes, n)
			}
		}
	}
	q := newAsk(t.views, "Take back "+t.name, t.text)
	if todo == 0 {
		q.does = "go back"
		q.do = func(string, time.Duration) string { return "" }
		return q
	}
	label := "Reason, for the ledger:"
	if t.item != nil && len(t.item.Paused) > 0 { // only these are told
		label = "Reason, for the agent:"
	}
	q.edit, q.label, q.does = newEditor(""), label, "take back "+display.Count(todo, "file")
	q.do = func(reason string, shown time.Duration) string {
		if t.item != nil && findChange(q.m.snap, t.of.Item) == nil {
			return t.of.Item + " waits no longer"
		}
		last := t.guard.typed
		t.answered = []string{t.of.Item}
		t.act.Undo(t.plan.ID, yes, strings.TrimSpace(reason), shown, func(out []session.UndoOutcome, err error) {
			t.done(out, err, t.guard.typed.Equal(last))
		})
		return ""
	}
	return q
}

// text is every step: first those that are done, then those that are not.
func (t *undoing) text(_ model, width int) []row {
	s := &sheet{worst: -1, width: width}
	some := func(title string, look role, pick func(int) bool, says func(*session.UndoStep)) {
		var list []*session.UndoStep
		for n := range t.plan.Steps {
			if pick(n) {
				list = append(list, &t.plan.Steps[n])
			}
		}
		if len(list) == 0 {
			return
		}
		s.says(0, fmt.Sprintf("%s (%d):", title, len(list)), look)
		for _, st := range list {
			says(st)
		}
	}
	does := func(st *session.UndoStep) {
		what := words(strings.TrimSuffix(orElse(st.Does, st.Path), ", if you say so: "+st.Ask), plain)
		if st.Ask != "" {
			what = line(what, words(", as you said", accent))
		}
		s.wrapped(blanks(2), what)
	}
	some("Will be done", accent, t.does, does)
	some("Refused", warning, func(n int) bool { return t.plan.Steps[n].Refused != "" }, func(st *session.UndoStep) {
		s.wrapped(blanks(2), words(st.Path, plain))
		s.wrapped(words("    because ", warning), words(st.Refused, plain))
	})
	some("Left alone, as you said", accent, func(n int) bool { return t.plan.Steps[n].Refused == "" && !t.does(n) }, func(st *session.UndoStep) {
		s.wrapped(blanks(2), words(st.Path, plain))
	})
	return s.rows
}

// done says what became of it. What went wrong is more than a line has room for: an
// operator who still looks on, and types nothing, is shown all of it.
func (t *undoing) done(out []session.UndoOutcome, err error, looking bool) {
	if err != nil {
		t.act.Note(display.Safe(t.name + " was not taken back: " + err.Error()))
		return
	}
	did := 0
	var failed []string
	for n, o := range out {
		switch {
		case o.Done:
			did++
		case n < len(t.plan.Steps) && t.does(n):
			failed = append(failed, "  "+o.Path+": "+orElse(o.Why, "no reason was given"))
		}
	}
	text := "took back " + display.Count(did, "file")
	if len(failed) > 0 {
		text += fmt.Sprintf("; %d NOT: %s", len(failed), strings.TrimSpace(failed[0]))
	}
	t.act.Note(display.Safe(text))
	if len(failed) > 0 && looking {
		t.push(newSummary(t.views, "Not taken back of "+t.name, textRows(failed...)))
	}
}
