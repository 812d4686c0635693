package session

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// workIn runs a script in a worktree as its agent would. Of git it may fail.
func workIn(t *testing.T, dir, script string) {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-euc", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_EDITOR=true", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}

const (
	breakRebase = `echo mine > a.txt; GIT_SEQUENCE_EDITOR='sed -i.bak 1ibreak' git rebase -q -i --autostash HEAD`
	aside       = `git update-ref refs/worktree/aside $(git commit-tree -p HEAD -m aside HEAD^{tree})`
)

// What git itself keeps of a worktree goes with it: an operation that is under way,
// with what it put aside, and refs of the worktree's own. To git status all is clean.
func TestWhatGitKeepsOfAWorktreeIsNotLost(t *testing.T) {
	project := t.TempDir()
	writeIn(t, project, "a.txt", "one\n")
	gitIn(t, project, "init", "-q", "-b", "main")
	gitIn(t, project, "add", "-A")
	gitIn(t, project, "commit", "-qm", "one")
	gitIn(t, project, "checkout", "-q", "-b", "other")
	for _, text := range []string{"two\n", "three\n"} {
		writeIn(t, project, "a.txt", text)
		gitIn(t, project, "commit", "-qam", text)
	}
	for name, tt := range map[string]struct {
		script string
		want   string // "": nothing is lost
	}{
		"nothing": {`git commit -q --allow-empty -m x; git reset -q --hard HEAD~1`, ""},
		"rebase":  {breakRebase, "a rebase under way"},
		"am":      {`git format-patch -q --stdout other~1..other | git am -q || true`, "a rebase or am under way"},
		"merge":   {`git merge -q -s ours --no-commit other`, "a merge under way"},
		"merge with changes put aside": {
			`git checkout -q -b there; echo x > b; git add b; git commit -qm b; git checkout -q -; echo y > a.txt; git merge -q --no-ff --no-commit --autostash there; git rm -qf b; git rm -q --cached b || true`,
			"a merge under way",
		},
		"cherry-pick":              {`git cherry-pick other || git checkout -q -f HEAD -- a.txt`, "a cherry-pick under way"},
		"revert":                   {`git reset -q --hard other; git revert other~1 || git checkout -q -f HEAD -- a.txt; test -f $(git rev-parse --git-dir)/REVERT_HEAD`, "a revert under way"},
		"sequence":                 {`git cherry-pick other other~1 || git checkout -q -f HEAD -- a.txt; rm $(git rev-parse --git-dir)/CHERRY_PICK_HEAD`, "a cherry-pick or revert under way"},
		"bisect":                   {`git bisect start -q`, "a bisect under way"},
		"ref":                      {aside, "1 commit on no branch ("},
		"ref of bisect":            {`git update-ref refs/bisect/bad $(git commit-tree -p HEAD -m x HEAD^{tree})`, "1 commit on no branch ("},
		"ref elsewhere":            {`git update-ref refs/worktree/aside other`, ""},
		"ref to a file":            {`git update-ref refs/worktree/aside $(echo x | git hash-object -w --stdin)`, "refs of its own to what is no commit (refs/worktree/aside)"},
		"rebase, its folder gone":  {breakRebase + `; rm -rf "$PWD"`, "a rebase under way"},
		"ref, its folder gone":     {aside + `; rm -rf "$PWD"`, "1 commit on no branch ("},
		"nothing, its folder gone": {`rm -rf "$PWD"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := Worktree{Agent: "one", Path: filepath.Join(t.TempDir(), "tree"), Branch: "work/" + strings.ReplaceAll(name, " ", "-")}
			r, err := openRepo(t.Context(), project)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.git("worktree", "add", "--quiet", "-b", w.Branch, w.Path, "main"); err != nil {
				t.Fatal(err)
			}
			workIn(t, w.Path, tt.script)
			st, err := LookAtWorktree(t.Context(), project, w)
			if err != nil {
				t.Fatal(err)
			}
			if got := st.Holds(true); got != "" != (tt.want != "") || !strings.Contains(got, tt.want) || st.Empty() != (tt.want == "") {
				t.Errorf("it holds %q, want %q", got, tt.want)
			}
			if err := r.remove(w, st, true); errors.Is(err, ErrHolds) != (tt.want != "") {
				t.Errorf("removed: %v", err)
			}
		})
	}
}

// The end of a session keeps them, too.
func TestTheEndOfASessionKeepsWhatARebasePutAside(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n"})
	dir := w.inWorktree("one", "exit 0\n")
	w.exited("one")
	workIn(t, dir, breakRebase)
	if err := w.Stop(t.Context(), Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	workIn(t, dir, "git rebase --abort")
	if got := text(t, dir, "a.txt"); got != "mine\n" {
		t.Errorf("it holds %q", got)
	}
}
