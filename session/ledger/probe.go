package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/sys/unix"
)

// Probe opens and closes the database in folder dir, a copy that Open has made,
// and tells w what Open wants to know: what `kavi probe DIR` does. It runs in a
// process of its own because a damaged table makes badger panic where nothing
// can catch it.
func Probe(dir string, w io.Writer) error {
	at, err := probe(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, probeTag, at)
	return err
}

const probeTag = "kavi-probe-v1"

func probe(dir string, log *slog.Logger) (at Head, err error) {
	db, err := openStore(copyOptions(dir, log))
	if err != nil {
		return at, err
	}
	at, err = newest(db)
	return at, errors.Join(err, db.Close())
}

// probeTime is more than a ledger of a million entries needs on a slow disk.
const probeTime = time.Minute

// probeChild runs Probe on dir in another process. of is the ledger that dir is a copy of, for the error.
func probeChild(argv []string, dir, of string) (at Head, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), probeTime)
	defer cancel()
	var out, bad bytes.Buffer
	cmd := exec.CommandContext(ctx, argv[0], append(argv[1:len(argv):len(argv)], dir)...)
	if argv[0] == "/proc/self/exe" {
		cmd.Args[0] = os.Args[0] // our own name, which the link to our program is not
	}
	cmd.Stdout, cmd.Stderr = &limited{b: &out}, &limited{b: &bad}
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return at, fmt.Errorf("%w: opening a copy of it took more than %s; nothing was touched: %s", ErrDamaged, probeTime, of)
	case errors.As(err, &exit):
		return at, fmt.Errorf("%w: opening a copy of it failed (%s: %s); nothing was touched; "+
			"move the folder away to begin a new ledger: %s", ErrDamaged, exit, firstLine(bad.String()), of)
	case err != nil:
		return at, fmt.Errorf("ledger: probe: %w", err)
	}
	var hash string
	if _, err := fmt.Sscanf(out.String(), probeTag+" %d %s", &at.Seq, &hash); err != nil {
		return at, fmt.Errorf("ledger: probe: %s gave no answer that is understood: %w", argv[0], err)
	}
	if err := at.Hash.UnmarshalText([]byte(hash)); err != nil {
		return at, fmt.Errorf("ledger: probe: %w", err)
	}
	return at, nil
}

// firstLine is what a dying process says first.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}

// limited keeps the beginning and drops the rest.
type limited struct{ b *bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if left := 8<<10 - l.b.Len(); left > 0 {
		l.b.Write(p[:min(left, len(p))])
	}
	return len(p), nil
}

// OpenEnded opens the ledger of a session that does not run, for reading. It
// reads a copy (tables are linked, not copied), so what is there stays as it is, crashed or not; Warnings say
// what would be found wrong. While a session runs it fails with ErrLocked.
func OpenEnded(dir string, o Options) (*Ledger, error) {
	o.fill()
	store := filepath.Join(dir, storeName)
	lock, err := flock(store, unix.LOCK_SH, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil, none(dir)
	}
	if err != nil {
		return nil, err
	}
	defer lock.Close() //nolint:errcheck // read only
	if err := fit(store, o); err != nil {
		return nil, err
	}
	c, err := look(store)
	if err != nil {
		return nil, err
	}
	if err := c.refuse(store); err != nil {
		return nil, err
	}
	if c.empty() {
		return nil, none(dir)
	}
	if len(o.Probe) > 0 {
		if _, err := tryCopy(dir, o); err != nil {
			return nil, err
		}
	}
	l := &Ledger{dir: dir, o: o, nudge: make(chan struct{}, 1), stop: make(chan struct{})}
	if l.copied, l.lock, err = tempCopy(dir); err != nil {
		return nil, err
	}
	if l.db, err = openStore(copyOptions(l.copied, o.Log)); err == nil {
		if err = l.compare(); err == nil {
			return l, nil
		}
		err = errors.Join(err, l.db.Close())
	}
	return nil, errors.Join(err, os.RemoveAll(l.copied), l.lock.Close())
}

// none is the error for a session that has no database.
func none(dir string) error {
	if had, _, err := readHead(dir); err == nil && had.Seq > 0 {
		return fmt.Errorf("%w: HEAD names %d entries, but the database is gone: %s", ErrDamaged, had.Seq, filepath.Join(dir, storeName))
	}
	return fmt.Errorf("%w: %s", ErrNoLedger, dir)
}

// compare says in warnings where the database does not fit HEAD.
func (l *Ledger) compare() error {
	at, err := newest(l.db)
	if err != nil {
		return err
	}
	l.at.Store(&at)
	bad, err := besideHead(l.db, l.dir, l.Head)
	if err == nil && bad.why != "" {
		l.warn(bad.why)
	}
	return err
}

// flaw is the first sequence that is wrong, and why.
type flaw struct {
	seq uint64
	why string
}

// besideHead compares a database with HEAD.
func besideHead(db *badger.DB, dir string, newest func() Head) (flaw, error) {
	had, _, err := readHead(dir)
	at := newest() // after HEAD was read, which never names an entry that is not yet there
	switch {
	case errors.Is(err, os.ErrNotExist):
		return flaw{at.Seq + 1, "HEAD is missing: had the newest entries been cut off, nothing would show it"}, nil
	case errors.Is(err, errHead):
		return flaw{at.Seq + 1, "HEAD is unreadable: had the newest entries been cut off, nothing would show it"}, nil
	case err != nil:
		return flaw{}, err
	case had.Seq > at.Seq:
		return flaw{at.Seq + 1, fmt.Sprintf("entries %d to %d are missing: HEAD names them", at.Seq+1, had.Seq)}, nil
	case had.Seq == 0:
		return flaw{}, nil
	}
	sum, err := hashAt(db, had.Seq)
	if err != nil {
		return flaw{}, err
	}
	if sum != had.Hash {
		return flaw{had.Seq, fmt.Sprintf("entry %d is not the one that HEAD names: the ledger was rewritten", had.Seq)}, nil
	}
	return flaw{}, nil
}
