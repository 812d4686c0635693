package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kavi/gateway/hook/model"
	"kavi/session"
)

// holdTime is longer than any agent waits by itself, gemini's 60 s among them.
const holdTime = 90 * time.Second

// heldLong leaves a call unanswered for longer than agents wait by themselves: it
// stays the one call that it is, and runs once it was approved. An agent that waits
// no longer is told no before it goes on by itself.
func heldLong(t *testing.T, f family, m mode) {
	turns := []model.Turn{{Text: "Slowly.", Calls: []model.Call{f.tools.shell("echo once >> ran.txt")}}}
	x := newTrial(t, f, m, func(*trial) []model.Turn { return turns })
	x.start(t)
	a := x.held(t, 1)[0]
	if f.late != "" {
		x.finished(t, 1)
		if told := x.told(1); !strings.Contains(told, f.late) || x.exists("ran.txt") {
			t.Errorf("it has run: %v; the model was told %s", x.exists("ran.txt"), told[max(0, len(told)-2000):])
		}
		return
	}
	pause(t, holdTime)
	if now := x.held(t, 1)[0]; now.ID != a.ID || x.exists("ran.txt") {
		t.Errorf("after %v %s waits, not %s; it has run: %v; %s", holdTime, now.ID, a.ID, x.exists("ran.txt"), x.explain(t))
	}
	if x.told(1) != "" {
		t.Errorf("the agent went on without an answer; %s", x.explain(t))
	}
	x.approve(t, a.ID)
	x.finished(t, 1)
	if got := x.read(t, "ran.txt"); got != "once\n" {
		t.Errorf("it ran so often: %q; %s", got, x.explain(t))
	}
	x.account(t, turns)
}

// tenAtOnce asks for ten calls in one turn: each is held, whether the agent brings
// them at once or one after the other, decided once and run once; one is denied.
func tenAtOnce(t *testing.T, f family, m mode) {
	const n, denied = 10, 6
	command := func(i int) string { return fmt.Sprintf("echo once >> ran-%d.txt", i) }
	var calls []model.Call
	for i := range n {
		calls = append(calls, f.tools.shell(command(i)))
	}
	turns := []model.Turn{{Text: "All at once.", Calls: calls}}
	x := newTrial(t, f, m, func(*trial) []model.Turn { return turns })
	x.start(t)
	decided := map[string]string{} // what was held, and as which approval
	for len(decided) < n {
		all := x.heldAll(t, min(max(f.atOnce, 1), n-len(decided)))
		for _, a := range all {
			name := a.Call.Command
			if _, again := decided[name]; again {
				t.Fatalf("%s is asked about twice; %s", name, x.explain(t))
			}
			decided[name] = a.ID
			if strings.Contains(name, fmt.Sprintf("ran-%d.txt", denied)) {
				x.reject(t, a.ID, "not this one")
			} else {
				x.approve(t, a.ID)
			}
		}
	}
	x.finished(t, 1)
	for i := range n {
		want := "once\n"
		if i == denied {
			want = ""
		}
		if got := x.read(t, fmt.Sprintf("ran-%d.txt", i)); got != want {
			t.Errorf("call %d ran so: %q, want %q", i, got, want)
		}
		if decided[command(i)] == "" {
			t.Errorf("%s was not asked about", command(i))
		}
	}
	if told := x.told(1); strings.Count(told, "not this one") != 1 {
		t.Errorf("the model was told of one denial in ten %d times", strings.Count(told, "not this one"))
	}
	x.account(t, turns)
}

// heldAll waits until that many approvals are pending, or more.
func (x *trial) heldAll(t *testing.T, n int) (all []*session.Approval) {
	t.Helper()
	x.await(t, fmt.Sprintf("%d approvals at once", n), func() bool {
		all = all[:0]
		for _, a := range x.snapshot(t).Approvals {
			if a.State == session.Pending {
				all = append(all, a)
			}
		}
		return len(all) >= n
	})
	return all
}
