package pty_test

import (
	"os/exec"
	"strings"
	"testing"

	"kavi/pty"
	"kavi/pty/proc"
)

// A keeper whose server is gone for good is ended with all that it holds, whatever the
// agent's file says of who it is.
func TestAKeeperWithoutAServerIsKilledWithAllItHolds(t *testing.T) {
	s := clinging(t)
	keeper := keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "the orphan runs", func() bool { return h.has("said by ") })
	tree := proc.Tree(keeper)
	if len(tree) < 5 {
		t.Fatalf("only %v", tree)
	}
	l.Close()
	h.until(t, "the link is closed", func() bool { return h.lost })

	// Somebody else, whom the agent's file could name: that process has no mark.
	other := exec.Command("cat")
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = other.Wait() })
	id, err := proc.Of(other.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.KillKept(s.Dir, id); err != nil {
		t.Fatal(err)
	}
	for _, id := range tree {
		if id.Alive() {
			argv, _ := proc.Argv(id.PID)
			t.Errorf("%v %s is alive", id, strings.Join(argv, " "))
		}
	}
	if _, err := proc.Marked(id.PID); err == nil && !id.Alive() {
		t.Error("a process without the mark was ended")
	}
}
