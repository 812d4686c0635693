package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/gateway/hook/model"
	"kavi/session"
	"kavi/session/ledger"
)

// trial is one agent at work in a session, with a model that says what the test
// has written. The world's session is called garden.
type trial struct {
	*world
	f     family
	mode  mode
	model *model.Server
	url   string // of the model
}

// patient is how long an agent may take for a step: they start slowly.
const patient = 8 * time.Minute

// newTrial makes a home, a project under git and a model; nothing runs yet.
func newTrial(t *testing.T, f family, m mode, turns func(*trial) []model.Turn) *trial {
	t.Helper()
	x := &trial{world: newWorld(t), f: f, mode: m}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x.url = "http://" + l.Addr().String()
	x.model = model.New(map[string][]model.Turn{"": turns(x)})
	pages := http.NewServeMux()
	pages.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "<html><body>the page says hello</body></html>")
	})
	pages.Handle("/", x.model)
	server := &http.Server{Handler: pages, ReadHeaderTimeout: time.Minute}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-served
	})
	for i, kv := range x.env {
		if strings.HasPrefix(kv, "PATH=") {
			x.env[i] = "PATH=" + strings.Join([]string{sealedBin, filepath.Join(sealedAgents, "node_modules", ".bin"), "/usr/local/bin", "/usr/bin", "/bin"}, ":")
		}
	}
	x.env = append(x.env, "DO_NOT_TRACK=1", "DISABLE_AUTOUPDATER=1", "USER=agents", "LOGNAME=agents")
	x.put(t, "garden/a.txt", "one\ntwo\nthree\n")
	x.put(t, "garden/gone.txt", "bye\n")
	// Of the repository itself: Gemini's shell reads no other settings.
	for _, args := range [][]string{{"init", "-q"}, {"config", "user.name", "A"}, {"config", "user.email", "a@example.org"}, {"add", "."}, {"commit", "-q", "-m", "first"}} {
		c := exec.Command("git", args...)
		c.Dir, c.Env = x.project, x.env
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("git: %v\n%s", err, out)
		}
	}
	for name, text := range f.proofs {
		x.put(t, name, "%s", text)
	}
	f.setup(t, x)
	x.env = append(x.env, f.env(x)...)
	return x
}

// start starts the agent behind kavi, which asks about everything.
func (x *trial) start(t *testing.T) {
	t.Helper()
	x.run(t, x.args()...)
}

func (x *trial) args() []string {
	return append([]string{"--approval", "always", "--detach", "--size", "120x40", "--"}, x.f.argv(x, x.mode, "please do the task")...)
}

// fails starts the agent and gives what kavi says of that it does not.
func (x *trial) fails(t *testing.T) string {
	t.Helper()
	c := exec.Command("kavi", x.args()...)
	c.Dir, c.Env = x.project, x.env
	out, err := c.CombinedOutput()
	if err == nil {
		t.Errorf("it was started; %s", x.explain(t))
	}
	return string(out)
}

// await waits for what an agent does.
func (x *trial) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(patient)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("never: %s; %s", what, x.explain(t))
		}
	}
}

// explain is all that helps to see why a test failed.
func (x *trial) explain(t *testing.T) string {
	var out strings.Builder
	if screen, err := x.client(t).Capture(t.Context(), string(x.f.name), false); err == nil {
		fmt.Fprintf(&out, "the pane:\n%s\n", strings.TrimSpace(screen))
	}
	for _, e := range x.entries(t) {
		fmt.Fprintln(&out, e.Line())
		for _, p := range e.Parts {
			fmt.Fprintln(&out, "   ", p.Text, p.Effects)
		}
	}
	for i, r := range x.model.Requests() {
		fmt.Fprintf(&out, "model %d: %s, turn %d, %d bytes\n", i, r.Path, r.Turn, len(r.Body))
	}
	out.WriteString(x.log())
	return out.String()
}

// held waits until that many approvals are pending, and gives them in full.
func (x *trial) held(t *testing.T, n int) []*session.Approval {
	t.Helper()
	var ids []string
	x.await(t, fmt.Sprintf("%d approvals", n), func() bool {
		s := x.snapshot(t)
		ids = ids[:0]
		for _, a := range s.Approvals {
			if a.State == session.Pending {
				ids = append(ids, a.ID)
			}
		}
		if len(ids) < n && len(s.Agents) == 1 && s.Agents[0].State == session.Exited {
			t.Fatalf("it ended before it asked; %s", x.explain(t))
		}
		return len(ids) >= n
	})
	if len(ids) > n {
		t.Fatalf("%d approvals, want %d; %s", len(ids), n, x.explain(t))
	}
	all := make([]*session.Approval, len(ids))
	for i, id := range ids {
		a, err := x.client(t).Approval(t.Context(), id)
		if err != nil {
			t.Fatalf("%s: %v; %s", id, err, x.explain(t))
		}
		all[i] = a
	}
	return all
}

func (x *trial) approve(t *testing.T, ids ...string) {
	t.Helper()
	x.run(t, append([]string{"approval", "approve", "--yes"}, ids...)...)
}

func (x *trial) reject(t *testing.T, id, reason string) {
	t.Helper()
	x.run(t, "approval", "reject", "--reason", reason, id)
}

// finished waits until the agent is done: it has exited, or its model was told of
// the last turn's calls.
func (x *trial) finished(t *testing.T, turns int) {
	t.Helper()
	x.await(t, "the end of its work", func() bool {
		s := x.snapshot(t)
		if x.mode == headless {
			return len(s.Agents) == 1 && s.Agents[0].State == session.Exited
		}
		return x.told(turns) != ""
	})
}

// told is the request in which the model was told of what became of that turn's
// calls, "" while there is none.
func (x *trial) told(turn int) string {
	mark := fmt.Sprintf("(turn::%d)", turn)
	for _, r := range x.model.Requests() {
		if strings.Contains(string(r.Body), mark) {
			return string(r.Body)
		}
	}
	return ""
}

// book is the ledger as kavi log --json prints it.
func (x *trial) book(t *testing.T) []ledger.Entry {
	t.Helper()
	var all []ledger.Entry
	for line := range strings.Lines(x.run(t, "log", "--json", "--session", "garden")) {
		var e ledger.Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		all = append(all, e)
	}
	return all
}

func (x *trial) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(x.project, name))
	return err == nil
}
