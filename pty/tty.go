package pty

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	creack "github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// tty is the keeper's end of the agent's terminal.
type tty struct {
	f   *os.File
	raw syscall.RawConn
}

// openTTY makes a terminal of a size. slave is the agent's end, and the caller closes it.
func openTTY(cols, rows int) (t *tty, slave *os.File, err error) {
	m, slave, err := creack.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("open a terminal: %w", err)
	}
	t, err = adopt(m)
	if err == nil {
		err = t.resize(cols, rows)
	}
	if err == nil {
		err = utf8(slave)
	}
	if err != nil {
		if t != nil {
			t.close()
		}
		_ = slave.Close()
		return nil, nil, fmt.Errorf("open a terminal: %w", err)
	}
	return t, slave, nil
}

// adopt takes the terminal from creack's file, which its ioctls have made a blocking one: only a file that is
// non-blocking when it is made is in the poller, and only such a one has deadlines and can be closed while it is read.
func adopt(m *os.File) (*tty, error) {
	fd, err := unix.FcntlInt(m.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	_ = m.Close()
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	t := &tty{f: os.NewFile(uintptr(fd), "pty")}
	t.raw, err = t.f.SyscallConn()
	return t, err
}

// utf8 makes the line editor of the terminal erase characters, not bytes.
func utf8(slave *os.File) error {
	tio, err := unix.IoctlGetTermios(int(slave.Fd()), getTermios)
	if err != nil {
		return err
	}
	tio.Iflag |= unix.IUTF8
	return unix.IoctlSetTermios(int(slave.Fd()), setTermios, tio)
}

// resize sets the size in cells; the kernel tells the foreground programs by SIGWINCH when it changed.
// It goes round File.Fd, which would take the file out of the poller.
func (t *tty) resize(cols, rows int) error {
	if cols < 1 || rows < 1 || cols > 0xffff || rows > 0xffff {
		return fmt.Errorf("resize: %dx%d is no size", cols, rows)
	}
	var err error
	cerr := t.raw.Control(func(fd uintptr) {
		err = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(cols), Row: uint16(rows)})
	})
	if err = errors.Join(cerr, err); err != nil {
		return fmt.Errorf("resize: %w", err)
	}
	return nil
}

// read reads until b is full or nothing more is there: a terminal gives at most 4 KiB at a time, and one wait for
// many of them spares most of the wake-ups. With wait it blocks until there is something; else n may be 0.
// The error is io.EOF once the terminal has no other end any more, or os.ErrDeadlineExceeded after wake.
func (t *tty) read(b []byte, wait bool) (n int, err error) {
	cerr := t.raw.Read(func(fd uintptr) bool {
		for n < len(b) {
			m, e := readNow(int(fd), b[n:])
			switch {
			case m > 0:
				n += m
			case errors.Is(e, unix.EINTR):
			case errors.Is(e, unix.EAGAIN):
				return n > 0 || !wait
			default:
				err = e
				if e == nil || errors.Is(e, unix.EIO) {
					err = io.EOF
				}
				return true
			}
		}
		return true
	})
	if err == nil {
		err = cerr
	}
	return n, err
}

// wake makes a read that waits return; calm lets later ones wait again.
func (t *tty) wake() { _ = t.f.SetReadDeadline(time.Unix(1, 0)) }
func (t *tty) calm() { _ = t.f.SetReadDeadline(time.Time{}) }

// write types at the agent. It blocks while the terminal's buffer is full.
func (t *tty) write(b []byte) (int, error) { return t.f.Write(b) }

func (t *tty) close() { _ = t.f.Close() }
