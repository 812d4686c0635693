package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"kavi/pty/proc"
	"kavi/session"
	"kavi/session/control"
	"kavi/session/ledger"
)

// busy is an agent that never stops asking: eight at a time, each of which leaves
// one line behind.
func busy(name string) string {
	return fmt.Sprintf(`n=0
while ! test -e stop; do
	for i in 1 2 3 4 5 6 7 8; do
		n=$((n+1))
		"$SHELL" -c "echo token-%s-$n-end >> ran-%s" 2>> err-%[1]s || echo "token-%[1]s-$n-end $?" >> failed-%[1]s &
	done
	wait
done
echo finished`, name, name)
}

// An approver says yes to everything that it is shown, over the control socket,
// and remembers what was acknowledged.
type approver struct {
	w     *world
	mu    sync.Mutex
	acked map[string]bool
}

func (a *approver) run(ctx context.Context) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		c, err := control.Dial(ctx, a.w.dir().ControlSocket(), "")
		if err != nil {
			continue
		}
		n, err := c.Snapshot(ctx)
		if err != nil {
			continue
		}
		d := session.Decision{Allow: true}
		for _, p := range n.Approvals {
			if p.State == session.Pending || p.State == session.Lapsed {
				d.Choices = append(d.Choices, session.Choice{ID: p.ID, Seal: p.Seal})
			}
		}
		if len(d.Choices) == 0 {
			continue
		}
		outcomes, err := c.Decide(ctx, d)
		if err != nil {
			continue
		}
		a.mu.Lock()
		for _, o := range outcomes {
			if o.Err == nil {
				a.acked[o.ID] = true
			}
		}
		a.mu.Unlock()
	}
}

// TestACrashOfTheServerCostsNothing kills the server with -9 again and again
// under load: no agent dies, no call runs without an allow in the ledger, no
// acknowledged decision is missing, no call runs twice.
func TestACrashOfTheServerCostsNothing(t *testing.T) {
	const kills = 100
	w := newWorld(t)
	w.write(t, "first.agent", busy("first"))
	w.run(t, "--detach", "--", "/bin/sh", "first.agent")
	w.agent(t, "second", busy("second"))
	w.agent(t, "third", busy("third"))
	before := w.snapshot(t).Agents

	ctx, cancel := context.WithCancel(t.Context())
	yes := &approver{w: w, acked: make(map[string]bool)}
	var wg sync.WaitGroup
	wg.Go(func() { yes.run(ctx) })
	defer wg.Wait()
	defer cancel()

	random := rand.New(rand.NewPCG(1, uint64(os.Getpid())))
	for i := range kills {
		pause(t, time.Duration(random.IntN(60))*time.Millisecond)
		w.kill9(t)
		w.served(t, i)
	}
	for range 5 { // one burst
		w.kill9(t)
	}
	w.served(t, kills)

	w.write(t, "stop", "")
	eventually(t, "the agents to finish", func() bool {
		for _, a := range w.snapshot(t).Agents {
			if a.State != session.Exited {
				return false
			}
		}
		return true
	}, w.log)
	after := w.snapshot(t).Agents
	for i, a := range after {
		if a.ExitCode != 0 || a.Process != before[i].Process {
			t.Errorf("agent %s: was %v, is %v, exited %d", a.Name, before[i].Process, a.Process, a.ExitCode)
		}
	}
	w.account(t, yes.acked)
}

// kill9 kills the server that answers now.
func (w *world) kill9(t *testing.T) {
	t.Helper()
	pid := w.client(t).Hello().PID
	id, err := proc.Of(pid)
	if err != nil {
		return // it died by itself in the meantime
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server's death", func() bool { return !id.Alive() }, w.log)
}

// served waits until one more call of each agent has run.
func (w *world) served(t *testing.T, round int) {
	t.Helper()
	count := func() (n [3]int) {
		for i, name := range []string{"first", "second", "third"} {
			n[i] = strings.Count(w.read(t, "ran-"+name), "\n")
		}
		return n
	}
	was := count()
	eventually(t, fmt.Sprintf("calls to be served after kill %d", round), func() bool {
		now := count()
		return now[0] > was[0] && now[1] > was[1] && now[2] > was[2]
	}, func() string { return fmt.Sprintf("%v, now %v\n%s", was, count(), w.autopsy(t)) })
}

// autopsy is what a server that does not serve is doing: what it shows, and the
// stacks of its goroutines. The server ends of it.
func (w *world) autopsy(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	c := w.client(t)
	if n, err := c.Snapshot(t.Context()); err == nil {
		for _, a := range n.Agents {
			fmt.Fprintf(&out, "%s %s %d pending; %s\n", a.Name, a.State, a.Pending, a.Why)
		}
		for _, a := range n.Approvals {
			fmt.Fprintf(&out, "%s %s %s %s: %s %s\n", a.ID, a.CallID, a.Agent, a.State, a.Text.Object, a.Why)
		}
	}
	entries := w.entries(t)
	for _, e := range entries[max(0, len(entries)-60):] {
		fmt.Fprintln(&out, e.Line(), e.Process)
	}
	id, err := proc.Of(c.Hello().PID)
	if err == nil && syscall.Kill(id.PID, syscall.SIGQUIT) == nil {
		eventually(t, "the server's last words", func() bool { return !id.Alive() }, w.log)
	}
	for _, name := range []string{w.dir().Log(), crashOf(w.dir()).path} { // where it is until the next one has read it
		b, err := os.ReadFile(name)
		fmt.Fprintf(&out, "%v\n%s", err, b)
	}
	return out.String()
}

// account compares what ran with what the ledger says.
func (w *world) account(t *testing.T, acked map[string]bool) {
	t.Helper()
	command := make(map[string]string) // call -> token
	allowed := make(map[string]bool)   // token
	decided := make(map[string]bool)   // approval
	for _, e := range w.entries(t) {
		switch e.Kind {
		case ledger.CallRequested:
			if i := strings.Index(e.Command, "token-"); i >= 0 {
				command[e.Call] = e.Command[i : strings.Index(e.Command, "-end")+4]
			}
		case ledger.CallDecided, "call granted":
			decided[e.Approval] = true
			if e.Verdict == ledger.Allowed {
				if token := command[e.Call]; token != "" {
					allowed[token] = true
				}
			}
		}
	}
	for id := range acked {
		if !decided[id] {
			t.Errorf("%s was acknowledged and is not in the ledger", id)
		}
	}
	total := 0
	for _, name := range []string{"first", "second", "third"} {
		seen := make(map[string]bool)
		for token := range strings.Lines(w.read(t, "ran-"+name)) {
			token = strings.TrimSpace(token)
			total++
			if seen[token] {
				t.Errorf("%s ran twice", token)
			}
			seen[token] = true
			if !allowed[token] {
				t.Errorf("%s ran without an allow in the ledger", token)
			}
		}
		if f := w.read(t, "failed-"+name); f != "" {
			t.Errorf("calls of %s failed:\n%s\n%s", name, f, w.read(t, "err-"+name))
		}
	}
	t.Logf("%d calls ran, %d decisions acknowledged", total, len(acked))
	out := w.run(t, "log", "--verify", "--session", "garden")
	if !strings.Contains(out, "the chain holds") {
		t.Errorf("log --verify says: %s", out)
	}
}
