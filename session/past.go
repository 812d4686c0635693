package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"

	"kavi/gateway/watch"
	"kavi/session/ledger"
)

// Past is a session that has ended, opened once more to take back what it
// changed. What is taken back is recorded in its ledger, behind the entry of its
// end, and can be undone in turn. Close it.
type Past struct {
	lock  *os.File
	led   *ledger.Ledger
	keeps *Keeps
	plan  []treePlan
	of    ChangesOf
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
	p.keeps = NewKeeps(d, rec.Project)
	if _, err = p.keeps.Of(""); err != nil {
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
	if p.keeps != nil {
		errs = append(errs, p.keeps.Close())
	}
	return errors.Join(append(errs, p.lock.Close())...)
}

// PlanUndo says what taking changes back would do. Undo does the newest plan.
func (p *Past) PlanUndo(of ChangesOf) (UndoPlan, error) {
	list, err := ChangesIn(p.led, of)
	if err != nil {
		return UndoPlan{}, err
	}
	if p.plan, err = planOf(p.keeps.Of, list); err != nil {
		return UndoPlan{}, err
	}
	p.of = of
	return UndoPlan{Steps: showSteps(p.plan)}, nil
}

// Undo does what was planned, as Session.Undo does; nobody is left to be told the
// reason. It blocks until it is recorded.
func (p *Past) Undo(ctx context.Context, yes []int, reason string, by Operator) ([]UndoOutcome, error) {
	id, err := p.nextUndo()
	if err != nil {
		return nil, err
	}
	var out []UndoOutcome
	var entries []ledger.Entry
	for _, t := range p.plan {
		made, outcomes, aerr := t.apply(ctx, len(out), yes)
		out, err = append(out, outcomes...), errors.Join(err, aerr)
		entries = append(entries, undoEntries(id, t.worktree, p.of, made, reason, by)...)
	}
	const piece = 200
	for len(entries) > 0 {
		n := min(len(entries), piece)
		if rerr := p.led.Store(entries[:n]...); rerr != nil {
			return out, errors.Join(err, fmt.Errorf("it was done and not recorded: %w", rerr))
		}
		entries = entries[n:]
	}
	return out, err
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

// Keeps is what a session kept of its project and of its worktrees that nobody
// watches any more, each opened when it is asked for. Close it.
type Keeps struct {
	dir     Dir
	project string
	mu      sync.Mutex
	open    map[string]*watch.Kept
}

// NewKeeps opens nothing yet.
func NewKeeps(d Dir, project string) *Keeps {
	return &Keeps{dir: d, project: project, open: make(map[string]*watch.Kept)}
}

// Of is what was kept of an agent's worktree; of the project, where it names none.
func (k *Keeps) Of(worktree string) (*watch.Kept, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if one := k.open[worktree]; one != nil {
		return one, nil
	}
	root, folder := k.project, k.dir.Baseline()
	if worktree != "" {
		root, folder = k.dir.Worktree(worktree), k.dir.WorktreeBaseline(worktree)
	}
	one, err := watch.OpenKept(root, folder)
	if err == nil {
		k.open[worktree] = one
	}
	return one, err
}

// Close closes what was opened.
func (k *Keeps) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	var errs []error
	for _, one := range k.open {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}
