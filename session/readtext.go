package session

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// ReadText reads a file that the operator or a repository brings, and says when it
// was written: a regular one, whatever else may stand at its path (a device has no
// end, a pipe is opened only once somebody writes). What is longer than most bytes
// is cut behind one more, so that its reader sees that. os.ErrNotExist: there is
// nothing, not even a link that leads nowhere.
func ReadText(path string, most int) (text []byte, written time.Time, err error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, os.ErrNotExist) {
		if to, e := os.Readlink(path); e == nil { // what it said must not end without a word
			return nil, written, fmt.Errorf("%s: it leads to %s, and there is nothing", path, to)
		}
	}
	if err != nil {
		return nil, written, err
	}
	defer func() { _ = f.Close() }()
	fi, err := f.Stat()
	switch {
	case err != nil:
		return nil, written, err
	case !fi.Mode().IsRegular():
		return nil, written, fmt.Errorf("%s: it is no file", path)
	}
	text, err = io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err != nil {
		return nil, written, fmt.Errorf("%s: %w", path, err)
	}
	return text, fi.ModTime(), nil
}
