package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
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
		Long: `Print the screen of an agent's pane as text, a line a row; -e keeps its colours and
attributes. To a pipe or a file it is printed as it is. On a terminal, signs that are
invisible or turn the direction of reading are shown as escapes (\u{202e}), and links
of -e are left out.`,
		Args: wrongUsage(cobra.MaximumNArgs(1)),
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
	text = strings.TrimRight(text, "\n")
	if a.toTerminal() {
		text = drawable(text, o.ansi)
	}
	_, err = fmt.Fprintln(a.out, text)
	return err
}

// drawn is what a captured screen has beside its text: styles and links.
var drawn = regexp.MustCompile(`\x1b\[([0-9;:]*)m|\x1b\]8;[^\x1b]*\x1b\\`)

// drawable makes a captured screen safe to write to a terminal, which may read what
// a pane leaves out: bidi marks, invisible signs. Blanks stay, for a screen is made
// of columns; with styles so do those, but no links, which are the agent's text too.
func drawable(text string, styles bool) string {
	var b strings.Builder
	for i, row := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		for styles {
			at := drawn.FindStringSubmatchIndex(row)
			if at == nil {
				break
			}
			writeWords(&b, row[:at[0]])
			if at[2] >= 0 {
				b.WriteString(row[at[0]:at[1]])
			}
			row = row[at[1]:]
		}
		writeWords(&b, row)
	}
	return b.String()
}

func writeWords(b *strings.Builder, text string) {
	for i, word := range strings.Split(text, " ") {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(display.Safe(word))
	}
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
