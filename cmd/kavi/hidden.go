package main

import (
	"fmt"
	"os/signal"

	"github.com/spf13/cobra"

	"kavi/pty"
	"kavi/session/ledger"
)

func (a *app) keepCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "keep DIR",
		Short:  "hold the terminal of the agent in that folder",
		Hidden: true,
		Args:   wrongUsage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			signal.Reset() // what ends a keeper is its own business
			return pty.Keep(args[0])
		},
	}
}

func (a *app) launchCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "launch -- COMMAND [ARG]...",
		Short:  "mark this process as an agent's and become the command",
		Hidden: true,
		Args:   wrongUsage(cobra.MinimumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			return fmt.Errorf("launch: %w", pty.Launch(args)) // returns only when it failed
		},
	}
}

func (a *app) probeCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "probe DIR",
		Short:  "try to open a ledger, in a process that may die of it",
		Hidden: true,
		Args:   wrongUsage(cobra.ExactArgs(1)),
		RunE:   func(_ *cobra.Command, args []string) error { return ledger.Probe(args[0], a.out) },
	}
}
