package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

// small puts the state of a world on a small disk of its own.
func (w *world) small(t *testing.T, megabytes int) {
	t.Helper()
	state := filepath.Join(w.home, "state")
	try(t, os.Mkdir(state, 0o700))
	if err := unix.Mount("kavi-test", state, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=700", megabytes)); err != nil {
		t.Skipf("mounting a small disk needs root: %v; session/ledger tests its refusal without", err)
	}
	t.Cleanup(func() {
		endAll(w.home)
		if err := unix.Unmount(state, unix.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", state, err)
		}
	})
}

// fill takes all that is left of the state's disk.
func (w *world) fill(t *testing.T) (file string) {
	t.Helper()
	file = filepath.Join(w.home, "state", "filler")
	f, err := os.Create(file)
	try(t, err)
	defer func() { _ = f.Close() }()
	for chunk := make([]byte, 64<<10); ; {
		if _, err := f.Write(chunk); err != nil {
			return file
		}
	}
}

// attempt is run for what may fail: standard output and error, and the exit code.
func (w *world) attempt(t testing.TB, args ...string) (out, said string, code int) {
	t.Helper()
	c := exec.Command("kavi", args...)
	var o, e bytes.Buffer
	c.Dir, c.Env, c.Stdout, c.Stderr = w.project, w.env, &o, &e
	if err := c.Run(); err != nil && c.ProcessState == nil {
		t.Fatalf("kavi %s: %v", strings.Join(args, " "), err)
	}
	return o.String(), e.String(), c.ProcessState.ExitCode()
}

// gone waits until nothing of a world's sessions runs.
func (w *world) gone(t testing.TB) {
	t.Helper()
	var left []proc.ID
	eventually(t, "the end of all of it", func() bool { left = below(w.home); return len(left) == 0 },
		func() string { return fmt.Sprint(left, w.log()) })
}

// A session is stopped on a full disk as on any other, but for what its ledger says
// of it.
func TestASessionIsStoppedOnAFullDisk(t *testing.T) {
	w := newWorld(t)
	w.small(t, 200)
	w.run(t, "--detach", "--", "/bin/sh", "-c", "echo > ready; read x")
	eventually(t, "the agent", func() bool { return exists(filepath.Join(w.project, "ready")) }, w.log)
	w.fill(t)
	out, said, code := w.attempt(t, "stop")
	if code != 0 || !strings.Contains(out, "session garden has ended") || !strings.Contains(said, "its ledger does not have the end: ledger: no room on the disk") {
		t.Errorf("stop: %d\n%s%s", code, out, said)
	}
	w.gone(t)
	if got := w.run(t, "ls", "--all"); !strings.Contains(got, "garden  ended ") {
		t.Errorf("ls --all:\n%s", got)
	}
}

// One that the disk has no room for is not begun.
func TestASessionWithoutRoomLeavesNothing(t *testing.T) {
	w := newWorld(t)
	w.small(t, 200)
	filler := w.fill(t)
	for range 2 {
		out, said, code := w.attempt(t, "--detach", "--", "/bin/cat")
		if code != 1 || out != "" || strings.Count(said, "no space left")+strings.Count(said, "no room") != 1 {
			t.Errorf("%d\n%s%s", code, out, said)
		}
	}
	for left := int64(200 << 20); ; left -= 5 << 20 { // less and less of it, until there is room
		try(t, os.Truncate(filler, left))
		out, said, code := w.attempt(t, "--detach", "--", "/bin/cat")
		if code == 0 {
			break
		}
		if code != 1 || out != "" || strings.Count(said, "no space left")+strings.Count(said, "no room") != 1 {
			t.Errorf("with %d MB free: %d\n%s%s", 200-left>>20, code, out, said)
		}
		w.gone(t)
		if got := w.run(t, "ls", "--all"); got != "No sessions\n" {
			t.Errorf("with %d MB free:\n%s", 200-left>>20, got)
		}
	}
	w.run(t, "stop")
}
