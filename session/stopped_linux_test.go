package session

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"kavi/gateway/shim/install"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// saysStopped wants the ledger to tell of one that was stopped, and what became of it.
func (w *world) saysStopped(what string) {
	w.t.Helper()
	w.until("the ledger to say that it "+what, func(*Snapshot) bool {
		return slices.ContainsFunc(w.entries(), func(e ledger.Entry) bool {
			return e.Kind == ledger.Problem && strings.Contains(e.Why, "was stopped, and "+what)
		})
	})
}

// caller is the process that asked.
func (w *world) caller(a *Approval) proc.ID {
	w.t.Helper()
	for _, e := range w.entries() {
		if e.Kind == ledger.CallRequested && e.Call == a.CallID {
			id, err := proc.ParseID(e.Process)
			if err != nil {
				w.t.Fatal(err)
			}
			return id
		}
	}
	w.t.Fatalf("nobody asked for %s", a.CallID)
	return proc.ID{}
}

// A hook that is stopped while its call is held: it is ended, and the agent, which
// hears that it failed, asks again.
func TestAHookThatIsStoppedIsNoAnswer(t *testing.T) {
	w := begin(t)
	w.claude(`use t1 "touch one"; use t2 "touch two"; wait_ end`)
	a := w.pending(1)[0]
	if err := proc.Signal(w.caller(a), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	w.until("its second call to be held", func(s *Snapshot) bool {
		return slices.ContainsFunc(s.Approvals, func(a *Approval) bool { return a.State == Pending && a.Call.Use == "t2" })
	})
	if got := w.file("t1.code"); got != "137" || w.file("t1.out") != "" {
		t.Errorf("it ended with %s and said %q", got, w.file("t1.out"))
	}
	w.saysStopped("was ended: its call is denied")
	w.touch("end")
}

// One that never came to ask, because what stands in its place stops itself.
func TestAHookThatIsStoppedBeforeItAsksIsEnded(t *testing.T) {
	w := begin(t)
	w.claude(`wait_ go; use t1 "touch one"; wait_ end`)
	file := install.Hook(w.dir.Agent("claude"))
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("#!/bin/sh\nkill -STOP $$\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.touch("go")
	w.until("it to be ended", func(*Snapshot) bool { return w.exists("t1.code") && w.file("t1.code") != "" })
	if got := w.file("t1.code"); got != "137" {
		t.Errorf("it ended with %s", got)
	}
	w.touch("end")
}

// The shell between an agent and its hook: some agents use the tool where that is
// killed, so it goes on, and says what its hook says.
func TestAShellThatRunsAHookGoesOn(t *testing.T) {
	w := begin(t)
	w.claude(`wait_ go; line=$(cat line); /bin/sh -c "$line" < json > t1.out; echo $? > t1.code; wait_ end`)
	w.procs.hooks("claude").lines = []string{"kill -STOP $$; cat; exit 2"}
	for name, text := range map[string]string{"line": "kill -STOP $$; cat; exit 2", "json": "{}"} {
		if err := os.WriteFile(filepath.Join(w.project, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.touch("go")
	w.until("it to go on", func(*Snapshot) bool { return w.exists("t1.code") && w.file("t1.code") != "" })
	if got := w.file("t1.code"); got != "2" || w.file("t1.out") != "{}" {
		t.Errorf("it ended with %s and said %q", got, w.file("t1.out"))
	}
	w.saysStopped("was continued")
	w.touch("end")
}

// What else is stopped, and an agent that is stopped with its hooks, stay so.
func TestOnlyHooksThatAnAgentWaitsForAreEnded(t *testing.T) {
	w := begin(t)
	w.claude(`/bin/sh -c 'echo $$ > pid; kill -STOP $$' & use t1 "touch one"; wait_ end`)
	hook := w.caller(w.pending(1)[0])
	w.until("another process to be stopped", func(*Snapshot) bool {
		all, err := proc.Stopped()
		if err != nil {
			t.Fatal(err)
		}
		return w.exists("pid") && slices.ContainsFunc(all, func(id proc.ID) bool { return strconv.Itoa(id.PID) == w.file("pid") })
	})
	agents := make(chan map[string]hookedAgent, 1)
	w.post(func() { agents <- w.hookedAgents() })
	list := <-agents
	agent := list["claude"].process
	for _, id := range []proc.ID{agent, hook} {
		if err := proc.Signal(id, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	both := func() bool {
		all, err := proc.Stopped()
		if err != nil {
			t.Fatal(err)
		}
		return slices.Contains(all, hook) && slices.Contains(all, agent)
	}
	w.until("both to be stopped", func(*Snapshot) bool { return both() })
	w.endStopped(list)
	if !both() {
		t.Error("a hook was ended whose agent was stopped with it, or went on")
	}
	if err := proc.Signal(agent, syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	w.until("the hook to be ended", func(*Snapshot) bool { return !hook.Alive() })
	if _, err := os.Stat(filepath.Join("/proc", w.file("pid"))); err != nil {
		t.Error(err)
	}
	w.touch("end")
}
