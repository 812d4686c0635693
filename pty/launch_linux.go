package pty

import (
	"math"
	"unsafe"

	"golang.org/x/sys/unix"
)

// closeStray lets no descriptor but the standard ones live through the exec that follows. They cannot be closed
// before it: the runtime uses some.
func closeStray() error {
	if unix.CloseRange(3, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC) == nil {
		return nil
	}
	return closeListed("/proc/self/fd") // before Linux 5.11
}

// defaultSignals gives every signal the action, and this thread the mask, that a fresh program expects: what the keeper
// ignores the agent must not. The caller is locked to its thread and execs next.
func defaultSignals() {
	var action [64]byte // more than the kernel reads; all zero is SIG_DFL
	for sig := uintptr(1); sig <= 64; sig++ {
		if sig != uintptr(unix.SIGKILL) && sig != uintptr(unix.SIGSTOP) {
			_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, sig, uintptr(unsafe.Pointer(&action)), 0, 8, 0, 0)
		}
	}
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, new(unix.Sigset_t), nil)
}
