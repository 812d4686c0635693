package session

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
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

// What was written over it is seen although its size and time were put back.
func TestAConfigurationWithItsTimePutBackIsReadAgain(t *testing.T) {
	root := t.TempDir()
	cmd := exec.Command("git", "init", "-q", root)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git init: %v: %s", err, out)
	}
	file := filepath.Join(root, ".git", "config")
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
	}
	before := time.Now().Add(-time.Hour)
	harmless, harmful := "[core]\n\tfsmonitor = false\n# \n", "[core]\n\tfsmonitor = ./evi\n# \n"
	if len(harmless) != len(harmful) {
		t.Fatal("the two differ in size")
	}
	write(harmless, before)
	g := gitConfig{root: root}
	if why := g.program(); why != "" {
		t.Fatalf("git runs something: %s", why)
	}
	write(harmful, before)
	if why := g.program(); !strings.Contains(why, "fsmonitor") {
		t.Errorf("it is not seen: %q", why)
	}
	if err := os.RemoveAll(filepath.Join(root, ".git")); err != nil {
		t.Fatal(err)
	}
	if why := g.program(); why != "" {
		t.Errorf("without a repository: %q", why)
	}
}

// The same in a repository within the project's, into which git status looks.
func TestAProgramInARepositoryWithinIsSeenWhenItComes(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{
		{"init", "-q"},
		{"init", "-q", "in"},
		{"-C", "in", "-c", "user.name=x", "-c", "user.email=x@y", "commit", "-q", "--allow-empty", "-m", "x"},
		{"-c", "advice.addEmbeddedRepo=false", "add", "in"},
	} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
	}
	program := GitProgram(dir)
	if why := program(); why != "" {
		t.Fatalf("before: %s", why)
	}
	f, err := os.OpenFile(filepath.Join(dir, "in/.git/config"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("[core]\n\tfsmonitor = touch evil.txt; false\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if why := program(); !strings.Contains(why, "fsmonitor") {
		t.Errorf("after: %q", why)
	}
}
