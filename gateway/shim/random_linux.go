package shim

import (
	"syscall"
	"unsafe"
)

// random fills b from the kernel.
func random(b []byte) error {
	for len(b) > 0 {
		n, _, e := syscall.Syscall(sysGetrandom, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0)
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
