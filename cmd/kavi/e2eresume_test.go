package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"kavi/gateway/hook/model"
	"kavi/session"
)

// resumed ends an agent in the middle of its work, as a crash does, and starts it
// again in its pane: it goes on with the same conversation, which the model sees.
func resumed(t *testing.T, f family, m mode) {
	const said = "and now go on"
	turns := []model.Turn{
		{Text: "A command.", Calls: []model.Call{f.tools.shell("echo once >> ran.txt")}},
		{Text: "That was it."},
		{Text: "Another.", Calls: []model.Call{f.tools.shell("echo twice >> ran.txt")}},
	}
	x := newTrial(t, f, m, func(*trial) []model.Turn { return turns })
	x.start(t)
	x.approve(t, x.held(t, 1)[0].ID)
	x.finished(t, 1)
	x.await(t, "it to be idle", func() bool { return x.snapshot(t).Agents[0].State == session.Idle })
	if err := syscall.Kill(x.snapshot(t).Agents[0].Process.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	x.await(t, "its end", func() bool { return x.snapshot(t).Agents[0].State == session.Exited })
	if err := x.client(t).RestartAgent(t.Context(), string(f.name)); err != nil {
		t.Fatalf("restart: %v; %s", err, x.explain(t))
	}
	w := x.open(t, 160, 45, "attach", "garden")
	var typed, entered time.Time
	x.await(t, "a call of the same conversation", func() bool {
		switch now := time.Now(); {
		case now.Sub(typed) > 10*time.Second && x.snapshot(t).Agents[0].State == session.Idle:
			w.enter(t, said) // again, where it took no keys yet
			typed = now
		case typed.After(entered) && now.Sub(typed) > time.Second: // not one paste
			w.enter(t, "\r")
			entered = now
		}
		return len(x.pending(t)) > 0
	})
	x.approve(t, x.held(t, 1)[0].ID)
	x.finished(t, 3)
	if told := x.told(3); !strings.Contains(told, said) || !strings.Contains(told, "(turn::1)") {
		t.Errorf("the conversation did not go on; %s", x.explain(t))
	}
	if got := x.read(t, "ran.txt"); got != "once\ntwice\n" {
		t.Errorf("ran: %q", got)
	}
}
