package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/gateway/hook"
)

func TestDoctorShowsWhatIsProven(t *testing.T) {
	bin, state := t.TempDir(), t.TempDir()
	t.Setenv("PATH", bin)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_STATE_HOME", state)
	program := func(name, script string) string {
		path := filepath.Join(bin, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	keep := func(path string, change func(*hook.Proof)) {
		p, err := hook.Identify(t.Context(), hook.ProveOptions{Program: path, Env: os.Environ()})
		if err != nil {
			t.Fatal(err)
		}
		change(&p)
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		folder := filepath.Join(state, "kavi", "proofs")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, string(p.Family)+"-"+p.Key()[:32]+".json"), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if f := checkHooks(t.Context()); f.State != stateOK || !strings.Contains(f.Text, "no agent") {
		t.Errorf("%+v", f)
	}
	claude := program("claude", "exit 0\n")
	if f := checkHooks(t.Context()); f.State != stateOK || f.Text != "claude: not proven yet: it is at the next start" {
		t.Errorf("%+v", f)
	}
	if f := checkAgents(t.Context()); f.State != stateOK || f.Text != "claude ("+claude+")" {
		t.Errorf("%+v", f)
	}
	keep(claude, func(p *hook.Proof) { p.At, p.Version = time.Now().Add(-3*time.Hour), "2.1.330" })
	if f := checkHooks(t.Context()); f.State != stateOK || f.Text != "claude 2.1.330: proven 3h ago" {
		t.Errorf("%+v", f)
	}
	gemini := program("gemini", "exit 0\n")
	keep(gemini, func(p *hook.Proof) {
		p.At, p.Version, p.Err = time.Now(), "1\x1b[8m", "it did not ask its hook about a tool: \x1b[2Kx"
	})
	f := checkHooks(t.Context())
	if f.State != stateDegraded || strings.Contains(f.Text, "\x1b") || !strings.Contains(f.Text, "failed 0s ago: it did not ask") || !strings.Contains(f.Remedy, "--ungated") {
		t.Errorf("%+v", f)
	}
	// An update: the proof was about the version before.
	program("claude", "exit 1\n")
	if f := checkHooks(t.Context()); !strings.Contains(f.Text, "claude: not proven yet") {
		t.Errorf("%+v", f)
	}
	program("codex", `read a; echo '{"id":1,"result":{}}'; read b; read c; echo '{"id":2,"result":{"data":[]}}'`+"\n")
	f = checkHooks(t.Context())
	if !strings.Contains(f.Text, "codex: not proven yet: it is at the next start, not trusted in it yet") || !strings.Contains(f.Remedy, "Hooks need review") {
		t.Errorf("%+v", f)
	}
}
