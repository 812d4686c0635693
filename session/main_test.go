package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kavi/gateway/hook"
	_ "kavi/gateway/shim" // this test binary is also the shim, as kavi is
	"kavi/pty"
	"kavi/session/ledger"
)

// The test binary stands for kavi: the session copies it into its folder, and
// its keepers and shims run it.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 {
		switch os.Args[1] {
		case "keep":
			exit(pty.Keep(os.Args[2]))
		case "launch":
			exit(pty.Launch(os.Args[2:]))
		case "callers":
			exit(callers(os.Args[2:]))
		case "serve":
			exit(serve(Dir(os.Args[2])))
		}
	}
	// Keepers are programs with the race detector too, which lingers at exit by default.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")); err != nil {
		exit(err)
	}
	goleak.VerifyTestMain(m)
}

func exit(err error) {
	if errors.Is(err, ErrLocked) {
		os.Exit(pty.Taken)
	}
	if errors.Is(err, ErrEnded) {
		os.Exit(pty.Over)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve is a server without a control socket: what a keeper starts in these tests.
func serve(d Dir) error {
	s, err := Open(context.Background(), options(d))
	if err != nil {
		return err
	}
	<-s.Done()
	return nil
}

func options(d Dir) Options {
	return Options{
		Dir: d, Begin: true, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Server: pty.ServerSpec{Argv: []string{d.Binary(), "serve", string(d)}, Env: os.Environ(), Dir: "/"},
		// Programs of known names are scripts here. The real proof has tests of its own.
		Prove: func(context.Context, hook.ProveOptions) (hook.Proof, error) {
			return hook.Proof{At: time.Now()}, nil
		},
	}
}

// world is a session with a project, in folders of this test's own.
type world struct {
	*Session
	t       testing.TB
	dir     Dir
	project string
}

// begin opens a session in a new project.
func begin(t testing.TB, change ...func(*Options)) *world {
	t.Helper()
	top, err := os.MkdirTemp("/tmp", "kv") // short: t.TempDir's paths are too long for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	return beginIn(t, filepath.Join(top, "state"), change...)
}

// beginIn is begin with the state in a folder of the caller's.
func beginIn(t testing.TB, state string, change ...func(*Options)) *world {
	t.Helper()
	top, err := os.MkdirTemp("/tmp", "kv")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(top) })
	t.Setenv("HOME", filepath.Join(top, "home"))
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(top, "config"))
	project := filepath.Join(top, "project")
	for _, d := range []string{project, filepath.Join(top, "home")} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	d, err := NewDir("", project)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.Binary(), b, 0o700); err != nil {
		t.Fatal(err)
	}
	o := options(d)
	o.Project = project
	o.Config = DefaultConfig()
	o.Config.Notify = false
	for _, f := range change {
		f(&o)
	}
	w := &world{t: t, dir: d, project: project}
	if w.Session, err = Open(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Stop(context.Background(), Operator{Client: "test"}); err != nil && !errors.Is(err, ErrEnded) {
			t.Errorf("stop: %v", err)
		}
	})
	return w
}

// script starts an agent that runs a script by the system's own shell, so that
// only what the script starts through $SHELL or PATH meets the gate.
func (w *world) script(name, text string) string {
	w.t.Helper()
	file := filepath.Join(w.project, name+".agent")
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		w.t.Fatal(err)
	}
	got, err := w.StartAgent(w.t.Context(), AgentSpec{Name: name, Argv: []string{"/bin/sh", file}})
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

const patience = 60 * time.Second

// until waits for a snapshot that f likes.
func (w *world) until(what string, f func(*Snapshot) bool) *Snapshot {
	w.t.Helper()
	nudge, cancel := w.Watch()
	defer cancel()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond) // the ledger tells nobody that it grew
	defer tick.Stop()
	for {
		n := w.Snapshot()
		if f(n) {
			return n
		}
		select {
		case <-nudge:
		case <-tick.C:
		case <-w.Done():
			if f(w.Snapshot()) {
				return w.Snapshot()
			}
			w.t.Fatalf("the session ended while waiting for %s", what)
		case <-deadline.C:
			w.t.Fatalf("waited %v for %s; the snapshot: %+v\nscreens:\n%s", patience, what, n, w.screens())
		}
	}
}

func (w *world) screens() string {
	var b strings.Builder
	for _, a := range w.Snapshot().Agents {
		w.View(a.Name, func(t *vtTerminal) { fmt.Fprintf(&b, "--- %s (%s)\n%s\n", a.Name, a.State, t.Text()) })
	}
	return b.String()
}

func (w *world) pending(n int) []*Approval {
	w.t.Helper()
	return w.until(fmt.Sprintf("%d approvals", n), func(s *Snapshot) bool { return len(s.Approvals) == n }).Approvals
}

func (w *world) exited(agent string) *Agent {
	w.t.Helper()
	var a *Agent
	w.until(agent+" to exit", func(s *Snapshot) bool {
		for _, a = range s.Agents {
			if a.Name == agent && a.State == Exited {
				return true
			}
		}
		return false
	})
	return a
}

func (w *world) answer(allow bool, reason string, as ...*Approval) {
	w.t.Helper()
	d := Decision{Allow: allow, Reason: reason, By: Operator{Client: "test"}}
	for _, a := range as {
		d.Choices = append(d.Choices, Choice{ID: a.ID, Seal: a.Seal})
	}
	for _, o := range w.Decide(w.t.Context(), d) {
		if o.Err != nil {
			w.t.Fatalf("deciding %s: %v", o.ID, o.Err)
		}
	}
}

func (w *world) entries() []ledger.Entry {
	w.t.Helper()
	var all []ledger.Entry
	if err := w.Ledger().Entries(1, func(e ledger.Entry) error { all = append(all, e); return nil }); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) screen(agent string) string {
	var text string
	w.View(agent, func(t *vtTerminal) { text = t.Text() })
	return text
}

func (w *world) exists(name string) bool {
	_, err := os.Lstat(filepath.Join(w.project, name))
	return err == nil
}
