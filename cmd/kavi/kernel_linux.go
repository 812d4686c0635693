package main

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// checkKernel looks for what kavi uses of newer kernels.
func checkKernel(context.Context) finding {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return less("", "%v", err)
	}
	release := unix.ByteSliceToString(u.Release[:])
	var major, minor int
	_, _ = fmt.Sscanf(release, "%d.%d", &major, &minor) // 0.0 is older than everything
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return less("Linux 5.3 or newer", "%s has no pidfd: processes are told apart by their start times alone", release)
	}
	_ = unix.Close(fd)
	switch {
	case !newer(major, minor, 6, 5):
		return less("Linux 6.5 or newer", "%s: a peer's identity is checked by its start time, not by a pidfd of its socket", release)
	case !newer(major, minor, 6, 15):
		return less("Linux 6.15 or newer", "%s: exit codes of commands are not known, only those of agents", release)
	}
	return fine("%s", release)
}

func newer(major, minor, wantMajor, wantMinor int) bool {
	return major > wantMajor || major == wantMajor && minor >= wantMinor
}
