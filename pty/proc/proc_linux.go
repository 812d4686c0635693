package proc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// read parses /proc/PID/stat. The second field is the program's name in brackets, and the program chooses it, so
// fields are counted from the last bracket.
func read(pid int) (stat, error) {
	if pid <= 0 {
		return stat{}, fmt.Errorf("process %d: %w", pid, ErrGone)
	}
	var buf [1024]byte
	n, err := slurp("/proc/"+strconv.Itoa(pid)+"/stat", buf[:])
	if err != nil {
		if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) {
			err = ErrGone
		}
		return stat{}, fmt.Errorf("process %d: %w", pid, err)
	}
	s, err := parse(buf[:n])
	if err != nil || s.id.PID != pid {
		return stat{}, fmt.Errorf("process %d: its stat cannot be read: %q", pid, string(buf[:n]))
	}
	return s, nil
}

// parse reads one stat line. See proc_pid_stat(5).
func parse(b []byte) (stat, error) {
	bad := errors.New("not a stat line")
	open, shut := bytes.IndexByte(b, ' '), bytes.LastIndex(b, []byte(") "))
	if open < 0 || shut < 0 || open > shut {
		return stat{}, bad
	}
	pid, err := strconv.Atoi(string(b[:open]))
	if err != nil {
		return stat{}, bad
	}
	// f[0] is the third field of the manual: the state.
	var fields [50][]byte
	n := 0
	for rest := bytes.TrimSpace(b[shut+2:]); len(rest) > 0 && n < len(fields); n++ {
		fields[n], rest, _ = bytes.Cut(rest, []byte(" "))
	}
	f := fields[:n]
	if len(f) < 20 || len(f[0]) != 1 {
		return stat{}, bad
	}
	var up [3]int
	for i := range up { // parent, group, session
		if up[i], err = strconv.Atoi(string(f[1+i])); err != nil {
			return stat{}, bad
		}
	}
	threads, err := strconv.Atoi(string(f[17]))
	if err != nil {
		return stat{}, bad
	}
	start, err := strconv.ParseUint(string(f[19]), 10, 64)
	if err != nil {
		return stat{}, bad
	}
	// A first thread that has ended looks like a zombie while the other threads run on.
	dead := (f[0][0] == 'Z' || f[0][0] == 'X') && threads <= 1
	status := -1
	if dead && len(f) > 49 {
		if status, err = strconv.Atoi(string(f[49])); err != nil {
			return stat{}, bad
		}
	}
	return stat{id: ID{PID: pid, Start: start}, ppid: up[0], pgid: up[1], sid: up[2], dead: dead, stopped: f[0][0] == 'T', status: status}, nil
}

// slurp reads a small file of /proc in one read, without the poller that os.File would ask.
func slurp(path string, buf []byte) (n int, err error) {
	fd, err := again(func() (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return 0, err
	}
	n, err = again(func() (int, error) { return unix.Read(fd, buf) })
	_ = unix.Close(fd)
	return n, err
}

func again(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// all reads the whole process table. A process that goes meanwhile is left out.
func all() ([]stat, error) {
	d, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer func() { _ = d.Close() }()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	stats := make([]stat, 0, len(names))
	for _, name := range names {
		if name[0] < '1' || name[0] > '9' {
			continue
		}
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if s, err := read(pid); err == nil {
			stats = append(stats, s)
		}
	}
	return stats, nil
}

// Exe is the file that a process runs. A deleted one ends in " (deleted)".
func Exe(pid int) (string, error) {
	return link(pid, "exe")
}

// Cwd is a process's current folder.
func Cwd(pid int) (string, error) {
	return link(pid, "cwd")
}

func link(pid int, name string) (string, error) {
	s, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/" + name)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		err = fmt.Errorf("process %d: %w", pid, ErrGone)
	}
	return s, err
}

// Argv is a process's argument list as it stands now: the process can write what it likes there.
func Argv(pid int) ([]string, error) {
	return list(pid, "cmdline")
}

// Environ is the environment that a process was started with, as it stands now: the process can write over it.
func Environ(pid int) ([]string, error) {
	return list(pid, "environ")
}

func list(pid int, name string) ([]string, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/" + name)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
		return nil, fmt.Errorf("process %d: %w", pid, ErrGone)
	}
	if err != nil || len(b) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(b), "\x00"), "\x00"), nil
}

// Subreaper makes orphans of this process's descendants its own children, so that a double fork does not get away.
func Subreaper() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become subreaper: %w", err)
	}
	return nil
}

// Signal sends sig to exactly this process: through a descriptor of it, which is compared with the start time before
// it is used, so that a pid that came again is never hit. ErrGone when the process is no longer there.
func Signal(id ID, sig syscall.Signal) error {
	fd, err := unix.PidfdOpen(id.PID, 0)
	if err != nil && !errors.Is(err, unix.ENOSYS) {
		if errors.Is(err, unix.ESRCH) {
			err = ErrGone
		}
		return fmt.Errorf("signal %v: %w", id, err)
	}
	now, rerr := read(id.PID)
	if rerr != nil || now.id != id {
		if err == nil {
			_ = unix.Close(fd)
		}
		return fmt.Errorf("signal %v: %w", id, ErrGone)
	}
	if err == nil {
		defer func() { _ = unix.Close(fd) }()
		err = unix.PidfdSendSignal(fd, sig, nil, 0)
	} else {
		err = unix.Kill(id.PID, sig) // before Linux 5.3 there is no better way
	}
	if errors.Is(err, unix.ESRCH) {
		err = ErrGone
	}
	if err != nil {
		return fmt.Errorf("signal %v: %w", id, err)
	}
	return nil
}

// ExitCode is how a process ended whose pidfd was opened while it lived, whoever its parent was: its exit code, or
// 128 and the signal. It does not wait. Not ok: it still runs, nobody has reaped it yet, or the kernel is older than 6.15.
func ExitCode(pidfd int) (code int, ok bool) {
	info := unix.PidfdInfo{Mask: unix.PIDFD_INFO_EXIT}
	if err := unix.IoctlPidfdInfo(pidfd, &info); err != nil || info.Mask&unix.PIDFD_INFO_EXIT == 0 {
		return 0, false
	}
	return codeOf(int(info.Exit_code)), true
}

// EndOf is ExitCode where the process may also wait for its parent to reap it, as a zombie, which tells by itself.
func EndOf(id ID, pidfd int) (code int, ok bool) {
	if s, err := read(id.PID); err == nil && s.id == id && s.dead && s.status >= 0 {
		return codeOf(s.status), true
	}
	return ExitCode(pidfd)
}

func codeOf(status int) int {
	w := unix.WaitStatus(status)
	if w.Signaled() {
		return 128 + int(w.Signal())
	}
	return w.ExitStatus()
}

// Now is this moment as starts of processes are counted: clock ticks, of which Linux tells user space 100 a second on
// every machine, since boot.
func Now() uint64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0
	}
	return uint64(t.Nano()) / 10_000_000
}
