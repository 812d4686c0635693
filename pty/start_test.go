package pty_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// What a keeper runs is between it and the server: an agent of an earlier keeper, which may write in the folder, finds
// nothing there to read or to change. It may be larger than what a pipe holds.
func TestWhatAKeeperRunsIsNotOnTheDisk(t *testing.T) {
	s := spec(t, "sh", "-c", "echo $SECRET ${#V7}; read x")
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Dir, "keep.json"), []byte(`{"argv": ["echo", "something else"]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Env = append(s.Env, "SECRET=swordfish")
	for i := range 20 {
		s.Env = append(s.Env, fmt.Sprintf("V%d=%s", i, strings.Repeat("x", 50_000)))
	}
	keep(t, s)
	h := newServer()
	dial(t, s, 0, h)
	h.until(t, "the agent has said what it has", func() bool { return h.has("swordfish 50000") })
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("swordfish")) {
			t.Errorf("%s holds the agent's environment", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A keeper runs what its server sends it, or nothing.
func TestAKeeperWithoutAServerRunsNothing(t *testing.T) {
	s := spec(t, "true")
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"": "standard input",
		`{"dir": "/elsewhere", "argv": ["true"], "binary": "/x"}`:   "not for",
		`{"dir": "` + s.Dir + `", "argv": [], "binary": "/x"}`:      "no program",
		`{"dir": "` + s.Dir + `", "argv": ["true"], "cwd": "/none`:  "standard input",
		`{"dir": "` + s.Dir + `/", "argv": ["true"], "binary": ""}`: "binary",
	} {
		cmd := exec.Command(self(t), "keep", s.Dir)
		cmd.Stdin = strings.NewReader(in)
		cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("with %q: %v, %s", in, err, out)
		}
	}
}
