package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestChangesAreSeen(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		do    func(p *project)
		want  []string
	}{
		{
			"a new file", nil,
			func(p *project) { p.write("a.txt", "1\n2\n") },
			[]string{"created a.txt +2 -0"},
		},
		{
			"a write",
			map[string]string{"a.txt": "1\n2\n3\n"},
			func(p *project) { p.write("a.txt", "1\ntwo\n3\n") },
			[]string{"modified a.txt +1 -1"},
		},
		{
			"a write of the same size and time",
			map[string]string{"a.txt": "1\n"},
			func(p *project) {
				info, err := os.Stat(p.path("a.txt"))
				p.must(err)
				p.write("a.txt", "2\n")
				p.must(os.Chtimes(p.path("a.txt"), info.ModTime(), info.ModTime()))
			},
			[]string{"modified a.txt +1 -1"},
		},
		{
			"nothing but another time",
			map[string]string{"a.txt": "1\n"},
			func(p *project) { p.must(os.Chtimes(p.path("a.txt"), time.Now(), time.Now())) },
			[]string{},
		},
		{
			"a mode",
			map[string]string{"a.txt": "1\n"},
			func(p *project) { p.must(os.Chmod(p.path("a.txt"), 0o755)) },
			[]string{"mode a.txt"},
		},
		{
			"a deletion",
			map[string]string{"src/a.txt": "1\n2\n"},
			func(p *project) { p.must(os.Remove(p.path("src/a.txt"))) },
			[]string{"deleted src/a.txt +0 -2"},
		},
		{
			"a folder with all in it",
			map[string]string{"src/a": "1\n", "src/deep/b": "1\n", "c": ""},
			func(p *project) { p.must(os.RemoveAll(p.path("src"))) },
			[]string{"deleted src", "deleted src/a +0 -1", "deleted src/deep", "deleted src/deep/b +0 -1"},
		},
		{
			"a temporary file renamed into place, as editors do",
			map[string]string{"a.txt": "1\n"},
			func(p *project) {
				p.write(".a.txt.swp", "x")
				p.write("a.txt~", "2\n")
				p.must(os.Rename(p.path("a.txt~"), p.path("a.txt")))
				p.must(os.Remove(p.path(".a.txt.swp")))
			},
			[]string{"modified a.txt +1 -1"},
		},
		{
			"a backup is renamed away and a new file written, as vim does",
			map[string]string{"a.txt": "1\n"},
			func(p *project) {
				p.must(os.Rename(p.path("a.txt"), p.path("a.txt~")))
				p.write("a.txt", "1\n2\n")
				p.must(os.Remove(p.path("a.txt~")))
			},
			[]string{"modified a.txt +1 -0"},
		},
		{
			"a renaming",
			map[string]string{"a.txt": "1\n", "src/": ""},
			func(p *project) { p.must(os.Rename(p.path("a.txt"), p.path("src/b.txt"))) },
			[]string{"renamed src/b.txt from a.txt"},
		},
		{
			"a renaming over another file",
			map[string]string{"a": "1\n", "b": "2\n3\n"},
			func(p *project) { p.must(os.Rename(p.path("a"), p.path("b"))) },
			[]string{"deleted a +0 -1", "modified b +1 -2"},
		},
		{
			"a folder renamed, then written in",
			map[string]string{"src/deep/a": "1\n", "src/b": "2\n"},
			func(p *project) {
				p.must(os.Rename(p.path("src"), p.path("lib")))
				p.write("lib/deep/c", "3\n")
			},
			[]string{"renamed lib from src", "renamed lib/b from src/b", "renamed lib/deep from src/deep", "renamed lib/deep/a from src/deep/a", "created lib/deep/c +1 -0"},
		},
		{
			"a file becomes a folder, a folder a file",
			map[string]string{"a": "1\n", "b/c": "2\n"},
			func(p *project) {
				p.must(os.Remove(p.path("a")))
				p.write("a/d", "3\n")
				p.must(os.RemoveAll(p.path("b")))
				p.write("b", "4\n")
			},
			[]string{"deleted a +0 -1", "created a", "created a/d +1 -0", "deleted b", "created b +1 -0", "deleted b/c +0 -1"},
		},
		{
			"links, which are not followed",
			map[string]string{"a": "1\n", "src/b": "2\n"},
			func(p *project) {
				p.must(os.Symlink("/etc", p.path("etc")))
				p.must(os.Symlink("src", p.path("lib")))
				p.must(os.Remove(p.path("a")))
				p.must(os.Symlink("src/b", p.path("a")))
			},
			[]string{"modified a +0 -1", "created etc", "created lib"},
		},
		{
			"pipes are not opened", nil,
			func(p *project) { p.must(unix.Mkfifo(p.path("pipe"), 0o644)) },
			[]string{"created pipe"},
		},
		{
			"names that are no text", nil,
			func(p *project) {
				p.write("a\xff\n\"b", "1\n")
				p.write(" ", "1\n")
				p.write(":(icase)x", "1\n")
				p.write("-n", "1\n")
			},
			[]string{"created   +1 -0", "created -n +1 -0", "created :(icase)x +1 -0", "created a\xff\n\"b +1 -0"},
		},
		{
			"binary files have no lines",
			map[string]string{"a": "1\n"},
			func(p *project) { p.write("a", "\x00\x01\n\n\n") },
			[]string{"modified a"},
		},
		{
			"node_modules are not looked at",
			map[string]string{"node_modules/x/a": "1"},
			func(p *project) {
				p.write("node_modules/x/a", "2")
				p.write("web/node_modules/b", "2")
			},
			[]string{"created web"},
		},
		{
			"made and gone again", nil,
			func(p *project) {
				p.write("a/b/c", "1")
				p.must(os.RemoveAll(p.path("a")))
			},
			[]string{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newProject(t, tt.files).watched()
			tt.do(p)
			if d := cmp.Diff(tt.want, said(p.changes())); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestGitSaysWhatIsIgnored(t *testing.T) {
	p := newProject(t, map[string]string{
		".gitignore": "*.log\n/dist/\n!keep.log\n.claude/\n", "src/a.go": "1\n", "old.log": "known", "dist/x": "1", "src/.gitignore": "gen/\n",
	})
	p.run("git", "init", "-q")
	p.watched()
	p.write("x.log", "1")
	p.write("keep.log", "1")
	p.write("dist/y", "1")
	p.write("dist/deep/y", "1")
	p.write("src/gen/y", "1")
	p.write("gen/y", "1")
	p.write(".claude/settings.json", "{}\n")
	want := []string{"created .claude/settings.json +1 -0 protected", "created gen/y +1 -0", "created keep.log +1 -0"}
	if d := cmp.Diff(want, said(files(p.changes()))); d != "" {
		t.Error(d)
	}
	// A new rule does not hide what is known, and shows what it hid.
	p.write(".gitignore", "/dist/\n.claude/\n*.go\n")
	p.write("src/a.go", "2\n")
	p.write("src/b.go", "2\n")
	want = []string{"modified .gitignore +1 -2", "created old.log +1 -0", "modified src/a.go +1 -1", "created x.log +1 -0"}
	got := p.changes()
	if d := cmp.Diff(want, said(files(got))); d != "" {
		t.Error(d)
	}
	for _, c := range got {
		if c.Revealed != strings.HasSuffix(string(c.Path), ".log") {
			t.Errorf("%v: revealed %v", c, c.Revealed)
		}
	}
}

func TestWhatGitRunsIsSeen(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n"})
	p.run("git", "init", "-q", "-b", "main")
	p.run("git", "add", "-A")
	p.run("git", "commit", "-qm", "one")
	p.watched()
	p.write("a", "2\n")
	p.run("git", "commit", "-qam", "two")
	p.run("git", "checkout", "-q", "-b", "topic")
	p.write(".git/hooks/pre-commit", "#!/bin/sh\n")
	p.run("git", "config", "core.pager", "cat")
	want := []string{
		"modified .git/HEAD +1 -1 protected", "modified .git/config +1 -0 protected", "created .git/hooks/pre-commit +1 -0 protected",
		"modified .git/refs/heads/main +1 -1 protected", "created .git/refs/heads/topic +1 -0 protected", "modified a +1 -1",
	}
	if d := cmp.Diff(want, said(p.changes())); d != "" {
		t.Error(d)
	}
}

func TestACheckoutOfAnotherBranchIsSeenWhole(t *testing.T) {
	p := newProject(t, nil)
	const n = 1000
	for i := range n {
		p.write(fmt.Sprintf("pkg%d/file%d.go", i%40, i), fmt.Sprintf("package p\n\nvar x = %d\n", i))
	}
	p.run("git", "init", "-q", "-b", "main")
	p.run("git", "add", "-A")
	p.run("git", "commit", "-qm", "one")
	p.run("git", "checkout", "-q", "-b", "other")
	for i := range n {
		p.write(fmt.Sprintf("pkg%d/file%d.go", i%40, i), fmt.Sprintf("package p\n\nvar y = %d\n", i))
	}
	for i := range 100 {
		p.write(fmt.Sprintf("new%d/file.go", i), "package n\n")
	}
	p.run("git", "add", "-A")
	p.run("git", "commit", "-qm", "two")
	p.run("git", "checkout", "-q", "main")
	p.watched()
	p.run("git", "checkout", "-q", "other")
	got := map[Path]State{}
	for _, c := range files(p.changes()) {
		got[c.Path] = c.After
	}
	if len(got) != n+101 { // and HEAD
		t.Errorf("%d files seen, want %d", len(got), n+101)
	}
	for path, s := range got {
		content, err := os.ReadFile(p.path(string(path)))
		p.must(err)
		if s.Hash != Sum(content) {
			t.Errorf("%s holds %q, which was not seen", path, content)
		}
	}
}

func TestNoFileInANewFolderIsMissed(t *testing.T) {
	p := newProject(t, nil).watched()
	const n = 5000
	for i := range n {
		p.write(fmt.Sprintf("new%d/deep/file%d", i%200, i), "x\n")
	}
	from := tempDir(t)
	for i := range 300 {
		p.must(os.MkdirAll(filepath.Join(from, "in", fmt.Sprint(i%10)), 0o755))
		p.must(os.WriteFile(filepath.Join(from, "in", fmt.Sprint(i%10), fmt.Sprint(i)), []byte("y\n"), 0o644))
	}
	p.must(os.Rename(filepath.Join(from, "in"), p.path("in")))
	got := map[Path]bool{}
	for _, c := range files(p.changes()) {
		got[c.Path] = true
	}
	if len(got) != n+300 {
		t.Errorf("%d files seen, want %d", len(got), n+300)
	}
	// Moved on, it is listened to under its new path, also deep inside.
	p.must(os.Rename(p.path("in"), p.path("moved")))
	p.must(os.Mkdir(p.path("in"), 0o755))
	p.changes()
	p.write("moved/3/new", "z\n")
	p.write("in/new", "z\n")
	p.must(os.Rename(p.path("moved"), filepath.Join(from, "out")))
	if got := p.changes(); len(files(got)) < 301 {
		t.Errorf("moved out: %d changes", len(got))
	}
	p.must(os.WriteFile(filepath.Join(from, "out", "3", "x"), nil, 0o644))
	if got := p.changes(); len(got) != 0 {
		t.Errorf("outside: %v", said(got))
	}
}
