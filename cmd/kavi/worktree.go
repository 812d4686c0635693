package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/control"
	"kavi/session/ledger"
)

// listedWorktree is the stable shape of `kavi worktree list --json`.
type listedWorktree struct {
	Agent       string   `json:"agent"`
	Path        string   `json:"path"`
	Branch      string   `json:"branch"`
	Base        string   `json:"base"` // the commit that it began with
	Missing     bool     `json:"missing,omitempty"`
	Uncommitted []string `json:"uncommitted,omitempty"`
	Unmerged    []string `json:"unmerged,omitempty"`
	Ignored     []string `json:"ignored,omitempty"`
	Holds       string   `json:"holds,omitempty"`   // why it cannot be removed without a loss
	Problem     string   `json:"problem,omitempty"` // why nothing of that is known
}

func (a *app) worktreeCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "worktree",
		Short: "list and remove the git worktrees that agents were given",
		Long: `With --worktree each agent that is started gets a git worktree of its own, in the session's
folder: the files of the project's last commit, on a branch kavi/SESSION/AGENT. It works and
commits there; merging is git's work: git merge kavi/SESSION/AGENT, in the project.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			return hint(usagef("worktree: what? list or remove"), "%s --help", c.CommandPath())
		},
	}
	c.AddCommand(a.worktreeListCommand(), a.worktreeRemoveCommand())
	return c
}

func (a *app) worktreeListCommand() *cobra.Command {
	var name string
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "list the worktrees of a session, and what is in them that is nowhere else",
		Long: `List the worktrees of a session, of one that has ended too, with what is in them that is
nowhere else: files that are not committed, commits that are on no other branch, a rebase or
another operation of git that is under way.

--json prints a list of {agent, path, branch, base, missing, uncommitted, unmerged, ignored,
holds (why it cannot be removed without a loss), problem}; of long lists the first are there.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.listWorktrees(c.Context(), name, asJSON) },
	}
	pastSessionFlag(c, &name)
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *app) listWorktrees(ctx context.Context, name string, asJSON bool) error {
	f, err := find(name, true)
	if err != nil {
		return err
	}
	all, err := a.worktrees(ctx, f)
	if err != nil {
		return err
	}
	list := []listedWorktree{}
	for _, w := range all {
		one := listedWorktree{Agent: w.Agent, Path: w.Path, Branch: w.Branch, Base: w.Base}
		st, err := session.LookAtWorktree(ctx, f.Record.Project, w)
		if err != nil {
			one.Problem = display.Safe(err.Error())
		}
		one.Missing, one.Uncommitted, one.Unmerged, one.Ignored, one.Holds = st.Missing, st.Uncommitted, st.Commits, st.Ignored, st.Holds(false)
		list = append(list, one)
	}
	if asJSON {
		return printJSON(a.out, list)
	}
	if len(list) == 0 {
		_, err := fmt.Fprintln(a.out, "No worktrees")
		return err
	}
	rows := [][]string{{"AGENT", "BRANCH", "HOLDS", "PATH"}}
	for _, w := range list {
		rows = append(rows, []string{display.Safe(w.Agent), display.Safe(w.Branch), holds(&w), display.Safe(w.Path)})
	}
	return columns(a.out, rows)
}

// holds is what is in a worktree, on one line.
func holds(w *listedWorktree) string {
	switch {
	case w.Problem != "":
		return "? " + w.Problem
	case w.Holds != "":
		return w.Holds
	case w.Missing:
		return "its folder is gone"
	}
	return "nothing that is nowhere else"
}

// worktrees are those of a session that are there.
func (a *app) worktrees(ctx context.Context, f session.Found) ([]session.Worktree, error) {
	b, err := a.book(ctx, f)
	if err != nil {
		return nil, err
	}
	defer b.close()
	if b.client == nil {
		return session.WorktreesIn(b.ledger)
	}
	snap, err := b.client.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return snap.Worktrees, nil
}

type removeWorktreeOptions struct {
	session    string
	agent      string
	keepBranch bool
	yes        bool
}

func (a *app) worktreeRemoveCommand() *cobra.Command {
	var o removeWorktreeOptions
	c := &cobra.Command{
		Use:   "remove AGENT",
		Short: "remove an agent's worktree and its branch, if nothing is lost",
		Long: `Remove the worktree of an agent that does not run, and its branch. It is refused, with the
reason, where something in it is nowhere else: files that are not committed, commits that
are on no other branch, a rebase or another operation of git that is under way, refs of its
own (refs/worktree), repositories of submodules. What git ignores there goes with it: that
is shown, and asked about without --yes.

--keep-branch leaves the branch, and with it what was committed. The session may have ended.`,
		Args: wrongUsage(cobra.ExactArgs(1)),
		RunE: func(c *cobra.Command, args []string) error {
			o.agent = args[0]
			return a.removeWorktree(c.Context(), o)
		},
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
			ctx := c.Context()
			if ctx == nil {
				ctx = context.Background()
			}
			return a.completeWorktrees(ctx, o.session, args, typed), cobra.ShellCompDirectiveNoFileComp
		},
	}
	pastSessionFlag(c, &o.session)
	c.Flags().BoolVar(&o.keepBranch, "keep-branch", false, "leave its branch, and what was committed there")
	c.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	return c
}

func (a *app) completeWorktrees(ctx context.Context, name string, args []string, typed string) (agents []string) {
	f, err := find(name, true)
	if err != nil || len(args) > 0 {
		return nil
	}
	all, err := a.worktrees(ctx, f)
	if err != nil {
		return nil
	}
	for _, w := range all {
		if strings.HasPrefix(w.Agent, typed) {
			agents = append(agents, w.Agent+"\t"+w.Branch)
		}
	}
	return agents
}

func (a *app) removeWorktree(ctx context.Context, o removeWorktreeOptions) error {
	if err := outsideAgents(); err != nil {
		return hint(err, "worktrees are removed by the operator, from outside of every agent")
	}
	f, err := find(o.session, true)
	if err != nil {
		return err
	}
	w, err := a.worktreeOf(ctx, f, o.agent)
	if err != nil {
		return err
	}
	st, err := session.LookAtWorktree(ctx, f.Record.Project, w)
	if err != nil {
		return fmt.Errorf("worktree of %s: %w", o.agent, err)
	}
	if why := st.Holds(o.keepBranch); why != "" {
		return refusedWorktree(fmt.Errorf("worktree of %s: %w: %s", o.agent, session.ErrHolds, why), w, &st)
	}
	if !o.yes && !a.terminal() {
		return hint(usagef("worktree remove asks first, and there is no terminal to ask at"), "--yes")
	}
	if len(st.Ignored) > 0 {
		fmt.Fprintf(a.out, "what git ignores there goes with it: %s\n", strings.Join(st.Ignored, ", "))
	}
	if !o.yes {
		fmt.Fprintf(a.out, "Remove %s? [y/N] ", display.Safe(w.Path))
		if !a.yes(ctx) {
			_, err := fmt.Fprintln(a.out, "nothing was removed")
			return err
		}
	}
	if err := a.removeThat(ctx, f, o); err != nil {
		return refusedWorktree(err, w, &st)
	}
	branch := ""
	if o.keepBranch {
		branch = "; its branch stays: " + w.Branch
	}
	_, err = fmt.Fprintf(a.out, "removed the worktree of %s%s\n", display.Safe(o.agent), display.Safe(branch))
	return err
}

func (a *app) worktreeOf(ctx context.Context, f session.Found, agent string) (session.Worktree, error) {
	all, err := a.worktrees(ctx, f)
	if err != nil {
		return session.Worktree{}, err
	}
	var names []string
	for _, w := range all {
		if w.Agent == agent {
			return w, nil
		}
		names = append(names, w.Agent)
	}
	err = fmt.Errorf("agent %s: it has no worktree in the session %s", agent, f.Dir.Name())
	if near := nearest(agent, names); near != "" {
		return session.Worktree{}, hint(err, "did you mean %s?", near)
	}
	return session.Worktree{}, hint(err, "kavi worktree list")
}

// removeThat asks the server, or does it in a session that has ended.
func (a *app) removeThat(ctx context.Context, f session.Found, o removeWorktreeOptions) error {
	if f.Record.Ended.IsZero() {
		c, err := dial(ctx, f)
		if err != nil {
			return err
		}
		return c.RemoveWorktree(ctx, o.agent, o.keepBranch)
	}
	p, err := a.past(f) //nolint:contextcheck // it bounds its waits by itself
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }() // what it stored was stored at once
	return p.RemoveWorktree(ctx, o.agent, o.keepBranch, session.Operator{Client: "command line", Terminal: terminalName()})
}

// past opens a session that has ended once more.
func (a *app) past(f session.Found) (*session.Past, error) {
	o := ledger.Options{}
	if self, err := os.Executable(); err == nil {
		o.Probe = []string{self, "probe"}
	}
	return session.OpenPast(f.Dir, o)
}

// refusedWorktree says with a refusal how what is in a worktree is kept.
func refusedWorktree(err error, w session.Worktree, st *session.WorktreeState) error {
	switch {
	case !errors.Is(err, session.ErrHolds):
		return err
	case st.UnderWay != "" && st.Missing:
		return hint(err, "its folder is gone; what git has of that is in %s, and goes with git worktree prune", quoteWord(st.Git))
	case st.UnderWay != "":
		return hint(err, "look: git -C %s status. Then end it there, or break it off", quoteWord(w.Path))
	case len(st.Uncommitted) > 0:
		return hint(err, "look: git -C %s status. Then commit it there, or throw it away there", quoteWord(w.Path))
	case len(st.Loose) > 0:
		return hint(err, "give them a branch: git branch NAME COMMIT, in the project")
	case len(st.Commits) > 0:
		return hint(err, "git merge %s, in the project. Or leave the branch: --keep-branch", w.Branch)
	case len(st.Refs) > 0:
		return hint(err, "look: git --git-dir=%s for-each-ref. Then git tag NAME REF there, and git update-ref -d REF", quoteWord(st.Git))
	}
	return hint(err, "look: git -C %s submodule status", quoteWord(w.Path))
}

// quoteWord is a path as a word of a shell.
func quoteWord(s string) string {
	if !strings.ContainsAny(s, " \t\n'\"\\$`!*?[](){}<>|&;~#") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// sayKept says which worktrees a session that has ended leaves, and how they are
// merged.
func (a *app) sayKept(ctx context.Context, f session.Found, had []session.Worktree) {
	for _, w := range had {
		if _, err := os.Lstat(w.Path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		what := "what git ignores"
		st, err := session.LookAtWorktree(ctx, f.Record.Project, w)
		if err != nil {
			what = "? " + err.Error()
		} else if why := st.Holds(false); why != "" {
			what = why
		}
		a.say("the worktree of %s stays: %s", w.Agent, what)
		a.say("  it is %s", w.Path)
		a.say("  git merge %s brings its commits into the project; kavi worktree remove %s --session %s, after that", w.Branch, w.Agent, f.Dir.Name())
	}
}

// canHaveWorktrees says before a session is made why its agents could get none.
func canHaveWorktrees(ctx context.Context, project string) error {
	err := session.CheckWorktrees(ctx, project)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, session.ErrNoRepository):
		return hint(fmt.Errorf("--worktree: %w", err), "git init, git add, git commit; or without --worktree")
	case errors.Is(err, session.ErrNoCommit):
		return hint(fmt.Errorf("--worktree: %w", err), "git add, git commit; or without --worktree")
	case errors.Is(err, session.ErrBare):
		return hint(fmt.Errorf("--worktree: %w", err), "go to a checkout of it: git worktree add ../main, cd ../main, kavi --worktree")
	}
	return hint(fmt.Errorf("--worktree: %w", err), "git status says more; or without --worktree")
}

// sayWorktrees tells where agents work that were just started, and what their
// worktrees lack.
func (a *app) sayWorktrees(ctx context.Context, c *control.Client) {
	snap, err := c.Snapshot(ctx)
	if err != nil {
		return // that they run was said
	}
	for _, g := range snap.Agents {
		a.say("%s works in %s, on the branch %s", g.Name, g.Worktree, g.Branch)
		for _, n := range g.Notes {
			a.say("  %s", n)
		}
	}
}
