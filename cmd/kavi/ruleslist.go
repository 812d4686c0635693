package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/control"
)

// listedRule is the stable shape of `kavi rules list --json`.
type listedRule struct {
	ID      string     `json:"id"`
	Layer   string     `json:"layer"`   // remembered, project, repository, user, preset, …
	Verdict string     `json:"verdict"` // allow, prompt, deny
	Rule    string     `json:"rule"`    // on one line, safe to print
	Why     string     `json:"why,omitempty"`
	File    string     `json:"file,omitempty"`
	Line    int        `json:"line,omitempty"`
	Decided *int       `json:"decided"`         // calls of this session; null without one
	Uses    int        `json:"uses,omitempty"`  // calls that it may still decide, where that is limited
	Until   *time.Time `json:"until,omitempty"` // when it ends
	Scope   string     `json:"scope,omitempty"` // of a remembered one: whom it holds for
	By      string     `json:"by,omitempty"`    // the approval that it was remembered at, the preset that was taken
}

func (a *app) rulesList() *cobra.Command {
	var name string
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "list the rules in force, and how often each has decided",
		Long: `List the rules of the session that is named, else of the one that runs in this project, else
those that a session started here would have.

--json prints a list of {id, layer (remembered, project, repository, "repository, trusted",
user, preset), verdict, rule, why, file, line, decided, uses, until, scope, by}: decided counts
the calls of the session that the rule decided (null without one), uses those that it may
still decide, by is the approval at which it was remembered.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.listRules(c.Context(), name, asJSON) },
	}
	sessionFlag(c, &name)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) listRules(ctx context.Context, name string, asJSON bool) error {
	b, err := a.rulebook(ctx, name)
	if err != nil {
		return err
	}
	for _, n := range b.notes {
		a.say("%s", n)
	}
	if asJSON {
		list := []listedRule{}
		for _, r := range b.rules {
			list = append(list, b.listed(r))
		}
		return printJSON(a.out, list)
	}
	if _, err := fmt.Fprintf(a.out, "%s\n\n", b.title); err != nil {
		return err
	}
	if len(b.rules) == 0 {
		_, err := fmt.Fprintln(a.out, "No rules but the documented defaults and the built-in refusals")
		return err
	}
	rows := [][]string{{"ID", "LAYER", "DECIDED", "LEFT", "FROM", "RULE"}}
	for _, r := range b.rules {
		decided := "-"
		if b.client != nil {
			decided = fmt.Sprint(r.Decided)
		}
		rows = append(rows, []string{display.Safe(r.ID), string(r.Layer), decided, left(r, a.now()), from(r), r.Text})
	}
	return columns(a.out, rows)
}

// rulebook is the rules of a session, or of a project in which none runs.
type rulebook struct {
	client  *control.Client // nil without a session
	session string
	project string
	title   string
	notes   []string
	rules   []session.RuleState
}

// rulebook reads the rules of the session that is meant: the one that is named,
// else the one of this project. Outside of every project the only one is meant.
func (a *app) rulebook(ctx context.Context, name string) (*rulebook, error) {
	f, runs, err := sessionOfRules(name)
	if err != nil {
		return nil, err
	}
	if runs {
		c, err := dial(ctx, f)
		if err != nil {
			return nil, err
		}
		snap, err := c.Snapshot(ctx)
		if err != nil {
			return nil, err
		}
		return &rulebook{
			client: c, session: snap.Name, project: snap.Project, rules: snap.Rules, notes: snap.Banner,
			title: fmt.Sprintf("Rules of session %s, %s (%d)", snap.Name, display.Safe(snap.Project), len(snap.Rules)),
		}, nil
	}
	project, _, err := projectHere()
	if err != nil {
		return nil, err
	}
	h, err := inForce(project, "")
	if err != nil {
		return nil, err
	}
	b := &rulebook{project: project, notes: h.notes}
	for _, r := range h.policy.Rules() {
		if !r.Ends.IsZero() && !a.now().Before(r.Ends) {
			continue
		}
		b.rules = append(b.rules, stateOfRule(r))
	}
	b.title = fmt.Sprintf("Rules of a session that would start in %s (%d); none runs", display.Safe(project), len(b.rules))
	return b, nil
}

// stateOfRule is a rule that no session has counted yet.
func stateOfRule(r gateway.Rule) session.RuleState {
	st := session.RuleState{
		ID: r.ID, Layer: r.Layer, Verdict: r.Verdict, Text: display.Safe(r.String()), Why: display.Safe(r.Why), Uses: r.Uses, Until: r.Ends,
	}
	if filepath.IsAbs(r.File) {
		st.File, st.Line = r.File, r.Line
	}
	return st
}

// sessionOfRules finds the session whose rules are meant.
func sessionOfRules(name string) (f session.Found, runs bool, err error) {
	if name != "" {
		f, err = find(name, false)
		return f, err == nil, err
	}
	all, err := sessions()
	if err != nil {
		return f, false, err
	}
	var live []session.Found
	for _, f := range all {
		if f.Record.Ended.IsZero() && (f.Served || kept(f.Dir)) {
			live = append(live, f)
		}
	}
	project := here()
	if project == "" {
		return one(live)
	}
	return one(inProject(live, project))
}

func (b *rulebook) listed(r session.RuleState) listedRule {
	out := listedRule{
		ID: r.ID, Layer: string(r.Layer), Verdict: r.Verdict.String(), Rule: r.Text, Why: r.Why, File: r.File, Line: r.Line,
		Uses: r.Uses, Scope: string(r.Scope), By: r.By,
	}
	if b.client != nil {
		out.Decided = &r.Decided
	}
	if !r.Until.IsZero() {
		out.Until = &r.Until
	}
	return out
}

// left is how long a rule still holds, "" where it has no end of its own.
func left(r session.RuleState, now time.Time) string {
	var words []string
	if r.Uses > 0 {
		words = append(words, display.Count(r.Uses, "call"))
	}
	if !r.Until.IsZero() {
		words = append(words, r.Until.Sub(now).Round(time.Second).String())
	}
	return strings.Join(words, ", ")
}

// from is where a rule stands, or where it was made.
func from(r session.RuleState) string {
	switch {
	case r.File != "":
		return fmt.Sprintf("%s:%d", display.Safe(shortPath(r.File)), r.Line)
	case r.By != "" && r.Scope != "":
		return display.Safe(r.By) + ", " + string(r.Scope)
	case r.Scope != "":
		return string(r.Scope)
	}
	return ""
}

// shortPath is a path with the home as ~.
func shortPath(p string) string {
	home, err := session.Home()
	if rest, in := strings.CutPrefix(p, home+"/"); err == nil && in {
		return "~/" + rest
	}
	return p
}

// changesRules refuses an agent that would change what the operator says of it.
func changesRules() error {
	if err := outsideAgents(); err != nil {
		return hint(err, "rules are the operator's: change them from outside of every agent")
	}
	return nil
}
