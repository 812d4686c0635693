package shim

import (
	"errors"
	"syscall"
	"unsafe"
)

const fDupfdCloexec = syscall.F_DUPFD_CLOEXEC

// newSocket opens a blocking socket: connecting to a full backlog then waits
// instead of failing with EAGAIN.
func newSocket() (int, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	return above(fd)
}

// send writes all of b. Nobody at the other end is an error, never SIGPIPE.
func send(l link, b []byte) error {
	for len(b) > 0 {
		n, _, e := syscall.Syscall6(syscall.SYS_SENDTO, uintptr(l.fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), syscall.MSG_NOSIGNAL, 0, 0)
		if e == syscall.EINTR {
			continue
		}
		if e != 0 {
			return e
		}
		b = b[n:]
	}
	return nil
}

// now is the time in nanoseconds on a clock that nobody sets and that stands still
// while the machine sleeps, as the ones do by which agents count.
func now() int64 {
	const clockMonotonic = 1
	var ts syscall.Timespec
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&ts)), 0); e != 0 {
		panic("there is no clock") // whoever waits by it denies
	}
	return ts.Nano()
}

// readable waits until a descriptor can be read from, at most ns nanoseconds.
func readable(fd int, ns int64) bool {
	const pollin = 1
	for end := now() + ns; ; {
		p := struct {
			fd              int32
			events, revents int16
		}{fd: int32(fd), events: pollin}
		ts := syscall.NsecToTimespec(max(end-now(), 0))
		n, _, e := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&p)), 1, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
		if e != syscall.EINTR {
			return e == 0 && n == 1
		}
	}
}

func sleep(ns int64) {
	ts := syscall.NsecToTimespec(ns)
	_ = syscall.Nanosleep(&ts, nil)
}

// isTerminal asks the kernel.
func isTerminal(fd int) bool {
	var t syscall.Termios
	_, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TCGETS, uintptr(unsafe.Pointer(&t)))
	return e == 0
}

// exePath is the path by which this program was started, links and all.
func exePath() (string, error) { return readlink("/proc/self/exe") }

var errNoProc = errors.New("cannot read /proc/self")

// arguments gives argv and the environment exactly as exec got them.
func arguments() (argv, env []string, err error) {
	if argv, err = words("/proc/self/cmdline"); err != nil || len(argv) == 0 {
		return nil, nil, errNoProc
	}
	if env, err = words("/proc/self/environ"); err != nil {
		return nil, nil, errNoProc
	}
	return argv, env, nil
}

// words reads a file of words that NUL ends.
func words(path string) ([]string, error) {
	fd, err := retry(func() (int, error) { return syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd) //nolint:errcheck // read only
	var b []byte
	buf := make([]byte, 16<<10)
	for {
		n, err := retry(func() (int, error) { return syscall.Read(fd, buf) })
		if err != nil {
			return nil, err
		}
		if n <= 0 {
			break
		}
		b = append(b, buf[:n]...)
	}
	var list []string
	for start, i := 0, 0; i < len(b); i++ {
		if b[i] == 0 {
			list = append(list, string(b[start:i]))
			start = i + 1
		}
	}
	return list, nil
}
