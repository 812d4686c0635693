package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/session"
	"kavi/session/control"
	"kavi/session/ledger"
)

// What a test asks the session of its world, which is called garden.

func (w *world) dir() session.Dir {
	return session.Dir(filepath.Join(w.home, "state", "kavi", "sessions", "garden"))
}

// log is what server and keepers wrote, for a test that failed.
func (w *world) log() string {
	var out strings.Builder
	keepers, _ := filepath.Glob(filepath.Join(w.dir().Agents(), "*", "keep.log"))
	for _, name := range append(keepers, w.dir().Log()) {
		b, err := os.ReadFile(name)
		if err != nil {
			b = []byte(err.Error())
		}
		fmt.Fprintf(&out, "\n%s:\n%s", name, b[max(0, len(b)-4000):])
	}
	return out.String()
}

func (w *world) read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(w.project, name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

// client reaches the server, also one that is just coming back.
func (w *world) client(t testing.TB) *control.Client {
	t.Helper()
	var c *control.Client
	eventually(t, "a server that answers", func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var err error
		c, err = control.Dial(ctx, w.dir().ControlSocket(), "")
		return err == nil
	}, w.log)
	return c
}

func (w *world) snapshot(t testing.TB) *session.Snapshot {
	t.Helper()
	var n *session.Snapshot
	eventually(t, "a snapshot", func() bool {
		var err error
		n, err = w.client(t).Snapshot(t.Context())
		return err == nil
	}, w.log)
	return n
}

// agent starts one more agent, which runs a script by the system's own shell.
func (w *world) agent(t testing.TB, name, script string) {
	t.Helper()
	w.write(t, name+".agent", script)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	spec := session.AgentSpec{Name: name, Argv: []string{"/bin/sh", name + ".agent"}, Cwd: w.project, Env: w.env, Cols: 80, Rows: 24}
	if _, err := w.client(t).StartAgent(ctx, spec); err != nil {
		t.Fatalf("starting %s: %v\n%s", name, err, w.log())
	}
}

// entries are all of the ledger, from the server.
func (w *world) entries(t testing.TB) []ledger.Entry {
	t.Helper()
	var all []ledger.Entry
	for e, err := range w.client(t).Log(t.Context(), control.Range{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// pause lets time pass where what is tested is about time.
func pause(t testing.TB, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}
