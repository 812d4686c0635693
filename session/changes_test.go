package session

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/session/ledger"
)

// watched waits until the watcher sees the project.
func (w *world) watchedNow() {
	w.t.Helper()
	w.until("the watch", func(*Snapshot) bool { return w.trees.named("").watch() != nil })
	select {
	case <-w.trees.named("").watch().Ready():
	case <-time.After(patience):
		w.t.Fatal("the watch is not ready")
	}
}

func (w *world) write(name, text string) {
	w.t.Helper()
	writeIn(w.t, w.project, name, text)
}

func writeIn(t testing.TB, project, name, text string) {
	t.Helper()
	path := filepath.Join(project, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// beginWith opens a session in a project that has these files, and watches it.
func beginWith(t testing.TB, files map[string]string, change ...func(*Options)) *world {
	t.Helper()
	w := begin(t, append(change, func(o *Options) {
		for name, text := range files {
			writeIn(t, o.Project, name, text)
		}
	})...)
	w.watchedNow()
	return w
}

// itemOf waits for an unexplained change of a file.
func (w *world) itemOf(path string) *Unexplained {
	w.t.Helper()
	var found *Unexplained
	w.until("an unexplained change of "+path, func(s *Snapshot) bool {
		for _, u := range s.Unexplained {
			for _, f := range u.Files {
				if f.Path == path {
					found = u
				}
			}
		}
		return found != nil
	})
	return found
}

// byHandNow waits until what is written can no longer be the doing of a call that is
// over.
func (w *world) byHandNow() {
	w.t.Helper()
	n := 0
	w.until("a change by hand", func(s *Snapshot) bool {
		n++
		w.write("beat", strings.Repeat("x", n))
		return slices.ContainsFunc(s.Unexplained, func(u *Unexplained) bool {
			return slices.ContainsFunc(u.Files, func(f FileChange) bool { return f.Path == "beat" })
		})
	})
}

func (w *world) item() *Unexplained {
	w.t.Helper()
	return w.until("an unexplained change", func(s *Snapshot) bool { return len(s.Unexplained) > 0 }).Unexplained[0]
}

func (w *world) noItems() {
	w.t.Helper()
	w.until("no unexplained change", func(s *Snapshot) bool { return len(s.Unexplained) == 0 })
}

// changes waits for n changes of files in the ledger.
func (w *world) changes(n int, of ChangesOf) []FileChange {
	w.t.Helper()
	var got []FileChange
	w.until("the changes", func(*Snapshot) bool {
		var err error
		if got, err = w.Changes(w.t.Context(), of); err != nil {
			w.t.Fatal(err)
		}
		return len(got) >= n
	})
	return got
}

func (w *world) undo(of ChangesOf, yes ...int) []UndoOutcome {
	w.t.Helper()
	plan, err := w.PlanUndo(w.t.Context(), of)
	if err != nil {
		w.t.Fatal(err)
	}
	out, err := w.Undo(w.t.Context(), plan.ID, yes, "not this", Operator{Client: "test"})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestAChangeIsExplainedByTheCallThatWasAllowed(t *testing.T) {
	w := begin(t)
	w.watchedNow()
	w.script("one", `"$SHELL" -c 'echo hi > out.txt; mkdir d; echo ho > d/e'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	list := w.changes(3, ChangesOf{Calls: []string{"apr_01"}})
	for _, f := range list {
		if f.How != "inferred" || f.Agent != "one" || f.Calls[0] != "call_1" {
			t.Errorf("%+v", f)
		}
	}
	var patch bytes.Buffer
	if left, err := w.Patch(t.Context(), &patch, ChangesOf{Agent: "one"}); err != nil || len(left) > 1 || !strings.Contains(patch.String(), "+hi") {
		t.Errorf("%v %v\n%s", left, err, patch.String())
	}
	cmd := exec.Command("git", "apply", "-R", "-")
	cmd.Dir, cmd.Stdin = w.project, &patch
	if out, err := cmd.CombinedOutput(); err != nil || w.exists("out.txt") {
		t.Errorf("git apply -R: %v %s", err, out)
	}
}

// What goes past the shim: a static binary, a shell without its environment. The
// watcher shows it within a second.
func TestWhatGoesPastTheDoorsIsShown(t *testing.T) {
	w := beginWith(t, map[string]string{"src/a.go": "package a\n"})
	w.script("one", `env -i /bin/sh -c 'echo evil > src/b.go; /bin/rm src/a.go'; while ! test -e stop; do :; done`)
	start := time.Now()
	u := w.item()
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it was shown after %v", d)
	}
	rows, err := w.Difference(t.Context(), u.ID)
	if err != nil || !strings.Contains(strings.Join(rows, "\n"), "evil") {
		t.Errorf("%v\n%s", err, strings.Join(rows, "\n"))
	}
	w.itemOf("src/a.go")
	w.itemOf("src/b.go")
	for _, u := range w.Snapshot().Unexplained {
		for _, o := range w.undo(ChangesOf{Item: u.ID}) {
			if !o.Done {
				t.Errorf("%+v", o)
			}
		}
		w.until("it to go", func(s *Snapshot) bool {
			return !slices.ContainsFunc(s.Unexplained, func(o *Unexplained) bool { return o.ID == u.ID })
		})
	}
	if b, err := os.ReadFile(filepath.Join(w.project, "src/a.go")); err != nil || string(b) != "package a\n" || w.exists("src/b.go") {
		t.Errorf("a.go %q %v, b.go is there: %v", b, err, w.exists("src/b.go"))
	}
	w.touch("stop")
	w.exited("one")
}

func TestTheOperatorsOwnChangesAreKept(t *testing.T) {
	w := beginWith(t, map[string]string{"notes.txt": "one\n"})
	w.write("notes.txt", "two\n")
	u := w.item()
	if len(u.Files) != 1 || u.Files[0].Path != "notes.txt" || u.Files[0].Plus != 1 || u.Files[0].Minus != 1 || u.Protected {
		t.Errorf("%+v", u)
	}
	if err := w.Keep(t.Context(), u.ID, MinePaths, Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	w.noItems()
	w.write("notes.txt", "three\n")
	list := w.changes(2, ChangesOf{})
	if got := list[1].How; got != "the operator's own" || len(w.Snapshot().Unexplained) != 0 {
		t.Errorf("the next one: %s, waiting %d", got, len(w.Snapshot().Unexplained))
	}
	if err := w.Keep(t.Context(), u.ID, MineThis, Operator{}); err == nil {
		t.Error("it can be kept twice")
	}
	w.Close() // it holds for the next server, too
	w.reopen()
	w.watchedNow()
	w.write("notes.txt", "four\n")
	list = w.changes(3, ChangesOf{})
	if got := list[2].How; got != "the operator's own" || len(w.Snapshot().Unexplained) != 0 {
		t.Errorf("after a server's end: %s, waiting %d", got, len(w.Snapshot().Unexplained))
	}
}

// For ten minutes everything is the operator's own, also what they write to other
// files, also where the server ends meanwhile; then nothing is.
func TestEverythingIsTheOperatorsOwnForTenMinutes(t *testing.T) {
	w := beginWith(t, map[string]string{"notes.txt": "one\n"})
	w.write("notes.txt", "two\n")
	if err := w.Keep(t.Context(), w.item().ID, MineTen, Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	w.noItems()
	w.write("other.txt", "mine\n")
	w.changes(2, ChangesOf{})
	w.Close()
	w.reopen()
	w.watchedNow()
	w.write("third.txt", "mine\n")
	for _, f := range w.changes(3, ChangesOf{})[1:] {
		if f.How != "the operator's own" {
			t.Errorf("%+v", f)
		}
	}
	w.noItems()
	ten := mine{until: time.Now().Add(mineFor)}
	if f := (&FileChange{Time: ten.until.Add(time.Second)}); ten.has(f) {
		t.Error("it is theirs when the ten minutes are over")
	}
	if f := (&FileChange{Time: time.Now(), Protected: true}); ten.has(f) {
		t.Error("a setting that decides what runs is theirs unseen")
	}
}

func TestUndoOfAnAllowedDeleteRestoresEverything(t *testing.T) {
	files := map[string]string{"src/a.go": "a\n", "src/deep/b.go": "b\n", "src/run.sh": "#!/bin/sh\n"}
	w := beginWith(t, nil, func(o *Options) {
		for name, text := range files {
			writeIn(t, o.Project, name, text)
		}
		if err := os.Chmod(filepath.Join(o.Project, "src/run.sh"), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("a.go", filepath.Join(o.Project, "src/link")); err != nil {
			t.Fatal(err)
		}
	})
	w.script("one", `"$SHELL" -c 'rm -rf src'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	w.changes(4, ChangesOf{Calls: []string{"call_1"}})
	n := 0 // what comes right after a call's end could be its own
	w.until("a change by hand since", func(s *Snapshot) bool {
		n++
		w.write("src/a.go", strings.Repeat("mine\n", n))
		for _, u := range s.Unexplained {
			for _, f := range u.Files {
				if f.Path == "src/a.go" {
					return true
				}
			}
		}
		return false
	})
	mine := strings.Repeat("mine\n", n)
	for _, o := range w.undo(ChangesOf{Calls: []string{"call_1"}}) {
		if (o.Path == "src/a.go") == o.Done && o.Why != "" {
			t.Errorf("%+v", o)
		}
	}
	for name, want := range map[string]string{"src/a.go": mine, "src/deep/b.go": "b\n", "src/run.sh": "#!/bin/sh\n"} {
		if b, err := os.ReadFile(filepath.Join(w.project, name)); err != nil || string(b) != want {
			t.Errorf("%s: %q %v", name, b, err)
		}
	}
	if fi, err := os.Stat(filepath.Join(w.project, "src/run.sh")); err != nil || fi.Mode().Perm() != 0o750 {
		t.Errorf("run.sh: %v %v", fi, err)
	}
	if to, err := os.Readlink(filepath.Join(w.project, "src/link")); err != nil || to != "a.go" {
		t.Errorf("link: %s %v", to, err)
	}
	// Undoing is a change like others: explained, and undone in turn.
	w.changes(1, ChangesOf{Calls: []string{"undo_01"}})
	for _, u := range w.Snapshot().Unexplained {
		for _, f := range u.Files {
			if f.Path != "src/a.go" && f.Path != "src" && f.Path != "one.agent" {
				t.Errorf("what was restored is unexplained: %+v", f)
			}
		}
	}
	w.undo(ChangesOf{Calls: []string{"undo_01"}})
	if w.exists("src/run.sh") {
		t.Error("the undo could not be undone")
	}
}

// The watcher sees an undo as it sees everything; it is told once all the same, so
// that a diff of all changes comes to nothing.
func TestAnUndoIsToldOnce(t *testing.T) {
	w := beginWith(t, map[string]string{"a.txt": "one\n"})
	w.script("one", `"$SHELL" -c 'rm a.txt'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	w.changes(1, ChangesOf{Calls: []string{"call_1"}})
	w.undo(ChangesOf{Calls: []string{"call_1"}})
	w.until("both to be recorded", func(*Snapshot) bool {
		n := 0
		for _, e := range w.entries() {
			if e.Path == "a.txt" && e.Data["calls"] == "undo_01" {
				n++
			}
		}
		return n == 2
	})
	if list := w.changes(1, ChangesOf{Calls: []string{"undo_01"}}); len(list) != 1 || list[0].How != howUndone || list[0].Plus != 1 {
		t.Errorf("%+v", list)
	}
	var patch bytes.Buffer
	if left, err := w.Patch(t.Context(), &patch, ChangesOf{Calls: []string{"call_1", "undo_01"}}); err != nil || len(left) > 0 || patch.Len() > 0 {
		t.Errorf("%v %v\n%s", left, err, patch.String())
	}
	for _, f := range w.changes(1, ChangesOf{Allowed: true}) {
		if f.Calls[0] != "call_1" {
			t.Errorf("not of an allowed call: %+v", f)
		}
	}
}

// CVE-2026-25725: settings that run programs, made where there were none.
func TestAChangedSettingIsShownFirst(t *testing.T) {
	w := beginWith(t, nil, func(o *Options) {
		cmd := exec.Command("git", "init", "-q")
		cmd.Dir = o.Project
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v %s", err, out)
		}
	})
	w.write("a.txt", "x")
	w.itemOf("a.txt")
	w.write(".git/hooks/pre-commit", "#!/bin/sh\n")
	w.itemOf(".git/hooks/pre-commit")
	if u := w.Snapshot().Unexplained[0]; !u.Protected || len(w.Snapshot().Unexplained) < 2 {
		t.Errorf("first comes %s of %d items", u.Files[0].Path, len(w.Snapshot().Unexplained))
	}
}

func TestUnexplainedChangesSurviveAServer(t *testing.T) {
	w := beginWith(t, map[string]string{"a.txt": "one\n", "one.agent": ""})
	w.script("one", `while ! test -e stop; do :; done`)
	w.write("a.txt", "two\n")
	id := w.itemOf("a.txt").ID
	w.Close()
	w.reopen()
	w.watchedNow()
	if u := w.itemOf("a.txt"); u.ID != id {
		t.Errorf("%s is %s now", id, u.ID)
	}
	w.undo(ChangesOf{Item: id})
	w.until("it to go", func(s *Snapshot) bool {
		for _, u := range s.Unexplained {
			if u.ID == id {
				return false
			}
		}
		return true
	})
	if got := w.file("a.txt"); got != "one" {
		t.Errorf("a.txt holds %q", got)
	}
	w.write("b.txt", "x")
	if next := w.itemOf("b.txt").ID; next == id {
		t.Error("an id was used twice")
	}
	var undone int
	for _, e := range w.entries() {
		if e.Kind == ledger.FileUndone && e.Path == "a.txt" {
			undone++
		}
	}
	if undone != 1 {
		t.Errorf("%d entries of what was undone", undone)
	}
	w.touch("stop")
	w.exited("one")
}

// The watch notes a moment after the ledger that a change was recorded. After a crash
// in between it reports the change again, which is still one change.
func TestAChangeThatIsReportedAgainIsTheSame(t *testing.T) {
	w := beginWith(t, map[string]string{"a.txt": "one\n"})
	before := filepath.Join(t.TempDir(), "baseline")
	if err := os.CopyFS(before, os.DirFS(w.dir.Baseline())); err != nil {
		t.Fatal(err)
	}
	w.write("a.txt", "two\n")
	id := w.itemOf("a.txt").ID
	w.Close()
	if err := os.RemoveAll(w.dir.Baseline()); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(w.dir.Baseline(), os.DirFS(before)); err != nil {
		t.Fatal(err)
	}
	w.write("b.txt", "new\n") // nobody watches
	w.reopen()
	w.itemOf("b.txt")
	n := 0
	for _, u := range w.Snapshot().Unexplained {
		for _, f := range u.Files {
			if f.Path == "a.txt" {
				n++
				if u.ID != id {
					t.Errorf("%s is %s now", id, u.ID)
				}
			}
		}
	}
	if n != 1 {
		t.Errorf("a.txt changed %d times", n)
	}
	w.undo(ChangesOf{Item: id})
	if got := w.file("a.txt"); got != "one" {
		t.Errorf("a.txt holds %q", got)
	}
}

// What is not kept of the files is said, as long as it is so.
func TestWhatIsTooLargeToBeKeptIsSaid(t *testing.T) {
	w := beginWith(t, map[string]string{"big": ""})
	w.watchedNow()
	if err := os.Truncate(filepath.Join(w.project, "big"), 1<<40); err != nil {
		t.Fatal(err)
	}
	w.until("the word", func(s *Snapshot) bool { return s.LeftOut == "files that cannot be restored: 1 over the size limit" })
	if err := os.Remove(filepath.Join(w.project, "big")); err != nil {
		t.Fatal(err)
	}
	w.until("its end", func(s *Snapshot) bool { return s.LeftOut == "" })
}

// What a hook announced is announced down to the content.
func TestAnEditThatAHookAnnouncedIsKnownByItsContent(t *testing.T) {
	w := beginWith(t, map[string]string{"a.txt": "one\n"})
	w.claude(`hook w "{\"hook_event_name\":\"PreToolUse\",\"cwd\":\"$PWD\",\"tool_name\":\"Edit\",\"tool_use_id\":\"w\",\"tool_input\":{\"file_path\":\"$PWD/a.txt\",\"old_string\":\"one\",\"new_string\":\"two\"}}"
printf 'two\n' > a.tmp; mv a.tmp a.txt`)
	w.exited("claude")
	list := w.changes(1, ChangesOf{Agent: "claude"})
	if f := list[0]; f.Path != "a.txt" || f.How != "announced" || f.Plus != 1 || f.Minus != 1 {
		t.Errorf("%+v", f)
	}
}

// An agent that has to ask before it writes, and wrote past the doors while
// something of it ran, is paused; the word on the change ends that.
func TestAtOnWriteAChangePastTheDoorsPausesTheAgent(t *testing.T) {
	w := beginWith(t, nil, func(o *Options) { o.Config.Level = gateway.LevelOnWrite })
	w.script("one", `"$SHELL" -c 'test -e x; while ! test -e go; do :; done' & while ! test -e write; do :; done; echo past > past.txt; wait; while ! test -e stop; do :; done`)
	if len(w.Snapshot().Approvals) > 0 {
		w.answer(true, "", w.Snapshot().Approvals...)
	}
	w.until("the call to run", func(*Snapshot) bool {
		if as := w.Snapshot().Approvals; len(as) > 0 && as[0].State == Pending {
			w.answer(true, "", as[0])
		}
		return len(kindsOf(w.entries(), ledger.CallExecuted)) > 0
	})
	w.write("write", "")
	u := w.itemOf("past.txt")
	if len(u.Could) != 1 || !strings.HasPrefix(u.Could[0].String(), "call_1 of one: ") || !strings.Contains(u.Could[0].What, "test -e x") {
		t.Errorf("could have: %v", u.Could)
	}
	if s := w.until("the pause", func(s *Snapshot) bool { return s.Agents[0].State == Paused }); !slices.ContainsFunc(s.Unexplained, func(o *Unexplained) bool { return strings.HasPrefix(s.Agents[0].Why, o.ID+" ") }) {
		t.Errorf("%+v paused for %q", u.Could, s.Agents[0].Why) // perhaps for the file that tells it to write
	}
	for _, u := range w.Snapshot().Unexplained {
		if err := w.Keep(t.Context(), u.ID, MineThis, Operator{Client: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	w.until("the pause to end", func(s *Snapshot) bool { return s.Agents[0].State != Paused })
	w.write("go", "")
	w.write("stop", "")
	w.exited("one")
}

// Of an agent without a hook the watch is the only witness: what is written where it
// works, while nothing of it was asked about, pauses it as well, also when a server
// comes and goes meanwhile. Its next command is told what became of the change.
func TestAtOnWriteAnAgentWithoutAHookIsPausedForWhatItWritesItself(t *testing.T) {
	said := t.TempDir()
	script := fmt.Sprintf(`await() { while ! test -e %q/"$1"; do sleep 0.02; done; }
await write; echo past > a.txt; await go; "$SHELL" -c 'cat a.txt'; await stop`, said)
	w := beginWith(t, map[string]string{"a.txt": "one\n", "one.agent": script}, func(o *Options) { o.Config.Level = gateway.LevelOnWrite })
	w.watchedNow()
	if _, err := w.StartAgent(t.Context(), AgentSpec{Name: "one", Argv: []string{"/bin/sh", "one.agent"}}); err != nil {
		t.Fatal(err)
	}
	writeIn(t, said, "write", "")
	u := w.itemOf("a.txt")
	if len(u.Could) > 0 || !slices.Equal(u.Paused, []string{"one"}) {
		t.Errorf("could have: %v; paused: %v", u.Could, u.Paused)
	}
	paused := func(s *Snapshot) bool { return len(s.Agents) == 1 && s.Agents[0].State == Paused }
	w.until("the pause", paused)
	w.Close()
	w.reopen()
	w.watchedNow()
	w.until("the pause", paused)
	if u = w.itemOf("a.txt"); !slices.Equal(u.Paused, []string{"one"}) {
		t.Errorf("paused for it, after a server: %v", u.Paused)
	}
	w.undo(ChangesOf{Item: u.ID}) // the reason is "not this"
	w.until("the pause to end", func(s *Snapshot) bool { return !paused(s) })
	writeIn(t, said, "go", "")
	w.until("the word", func(*Snapshot) bool { return strings.Contains(w.screen("one"), "not this") })
	if text := w.screen("one"); !strings.Contains(text, "a.txt was taken back") || strings.Contains(text, "one\none") {
		t.Errorf("the agent is told:\n%s", text)
	}
	writeIn(t, said, "stop", "")
	w.exited("one")
}

// Two names that are shown alike are two files: a yes is for the one that was meant.
func TestAYesIsForOneFileOfTwoThatAreShownAlike(t *testing.T) {
	const odd, plain = "a\x1b.txt", `a\x1b.txt`
	w := beginWith(t, map[string]string{odd: "one\ntwo\nthree\n", plain: "one\ntwo\nthree\n"})
	w.script("one", `"$SHELL" -c 'for f in a*.txt; do sed s/one/ONE/ "$f" > t && cat t > "$f"; done; rm t'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	w.changes(2, ChangesOf{Calls: []string{"call_1"}})
	w.byHandNow()
	for _, name := range []string{odd, plain} {
		w.write(name, "ONE\ntwo\nthree\nmine\n")
	}
	var plan UndoPlan
	w.until("a plan that asks about both", func(*Snapshot) bool {
		var err error
		if plan, err = w.PlanUndo(t.Context(), ChangesOf{Calls: []string{"call_1"}}); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, st := range plan.Steps {
			if st.Ask != "" {
				n++
			}
		}
		return n == 2
	})
	at := slices.IndexFunc(plan.Steps, func(st UndoStep) bool { return st.Ask != "" }) // the first is the one with the control character
	if st := plan.Steps[at]; st.Path != plan.Steps[at+1].Path || !slices.Contains(st.Rows, "-ONE") || !slices.Contains(st.Rows, "+one") || slices.Contains(st.Rows, "+mine") {
		t.Errorf("%+v", plan.Steps)
	}
	out, err := w.Undo(t.Context(), plan.ID, []int{at}, "", Operator{Client: "test"})
	if err != nil || !out[at].Done || out[at+1].Done {
		t.Errorf("%+v %v", out, err)
	}
	for name, want := range map[string]string{odd: "one\ntwo\nthree\nmine\n", plain: "ONE\ntwo\nthree\nmine\n"} {
		if b, err := os.ReadFile(filepath.Join(w.project, name)); err != nil || string(b) != want {
			t.Errorf("%q holds %q, %v", name, b, err)
		}
	}
}
