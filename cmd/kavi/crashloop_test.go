package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"kavi/pty/proc"
	"kavi/session"
	"kavi/session/control"
	"kavi/session/ledger"
)

// crash makes the server that answers now crash, as its own mistake would.
func (w *world) crash(t *testing.T) {
	t.Helper()
	id, err := proc.Of(w.client(t).Hello().PID)
	if err == nil {
		err = syscall.Kill(id.PID, syscall.SIGSEGV)
	}
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server's end", func() bool { return !id.Alive() }, w.log)
}

// all is everything that kavi sent to the terminal.
func (x *window) all() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return string(x.sent)
}

// pending waits until so many approvals wait, and gives what is shown then.
func (w *world) pending(t *testing.T, n int) *session.Snapshot {
	t.Helper()
	var s *session.Snapshot
	eventually(t, "approvals", func() bool {
		s = w.snapshot(t)
		return len(s.Approvals) == n
	}, w.log)
	return s
}

// TestWhatBringsEachServerDownIsDenied: a call is held, and whatever server takes
// it up crashes. The third one denies it and stays.
func TestWhatBringsEachServerDownIsDenied(t *testing.T) {
	w := newWorld(t)
	w.write(t, "a.agent", `"$SHELL" -c 'echo poison > out' 2> first; echo $? >> first; "$SHELL" -c 'echo water > out' 2> second; echo $? >> second; exec cat`)
	w.run(t, "--detach", "--", "/bin/sh", "a.agent")
	for range denyAfter {
		w.pending(t, 1)
		w.crash(t)
	}
	eventually(t, "a denial", func() bool { return strings.HasSuffix(w.read(t, "first"), "126\n") }, w.log)
	if said := w.read(t, "first"); !strings.Contains(said, "denied: kavi crashed 3 times in a row") {
		t.Errorf("the agent was told %q", said)
	}
	// It was that call alone: what comes later is asked about as ever.
	n := w.pending(t, 1)
	if len(n.Banner) != 1 || !strings.Contains(n.Banner[0], "crashed 3 times") || !strings.Contains(n.Banner[0], "SIGSEGV") {
		t.Errorf("the operator is told %q", n.Banner)
	}
	w.run(t, "approval", "approve", n.Approvals[0].ID, "--yes")
	eventually(t, "the second call", func() bool { return w.read(t, "second") == "0\n" }, w.log)
	if got := w.read(t, "out"); got != "water\n" {
		t.Errorf("what ran wrote %q", got)
	}
	denied, crashes := 0, 0
	for _, e := range w.entries(t) {
		if e.Kind == ledger.CallDecided && e.Verdict == ledger.Denied && e.By.Kind == ledger.ByRestart {
			denied++
		}
		if e.Kind == ledger.SessionRecovered && strings.Contains(e.Why, "crashed: SIGSEGV") {
			crashes++
		}
	}
	if denied != 1 || crashes != denyAfter {
		t.Errorf("the ledger has %d denials and %d crashes", denied, crashes)
	}
	b, err := os.ReadFile(w.dir().Log())
	if n := strings.Count(string(b), "the server before this one crashed"); n != denyAfter {
		t.Errorf("the log has %d traces, %v", n, err)
	}
}

// denyAfter and stayAfter are the lengths of a row of crashes that package session acts on.
const (
	denyAfter = 3
	stayAfter = 6
)

// TestAServerThatOnlyCrashesStaysDown: nothing that was held explains it. The
// keepers give up, which is said and denies; the operator brings it back.
func TestAServerThatOnlyCrashesStaysDown(t *testing.T) {
	w := newWorld(t)
	w.write(t, "a.agent", `read go; "$SHELL" -c 'echo late > out' 2> late; echo $? >> late; exec cat`)
	w.run(t, "--detach", "--", "/bin/sh", "a.agent")
	agent := w.snapshot(t).Agents[0].Process
	for range stayAfter {
		w.crash(t)
	}
	eventually(t, "the keeper to give up", func() bool { return !kept(w.dir()) }, w.log)
	if w.dir().Served() || !agent.Alive() {
		t.Errorf("served: %v, the agent lives: %v", w.dir().Served(), agent.Alive())
	}
	if out := w.run(t, "ls"); !strings.Contains(out, "lost") {
		t.Errorf("kavi ls says\n%s", out)
	}
	x := w.open(t, 100, 30, "attach")
	eventually(t, "the reason", func() bool { return strings.Contains(x.all(), "its server crashed: SIGSEGV") }, x.text)
	x.await(t, "crashed 5 times in a row")
	x.enter(t, "go\r")
	if got := w.pending(t, 1).Agents[0].Process; got != agent {
		t.Errorf("the agent was %v and is %v", agent, got)
	}
}

// TestNothingLapsesOfAnAgentThatIsLost: what it waited for dies with it, a moment
// after it, and is not kept for the one that is started in its place.
func TestNothingLapsesOfAnAgentThatIsLost(t *testing.T) {
	w := newWorld(t)
	w.write(t, "a.agent", `"$SHELL" -c 'echo one > out'; exec cat`)
	w.run(t, "--detach", "--", "/bin/sh", "a.agent")
	w.pending(t, 1)
	records, err := control.Records([]string{string(w.dir())})
	if err != nil || len(records) != 1 {
		t.Fatal(records, err)
	}
	if err := syscall.Kill(records[0].Keeper.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the end of it", func() bool {
		n := w.snapshot(t)
		return n.Agents[0].State == session.Lost && len(n.Approvals) == 0
	}, func() string { return fmt.Sprint(w.snapshot(t).Agents[0].State, w.run(t, "log"), w.log()) })
	eventually(t, "its last entry", func() bool {
		last := ledger.Kind("")
		for _, e := range w.entries(t) {
			if e.Call == "call_1" {
				last = e.Kind
			}
		}
		return last == ledger.CallAbandoned
	}, func() string { return w.run(t, "log") })
}
