package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestARepositorysRulesAreTrustedByAYesAndByNothingElse answers the question of
// `kavi rules trust` at a terminal.
func TestARepositorysRulesAreTrustedByAYesAndByNothingElse(t *testing.T) {
	w := newWorld(t)
	if err := os.MkdirAll(filepath.Join(w.project, ".kavi"), 0o755); err != nil {
		t.Fatal(err)
	}
	w.write(t, ".kavi/rules.toml", "[[rule]]\nid = \"all\"\nallow = \"any\"\n")
	for _, c := range []struct {
		name, answer string
		code         int
		trusted      bool
	}{
		{"enter alone", "\r", exitDone, false},
		{"no", "n\r", exitDone, false},
		{"the end of the input", "\x04", exitDone, false},
		{"broken off", "\x03", exitDone, false},
		{"yes", "y\r", exitDone, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := w.open(t, 80, 24, "rules", "trust")
			x.await(t, `2 │ id = "all"`)
			x.await(t, "1 rule, of which 1 allows something without asking you:")
			x.await(t, "Trust exactly this text? [y/N]")
			x.enter(t, c.answer)
			if code := x.left(t); code != c.code {
				t.Errorf("exit code %d, want %d\n%s", code, c.code, x.text())
			}
			marks, err := filepath.Glob(filepath.Join(w.home, "config", "kavi", "projects", "*", "trusted"))
			if err != nil || (len(marks) == 1) != c.trusted {
				t.Errorf("trusted: %q, %v; want %v", marks, err, c.trusted)
			}
		})
	}
}

// TestAQuestionAboutAllIsBrokenOffByCtrlC: it must not wait for an Enter as well.
func TestAQuestionAboutAllIsBrokenOffByCtrlC(t *testing.T) {
	w := newWorld(t)
	w.run(t, "-d", "--", "/bin/sh", "-c", `"$SHELL" -c 'touch made'; exec cat`)
	eventually(t, "an approval", func() bool { return len(w.snapshot(t).Approvals) == 1 }, w.log)
	x := w.open(t, 80, 24, "approval", "approve", "all")
	x.await(t, "Approve these 1? [y/N]")
	x.enter(t, "\x03")
	x.left(t)
	if n := w.snapshot(t); len(n.Approvals) != 1 || exists(filepath.Join(w.project, "made")) {
		t.Errorf("%d approvals wait\n%s", len(n.Approvals), x.text())
	}
}
