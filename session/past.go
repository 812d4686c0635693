package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"kavi/gateway/watch"
	"kavi/session/ledger"
)

// Past is a session that has ended, opened once more to take back what it
// changed. What is taken back is recorded in its ledger, behind the entry of its
// end, and can be undone in turn. Close it.
type Past struct {
	lock *os.File
	led  *ledger.Ledger
	kept *watch.Kept
	plan watch.Plan
	of   ChangesOf
}

// OpenPast takes an ended session, so that nobody else does so meanwhile; it
// blocks as Open does. ErrLocked: somebody has it.
func OpenPast(d Dir, o ledger.Options) (_ *Past, err error) {
	lock, err := d.Lock(lockPatience)
	if err != nil {
		return nil, fmt.Errorf("session %s: %w", d.Name(), err)
	}
	p := &Past{lock: lock}
	defer func() {
		if err != nil {
			_ = p.Close()
		}
	}()
	rec, err := d.ReadRecord()
	if err != nil {
		return nil, fmt.Errorf("session %s: %w", d.Name(), err)
	}
	if rec.Ended.IsZero() {
		return nil, fmt.Errorf("session %s: it has not ended", d.Name())
	}
	if p.kept, err = watch.OpenKept(rec.Project, d.Baseline()); err != nil {
		return nil, fmt.Errorf("session %s: %w", d.Name(), err)
	}
	o.Name = d.Name()
	if p.led, err = ledger.Open(string(d), o); err != nil {
		return nil, fmt.Errorf("session %s: %w", d.Name(), err)
	}
	return p, nil
}

// Close lets go of it.
func (p *Past) Close() error {
	var errs []error
	if p.led != nil {
		errs = append(errs, p.led.Close())
	}
	if p.kept != nil {
		errs = append(errs, p.kept.Close())
	}
	return errors.Join(append(errs, p.lock.Close())...)
}

// PlanUndo says what taking changes back would do. Undo does the newest plan.
func (p *Past) PlanUndo(of ChangesOf) (UndoPlan, error) {
	list, err := ChangesIn(p.led, of)
	if err != nil {
		return UndoPlan{}, err
	}
	if p.plan, err = planOf(p.kept, list); err != nil {
		return UndoPlan{}, err
	}
	p.of = of
	return UndoPlan{Steps: showSteps(p.plan)}, nil
}

// Undo does what was planned, as Session.Undo does; nobody is left to be told the
// reason. It blocks until it is recorded.
func (p *Past) Undo(ctx context.Context, yes []string, reason string, by Operator) ([]UndoOutcome, error) {
	id, err := p.nextUndo()
	if err != nil {
		return nil, err
	}
	made, outcomes, err := p.kept.Apply(ctx, p.plan, saidYes(yes))
	entries := undoEntries(id, p.of, made, reason, by)
	const piece = 200
	for len(entries) > 0 {
		n := min(len(entries), piece)
		stored := make(chan error, 1)
		p.led.Append(entries[:n], func(_ ledger.Entry, err error) { stored <- err })
		if rerr := <-stored; rerr != nil {
			return showOutcomes(outcomes), errors.Join(err, fmt.Errorf("it was done and not recorded: %w", rerr))
		}
		entries = entries[n:]
	}
	return showOutcomes(outcomes), err
}

// nextUndo is an id that the session did not use.
func (p *Past) nextUndo() (string, error) {
	last := 0
	err := p.led.Entries(1, func(e ledger.Entry) error {
		if e.Kind == ledger.FileUndone {
			if n, err := strconv.Atoi(strings.TrimPrefix(e.Call, undoPrefix)); err == nil {
				last = max(last, n)
			}
		}
		return nil
	})
	return fmt.Sprintf(undoPrefix+"%02d", last+1), err
}

// Changes are the changes that its ledger tells of.
func (p *Past) Changes(of ChangesOf) ([]FileChange, error) { return ChangesIn(p.led, of) }
