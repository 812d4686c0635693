package proc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// SZOMB and SSTOP of sys/proc.h. What a debugger has stopped is flagged P_TRACED besides.
const (
	zombie  = 5
	stopped = 4
	traced  = 0x800
)

func read(pid int) (stat, error) {
	if pid <= 0 {
		return stat{}, fmt.Errorf("process %d: %w", pid, ErrGone)
	}
	k, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		// An unknown pid is an answer of no bytes, which x/sys reports as EIO.
		if errors.Is(err, unix.EIO) || errors.Is(err, unix.ESRCH) {
			err = ErrGone
		}
		return stat{}, fmt.Errorf("process %d: %w", pid, err)
	}
	if int(k.Proc.P_pid) != pid {
		return stat{}, fmt.Errorf("process %d: %w", pid, ErrGone)
	}
	s := fromKinfo(k)
	s.sid, _ = unix.Getsid(pid) // not ours to read of another user's process
	return s, nil
}

func fromKinfo(k *unix.KinfoProc) stat {
	t := k.Proc.P_starttime
	return stat{
		id:      ID{PID: int(k.Proc.P_pid), Start: uint64(t.Sec)*1e6 + uint64(t.Usec)},
		ppid:    int(k.Eproc.Ppid),
		pgid:    int(k.Eproc.Pgid),
		dead:    k.Proc.P_stat == zombie,
		stopped: k.Proc.P_stat == stopped && k.Proc.P_flag&traced == 0,
		status:  -1,
	}
}

func all() ([]stat, error) {
	ks, err := unix.SysctlKinfoProcSlice("kern.proc.all")
	if err != nil {
		return nil, fmt.Errorf("read the process table: %w", err)
	}
	stats := make([]stat, 0, len(ks))
	for i := range ks {
		s := fromKinfo(&ks[i])
		s.sid, _ = unix.Getsid(s.id.PID)
		stats = append(stats, s)
	}
	return stats, nil
}

// Exe is the path by which a process's program was started.
func Exe(pid int) (string, error) {
	exe, _, _, err := procargs(pid)
	return exe, err
}

// Argv is a process's argument list as it stands now: the process can write what it likes there.
func Argv(pid int) ([]string, error) {
	_, argv, _, err := procargs(pid)
	return argv, err
}

// Environ is the environment that a process was started with, as it stands now: the process can write over it.
func Environ(pid int) ([]string, error) {
	_, _, env, err := procargs(pid)
	return env, err
}

// Cwd needs libproc, which a program without cgo cannot reach.
func Cwd(pid int) (string, error) {
	return "", fmt.Errorf("current folder of process %d: %w", pid, errors.ErrUnsupported)
}

// procargs reads kern.procargs2: argc, the program's path, padding, argv, the environment.
func procargs(pid int) (exe string, argv, env []string, err error) {
	b, err := unix.SysctlRaw("kern.procargs2", pid)
	if err != nil {
		if errors.Is(err, unix.EINVAL) {
			err = ErrGone
		}
		return "", nil, nil, fmt.Errorf("process %d: %w", pid, err)
	}
	if len(b) < 4 {
		return "", nil, nil, fmt.Errorf("process %d: its arguments cannot be read", pid)
	}
	argc := int(binary.LittleEndian.Uint32(b))
	path, rest, _ := bytes.Cut(b[4:], []byte{0})
	rest = bytes.TrimLeft(rest, "\x00")
	for len(rest) > 0 {
		var s []byte
		s, rest, _ = bytes.Cut(rest, []byte{0})
		switch {
		case len(argv) < argc:
			argv = append(argv, string(s))
		case len(s) == 0:
			return string(path), argv, env, nil
		default:
			env = append(env, string(s))
		}
	}
	return string(path), argv, env, nil
}

// Subreaper does nothing: macOS has none, so a double fork gets away there.
func Subreaper() error { return nil }

// Signal sends sig to exactly this process, as far as comparing start times just before allows.
// ErrGone when the process is no longer there.
func Signal(id ID, sig syscall.Signal) error {
	now, err := read(id.PID)
	if err != nil || now.id != id {
		return fmt.Errorf("signal %v: %w", id, ErrGone)
	}
	err = unix.Kill(id.PID, sig)
	if errors.Is(err, unix.ESRCH) {
		err = ErrGone
	}
	if err != nil {
		return fmt.Errorf("signal %v: %w", id, err)
	}
	return nil
}

// ExitCode is never known on macOS.
func ExitCode(int) (code int, ok bool) { return 0, false }

// EndOf is never known on macOS.
func EndOf(ID, int) (code int, ok bool) { return 0, false }

// Now is this moment as starts of processes are counted: microseconds.
func Now() uint64 { return uint64(time.Now().UnixMicro()) }
