package session

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kavi/gateway"
)

// gitIn runs git as the operator does.
func gitIn(t testing.TB, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// beginGit opens a session in a repository with one commit of these files.
func beginGit(t testing.TB, files map[string]string, change ...func(*Options)) *world {
	t.Helper()
	return beginWith(t, files, append([]func(*Options){func(o *Options) {
		for name, text := range files {
			writeIn(t, o.Project, name, text)
		}
		gitIn(t, o.Project, "init", "-q", "-b", "main")
		gitIn(t, o.Project, "config", "user.name", "me")
		gitIn(t, o.Project, "config", "user.email", "me@example.com")
		gitIn(t, o.Project, "add", "-A")
		gitIn(t, o.Project, "commit", "-q", "--allow-empty", "-m", "one")
	}}, change...)...)
}

// inWorktree starts an agent that runs a script in a worktree of its own, and gives
// the worktree's folder.
func (w *world) inWorktree(name, text string) string {
	w.t.Helper()
	file := filepath.Join(filepath.Dir(w.project), name+".agent")
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		w.t.Fatal(err)
	}
	got, err := w.StartAgent(w.t.Context(), AgentSpec{Name: name, Argv: []string{"/bin/sh", file}, Worktree: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.agent(got).Worktree
}

func (w *world) agent(name string) *Agent {
	w.t.Helper()
	for _, a := range w.Snapshot().Agents {
		if a.Name == name {
			return a
		}
	}
	w.t.Fatalf("there is no agent %s", name)
	return nil
}

func text(t testing.TB, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Two agents and the operator change one path at the same time, each in a folder of
// its own: each change is explained by the one call that made it.
func TestTwoAgentsInWorktreesOfTheirOwnAreToldApart(t *testing.T) {
	w := beginGit(t, map[string]string{"src/a.txt": "base\n"})
	const script = `"$SHELL" -c 'while ! test -e go; do /bin/sleep 0.05; done; echo NAME > src/a.txt; rm go; while ! test -e stop; do /bin/sleep 0.05; done'`
	dirs := map[string]string{}
	for _, name := range []string{"one", "two"} {
		dirs[name] = w.inWorktree(name, strings.ReplaceAll(script, "NAME", name))
	}
	w.answer(true, "", w.pending(2)...)
	for _, dir := range dirs {
		writeIn(t, dir, "go", "")
	}
	w.write("src/a.txt", "mine\n")
	var list []FileChange
	w.until("both changes to be seen", func(*Snapshot) bool {
		list = w.changes(1, ChangesOf{})
		return slices.ContainsFunc(list, func(f FileChange) bool { return f.Path == "one:src/a.txt" }) &&
			slices.ContainsFunc(list, func(f FileChange) bool { return f.Path == "two:src/a.txt" }) &&
			slices.ContainsFunc(list, func(f FileChange) bool { return f.Path == "src/a.txt" })
	})
	for _, f := range list {
		switch {
		case f.Path == "src/a.txt":
			if f.How != "unsanctioned" || f.Worktree != "" {
				t.Errorf("the operator's: %+v", f)
			}
		case strings.HasSuffix(f.Path, ":src/a.txt"):
			if f.How != "inferred" || f.Path != f.Agent+":src/a.txt" || f.Worktree != f.Agent || len(f.Calls) != 1 {
				t.Errorf("an agent's: %+v", f)
			}
		case strings.HasPrefix(f.Path, ".git/"):
			if f.How != "kavi's own" {
				t.Errorf("of git: %+v", f)
			}
		}
	}
	for name, dir := range dirs {
		if got := text(t, dir, "src/a.txt"); got != name+"\n" {
			t.Errorf("%s holds %q", name, got)
		}
	}

	// The diff of one agent is for git apply in its worktree.
	var patch bytes.Buffer
	if left, err := w.Patch(t.Context(), &patch, ChangesOf{Agent: "one"}); err != nil || len(left) > 0 || !strings.Contains(patch.String(), "+one") {
		t.Errorf("%q %v\n%s", left, err, patch.String())
	}
	cmd := exec.Command("git", "apply", "-R", "--check", "--include=src/*", "-")
	cmd.Dir, cmd.Stdin = dirs["one"], &patch
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("git apply -R: %v: %s", err, out)
	}

	// What one did is taken back, and nothing of the other.
	for _, o := range w.undo(ChangesOf{Agent: "one"}) {
		if !o.Done && o.Why != "" {
			t.Errorf("%+v", o)
		}
	}
	if got := text(t, dirs["one"], "src/a.txt") + text(t, dirs["two"], "src/a.txt") + w.file("src/a.txt"); got != "base\ntwo\nmine" {
		t.Errorf("after the undo they hold %q", got)
	}
	for _, dir := range dirs {
		writeIn(t, dir, "stop", "")
	}
}

// To an agent in a worktree its worktree is the project: what is beside it is
// outside, or kavi's own.
func TestAWorktreeIsTheAgentsProject(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n"})
	other := w.inWorktree("other", "exit 0\n")
	dir := w.inWorktree("one", `"$SHELL" -c 'echo two > a.txt'
"$SHELL" -c 'echo two > `+w.project+`/a.txt'
"$SHELL" -c 'echo two > `+other+`/a.txt'; echo "other $?"
git status --short > ../../../seen; echo "pwd $(/bin/pwd) $?"
cd `+w.project+` && git ls-files; echo "main $?"
`)
	a := w.pending(1)[0]
	if e := a.Judged.Parts[0].Effects[0]; e.Outside {
		t.Errorf("its own file is outside: %+v", e)
	}
	w.answer(true, "", a)
	w.until("the second", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].ID != a.ID })
	b := w.pending(1)[0]
	if j := b.Judged; !slices.ContainsFunc(j.Parts, func(p gateway.Part) bool {
		return slices.ContainsFunc(p.Effects, func(e gateway.Effect) bool { return e.Outside })
	}) {
		t.Errorf("the project's file is not outside: %+v", j)
	}
	w.answer(false, "no", b)
	w.exited("one")
	if got := w.screen("one"); !strings.Contains(got, "other 126") || !strings.Contains(got, "main 0") || !strings.Contains(strings.ReplaceAll(got, "\n", ""), "pwd "+dir) {
		t.Errorf("it saw:\n%s", got)
	}
	if got := text(t, dir, "a.txt") + w.file("a.txt") + text(t, other, "a.txt"); got != "two\none"+"one\n" {
		t.Errorf("they hold %q", got)
	}
	if got := gitIn(t, dir, "branch", "--show-current"); got != "kavi/"+w.dir.Name()+"/one" || w.agent("one").Branch != got {
		t.Errorf("it is on %q, and shown on %q", got, w.agent("one").Branch)
	}
	if root, err := ProjectRoot(dir); err != nil || root != w.project {
		t.Errorf("its project is %q, %v", root, err)
	}
	if root, err := ProjectRoot(string(w.dir)); err == nil {
		t.Errorf("the session's folder is the project %q", root)
	}
}

// A commit there changes the repository that all share: by the one who made it.
func TestACommitInAWorktreeIsExplained(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n"})
	w.inWorktree("one", `"$SHELL" -c 'echo two > a.txt; git commit -qam two'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	ref := ".git/refs/heads/kavi/" + w.dir.Name() + "/one"
	var list []FileChange
	w.until("the commit to be seen", func(*Snapshot) bool {
		list = w.changes(1, ChangesOf{Agent: "one"})
		return slices.ContainsFunc(list, func(f FileChange) bool { return f.Path == ref })
	})
	for _, f := range list {
		if f.How != "inferred" || !strings.HasPrefix(f.Path, "one:") && !strings.HasPrefix(f.Path, ".git/") {
			t.Errorf("%+v", f)
		}
	}
	if u := w.Snapshot().Unexplained; len(u) > 0 {
		t.Errorf("unexplained: %+v", u[0])
	}
}

// A restart of the agent and a crash of the server come back into the worktree.
func TestAnAgentComesBackIntoItsWorktree(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n"})
	dir := w.inWorktree("one", `"$SHELL" -c "echo $$ >> a.txt"; /bin/pwd; while ! test -e stop; do /bin/sleep 0.05; done`)
	w.answer(true, "", w.pending(1)[0])
	w.changes(1, ChangesOf{Agent: "one"})
	w.Close()
	writeIn(t, dir, "meanwhile.txt", "x\n") // nobody watches
	w.reopen()
	u := w.itemOf("one:meanwhile.txt")
	if f := u.Files[0]; !f.Gap || f.Worktree != "one" {
		t.Errorf("%+v", f)
	}
	if a := w.agent("one"); a.Worktree != dir {
		t.Errorf("after a crash its worktree is %q", a.Worktree)
	}
	w.undo(ChangesOf{Item: u.ID})
	if _, err := os.Lstat(filepath.Join(dir, "meanwhile.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it was not taken back: %v", err)
	}
	writeIn(t, dir, "stop", "")
	w.exited("one")
	if err := w.RestartAgent(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	w.answer(true, "", w.pending(1)[0])
	w.until("a second line", func(*Snapshot) bool {
		return strings.Count(text(t, dir, "a.txt"), "\n") == 3 || len(text(t, dir, "a.txt")) > 8
	})
	w.exited("one")
	if got := w.screen("one"); !strings.Contains(strings.ReplaceAll(got, "\n", ""), dir) {
		t.Errorf("it saw:\n%s", got)
	}
	// Its folder gone, it does not start anywhere else.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := w.RestartAgent(t.Context(), "one"); err == nil || !strings.Contains(err.Error(), "git worktree prune") {
		t.Errorf("without its worktree: %v", err)
	}
	if err := w.RemoveWorktree(t.Context(), "one", false, Operator{Client: "test"}); err != nil {
		t.Errorf("removing what is gone: %v", err)
	}
}

// Nothing goes with a worktree that is nowhere else.
func TestAWorktreeIsRemovedWhenNothingIsLostWithIt(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n", "b.txt": "one\n", ".gitignore": "out\n"})
	by := Operator{Client: "test"}
	dir := w.inWorktree("one", `while ! test -e stop; do /bin/sleep 0.05; done`)
	branch := w.agent("one").Branch
	refused := func(keep bool, want string) {
		t.Helper()
		err := w.RemoveWorktree(t.Context(), "one", keep, by)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("removed: %v, want %q", err, want)
		}
		if _, err := os.Lstat(filepath.Join(dir, "a.txt")); err != nil {
			t.Fatal(err)
		}
	}
	refused(false, "it still runs there")
	writeIn(t, dir, "stop", "")
	w.exited("one")
	refused(true, "1 file not committed (stop)")
	if err := os.Remove(filepath.Join(dir, "stop")); err != nil {
		t.Fatal(err)
	}
	gitIn(t, dir, "update-index", "--assume-unchanged", "b.txt")
	writeIn(t, dir, "b.txt", "hidden\n")
	refused(true, "b.txt (git was told not to look at it)")
	gitIn(t, dir, "update-index", "--no-assume-unchanged", "b.txt")
	gitIn(t, dir, "commit", "-qam", "two")
	refused(false, "1 commit not merged (")
	gitIn(t, dir, "checkout", "-q", "--detach")
	gitIn(t, dir, "commit", "-q", "--allow-empty", "-m", "loose")
	refused(true, "1 commit on no branch (")
	gitIn(t, dir, "checkout", "-q", branch)
	refused(false, "1 commit not merged (")
	gitIn(t, w.project, "merge", "-q", branch)
	writeIn(t, dir, "out", "built\n")
	st, err := LookAtWorktree(t.Context(), w.project, w.Snapshot().Worktrees[0])
	if err != nil || st.Holds(false) != "" || st.Empty() || !slices.Equal(st.Ignored, []string{"out"}) {
		t.Errorf("%+v, %v", st, err)
	}
	if err := w.RemoveWorktree(t.Context(), "one", false, by); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is there: %v", err)
	}
	if got := gitIn(t, w.project, "branch", "--list", branch); got != "" {
		t.Errorf("its branch is there: %s", got)
	}
	if err := w.RestartAgent(t.Context(), "one"); err == nil || !strings.Contains(err.Error(), "was removed") {
		t.Errorf("started without a worktree: %v", err)
	}
	for _, f := range w.changes(1, ChangesOf{}) {
		if strings.HasPrefix(f.Path, ".git/") && f.How != "kavi's own" && f.How != "unsanctioned" {
			t.Errorf("%+v", f)
		}
		if f.Path == "one:a.txt" {
			t.Errorf("its removal was seen: %+v", f)
		}
	}
	var patch bytes.Buffer // what it held can still be shown
	if _, err := w.Patch(t.Context(), &patch, ChangesOf{}); err != nil || !strings.Contains(patch.String(), "+hidden") {
		t.Errorf("%v\n%s", err, patch.String())
	}
	if w.CloseAgent(t.Context(), "one") != nil || w.inWorktree("one", "exit 0\n") == dir {
		t.Error("the name of a worktree was used again")
	}
}

// A session that ends keeps what is nowhere else, and only that.
func TestTheEndOfASessionKeepsWorktreesWithChanges(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n"})
	full := w.inWorktree("full", "exit 0\n")
	empty := w.inWorktree("empty", "exit 0\n")
	ahead := w.inWorktree("ahead", "exit 0\n")
	writeIn(t, full, "a.txt", "two\n")
	gitIn(t, ahead, "commit", "-q", "--allow-empty", "-m", "two")
	for _, name := range []string{"full", "empty", "ahead"} {
		w.exited(name)
	}
	if err := w.Stop(t.Context(), Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(empty); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the empty one: %v", err)
	}
	if text(t, full, "a.txt") != "two\n" || text(t, ahead, "a.txt") != "one\n" {
		t.Error("what the others held is another")
	}
	p := w.past()
	list, err := WorktreesIn(p.led)
	if err != nil || len(list) != 2 || list[0].Path != full || list[1].Path != ahead {
		t.Errorf("%+v %v", list, err)
	}
	if err := p.RemoveWorktree(t.Context(), "ahead", false, Operator{}); !errors.Is(err, ErrHolds) {
		t.Errorf("what is not merged was removed: %v", err)
	}
	if err := p.RemoveWorktree(t.Context(), "ahead", true, Operator{}); err != nil {
		t.Error(err)
	}
	if got := gitIn(t, w.project, "branch", "--list", list[1].Branch); got == "" {
		t.Error("its branch is gone")
	}
	// What the operator changed in the other one is taken back, there.
	plan, err := p.PlanUndo(ChangesOf{})
	if err != nil || !slices.ContainsFunc(plan.Steps, func(s UndoStep) bool { return s.Path == "full:a.txt" && s.Does == "full: restores a.txt" }) {
		t.Errorf("%+v %v", plan, err)
	}
}
