package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"

	"kavi/session"
)

// copySelf copies the running program: `go run` deletes the one that it built,
// and an upgrade must not reach into a session that runs.
func copySelf(to string) error {
	from, err := openSelf()
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, from); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

func openSelf() (*os.File, error) {
	if runtime.GOOS == "linux" {
		return os.Open("/proc/self/exe") // also when the file was deleted since
	}
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// renewCopy puts the running program in the place of a session's copy.
func renewCopy(dir session.Dir) error {
	next := dir.Binary() + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := copySelf(next); err != nil {
		return err
	}
	return os.Rename(next, dir.Binary())
}

// ownCopy opens a session's copy of kavi for being run. What is in it is this
// program and stays so until the file is closed, where the system can promise
// that: an agent writes as the same user, and what it left there would run
// without an agent's mark. A copy that is something else is made again.
func ownCopy(dir session.Dir) (*os.File, error) {
	f, err := openOwn(dir.Binary())
	for range 3 {
		if err == nil {
			return f, nil
		}
		if err = renewCopy(dir); err == nil {
			f, err = openOwn(dir.Binary())
		}
	}
	return nil, fmt.Errorf("its copy of kavi: %w", err)
}

func openOwn(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil, err
	}
	if err = holdStill(f); err == nil {
		err = isSelf(f)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return f, nil
}

// isSelf is nil for a file that holds this program.
func isSelf(f *os.File) error {
	self, err := openSelf()
	if err != nil {
		return err
	}
	defer func() { _ = self.Close() }()
	a, b := make([]byte, 256<<10), make([]byte, 256<<10)
	for at := int64(0); ; {
		n, aerr := self.ReadAt(a, at)
		m, berr := f.ReadAt(b, at)
		if !bytes.Equal(a[:n], b[:m]) {
			return errors.New("not this program")
		}
		at += int64(n)
		ended := errors.Is(aerr, io.EOF)
		switch {
		case ended && errors.Is(berr, io.EOF):
			return nil
		case aerr != nil && !ended:
			return aerr
		case berr != nil && !errors.Is(berr, io.EOF):
			return berr
		}
	}
}
