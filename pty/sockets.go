package pty

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

// maxSocket is the longest path of a socket, in bytes, that every system takes.
const maxSocket = 103

// SocketDir is the folder that really holds the sockets of an agent's (or another) folder, whose names have at most
// nine bytes: the folder itself, or where their paths would be too long for a socket a short one in /tmp. It only computes.
func SocketDir(dir string) string {
	return socketDir(dir, "/tmp")
}

func socketDir(dir, tmp string) string {
	if len(filepath.Join(dir, keepName)) <= maxSocket {
		return dir
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(shared(tmp), hex.EncodeToString(sum[:4]))
}

func shared(tmp string) string { return filepath.Join(tmp, "kavi-"+strconv.Itoa(os.Getuid())) }

// MakeSocketDir makes the folder that SocketDir names. In /tmp anybody may have been there first: it is an error
// when the folder, or the one above it, is a link, another user's, or open to others.
func MakeSocketDir(dir string) (string, error) {
	return makeSocketDir(dir, "/tmp")
}

func makeSocketDir(dir, tmp string) (string, error) {
	to := socketDir(dir, tmp)
	if to == dir {
		return dir, os.MkdirAll(dir, 0o700)
	}
	for _, d := range []string{shared(tmp), to} {
		if err := os.Mkdir(d, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
			return "", fmt.Errorf("make a folder for sockets: %w", err)
		}
		if err := proc.Private(d); err != nil {
			return "", fmt.Errorf("sockets of %s: %w", dir, err)
		}
	}
	return to, nil
}

// HasGate tells whether the gate of an agent's folder is there. Where its keeper lives and it is not, the keeper gave
// up on servers; for half a second, somebody removed it.
func HasGate(dir string) bool {
	_, err := os.Lstat(filepath.Join(SocketDir(dir), gateName))
	return err == nil
}

// socket is a listening socket and the file that it is reached by.
type socket struct {
	path     string
	fd       int // not in the poller: whoever accepts duplicates it
	dev, ino uint64
}

// listen makes a socket at a path. What stands there, of a keeper that is gone or put there by somebody, goes.
func listen(path string) (*socket, error) {
	if err := os.RemoveAll(path); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	syscall.ForkLock.RLock() // macOS has no SOCK_CLOEXEC
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	s := &socket{path: path, fd: fd}
	if err := s.bind(); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	return s, nil
}

// backlog is how many connections wait while there is no server: the kernel cuts it to its own limit.
const backlog = 4096

func (s *socket) bind() error {
	if err := unix.SetNonblock(s.fd, true); err != nil {
		return err
	}
	if err := unix.Bind(s.fd, &unix.SockaddrUnix{Name: s.path}); err != nil {
		return err
	}
	if err := os.Chmod(s.path, 0o600); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := unix.Lstat(s.path, &st); err != nil {
		return err
	}
	s.dev, s.ino = uint64(st.Dev), st.Ino
	return unix.Listen(s.fd, backlog)
}

// there tells whether the path still leads to this socket.
func (s *socket) there() bool {
	var st unix.Stat_t
	return unix.Lstat(s.path, &st) == nil && uint64(st.Dev) == s.dev && st.Ino == s.ino
}

// close ends the socket, and its file unless another stands there by now. Duplicates of it go on.
func (s *socket) close() {
	if s.there() {
		_ = os.Remove(s.path)
	}
	_ = unix.Close(s.fd)
}

// dup is a descriptor of the same socket that the caller owns.
func (s *socket) dup() (int, error) { return unix.FcntlInt(uintptr(s.fd), unix.F_DUPFD_CLOEXEC, 3) }

// point makes the link in the agent's folder by which a shim finds the sockets, where they are elsewhere.
func point(dir, to string) error {
	link := filepath.Join(dir, linkName)
	if to == dir {
		return nil
	}
	if at, err := os.Readlink(link); err == nil && at == to {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := os.RemoveAll(link); err != nil {
		return err
	}
	return os.Symlink(to, link)
}
