package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kavi/gateway/hook/model"
)

// TestAgentInAWorktree drives Claude, headless and in its pane, in a git worktree of
// its own. See TestAgents.
func TestAgentInAWorktree(t *testing.T) {
	f := claudeFamily()
	if !sealed() {
		agents := agentsFolder(t, string(f.name))
		kavi, err := buildKavi(t)
		if err != nil {
			t.Fatalf("building kavi: %v", err)
		}
		seal(t, t.Name(), kavi, agents)
		return
	}
	if err := os.Setenv("PATH", sealedBin+":"+os.Getenv("PATH")); err != nil {
		t.Fatal(err)
	}
	f.prove(t)
	for _, m := range modes() {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			inWorktree(t, f, m)
		})
	}
}

// inWorktree: the agent edits, runs commands and commits in its worktree, and
// nothing of that is in the project. Approvals, changes and undo say whose it is.
// What it has done is kept at the end, until it is merged.
func inWorktree(t *testing.T, f family, m mode) {
	var tree string
	var turns []model.Turn
	x := newTrial(t, f, m, func(x *trial) []model.Turn {
		tree = filepath.Join(x.home, "state", "kavi", "sessions", "garden", "worktrees", "claude")
		for _, c := range []model.Call{
			f.tools.edit(filepath.Join(tree, "a.txt"), "two", "TWO"),
			f.tools.shell("rm gone.txt && echo once > ran.txt"),
			f.tools.shell(`git add -A && git commit -q -m "Change in a worktree"`),
			f.tools.write(filepath.Join(tree, "left.txt"), "not committed\n"),
		} {
			turns = append(turns, model.Turn{Text: "Now this.", Calls: []model.Call{c}})
		}
		return turns
	})
	git := func(dir string, args ...string) string {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", dir}, args...)...)
		c.Env = x.env
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
		return string(out)
	}
	untouched := func(when string) {
		t.Helper()
		if status, log := git(x.project, "status", "--porcelain"), git(x.project, "log", "--format=%s"); status != "" || log != "first\n" {
			t.Errorf("%s the project is another:\n%s%s", when, status, log)
		}
	}
	if m == interactive { // the folder is a new one to it
		text := x.read(t, "../.claude.json")
		x.put(t, ".claude.json", "%s", strings.ReplaceAll(text, `"`+x.project+`"`, `"`+tree+`"`))
	}
	if out := x.run(t, append([]string{"--worktree"}, x.args()...)...); !strings.Contains(out, "claude works in "+tree+", on the branch kavi/garden/claude") {
		t.Errorf("it says %s", out)
	}
	var ids []string
	for i := range turns {
		a := x.held(t, 1)[0]
		if a.Call.Cwd != tree {
			t.Errorf("%s is made in %s", a.ID, a.Call.Cwd)
		}
		if i == 0 && (a.Call.Path != filepath.Join(tree, "a.txt") || a.Text.BodyIs != "diff") {
			t.Errorf("the edit is held as one of %s, %q", a.Call.Path, a.Text.BodyIs)
		}
		untouched("while " + a.ID + " is held")
		ids = append(ids, a.ID)
		x.approve(t, a.ID)
	}
	x.finished(t, len(turns))
	untouched("after its work")
	if log := git(tree, "log", "--format=%s"); log != "Change in a worktree\nfirst\n" {
		t.Errorf("its branch holds %q", log)
	}

	// What changed is named by whose it is, and explained.
	x.await(t, "its changes", func() bool {
		list := x.run(t, "changes", "--summary", "--agent", "claude")
		for _, name := range []string{"claude:a.txt", "claude:gone.txt", "claude:ran.txt", "claude:left.txt"} {
			if !strings.Contains(list, name) {
				return false
			}
		}
		return true
	})
	for line := range strings.Lines(x.run(t, "changes", "--json", "--session", "garden")) {
		if strings.Contains(line, `"how":"unsanctioned"`) {
			t.Errorf("no call explains it: %s", line)
		}
	}
	if out := x.run(t, "worktree", "list"); !strings.Contains(out, "1 file not committed (left.txt), 1 commit not merged") {
		t.Errorf("worktree list says %s", out)
	}

	// One call of them is taken back, there.
	if out := x.run(t, "undo", ids[1], "--yes"); !strings.Contains(out, "claude: brings back gone.txt") || !strings.Contains(out, "taken back: 2") {
		t.Errorf("undo says %s", out)
	}
	if got := git(tree, "status", "--porcelain"); got != " D ran.txt\n?? gone.txt\n?? left.txt\n" {
		t.Errorf("after the undo the worktree holds %q; %s", got, x.explain(t))
	}
	untouched("after the undo")
	x.refused(t, "it holds what is nowhere else", "worktree", "remove", "claude", "--yes")

	// Nothing is lost at the end, nor before it is merged.
	if out := x.run(t, "stop"); !strings.Contains(out, "the worktree of claude stays: 3 files not committed") {
		t.Errorf("stop says %s", out)
	}
	untouched("after the end")
	x.refused(t, "3 files not committed", "worktree", "remove", "claude", "--yes")
	git(tree, "add", "-A")
	git(tree, "commit", "-q", "-m", "What was undone")
	x.refused(t, "2 commits not merged", "worktree", "remove", "claude", "--yes")
	git(x.project, "merge", "-q", "kavi/garden/claude")
	x.run(t, "worktree", "remove", "claude", "--yes")
	if exists(tree) || x.read(t, "a.txt") != "one\nTWO\nthree\n" || x.read(t, "left.txt") != "not committed\n" || !x.exists("gone.txt") || git(x.project, "branch", "--list", "kavi/*") != "" {
		t.Errorf("the worktree is there: %v; a.txt holds %q", exists(tree), x.read(t, "a.txt"))
	}
}

// refused runs kavi, which has to refuse, in these words.
func (x *trial) refused(t *testing.T, words string, args ...string) {
	t.Helper()
	c := exec.Command("kavi", args...)
	c.Dir, c.Env = x.project, x.env
	if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), words) {
		t.Errorf("kavi %s: %v\n%s, want %q", strings.Join(args, " "), err, out, words)
	}
}
