package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
	"kavi/gateway/watch"
	"kavi/session"
)

type changesOptions struct {
	session string
	agent   string
	since   string
	calls   []string
	json    bool
	summary bool
}

const changeJSON = `{path, from, kind (created, modified, mode, deleted, renamed), add, del,
how (announced, inferred, ambiguous, unsanctioned, the operator's own, kavi's own, undone), agent,
calls: [one, or those that could have], approval, what, item (chg_01), protected, gap
(nobody watched then), time, seq (of the ledger's entry), worktree (whose it is in)}`

func (a *app) changesCommand() *cobra.Command {
	var o changesOptions
	c := &cobra.Command{
		Use:   "changes",
		Short: "what changed in this session's project, as a diff",
		Long: `Print the changes of files that the session saw, of ended sessions too, as one diff to read or
to take back with git apply -R. It holds everything that was seen, your own edits included,
unless --agent, --call or --since pick some of it. What such a diff cannot hold (folders,
what is in .git or outside the project, what was too large to be kept) is said on standard
error. To a terminal it is printed with what would disturb it escaped, else byte for byte.

--summary lists the changes by agent and call instead, with how each is explained: announced (by
the agent's own hook, with this very content), inferred (one allowed call could have made it),
ambiguous (several could have), unsanctioned (none could have: perhaps you).

--json prints one change a line:
` + changeJSON + `
Paths are as they are shown, with escapes; fields that are empty are left out.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.changes(c.Context(), o) },
	}
	pastSessionFlag(c, &o.session)
	c.Flags().StringVar(&o.agent, "agent", "", "only what calls of this agent changed")
	completeFlag(c, "agent", a.completeAgents(&o.session))
	c.Flags().StringVar(&o.since, "since", "", "not older than that: 2h, 15:04, 2006-01-02, 2006-01-02T15:04:05Z")
	c.Flags().StringArrayVar(&o.calls, "call", nil, "only what this call changed, several times for several: call_12, apr_03, undo_01, chg_02")
	c.Flags().BoolVar(&o.summary, "summary", false, "a list, by agent and call")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON, one change a line")
	return c
}

func (a *app) changes(ctx context.Context, o changesOptions) error {
	if o.json && o.summary {
		return usagef("--summary and --json exclude each other")
	}
	of := session.ChangesOf{Agent: o.agent}
	var err error
	if of.Since, err = a.since(o.since); err != nil {
		return err
	}
	for _, word := range o.calls {
		id, ok := changeID(word)
		switch {
		case !ok:
			return hint(usagef("--call %s: no id of a call", word), "ids read call_12, apr_03, undo_01, chg_02: kavi changes --summary")
		case !strings.HasPrefix(id, "chg_"):
			of.Calls = append(of.Calls, id)
		case of.Item != "":
			return usagef("--call %s: of unexplained changes only one at a time", word)
		default:
			of.Item = id
		}
	}
	if of.Item != "" && len(of.Calls) > 0 {
		return usagef("--call %s: no call explains it, so it goes with no other", of.Item)
	}
	f, err := find(o.session, true)
	if err != nil {
		return err
	}
	b, err := a.book(ctx, f)
	if err != nil {
		return err
	}
	defer b.close()
	list, err := b.changes(ctx, of)
	switch {
	case err != nil:
		return err
	case o.json:
		for _, one := range list {
			if err := printJSONLine(a.out, one); err != nil {
				return err
			}
		}
		return nil
	case len(list) == 0 && (o.agent != "" || len(o.calls) > 0 || o.since != ""):
		a.say("no such change; kavi changes --summary shows what this session saw")
		return nil
	case len(list) == 0:
		a.say("no change of a file that this session saw")
		return nil
	case o.summary:
		return errors.Join(printSummary(a.out, list), a.sayNotKept(ctx, b))
	}
	return a.printPatch(ctx, f, b, of, list)
}

// sayNotKept says what of a running session cannot be restored.
func (a *app) sayNotKept(ctx context.Context, b *book) error {
	if b.client == nil {
		return nil
	}
	snap, err := b.client.Snapshot(ctx)
	if err == nil && snap.LeftOut != "" {
		a.say("%s", snap.LeftOut)
	}
	return err
}

// changeIDs are how calls, approvals, undos and unexplained changes are named.
var changeIDs = regexp.MustCompile(`^(?:(call|apr|undo|chg)_)?([0-9]{1,9})$`)

// changeID is the exact id that a word means, as approvalID has it: apr_3, 03 and 3
// are apr_03.
func changeID(word string) (id string, ok bool) {
	m := changeIDs.FindStringSubmatch(word)
	if m == nil {
		return "", false
	}
	n, err := strconv.Atoi(m[2])
	switch {
	case err != nil || n < 1:
		return "", false
	case m[1] == "call":
		return fmt.Sprintf("call_%d", n), true
	case m[1] == "":
		return fmt.Sprintf("apr_%02d", n), true
	}
	return fmt.Sprintf("%s_%02d", m[1], n), true
}

func (b *book) changes(ctx context.Context, of session.ChangesOf) ([]session.FileChange, error) {
	if b.client != nil {
		return b.client.Changes(ctx, of)
	}
	return session.ChangesIn(b.ledger, of)
}

func (b *book) patch(ctx context.Context, f session.Found, w io.Writer, of session.ChangesOf, list []session.FileChange) (leftOut []string, err error) {
	if b.client != nil {
		return b.client.Patch(ctx, w, of)
	}
	k := session.NewKeeps(f.Dir, f.Record.Project)
	defer func() { _ = k.Close() }() // it was only read
	leftOut, err = session.PatchOf(k.Of, w, list)
	if errors.Is(err, watch.ErrNothingKept) {
		err = hint(fmt.Errorf("session %s: %w", f.Dir.Name(), err), "kavi changes --summary needs only the ledger")
	}
	return leftOut, err
}

// printPatch prints a patch once all of it is there: half of one would be taken
// for the whole by whoever reads it through a pipe.
func (a *app) printPatch(ctx context.Context, f session.Found, b *book, of session.ChangesOf, list []session.FileChange) error {
	tmp, err := os.CreateTemp("", "kavi-changes-*")
	if err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	defer func() { _ = errors.Join(tmp.Close(), os.Remove(tmp.Name())) }()
	w := bufio.NewWriter(tmp)
	left, err := b.patch(ctx, f, w, of, list)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		_, err = tmp.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("diff: %w", err)
	}
	for _, l := range left {
		a.say("not in the diff: %s", l)
	}
	if severalTrees(list) {
		a.say("the diff is of several worktrees: to take it back with git apply, print it for one of them, in which to run that: --agent NAME")
	}
	if n := countUnexplained(list); n > 0 && of.Item == "" {
		a.say("%s among them that no call explains, perhaps of your own: kavi changes --summary", display.Count(n, "change"))
	}
	if !a.toTerminal() {
		_, err = io.Copy(a.out, tmp)
		return err
	}
	return printSafely(a.out, tmp)
}

// countUnexplained counts the changes that no call explains.
func countUnexplained(list []session.FileChange) (n int) {
	for i := range list {
		if list[i].How == string(watch.Unsanctioned) {
			n++
		}
	}
	return n
}

// severalTrees tells whether changes that a diff can hold are in more than one
// worktree.
func severalTrees(list []session.FileChange) bool {
	in := make(map[string]bool)
	for i := range list {
		if !strings.HasPrefix(list[i].Path, ".git/") {
			in[list[i].Worktree] = true
		}
	}
	return len(in) > 1
}

// printSafely prints a stranger's text for a terminal, row by row.
func printSafely(w io.Writer, r io.Reader) error {
	in, out := bufio.NewReader(r), bufio.NewWriter(w)
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			for _, row := range display.Rows(line) {
				if _, err := fmt.Fprintln(out, row); err != nil {
					return err
				}
			}
		}
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return err
		}
	}
}

// deed is what was changed together: by one call, or by nobody who is known.
type deed struct {
	agent, title string
	files        []session.FileChange
}

// deeds groups changes by agent and call, both in the order in which they first
// changed something.
func deeds(list []session.FileChange) (agents []string, of map[string][]*deed) {
	of = make(map[string][]*deed)
	known := make(map[string]*deed)
	for _, f := range list {
		agent, title := whoAndWhat(f)
		key := agent + "\x00" + title
		d := known[key]
		if d == nil {
			d = &deed{agent: agent, title: title}
			known[key] = d
			if of[agent] == nil {
				agents = append(agents, agent)
			}
			of[agent] = append(of[agent], d)
		}
		d.files = append(d.files, f)
	}
	return agents, of
}

// whoAndWhat names the agent and the call of a change, safe to print.
func whoAndWhat(f session.FileChange) (agent, title string) {
	calls := display.Safe(strings.Join(f.Calls, ", "))
	switch {
	case strings.HasPrefix(calls, "undo_"):
		return "taken back", calls
	case f.How == string(watch.Unsanctioned):
		return "explained by no call", display.Safe(f.Item)
	case len(f.Calls) == 0:
		return display.Safe(f.How), ""
	}
	agent = display.Safe(f.Agent)
	if agent == "" {
		agent = "one of several agents"
	}
	if len(f.Calls) > 1 {
		return agent, "one of " + calls
	}
	if f.Approval != "" {
		calls += " (" + display.Safe(f.Approval) + ")"
	}
	if f.What != "" {
		calls += "  " + display.Cut(display.Safe(f.What), 100)
	}
	return agent, calls
}

func printSummary(w io.Writer, list []session.FileChange) error {
	out := bufio.NewWriter(w)
	agents, of := deeds(list)
	for i, agent := range agents {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintln(out, agent)
		for _, d := range of[agent] {
			if d.title != "" {
				fmt.Fprintf(out, "  %s\n", d.title)
			}
			for _, f := range d.files {
				fmt.Fprintf(out, "    %s  %s %6s %6s  %s\n", f.Time.Local().Format(time.TimeOnly), display.Pad(f.Kind, 8),
					fmt.Sprintf("+%d", f.Plus), fmt.Sprintf("-%d", f.Minus), fileRow(f))
			}
		}
	}
	return out.Flush()
}

// fileRow is the rest of a change's row: what is said of it stands before its
// name, so that no name can pass for it.
func fileRow(f session.FileChange) string {
	row := display.Safe(f.How) + "  "
	if f.Protected {
		row += "PROTECTED  "
	}
	if f.Gap {
		row += "while nobody watched  "
	}
	if f.From != "" {
		row += display.Safe(f.From) + " -> "
	}
	return row + display.Safe(f.Path)
}
