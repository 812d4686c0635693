package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/control"
)

// listedSession is the stable shape of `kavi ls --json`.
type listedSession struct {
	Name       string        `json:"name"`
	Project    string        `json:"project"`
	State      string        `json:"state"` // running, lost, ended
	Started    time.Time     `json:"started"`
	Ended      *time.Time    `json:"ended"` // null while it lasts
	Agents     []listedAgent `json:"agents"`
	Pending    int           `json:"pending"`
	FullAccess bool          `json:"full_access"`
	Problem    string        `json:"problem,omitempty"` // why nothing more is known
}

type listedAgent struct {
	Name     string   `json:"name"`
	Command  []string `json:"command"`
	State    string   `json:"state"`
	ExitCode *int     `json:"exit_code,omitempty"`
	Gate     string   `json:"gate"`
	Gated    bool     `json:"gated"`
	Level    string   `json:"level"` // "" is none given: the documented defaults
	Pending  int      `json:"pending"`
	Worktree string   `json:"worktree,omitempty"` // its own
	Branch   string   `json:"branch,omitempty"`
}

type lsOptions struct {
	all, json bool
	session   string
}

func (a *app) lsCommand() *cobra.Command {
	var o lsOptions
	c := &cobra.Command{
		Use:   "ls",
		Short: "list sessions",
		Long: `List the sessions that run, and those that lost their server (a reboot): kavi attach
brings them back. --all lists those that have ended too, --session only the one of that name.

--json prints a list of {name, project, state (running, lost, ended), started, ended,
agents: [{name, command, state, exit_code, gate, gated, level, pending, worktree, branch}],
pending, full_access, problem}. Of a lost session only agents that run still are listed, as unserved.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.ls(c.Context(), o) },
	}
	pastSessionFlag(c, &o.session)
	c.Flag("session").Usage = "only that one, also if it has ended"
	c.Flags().BoolVar(&o.all, "all", false, "ended sessions too")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return c
}

func (a *app) ls(ctx context.Context, o lsOptions) error {
	found, err := sessions()
	if err != nil {
		return err
	}
	if o.session != "" {
		f, err := named(found, o.session)
		if err != nil {
			return err
		}
		found, o.all = []session.Found{f}, true
	}
	list := []listedSession{}
	for _, f := range found {
		if !f.Record.Ended.IsZero() && !o.all {
			continue
		}
		s, err := look(ctx, f)
		if err != nil {
			return err
		}
		list = append(list, s)
	}
	if o.json {
		return printJSON(a.out, list)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.out, "No sessions")
		return err
	}
	rows := [][]string{{"NAME", "STATE", "PENDING", "AGENTS", "SINCE", "PROJECT"}}
	for _, s := range list {
		rows = append(rows, []string{
			s.Name, stateOf(s), strconv.Itoa(s.Pending), agentsOf(s), ago(a.now().Sub(s.Started)), display.Safe(s.Project),
		})
	}
	return columns(a.out, rows)
}

// look asks a session's server. That it does not answer is a problem of that
// session; that we are refused is one of ours.
func look(ctx context.Context, f session.Found) (listedSession, error) {
	s := listedSession{
		Name:    f.Dir.Name(),
		Project: f.Record.Project,
		State:   "lost",
		Started: f.Record.Created,
		Agents:  []listedAgent{},
	}
	if !f.Record.Ended.IsZero() {
		s.State, s.Ended = "ended", &f.Record.Ended
	}
	if !f.Served && (s.Ended != nil || !kept(f.Dir)) {
		return alone(s, f.Dir), nil
	}
	s.State = "running"
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errNoAnswer)
	defer cancel()
	c, err := dial(ctx, f)
	var snap *session.Snapshot
	if err == nil {
		snap, err = c.Snapshot(ctx)
	}
	switch {
	case errors.Is(err, control.ErrRefused):
		return s, err
	case errors.Is(err, errNotRunning):
		s.State = "lost"
		return alone(s, f.Dir), nil
	case errors.Is(err, errNoAnswer), errors.Is(context.Cause(ctx), errNoAnswer):
		s.Problem = errNoAnswer.Error()
		return s, nil
	case err != nil:
		s.Problem = display.Safe(err.Error())
		return s, nil
	}
	s.FullAccess = snap.FullAccess
	for _, a := range snap.Agents {
		one := listedAgent{
			Name: a.Name, Command: a.Argv, State: string(a.State), Gate: a.Gate, Gated: a.Gated,
			Level: string(a.Level), Pending: a.Pending, Worktree: a.Worktree, Branch: a.Branch,
		}
		if a.State == session.Exited {
			one.ExitCode = &a.ExitCode
		}
		s.Agents = append(s.Agents, one)
	}
	for _, p := range snap.Approvals {
		if p.State == session.Pending {
			s.Pending++
		}
	}
	return s, nil
}

// alone adds to a session without a server what its keepers hold all the same.
func alone(s listedSession, dir session.Dir) listedSession {
	records, err := control.Records([]string{string(dir)})
	if err != nil {
		s.Problem = display.Safe(err.Error())
		return s
	}
	for _, r := range records {
		if !r.Keeper.Alive() {
			continue
		}
		s.Agents = append(s.Agents, listedAgent{Name: r.Agent, State: "unserved", Gate: "every call is denied", Gated: true})
		s.Problem = fmt.Sprintf("its agents run, and every call of theirs is denied: kavi attach %s, or kavi stop %[1]s", s.Name)
	}
	return s
}

func stateOf(s listedSession) string {
	switch {
	case s.Problem != "":
		return s.State + " (" + s.Problem + ")"
	case s.FullAccess:
		return s.State + ", FULL ACCESS"
	}
	return s.State
}

func agentsOf(s listedSession) string {
	var all []string
	for _, a := range s.Agents {
		one := display.Safe(a.Name) + " " + a.State
		if a.ExitCode != nil {
			one += " " + strconv.Itoa(*a.ExitCode)
		}
		if !a.Gated {
			one += " (" + a.Gate + ")"
		}
		if a.Branch != "" {
			one += " on " + display.Safe(a.Branch)
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return "-"
	}
	return strings.Join(all, ", ")
}

// ago is a length of time in its largest unit.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", max(d, 0)/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", d/time.Hour)
	}
	return fmt.Sprintf("%dd ago", d/(24*time.Hour))
}

// columns prints rows below one another; their cells are safe to print.
func columns(w io.Writer, rows [][]string) error {
	var wide []int
	for _, r := range rows {
		for i, c := range r {
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], display.Width(c))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, c := range r {
			b.WriteString(display.Pad(c, wide[i]) + "  ")
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
