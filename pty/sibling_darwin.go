package pty

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// serversAreSiblings: macOS cannot start a process as a sibling, and has no subreaper that would need it. What a
// keeper started there is known by its id.
const serversAreSiblings = false

func sibling(*syscall.SysProcAttr, *int) {}

// image is what this process starts to run its own program again: on macOS only the path says where that is.
func image(path string) string { return path }

func dup2(from, to int) error { return unix.Dup2(from, to) }
