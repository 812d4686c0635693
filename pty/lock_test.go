package pty_test

import (
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"kavi/pty"
)

// TestAKeeperWaitsForTheOneBefore: an agent that is restarted at once may find the
// last keeper of its folder just ending.
func TestAKeeperWaitsForTheOneBefore(t *testing.T) {
	s := spec(t, "cat")
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	dir, err := os.Open(s.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(300*time.Millisecond, func() { _ = dir.Close() })
	id, err := pty.Start(s)
	if err != nil {
		t.Fatal(err)
	}
	ends(t, s, id)
}
