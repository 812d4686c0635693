package ledger

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"time"
)

// What Open, OpenEnded and Append may fail with, besides what the system says.
var (
	ErrLocked   = errors.New("ledger: another process has it open: while a session runs, ask its server")
	ErrDamaged  = errors.New("ledger: damaged")
	ErrVersion  = errors.New("ledger: written by another version of kavi")
	ErrNoLedger = errors.New("ledger: there is none")
	ErrNetwork  = errors.New("ledger: the folder is on a network file system, where locks and maps cannot be relied on")
	ErrFull     = errors.New("ledger: no room on the disk")
	ErrTooBig   = errors.New("ledger: too much for one append")
	ErrClosed   = errors.New("ledger: closed")
	ErrReadOnly = errors.New("ledger: open for reading only")
)

// Options are how a ledger is opened. The zero value works.
type Options struct {
	Log     *slog.Logger // nil: nothing is logged
	Name    string       // the session's name, for the system's journal
	Probe   []string     // a command that calls Probe with the folder appended, run before Open after an unclean end; nil: no probe
	MinFree uint64       // bytes that must be free on the disk; 0: three memtables' worth
	Every   int          // a checkpoint after this many entries; 0: 1000
	Journal []string     // sockets of the system's journal, the first that answers is used; nil: the usual ones
}

// Ledger is the append-only, hash-chained record of one session. Safe for
// concurrent use.
type Ledger struct{}

// Open opens or makes the ledger of the session whose folder is dir: dir/ledger and dir/HEAD. May take some 100 ms.
func Open(dir string, o Options) (*Ledger, error) { return nil, errors.New("ledger: being written") }

// OpenEnded opens the ledger of a session that does not run, for reading. It reads a copy: the original is not touched.
func OpenEnded(dir string, o Options) (*Ledger, error) {
	return nil, errors.New("ledger: being written")
}

// Probe opens and closes the database in folder dir: what `kavi probe DIR` does, in a process that may die of it.
func Probe(dir string) error { return errors.New("ledger: being written") }

// Append queues entries, to be stored together or not at all, and returns at
// once. done, if not nil, is called from one goroutine, in the order of the
// calls to Append, when they are durable (with the last of them as stored) or
// cannot be; it must not block. The ledger owns the entries from here on.
func (l *Ledger) Append(entries []Entry, done func(last Entry, err error)) {}

// Head is the newest durable entry's place; zero in an empty ledger.
func (l *Ledger) Head() Head { return Head{} }

// Entries calls fn for each entry from sequence from (0 and 1 are the first) to
// the newest at the time of the call, in order, and stops at fn's error. What cannot be read is passed as an
// entry of kind Damaged. fn may take its time: nothing is held while it runs.
func (l *Ledger) Entries(from uint64, fn func(Entry) error) error { return nil }

// All is Entries as an iterator; an error is the last pair.
func (l *Ledger) All(from uint64) iter.Seq2[Entry, error] { return nil }

// Last gives the newest n entries, oldest first.
func (l *Ledger) Last(n int) ([]Entry, error) { return nil, nil }

// Since is the sequence of the first entry at or after t; one past the newest if there is none.
func (l *Ledger) Since(t time.Time) (uint64, error) { return 0, nil }

// Watch gives a channel of capacity 1 that gets something when the ledger has grown.
func (l *Ledger) Watch() (nudge <-chan struct{}, cancel func()) { return nil, func() {} }

// Problem says why nothing can be stored now, in words for the banner; "" when all is well.
func (l *Ledger) Problem() string { return "" }

// Warnings are what Open found: a cut tail, a missing HEAD. Each is also an entry.
func (l *Ledger) Warnings() []string { return nil }

// Close stores what is queued and a checkpoint, and closes the database.
func (l *Ledger) Close() error { return nil }

// Verify checks the whole chain and compares it with HEAD.
func (l *Ledger) Verify(ctx context.Context) (Report, error) { return Report{}, nil }

// Report is what Verify found.
type Report struct {
	Count uint64 `json:"count"` // entries that were read
	Head  Head   `json:"head"`
	Bad   uint64 `json:"bad,omitempty"` // the first sequence that is wrong; 0: none
	Why   string `json:"why,omitempty"` // what is wrong with it
}

// Summary is what happened since a time, in numbers.
type Summary struct{}

// Summarise counts entries that are not older than since.
func Summarise(since time.Time, entries iter.Seq2[Entry, error]) (Summary, error) {
	return Summary{}, nil
}

// Rows is the summary as lines to read, safe to display.
func (s Summary) Rows() []string { return nil }

// Line is the entry on one line for people, safe to display.
func (e Entry) Line() string { return "" }

// MarshalJSON is the line of `kavi log --json`.
func (e Entry) MarshalJSON() ([]byte, error) { return nil, nil }

// UnmarshalJSON reads what MarshalJSON wrote.
func (e *Entry) UnmarshalJSON(b []byte) error { return nil }

// Redact takes secrets out of a shell command or any other text and marks where they were.
func Redact(s string) string { return s }

// Clocks are the time since the machine started, with and without the time it slept.
func Clocks() (boot, awake time.Duration) { return 0, 0 }
