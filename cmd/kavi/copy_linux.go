package main

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// holdStill keeps everybody from writing to a file as long as it is open: who
// tries waits. It fails where somebody has it open for writing.
func holdStill(f *os.File) error {
	_, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
	if errors.Is(err, unix.EAGAIN) {
		return errors.New("somebody has it open for writing")
	}
	if err != nil && !errors.Is(err, unix.EINVAL) { // a file system without leases
		return fmt.Errorf("hold it still: %w", err)
	}
	return nil
}

// programOf is the path by which an open file is run, whatever has its name by now.
func programOf(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }
