package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kavi/gateway/display"
	"kavi/panes"
	"kavi/session"
	"kavi/session/control"
)

// listedApproval is the stable shape of `kavi approval list --json`.
type listedApproval struct {
	ID      string    `json:"id"`
	Call    string    `json:"call"`
	Agent   string    `json:"agent"`
	State   string    `json:"state"` // pending, deciding, lapsed
	Action  string    `json:"action"`
	Since   time.Time `json:"since"`
	Waiting float64   `json:"waiting_seconds"`
	Risk    string    `json:"risk"`
	Why     string    `json:"why"`
	Rule    string    `json:"rule,omitempty"`
	Inside  string    `json:"inside,omitempty"`
	Left    string    `json:"left_by,omitempty"`
	Again   string    `json:"replaces,omitempty"`
}

// shownApproval is the stable shape of `kavi approval show --json`: what a
// listing has, and everything that is decided on. Texts are safe to print;
// argv, command and cwd are as they are.
type shownApproval struct {
	listedApproval

	Form    string       `json:"form"`
	Fields  []shownField `json:"fields"`
	Body    []string     `json:"body"`
	BodyIs  string       `json:"body_is,omitempty"`
	Cut     int          `json:"body_rows_left_out"`
	Lines   string       `json:"lines,omitempty"`
	Tool    string       `json:"tool"`
	Argv    []string     `json:"argv"`
	Command string       `json:"command,omitempty"`
	Cwd     string       `json:"cwd"`
	Context []string     `json:"context"`
	Seal    string       `json:"seal"`
	Layer   string       `json:"layer"`
	Parts   []answerPart `json:"parts"` // as kavi rules check has them
	Offer   []string     `json:"offer"` // the patterns by which --remember would allow calls like it
}

type shownField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

const approvalJSON = `--json prints {id, call, agent, state (pending, deciding, lapsed), action, since,
waiting_seconds, risk, why, rule, inside, left_by, replaces}`

// listedChange is the stable shape in which `kavi approval list --json` has
// changes that no call explains, behind the approvals.
type listedChange struct {
	ID        string               `json:"id"`    // chg_01
	State     string               `json:"state"` // unexplained
	Action    string               `json:"action"`
	Since     time.Time            `json:"since"`
	Waiting   float64              `json:"waiting_seconds"`
	Why       string               `json:"why"`
	Protected bool                 `json:"protected"`
	Files     []session.FileChange `json:"files"`
	Could     []session.Suspect    `json:"could"`
	Paused    []string             `json:"paused"`
	Diff      []string             `json:"diff,omitempty"` // of show
}

const unexplainedJSON = `
Changes that no call explains follow as {id, state (unexplained), action, since, waiting_seconds, why,
protected, files: [as kavi changes has them], could: [{call, agent, what} that were running], paused: [agents]}`

func (a *app) approvalCommand() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "approval",
		Short: "list, show, approve and reject what waits for you, changes of files included",
		Args:  wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return hint(usagef("approval: what? list, show, approve or reject"), "%s --help", c.CommandPath())
		},
	}
	sessionFlag(c, &name)
	c.AddCommand(a.approvalList(&name), a.approvalShow(&name), a.approvalDecide(&name, true), a.approvalDecide(&name, false))
	return c
}

func (a *app) approvalList(name *string) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "list pending approvals",
		Long: `List what waits for the operator, by age: approvals, and the changes of files that no allowed
call explains.

` + approvalJSON + ", in a list." + unexplainedJSON + ".",
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			_, snap, err := a.snapshot(c.Context(), *name)
			if err != nil {
				return err
			}
			if !asJSON {
				_, err := fmt.Fprint(a.out, panes.ListWaiting(snap, a.now(), a.width()))
				return err
			}
			list := []any{}
			for _, p := range snap.Approvals {
				list = append(list, a.listed(p))
			}
			for _, u := range snap.Unexplained {
				list = append(list, a.listedChange(u))
			}
			return printJSON(a.out, list)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) approvalShow(name *string) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "show ID",
		Short: "show everything about one approval, or one change",
		Long: "Show one approval with everything that is decided on, or changes that no call explains (chg_01)\nwith their diff and who could have made them.\n\n" + approvalJSON + `
and form, fields: [{name, value}], body, body_is, body_rows_left_out, lines, tool, argv, command, cwd, context, seal, layer,
parts (as kavi rules check has them), offer: [patterns by which --remember would allow calls like it].` + unexplainedJSON + `
and diff: [rows].`,
		Args: wrongUsage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if id, ok := itemID(args[0]); ok {
				return a.showChange(c.Context(), *name, id, asJSON)
			}
			id, err := approvalID(args[0])
			if err != nil {
				return err
			}
			client, snap, err := a.snapshot(c.Context(), *name)
			if err != nil {
				return err
			}
			p, err := client.Approval(c.Context(), id)
			if err != nil {
				return hint(err, "kavi approval list")
			}
			offer, err := client.Offer(c.Context(), id, true)
			if err != nil {
				return err
			}
			if asJSON {
				shown := a.shown(p)
				shown.Offer = append(shown.Offer, offer.Patterns...)
				return printJSON(a.out, shown)
			}
			for _, row := range panes.ShowText(snap, p, a.now(), a.width()) {
				if _, err := fmt.Fprintln(a.out, row); err != nil {
					return err
				}
			}
			fmt.Fprintf(a.out, "\n%[1]s: kavi approval approve %[1]s, or reject %[1]s\n", p.ID)
			if len(offer.Patterns) > 0 {
				_, err = fmt.Fprintf(a.out, "--remember would allow calls like it: %s\n", display.Safe(strings.Join(offer.Patterns, " · ")))
			} else {
				_, err = fmt.Fprintf(a.out, "--remember would not allow calls like it: %s\n", display.Safe(offer.None))
			}
			return err
		},
	}
	c.ValidArgsFunction = a.completeApprovals(name)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// width is how wide the operator's terminal is; 0 where there is none.
func (a *app) width() int {
	out, ok := a.out.(*os.File)
	if !ok {
		return 0
	}
	cols, _, err := term.GetSize(int(out.Fd()))
	if err != nil {
		return 0
	}
	return cols
}

// snapshot is what the session that is meant says of itself.
func (a *app) snapshot(ctx context.Context, name string) (*control.Client, *session.Snapshot, error) {
	f, err := find(name, false)
	if err != nil {
		return nil, nil, err
	}
	c, err := dial(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	snap, err := c.Snapshot(ctx)
	return c, snap, err
}

func (a *app) listed(p *session.Approval) listedApproval {
	return listedApproval{
		ID: p.ID, Call: p.CallID, Agent: p.Agent, State: string(p.State),
		Action: p.Text.Verb + ": " + p.Text.Object,
		Since:  p.Since, Waiting: a.now().Sub(p.Since).Seconds(),
		Risk: string(p.Judged.Risk), Why: p.Judged.Why, Rule: p.Judged.Rule,
		Inside: p.Inside, Left: p.Left, Again: p.Again,
	}
}

func (a *app) shown(p *session.Approval) shownApproval {
	s := shownApproval{
		listedApproval: a.listed(p),
		Form:           string(p.Text.Form), Fields: []shownField{},
		Body: p.Text.Body, BodyIs: p.Text.BodyIs, Cut: p.Text.Cut, Lines: p.Text.Lines,
		Context: p.Context, Seal: fmt.Sprintf("%x", p.Seal),
		Layer: p.Judged.Layer, Parts: answerParts(&p.Judged), Offer: []string{},
	}
	if s.Body == nil {
		s.Body = []string{}
	}
	if s.Context == nil {
		s.Context = []string{}
	}
	for _, f := range p.Text.Fields {
		s.Fields = append(s.Fields, shownField{f.Name, f.Value})
	}
	if p.Call != nil {
		s.Tool, s.Argv, s.Command, s.Cwd = string(p.Call.Tool), p.Call.Argv, p.Call.Command, p.Call.Cwd
	}
	return s
}

// approvalID is the exact id that a word means: apr_01, 01 and 1 are one, and no
// word means more than one.
func approvalID(word string) (string, error) {
	digits := strings.TrimPrefix(word, "apr_")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || !regexp.MustCompile(`^[0-9]+$`).MatchString(digits) {
		return "", hint(usagef("%q is no approval's id", word), "ids read apr_01, or 1, or chg_01: kavi approval list")
	}
	return fmt.Sprintf("apr_%02d", n), nil
}
