package baseline

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// What a session keeps lies where any process of the operator's user can remove it
// or write over it. What is open here is still there then, and is put back.

// Mended says what was wrong with what is kept, and is right again.
type Mended int

// What Mend found.
const (
	Sound   Mended = iota
	PutBack        // it had been removed, and nothing of it is lost
	Lost           // contents are gone for good; what is put from now on is kept
)

// Mend looks whether the file of contents is still there, the one that was opened,
// and whole as far as its beginning and its size tell. It takes a moment, unless
// there is something to put back. Where that cannot be done it says why, and may be
// called again.
func (s *Store) Mend() (Mended, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	good, size, err := s.whole()
	if err != nil {
		return Sound, fmt.Errorf("baseline: %w", err)
	}
	good = good && size >= s.end
	there := isAt(s.file, s.file.Name())
	if good && there {
		return Sound, nil
	}
	if !there {
		if err := s.putBack(size); err != nil {
			return Sound, fmt.Errorf("baseline: what was removed could not be put back: %w", err)
		}
	}
	if good {
		return PutBack, nil
	}
	// No place is used twice: what comes is not taken for what was there.
	_, err = s.file.WriteAt([]byte(contentsHead), 0)
	if err = errors.Join(err, s.file.Truncate(max(size, s.end))); err != nil {
		return Sound, fmt.Errorf("baseline: %w", err)
	}
	clear(s.recent)
	s.unsaved = true
	return Lost, nil
}

// whole says that the file begins as it should, and how long it is.
func (s *Store) whole() (good bool, size int64, err error) {
	info, err := s.file.Stat()
	if err != nil {
		return false, 0, err
	}
	head := make([]byte, len(contentsHead))
	if _, err := s.file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return false, 0, err
	}
	return string(head) == contentsHead, info.Size(), nil
}

// isAt says that a file that is open still has its name.
func isAt(f *os.File, name string) bool {
	mine, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(name)
	return err == nil && os.SameFile(mine, there)
}

// putBack writes what is open, and has no name any more, to where it was.
func (s *Store) putBack(size int64) error {
	name := s.file.Name()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(name+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(f, io.NewSectionReader(s.file, 0, size)); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = errors.Join(os.Rename(name+".new", name), f.Close())
	} else {
		err = errors.Join(err, f.Close(), os.Remove(name+".new"))
	}
	if err != nil {
		return err
	}
	if f, err = os.OpenFile(name, os.O_RDWR, 0); err != nil { // under its name
		return err
	}
	old := s.file
	s.file = f
	return old.Close()
}

// SetAside moves the contents in a folder out of the way: OpenStore begins anew.
func SetAside(dir string) error {
	name := filepath.Join(dir, contentsName)
	if err := os.Rename(name, name+".damaged"); err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	return nil
}

// Has says whether contents were ever kept in a folder, and are still there.
func Has(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, contentsName)); err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	return nil
}

// IsWhole says that the log is still where it was opened, and not cut; else
// it is time for Rewrite.
func (l *Log) IsWhole() bool {
	info, err := l.file.Stat()
	return err == nil && info.Size() >= l.end && isAt(l.file, filepath.Join(l.dir, foldersName))
}
