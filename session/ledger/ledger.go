package ledger

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// What Open, OpenEnded and Append may fail with, besides what the system says.
var (
	ErrLocked   = errors.New("ledger: another process has it open; while a session runs, ask its server")
	ErrDamaged  = errors.New("ledger: damaged")
	ErrVersion  = errors.New("ledger: written by another version of kavi")
	ErrNoLedger = errors.New("ledger: there is none")
	ErrNetwork  = errors.New("ledger: on a network file system, where locks and maps cannot be relied on")
	ErrFull     = errors.New("ledger: no room on the disk")
	ErrTooBig   = errors.New("ledger: too much for one append")
	ErrClosed   = errors.New("ledger: closed")
	ErrReadOnly = errors.New("ledger: open for reading only")
)

// Options are how a ledger is opened. The zero value works.
type Options struct {
	Log     *slog.Logger // nil: nothing is logged
	Name    string       // the session's name, for the system's journal
	Probe   []string     // a command that calls Probe with the folder appended, run in front of Open after an unclean end: see Probe. nil: none
	MinFree uint64       // bytes that must be free on the disk; 0: three memtables' worth, 24 MiB
	Every   int          // a checkpoint after this many entries; 0: 1000
	Journal []string     // sockets of the system's journal, the first that takes a datagram is used; nil: the usual ones
}

func (o *Options) fill() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.MinFree == 0 {
		o.MinFree = minFree
	}
	if o.Every <= 0 {
		o.Every = 1000
	}
	if o.Journal == nil {
		o.Journal = journalSockets()
	}
}

// Ledger is the append-only, hash-chained record of one session. Safe for
// concurrent use.
type Ledger struct {
	dir      string
	o        Options
	db       *badger.DB
	lock     *os.File
	folder   os.FileInfo // of dir/ledger, to see that it still is the one that is written
	head     *headFile   // nil when open for reading only
	wal      *wal        // nil when open for reading only
	copied   string      // when open for reading only: the copy that is read
	warnings []string
	journal  journal

	at       atomic.Pointer[Head]
	need     atomic.Uint64 // o.MinFree; tests change it
	busy     atomic.Int64  // when the running commit began, by the clock of the time awake; 0: none runs
	unsynced atomic.Bool   // HEAD was written and is not synced yet
	readers  sync.RWMutex  // held for reading while the database is read
	gone     bool          // guarded by readers: the database is closed

	mu       sync.Mutex
	queue    []*job
	due      bool        // what is queued is to be stored now
	waiting  bool        // later runs, which makes it due
	later    *time.Timer // nil when open for reading only
	closing  bool
	problem  string
	watchers map[chan struct{}]struct{}

	nudge chan struct{} // capacity 1: the queue or closing changed
	dirty chan struct{} // capacity 1: unsynced was set
	stop  chan struct{} // closed by Close
	done  sync.WaitGroup
	work  committer

	closed   sync.Once
	closeErr error
}

// Head is the newest durable entry's place; zero in an empty ledger.
func (l *Ledger) Head() Head { return *l.at.Load() }

// Warnings are what Open found wrong: a cut tail, a missing HEAD. Each is also an
// entry. Lines to show until the operator has seen them; not safe for display.
func (l *Ledger) Warnings() []string { return l.warnings }

// stuck is after how long a commit counts as a disk that does not answer.
const stuck = 5 * time.Second

// Problem says why nothing can be stored now, in words for the banner; "" when all is well.
func (l *Ledger) Problem() string {
	l.mu.Lock()
	problem := l.problem
	l.mu.Unlock()
	if problem != "" {
		return problem
	}
	if since := l.busy.Load(); since != 0 {
		awake := clock(awakeClock)
		if d := awake - time.Duration(since); d > stuck {
			return fmt.Sprintf("ledger: the disk has not answered for %s; everything waits for it", d.Round(time.Second))
		}
	}
	return ""
}

// Watch gives a channel of capacity 1 that gets something when the ledger has
// grown and when it is closed. cancel ends that; the channel is never closed.
func (l *Ledger) Watch() (nudge <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watchers == nil {
		l.watchers = map[chan struct{}]struct{}{}
	}
	l.watchers[c] = struct{}{}
	return c, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, c)
	}
}

func (l *Ledger) tellWatchers() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.watchers {
		poke(c)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // it will be looked at anyway
	}
}

// Close stores what is queued and a checkpoint, and closes the database. It
// blocks until that is done, some 10 ms. On a disk without room, or without its folder, the database is left as after a crash,
// locked until this process ends, since closing it would write, for ever where it cannot.
func (l *Ledger) Close() error {
	l.closed.Do(func() { l.closeErr = l.close() })
	return l.closeErr
}

func (l *Ledger) close() error {
	l.mu.Lock()
	l.closing = true
	l.mu.Unlock()
	if l.later != nil {
		l.later.Stop()
	}
	close(l.stop)
	poke(l.nudge)
	l.done.Wait()
	l.tellWatchers()
	l.readers.Lock()
	defer l.readers.Unlock()
	l.gone = true
	if l.head == nil {
		return l.closeCopy()
	}
	defer l.head.close() //nolint:errcheck // what was written is synced, or failed and is told
	defer l.wal.close()  //nolint:errcheck // the same
	if err := errors.Join(l.roomLeft(), l.inPlace()); err != nil {
		return err
	}
	if err := l.db.Close(); err != nil {
		return errors.Join(fmt.Errorf("ledger: close: %w", err), l.lock.Close())
	}
	err := l.head.write(l.Head(), false)
	if err == nil {
		err = l.head.sync()
	}
	return errors.Join(err, l.lock.Close())
}

func (l *Ledger) closeCopy() error {
	err := l.db.Close()
	return errors.Join(err, os.RemoveAll(l.copied), l.lock.Close())
}

// roomLeft fails with ErrFull when the disk has less room than a commit may need.
func (l *Ledger) roomLeft() error { return roomLeft(l.dir, l.need.Load()) }

func roomLeft(dir string, need uint64) error {
	free, err := room(dir)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if free < need {
		return fmt.Errorf("%w: %d MB free in %s, at least %d MB are needed", ErrFull, free>>20, dir, (need+1<<20-1)>>20)
	}
	return nil
}

// inPlace says whether the database's folder still is the one that is open.
func (l *Ledger) inPlace() error {
	if store := filepath.Join(l.dir, storeName); !names(store, l.folder) {
		return fmt.Errorf("ledger: its folder was removed or replaced while it was open: %s", store)
	}
	return nil
}

// banner is an error as Problem says it.
func banner(err error) string {
	s := err.Error()
	if !strings.HasPrefix(s, "ledger: ") {
		s = "ledger: " + s
	}
	return s + "; every call is denied until it can be written again"
}
