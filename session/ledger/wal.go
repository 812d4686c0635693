package ledger

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// wal is the log of the memtable that badger fills now: NUMBER.mem, the file in
// which a commit is durable, or is not.
//
// With SyncWrites badger syncs two files at each commit: that one, and its value
// log, which stays empty here (no entry reaches ValueThreshold). To sync a file
// without changes still empties the disk's cache, which was a sixth of what an
// append took (p50 0.31 ms, now 0.26). So where storeSyncs is false badger syncs neither, and the
// committer syncs this file itself, once a commit, before anybody is told.
// Badger maps the file; on Linux fdatasync writes what was changed through a map
// like anything else.
//
// Why that is the whole of it: one goroutine commits, and badger begins another
// log only before it writes a commit, never in the midst of one, so a commit is
// in the newest log. Tables, MANIFEST and a log that is read again at Open are
// synced by badger whatever its options say.
type wal struct {
	dir  string
	file *os.File // nil: badger syncs
	id   int

	used int64 // so many of its bytes are badger's, about
	room int64 // so many have their place on the disk
}

const walExt = ".mem"

// Badger's log is a file full of holes. Where a commit reaches a page that is a
// hole yet, its sync also writes what the file system notes about that page, and
// so takes half as long again; and on a full disk the write ends the process. So
// the committer fills the holes with zeros ahead of badger, at which badger stops
// reading a log as it does at a hole: a millisecond once in some hundred
// decisions, between two commits. It writes page by page: a larger write makes
// the kernel hold it in one large piece, all of which is written to the disk for
// each byte that a map changes (0.4 ms a sync instead of 0.1).
const (
	walPage  = 4096
	walChunk = 256 << 10 // what is filled at a time,
	walAhead = 64 << 10  // when less than that is left

	// What badger adds to an entry's key and value, and to a transaction: some 40 and 80 bytes, rounded up.
	walEntry, walCommit = 64, 256
)

// openWAL finds the newest log of an open database.
func openWAL(dir string) (*wal, error) {
	if storeSyncs {
		return &wal{}, nil
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	w := &wal{dir: dir, id: -1, used: walCommit}
	for _, f := range list {
		if name, ok := strings.CutSuffix(f.Name(), walExt); ok {
			if id, err := strconv.Atoi(name); err == nil {
				w.id = max(w.id, id)
			}
		}
	}
	if w.id < 0 {
		return nil, fmt.Errorf("%w: %s has no log", ErrDamaged, dir)
	}
	if w.file, err = os.OpenFile(w.path(w.id), os.O_RDWR|syscall.O_NOFOLLOW, 0); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if err := syncDir(dir); err != nil {
		return nil, errors.Join(fmt.Errorf("ledger: %w", err), w.file.Close())
	}
	return w, nil
}

// path is how badger names a log.
func (w *wal) path(id int) string { return filepath.Join(w.dir, fmt.Sprintf("%05d%s", id, walExt)) }

// sync makes the last commit durable, whose keys and values had so many bytes.
func (w *wal) sync(entries, size int) error {
	if w.file == nil {
		return nil
	}
	if err := w.follow(); err != nil {
		return fmt.Errorf("the log of the database: %w", err)
	}
	w.used += int64(size+entries*walEntry) + walCommit
	if err := syncData(w.file); err != nil {
		return fmt.Errorf("the log of the database cannot be synced: %w", err)
	}
	return nil
}

// reserve gives the next commits their place on the disk. It is called between
// two commits only: badger writes nothing then, and nothing of it is behind the
// first hole, since it fills the file from its beginning. Failing is no trouble:
// commits are slower then, or find out what is wrong with the disk.
func (w *wal) reserve() {
	if w.file == nil || w.used+walAhead < w.room {
		return
	}
	hole, err := w.file.Seek(0, unix.SEEK_HOLE)
	size, serr := w.file.Seek(0, io.SeekEnd) // the one that it had from its beginning
	if err != nil || serr != nil || hole >= size {
		w.room = math.MaxInt64
		return
	}
	var zeros [walPage]byte
	w.room = hole
	for end := min(hole+walChunk, size); w.room < end && err == nil; {
		var n int
		n, err = w.file.WriteAt(zeros[:min(walPage-w.room%walPage, end-w.room)], w.room)
		w.room += int64(n)
	}
	if err == nil {
		err = syncData(w.file)
	}
	if err != nil {
		w.room = math.MaxInt64
	}
}

// follow goes over to the log that badger began, if it did.
func (w *wal) follow() error {
	for {
		fd, err := unix.Open(w.path(w.id+1), unix.O_RDWR|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if errors.Is(err, unix.ENOENT) {
			return nil
		}
		if err != nil {
			return err
		}
		old := w.file
		w.id++
		w.used, w.room = walCommit, 0
		w.file = os.NewFile(uintptr(fd), w.path(w.id))
		// All in it was synced unless that failed; its name was not.
		if err := errors.Join(syncData(old), old.Close(), syncDir(w.dir)); err != nil {
			return err
		}
	}
}

func (w *wal) close() error {
	if w == nil || w.file == nil {
		return nil
	}
	return w.file.Close()
}
