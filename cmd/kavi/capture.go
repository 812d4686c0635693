package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
)

type captureOptions struct {
	session string
	agent   string
	ansi    bool
}

func (a *app) captureCommand() *cobra.Command {
	var o captureOptions
	c := &cobra.Command{
		Use:   "capture [AGENT]",
		Short: "print what an agent's pane shows",
		Args:  wrongUsage(cobra.MaximumNArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.agent = args[0]
			}
			return a.capture(c.Context(), o)
		},
		ValidArgsFunction: a.completeAgents(&o.session),
	}
	sessionFlag(c, &o.session)
	c.Flags().BoolVarP(&o.ansi, "escapes", "e", false, "with colours and attributes, as escape sequences")
	return c
}

func (a *app) capture(ctx context.Context, o captureOptions) error {
	client, snap, err := a.snapshot(ctx, o.session)
	if err != nil {
		return err
	}
	var names []string
	for _, g := range snap.Agents {
		names = append(names, g.Name)
	}
	switch {
	case o.agent != "":
	case len(names) == 0:
		return errors.New("capture: no agent in this session")
	case len(names) > 1:
		return hint(usagef("which agent? There are %s", strings.Join(names, ", ")), "kavi capture %s", display.Safe(names[0]))
	default:
		o.agent = names[0]
	}
	text, err := client.Capture(ctx, o.agent, o.ansi)
	if err != nil {
		if near := nearest(o.agent, names); near != "" {
			return hint(err, "did you mean %s?", near)
		}
		return err
	}
	_, err = fmt.Fprintln(a.out, strings.TrimRight(text, "\n"))
	return err
}

// completeAgents offers the agents of the session.
func (a *app) completeAgents(name *string) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx := c.Context()
		if ctx == nil {
			ctx = context.Background()
		}
		_, snap, err := a.snapshot(ctx, *name)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var names []string
		for _, g := range snap.Agents {
			if strings.HasPrefix(g.Name, typed) {
				names = append(names, g.Name)
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}
