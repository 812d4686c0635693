package pty_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"kavi/pty/proc"
)

func TestAProgramThatCannotRunSaysWhyOnItsTerminal(t *testing.T) {
	dir := folder(t)
	file := filepath.Join(dir, "plain")
	if err := os.WriteFile(file, []byte("\x01\x02"), 0o600); err != nil {
		t.Fatal(err)
	}
	garbage := filepath.Join(dir, "garbage")
	if err := os.WriteFile(garbage, []byte("\x01\x02"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		argv0, want string
		code        int
	}{
		{"kavi-no-such-program", "not exist in PATH", 127},
		{filepath.Join(dir, "gone"), "no such file", 127},
		{"plain", "permission denied", 126},
		{dir, "is a folder", 126},
		{garbage, "exec format error", 126},
	} {
		s := spec(t, c.argv0)
		s.Env = []string{"PATH=" + dir}
		keep(t, s)
		h := newServer()
		dial(t, s, 0, h)
		h.until(t, "exited", func() bool { return len(h.exits) > 0 })
		if h.exits[0].Code != c.code || !strings.Contains(h.text(), c.want) || !strings.HasPrefix(h.text(), "kavi: start ") {
			t.Errorf("%s: %+v %q", c.argv0, h.exits[0], h.text())
		}
	}
}

func TestAnAgentStartsLikeInAFreshTerminal(t *testing.T) {
	// A descriptor that somebody forgot to close goes to the keeper, and no further.
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = null.Close() }()
	stray, err := unix.FcntlInt(null.Fd(), unix.F_DUPFD, 77)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(stray) }()
	dir := folder(t)
	tool := filepath.Join(dir, "only-here")
	script := `#!/bin/sh
echo fds $(ls /proc/$$/fd).
grep -E '^Sig(Blk|Ign):' /proc/self/status # not the shell's: it blocks signals to wait
echo "said to the terminal." > /dev/tty
stty -a
echo umask $(umask). args "$@". var $VAR.
env | grep -c .
read x
`
	if err := os.WriteFile(tool, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	s := spec(t, "only-here", "a b", "")
	s.Env = []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "VAR=value"}
	old := syscall.Umask(0o027)
	keep(t, s)
	syscall.Umask(old)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "its report", func() bool { return h.has("var value.\r\n") })
	for _, want := range []string{
		"fds 0 1", "SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000", "said to the terminal.",
		" iutf8", "rows 24; columns 80", "umask 0027. args a b .",
	} {
		if !h.has(want) {
			t.Errorf("no %q", want)
		}
	}
	if h.has(fmt.Sprintf(" %d.", stray)) || h.has(fmt.Sprintf(" %d ", stray)) {
		t.Error("a stray descriptor")
	}
	agent := l.Agent()
	pgid, sid, err := proc.Group(agent.PID)
	if err != nil || pgid != agent.PID || sid != agent.PID {
		t.Errorf("process group %d, session %d, %v", pgid, sid, err)
	}
	if cwd, err := proc.Cwd(agent.PID); err != nil || cwd != s.Cwd {
		t.Errorf("cwd %s, %v", cwd, err)
	}
	if marked, err := proc.Marked(agent.PID); err != nil || !marked {
		t.Errorf("marked: %v, %v", marked, err)
	}
	if t.Failed() {
		t.Log(h.text())
	}
}
