package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"kavi/gateway/display"
	"kavi/session/ledger"
)

// Kinds of entries about worktrees.
const (
	worktreeMade    ledger.Kind = "worktree made"
	worktreeRemoved ledger.Kind = "worktree removed"
)

// ownPrefix begins the names of what kavi itself does with a repository: they stand
// where calls' do.
const ownPrefix = "worktree_"

// branchOf names the branch of an agent's worktree.
func (s *Session) branchOf(agent string) string {
	return "kavi/" + s.opts.Dir.Name() + "/" + agent
}

// worktreePath is where an agent's worktree is, with links resolved: to the agent
// and to the rules it is the project.
func (s *Session) worktreePath(agent string) string {
	d := s.opts.Dir
	if r, err := filepath.EvalSymlinks(string(d)); err == nil {
		d = Dir(r)
	}
	return d.Worktree(agent)
}

// giveWorktree makes the worktree that an agent is to be started in, or finds it
// again. It blocks until it is checked out and watched; it is not for the loop.
// fresh: nobody has worked there. notes are for the operator.
func (s *Session) giveWorktree(agent string) (fresh bool, notes []string, err error) {
	if t := s.trees.named(agent); t != nil && s.trees.removed(t) {
		return false, nil, errors.New("its worktree was removed: close its pane and start another agent")
	} else if t != nil {
		return false, nil, t.back()
	}
	w := Worktree{Agent: agent, Path: s.worktreePath(agent), Branch: s.branchOf(agent)}
	r, err := openRepo(s.ctx, s.opts.Project)
	if err == nil {
		over := s.doings.own(ownPrefix+agent, s.trees.named(""))
		w.Base, notes, err = r.add(w.Path, w.Branch)
		over()
	}
	if err != nil {
		return false, nil, fmt.Errorf("its worktree was not made: %w", err)
	}
	t := newWorktree(w, s.opts.Dir.WorktreeBaseline(agent))
	e := ledger.Entry{
		Kind: worktreeMade, Agent: agent, Path: w.Path, What: display.Safe(w.Branch),
		Data: map[string]string{"branch": w.Branch, "base": w.Base},
	}
	if err := s.store(s.ctx, e, func() { s.trees.add(t) }); err != nil {
		r.takeBack(w.Path, w.Branch, w.Base)
		return false, nil, fmt.Errorf("its worktree was not made: %w", err)
	}
	<-s.beginWatch(t)
	return true, notes, nil
}

// back says why an agent cannot come back into its worktree; nil: it can.
func (t *worktree) back() error {
	switch _, err := os.Lstat(filepath.Join(t.Path, ".git")); {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("its worktree is gone from %s, though nobody told kavi: git worktree prune, then git worktree add %[1]s %s brings it back without what was not committed", t.Path, t.Branch)
	case err != nil:
		return fmt.Errorf("its worktree: %w", err)
	}
	return nil
}

// store records an entry, and then, in the loop, what it is about. It waits for both.
func (s *Session) store(ctx context.Context, e ledger.Entry, then func()) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		s.commit([]ledger.Entry{e}, func(err error) {
			if err == nil {
				then()
				s.changed = true
			}
			reply(struct{}{}, err)
		})
	})
	return err
}

// RemoveWorktree removes the worktree of an agent that does not run, with its
// branch unless that is to be kept. ErrHolds: something in it is nowhere else. It
// blocks for as long as git takes to look and to remove.
func (s *Session) RemoveWorktree(ctx context.Context, agent string, keepBranch bool, by Operator) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		t, a := s.trees.named(agent), s.agents[agent]
		refuse := func(why string) { reply(struct{}{}, fmt.Errorf("agent %s: %s", display.Safe(agent), why)) }
		switch {
		case s.stopping:
			reply(struct{}{}, ErrEnded)
		case agent == "" || t == nil:
			refuse("it has no worktree")
		case t.gone:
			refuse("its worktree was removed before")
		case a != nil && a.exit == nil && a.state != Lost:
			refuse("it still runs there: close its pane first")
		case s.reserved[agent]:
			refuse("something is done with it at this moment")
		default:
			s.reserved[agent] = true
			s.wg.Go(func() {
				err := s.dropWorktree(t, keepBranch, by, anyState)
				if err != nil {
					err = fmt.Errorf("worktree of %s: %w", agent, err)
				}
				s.post(func() {
					s.release(agent)
					reply(struct{}{}, err)
				})
			})
		}
	})
	return err
}

// anyState is for dropWorktree where nothing is lost.
func anyState(*WorktreeState) bool { return true }

// dropWorktree removes a worktree if nothing is lost with it, and records that; one
// whose state is not as wanted stays. It is not for the loop.
func (s *Session) dropWorktree(t *worktree, keepBranch bool, by Operator, wanted func(*WorktreeState) bool) error {
	t.dropping.Lock()
	defer t.dropping.Unlock()
	if s.trees.removed(t) {
		return nil // by somebody else, meanwhile
	}
	r, err := openRepo(s.ctx, s.opts.Project)
	if err != nil {
		return err
	}
	st, err := r.look(t.Worktree)
	if err != nil || !wanted(&st) {
		return err
	}
	if why := st.Holds(keepBranch); why != "" {
		return fmt.Errorf("%w: %s", ErrHolds, why)
	}
	t.endWatch() // it would see everything being deleted
	over := s.doings.own(ownPrefix+t.Agent, s.trees.named(""))
	err = r.remove(t.Worktree, st, keepBranch)
	over()
	if err != nil {
		s.beginWatch(t)
		return err
	}
	return s.store(s.ctx, removedEntry(t.Worktree, keepBranch, by), func() { s.trees.remove(t) })
}

func removedEntry(w Worktree, keepBranch bool, by Operator) ledger.Entry {
	e := ledger.Entry{
		Kind: worktreeRemoved, Agent: w.Agent, Path: w.Path, What: display.Safe(w.Branch), By: operator(by),
		Why: "with its branch, of which everything is elsewhere too", Data: map[string]string{"branch": w.Branch},
	}
	if keepBranch {
		e.Why = "its branch stays"
	}
	return e
}

// unmake takes a worktree back whose agent was not started.
func (s *Session) unmake(agent string) {
	if err := s.dropWorktree(s.trees.named(agent), false, Operator{Client: "kavi"}, anyState); err != nil {
		s.log.Error("taking a worktree back", "agent", agent, "err", err)
	}
}

// stopTrees bounds what the end of a session does about worktrees.
const stopTrees = time.Minute

// dropEmpty removes the worktrees of a session that ends in which there is nothing
// that is not elsewhere, not even what git ignores. The others stay.
func (s *Session) dropEmpty(by Operator) {
	deadline := time.Now().Add(stopTrees)
	for _, t := range s.trees.all() {
		if t.Agent == "" || time.Now().After(deadline) {
			continue
		}
		if err := s.dropWorktree(t, false, by, (*WorktreeState).Empty); err != nil {
			s.log.Warn("looking at a worktree", "agent", t.Agent, "err", err)
		}
	}
}

// pastWorktrees are those that a ledger tells of, in the order in which they were
// made.
type pastWorktrees []pastWorktree

type pastWorktree struct {
	Worktree
	gone bool
}

func (p *pastWorktrees) take(e ledger.Entry) {
	switch e.Kind { //nolint:exhaustive // the others are not about worktrees
	case worktreeMade:
		*p = append(*p, pastWorktree{Worktree: Worktree{Agent: e.Agent, Path: e.Path, Branch: e.Data["branch"], Base: e.Data["base"]}})
	case worktreeRemoved:
		for i := range *p {
			(*p)[i].gone = (*p)[i].gone || (*p)[i].Agent == e.Agent
		}
	}
}

// WorktreesIn are the worktrees that a ledger tells of and that were not removed.
func WorktreesIn(l *ledger.Ledger) ([]Worktree, error) {
	var p pastWorktrees
	err := l.Entries(1, func(e ledger.Entry) error {
		p.take(e)
		return nil
	})
	var list []Worktree
	for _, w := range p {
		if !w.gone {
			list = append(list, w.Worktree)
		}
	}
	return list, err
}

// CheckWorktrees says why agents in a project could not be given worktrees; nil:
// they can, as far as that is known. It blocks for some git commands. ErrNoRepository,
// ErrBare, ErrNoCommit.
func CheckWorktrees(ctx context.Context, project string) error {
	r, err := openRepo(ctx, project)
	if err == nil {
		_, err = r.head()
	}
	return err
}

// LookAtWorktree says what is in a worktree of a project that is nowhere else. It
// blocks for as long as git takes to look; ctx ends that.
func LookAtWorktree(ctx context.Context, project string, w Worktree) (WorktreeState, error) {
	r, err := openRepo(ctx, project)
	if err != nil {
		return WorktreeState{}, err
	}
	return r.look(w)
}

// RemoveWorktree is Session.RemoveWorktree for a session that has ended.
func (p *Past) RemoveWorktree(ctx context.Context, agent string, keepBranch bool, by Operator) error {
	list, err := WorktreesIn(p.led)
	if err != nil {
		return err
	}
	for _, w := range list {
		if w.Agent != agent {
			continue
		}
		r, err := openRepo(ctx, p.keeps.project)
		if err != nil {
			return err
		}
		st, err := r.look(w)
		if err == nil {
			err = r.remove(w, st, keepBranch)
		}
		if err != nil {
			return fmt.Errorf("worktree of %s: %w", agent, err)
		}
		return p.led.Store(removedEntry(w, keepBranch, by))
	}
	return fmt.Errorf("agent %s: it has no worktree", display.Safe(agent))
}
