package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

func (a *app) rulesTrust() *cobra.Command {
	var yes, revoke bool
	c := &cobra.Command{
		Use:   "trust",
		Short: "let the rules that this repository brings allow something",
		Long: `Show the repository's .kavi/rules.toml and ask whether to trust it. Until then what it allows
is left out; what it denies and asks holds. The trust is for exactly this text at this place: any
change takes it away.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.trust(c.Context(), yes, revoke) },
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&revoke, "revoke", false, "take the trust back")
	return c
}

func (a *app) trust(ctx context.Context, yes, revoke bool) error {
	if err := changesRules(); err != nil {
		return err
	}
	project, _, err := projectHere()
	if err != nil {
		return err
	}
	files, err := session.RuleFilesOf(project)
	if err != nil {
		return err
	}
	if revoke {
		if err := files.Distrust(); err != nil {
			return fmt.Errorf("rules trust: %w", err)
		}
		_, err := fmt.Fprintln(a.out, "what the repository's rules allow is left out again")
		return err
	}
	text, trusted, err := files.ReadRepository()
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("rules trust: this repository brings no rules: there is no %s", files.Repository)
	}
	if err != nil {
		return fmt.Errorf("rules trust: %w", err)
	}
	rules, err := gateway.ParseRules(text, files.Repository, gateway.LayerTrusted)
	if err != nil {
		return fmt.Errorf("rules trust: %w", err)
	}
	a.showRepository(files.Repository, text, rules)
	if trusted {
		_, err := fmt.Fprintln(a.out, "It is trusted as it is; take that back: kavi rules trust --revoke")
		return err
	}
	if !yes {
		if !a.terminal() {
			return hint(usagef("rules trust: it asks first, and there is no terminal to ask at"), "--yes")
		}
		fmt.Fprint(a.out, "Trust exactly this text? [y/N] ")
		if !a.yes(ctx) {
			_, err := fmt.Fprintln(a.out, "nothing was trusted")
			return err
		}
	}
	if err := files.Trust(text); err != nil {
		return fmt.Errorf("rules trust: %w", err)
	}
	_, err = fmt.Fprintln(a.out, "trusted; sessions that run take it up within seconds")
	return err
}

// showRepository shows a stranger's rules: the file as it is, row by row, then
// what of it would allow something.
func (a *app) showRepository(path string, text []byte, rules []gateway.Rule) {
	fmt.Fprintf(a.out, "%s:\n\n", display.Safe(path))
	for i, row := range display.Rows(string(text)) {
		fmt.Fprintf(a.out, "%4d │ %s\n", i+1, row)
	}
	allows := 0
	for i := range rules {
		if rules[i].Verdict == gateway.Allow {
			allows++
		}
	}
	switch allows {
	case 0:
		fmt.Fprintf(a.out, "\n%s, none of which allows anything\n", display.Count(len(rules), "rule"))
	case 1:
		fmt.Fprintf(a.out, "\n%s, of which 1 allows something without asking you:\n", display.Count(len(rules), "rule"))
	default:
		fmt.Fprintf(a.out, "\n%s, of which %d allow something without asking you:\n", display.Count(len(rules), "rule"), allows)
	}
	for i := range rules {
		if rules[i].Verdict == gateway.Allow {
			fmt.Fprintf(a.out, "  %s  %s\n", display.Safe(rules[i].ID), display.Safe(rules[i].String()))
		}
	}
	fmt.Fprintln(a.out)
}
