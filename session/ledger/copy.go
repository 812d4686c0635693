package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// flock takes the lock by which badger, too, keeps a second process out of a
// database: how is LOCK_EX, or LOCK_SH to read a copy. It tries for as long as wait.
func flock(dir string, how int, wait time.Duration) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	late := time.Now().Add(wait)
	for {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		switch {
		case err == nil:
			return f, nil
		case errors.Is(err, unix.EINTR):
		case !errors.Is(err, unix.EWOULDBLOCK):
			return nil, errors.Join(fmt.Errorf("ledger: lock %s: %w", dir, err), f.Close())
		case time.Now().After(late):
			return nil, errors.Join(fmt.Errorf("%w (%s)", ErrLocked, dir), f.Close())
		default:
			<-time.After(10 * time.Millisecond)
		}
	}
}

// copyStore copies a database's folder. With links, tables, which are never
// written again, become hard links where that is possible; the copy must then
// be opened with copyOptions only.
func copyStore(from, to string, links bool) error {
	list, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("ledger: copy: %w", err)
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return fmt.Errorf("ledger: copy: %w", err)
	}
	for _, f := range list {
		if !f.Type().IsRegular() || f.Name() == "LOCK" {
			continue
		}
		src, dst := filepath.Join(from, f.Name()), filepath.Join(to, f.Name())
		if links && filepath.Ext(f.Name()) == ".sst" && os.Link(src, dst) == nil {
			continue
		}
		if err := copyFile(src, dst); err != nil {
			return fmt.Errorf("ledger: copy: %w", err)
		}
	}
	return nil
}

// copyFile leaves holes where there are only zeros: badger's logs are made of them.
func copyFile(from, to string) (err error) {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close() //nolint:errcheck // read only
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if bad := dst.Close(); err == nil {
			err = bad
		}
	}()
	buf, zeros := make([]byte, 64<<10), make([]byte, 64<<10)
	var size int64
	for {
		n, err := io.ReadFull(src, buf)
		if n > 0 && !bytes.Equal(buf[:n], zeros[:n]) {
			if _, err := dst.WriteAt(buf[:n], size); err != nil {
				return err
			}
		}
		size += int64(n)
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return dst.Truncate(size)
		}
		if err != nil {
			return err
		}
	}
}

const copyPrefix = "ledger.copy-"

// tempCopy copies the database of the session in dir for looking at it. The
// caller removes it; the lock it comes with shows that somebody still will. The caller
// also holds the lock of dir/ledger meanwhile, so that nothing is being written.
func tempCopy(dir string) (path string, lock *os.File, err error) {
	path, err = os.MkdirTemp(dir, copyPrefix)
	if err != nil {
		return "", nil, fmt.Errorf("ledger: copy: %w", err)
	}
	if lock, err = flock(path, unix.LOCK_EX, 0); err == nil {
		if err = copyStore(filepath.Join(dir, storeName), path, true); err == nil {
			return path, lock, nil
		}
		err = errors.Join(err, lock.Close())
	}
	return "", nil, errors.Join(err, os.RemoveAll(path))
}

// sweep removes copies whose makers are gone. The caller holds the lock of dir/ledger, as tempCopy's does.
func sweep(dir string) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return // Open fails for this reason at its next step
	}
	for _, f := range list {
		if !f.IsDir() || !strings.HasPrefix(f.Name(), copyPrefix) {
			continue
		}
		path := filepath.Join(dir, f.Name())
		lock, err := flock(path, unix.LOCK_EX, 0)
		if err != nil {
			continue // in use
		}
		_ = os.RemoveAll(path) // what stays is swept the next time
		_ = lock.Close()
	}
}

// freeName gives base, or base-2, …, whichever is not taken.
func freeName(base string) string {
	name := base
	for i := 2; ; i++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name
		}
		name = fmt.Sprintf("%s-%d", base, i)
	}
}
