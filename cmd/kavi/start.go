package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/panes"
	"kavi/session"
	"kavi/session/control"
)

type startOptions struct {
	agents     []string
	approval   string
	namespace  string
	approveAll bool
	name       string
	detach     bool
	size       string
	ungated    bool
	worktree   bool
	command    []string // after --

	cols, rows int     // of size; 0 is none given
	config     *config // what the demo brings; nil reads the files
}

func (a *app) startCommand() *cobra.Command {
	var o startOptions
	c := &cobra.Command{
		Use:   "kavi [flags] [-- COMMAND [ARG]...]",
		Short: "run coding agents in panes, and be asked before they act",
		Long: `Start a supervised session in this project: its agents in panes, an inbox beside them.
Nothing runs without your say: a rule's, a remembered decision's, or a keypress.

Without --agent and COMMAND the agents that the config names are started, else the first
known one on PATH. Where a session of this project runs, kavi attaches to it.`,
		Args: func(c *cobra.Command, args []string) error {
			if at := c.ArgsLenAtDash(); at > 0 || at < 0 && len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.command = args
			return a.start(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringArrayVar(&o.agents, "agent", nil, "an agent to start, several times for several: claude, codex, … or a program")
	f.StringVar(&o.approval, "approval", "", "approval level: none, on-write, on-commit, always")
	f.StringVar(&o.namespace, "namespace", "", "take the approval level of this namespace of the config")
	f.BoolVar(&o.approveAll, "approve-all", false, "full access: nothing prompts, everything is recorded; denials hold")
	f.StringVar(&o.name, "name", "", "the session's name (default: the project folder's)")
	f.BoolVarP(&o.detach, "detach", "d", false, "print the session's name and return")
	f.StringVar(&o.size, "size", "", "COLSxROWS of the panes while nobody is attached")
	f.BoolVar(&o.ungated, "ungated", false, "start an agent even if its gate cannot be proven; marked in red")
	f.BoolVar(&o.worktree, "worktree", false, "give each agent a git worktree and a branch of its own: kavi worktree")
	completeFlag(c, "approval", offerOf(gateway.Levels()))
	completeFlag(c, "namespace", completeNamespaces)
	completeFlag(c, "agent", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		names, _ := foundAgents()
		return names, cobra.ShellCompDirectiveDefault // or any program
	})
	c.ValidArgsFunction = completePrograms
	return c
}

func (a *app) start(ctx context.Context, o startOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if !o.detach && !a.terminal() {
		return noTerminal("kavi")
	}
	project, _, err := projectHere()
	if err != nil {
		return err
	}
	c, err := a.configFor(o, project)
	if err != nil {
		return err
	}
	level, err := c.level(o.approval, o.namespace, project)
	if err != nil {
		return err
	}
	running, ok, err := a.runningHere(project, o.name)
	if err != nil {
		return err
	}
	if ok {
		return a.join(ctx, running, o, level)
	}
	if o.worktree {
		if err := canHaveWorktrees(ctx, project); err != nil {
			return err
		}
	}
	rules, notes, err := ownRules(project, c.Presets)
	if err != nil {
		return err
	}
	for _, n := range notes {
		a.say("%s", n)
	}
	argvs, said, err := chooseAgents(o.agents, o.command, *c)
	if err != nil {
		return err
	}
	if said != "" {
		a.say("%s", said)
	}
	if o.approveAll {
		a.tellFullAccess(rules)
	}
	if onBattery() {
		a.say("this machine runs on its battery: agents stop when it sleeps")
	}
	if c.KeepAwake {
		if why, _ := tryAwake(ctx); why != "" {
			a.say("keep_awake: this machine may sleep: %s", why)
		}
	}
	dir, err := a.open(ctx, o, *c, project, level)
	if err != nil {
		return err
	}
	if err := a.startAgents(ctx, dir, o, argvs, project, level); err != nil {
		return err
	}
	if o.detach {
		_, err := fmt.Fprintln(a.out, dir.Name())
		return err
	}
	return a.attach(ctx, dir.Name())
}

// check finds what is wrong with the options alone.
func (o *startOptions) check() error {
	if o.approval != "" {
		if _, err := gateway.ParseLevel(o.approval); err != nil {
			return usage{fmt.Errorf("--approval: %w", err)}
		}
	}
	if o.name != "" {
		if err := session.CheckName(o.name); err != nil {
			return usage{fmt.Errorf("--name: %w", err)}
		}
	}
	if o.size != "" {
		cols, rows, err := parseSize(o.size)
		if err != nil {
			return err
		}
		o.cols, o.rows = cols, rows
	}
	return nil
}

func parseSize(s string) (cols, rows int, err error) {
	c, r, ok := strings.Cut(s, "x")
	cols, errC := strconv.Atoi(c)
	rows, errR := strconv.Atoi(r)
	if !ok || errC != nil || errR != nil || cols < 2 || rows < 2 || cols > 1000 || rows > 1000 {
		return 0, 0, usagef("--size %s: want COLSxROWS, each from 2 to 1000, as in 200x50", s)
	}
	return cols, rows, nil
}

func (a *app) configFor(o startOptions, project string) (*config, error) {
	if o.config != nil {
		return o.config, nil
	}
	c, notes, err := loadConfig(project)
	for _, n := range notes {
		a.say("%s", n)
	}
	return &c, err
}

// say tells the operator something in passing, safely.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.err, "kavi: %s\n", display.Safe(fmt.Sprintf(format, args...)))
}

// runningHere is the session of this project that start would double. With a
// name, only the one of that name.
func (a *app) runningHere(project, name string) (session.Found, bool, error) {
	all, err := sessions()
	if err != nil {
		return session.Found{}, false, err
	}
	for _, f := range inProject(all, project) {
		lives := f.Record.Ended.IsZero() && (f.Served || kept(f.Dir))
		if lives && (name == "" || name == f.Dir.Name()) {
			return f, true, nil
		}
	}
	for _, f := range inProject(all, project) {
		if f.Record.Ended.IsZero() && name == "" {
			a.say("session %s of this project has lost its server; kavi attach %[1]s brings it back", f.Dir.Name())
			break
		}
	}
	return session.Found{}, false, nil
}

// join attaches to the session that runs here already; options that it was not
// started with are an error, since nobody should believe that they hold now.
func (a *app) join(ctx context.Context, f session.Found, o startOptions, level gateway.Level) error {
	client, err := dial(ctx, f)
	if err != nil {
		return err
	}
	snap, err := client.Snapshot(ctx)
	if err != nil {
		return err
	}
	if differ := o.differs(snap, level); len(differ) > 0 {
		name := f.Dir.Name()
		return hint(
			usagef("session %s of this project runs without %s", name, strings.Join(differ, ", ")),
			"attach as it is: kavi attach %[1]s. End it first: kavi stop %[1]s. Or start another one: kavi --name NAME …", name)
	}
	if o.detach {
		a.say("session %s of this project runs already", f.Dir.Name())
		_, err := fmt.Fprintln(a.out, f.Dir.Name())
		return err
	}
	a.say("session %s of this project runs already: attaching", f.Dir.Name())
	return a.attach(ctx, f.Dir.Name())
}

// differs names the options that a running session does not have.
func (o startOptions) differs(snap *session.Snapshot, level gateway.Level) []string {
	var d []string
	lack := func(label string, argv []string, n int) { // the n-th of these
		same := 0
		for _, g := range snap.Agents {
			if slices.Equal(g.Argv, argv) {
				same++
			}
		}
		switch {
		case same >= n:
		case same > 0:
			d = append(d, "another "+label)
		default:
			d = append(d, label)
		}
	}
	asked := map[string]int{}
	for _, name := range o.agents {
		asked[name]++
		lack("--agent "+name, []string{name}, asked[name])
	}
	if len(o.command) > 0 {
		n := 1
		if len(o.command) == 1 {
			n += asked[o.command[0]]
		}
		lack("-- "+strings.Join(o.command, " "), o.command, n)
	}
	if o.approval != "" || o.namespace != "" {
		for _, g := range snap.Agents {
			if g.Level != level {
				d = append(d, "the level "+display.Safe(fmt.Sprintf("%q", string(level)))+" for "+g.Name)
				break
			}
		}
	}
	if o.worktree && slices.ContainsFunc(snap.Agents, func(g *session.Agent) bool { return g.Worktree == "" }) {
		d = append(d, "--worktree")
	}
	if o.ungated && slices.ContainsFunc(snap.Agents, func(g *session.Agent) bool { return !g.Ungated }) {
		d = append(d, "--ungated")
	}
	// Whoever attaches gives the panes their own terminal's size anyway.
	if o.detach && o.cols > 0 && slices.ContainsFunc(snap.Agents, func(g *session.Agent) bool { return g.Cols != o.cols || g.Rows != o.rows }) {
		d = append(d, "--size "+o.size)
	}
	if o.approveAll && !snap.FullAccess {
		d = append(d, "--approve-all")
	}
	return d
}

// startAgents starts what was chosen. A session none of whose agents would start
// is taken back: its name is free again.
func (a *app) startAgents(ctx context.Context, dir session.Dir, o startOptions, argvs [][]string, project string, level gateway.Level) error {
	client, err := dial(ctx, session.Found{Dir: dir, Served: true})
	if err != nil {
		return err
	}
	var errs []error
	started := 0
	sizes := a.paneSizes(o, len(argvs))
	for i, argv := range argvs {
		err := a.startAgent(ctx, client, session.AgentSpec{
			Argv: argv, Cwd: project, Env: os.Environ(), Level: level,
			Cols: sizes[i][0], Rows: sizes[i][1], Ungated: o.ungated, Worktree: o.worktree,
		})
		if err != nil {
			errs = append(errs, err) // names it
			continue
		}
		started++
	}
	if started == 0 {
		if err := client.Stop(ctx); err != nil && !hasEnded(dir) {
			return errors.Join(append(errs, err)...)
		}
		takeBack(dir)
		return errors.Join(errs...)
	}
	for _, err := range errs {
		report(a.err, err)
	}
	if o.worktree {
		a.sayWorktrees(ctx, client)
	}
	return nil
}

// paneSizes are the sizes that agents begin with, 0 for the usual one: as --size
// says, else as their panes will be on this terminal. A program that begins with
// another and draws while it learns of the right one (vim) draws it wrong.
func (a *app) paneSizes(o startOptions, n int) [][2]int {
	if o.cols == 0 && !o.detach && a.in != nil {
		if cols, rows, err := term.GetSize(int(a.in.Fd())); err == nil {
			return panes.PaneSizes(cols, rows, n)
		}
	}
	sizes := make([][2]int, n)
	for i := range sizes {
		sizes[i] = [2]int{o.cols, o.rows}
	}
	return sizes
}

// startAgent starts one agent. Where it is proven first that it asks, which takes
// some seconds, it says so.
func (a *app) startAgent(ctx context.Context, client *control.Client, spec session.AgentSpec) error {
	done := make(chan error, 1)
	go func() {
		_, err := client.StartAgent(ctx, spec)
		done <- err
	}()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-tick.C:
		}
		snap, err := client.Snapshot(ctx)
		if err != nil {
			return <-done
		}
		for _, g := range snap.Agents {
			if g.State == session.Starting && g.Why == session.ProvingHooks {
				a.say("proving %s's hooks: it runs once by itself, to see that it asks before it acts", g.Name)
				return <-done
			}
		}
	}
}

// tellFullAccess says what full access leaves, the operator's deny rules, and what
// it answers though a rule asks about it every time.
func (a *app) tellFullAccess(p *gateway.Policy) {
	var denies, always []string
	for _, r := range p.Rules() {
		switch {
		case r.Verdict == gateway.Deny:
			denies = append(denies, r.String())
		case r.Always:
			always = append(always, r.String())
		}
	}
	if len(denies) == 0 {
		a.say("full access: nothing prompts, everything is recorded; no deny rules but the built-in refusals")
	} else {
		a.say("full access: nothing prompts, everything is recorded; these deny rules hold:")
	}
	for _, r := range denies {
		a.say("  %s", r)
	}
	if len(always) > 0 {
		a.say("full access: answered with yes too, though these rules ask every time:")
	}
	for _, r := range always {
		a.say("  %s", r)
	}
}

func noTerminal(command string) error {
	return hint(errors.New("attach: standard input and output are no terminal"),
		"over ssh: ssh -t HOST %s. Without one: kavi --detach, kavi approval list", command)
}
