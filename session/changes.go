package session

import (
	"context"
	"errors"
	"io"
	"time"

	"kavi/gateway/watch"
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
	Protected bool      `json:"protected,omitempty"`
	Gap       bool      `json:"gap,omitempty"` // it happened while nobody watched
	Time      time.Time `json:"time"`
	Seq       uint64    `json:"seq"` // of the ledger's entry

	change watch.Change
}

// Unexplained is changes of files, seen together, that no allowed call explains.
// They may be the operator's own. Immutable.
type Unexplained struct {
	ID        string // "chg_01"
	Since     time.Time
	Files     []FileChange
	Protected bool     // a setting that decides what runs is among them: shown first and loudest
	Could     []string // what was running, though nothing allowed it to write there; safe to display
	Paused    []string // agents that were paused for it
}

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
	Item  string // "chg_01"
	Calls []string
	Agent string
	Since time.Time
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
	Rows    []string `json:"rows,omitempty"`    // what would be written where somebody changed the file since
}

// UndoOutcome is what became of a step.
type UndoOutcome struct {
	Path string `json:"path"`
	Done bool   `json:"done"`
	Why  string `json:"why,omitempty"` // why not; safe to display
}

// Difference shows what a change did, row by row, safe to display.
func (s *Session) Difference(ctx context.Context, item string) ([]string, error) {
	return nil, errors.ErrUnsupported
}

// Keep says that unexplained changes are the operator's own.
func (s *Session) Keep(ctx context.Context, item string, m Mine, by Operator) error {
	return errors.ErrUnsupported
}

// PlanUndo says what taking changes back would do. It reads files and blocks.
func (s *Session) PlanUndo(ctx context.Context, of ChangesOf) (UndoPlan, error) {
	return UndoPlan{}, errors.ErrUnsupported
}

// Undo does a plan: the steps that ask only where yes names their path. It is
// recorded, and can be undone itself.
func (s *Session) Undo(ctx context.Context, plan string, yes []string, reason string, by Operator) ([]UndoOutcome, error) {
	return nil, errors.ErrUnsupported
}

// Changes are the changes of this session, in the order in which they happened.
func (s *Session) Changes(ctx context.Context, of ChangesOf) ([]FileChange, error) {
	return nil, errors.ErrUnsupported
}

// Patch writes changes as a diff that git apply -R takes back, and says what such
// a diff cannot hold. It holds the files' own bytes.
func (s *Session) Patch(ctx context.Context, w io.Writer, of ChangesOf) (leftOut []string, err error) {
	return nil, errors.ErrUnsupported
}
