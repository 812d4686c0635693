package session

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"kavi/gateway"
)

// Two agents run twenty commands each that change a file, and an editor outside of
// kavi saves twenty, all at the same time: each change is the one call's that made
// it, and the editor's are nobody's.
func TestSixtyChangesByTwoAgentsAndAnEditorAtOnce(t *testing.T) {
	files := make(map[string]string)
	for i := range 20 {
		for _, who := range []string{"one", "two", "editor"} {
			files[fmt.Sprintf("%s/f%d", who, i)] = "before\n"
		}
	}
	w := beginWith(t, files, func(o *Options) { o.Config.Level = gateway.LevelNone })
	script := "read -r go\n"
	for i := range 20 {
		script += `"$SHELL" -c '` + []string{
			"echo after > NAME/fN", "rm NAME/fN", "echo more >> NAME/fN", "mv NAME/fN NAME/moved/fN",
		}[i%4] + "'\n"
		script = strings.ReplaceAll(script, "fN", fmt.Sprint("f", i))
	}
	var tell []func(string)
	for _, who := range []string{"one", "two"} {
		w.write(who+"/moved/x", "")
		tell = append(tell, w.listening(who, strings.ReplaceAll(script, "NAME", who)))
	}
	for _, f := range tell {
		f("go")
	}
	for i := range 20 {
		name := fmt.Sprintf("editor/f%d", i) // as editors do
		w.write(name+"~", "after\n")
		if err := os.Rename(filepath.Join(w.project, name+"~"), filepath.Join(w.project, name)); err != nil {
			t.Fatal(err)
		}
		w.until("the editor's next save", func(*Snapshot) bool {
			list, err := ChangesIn(w.Ledger(), ChangesOf{})
			return err == nil && strings.Contains(fmt.Sprint(list), name+" ")
		})
	}
	w.exited("one")
	w.exited("two")
	want := make(map[string]string) // by the file that it was
	for i := range 20 {
		for _, who := range []string{"one", "two"} {
			want[fmt.Sprintf("%s/f%d", who, i)] = "inferred " + who
		}
		want[fmt.Sprintf("editor/f%d", i)] = "unsanctioned "
	}
	got, calls := make(map[string]string), make(map[string]int)
	for _, f := range w.changes(60, ChangesOf{}) {
		name := f.Path
		if f.From != "" {
			name = f.From
		}
		if want[name] == "" {
			continue // the test's own
		}
		if got[name] != "" {
			t.Errorf("%s changed twice: %+v", name, f)
		}
		got[name] = f.How + " " + f.Agent
		if f.Agent != "" {
			if len(f.Calls) != 1 {
				t.Errorf("%+v", f)
			}
			calls[f.Calls[0]]++
		}
	}
	for name, how := range want {
		if got[name] != how {
			t.Errorf("%s: %q, want %q", name, got[name], how)
		}
	}
	if len(calls) != 40 {
		t.Errorf("%d calls explain the changes, want 40", len(calls))
	}
}

// What goes past the doors is shown within a second: an interpreter that deletes, a
// static binary that writes, a shell without its environment.
func TestWhatGoesPastTheDoorsIsShownWithinASecond(t *testing.T) {
	static := filepath.Join(t.TempDir(), "static")
	source := static + ".go"
	if err := os.WriteFile(source, []byte("package main\n\nimport \"os\"\n\nfunc main() { _ = os.WriteFile(os.Args[1], nil, 0o600) }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", static, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// The interpreter itself: another one of its name may be a script, which asks.
	unlink := "/usr/bin/perl -e 'unlink @ARGV'" // git brings it
	if _, err := os.Stat("/usr/bin/python3"); err == nil {
		unlink = "/usr/bin/python3 -c 'import os, sys; os.unlink(sys.argv[1])'"
	}
	const tries = 5
	ways := map[string]string{
		"interpreter": unlink,
		"binary":      static,
		"shell":       `env -i /bin/sh -c 'echo x > "$0"'`,
	}
	files := make(map[string]string)
	for i := range tries {
		files[fmt.Sprint("interpreter", i)] = "x\n"
	}
	w := beginWith(t, files)
	for name, way := range ways {
		tell := w.listening(name, `while read -r f; do `+way+` "$f"; done`)
		best := time.Hour
		for i := range tries { // others use the machine, too
			file := fmt.Sprint(name, i)
			start := time.Now()
			tell(file)
			w.itemOf(file)
			best = min(best, time.Since(start))
		}
		t.Logf("%s: shown after %v at best", name, best)
		if best > time.Second {
			t.Errorf("%s: shown after %v", name, best)
		}
	}
}

// listening starts an agent that runs a script with what it is told on its input, until
// the test ends.
func (w *world) listening(name, text string) (tell func(string)) {
	w.t.Helper()
	pipe, tell := w.pipe(name)
	w.script(name, "exec < "+pipe+"\n"+text)
	return tell
}

// pipe makes a named pipe that tells whoever reads it what to do.
func (w *world) pipe(name string) (pipe string, tell func(string)) {
	w.t.Helper()
	pipe = filepath.Join(filepath.Dir(w.project), name+".pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		w.t.Fatal(err)
	}
	f, err := os.OpenFile(pipe, os.O_RDWR, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = f.Close() })
	return pipe, func(line string) {
		if _, err := fmt.Fprintln(f, line); err != nil {
			w.t.Fatal(err)
		}
	}
}

// At on-commit a commit asks with its message, its files and how much they change;
// one that goes past the doors is shown as changed refs, which no call explains.
func TestAtOnCommitACommitAsksOrIsShown(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n"}, func(o *Options) { o.Config.Level = gateway.LevelOnCommit })
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	tell := w.listening("one", `read -r go; "$SHELL" -c 'echo two > a.txt'; git commit -qam "Fix null check"; read -r go; `+git+` commit -q --allow-empty -m past; read -r go`)
	tell("go")
	a := w.pending(1)[0]
	shown := fmt.Sprint(a.Text)
	if a.Text.Form != gateway.FormCommit || !strings.Contains(a.Text.Object, "Fix null check") || !strings.Contains(shown, "M a.txt") || !strings.Contains(shown, "+1, -1") {
		t.Errorf("the approval shows %+v", a.Text)
	}
	w.answer(true, "", a)
	w.until("the commit to be recorded", func(*Snapshot) bool {
		list, err := ChangesIn(w.Ledger(), ChangesOf{Agent: "one"})
		return err == nil && strings.Contains(fmt.Sprint(list), ".git/refs/heads/main")
	})
	if u := w.Snapshot().Unexplained; slices.ContainsFunc(u, func(u *Unexplained) bool { return u.Protected }) {
		t.Errorf("what was approved is unexplained: %+v", u[0])
	}
	w.byHandNow()
	tell("past")
	if u := w.itemOf(".git/refs/heads/main"); !u.Protected || w.Snapshot().Unexplained[0].ID != u.ID {
		t.Errorf("%+v is not first", u)
	}
}
