package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kavi/session"
)

// app is what every command works with: where it reads and writes, and the
// clock. Options are the commands' own.
type app struct {
	in  *os.File
	out io.Writer
	err io.Writer
	now func() time.Time
}

// terminal says whether the operator sits at both ends.
func (a *app) terminal() bool {
	return a.in != nil && term.IsTerminal(int(a.in.Fd())) && a.toTerminal()
}

// toTerminal says whether what is printed is read by people, at a terminal.
func (a *app) toTerminal() bool {
	out, ok := a.out.(*os.File)
	return ok && term.IsTerminal(int(out.Fd()))
}

// kavi runs one command line and gives the process's exit code.
func kavi(args []string, in, out, errs *os.File) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{in: in, out: out, err: errs, now: time.Now}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	report(errs, err)
	return exitCode(err)
}

// root is the whole command line: one file a command.
func (a *app) root() *cobra.Command {
	root := a.startCommand()
	root.Version = version()
	root.SuggestionsMinimumDistance = 2
	root.SilenceErrors = true
	root.SilenceUsage = true
	root.CompletionOptions.HiddenDefaultCmd = false
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return hint(usage{err}, "%s --help", c.CommandPath())
	})
	root.AddCommand(
		a.attachCommand(),
		a.lsCommand(),
		a.stopCommand(),
		a.approvalCommand(),
		a.rulesCommand(),
		a.logCommand(),
		a.changesCommand(),
		a.undoCommand(),
		a.worktreeCommand(),
		a.captureCommand(),
		a.demoCommand(),
		a.doctorCommand(),
		a.versionCommand(),
		a.serveCommand(),
		a.keepCommand(),
		a.launchCommand(),
		a.probeCommand(),
	)
	a.cobrasOwn(root)
	return root
}

// wrongUsage makes errors of usage of what cobra's checks say. One word too many,
// where a session can be named, is probably the name of one.
func wrongUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			if len(args) == 1 && !c.HasSubCommands() && c.Flag("session") != nil && session.CheckName(args[0]) == nil {
				return hint(usage{err}, "a session is named by its flag: %s --session %s", c.CommandPath(), args[0])
			}
			return hint(usage{err}, "%s --help", c.CommandPath())
		}
		return nil
	}
}

// unknownCommand is a word after kavi that is no command of ours.
func unknownCommand(c *cobra.Command, word string) error {
	err := usagef("%q: no such command", word)
	if near := c.SuggestionsFor(word); len(near) > 0 {
		return hint(err, "did you mean %s? A program to run as an agent goes after --: kavi -- %s", strings.Join(near, ", "), word)
	}
	return hint(err, "a program to run as an agent goes after --: kavi -- %s", word)
}
