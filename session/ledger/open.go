package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/sys/unix"
)

// lockWait is how long Open tries to get the lock: `kavi log` holds it while it copies an ended session's ledger.
const lockWait = time.Second

// Open opens, or makes, the ledger of the session whose folder is dir, for
// writing: dir/ledger and dir/HEAD. It takes 10 to 200 ms, after an unclean end
// about twice that.
//
// It refuses, with nothing touched, a ledger that another process has open
// (ErrLocked), that is not whole (ErrDamaged), of another version (ErrVersion),
// on a disk without room (ErrFull, since badger would die of it) and on a network
// file system (ErrNetwork). A ledger that reads well but does not fit its HEAD
// is opened: see Warnings. Lost entries' numbers are not used again, and an
// EntriesLost entry stands where they were.
func Open(dir string, o Options) (*Ledger, error) {
	o.fill()
	store := filepath.Join(dir, storeName)
	if err := os.MkdirAll(store, 0o700); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	lock, err := flock(store, unix.LOCK_EX, lockWait)
	if err != nil {
		return nil, err
	}
	l := &Ledger{
		dir: dir, o: o, lock: lock, journal: journal{o.Journal},
		nudge: make(chan struct{}, 1), dirty: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	l.need.Store(o.MinFree)
	l.later = time.AfterFunc(time.Hour, l.fallDue)
	l.later.Stop()
	if err := l.open(store); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return l, nil
}

func (l *Ledger) open(store string) (err error) {
	if err := fit(store, l.o); err != nil {
		return err
	}
	if l.folder, err = os.Lstat(store); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	sweep(l.dir)
	c, err := look(store)
	if err != nil {
		return err
	}
	if err := c.refuse(store); err != nil {
		return err
	}
	had, _, headErr := readHead(l.dir)
	if headErr != nil && !errors.Is(headErr, fs.ErrNotExist) && !errors.Is(headErr, errHead) {
		return headErr
	}
	// Tables that MANIFEST does not name are what a crash leaves behind; after a clean end they are a cut MANIFEST.
	if !c.empty() && (headErr != nil || had.open || c.orphans > 0) {
		if err := l.rehearse(had.Head); err != nil {
			return err
		}
	}
	if headErr == nil {
		// Said before, so that an open which ends this process is an unclean end.
		if l.head, err = openHead(l.dir, had.Head); err == nil {
			err = l.head.write(had.Head, true)
		}
		if err != nil {
			return err
		}
	}
	if l.db, err = openStore(storeOptions(store, l.o.Log)); err != nil {
		return errors.Join(err, l.closeHead())
	}
	if l.wal, err = openWAL(store); err == nil {
		err = l.begin(had.Head, headErr)
	}
	if err != nil {
		return errors.Join(err, l.closeHead(), l.wal.close(), l.db.Close())
	}
	l.wal.reserve()
	l.done.Add(2)
	go l.commitLoop()
	go l.syncLoop()
	if len(l.work.notes) > 0 {
		l.Append(nil, nil)
	}
	return nil
}

func (l *Ledger) closeHead() error {
	if l.head == nil {
		return nil
	}
	return l.head.close()
}

// fit says whether a database can live where store is.
func fit(store string, o Options) error {
	if name := network(store); name != "" {
		return fmt.Errorf("%w: %s (%s)", ErrNetwork, store, name)
	}
	return roomLeft(store, o.MinFree)
}

// refuse says what must not even be tried.
func (c contents) refuse(store string) error {
	if c.tables > 0 && !c.manifest {
		return fmt.Errorf("%w: %s has %d tables but no MANIFEST, and opening it would delete them; nothing was touched; "+
			"restore MANIFEST, or move the folder away to begin a new ledger", ErrDamaged, store, c.tables)
	}
	return nil
}

// rehearse opens a copy, in a process of its own if there is one for that, and
// keeps the original as it is where the copy has less than HEAD says.
func (l *Ledger) rehearse(had Head) error {
	at, err := tryCopy(l.dir, l.o)
	if err != nil {
		return err
	}
	if at.Seq >= had.Seq {
		return nil
	}
	kept := freeName(filepath.Join(l.dir, storeName+".lost-"+stamp()))
	if err := copyStore(filepath.Join(l.dir, storeName), kept, false); err != nil {
		return errors.Join(fmt.Errorf("%w: %d entries are missing, and it cannot be copied before it is opened", ErrDamaged, had.Seq-at.Seq), err,
			os.RemoveAll(kept))
	}
	l.warn(fmt.Sprintf("the ledger as it was found is kept as %s", filepath.Base(kept)))
	return nil
}

func tryCopy(dir string, o Options) (at Head, err error) {
	path, lock, err := tempCopy(dir)
	if err != nil {
		return at, err
	}
	defer func() {
		err = errors.Join(err, os.RemoveAll(path), lock.Close())
	}()
	if len(o.Probe) > 0 {
		return probeChild(o.Probe, path, filepath.Join(dir, storeName))
	}
	return probe(path, o.Log)
}

func (l *Ledger) warn(text string) {
	l.warnings = append(l.warnings, text)
	l.o.Log.Warn("ledger", "warning", text)
}

// begin compares the database with HEAD and decides where the chain goes on; what
// it finds is recorded before anything else. had is zero where headErr is not nil.
func (l *Ledger) begin(had Head, headErr error) error {
	at, err := newest(l.db)
	if err != nil {
		return err
	}
	problem := func(why string) {
		l.warn(why)
		l.work.notes = append(l.work.notes, note(Entry{Kind: Problem, Why: why}))
	}
	switch {
	case errors.Is(headErr, fs.ErrNotExist) && at.Seq > 0:
		problem("HEAD was missing: had the newest entries been cut off, nothing would show it")
	case errors.Is(headErr, errHead):
		problem("HEAD was unreadable: had the newest entries been cut off, nothing would show it; it is kept as " + keepHead(l.dir))
	case had.Seq > at.Seq:
		lost := Entry{Kind: EntriesLost, Data: map[string]string{
			"from": strconv.FormatUint(at.Seq+1, 10), "to": strconv.FormatUint(had.Seq, 10), "prev": had.Hash.String(),
		}}
		lost.Why = fmt.Sprintf("%d entries, %d to %d, are missing: HEAD names them, the database does not have them; that HEAD is kept as %s",
			had.Seq-at.Seq, at.Seq+1, had.Seq, copyHead(l.dir))
		l.warn(lost.Why)
		l.work.notes = append(l.work.notes, note(lost))
		at = had // so no number is used twice
	case had.Seq > 0:
		sum, err := hashAt(l.db, had.Seq)
		if err != nil {
			return err
		}
		if sum != had.Hash {
			problem(fmt.Sprintf("entry %d is not the one that HEAD names: the ledger was rewritten; that HEAD is kept as %s", had.Seq, copyHead(l.dir)))
		}
	}
	if l.head == nil {
		if l.head, err = openHead(l.dir, at); err != nil {
			return err
		}
	}
	l.at.Store(&at)
	l.work.chain = newChain(at)
	return nil
}

// keepHead renames HEAD out of the way and says how it is called now; "" if there was none.
func keepHead(dir string) string {
	to := freeName(filepath.Join(dir, headName+".lost-"+stamp()))
	if err := os.Rename(filepath.Join(dir, headName), to); err != nil {
		return ""
	}
	return filepath.Base(to)
}

// copyHead keeps a copy of HEAD, which stays as it is until the next commit.
func copyHead(dir string) string {
	to := freeName(filepath.Join(dir, headName+".lost-"+stamp()))
	if err := copyFile(filepath.Join(dir, headName), to); err != nil {
		return "(it could not be kept: " + err.Error() + ")"
	}
	return filepath.Base(to)
}

func stamp() string { return time.Now().UTC().Format("20060102T150405Z") }

// Gap says which entries an EntriesLost entry stands for.
func (e Entry) Gap() (from, to uint64, ok bool) {
	if e.Kind != EntriesLost {
		return 0, 0, false
	}
	from, err := strconv.ParseUint(e.Data["from"], 10, 64)
	if err != nil {
		return 0, 0, false
	}
	to, err = strconv.ParseUint(e.Data["to"], 10, 64)
	return from, to, err == nil && from <= to
}

// hashAt is the hash of one entry as stored, zero if there is none.
func hashAt(db *badger.DB, seq uint64) (sum Hash, err error) {
	err = db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(key(seq))
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("ledger: entry %d: %w", seq, err)
		}
		return item.Value(func(v []byte) error {
			sum, _, err = splitValue(v)
			return err
		})
	})
	return sum, err
}
