package session

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

// waitExit waits until the process at the other end of a door is gone. seen is
// false where the system gives no descriptor for that, or ctx ended first. The
// exit code of a process that is not our child is known from Linux 6.15 on, and
// only once its parent has reaped it.
func waitExit(ctx context.Context, p proc.Peer) (code int, known, seen bool) {
	if p.Pidfd < 0 {
		return 0, false, false
	}
	fd, err := unix.FcntlInt(uintptr(p.Pidfd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return 0, false, false
	}
	if err := unix.SetNonblock(fd, true); err != nil { // so that the runtime's poller takes it and no thread waits
		_ = unix.Close(fd)
		return 0, false, false
	}
	f := os.NewFile(uintptr(fd), "pidfd")
	defer func() { _ = f.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = f.Close() })
	defer stop()
	rc, err := f.SyscallConn()
	if err != nil {
		return 0, false, false
	}
	err = rc.Read(func(fd uintptr) bool {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		return err == nil && n > 0
	})
	if err != nil {
		return 0, false, false
	}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 40 { // its parent reaps it about now
		if code, ok := proc.ExitCode(p.Pidfd); ok {
			return code, true, true
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return 0, false, true
		}
	}
	return 0, false, true
}
