package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"kavi/panes"
	"kavi/pty/proc"
	"kavi/session"
	"kavi/session/control"
)

func (a *app) stopCommand() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "stop [SESSION]",
		Short: "end a session: its agents, its server; the ledger stays",
		Args:  wrongUsage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				name = args[0]
			}
			return a.stop(c.Context(), name)
		},
		ValidArgsFunction: completeSessions,
	}
	sessionFlag(c, &name)
	return c
}

func (a *app) stop(ctx context.Context, name string) error {
	f, err := find(name, false)
	if err != nil {
		return err
	}
	if !f.Record.Ended.IsZero() {
		return hint(fmt.Errorf("session %s: it has ended", f.Dir.Name()), "kavi log --session %s", f.Dir.Name())
	}
	c, err := dial(ctx, f)
	if errors.Is(err, errNoAnswer) {
		if err := a.endServer(f, err); err != nil {
			return err
		}
		f.Served = f.Dir.Served() // the keepers bring another
		c, err = dial(ctx, f)
	}
	if errors.Is(err, errNotRunning) {
		// A server must write the end down; it ends what is left of the agents too.
		if err := outside(); err != nil {
			return err
		}
		if err := a.spawn(ctx, f.Dir, f.Record.Project); err != nil {
			return a.stopAlone(ctx, f, err)
		}
		f.Served = true
		c, err = dial(ctx, f)
	}
	if err != nil {
		return err
	}
	had, err := c.Snapshot(ctx)
	if err != nil {
		had = &session.Snapshot{} // that it ends matters more than what is said of it
	}
	if err := a.end(ctx, c, f.Dir); err != nil {
		return err
	}
	a.sayUnanswered(f, had.Unexplained)
	a.sayKept(ctx, f, had.Worktrees)
	return a.sayEnded(f.Dir)
}

// endServer kills a server that does not answer: it would not end its session either.
func (a *app) endServer(f session.Found, why error) error {
	if err := outside(); err != nil {
		return err
	}
	server, err := f.Dir.Server()
	if err != nil {
		return why
	}
	if err := proc.Signal(server, syscall.SIGKILL); err != nil && !errors.Is(err, proc.ErrGone) {
		return errors.Join(why, err)
	}
	a.say("session %s: its server did not answer, and was killed (process %d)", f.Dir.Name(), server.PID)
	return nil
}

// end has a session ended by its server. What could not be recorded of the end of one
// that has ended is only said.
func (a *app) end(ctx context.Context, c *control.Client, dir session.Dir) error {
	err := c.Stop(ctx)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("session %s: %w", dir.Name(), err)
	if !hasEnded(dir) {
		return err
	}
	a.say("%v", err)
	return nil
}

// stopAlone ends a session without a server, since none can be started.
func (a *app) stopAlone(ctx context.Context, f session.Found, why error) error {
	if ctx.Err() != nil {
		return why
	}
	a.say("%v", why)
	if err := session.End(f.Dir); err != nil {
		return err
	}
	a.say("session %s: it was ended without a server: its ledger does not have the end", f.Dir.Name())
	return a.sayEnded(f.Dir)
}

func (a *app) sayEnded(dir session.Dir) error {
	_, err := fmt.Fprintf(a.out, "session %s has ended; its ledger stays: kavi log --session %[1]s\n", dir.Name())
	return err
}

// hasEnded tells whether a session is on record as ended.
func hasEnded(dir session.Dir) bool {
	r, err := dir.ReadRecord()
	return err == nil && !r.Ended.IsZero()
}

// sayUnanswered says which changes of what decides what runs nobody has answered when
// a session ends: they stay.
func (a *app) sayUnanswered(f session.Found, changes []*session.Unexplained) {
	for _, u := range changes {
		if u.Protected {
			a.say("not answered: %s PROTECTED %s; kavi undo %[1]s --session %[3]s shows what can be taken back, and asks", u.ID, panes.ChangeLine(u), f.Dir.Name())
		}
	}
}
