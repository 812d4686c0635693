package watch

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withSubmodules makes a project with the submodule libs/sub, which has deep/er.
func withSubmodules(t *testing.T) *project {
	t.Helper()
	repository := func() *project {
		p := newProject(t, map[string]string{"a": "1\n"})
		p.run("git", "init", "-q", "-b", "main")
		p.run("git", "add", "-A")
		p.run("git", "commit", "-qm", "one")
		return p
	}
	add := func(to, what *project, path string) {
		to.run("git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", what.root, path)
		to.run("git", "commit", "-qm", "two")
	}
	deep, sub, p := repository(), repository(), repository()
	add(sub, deep, "deep/er")
	add(p, sub, "libs/sub")
	p.run("git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive")
	return p
}

// plans are what taking these changes back would do, of what is not a folder.
func (p *project) plans(changes []Change) (said []string) {
	p.t.Helper()
	plan, err := p.w.Kept().Plan(files(changes))
	p.must(err)
	for _, s := range plan {
		said = append(said, s.String())
	}
	return said
}

const gitsRecord = " alone: it is git's own record: git reset and git reflog can take it back"

// The name of a submodule is its path, unless somebody gives it another one.
func TestWhatGitRunsInSubmodulesIsSeenAndTakenBack(t *testing.T) {
	p := withSubmodules(t).watched()
	p.run("git", "-C", "libs/sub", "commit", "-qm", "three", "--allow-empty")
	p.run("git", "-C", "libs/sub", "repack", "-qadn")
	if d := cmp.Diff([]string{"modified .git/modules/libs/sub/refs/heads/main +1 -1 protected"}, said(p.changes())); d != "" {
		t.Error(d)
	}
	p.run("git", "-C", "libs/sub", "checkout", "-q", "-b", "config")
	p.run("git", "-C", "libs/sub", "config", "core.hooksPath", "/evil")
	p.run("git", "-C", "libs/sub/deep/er", "config", "core.fsmonitor", "/evil")
	p.write(".git/modules/libs/sub/hooks/pre-commit", "x\n")
	p.write(".git/modules/libs/sub/modules/deep/er/hooks/pre-commit", "x\n")
	p.write(".git/modules/libs/sub/info/attributes", "* filter=x\n")
	p.write(".git/modules/new/one/hooks/pre-commit", "x\n")
	p.must(os.Rename(p.path(".git/modules/libs/sub/modules"), p.path("away")))
	p.must(os.Symlink("/evil", p.path(".git/modules/libs/sub/modules")))
	made := p.changes()
	made = slices.DeleteFunc(made, func(c Change) bool { return strings.HasPrefix(string(c.Path), "away") || c.Kind == Deleted })
	want := []string{
		"modified .git/modules/libs/sub/HEAD +1 -1 protected",
		"modified .git/modules/libs/sub/config +1 -0 protected",
		"created .git/modules/libs/sub/hooks/pre-commit +1 -0 protected",
		"created .git/modules/libs/sub/info/attributes +1 -0 protected",
		"created .git/modules/libs/sub/modules protected",
		"created .git/modules/libs/sub/refs/heads/config +1 -0 protected",
		"created .git/modules/new/one/hooks protected",
		"created .git/modules/new/one/hooks/pre-commit +1 -0 protected",
	}
	if d := cmp.Diff(want, said(made)); d != "" {
		t.Error(d)
	}
	want = []string{
		"leaves .git/modules/libs/sub/HEAD" + gitsRecord,
		"restores .git/modules/libs/sub/config",
		"removes .git/modules/libs/sub/hooks/pre-commit",
		"removes .git/modules/libs/sub/info/attributes",
		"removes .git/modules/libs/sub/modules",
		"leaves .git/modules/libs/sub/refs/heads/config" + gitsRecord,
		"removes .git/modules/new/one/hooks/pre-commit",
	}
	if d := cmp.Diff(want, p.plans(made)); d != "" {
		t.Error(d)
	}
}

// A submodule, and a worktree of a repository without one of its own, have their git
// folders elsewhere.
func TestTheGitFolderOfAProjectThatIsElsewhere(t *testing.T) {
	sub := withSubmodules(t)
	bare := newProject(t, map[string]string{"seed/a": "1\n"})
	bare.run("git", "init", "-q", "-b", "main", "seed")
	bare.run("git", "-C", "seed", "add", "-A")
	bare.run("git", "-C", "seed", "commit", "-qm", "one")
	bare.run("git", "clone", "-q", "--bare", "seed", "bare")
	bare.run("git", "-C", "bare", "worktree", "add", "-q", "../tree", "main")
	for _, tt := range []struct {
		name     string
		p        *project
		tree     string
		git, own string // the folder that is shared, and that of HEAD
	}{
		{"submodule", sub, "libs/sub", ".git/modules/libs/sub", ".git/modules/libs/sub"},
		{"worktree of a bare repository", bare, "tree", "bare", "bare/worktrees/tree"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := &project{t: t, root: tt.p.path(tt.tree), opts: tt.p.opts, log: tt.p.log}
			q.opts.Root = q.root
			git, own := tt.p.path(tt.git), tt.p.path(tt.own)
			q.watched()
			q.run("git", "config", "core.hooksPath", "/evil")
			q.run("git", "checkout", "-q", "-b", "topic")
			tt.p.write(tt.git+"/hooks/post-checkout", "x\n")
			list := q.changes()
			want := []string{
				"modified " + git + "/config +1 -0 protected", "created " + git + "/hooks/post-checkout +1 -0 protected",
				"created " + git + "/refs/heads/topic +1 -0 protected", "modified " + own + "/HEAD +1 -1 protected",
			}
			slices.SortFunc(want, func(a, b string) int { return strings.Compare(a[strings.Index(a, "/"):], b[strings.Index(b, "/"):]) })
			if d := cmp.Diff(want, said(list)); d != "" {
				t.Error(d)
			}
			want = []string{
				"restores " + git + "/config", "removes " + git + "/hooks/post-checkout",
				"leaves " + git + "/refs/heads/topic" + gitsRecord, "leaves " + own + "/HEAD" + gitsRecord,
			}
			slices.SortFunc(want, func(a, b string) int { return strings.Compare(a[strings.Index(a, "/"):], b[strings.Index(b, "/"):]) })
			if d := cmp.Diff(want, q.plans(list)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestWhatAPathInAGitFolderIs(t *testing.T) {
	for part, paths := range map[gitPart][]string{
		gitOther: {
			"index", "objects/ab/cd", "logs/HEAD", "HEAD.lock", "refs/heads/x.lock", "config/x", "worktrees/a/index", "worktrees/a/b/config",
			"modules/a/b/objects/pack/x", "modules/a/b/objects/info/packs", "modules/a/b/objects/0f", "modules/a/b/logs/HEAD", "modules/a/modules/b/logs/refs/heads/config",
		},
		gitWay: {"modules", "modules/a", "modules/a/b", "modules/a/b/objects", "modules/a/index", "modules/a/modules", "worktrees/a/modules/b", "modules/a/b/HEAD.lock", "modules/config", "modules/hooks"},
		gitFile: {
			"config", "config.worktree", "hooks/x", "info/attributes", "worktrees/a/config.worktree", "modules/a/config", "modules/a/b/c/config", "modules/a/b/hooks/x", "modules/a/modules/b/c/hooks",
			"modules/a/worktrees/b/config.worktree", "worktrees/a/modules/b/c/config", "modules/vendor/objects/hooks/x", "modules/objects/info/attributes", "modules/logs/config", "modules/a/logs/hooks/x",
			"modules/a/hooks/config", "modules/config/config",
		},
		gitRecord: {
			"HEAD", "packed-refs", "refs/heads/config", "refs/heads/objects/pack", "worktrees", "worktrees/a", "worktrees/a/HEAD", "modules/a/b/HEAD", "modules/a/refs/heads/config", "modules/a/refs/heads/hooks/x",
			"modules/a/hooks/HEAD", "modules/hooks/HEAD", "modules/a/refs/heads/objects/pack",
		},
	} {
		for _, path := range paths {
			if got := ofGit(path); got != part {
				t.Errorf("%s is %d, want %d", path, got, part)
			}
		}
	}
}
