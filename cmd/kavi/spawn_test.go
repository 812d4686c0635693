package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"kavi/pty/proc"
)

// A server that runs and does not answer is ended when nobody waits for it any longer,
// and its session leaves no trace: it never ran.
func TestAServerThatNeverAnswersLeavesNoSession(t *testing.T) {
	w := newWorld(t)
	for range 20 {
		c := exec.Command("kavi", "--detach", "--", "/bin/cat")
		var said bytes.Buffer
		c.Dir, c.Env, c.Stderr = w.project, w.env, &said
		try(t, c.Start())
		var server proc.ID
		eventually(t, "a server", func() bool {
			for _, id := range below(w.home) {
				argv, err := proc.Argv(id.PID)
				if err == nil && len(argv) > 1 && argv[1] == "serve" && proc.Signal(id, syscall.SIGSTOP) == nil {
					server = id
				}
			}
			return server != proc.ID{}
		}, said.String)
		eventually(t, "a server that stands still", func() bool {
			all, err := proc.Stopped()
			return err == nil && (slices.Contains(all, server) || !server.Alive())
		}, said.String)
		if exists(w.dir().ControlSocket()) { // it was quicker
			_ = proc.Signal(server, syscall.SIGCONT)
			try(t, c.Wait())
			w.run(t, "stop")
			try(t, os.RemoveAll(string(w.dir())))
			continue
		}
		try(t, c.Process.Signal(os.Interrupt))
		if err := c.Wait(); err == nil {
			t.Error("it went well")
		}
		if got := said.String(); got != "kavi: interrupted\n" {
			t.Errorf("it said\n%s", got)
		}
		if left := below(w.home); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		if got := w.run(t, "ls", "--all"); got != "No sessions\n" {
			t.Errorf("left:\n%s", got)
		}
		return
	}
	t.Error("each server answered before it could be stopped")
}

func TestALineOfTheLogIsToldByItsError(t *testing.T) {
	const head = "time=2026-11-22T11:00:00.000Z level=ERROR "
	for line, want := range map[string]string{
		head + `msg="an entry was not recorded" kind=problem err="ledger: open \"x\": too many open files"`: `ledger: open "x": too many open files`,
		head + `msg="the ledger" problem="ledger: no room on the disk"`:                                     "ledger: no room on the disk",
		head + `msg="notes err=1" err=EOF at=3`:                                                             "EOF",
		head + `msg=stopped`:                                                                                "stopped",
		"exec format error":                                                                                 "exec format error",
		"runtime: goroutine stack exceeds 1000000000-byte limit; k=v and more":                              "runtime: goroutine stack exceeds 1000000000-byte limit; k=v and more",
	} {
		if got := logged(line); got != want {
			t.Errorf("%s\ngives %q, want %q", line, got, want)
		}
	}
}

// Whoever comes back to a session whose server cannot start is told the way out.
func TestASessionThatCannotComeBackNamesTheWayOut(t *testing.T) {
	w := newWorld(t)
	w.run(t, "--detach", "--", "/bin/cat")
	store := filepath.Join(string(w.dir()), "ledger")
	try(t, os.RemoveAll(store))
	try(t, os.WriteFile(store, nil, 0o600))
	w.kill9(t)
	x := w.open(t, 200, 24, "attach", "garden")
	if code := x.left(t); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	x.await(t, "its server did not start: ledger: ")
	x.await(t, "kavi: hint: kavi stop garden ends it, with what is left of its agents; its server's log: ")
}
