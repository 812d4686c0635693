package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/control"
)

type undoOptions struct {
	session string
	words   []string
	since   string
	yes     bool
	reason  string
}

func (a *app) undoCommand() *cobra.Command {
	var o undoOptions
	c := &cobra.Command{
		Use:   "undo [ID...|AGENT] [--since TIME]",
		Short: "take back what agents changed",
		Long: `Take back changes of files: of calls (call_12, or the approval's id apr_03), of one agent, since
a time, or those that no call explains (chg_02). It works for what shell commands did, rm and
mv and sed -i, as for edits. First it shows what it would do to each file, and asks.

Nothing else is touched. Where somebody changed a file since, it offers the text as it is now
without the changes that are undone, shows it, and asks about that file alone; where that
cannot be done the file is left alone, and that is said. Each file is replaced whole or not
at all, with its mode; links come back as links. What was done can be undone in turn, by the
undo's own id. --since leaves out what no call explains: it may be your own.

--yes does what needs no further word; without a terminal, only that. The exit code is 1 if
something could not be taken back. In a session that has ended it works too, and is recorded
in its ledger; one that lost its server is brought back first: kavi attach.`,
		RunE: func(c *cobra.Command, args []string) error {
			o.words = args
			return a.undo(c.Context(), o)
		},
	}
	pastSessionFlag(c, &o.session)
	c.ValidArgsFunction = a.completeAgents(&o.session)
	c.Flags().StringVar(&o.since, "since", "", "what was changed since then: 2h, 15:04, 2006-01-02, 2006-01-02T15:04:05Z")
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	c.Flags().StringVar(&o.reason, "reason", "", "why, for the ledger; an agent that was paused for the changes is told")
	return c
}

func (a *app) undo(ctx context.Context, o undoOptions) error {
	if err := outsideAgents(); err != nil {
		return hint(err, "changes are taken back by the operator, from outside of every agent")
	}
	of, err := a.chosenChanges(o)
	if err != nil {
		return err
	}
	f, err := find(o.session, true)
	if err != nil {
		return err
	}
	u, err := a.undoer(ctx, f)
	if err != nil {
		return err
	}
	defer u.close()
	if of.Allowed {
		if err := a.sayLeftOut(ctx, u, of); err != nil {
			return err
		}
	}
	return a.takeBack(ctx, u, of, o)
}

// chosenChanges are the changes that the words of a command line name.
func (a *app) chosenChanges(o undoOptions) (of session.ChangesOf, err error) {
	if of.Since, err = a.since(o.since); err != nil {
		return of, err
	}
	for _, word := range o.words {
		id, ok := changeID(word)
		switch {
		case !ok:
			of.Agent = word
		case strings.HasPrefix(id, "chg_"):
			of.Item = id
		default:
			of.Calls = append(of.Calls, id)
		}
	}
	switch {
	case len(o.words) == 0 && o.since == "":
		return of, hint(usagef("undo: what? A call, an approval, an agent, or --since"), "kavi changes --summary shows what there is")
	case len(o.words) > 1 && len(of.Calls) < len(o.words):
		return of, usagef("undo: several calls, or one agent, or one change")
	case len(o.words) == 1 && of.Agent == "" && o.since != "":
		return of, usagef("--since goes with an agent, not with %s", o.words[0])
	}
	of.Allowed = len(o.words) == 0
	return of, nil
}

// undoer takes changes back: a server, or we ourselves where the session has ended.
type undoer interface {
	changes(ctx context.Context, of session.ChangesOf) ([]session.FileChange, error)
	plan(ctx context.Context, of session.ChangesOf) (session.UndoPlan, error)
	undo(ctx context.Context, plan string, yes []int, reason string) ([]session.UndoOutcome, error)
	close()
}

func (a *app) undoer(ctx context.Context, f session.Found) (undoer, error) {
	if f.Record.Ended.IsZero() {
		c, err := dial(ctx, f)
		return undoByServer{c}, err
	}
	p, err := a.past(f) //nolint:contextcheck // it bounds its waits by itself
	if err != nil {
		return nil, err
	}
	return undoOfPast{p}, nil
}

type undoByServer struct{ *control.Client }

func (u undoByServer) changes(ctx context.Context, of session.ChangesOf) ([]session.FileChange, error) {
	return u.Changes(ctx, of)
}

func (u undoByServer) plan(ctx context.Context, of session.ChangesOf) (session.UndoPlan, error) {
	return u.PlanUndo(ctx, of)
}

func (u undoByServer) undo(ctx context.Context, plan string, yes []int, reason string) ([]session.UndoOutcome, error) {
	return u.Undo(ctx, plan, yes, reason)
}

func (u undoByServer) close() {}

type undoOfPast struct{ *session.Past }

func (u undoOfPast) changes(_ context.Context, of session.ChangesOf) ([]session.FileChange, error) {
	return u.Changes(of)
}

func (u undoOfPast) plan(_ context.Context, of session.ChangesOf) (session.UndoPlan, error) {
	return u.PlanUndo(of)
}

func (u undoOfPast) undo(ctx context.Context, _ string, yes []int, reason string) ([]session.UndoOutcome, error) {
	return u.Undo(ctx, yes, reason, session.Operator{Client: "command line", Terminal: terminalName()})
}

func (u undoOfPast) close() { _ = u.Close() } // what it stored was stored by Undo

// sayLeftOut says how much of a time is left alone because it may be the operator's own.
func (a *app) sayLeftOut(ctx context.Context, u undoer, of session.ChangesOf) error {
	of.Allowed = false
	list, err := u.changes(ctx, of)
	if err != nil {
		return err
	}
	if n := countUnexplained(list); n > 0 {
		a.say("left out: %s that no call explains and that may be your own: kavi changes --summary", display.Count(n, "change"))
	}
	return nil
}

// takeBack shows a plan, asks, and does it.
func (a *app) takeBack(ctx context.Context, u undoer, of session.ChangesOf, o undoOptions) error {
	plan, err := u.plan(ctx, of)
	if err != nil {
		return hint(err, "kavi changes --summary shows what there is")
	}
	free, asks, refused := 0, 0, 0
	for _, st := range plan.Steps {
		fmt.Fprintf(a.out, "  %s\n", st.Does)
		switch {
		case st.Refused != "":
			refused++
		case st.Idle:
		case st.Ask != "":
			asks++
		default:
			free++
		}
	}
	switch {
	case free+asks == 0 && refused == 0:
		_, err := fmt.Fprintln(a.out, "nothing is left to take back")
		return err
	case free+asks == 0:
		return errors.New("nothing of it can be taken back")
	case !o.yes && !a.terminal():
		return hint(usagef("undo asks before it does anything, and there is no terminal to ask at"), "--yes")
	}
	if free > 0 && !o.yes {
		fmt.Fprintf(a.out, "Do %s? [y/N] ", these(free, asks))
		if !a.yes(ctx) {
			fmt.Fprintln(a.out, "nothing was taken back")
			return nil
		}
	}
	yes, no := a.askSteps(ctx, plan)
	if ctx.Err() != nil || free+len(yes) == 0 && len(no) > 0 {
		fmt.Fprintln(a.out, "nothing was taken back")
		return ctx.Err()
	}
	outcomes, err := u.undo(ctx, plan.ID, yes, o.reason)
	said := a.sayUndone(ctx, u, outcomes, no)
	if err != nil {
		return err
	}
	return said
}

// these names the steps of a plan that need no further word.
func these(free, asks int) string {
	switch {
	case asks > 0 && free == 1:
		return "the one that needs no further word"
	case asks > 0:
		return fmt.Sprintf("the %d that need no further word", free)
	case free == 1:
		return "this"
	}
	return fmt.Sprintf("these %d", free)
}

// askSteps asks about each step that needs a word of its own, with the difference it
// would make, and gives their numbers. Without a terminal nobody says yes or no.
func (a *app) askSteps(ctx context.Context, plan session.UndoPlan) (yes, no []int) {
	if !a.terminal() {
		return nil, nil
	}
	for n, st := range plan.Steps {
		if st.Ask == "" || st.Refused != "" || ctx.Err() != nil {
			continue
		}
		fmt.Fprintf(a.out, "\n%s: %s\n", st.Path, st.Ask)
		for _, row := range st.Rows {
			fmt.Fprintf(a.out, "  │ %s\n", row)
		}
		what := "Do it?"
		if len(st.Rows) > 0 {
			what = "Write that?"
		}
		fmt.Fprintf(a.out, "%s [y/N] ", what)
		if a.yes(ctx) {
			yes = append(yes, n)
		} else {
			no = append(no, n)
		}
	}
	return yes, no
}

// sayUndone says what became of each step. What the operator said no to is no failure.
func (a *app) sayUndone(ctx context.Context, u undoer, outcomes []session.UndoOutcome, no []int) error {
	done, failed := 0, 0
	for n, out := range outcomes {
		switch {
		case out.Done:
			done++
		case out.Why == "" || slices.Contains(no, n):
		default:
			failed++
			a.say("%s: %s", out.Path, out.Why)
		}
	}
	again := ""
	if list, err := u.changes(ctx, session.ChangesOf{}); err == nil && done > 0 {
		for _, f := range list {
			if f.How == "undone" && len(f.Calls) == 1 {
				again = "; to have it as it was: kavi undo " + f.Calls[0]
			}
		}
	}
	fmt.Fprintf(a.out, "taken back: %d%s\n", done, again)
	if failed > 0 {
		return status(exitFailed)
	}
	return nil
}
