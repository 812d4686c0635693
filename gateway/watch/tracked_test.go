package watch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What git tracks it never ignores, whatever its rules say of the name: also in a
// folder of which the rest is ignored, also where it went and came back.
func TestWhatGitTracksIsNotIgnored(t *testing.T) {
	odd := "dist/\xff\"\n name"
	p := newProject(t, map[string]string{
		".gitignore": "*.log\n/dist/\n", "a.log": "1\n", "b.log": "1\n", "dist/deep/z": "1\n", "dist/x": "1\n", "dist/y": "1\n", odd: "1\n",
	})
	p.run("git", "init", "-q")
	p.run("git", "add", ".gitignore")
	p.run("git", "add", "-f", "a.log", "dist/deep/z", "dist/x", odd)
	p.watched()
	p.write("a.log", "2\n")
	p.write("b.log", "2\n")
	p.write("dist/deep/z", "2\n")
	p.must(os.Remove(p.path("dist/x")))
	p.write("dist/y", "2\n")
	p.write("dist/deep/new", "2\n")
	p.write("dist/other/new", "2\n")
	p.write(odd, "2\n")
	want := []string{"modified a.log +1 -1", "modified dist/deep/z +1 -1", "deleted dist/x +0 -1", "modified " + odd + " +1 -1"}
	if d := cmp.Diff(want, said(p.changes())); d != "" {
		t.Error(d)
	}
	p.must(os.Rename(p.path("dist/y"), p.path("dist/x")))
	if d := cmp.Diff([]string{"created dist/x +1 -0"}, said(p.changes())); d != "" {
		t.Error(d)
	}
}

// What git begins to track is seen from then on; what it tracks no longer was known.
func TestAFileThatIsAddedToTheIndex(t *testing.T) {
	p := newProject(t, map[string]string{".gitignore": "*.log\n/dist/\n", "a.log": "1\n", "dist/deep/x": "1\n", "dist/deep/y": "1\n"})
	p.run("git", "init", "-q")
	p.watched()
	p.write("a.log", "2\n")
	if d := cmp.Diff([]string{}, said(p.changes())); d != "" {
		t.Error(d)
	}
	p.run("git", "add", "-f", "a.log", "dist/deep/x")
	got := files(p.changes())
	if d := cmp.Diff([]string{"created a.log +1 -0", "created dist/deep/x +1 -0"}, said(got)); d != "" {
		t.Error(d)
	}
	for _, c := range got {
		if !c.Revealed {
			t.Errorf("%v was there before", c)
		}
	}
	p.write("a.log", "3\n")
	p.write("dist/deep/x", "3\n")
	p.write("dist/deep/y", "3\n")
	want := []string{"modified a.log +1 -1", "modified dist/deep/x +1 -1"}
	if d := cmp.Diff(want, said(p.changes())); d != "" {
		t.Error(d)
	}
	p.run("git", "rm", "-q", "-f", "--cached", "a.log", "dist/deep/x")
	p.write("a.log", "4\n")
	p.write("dist/deep/x", "4\n")
	p.write("b.log", "4\n")
	if d := cmp.Diff(want, said(p.changes())); d != "" {
		t.Error(d)
	}
}

// A checkout writes files before it writes the index that tracks them.
func TestACheckoutOfTrackedFilesThatTheRulesIgnore(t *testing.T) {
	p := newProject(t, map[string]string{".gitignore": "*.log\n", "src/a": "1\n"})
	p.run("git", "init", "-q", "-b", "main")
	p.run("git", "add", "-A")
	p.run("git", "commit", "-qm", "one")
	p.run("git", "checkout", "-q", "-b", "other")
	p.write("src/deep/x.log", "1\n")
	p.run("git", "add", "-f", "src/deep/x.log")
	p.run("git", "commit", "-qm", "two")
	p.run("git", "checkout", "-q", "main")
	p.watched()
	p.run("git", "checkout", "-q", "other")
	p.write("src/deep/y.log", "1\n")
	if d := cmp.Diff([]string{"modified .git/HEAD +1 -1 protected", "created src/deep/x.log +1 -0"}, said(files(p.changes()))); d != "" {
		t.Error(d)
	}
}

// Each repository in the project says what it tracks: one that lies there, a
// submodule, and the project itself as a linked worktree.
func TestRepositoriesInTheProject(t *testing.T) {
	from := newProject(t, map[string]string{"a": "1\n", "a.log": "1\n"})
	from.run("git", "init", "-q", "-b", "main")
	from.run("git", "add", "-f", "-A")
	from.run("git", "commit", "-qm", "one")
	main := newProject(t, map[string]string{".gitignore": "*.log\n", "a.log": "1\n"})
	main.run("git", "init", "-q", "-b", "main")
	main.run("git", "add", "-f", "-A")
	main.run("git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", from.root, "deep/sub")
	main.run("git", "commit", "-qm", "one")
	linked := &project{t: t, root: filepath.Join(tempDir(t), "tree"), opts: main.opts, log: main.log}
	main.run("git", "worktree", "add", "-q", linked.root)
	linked.opts.Root = linked.root
	linked.opts.Folder += "-linked"
	for _, p := range []*project{main, linked} {
		p.run("git", "clone", "-q", from.root, "deep/nested")
		p.write("deep/nested/b.log", "1\n")
		p.write("deep/broken/.git/config", "no repository\n")
		p.write("deep/broken/a.log", "1\n")
		p.watched()
		all := []string{"a.log", "b.log", "deep/a.log", "deep/broken/a.log", "deep/nested/a", "deep/nested/a.log", "deep/nested/b.log"}
		want := []string{"modified a.log +1 -1", "modified deep/nested/a +1 -1", "modified deep/nested/a.log +1 -1"}
		if p == main {
			all = append(all, "deep/sub/a.log", "deep/sub/b.log")
			want = append(want, "modified deep/sub/a.log +1 -1")
		}
		for _, name := range all {
			p.write(name, "2\n")
		}
		if d := cmp.Diff(want, said(p.changes())); d != "" {
			t.Error(d)
		}
		p.run("git", "-C", "deep/nested", "add", "-f", "b.log")
		p.run("git", "add", "-f", "b.log")
		if d := cmp.Diff([]string{"created b.log +1 -0", "created deep/nested/b.log +1 -0"}, said(p.changes())); d != "" {
			t.Error(d)
		}
		p.close()
	}
}

// Of an index that git cannot read nobody knows what it tracks: nothing is ignored.
func TestADamagedIndex(t *testing.T) {
	p := newProject(t, map[string]string{".gitignore": "*.log\n", "a.log": "1\n"})
	p.run("git", "init", "-q")
	p.run("git", "add", "-f", "-A")
	index, err := os.ReadFile(p.path(".git/index"))
	p.must(err)
	p.must(os.WriteFile(p.path(".git/index"), append([]byte("JUNK"), index[4:]...), 0o600))
	p.watched()
	p.write("a.log", "2\n")
	p.write("b.log", "2\n")
	if d := cmp.Diff([]string{"modified a.log +1 -1", "created b.log +1 -0"}, said(p.changes())); d != "" {
		t.Error(d)
	}
	p.must(os.WriteFile(p.path(".git/index.new"), index, 0o600))
	p.must(os.Rename(p.path(".git/index.new"), p.path(".git/index"))) // as git does it
	p.changes()
	p.write("c.log", "2\n")
	if d := cmp.Diff([]string{}, said(p.changes())); d != "" {
		t.Error(d)
	}
}

// An index may leave folders to objects that are fetched when they are missing, by a
// program that the repository names.
func TestAnIndexThatHasToBeFetched(t *testing.T) {
	p := newProject(t, map[string]string{".gitignore": "*.log\n", "in/a": "1\n", "out/a": "1\n", "out/deep/a": "1\n"})
	p.run("git", "init", "-q", "-b", "main")
	p.run("git", "add", "-A")
	p.run("git", "commit", "-qm", "one")
	p.run("git", "sparse-checkout", "init", "--cone", "--sparse-index")
	p.run("git", "sparse-checkout", "set", "in")
	tree := strings.TrimSpace(p.run("git", "rev-parse", "HEAD:out"))
	p.must(os.Remove(p.path(".git/objects/" + tree[:2] + "/" + tree[2:])))
	mark := filepath.Join(tempDir(t), "ran")
	for key, value := range map[string]string{
		"core.repositoryFormatVersion": "1", "extensions.partialClone": "evil", "remote.evil.promisor": "true",
		"remote.evil.url": "ext::sh -c touch% " + mark, "protocol.ext.allow": "always", "protocol.allow": "always",
	} {
		p.run("git", "config", key, value)
	}
	p.watched()
	p.write("b", "1\n")
	p.write("b.log", "1\n")
	p.waitFor("created b +1 -0")
	if _, err := os.Lstat(mark); err == nil {
		t.Error("a program of the repository ran")
	}
}
