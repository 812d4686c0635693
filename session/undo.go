package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"kavi/gateway/display"
	"kavi/gateway/watch"
	"kavi/session/ledger"
)

// undoPlan is a plan that was shown: for each worktree one of its own.
type undoPlan struct {
	trees []treePlan
	of    ChangesOf
	made  time.Time
}

type treePlan struct {
	worktree string
	kept     *watch.Kept
	plan     watch.Plan
}

// plans are those that were shown.
type plans struct {
	mu  sync.Mutex
	of  map[string]undoPlan
	seq int
}

// drop drops what is old, and the oldest of too many.
func (m *plans) drop() {
	maps.DeleteFunc(m.of, func(_ string, p undoPlan) bool { return time.Since(p.made) > time.Hour })
	for len(m.of) > maxPlans {
		oldest := slices.MinFunc(slices.Collect(maps.Keys(m.of)), func(a, b string) int { return m.of[a].made.Compare(m.of[b].made) })
		delete(m.of, oldest)
	}
}

// undoPrefix begins the ids of what was taken back: they stand where calls' do.
const undoPrefix = "undo_"

// maxPlans is how many plans are kept for the operator's yes, the newest.
const maxPlans = 16

// PlanUndo says what taking changes back would do. It reads files and blocks.
func (s *Session) PlanUndo(ctx context.Context, of ChangesOf) (UndoPlan, error) {
	list, err := s.Changes(ctx, of)
	if err != nil {
		return UndoPlan{}, err
	}
	trees, err := planOf(s.kept, list)
	if err != nil {
		return UndoPlan{}, err
	}
	m := &s.plans
	m.mu.Lock()
	m.seq++
	id := fmt.Sprintf("plan_%d", m.seq)
	if m.of == nil {
		m.of = make(map[string]undoPlan)
	}
	m.of[id] = undoPlan{trees: trees, of: of, made: time.Now()}
	m.drop()
	m.mu.Unlock()
	return UndoPlan{ID: id, Steps: showSteps(trees)}, nil
}

// planOf plans for each worktree by itself, in the order in which something changed
// there first.
func planOf(kept func(worktree string) (*watch.Kept, error), list []FileChange) ([]treePlan, error) {
	if len(list) == 0 {
		return nil, errors.New("nothing that this session saw changed by that")
	}
	var trees []treePlan
	for _, in := range byTree(list) {
		k, err := kept(in.worktree)
		if err != nil {
			return nil, err
		}
		plan, err := k.Plan(in.changes)
		if err != nil {
			return nil, err
		}
		trees = append(trees, treePlan{in.worktree, k, plan})
	}
	return trees, nil
}

func showSteps(trees []treePlan) (out []UndoStep) {
	for _, t := range trees {
		for _, st := range t.plan {
			step := UndoStep{Path: showPath(t.worktree, st.Path), Does: st.String(), Refused: st.Refused, Ask: st.Ask, Idle: st.Do == watch.Nothing && st.Refused == ""}
			if t.worktree != "" {
				step.Does = t.worktree + ": " + step.Does
			}
			if st.Merged != nil {
				step.Rows = t.kept.Preview(st).Rows()
			}
			out = append(out, step)
		}
	}
	return out
}

func showOutcomes(worktree string, outcomes []watch.Outcome) (out []UndoOutcome) {
	for _, o := range outcomes {
		u := UndoOutcome{Path: showPath(worktree, o.Step.Path), Done: o.Done}
		switch {
		case o.Err != nil:
			u.Why = display.Safe(o.Err.Error())
		case o.Step.Refused != "":
			u.Why = o.Step.Refused
		case !o.Done && o.Step.Ask != "":
			u.Why = "left as it is: " + o.Step.Ask
		}
		out = append(out, u)
	}
	return out
}

// said are the paths that the operator said yes to; there is one step for each path.
func (t *treePlan) said(first int, yes []int) map[watch.Path]bool {
	said := make(map[watch.Path]bool)
	for n, st := range t.plan {
		said[st.Path] = slices.Contains(yes, first+n)
	}
	return said
}

// apply does a plan in its worktree: what asks only where yes has its number among
// all steps, of which first is the number of this plan's first.
func (t *treePlan) apply(ctx context.Context, first int, yes []int) (made []watch.Change, out []UndoOutcome, err error) {
	said := t.said(first, yes)
	made, outcomes, err := t.kept.Apply(ctx, t.plan, func(st watch.Step) bool { return said[st.Path] })
	for n := len(outcomes); n < len(t.plan); n++ { // its folder is gone
		outcomes = append(outcomes, watch.Outcome{Step: t.plan[n], Err: err})
	}
	return made, showOutcomes(t.worktree, outcomes), err
}

// Undo does a plan: the steps that ask only where yes has their number, which counts
// from 0; names are no names, because two of them may be shown alike. It is
// recorded, and can be undone itself, and has an outcome for each step. The reason of one that takes unexplained
// changes back is told to the agents that were paused for them. It blocks.
func (s *Session) Undo(ctx context.Context, plan string, yes []int, reason string, by Operator) ([]UndoOutcome, error) {
	m := &s.plans
	m.mu.Lock()
	p, ok := m.of[plan]
	delete(m.of, plan)
	m.seq++
	m.mu.Unlock()
	if !ok {
		return nil, errors.New("that plan is not there any more: look again")
	}
	id, err := ask(ctx, s, func(reply func(string, error)) {
		s.undoSeq++
		reply(fmt.Sprintf(undoPrefix+"%02d", s.undoSeq), nil)
	})
	if err != nil {
		return nil, err
	}
	s.flush(ctx, flushWait) // what was there before has been seen as such
	defer func() {
		s.flush(ctx, flushWait) // so has this: what comes later is not its doing
		s.doings.end(id)
	}()
	var out []UndoOutcome
	var entries []ledger.Entry
	for _, t := range p.trees {
		s.doings.undo(id, s.trees.named(t.worktree), t.expected(t.said(len(out), yes)))
		made, outcomes, aerr := t.apply(ctx, len(out), yes)
		out, err = append(out, outcomes...), errors.Join(err, aerr)
		entries = append(entries, undoEntries(id, t.worktree, p.of, made, reason, by)...)
	}
	if rerr := s.recordUndo(context.WithoutCancel(ctx), id, p.of, entries, reason, by); err == nil {
		err = rerr
	}
	return out, err
}

// expected are the changes that it may make, for the watcher.
func (t *treePlan) expected(said map[watch.Path]bool) []watch.Change {
	return t.kept.Expected(slices.DeleteFunc(slices.Clone(t.plan), func(st watch.Step) bool { return st.Ask != "" && !said[st.Path] }))
}

// undoEntries are what is recorded of an undo.
func undoEntries(id, worktree string, of ChangesOf, made []watch.Change, reason string, by Operator) (entries []ledger.Entry) {
	for _, c := range made {
		e := ledger.Entry{
			Kind: ledger.FileUndone, Call: id, By: operator(by), Path: string(c.Path), What: showPath(worktree, c.Path), Reason: reason,
			Data: map[string]string{"change": changeJSON(c), "calls": id, "of": strings.Join(of.Calls, " ")},
		}
		if worktree != "" {
			e.Data["worktree"] = worktree
		}
		entries = append(entries, e)
	}
	return entries
}

// recordUndo writes down what was taken back, and closes what it was about.
func (s *Session) recordUndo(ctx context.Context, id string, of ChangesOf, entries []ledger.Entry, reason string, by Operator) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		if of.Item != "" {
			entries = append(entries, ledger.Entry{Kind: ledger.ChangeTakenBack, By: operator(by), Why: "as far as that could be: " + id, Data: map[string]string{"item": of.Item, "undo": id}})
		}
		s.commitAll(entries, func(err error) {
			if u := s.items[of.Item]; u != nil && err == nil {
				for _, name := range u.Paused {
					if a := s.agents[name]; a != nil {
						a.rebuke = "your change of " + u.Files[0].Path + " was taken back by the operator"
						if reason != "" {
							a.rebuke += ": " + display.Safe(reason)
						}
					}
				}
				s.closeItem(u)
			}
			reply(struct{}{}, err)
		})
	})
	return err
}
