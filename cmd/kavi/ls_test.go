package main

import (
	"strings"
	"syscall"
	"testing"
)

// A server that is stopped does not answer: kavi ls says so, in the words of every
// other command, and goes on with the other sessions.
func TestAStoppedServerIsListedAsOneThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(t, "-d", "--", "/bin/sh", "-c", "read x")
	pid := w.client(t).Hello().PID
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Kill(pid, syscall.SIGCONT) }()
	if got := w.run(t, "ls"); !strings.Contains(got, "running (the server does not answer)") {
		t.Errorf("it says:\n%s", got)
	}
}
