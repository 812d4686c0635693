package session

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/gateway/shell"
	"kavi/gateway/watch"
	"kavi/session/ledger"
)

// gitState is what is watched in the git folder of a project.
func gitState(t testing.TB, root string) map[watch.Path]string {
	t.Helper()
	all := make(map[watch.Path]string)
	for _, name := range []string{"HEAD", "config", "config.worktree", "packed-refs", "refs", "hooks", "info", "modules", "worktrees"} {
		err := filepath.Walk(filepath.Join(root, ".git", name), func(path string, fi os.FileInfo, err error) error {
			if err != nil || fi.IsDir() || strings.Contains(path, "/logs/") || strings.HasSuffix(path, "/index") || strings.Contains(path, "_HEAD") {
				return nil //nolint:nilerr // it is not there
			}
			b, err := os.ReadFile(path)
			all[watch.Path(strings.TrimPrefix(path, root+"/"))] = string(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// What real git changes in its folder is what a call of it may change there, and what
// it does not change, nothing may beside it.
func TestWhatGitChangesIsWhatACallOfItMayChange(t *testing.T) {
	top := t.TempDir()
	root, remote := filepath.Join(top, "project"), filepath.Join(top, "remote.git")
	writeIn(t, root, "a.txt", "one\n")
	gitIn(t, top, "init", "-q", "--bare", remote)
	t.Setenv("HOME", filepath.Join(top, "home"))
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	const hooks, config, exclude = ".git/hooks/pre-commit", ".git/config", ".git/info/exclude"
	for _, c := range []struct{ before, command, guarded string }{
		{command: "git init -q -b main"},
		{command: "git init -q", guarded: hooks + " " + exclude + " .git/refs/heads/x"},
		{command: "git config user.name me", guarded: hooks + " " + exclude + " .git/refs/heads/x"},
		{command: "git config user.email me@example.com", guarded: hooks},
		{command: "git add a.txt", guarded: hooks + " " + config + " .git/HEAD .git/refs/heads/main"},
		{command: "git commit -qm one", guarded: hooks + " " + config + " " + exclude},
		{command: "git status -s", guarded: hooks + " " + config + " .git/HEAD .git/refs/heads/main"},
		{command: "git log --oneline", guarded: hooks + " " + config + " .git/refs/heads/main"},
		{command: "git branch", guarded: config + " .git/refs/heads/main"},
		{command: "git branch topic", guarded: hooks + " " + config},
		{command: "git checkout -q topic", guarded: hooks + " " + config},
		{command: "git checkout -qb other", guarded: hooks + " " + config},
		{command: "git checkout -q -b follows --track main", guarded: hooks + " " + exclude},
		{command: "git branch --track too main", guarded: hooks},
		{command: "git branch -m too three", guarded: hooks},
		{command: "git branch -D three", guarded: hooks},
		{command: "git remote add origin ../remote.git", guarded: hooks},
		{command: "git push -q -u origin main", guarded: hooks + " " + exclude},
		{command: "git push -q origin other", guarded: hooks + " " + config},
		{command: "git fetch -q", guarded: hooks + " " + config},
		{command: "git pull -q --ff-only origin main", guarded: hooks + " " + config},
		{command: "git checkout -q other", guarded: hooks + " " + config},
		{before: "echo two > b.txt; git add b.txt; git commit -qm two; git branch -q -D main", command: "git checkout -q main", guarded: hooks},
		{command: "git merge -q other", guarded: hooks + " " + config},
		{command: "git tag v1", guarded: hooks + " " + config},
		{command: "git tag -d v1", guarded: hooks + " " + config},
		{before: "echo three > a.txt", command: "git stash", guarded: hooks + " " + config},
		{command: "git stash pop -q", guarded: hooks + " " + config},
		{command: "git commit -qam three", guarded: hooks + " " + config},
		{before: "git checkout -q other; echo c > c.txt; git add c.txt; git commit -qm c", command: "git rebase -q main", guarded: hooks + " " + config},
		{command: "git cherry-pick --keep-redundant-commits HEAD", guarded: hooks + " " + config},
		{command: "git revert --no-edit HEAD~1", guarded: hooks + " " + config},
		{command: "git reset -q --hard HEAD~1", guarded: hooks + " " + config},
		{command: "git switch -q main", guarded: hooks + " " + config},
		{command: "git worktree add -q ../linked -b linked", guarded: hooks},
		{command: "git worktree remove ../linked", guarded: hooks + " " + config},
		{command: "git notes add -m note", guarded: hooks + " " + config},
		{command: "git gc -q", guarded: hooks + " " + config + " " + exclude},
		{command: "git remote rename origin up", guarded: hooks},
		{command: "git remote remove up", guarded: hooks},
		{command: "git sparse-checkout set a", guarded: hooks + " .git/refs/heads/main"},
		{command: "git update-ref refs/heads/moved HEAD", guarded: hooks + " " + config},
		{command: "git symbolic-ref HEAD refs/heads/moved", guarded: hooks + " " + config},
	} {
		t.Run(c.command, func(t *testing.T) {
			do := func(command string) {
				cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", command)
				cmd.Dir = root
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Fatalf("%s: %v: %s", command, err, out)
				}
			}
			do(c.before)
			before, in := gitState(t, root), newWorktree(Worktree{Path: root}, "")
			var d doings
			now := time.Now()
			parts := shell.Analyse(c.command, shell.Env{Cwd: in.root, Root: in.root, Shell: "bash", FS: gateway.OS()}).Parts
			k := &call{id: "call_1", agentName: "one", req: &gateway.Call{}, judged: judged{Judgement: gateway.Judgement{Parts: parts}}}
			d.begin(k, &run{}, in, now)
			calls := d.calls(in)
			explained := func(path watch.Path) bool {
				e := watch.Explain(watch.Change{Path: path, Kind: watch.Modified, Protected: true, First: now, Time: now}, calls)
				return e.How == watch.Inferred
			}
			do(c.command)
			after := gitState(t, root)
			for _, path := range slices.Sorted(maps.Keys(after)) {
				if before[path] != after[path] && !explained(path) {
					t.Errorf("it changes %s, and may not: %v", path, calls[0].May)
				}
			}
			for path := range before {
				if _, has := after[path]; !has && !explained(path) {
					t.Errorf("it removes %s, and may not: %v", path, calls[0].May)
				}
			}
			for path := range strings.FieldsSeq(c.guarded) {
				if explained(watch.Path(path)) {
					t.Errorf("what changes %s beside it is taken for its doing: %v", path, calls[0].May)
				}
			}
		})
	}
}

// A git that only reads explains nothing, however long it goes on: a hook that is
// planted, and a commit that came past the doors beside it, are shown.
func TestBesideAGitThatReadsNothingIsExplained(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	for level, script := range map[gateway.Level]string{
		gateway.LevelOnWrite:  `git cat-file --batch < HELD & git log --oneline > /dev/null; `,
		gateway.LevelOnCommit: `git cat-file --batch < HELD & git status -s > /dev/null; `,
	} {
		t.Run(string(level), func(t *testing.T) {
			w := beginGit(t, nil, func(o *Options) { o.Config.Level = level })
			held, _ := w.pipe("held")
			tell := w.listening("one", `read -r go; `+strings.ReplaceAll(script, "HELD", held)+
				`printf '#!/bin/sh\n' > .git/hooks/pre-commit; printf '[core]\nfsmonitor = ./tool\n' >> .git/config; `+
				git+` -c core.fsmonitor=false commit -q --allow-empty -m past; read -r go`)
			w.keep("one.agent")
			tell("go")
			for _, path := range []string{".git/hooks/pre-commit", ".git/config", ".git/refs/heads/main"} {
				if u := w.itemOf(path); !u.Protected {
					t.Errorf("%+v", u)
				}
			}
			if kinds := kindsOf(w.entries(), ledger.CallExecuted); len(kinds) < 2 {
				t.Errorf("git was called %d times", len(kinds))
			}
		})
	}
}

// A commit in a shell's command asks for itself at on-commit, and is that call's alone.
func TestACommitInAShellIsTheGitCalls(t *testing.T) {
	w := beginGit(t, map[string]string{"a.txt": "one\n"}, func(o *Options) { o.Config.Level = gateway.LevelOnCommit })
	w.script("one", `"$SHELL" -c 'echo two > a.txt; git commit -qam two; true'`)
	w.answer(true, "", w.pending(1)[0])
	git := w.until("the commit's own", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].CallID != "call_1" }).Approvals[0]
	w.answer(true, "", git)
	w.exited("one")
	w.until("the commit to be seen", func(*Snapshot) bool {
		list, err := ChangesIn(w.Ledger(), ChangesOf{Calls: []string{git.CallID}})
		return err == nil && slices.ContainsFunc(list, func(f FileChange) bool { return f.Path == ".git/refs/heads/main" && f.How == "inferred" })
	})
}
