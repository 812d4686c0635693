package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/panes"
	"kavi/session"
	"kavi/session/control"
)

const rememberHelp = `
--remember makes the decision of one approval hold for calls like it, of the same agent, for
the rest of the session: by the pattern that kavi approval show offers, or by the one that is
given, as in --remember='npm run test *'. With 5 times or 20 min behind the pattern it ends
then. What it cannot cover safely is refused, and nothing is decided then.`

type decideOptions struct {
	session string
	ids     []string // as typed; "all" stands alone
	allow   bool
	reason  string
	yes     bool

	remember string // a pattern, asOffered, or "" for nothing
	mine     bool   // further changes of the files that are kept are the operator's too
}

const changesHelp = `
An id of changes that no call explains (chg_01) `

func (a *app) approvalDecide(name *string, allow bool) *cobra.Command {
	o := decideOptions{allow: allow}
	c := &cobra.Command{
		Use:   "reject ID...|all",
		Short: "deny what waits, with a reason for the agent",
		Long: `Deny the named approvals, or with all every one that is listed, after asking.
The agent's command fails with the reason on its standard error.
` + rememberHelp + changesHelp + `is rejected by taking them back: what that would do is shown, and
asked about, as kavi undo does it. all leaves them out.`,
	}
	if allow {
		c.Use, c.Short = "approve ID...|all", "let what waits run"
		c.Long = `Approve the named approvals, or with all every one that is listed, after asking.
all leaves out what is destructive, what is too long to be read in a list, and what
lapsed, and says how many. What is decided is exactly what was printed: an approval
that changed in between stays.
` + rememberHelp + changesHelp + `is approved by keeping them: they are your own. With --mine,
further changes of those files are yours too, until the session ends. all leaves them out.`
		c.Flags().BoolVar(&o.mine, "mine", false, "of changes: these files are mine for the rest of the session")
	} else {
		c.Flags().StringVar(&o.reason, "reason", "", "what the agent is told")
	}
	c.Args = wrongUsage(cobra.MinimumNArgs(1))
	c.ValidArgsFunction = a.completeApprovals(name)
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	c.Flags().StringVar(&o.remember, "remember", "", "decide calls like it from now on: as offered, or by this `PATTERN`")
	c.Flag("remember").NoOptDefVal = asOffered
	c.RunE = func(c *cobra.Command, args []string) error {
		o.session, o.ids = *name, args
		if c.Flags().Changed("remember") && strings.TrimSpace(o.remember) == "" {
			return hint(usagef("--remember= with an empty pattern"), "--remember alone takes what is offered: kavi approval show ID says what that is")
		}
		return a.decide(c.Context(), o)
	}
	return c
}

func (a *app) decide(ctx context.Context, o decideOptions) error {
	everything := slices.Contains(o.ids, "all")
	switch {
	case everything && len(o.ids) > 1:
		return usagef("all stands alone, or ids")
	case o.remember != "" && everything:
		return hint(usagef("--remember goes with one approval, not with all"), "kavi approval show ID says what would be remembered")
	case o.remember != "" && len(o.ids) > 1:
		return hint(usagef("--remember goes with one approval, not with %d", len(o.ids)), "a pattern goes behind =, as in --remember='npm test *'")
	}
	var ids, items []string
	if !everything {
		for _, word := range o.ids {
			if id, ok := itemID(word); ok {
				if !slices.Contains(items, id) {
					items = append(items, id)
				}
				continue
			}
			id, err := approvalID(word)
			if err != nil {
				return err
			}
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	switch {
	case o.mine && len(items) == 0:
		return usagef("--mine goes with changes: chg_01")
	case o.remember != "" && len(items) > 0:
		return usagef("--remember goes with an approval, not with changes")
	}
	client, snap, err := a.snapshot(ctx, o.session)
	if err != nil {
		return err
	}
	var chosen []*session.Approval
	var changed []*session.Unexplained
	if everything {
		chosen, err = a.chooseAll(ctx, snap, o)
	} else {
		chosen, err = chooseIDs(snap, ids)
		if err == nil {
			changed, err = chooseItems(snap, items)
		}
	}
	if err != nil {
		return err
	}
	if len(chosen) > 0 {
		err = a.send(ctx, client, chosen, o)
	}
	return a.reportAllButLast([]error{err, a.answerChanges(ctx, client, changed, o)})
}

// chooseIDs finds the approvals that were named. One that is not pending stops
// all: half a decision is not what was asked for.
func chooseIDs(snap *session.Snapshot, ids []string) ([]*session.Approval, error) {
	var chosen []*session.Approval
	for _, id := range ids {
		i := slices.IndexFunc(snap.Approvals, func(p *session.Approval) bool { return p.ID == id })
		if i < 0 {
			return nil, hint(fmt.Errorf("%s: not pending", id), "kavi approval list shows what is; kavi log, what became of it")
		}
		chosen = append(chosen, snap.Approvals[i])
	}
	return chosen, nil
}

// chooseAll prints what would be decided and asks. What cannot be judged from a
// list is left out and counted.
func (a *app) chooseAll(ctx context.Context, snap *session.Snapshot, o decideOptions) ([]*session.Approval, error) {
	var chosen []*session.Approval
	var lapsed, heavy int
	for _, p := range snap.Approvals {
		switch {
		case p.State == session.Deciding:
		case p.State == session.Lapsed:
			lapsed++
		case o.allow && (p.Judged.Risk == gateway.Destructive || p.Text.EndNeeded):
			heavy++
		default:
			chosen = append(chosen, p)
		}
	}
	fmt.Fprint(a.out, panes.ListTable(chosen, a.now(), a.width()))
	if lapsed > 0 {
		fmt.Fprintf(a.out, "left out: %d lapsed\n", lapsed)
	}
	if heavy > 0 {
		fmt.Fprintf(a.out, "left out: %d destructive or to be read to the end: kavi approval show ID, approve ID\n", heavy)
	}
	if n := len(snap.Unexplained); n > 0 {
		fmt.Fprintf(a.out, "left out: %d unexplained: kavi approval show %s\n", n, display.Safe(snap.Unexplained[0].ID))
	}
	if len(chosen) == 0 || o.yes {
		return chosen, nil
	}
	if !a.terminal() {
		return nil, hint(usagef("all asks before it decides, and there is no terminal to ask at"), "--yes")
	}
	verb := "Reject"
	if o.allow {
		verb = "Approve"
	}
	fmt.Fprintf(a.out, "%s these %d? [y/N] ", verb, len(chosen))
	if !a.yes(ctx) {
		fmt.Fprintln(a.out, "nothing was decided")
		return nil, nil
	}
	return chosen, nil
}

// yes reads one line and says whether it agrees. A question that is broken off
// (C-c) is not agreed to.
func (a *app) yes(ctx context.Context) bool {
	answer := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(a.in).ReadString('\n')
		if err != nil {
			line = ""
		}
		answer <- line
	}()
	select {
	case line := <-answer:
		line = strings.ToLower(strings.TrimSpace(line))
		return line == "y" || line == "yes"
	case <-ctx.Done():
		fmt.Fprintln(a.out)
		return false // a read of a terminal cannot be broken off: it ends with the process
	}
}

func (a *app) send(ctx context.Context, client *control.Client, chosen []*session.Approval, o decideOptions) error {
	d := session.Decision{Allow: o.allow, Reason: o.reason}
	for _, p := range chosen {
		d.Choices = append(d.Choices, session.Choice{ID: p.ID, Seal: p.Seal})
	}
	var err error
	if d.Remember, err = remembering(ctx, client, o, chosen[0].ID); err != nil {
		return err
	}
	outcomes, err := client.Decide(ctx, d)
	if err != nil {
		return err
	}
	said := "rejected"
	if o.allow {
		said = "approved"
	}
	var errs []error
	for _, out := range outcomes {
		if out.Err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", out.ID, out.Err))
			continue
		}
		what := ""
		if i := slices.IndexFunc(chosen, func(p *session.Approval) bool { return p.ID == out.ID }); i >= 0 {
			what = "  " + panes.ActionLine(chosen[i])
		}
		fmt.Fprintf(a.out, "%s %s%s\n", said, out.ID, what)
		if err := a.sayRemembered(ctx, client, out); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) > 0 {
		return hint(errors.Join(errs...), "kavi approval list")
	}
	return nil
}

// completeApprovals offers the ids that are pending.
func (a *app) completeApprovals(name *string) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		ctx := c.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		_, snap, err := a.snapshot(ctx, *name)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var ids []string
		for _, p := range snap.Approvals {
			if strings.HasPrefix(p.ID, typed) && !slices.Contains(args, p.ID) {
				ids = append(ids, p.ID+"\t"+panes.ActionLine(p))
			}
		}
		for _, u := range snap.Unexplained {
			if strings.HasPrefix(u.ID, typed) && !slices.Contains(args, u.ID) {
				ids = append(ids, u.ID+"\t"+panes.ChangeLine(u))
			}
		}
		return ids, cobra.ShellCompDirectiveNoFileComp
	}
}
