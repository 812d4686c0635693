package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
)

// cobrasOwn takes the commands that cobra brings, and has them refuse what they
// do not know: on their own they print a help text and say that all is well.
func (a *app) cobrasOwn(root *cobra.Command) {
	root.SetOut(a.out) // the scripts are printed to what is set now
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			plainBash(c)
			for _, shell := range c.Commands() {
				shell.Args = wrongUsage(cobra.NoArgs)
			}
			c.Args = cobra.ArbitraryArgs
			c.RunE = func(c *cobra.Command, args []string) error {
				shells := commandNames(c)
				all := strings.Join(shells, ", ")
				if len(args) == 0 {
					return hint(usagef("completion: for which shell? %s", all), "%s --help", c.CommandPath())
				}
				err := usagef("completion: %q is no shell that it is there for", args[0])
				if near := nearest(args[0], shells); near != "" {
					return hint(err, "did you mean %s?", near)
				}
				return hint(err, "there are %s", all)
			}
		case "help":
			c.Run = nil
			c.RunE = func(_ *cobra.Command, args []string) error {
				about, rest, err := root.Find(args)
				switch {
				case err != nil:
					return usage{err}
				case len(rest) > 0:
					err := usagef("help: %q: no such command", strings.Join(args, " "))
					if near := nearest(rest[0], commandNames(about)); near != "" {
						return hint(err, "did you mean %s?", near)
					}
					return hint(err, "%s --help", about.CommandPath())
				}
				about.InitDefaultHelpFlag()
				return about.Help()
			}
		}
	}
}

// plainBash has the completion for bash work where the package bash-completion is
// not installed, too: cobra's script takes the words of the line from it.
func plainBash(completion *cobra.Command) {
	const (
		theirs = `    _get_comp_words_by_ref "$@" cur prev words cword
`
		ours = `    if declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
    ` + theirs + `        return
    fi
    words=("${COMP_WORDS[@]}")
    cword=$COMP_CWORD
    cur=${words[cword]}
    prev=${words[cword-1]}
`
	)
	for _, c := range completion.Commands() {
		if c.Name() != "bash" {
			continue
		}
		c.RunE = func(c *cobra.Command, _ []string) error {
			var script strings.Builder
			if err := c.Root().GenBashCompletionV2(&script, !c.Flag("no-descriptions").Changed); err != nil {
				return err
			}
			_, err := io.WriteString(c.OutOrStdout(), strings.Replace(script.String(), theirs, ours, 1))
			return err
		}
	}
}

// commandNames are those of a command's own commands that are no secret.
func commandNames(c *cobra.Command) (names []string) {
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			names = append(names, sub.Name())
		}
	}
	return names
}

// sessionFlag gives a command the flag that picks a session.
func sessionFlag(c *cobra.Command, name *string) {
	c.PersistentFlags().StringVar(name, "session", "", "the session (default: the one that runs in this project, else the only one)")
	completeFlag(c, "session", func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return offerSessions(typed, false)
	})
}

// pastSessionFlag is sessionFlag for a command that reads sessions which have ended, too.
func pastSessionFlag(c *cobra.Command, name *string) {
	c.Flags().StringVar(name, "session", "", "the session, also if it has ended (default: the one that runs in this project, else the only one)")
	completeFlag(c, "session", func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return offerSessions(typed, true)
	})
}

// completeFlag completes the values of a flag that a command has.
func completeFlag(c *cobra.Command, flag string, offer cobra.CompletionFunc) {
	_ = c.RegisterFlagCompletionFunc(flag, offer) // fails only for a flag that is not there
}

// offerOf completes with the words of a list.
func offerOf[S ~string](list []S) cobra.CompletionFunc {
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = string(w)
	}
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// completePrograms leaves it to the shell to complete what stands behind --.
func completePrograms(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// completeNamespaces offers those of the config.
func completeNamespaces(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	c, _, err := loadConfig("")
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, n := range c.Namespaces {
		names = append(names, n.Name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeSessions offers the sessions that have not ended.
func completeSessions(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return offerSessions(typed, false)
}

func offerSessions(typed string, ended bool) ([]string, cobra.ShellCompDirective) {
	found, err := sessions()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, f := range found {
		if (ended || f.Record.Ended.IsZero()) && strings.HasPrefix(f.Dir.Name(), typed) {
			names = append(names, f.Dir.Name()+"\t"+display.Safe(f.Record.Project))
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
