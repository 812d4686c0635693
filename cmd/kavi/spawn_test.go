package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A server that runs and never answers, for lack of descriptors, is ended when nobody
// waits for it any longer, and its session leaves no trace: it never ran.
func TestAServerThatNeverAnswersLeavesNoSession(t *testing.T) {
	w := newWorld(t)
	c := exec.Command("/bin/sh", "-c", "ulimit -n 20; exec kavi --detach -- /bin/cat")
	var said bytes.Buffer
	c.Dir, c.Env, c.Stderr = w.project, w.env, &said
	try(t, c.Start())
	eventually(t, "a server in trouble", func() bool {
		b, err := os.ReadFile(w.dir().Log())
		return err == nil && strings.Contains(string(b), "too many open files")
	}, w.log)
	try(t, c.Process.Signal(os.Interrupt))
	if err := c.Wait(); err == nil || c.ProcessState.ExitCode() != exitFailed {
		t.Errorf("it ended with %v", err)
	}
	if text := said.String(); !strings.Contains(text, "kavi: session garden: its server did not start: ") || strings.Contains(text, "level=") ||
		!strings.Contains(text, "too many open files\nkavi: hint: kavi doctor\n") {
		t.Errorf("it said\n%s", text)
	}
	if left := below(w.home); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if got := w.run(t, "ls", "--all"); got != "No sessions\n" {
		t.Errorf("left:\n%s", got)
	}
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
