package pty

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// serversAreSiblings: a server that a keeper starts is a child of the keeper's parent. Were it the keeper's child, all
// that the server starts, other agents' keepers among it, would be below this keeper too, and whoever asks what
// is this agent's could not tell them apart.
const serversAreSiblings = true

func sibling(attr *syscall.SysProcAttr, pidfd *int) {
	attr.Cloneflags |= unix.CLONE_PARENT
	attr.PidFD = pidfd
}

// image is what this process starts to run its own program again: the kernel's link to the file that it was started
// from, whatever stands at the path now.
func image(string) string { return "/proc/self/exe" }

func dup2(from, to int) error { return unix.Dup3(from, to, 0) }
