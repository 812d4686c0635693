package session

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The break-in: an agent writes a file system monitor into the repository's
// configuration with its own hands, then asks for `git status`, which passes
// unasked as long as git runs nothing but git.
func TestAProgramInTheRepositorysConfigurationIsSeenWhenItComes(t *testing.T) {
	w := begin(t)
	for _, args := range [][]string{{"init", "-q"}, {"config", "user.name", "me"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = w.project
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	w.script("one", `git status >/dev/null 2>&1; echo "first $?"
printf '[core]\n\tfsmonitor = touch evil.txt; false\n' >> .git/config
git status; echo "second $?"`)
	a := w.pending(1)[0]
	if w.exists("evil.txt") {
		t.Error("the program of the repository's configuration ran")
	}
	// What it wrote before it asked may come after the call.
	w.until("a git that only reads to have passed", func(*Snapshot) bool { return strings.Contains(w.screen("one"), "first 0") })
	if !strings.Contains(a.Judged.Why+strings.Join(a.Text.Body, " "), "fsmonitor") {
		t.Errorf("it is asked without saying why: %+v", a.Judged)
	}
	w.answer(false, "no", a)
	w.exited("one")
	if _, err := os.Lstat(filepath.Join(w.project, "evil.txt")); err == nil {
		t.Error("the program of the repository's configuration ran")
	}
}
