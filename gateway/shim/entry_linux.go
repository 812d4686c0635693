//go:build linux && (amd64 || arm64)

package shim

import (
	"syscall"
	"unsafe"
)

// parent is where begin left what it saw.
func parent() *given

// begin is where the copy of kavi begins to run. Nothing in Go calls it.
func begin()

var _ = begin

const lastSignal = 64

// sigaction is the kernel's, not the C library's.
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

// quiet takes Go's handlers away, so that signals do to the waiting shim what
// they would do to the program it stands for.
func quiet() {
	p := parent()
	for n := uintptr(1); n <= lastSignal; n++ {
		var now, want sigaction
		size := unsafe.Sizeof(now.mask)
		if _, _, e := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, n, 0, uintptr(unsafe.Pointer(&now)), size, 0, 0); e != 0 {
			continue
		}
		want.handler = 0 // SIG_DFL
		if p.known == 1 && p.ignored>>(n-1)&1 == 1 || p.known != 1 && now.handler == 1 {
			want.handler = 1 // SIG_IGN
		}
		if want.handler != now.handler {
			// SIGKILL and SIGSTOP refuse, and nothing need be done about it.
			_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, n, uintptr(unsafe.Pointer(&want)), 0, size, 0, 0)
		}
	}
	if p.known == 1 {
		setMask(p.blocked)
	}
}

func setMask(mask uint64) {
	const sigSetmask = 2
	_, _, _ = syscall.RawSyscall6(syscall.SYS_RT_SIGPROCMASK, sigSetmask, uintptr(unsafe.Pointer(&mask)), 0, unsafe.Sizeof(mask), 0, 0)
}

// handBack leaves the standard streams as they were; the last thing before exec.
func handBack() {
	p := parent()
	if p.known != 1 {
		return
	}
	for fd := range 3 {
		if p.closed>>fd&1 == 1 {
			_ = syscall.Close(fd)
		}
	}
}
