package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/control"
	"kavi/session/ledger"
)

func (a *app) attachCommand() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "attach [SESSION]",
		Short: "come back to a session, also after a crash or a reboot",
		Args:  wrongUsage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				name = args[0]
			}
			return a.attach(c.Context(), name)
		},
		ValidArgsFunction: completeSessions,
	}
	sessionFlag(c, &name)
	return c
}

func (a *app) attach(ctx context.Context, name string) error {
	end, err := a.visit(ctx, name)
	if err != nil {
		return err
	}
	if end.Text != "" {
		a.say("%s", end.Text)
	}
	if end.Code != 0 {
		return status(end.Code)
	}
	return nil
}

// visit attaches until the operator leaves, or the session ends; how it ended is
// the caller's to say.
func (a *app) visit(ctx context.Context, name string) (end control.Exit, err error) {
	if !a.terminal() {
		return end, noTerminal("kavi attach")
	}
	f, err := find(name, false)
	if err != nil {
		return end, err
	}
	if !f.Record.Ended.IsZero() {
		return end, hint(fmt.Errorf("session %s: it has ended", f.Dir.Name()), "kavi log --session %s; a new one: kavi", f.Dir.Name())
	}
	client, err := dial(ctx, f)
	if errors.Is(err, errNotRunning) {
		if err := a.bringBack(ctx, f); err != nil {
			return end, err
		}
		f.Served = true
		client, err = dial(ctx, f)
	}
	if err != nil {
		return end, err
	}
	screen := control.Screen{Env: clientEnv(), OuterPrefixes: outerPrefixes(ctx), OuterRefusesCopies: outerRefusesCopies(ctx)}
	return newRelay(f.Dir.Name(), a.in, a.out.(*os.File), screen, func(ctx context.Context) (*control.Client, error) {
		f.Served = true // the keepers bring a server back that crashed
		return dial(ctx, f)
	}).run(ctx, client)
}

// bringBack starts a server for a session that has none, shows what was, and
// starts the agents again once the operator agrees.
func (a *app) bringBack(ctx context.Context, f session.Found) error {
	if err := outside(); err != nil {
		return err
	}
	a.say("session %s has no server: bringing it back", f.Dir.Name())
	if err := a.spawn(ctx, f.Dir, f.Record.Project); err != nil {
		return hint(err, "kavi stop %s ends it, with what is left of its agents; its server's log: %s", f.Dir.Name(), f.Dir.Log())
	}
	f.Served = true
	client, err := dial(ctx, f)
	if err != nil {
		return err
	}
	snap, err := client.Snapshot(ctx)
	if err != nil {
		return err
	}
	var gone []string
	for _, g := range snap.Agents {
		if g.State == session.Lost || g.State == session.Exited {
			gone = append(gone, g.Name)
		}
	}
	if len(gone) == 0 {
		return nil // their keepers held them
	}
	if err := a.showWhatWas(ctx, f, client, snap); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "Start the agents again: %s? [y/N] ", display.Safe(strings.Join(gone, ", ")))
	if !a.yes(ctx) {
		return nil
	}
	if wasFull(ctx, client) && !snap.FullAccess {
		fmt.Fprint(a.out, "This session had full access: nothing prompted. Give it again? [y/N] ")
		if a.yes(ctx) {
			if _, err := client.SetFullAccess(ctx, true); err != nil {
				return err
			}
		}
	}
	for _, name := range gone {
		if err := client.RestartAgent(ctx, name); err != nil {
			report(a.err, fmt.Errorf("agent %s: %w", name, err))
		}
	}
	return nil
}

func (a *app) showWhatWas(ctx context.Context, f session.Found, client *control.Client, snap *session.Snapshot) error {
	fmt.Fprintf(a.out, "Session %s in %s, started %s\n", f.Dir.Name(), display.Safe(f.Record.Project), f.Record.Created.Local().Format(time.DateTime))
	for _, g := range snap.Agents {
		fmt.Fprintf(a.out, "  %s: %s\n", display.Safe(g.Name), display.Safe(strings.Join(g.Argv, " ")))
	}
	if n := len(snap.Approvals); n > 0 {
		fmt.Fprintf(a.out, "  %d undecided: kavi approval list\n", n)
	}
	s, err := ledger.Summarise(time.Time{}, time.Time{}, client.Log(ctx, control.Range{}))
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	for _, row := range s.Rows() {
		fmt.Fprintln(a.out, "  "+row.String())
	}
	return nil
}

// wasFull says whether full access was on when the session lost its server.
func wasFull(ctx context.Context, client *control.Client) bool {
	on := false
	for e, err := range client.Log(ctx, control.Range{}) {
		if err != nil {
			return false
		}
		switch e.Kind { //nolint:exhaustive // the others do not switch it
		case ledger.FullAccessOn:
			on = true
		case ledger.FullAccessOff:
			// One that the return itself has written does not count.
			on = on && e.By != nil && e.By.Kind == ledger.ByRestart
		}
	}
	return on
}

// clientEnv is the part of our environment that describes the terminal.
func clientEnv() map[string]string {
	env := map[string]string{}
	for _, name := range control.ClientEnv() {
		if v, ok := os.LookupEnv(name); ok {
			env[name] = v
		}
	}
	return env
}
