package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/ristretto/v2/z"
)

const (
	storeName    = "ledger" // the database's folder in the session's
	memTableSize = 4 << 20
	schema       = 1 // of keys and values; badger keeps it in its MANIFEST

	// A memtable's log is a file of twice its size, filled through a map: what the disk has no room for ends the
	// process with SIGBUS. One is being written, one flushed into a table, one about to be begun.
	minFree = 3 * 2 * memTableSize
)

func storeOptions(dir string, log *slog.Logger) badger.Options {
	o := badger.DefaultOptions(dir)
	o.SyncWrites = storeSyncs // else the committer does: see wal
	o.Logger = storeLog{log}
	o.MemTableSize, o.ValueLogFileSize = memTableSize, 8<<20 // an empty database has 26 MB instead of 2.28 GB
	o.ValueThreshold, o.BaseTableSize = 256<<10, 4<<20       // no entry is as large, so the value log stays empty
	o.NumMemtables, o.NumCompactors, o.NumGoroutines = 2, 2, 2
	o.BlockCacheSize, o.IndexCacheSize, o.Compression = 1<<20, 0, options.ZSTD
	o.ChecksumVerificationMode = options.OnTableRead // on reading a block an iterator would just stop
	o.VerifyValueChecksum = true
	o.MetricsEnabled, o.DetectConflicts = false, false // there is one committer
	o.ExternalMagicVersion = schema
	o.BypassLockGuard = true // we hold that lock ourselves, before badger looks at anything
	return o
}

// copyOptions are for a copy whose tables are hard links to another ledger's:
// compaction cuts a table to nothing before it unlinks it, so there is none.
func copyOptions(dir string, log *slog.Logger) badger.Options {
	o := storeOptions(dir, log)
	o.NumCompactors, o.NumLevelZeroTablesStall = 0, math.MaxInt32
	o.SyncWrites = false
	return o
}

func openStore(o badger.Options) (*badger.DB, error) {
	// Managed: one goroutine commits, so badger's bookkeeping of who reads what when,
	// four goroutines that are woken for each commit, has nothing to do.
	db, err := badger.OpenManaged(o)
	if errors.Is(err, z.NewFile) || err != nil && strings.Contains(err.Error(), z.NewFile.Error()) {
		// A file of 0 bytes that a kill left behind; that attempt has given it its size (badger #2207).
		db, err = badger.OpenManaged(o)
	}
	switch {
	case err == nil:
		return db, nil
	case strings.Contains(err.Error(), "magic number"), strings.Contains(err.Error(), "unsupported version"):
		return nil, fmt.Errorf("%w: %w", ErrVersion, err)
	default:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
}

// newest is the place of the last entry that the database has; zero if it is empty.
func newest(db *badger.DB) (head Head, err error) {
	err = db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.Reverse, o.PrefetchValues, o.Prefix = true, false, []byte{keyPrefix}
		it := txn.NewIterator(o)
		defer it.Close()
		it.Seek(key(math.MaxUint64))
		if !it.Valid() {
			return nil
		}
		head.Seq, err = parseKey(it.Item().Key())
		if err != nil {
			return err
		}
		return it.Item().Value(func(v []byte) error {
			if head.Hash, _, err = splitValue(v); err != nil {
				return fmt.Errorf("%w: entry %d: %w", ErrDamaged, head.Seq, err)
			}
			return nil
		})
	})
	return head, err
}

// contents is what lies in a database's folder.
type contents struct {
	manifest bool
	tables   int
	orphans  int // tables that MANIFEST does not name: opening deletes them
}

func (c contents) empty() bool { return !c.manifest && c.tables == 0 }

func look(dir string) (c contents, err error) {
	list, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err != nil {
		return c, fmt.Errorf("ledger: %w", err)
	}
	var names []string
	for _, f := range list {
		switch {
		case f.Name() == badger.ManifestFilename:
			c.manifest = true
		case filepath.Ext(f.Name()) == ".sst":
			names = append(names, f.Name())
		}
	}
	c.tables = len(names)
	if !c.manifest {
		return c, nil
	}
	f, err := os.Open(filepath.Join(dir, badger.ManifestFilename))
	if err != nil {
		return c, fmt.Errorf("ledger: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	m, _, err := badger.ReplayManifestFile(f, schema, storeOptions(dir, slog.New(slog.DiscardHandler)))
	if err != nil {
		if strings.Contains(err.Error(), "magic number") || strings.Contains(err.Error(), "unsupported version") {
			return c, fmt.Errorf("%w: %w", ErrVersion, err)
		}
		return c, fmt.Errorf("%w: MANIFEST: %w", ErrDamaged, err)
	}
	for _, name := range names {
		var id uint64
		if _, err := fmt.Sscanf(name, "%d.sst", &id); err != nil {
			continue // badger does not take it for a table either
		}
		if _, ok := m.Tables[id]; !ok {
			c.orphans++
		}
	}
	return c, nil
}

// storeLog hands badger's log to ours; its own logger writes over the screen.
type storeLog struct{ log *slog.Logger }

func (s storeLog) Errorf(f string, a ...any)   { s.write(slog.LevelError, f, a) }
func (s storeLog) Warningf(f string, a ...any) { s.write(slog.LevelWarn, f, a) }
func (s storeLog) Infof(f string, a ...any)    { s.write(slog.LevelDebug, f, a) }
func (s storeLog) Debugf(f string, a ...any)   { s.write(slog.LevelDebug, f, a) }

func (s storeLog) write(level slog.Level, format string, args []any) {
	ctx := context.Background()
	if s.log.Enabled(ctx, level) {
		s.log.Log(ctx, level, "badger", "said", strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}
