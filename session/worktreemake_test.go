package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/hook"
)

// Each reason for which there can be no worktree is said, and nothing is left.
func TestWorktreesThatCannotBeMade(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, project string)
		want    error
		says    string
	}{
		"no repository": {func(*testing.T, string) {}, ErrNoRepository, ""},
		"no commit":     {func(t *testing.T, project string) { gitIn(t, project, "init", "-q") }, ErrNoCommit, ""},
		"bare":          {func(t *testing.T, project string) { gitIn(t, project, "init", "-q", "--bare") }, ErrBare, ""},
		"its branch": {func(t *testing.T, project string) {
			gitIn(t, project, "init", "-q")
			gitIn(t, project, "commit", "-q", "--allow-empty", "-m", "one")
			gitIn(t, project, "branch", "kavi/project/one")
		}, ErrBranchExists, "kavi/project/one"},
		"a branch in its way": {func(t *testing.T, project string) {
			gitIn(t, project, "init", "-q")
			gitIn(t, project, "commit", "-q", "--allow-empty", "-m", "one")
			gitIn(t, project, "branch", "kavi")
		}, nil, "'refs/heads/kavi' exists"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, func(o *Options) { c.prepare(t, o.Project) })
			_, err := w.StartAgent(t.Context(), AgentSpec{Name: "one", Argv: []string{"/bin/sh", "-c", "exit 0"}, Worktree: true})
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %v %s", err, c.want, c.says)
			}
			if _, err := os.Lstat(w.dir.Worktree("one")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("its folder: %v", err)
			}
			if s := w.Snapshot(); len(s.Agents)+len(s.Worktrees) > 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

// The break-in: a repository whose hooks, filters and monitor would run when a
// worktree is checked out, looked at and removed.
func TestMakingAWorktreeRunsNothingOfTheRepository(t *testing.T) {
	top := t.TempDir()
	evil := func(what string) string {
		path := filepath.Join(top, what+".sh")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n: > "+filepath.Join(top, "ran-"+what)+"\ncat\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	w := beginGit(t, map[string]string{"a.txt": "one\n", "b.big": "two\n", ".gitattributes": "*.txt filter=evil\n*.big filter=proc\n"}, func(o *Options) {
		gitIn(t, o.Project, "config", "filter.evil.smudge", evil("smudge"))
		gitIn(t, o.Project, "config", "filter.evil.clean", evil("clean"))
		gitIn(t, o.Project, "config", "filter.evil.required", "true")
		gitIn(t, o.Project, "config", "filter.proc.process", evil("process"))
		gitIn(t, o.Project, "config", "core.fsmonitor", evil("fsmonitor"))
		hooks := filepath.Join(o.Project, ".git", "hooks")
		for _, h := range []string{"post-checkout", "reference-transaction", "post-index-change"} {
			if err := os.Symlink(evil(h), filepath.Join(hooks, h)); err != nil {
				t.Fatal(err)
			}
		}
		writeIn(t, o.Project, "new.txt", "x\n")
	})
	dir := w.inWorktree("one", "exit 0\n")
	w.exited("one")
	if got := text(t, dir, "a.txt"); got != "one\n" {
		t.Errorf("it holds %q", got)
	}
	notes := strings.Join(w.agent("one").Notes, "\n")
	if !strings.Contains(notes, "2 files need the filter evil") || !strings.Contains(notes, "1 uncommitted change of the project is not in it") {
		t.Errorf("the operator is told:\n%s", notes)
	}
	if _, err := LookAtWorktree(t.Context(), w.project, w.Snapshot().Worktrees[0]); err != nil {
		t.Error(err)
	}
	if err := w.RemoveWorktree(t.Context(), "one", false, Operator{Client: "test"}); err != nil {
		t.Error(err)
	}
	ran, err := filepath.Glob(filepath.Join(top, "ran-*"))
	if err != nil || len(ran) > 0 {
		t.Errorf("what ran: %q %v", ran, err)
	}
}

// A submodule is not checked out, and its repository is not lost with the worktree.
func TestAWorktreeOfARepositoryWithSubmodules(t *testing.T) {
	lib := t.TempDir()
	gitIn(t, lib, "init", "-q")
	gitIn(t, lib, "commit", "-q", "--allow-empty", "-m", "lib")
	w := beginGit(t, map[string]string{"a.txt": "one\n"})
	gitIn(t, w.project, "submodule", "--quiet", "add", lib, "lib")
	gitIn(t, w.project, "commit", "-qm", "lib")
	for name, inited := range map[string]bool{"one": true, "two": false} {
		dir := w.inWorktree(name, "exit 0\n")
		w.exited(name)
		if notes := strings.Join(w.agent(name).Notes, "\n"); !strings.Contains(notes, "submodules are not checked out") {
			t.Errorf("the operator is told:\n%s", notes)
		}
		if inited {
			gitIn(t, dir, "submodule", "--quiet", "update", "--init")
		}
		err := w.RemoveWorktree(t.Context(), name, false, Operator{Client: "test"})
		if inited != (err != nil && strings.Contains(err.Error(), "repositories of submodules (lib)")) {
			t.Errorf("with a submodule checked out (%v): %v", inited, err)
		}
	}
}

// An agent that is not started leaves no worktree behind.
func TestAWorktreeWhoseAgentIsNotStartedIsTakenBack(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n"}, func(o *Options) {
		o.Prove = func(context.Context, hook.ProveOptions) (hook.Proof, error) {
			return hook.Proof{}, errors.New("not today")
		}
	})
	spec := w.known("exit 0\n")
	spec.Worktree = true
	if _, err := w.StartAgent(t.Context(), spec); err == nil || !strings.Contains(err.Error(), "not today") {
		t.Fatalf("started: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(string(w.dir), "worktrees", "*"))
	if err != nil || len(left) > 0 || len(w.Snapshot().Worktrees) > 0 {
		t.Errorf("left: %q %v", left, err)
	}
	if got := gitIn(t, w.project, "branch", "--list", "kavi/*"); got != "" {
		t.Errorf("left: %s", got)
	}
}

func TestGitsWordsSayTheCause(t *testing.T) {
	for text, want := range map[string]string{
		"fatal: not a git repository\n": "not a git repository",
		"Preparing worktree\nerror: unable to write file big: No space left on device\nerror: unable to write file c\nfatal: Could not reset index file to revision 'HEAD'.\n": "unable to write file big: No space left on device; Could not reset index file to revision 'HEAD'.",
		"something \x1b[2J else\n": `something \x1b[2J else`,
	} {
		if got := gitWords(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestTheFilesThatNeedAFilterAreCountedInWords(t *testing.T) {
	for n, want := range map[int]string{
		1: "1 file needs the filter lfs, which kavi did not run: it holds what git stores of it; in the worktree, git lfs pull makes it whole",
		2: "2 files need the filter lfs, which kavi did not run: they hold what git stores of them; in the worktree, git lfs pull makes them whole",
	} {
		if d := cmp.Diff(want, unfiltered(n, "lfs")); d != "" {
			t.Error(d)
		}
	}
}
