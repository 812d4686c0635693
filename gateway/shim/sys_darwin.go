package shim

import (
	"errors"
	"syscall"
	"unsafe"
)

const fDupfdCloexec = syscall.F_DUPFD_CLOEXEC

// newSocket opens a blocking socket that never raises SIGPIPE.
func newSocket() (int, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return -1, err
	}
	if fd, err = above(fd); err != nil {
		return -1, err
	}
	syscall.CloseOnExec(fd)
	const soNoSigpipe = 0x1022
	if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, soNoSigpipe, 1); err != nil {
		_ = syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

// send writes all of b.
func send(l link, b []byte) error {
	for len(b) > 0 {
		n, err := retry(func() (int, error) { return syscall.Write(l.fd, b) })
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// now is the time in nanoseconds. There is no other clock without the C library
// than the one that can be set.
func now() int64 {
	var tv syscall.Timeval
	if err := syscall.Gettimeofday(&tv); err != nil {
		panic("there is no clock")
	}
	return tv.Nano()
}

// readable waits until a descriptor can be read from, at most ns nanoseconds.
func readable(fd int, ns int64) bool {
	for end := now() + ns; ; {
		var set syscall.FdSet
		set.Bits[fd/32] |= 1 << (fd % 32)
		tv := syscall.NsecToTimeval(max(end-now(), 0))
		err := syscall.Select(fd+1, &set, nil, nil, &tv)
		if err != syscall.EINTR {
			return err == nil && set.Bits[fd/32] != 0
		}
	}
}

func sleep(ns int64) {
	tv := syscall.NsecToTimeval(ns)
	_ = syscall.Select(0, nil, nil, nil, &tv)
}

// isTerminal asks the kernel.
func isTerminal(fd int) bool {
	var t syscall.Termios
	_, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TIOCGETA, uintptr(unsafe.Pointer(&t)))
	return e == 0
}

var errNoProc = errors.New("there is no /proc here")

func exePath() (string, error) { return "", errNoProc }

func arguments() (argv, env []string, err error) { return nil, nil, errNoProc }
