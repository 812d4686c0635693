package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/gateway/watch"
	"kavi/session/ledger"
)

// FileChange is one change of one file as the ledger has it.
type FileChange struct {
	Path      string    `json:"path"` // safe to display
	From      string    `json:"from,omitempty"`
	Kind      string    `json:"kind"` // created, modified, mode, deleted, renamed
	Plus      int       `json:"add"`
	Minus     int       `json:"del"`
	How       string    `json:"how"` // announced, inferred, ambiguous, unsanctioned, undone
	Agent     string    `json:"agent,omitempty"`
	Calls     []string  `json:"calls,omitempty"` // one; or those that could have, where that is ambiguous
	Approval  string    `json:"approval,omitempty"`
	What      string    `json:"what,omitempty"` // what the one call is, on one line; safe to display
	Item      string    `json:"item,omitempty"` // "chg_01", the unexplained changes that it was shown with
	Protected bool      `json:"protected,omitempty"`
	Gap       bool      `json:"gap,omitempty"` // it happened while nobody watched
	Time      time.Time `json:"time"`
	Seq       uint64    `json:"seq"`                // of the ledger's entry
	Worktree  string    `json:"worktree,omitempty"` // the agent in whose worktree it is; "": in the project

	change watch.Change
}

// Unexplained is changes of files, seen together, that no allowed call explains.
// They may be the operator's own. Immutable.
type Unexplained struct {
	ID        string // "chg_01"
	Since     time.Time
	Files     []FileChange // those that decide what runs before the others
	Protected bool         // a setting that decides what runs is among them: shown first and loudest
	Could     []Suspect
	Paused    []string // agents that were paused for it
}

// Suspect is a call that was running when something changed, though nothing allowed
// it to write there.
type Suspect struct {
	Call  string `json:"call"` // "call_12"
	Agent string `json:"agent"`
	What  string `json:"what,omitempty"` // what the call is, on one line; safe to display
}

// String is the suspect on one line, safe to display. What the call is stands last:
// it is the agent's text.
func (s Suspect) String() string {
	line := s.Call + " of " + display.Safe(s.Agent)
	if s.What != "" {
		line += ": " + s.What
	}
	return line
}

// suspectCells is how much of a call is shown of a suspect, and maxSuspects how many
// of them.
const (
	suspectCells = 100
	maxSuspects  = 8
)

// Mine says what else is the operator's own, when a change is kept.
type Mine string

// What is the operator's own beside the change that is kept.
const (
	MineThis  Mine = ""
	MinePaths Mine = "these files, for the rest of the session"
	MineTen   Mine = "everything, for ten minutes"
)

// ChangesOf picks changes; what is empty does not matter.
type ChangesOf struct {
	Item  string    `json:"item,omitempty"`  // "chg_01"
	Calls []string  `json:"calls,omitempty"` // "call_12", "apr_03", "undo_01"
	Agent string    `json:"agent,omitempty"`
	Since time.Time `json:"since,omitzero"`
	// Allowed leaves out what is, or may be, the operator's own: what no call
	// explains, what they kept, and what was taken back.
	Allowed bool `json:"allowed,omitempty"`
}

// UndoPlan is what taking changes back would do, to be shown before it is done.
type UndoPlan struct {
	ID    string
	Steps []UndoStep
}

// UndoStep is what it does to one path. All of it is safe to display.
type UndoStep struct {
	Path    string   `json:"path"`
	Does    string   `json:"does"`              // one line
	Refused string   `json:"refused,omitempty"` // why nothing can be done
	Ask     string   `json:"ask,omitempty"`     // why the operator has to say yes to this one
	Idle    bool     `json:"idle,omitempty"`    // it is as it was already: there is nothing to do
	Rows    []string `json:"rows,omitempty"`    // the difference it would make where somebody changed the file since
}

// UndoOutcome is what became of a step.
type UndoOutcome struct {
	Path string `json:"path"`
	Done bool   `json:"done"`
	Why  string `json:"why,omitempty"` // why not; safe to display
}

// errNoWatch: there is nothing to show or take back.
var errNoWatch = errors.New("changes of files are not watched in this session")

// ErrNoItem says that the changes were answered, or never there.
var ErrNoItem = errors.New("it waits for no word any more")

// item finds unexplained changes.
func (s *Session) item(ctx context.Context, id string) (*Unexplained, error) {
	return ask(ctx, s, func(reply func(*Unexplained, error)) {
		if u := s.items[id]; u != nil {
			reply(u, nil)
			return
		}
		reply(nil, ErrNoItem)
	})
}

// kept is what the watch keeps of a worktree.
func (s *Session) kept(worktree string) (*watch.Kept, error) {
	t := s.trees.named(worktree)
	if t == nil {
		return nil, errNoWatch
	}
	if w := t.watch(); w != nil {
		return w.Kept(), nil
	}
	if s.trees.removed(t) {
		return s.keeps.Of(worktree)
	}
	return nil, errNoWatch
}

// Difference shows what unexplained changes did, row by row, safe to display. It
// reads what was kept of the files, and blocks for that.
func (s *Session) Difference(ctx context.Context, item string) ([]string, error) {
	u, err := s.item(ctx, item)
	if err != nil {
		return nil, err
	}
	var rows []string
	for _, f := range u.Files {
		k, err := s.kept(f.Worktree)
		if err != nil {
			return nil, err
		}
		rows = append(rows, fmt.Sprintf("%s %s (+%d, -%d)", f.Kind, f.Path, f.Plus, f.Minus))
		rows = append(rows, k.Diff(f.change).Rows()...)
	}
	return rows, nil
}

// Keep says that unexplained changes are the operator's own.
func (s *Session) Keep(ctx context.Context, item string, m Mine, by Operator) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		u := s.items[item]
		if u == nil {
			reply(struct{}{}, ErrNoItem)
			return
		}
		e := ledger.Entry{Kind: ledger.ChangeKept, By: operator(by), What: u.Files[0].Path, Why: string(m), Data: map[string]string{"item": u.ID}}
		s.commit([]ledger.Entry{e}, func(err error) {
			if err == nil {
				s.mine.add(m, u, time.Now())
				s.closeItem(u)
			}
			reply(struct{}{}, err)
		})
	})
	return err
}

const mineFor = 10 * time.Minute

func operator(by Operator) *ledger.By {
	return &ledger.By{Kind: ledger.ByOperator, Client: by.Client, Terminal: by.Terminal}
}

// Changes are the changes of this session, in the order in which they happened. It
// reads the ledger.
func (s *Session) Changes(ctx context.Context, of ChangesOf) ([]FileChange, error) {
	s.flush(ctx, flushWait)
	return ChangesIn(s.led, of)
}

// How long somebody waits for the watcher: whoever asks for changes, and a session
// that ends, in which nobody would see them later.
const (
	flushWait = 2 * time.Second
	stopFlush = 10 * time.Second
)

// flush waits until what has changed so far is in the ledger. What takes longer is
// seen late.
func (s *Session) flush(ctx context.Context, atMost time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	for _, t := range s.trees.all() {
		if w := t.watch(); w != nil {
			if err := w.Flush(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("waiting for the watcher", "folder", t.root, "err", err)
			}
		}
	}
}

// ChangesIn are the changes that a ledger tells of.
func ChangesIn(l *ledger.Ledger, of ChangesOf) ([]FileChange, error) {
	var out []FileChange
	calls := make(toldCalls)
	err := l.Entries(1, func(e ledger.Entry) error {
		calls.take(e)
		if e.Kind != ledger.FileChanged && e.Kind != ledger.FileUnsanctioned && e.Kind != ledger.FileUndone {
			return nil
		}
		var c watch.Change
		if json.Unmarshal([]byte(e.Data["change"]), &c) != nil {
			return nil // too long to be kept whole: it can neither be shown nor taken back
		}
		f := showChange(e.Data["worktree"], c)
		f.How, f.Agent, f.Calls, f.Item, f.Seq = e.Why, e.Agent, strings.Fields(e.Data["calls"]), e.Data["item"], e.Seq
		if e.Kind == ledger.FileUndone {
			f.How = howUndone
		}
		if len(f.Calls) == 1 {
			c := calls.of(f.Calls[0])
			f.Approval, f.What = c.approval, c.what
		}
		if of.picks(f, e, calls) {
			out = append(out, f)
		}
		return nil
	})
	return once(out), err
}

// once drops what the watcher saw of an undo, which recorded it itself: each of its
// changes once, and the modes that folders had for a moment.
func once(list []FileChange) []FileChange {
	type undo struct{ id, worktree string }
	is := func(f *FileChange) undo { return undo{strings.Join(f.Calls, " "), f.Worktree} }
	made, rows := make(map[undo][]watch.Change), make(map[undo]map[watch.Path]int)
	for i := range list {
		f := &list[i]
		if f.How != howUndone {
			continue
		}
		u := is(f)
		if rows[u] == nil {
			rows[u] = make(map[watch.Path]int)
		}
		made[u], rows[u][f.change.Path] = append(made[u], f.change), i
	}
	announced := make(map[undo]watch.Announcements)
	for u, changes := range made {
		announced[u] = watch.Announce(changes)
	}
	drop := make([]bool, len(list))
	for i := range list {
		f := &list[i]
		said := announced[is(f)]
		lent := said != nil && f.change.Kind == watch.Mode && f.change.After.Type == watch.Folder
		if f.How == howUndone || !lent && !said.Take(f.change) {
			continue
		}
		drop[i] = true
		if at, ok := rows[is(f)][f.change.Path]; ok {
			list[at].Plus, list[at].Minus = max(list[at].Plus, f.Plus), max(list[at].Minus, f.Minus)
		}
	}
	var out []FileChange
	for i, f := range list {
		if !drop[i] {
			out = append(out, f)
		}
	}
	return out
}

// toldCalls is what a ledger tells of calls, by their ids, and by those of their approvals.
type toldCalls map[string]*toldCall

type toldCall struct {
	id, approval, what string
	inside             string // the call or approval that it is nested in, or ""
}

func (t toldCalls) take(e ledger.Entry) {
	if e.Call == "" {
		return
	}
	c := t[e.Call]
	if c == nil {
		c = &toldCall{id: e.Call}
		t[c.id] = c
	}
	if e.Approval != "" {
		c.approval = e.Approval
		t[c.approval] = c
	}
	if e.Kind == ledger.CallRequested {
		c.what, c.inside = display.Safe(e.Subject()), e.Inside
	}
}

func (t toldCalls) of(id string) toldCall {
	if c := t[id]; c != nil {
		return *c
	}
	return toldCall{id: id}
}

// within says that a call is the one of an id, or nested in it.
func (t toldCalls) within(call, id string) bool {
	for range len(t) + 1 { // an id that was forged may lead in a circle
		c := t.of(call)
		if c.id == id || c.approval == id {
			return true
		}
		if call = c.inside; call == "" {
			return false
		}
	}
	return false
}

func (of *ChangesOf) picks(f FileChange, e ledger.Entry, calls toldCalls) bool {
	switch {
	case of.Item != "" && e.Data["item"] != of.Item,
		of.Agent != "" && f.Agent != of.Agent,
		!of.Since.IsZero() && e.Time.Before(of.Since),
		of.Allowed && !f.ofACall():
		return false
	case len(of.Calls) == 0:
		return true
	}
	return slices.ContainsFunc(of.Calls, func(id string) bool {
		return slices.ContainsFunc(f.Calls, func(call string) bool { return calls.within(call, id) })
	})
}

// howUndone is how a change is explained that kavi made to take others back.
const howUndone = "undone"

// ofACall says that an allowed call made the change, as far as that is known.
func (f *FileChange) ofACall() bool {
	if len(f.Calls) > 0 && strings.HasPrefix(f.Calls[0], undoPrefix) { // as the watcher saw it
		return false
	}
	switch watch.How(f.How) {
	case watch.Announced, watch.Inferred, watch.Ambiguous:
		return true
	case watch.Unsanctioned, byHand, byKavi, howUndone:
	}
	return false
}

// Patch writes changes as a diff that git apply -R takes back, and says what such
// a diff cannot hold. It holds the files' own bytes. What is in an agent's worktree
// stands behind a line that says so: it is for git apply there.
func (s *Session) Patch(ctx context.Context, w io.Writer, of ChangesOf) (leftOut []string, err error) {
	list, err := s.Changes(ctx, of)
	if err != nil {
		return nil, err
	}
	return PatchOf(s.kept, w, list)
}

// PatchOf is Patch for a session that is over, with what it kept of each worktree,
// as Keeps has it.
func PatchOf(kept func(worktree string) (*watch.Kept, error), w io.Writer, list []FileChange) (leftOut []string, err error) {
	for _, in := range byTree(list) {
		k, err := kept(in.worktree)
		if err != nil {
			return leftOut, err
		}
		if in.worktree != "" {
			if _, err := fmt.Fprintf(w, "# worktree of %s\n", in.worktree); err != nil {
				return leftOut, err
			}
		}
		left, err := k.Patch(w, in.changes)
		for _, l := range left {
			leftOut = append(leftOut, showPath(in.worktree, l.Path)+": "+l.Why)
		}
		if err != nil {
			return leftOut, err
		}
	}
	return leftOut, nil
}
