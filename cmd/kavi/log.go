package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/control"
	"kavi/session/ledger"
)

type logOptions struct {
	session string
	json    bool
	follow  bool
	since   string
	summary bool
	verify  bool
}

func (a *app) logCommand() *cobra.Command {
	var o logOptions
	c := &cobra.Command{
		Use:   "log",
		Short: "what was asked, decided and done, from the ledger",
		Long: `Print a session's ledger, of ended sessions too. The parts of a call that was asked about, and
the files that one changes, stand below it, where it has several. Of a shell that an agent starts for itself one line is
printed. Long texts end in …: --json has the rest.

--json prints all, one entry a line; fields that it does not need are left out:
{seq, hash, prev, time, boot_ns, kind, witness (hook, shim, watcher, kernel, session), agent,
call (call_12), approval (apr_03), inside, left, by: {kind, rule, layer, file, client, terminal,
shown_ns}, action (deny, prompt, allow), verdict (allowed, denied), tool, what, command, argv, cwd,
program, path, to, url, parts: [{text, effects, lines}], risk, level, why, reason, seal, nonce,
process, exit_code, for_ns, data}

--verify checks the hash chain and prints its head: kept elsewhere, it shows later whether
anything up to it was changed. With --json: {count, head: {seq, hash}, bad, why, took_ns}, where
bad is the first entry that is not what was written.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.log(c.Context(), o) },
	}
	pastSessionFlag(c, &o.session)
	c.Flags().BoolVar(&o.json, "json", false, "print JSON, one entry a line")
	c.Flags().BoolVarP(&o.follow, "follow", "f", false, "go on with what comes")
	c.Flags().StringVar(&o.since, "since", "", "entries not older than that: 2h, 15:04, 2006-01-02, 2006-01-02T15:04:05Z")
	c.Flags().BoolVar(&o.summary, "summary", false, "only what happened, in numbers")
	c.Flags().BoolVar(&o.verify, "verify", false, "check the chain and print its head")
	return c
}

func (a *app) log(ctx context.Context, o logOptions) error {
	if o.verify && (o.follow || o.summary || o.since != "") {
		return usagef("--verify checks the whole ledger: it goes with no other flag but --json")
	}
	if o.summary && (o.follow || o.json) {
		return usagef("--summary goes with neither --follow nor --json")
	}
	since, err := a.since(o.since)
	if err != nil {
		return err
	}
	f, err := find(o.session, true)
	if err != nil {
		return err
	}
	if o.follow {
		return a.follow(ctx, f, since, o.json)
	}
	b, err := a.book(ctx, f)
	if err != nil {
		return err
	}
	defer b.close()
	switch {
	case o.verify:
		return a.verify(ctx, b, o.json)
	case o.summary:
		var until time.Time
		if b.client != nil {
			until = a.now() // it goes on
		}
		s, err := ledger.Summarise(since, until, b.entries(ctx, control.Range{Since: since}))
		if err != nil {
			return err
		}
		for _, row := range s.Rows() {
			if _, err := fmt.Fprintln(a.out, row); err != nil {
				return err
			}
		}
		return nil
	}
	some := false
	for e, err := range b.entries(ctx, control.Range{Since: since}) {
		if err == nil {
			err = a.printEntry(e, o.json)
		}
		if err != nil {
			return err
		}
		some = true
	}
	if !some && !o.json {
		a.say("nothing was recorded since %s", since.Format(time.DateTime))
	}
	return nil
}

// textCells is how much is printed of each text of an entry.
const textCells = 100

func (a *app) printEntry(e ledger.Entry, asJSON bool) error {
	if asJSON {
		return printJSONLine(a.out, e)
	}
	if e.Aside() {
		return nil
	}
	if _, err := fmt.Fprintln(a.out, e.Brief(textCells)); err != nil {
		return err
	}
	for _, row := range partRows(e) {
		if _, err := fmt.Fprintln(a.out, row); err != nil {
			return err
		}
	}
	return nil
}

// partRows are the parts of a call that was asked about, and of one that changes
// files, where it has several: one row each, with the lines and what it may do.
func partRows(e ledger.Entry) (rows []string) {
	const most = 20
	counted := slices.ContainsFunc(e.Parts, func(p ledger.Part) bool { return p.Lines != "" })
	if e.Kind != ledger.CallRequested || e.Approval == "" && !counted || len(e.Parts) < 2 {
		return nil
	}
	indent := strings.Repeat(" ", len(time.DateTime)+2)
	for i, p := range e.Parts {
		if i == most {
			return append(rows, fmt.Sprintf("%s… and %d parts more: --json has them all", indent, len(e.Parts)-most))
		}
		text := strings.TrimSpace(p.Text)
		if p.Lines != "" {
			text += " (" + p.Lines + ")"
		}
		rows = append(rows, fmt.Sprintf("%s%d. %s: %s", indent, i+1,
			display.Cut(display.Safe(text), textCells), display.Cut(display.Safe(strings.Join(p.Effects, ", ")), textCells)))
	}
	return rows
}

// follow prints entries as they come, across crashes of the server, until the
// session has ended or the operator has seen enough.
func (a *app) follow(ctx context.Context, f session.Found, since time.Time, asJSON bool) error {
	next := uint64(0)
	for {
		b, err := a.book(ctx, f)
		if err != nil {
			return err
		}
		for e, err := range b.entries(ctx, control.Range{From: next, Since: since, Follow: true}) {
			if err == nil {
				err = a.printEntry(e, asJSON)
			}
			if err != nil {
				b.close()
				return err
			}
			next = e.Seq + 1
		}
		b.close()
		if ctx.Err() != nil || b.ledger != nil {
			return nil
		}
		// The server is gone: the session has ended, and its ledger has the rest, or
		// another server is about to come.
		if f, err = find(f.Dir.Name(), true); err != nil {
			return err
		}
	}
}

func (a *app) verify(ctx context.Context, b *book, asJSON bool) error {
	r, err := b.verify(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		if err := printJSON(a.out, r); err != nil {
			return err
		}
	} else if r.Bad == 0 && r.Why == "" {
		fmt.Fprintf(a.out, "%d entries, the chain holds\nhead %s\n", r.Count, r.Head)
	}
	if r.Bad != 0 || r.Why != "" {
		return fmt.Errorf("ledger: entry %d: %s", r.Bad, r.Why)
	}
	return nil
}

// since reads a moment: so long ago, a time of this day, a day, a full time.
func (a *app) since(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return a.now().Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			return t, nil
		}
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			day := a.now()
			at := time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.Local)
			if at.After(day) {
				at = at.AddDate(0, 0, -1) // last night
			}
			return at, nil
		}
	}
	return time.Time{}, hint(usagef("--since %s: not a time", s), "2h, 15:04, 2006-01-02, 2006-01-02T15:04:05Z")
}

// book is a ledger to read: of a server that runs, or of a session without one.
type book struct {
	client *control.Client
	ledger *ledger.Ledger
}

func (a *app) book(ctx context.Context, f session.Found) (*book, error) {
	if f.Record.Ended.IsZero() && (f.Served || kept(f.Dir)) {
		c, err := dial(ctx, f)
		return &book{client: c}, err
	}
	o := ledger.Options{Name: f.Dir.Name()}
	if self, err := os.Executable(); err == nil {
		o.Probe = []string{self, "probe"}
	}
	l, err := ledger.OpenEnded(string(f.Dir), o) //nolint:contextcheck // it bounds its probe by itself
	if err != nil {
		return nil, fmt.Errorf("session %s: %w", f.Dir.Name(), err)
	}
	for _, w := range l.Warnings() {
		report(a.err, errors.New(strings.TrimPrefix(w, "ledger: ")))
	}
	return &book{ledger: l}, nil
}

func (b *book) close() {
	if b.ledger != nil {
		_ = b.ledger.Close() // a copy, opened for reading
	}
}

func (b *book) entries(ctx context.Context, want control.Range) iter.Seq2[ledger.Entry, error] {
	if b.client != nil {
		return b.client.Log(ctx, want)
	}
	from := max(want.From, 1)
	if !want.Since.IsZero() {
		seq, err := b.ledger.Since(want.Since)
		if err != nil {
			return func(yield func(ledger.Entry, error) bool) { yield(ledger.Entry{}, err) }
		}
		from = max(from, seq)
	}
	return b.ledger.All(from)
}

func (b *book) verify(ctx context.Context) (ledger.Report, error) {
	if b.client != nil {
		return b.client.Verify(ctx)
	}
	return b.ledger.Verify(ctx)
}
