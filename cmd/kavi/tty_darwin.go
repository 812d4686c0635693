package main

import "golang.org/x/sys/unix"

// flushInput drops what was typed, or answered by the terminal, and not read yet.
func flushInput(fd int) { _ = unix.IoctlSetPointerInt(fd, unix.TIOCFLUSH, 1) } // FREAD
