package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
)

// The states of what doctor looks at.
const (
	stateOK       = "ok"
	stateDegraded = "degraded" // kavi works, with less
	stateMissing  = "missing"  // something does not work until it is there
)

// finding is one line of kavi doctor, and the stable shape of --json.
type finding struct {
	Name   string `json:"name"`
	State  string `json:"state"` // ok, degraded, missing
	Text   string `json:"text"`
	Remedy string `json:"remedy,omitempty"`
	fatal  bool   // no session can be started
}

func fine(text string, args ...any) finding {
	return finding{State: stateOK, Text: fmt.Sprintf(text, args...)}
}

func less(remedy, text string, args ...any) finding {
	return finding{State: stateDegraded, Text: fmt.Sprintf(text, args...), Remedy: remedy}
}

func lacking(remedy, text string, args ...any) finding {
	return finding{State: stateMissing, Text: fmt.Sprintf(text, args...), Remedy: remedy}
}

func broken(remedy, text string, args ...any) finding {
	f := lacking(remedy, text, args...)
	f.fatal = true
	return f
}

// checks are what doctor looks at, in the order of its lines.
func (a *app) checks() []struct {
	name string
	look func(context.Context) finding
} {
	return []struct {
		name string
		look func(context.Context) finding
	}{
		{"build", checkBuild},
		{"config", checkConfig},
		{"project", checkProject},
		{"rules", checkRules},
		{"presets", checkPresets},
		{"terminal", a.checkTerminal},
		{"prefix", checkPrefix},
		{"state folder", checkState},
		{"sockets", checkSockets},
		{"shells", checkShells},
		{"doors", checkShim},
		{"git", checkGit},
		{"agents", checkAgents},
		{"hooks", checkHooks},
		{"mark", checkMark},
		{"kernel", checkKernel},
		{"awake", checkAwake},
		{"notifications", checkNotify},
	}
}

func (a *app) doctorCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "doctor",
		Short: "what works here, and what to do about the rest",
		Long: `Look at everything that kavi needs, a line each: ok, degraded (it works, with less) or
missing, with the remedy. The exit code is 1 where no session could be started.

--json prints a list of {name, state, text, remedy}.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.doctor(c.Context(), asJSON) },
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) doctor(ctx context.Context, asJSON bool) error {
	all := []finding{}
	fatal := false
	for _, c := range a.checks() {
		f := c.look(ctx)
		f.Name, f.Text, f.Remedy = c.name, display.Safe(f.Text), display.Safe(f.Remedy)
		fatal = fatal || f.fatal
		all = append(all, f)
	}
	if asJSON {
		if err := printJSON(a.out, all); err != nil {
			return err
		}
	} else if err := printFindings(a.out, all); err != nil {
		return err
	}
	if fatal {
		return status(exitFailed)
	}
	return nil
}

func printFindings(w io.Writer, all []finding) error {
	for _, f := range all {
		row := fmt.Sprintf("%s  %s  %s\n", display.Pad(f.State, len(stateDegraded)), display.Pad(f.Name, len("notifications")), f.Text)
		if f.Remedy != "" {
			row += fmt.Sprintf("%*s→ %s\n", len(stateDegraded)+len("notifications")+4, "", f.Remedy)
		}
		if _, err := io.WriteString(w, row); err != nil {
			return err
		}
	}
	return nil
}
