package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/session"
)

const prefixKey = "\x00" // C-Space

func TestAnOperatorAttachesApprovesAndLeaves(t *testing.T) {
	for _, size := range []struct{ cols, rows int }{{80, 24}, {200, 50}} {
		t.Run("", func(t *testing.T) {
			w := newWorld(t)
			w.write(t, "agent.sh", "echo the agent is here\n\"$SHELL\" -c 'echo hi > out.txt'\necho exit code $?\ncat\n")
			x := w.open(t, size.cols, size.rows, "--", "/bin/sh", "agent.sh")
			x.await(t, "the agent is here")
			x.await(t, "apr_01")
			x.enter(t, prefixKey+"i")
			x.await(t, "echo hi > out.txt")
			if exists(filepath.Join(w.project, "out.txt")) {
				t.Fatal("it ran before it was approved")
			}
			x.decide(t, "a", func() bool { return exists(filepath.Join(w.project, "out.txt")) })
			x.await(t, "exit code 0")
			x.enter(t, prefixKey+"d")
			if code := x.left(t); code != 0 {
				t.Errorf("exit code %d", code)
			}
			x.await(t, "kavi: detached; the session goes on: kavi attach garden")
			if m := x.screen.Modes(); strings.Contains(x.text(), "Approvals") {
				t.Errorf("the screen was not left: %+v\n%s", m, x.text())
			}
			if out := w.run(t, "ls"); !strings.Contains(out, "garden  running") {
				t.Errorf("the session does not go on:\n%s", out)
			}
		})
	}
}

func TestAKilledServerIsBackBeforeTheOperatorKnows(t *testing.T) {
	w := newWorld(t)
	w.write(t, "agent.sh", "echo the agent is here\nwhile read -r line; do echo got $line; done\n")
	x := w.open(t, 100, 30, "--", "/bin/sh", "agent.sh")
	x.await(t, "the agent is here")
	if kill(w.home, "serve") != 1 {
		t.Fatal("no server to kill")
	}
	x.enter(t, "lost\r") // it may be: there is no screen to type it into
	eventually(t, "a new server", func() bool { return strings.Contains(w.run(t, "ls"), "garden  running") }, x.text)
	x.decide(t, "hello\r", func() bool { return strings.Contains(x.text(), "got hello") })
	x.await(t, "the agent is here") // the screen as it was
	x.enter(t, prefixKey+"d")
	x.left(t)
}

func TestTwoTerminalsOfDifferentSizesSeeOneSession(t *testing.T) {
	w := newWorld(t)
	w.write(t, "agent.sh", "echo the agent is here\n\"$SHELL\" -c 'echo hi > out.txt'\necho exit code $?\ncat\n")
	small := w.open(t, 80, 24, "--", "/bin/sh", "agent.sh")
	small.await(t, "apr_01")
	large := w.open(t, 200, 50, "attach")
	large.await(t, "apr_01")
	large.enter(t, prefixKey+"i")
	large.decide(t, "a", func() bool { return exists(filepath.Join(w.project, "out.txt")) })
	small.await(t, "exit code 0")
	small.awaitGone(t, "apr_01")
	large.await(t, "exit code 0")
	small.resize(t, 120, 40)
	small.await(t, "exit code 0")
	small.enter(t, prefixKey+"d")
	small.left(t)
	w.run(t, "stop")
	if code := large.left(t); code != 0 {
		t.Errorf("exit code %d of a client whose session was stopped", code)
	}
	large.await(t, "kavi: session garden has ended")
}

func TestAfterEverythingWasKilledAttachShowsWhatWasAndAsks(t *testing.T) {
	w := newWorld(t)
	w.write(t, "agent.sh", "echo started >> starts.txt\necho the agent is here\ncat\n")
	w.run(t, "--detach", "--", "/bin/sh", "agent.sh")
	eventually(t, "the agent runs", func() bool { return exists(filepath.Join(w.project, "starts.txt")) }, func() string { return "" })
	if kill(w.home, "keep", "serve") < 2 {
		t.Fatal("nothing to kill")
	}
	if out := w.run(t, "ls"); !strings.Contains(out, "garden  lost") {
		t.Errorf("kavi ls does not tell that the session is lost:\n%s", out)
	}
	no := w.open(t, 100, 30, "attach")
	no.await(t, "Session garden in "+w.project)
	no.await(t, "Start the agents again: sh? [y/N]")
	no.enter(t, "\r")
	no.await(t, "Enter restarts")
	no.enter(t, prefixKey+"d")
	no.left(t)
	if kill(w.home, "serve") != 1 {
		t.Fatal("no server to kill")
	}

	yes := w.open(t, 100, 30, "attach", "garden")
	yes.await(t, "[y/N]")
	yes.enter(t, "y\r")
	yes.await(t, "the agent is here")
	b, err := os.ReadFile(filepath.Join(w.project, "starts.txt"))
	if err != nil || strings.Count(string(b), "started") != 2 {
		t.Errorf("the agent started %d times, want twice: %v", strings.Count(string(b), "started"), err)
	}
}

// A server that dies while a client calls it leaves a session to be brought back,
// as one that died before.
func TestAttachBringsBackASessionWhoseServerDiesMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.write(t, "agent.sh", "echo started >> starts.txt\ncat\n")
	w.run(t, "--detach", "--", "/bin/sh", "agent.sh")
	eventually(t, "the agent runs", func() bool { return exists(filepath.Join(w.project, "starts.txt")) }, func() string { return "" })
	if kill(w.home, "keep", "serve") < 2 {
		t.Fatal("nothing to kill")
	}
	dir := session.Dir(filepath.Join(w.home, "state", "kavi", "sessions", "garden"))
	lock, err := dir.Lock(10 * time.Second) // a server that listens and says nothing
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(dir.ControlSocket()); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", dir.ControlSocket())
	if err != nil {
		t.Fatal(err)
	}
	x := w.open(t, 100, 30, "attach")
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Close(), lock.Close(), conn.Close()); err != nil {
		t.Fatal(err)
	}
	x.await(t, "Start the agents again: sh? [y/N]")
	x.enter(t, "\r")
	x.await(t, "Enter restarts")
}

func TestTheDemoShowsTheInboxAndTakesAwayWhatItMade(t *testing.T) {
	w := newWorld(t)
	x := w.open(t, 120, 36, "demo")
	x.await(t, "Press it now")
	x.enter(t, prefixKey)
	x.await(t, "I am a practice agent.")
	x.await(t, "apr_01")
	for i, step := range []struct{ key, then string }{
		{"a", "Something is missing"},
		{"a", "Are the tests content"},
		{"a", "I tidy up"},
		{"r", "I fetch a page"},
		{"a", "And I commit"},
		{"a", "That was all."},
	} {
		x.await(t, fmt.Sprintf("apr_%02d", i+1))
		x.enter(t, prefixKey+"i") // after the last item the keys were the pane's again
		if step.key == "r" {
			x.decide(t, "r", func() bool { return strings.Contains(x.text(), "Reason:") })
			x.enter(t, "not yet")
			x.decide(t, "\r", func() bool { return strings.Contains(x.text(), "You denied that") })
			x.await(t, step.then)
			continue
		}
		x.decide(t, "a", func() bool { return strings.Contains(x.text(), step.then) })
	}
	x.enter(t, prefixKey+"d")
	if code := x.left(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	x.await(t, "the demo has taken away what it made")
	for _, lie := range []string{"goes on", "kavi attach"} {
		if strings.Contains(x.text(), lie) {
			t.Errorf("it says %q of a session that is gone:\n%s", lie, x.text())
		}
	}
	if left, err := filepath.Glob(filepath.Join(w.home, "kavi-demo-*")); err != nil || left != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if left, err := os.ReadDir(filepath.Join(w.home, "state", "kavi", "sessions")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
