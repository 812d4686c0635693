package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
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
	if !f.Served && !kept(f.Dir) {
		// A server must write the end down; it ends what is left of the agents too.
		if err := a.spawn(ctx, f.Dir, f.Record.Project); err != nil {
			return err
		}
		f.Served = true
	}
	c, err := dial(ctx, f)
	if err != nil {
		return err
	}
	had := worktreesOf(ctx, c)
	if err := c.Stop(ctx); err != nil {
		return fmt.Errorf("session %s: %w", f.Dir.Name(), err)
	}
	a.sayKept(ctx, f, had)
	_, err = fmt.Fprintf(a.out, "session %s has ended; its ledger stays: kavi log --session %[1]s\n", f.Dir.Name())
	return err
}
