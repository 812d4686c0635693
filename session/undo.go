package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/gateway/watch"
	"kavi/session/ledger"
)

// undoPlan is a plan that was shown.
type undoPlan struct {
	plan watch.Plan
	of   ChangesOf
	made time.Time
}

// undoPrefix begins the ids of what was taken back: they stand where calls' do.
const undoPrefix = "undo_"

// maxPlans is how many plans are kept for the operator's yes, the newest.
const maxPlans = 16

// PlanUndo says what taking changes back would do. It reads files and blocks.
func (s *Session) PlanUndo(ctx context.Context, of ChangesOf) (UndoPlan, error) {
	k, err := s.kept()
	if err != nil {
		return UndoPlan{}, err
	}
	list, err := s.Changes(ctx, of)
	if err != nil {
		return UndoPlan{}, err
	}
	plan, err := planOf(k, list)
	if err != nil {
		return UndoPlan{}, err
	}
	m := &s.watched
	m.mu.Lock()
	m.seq++
	id := fmt.Sprintf("plan_%d", m.seq)
	if m.plans == nil {
		m.plans = make(map[string]undoPlan)
	}
	for old, p := range m.plans {
		if len(m.plans) >= maxPlans || time.Since(p.made) > time.Hour {
			delete(m.plans, old)
		}
	}
	m.plans[id] = undoPlan{plan: plan, of: of, made: time.Now()}
	m.mu.Unlock()
	return UndoPlan{ID: id, Steps: showSteps(plan)}, nil
}

func planOf(k *watch.Kept, list []FileChange) (watch.Plan, error) {
	if len(list) == 0 {
		return nil, errors.New("nothing that this session saw changed by that")
	}
	changes := make([]watch.Change, len(list))
	for i, f := range list {
		changes[i] = f.change
	}
	return k.Plan(changes)
}

func showSteps(plan watch.Plan) (out []UndoStep) {
	for _, st := range plan {
		step := UndoStep{Path: display.Safe(string(st.Path)), Does: st.String(), Refused: st.Refused, Ask: st.Ask, Idle: st.Do == watch.Nothing && st.Refused == ""}
		if len(st.Merged) > 0 {
			step.Rows = display.Rows(string(st.Merged))
		}
		out = append(out, step)
	}
	return out
}

func showOutcomes(outcomes []watch.Outcome) (out []UndoOutcome) {
	for _, o := range outcomes {
		u := UndoOutcome{Path: display.Safe(string(o.Step.Path)), Done: o.Done}
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

// saidYes is whether the operator said yes to a step that asks, for Kept.Apply.
func saidYes(yes []string) func(watch.Step) bool {
	return func(st watch.Step) bool { return slices.Contains(yes, display.Safe(string(st.Path))) }
}

// Undo does a plan: the steps that ask only where yes names their path. It is
// recorded, and can be undone itself. The reason of one that takes unexplained
// changes back is told to the agents that were paused for them. It blocks.
func (s *Session) Undo(ctx context.Context, plan string, yes []string, reason string, by Operator) ([]UndoOutcome, error) {
	k, err := s.kept()
	if err != nil {
		return nil, err
	}
	m := &s.watched
	m.mu.Lock()
	p, ok := m.plans[plan]
	delete(m.plans, plan)
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
	s.doings.made(id, expected(p.plan))
	made, outcomes, err := k.Apply(ctx, p.plan, saidYes(yes))
	s.doings.made(id, made)
	out := showOutcomes(outcomes)
	if rerr := s.recordUndo(context.WithoutCancel(ctx), id, p.of, made, reason, by); err == nil {
		err = rerr
	}
	return out, err
}

// expected are the changes that a plan will make, for the watcher.
func expected(plan watch.Plan) (out []watch.Change) {
	for _, st := range plan {
		if st.Refused != "" || st.Do == watch.Nothing {
			continue
		}
		c := watch.Change{Path: st.Path, Kind: watch.Modified, Before: st.Now, After: st.Want}
		if st.Do == watch.Move {
			c.Kind, c.From = watch.Renamed, st.From
		}
		out = append(out, c)
	}
	return out
}

// undoEntries are what is recorded of an undo.
func undoEntries(id string, of ChangesOf, made []watch.Change, reason string, by Operator) (entries []ledger.Entry) {
	for _, c := range made {
		entries = append(entries, ledger.Entry{
			Kind: ledger.FileUndone, Call: id, By: operator(by), Path: string(c.Path), What: display.Safe(string(c.Path)), Reason: reason,
			Data: map[string]string{"change": changeJSON(c), "calls": id, "of": strings.Join(of.Calls, " ")},
		})
	}
	return entries
}

// recordUndo writes down what was taken back, and closes what it was about.
func (s *Session) recordUndo(ctx context.Context, id string, of ChangesOf, made []watch.Change, reason string, by Operator) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		entries := undoEntries(id, of, made, reason, by)
		if of.Item != "" {
			entries = append(entries, ledger.Entry{Kind: changeKept, By: operator(by), Why: "taken back, as far as that could be: " + id, Data: map[string]string{"item": of.Item}})
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
