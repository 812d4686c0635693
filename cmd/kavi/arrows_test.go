package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrow says which packages of ours a package may import, and why no others.
// The folders are the architecture: an arrow that is not here does not exist.
type arrow struct {
	to  []string // paths below the module, or ... for all of them
	why string
}

func arrows() map[string]arrow {
	return map[string]arrow{
		"cmd/kavi":               {[]string{"..."}, ""},
		"panes":                  {[]string{"session", "session/ledger", "gateway", "gateway/display", "pty/vt", "keymap"}, "panes shows what is true and hands keys on: it starts no process, opens no socket and asks no door"},
		"session":                {[]string{"session/ledger", "gateway", "gateway/wire", "gateway/display", "gateway/shell", "gateway/hook", "gateway/watch", "gateway/shim/install", "pty", "pty/proc", "pty/vt"}, "the session knows nothing of screens, keys and command lines"},
		"session/control":        {[]string{"session", "session/ledger", "gateway", "gateway/wire", "gateway/display", "pty/proc", "pty/vt"}, "the control socket serves a session; it draws nothing"},
		"session/ledger":         {[]string{"gateway/display"}, "the ledger is a record that depends on nothing but how a stranger's text is shown"},
		"gateway":                {[]string{"gateway/wire", "gateway/shell", "gateway/display", "gateway/diff"}, "what is allowed is decided without knowing sessions, terminals or who draws"},
		"gateway/wire":           {nil, "wire is what doors and gateway share; the shim runs it before the standard library is ready"},
		"gateway/display":        {nil, "everything may call display, so display calls nothing"},
		"gateway/diff":           {nil, "comparing texts is pure"},
		"gateway/shell":          {nil, "the shell analysis is a pure leaf, fuzzed alone"},
		"gateway/shim":           {[]string{"gateway/wire"}, "the shim runs in front of every command: all it may know is what it says to the gateway"},
		"gateway/shim/install":   {nil, "installing shims is making links"},
		"gateway/hook":           {[]string{"gateway/wire", "gateway/hook/model"}, "an agent's own language becomes a call and nothing else: what is allowed is decided elsewhere"},
		"gateway/hook/model":     {nil, "what a script tells a model is text"},
		"gateway/watch":          {[]string{"gateway/display", "gateway/watch/baseline", "gateway/diff"}, "the watcher sees what changed; whether a call explains it is told by who asks"},
		"gateway/watch/baseline": {nil, "what files held is kept without knowing who asks for it"},
		"pty":                    {[]string{"pty/proc"}, "a keeper holds a terminal and parses nothing: no screen, no policy"},
		"pty/proc":               {nil, "who is a process is asked of the system alone"},
		"pty/vt":                 {nil, "bytes in, screen out: an emulator that knew of sessions could not be fuzzed"},
		"keymap":                 {nil, "what keys mean is a table"},
	}
}

// beforeOS are the packages of the standard library that are initialised before
// package os. A shim that imported any other would start that much later, in
// front of each shell command.
func beforeOS() []string {
	return []string{"errors", "strconv", "sync", "sync/atomic", "syscall", "unicode/utf8", "unsafe"}
}

const module = "kavi/"

type listed struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T, goos string, patterns ...string) []listed {
	t.Helper()
	c := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports"}, patterns...)...)
	c.Dir = "../.."
	c.Env = append(c.Environ(), "GOOS="+goos, "CGO_ENABLED=0")
	out, err := c.Output()
	if err != nil {
		var e *exec.ExitError
		if errors.As(err, &e) {
			t.Fatalf("go list: %v\n%s", err, e.Stderr)
		}
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsFollowTheMap(t *testing.T) {
	seen := map[string]bool{}
	for _, goos := range []string{"linux", "darwin"} {
		for _, p := range list(t, goos, "./...") {
			from := strings.TrimPrefix(p.ImportPath, module)
			seen[from] = true
			for _, fault := range faults(from, p.Imports) {
				t.Error(fault)
			}
		}
	}
	for from := range arrows() {
		if !seen[from] {
			t.Errorf("the map has %s, which is not there", from)
		}
	}
}

// faults are the arrows that the map does not have, in words.
func faults(from string, imports []string) []string {
	rule, known := arrows()[from]
	if !known {
		return []string{fmt.Sprintf("%s is a room that the map does not have: name it in arrows_test.go, with what it may use and why", from)}
	}
	var all []string
	for _, path := range imports {
		to, ours := strings.CutPrefix(path, module)
		if ours && !slices.Contains(rule.to, to) && !slices.Contains(rule.to, "...") {
			all = append(all, fmt.Sprintf("%s imports %s: %s", from, to, rule.why))
		}
		if !ours && strings.Contains(path, "dgraph-io/badger") && from != "session/ledger" {
			all = append(all, fmt.Sprintf("%s imports badger: only session/ledger does, so that there is one way to write the record", from))
		}
		if !ours && slices.Contains([]string{"gateway/shim", "gateway/wire"}, from) && !slices.Contains(beforeOS(), path) {
			all = append(all, fmt.Sprintf("%s imports %s: it runs in front of each command, before package os is initialised", from, path))
		}
	}
	return all
}

func TestAForbiddenArrowFailsInWords(t *testing.T) {
	for _, c := range []struct {
		from string
		to   string
		want string
	}{
		{"pty", "kavi/pty/vt", "pty imports pty/vt: a keeper holds a terminal and parses nothing: no screen, no policy"},
		{"session", "kavi/panes", "session imports panes: the session knows nothing of screens, keys and command lines"},
		{"panes", "github.com/dgraph-io/badger/v4", "panes imports badger: only session/ledger does, so that there is one way to write the record"},
		{"gateway/shim", "os", "gateway/shim imports os: it runs in front of each command, before package os is initialised"},
		{"util", "strings", "util is a room that the map does not have: name it in arrows_test.go, with what it may use and why"},
	} {
		got := faults(c.from, []string{c.to})
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%s -> %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
	if got := faults("session", []string{"kavi/pty", "context"}); got != nil {
		t.Errorf("an arrow of the map fails: %q", got)
	}
}

func TestTheTopLevelHoldsTheRoomsAndNothingElse(t *testing.T) {
	want := []string{"LICENSE", "README.md", "cmd", "gateway", "go.mod", "go.sum", "keymap", "panes", "pty", "session"}
	out, err := exec.Command("git", "-C", "../..", "ls-files").Output()
	if err != nil {
		t.Skipf("not a git checkout: %v", err)
	}
	var got []string
	for path := range strings.Lines(string(out)) {
		top, _, _ := strings.Cut(strings.TrimSpace(path), "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(got, top) {
			got = append(got, top)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the top level holds %q, want %q", got, want)
	}
}
