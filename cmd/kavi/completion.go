package main

import (
	"strings"

	"github.com/spf13/cobra"

	"kavi/session"
)

// sessionFlag gives a command the flag that picks a session.
func sessionFlag(c *cobra.Command, name *string) {
	c.PersistentFlags().StringVar(name, "session", "", "the session (default: the one that runs in this project, else the only one)")
	_ = c.RegisterFlagCompletionFunc("session", func(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return completeSessions(c, nil, typed)
	}) // fails only for a flag that is not there
}

// completeSessions offers the sessions that have not ended.
func completeSessions(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	found, err := session.List()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, f := range found {
		if f.Record.Ended.IsZero() && strings.HasPrefix(f.Dir.Name(), typed) {
			names = append(names, f.Dir.Name()+"\t"+f.Record.Project)
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
