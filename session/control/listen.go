package control

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"kavi/pty/proc"
)

// renewal is how often the socket's file is looked for.
const renewal = 300 * time.Millisecond

// socket is a listening socket whose file is made again when somebody takes it
// away: a cleaner of /tmp, an `rm -rf`. The caller holds the session's lock, so a
// file that stands in the way is a dead server's.
type socket struct {
	path string

	mu     sync.Mutex
	l      *net.UnixListener
	file   os.FileInfo // of the socket's file as we made it
	closed bool
}

func listen(path string) (*socket, error) {
	s := &socket{path: path}
	return s, s.bind()
}

// bind makes the file and listens at it. The folder is made too, and must be
// ours alone: another user's would let them answer in our name.
func (s *socket) bind() error {
	dir := filepath.Dir(s.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	folders := []string{dir}
	if shared(dir) {
		folders = append(folders, filepath.Dir(dir)) // where anybody may have been first
	}
	for _, f := range folders {
		if err := proc.Private(f); err != nil {
			return fmt.Errorf("control socket: %w", err)
		}
	}
	if err := os.Remove(s.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("control socket: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: s.path, Net: "unix"})
	if err != nil {
		return fmt.Errorf("control socket: %w", err)
	}
	// Closing must not remove a file that somebody else has put there since.
	l.SetUnlinkOnClose(false)
	file, err := os.Lstat(s.path)
	if err == nil {
		err = os.Chmod(s.path, 0o600)
	}
	if err != nil {
		_ = l.Close()
		return fmt.Errorf("control socket: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return l.Close()
	}
	s.l, s.file = l, file
	return nil
}

// shared tells whether a socket's folder is the one that stands in /tmp for a
// session's whose path is too long: see session.Dir.ControlSocket.
func shared(dir string) bool { return strings.HasPrefix(filepath.Base(filepath.Dir(dir)), "kavi-") }

// taken says whether the file is no longer the one that we listen at.
func (s *socket) taken() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := os.Lstat(s.path)
	return err != nil || !os.SameFile(now, s.file)
}

func (s *socket) listener() *net.UnixListener {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	return s.l
}

// renew binds again if the file was taken away. The old listener is closed, so
// that an Accept on it returns and takes the new one.
func (s *socket) renew() (bool, error) {
	if !s.taken() {
		return false, nil
	}
	old := s.listener()
	if old == nil {
		return false, nil
	}
	if err := s.bind(); err != nil {
		return false, err
	}
	return true, old.Close()
}

// Close stops listening and removes the file if it is still ours, and the folder
// that was made for it alone.
func (s *socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	err := s.l.Close()
	if now, e := os.Lstat(s.path); e == nil && os.SameFile(now, s.file) {
		_ = os.Remove(s.path)
		if dir := filepath.Dir(s.path); shared(dir) {
			_ = os.Remove(dir) // not where anything is left in it
		}
	}
	return err
}
