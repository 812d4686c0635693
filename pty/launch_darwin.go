package pty

import (
	"os"
	"os/signal"
	"syscall"
)

func closeStray() error { return closeListed("/dev/fd") }

// defaultSignals undoes what the keeper ignores: a signal that has a handler gets its default at the exec.
func defaultSignals() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGPIPE)
}
