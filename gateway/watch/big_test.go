package watch

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// each visits all files and links of a project, but for git's own, by their paths in it.
func (p *project) each(visit func(path string) error) {
	p.t.Helper()
	p.must(filepath.WalkDir(p.root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		return visit(strings.TrimPrefix(path, p.root+"/"))
	}))
}

// stamps are what stat tells of them.
func (p *project) stamps() map[Path]string {
	p.t.Helper()
	all := map[Path]string{}
	p.each(func(path string) error {
		var st unix.Stat_t
		err := unix.Lstat(p.path(path), &st)
		all[Path(path)] = fmt.Sprint(st.Ino, st.Size, st.Mtim, st.Ctim, st.Mode)
		return err
	})
	return all
}

// Much happens at once in a tree of 1,000 folders and 10,000 files, or in the one
// that KAVI_BIG_TREE names, which is changed: 5,000 files in new folders, folders
// moved in, folders renamed while files are written in them, editors' saves, and then
// the checkout of another branch. Each file that is another one in the end was
// reported as it is.
func TestNothingIsMissedInABigTree(t *testing.T) {
	p := newProject(t, nil)
	if root := os.Getenv("KAVI_BIG_TREE"); root != "" {
		p.root, p.opts.Root = root, root
	}
	if _, err := os.Stat(p.path(".git")); err != nil {
		growTree(t, p.root, 1000)
	}
	file := func(i, j int) string { return fmt.Sprintf("a%d/b%d/package%d/source%d.go", i%20, i/20%40, i, j) }
	p.run("git", "add", "-A")
	p.run("git", "commit", "-q", "--allow-empty", "-m", "one")
	p.run("git", "branch", "-f", "before")
	p.run("git", "checkout", "-q", "-B", "other")
	for i := range 400 {
		p.write(file(i, 3), fmt.Sprint("of the other branch ", i))
		p.must(os.Remove(p.path(file(i, 4))))
		p.write(fmt.Sprintf("other%d/deep/file", i), "new\n")
	}
	p.run("git", "add", "-A")
	p.run("git", "commit", "-q", "-m", "two")
	p.run("git", "checkout", "-q", "before")
	from := tempDir(t)
	for i := range 1000 {
		dir := filepath.Join(from, fmt.Sprint("in", i%10), fmt.Sprint("deep", i%50))
		p.must(os.MkdirAll(dir, 0o755))
		p.must(os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), []byte("moved in\n"), 0o644))
	}
	before := p.stamps()
	start := time.Now()
	p.open()
	t.Logf("watched after %v: %+v", time.Since(start), p.w.Status())
	p.ready()

	var all sync.WaitGroup
	all.Go(func() {
		for i := range 5000 {
			p.write(fmt.Sprintf("new%d/deep%d/file%d", i%200, i%7, i), "new\n")
		}
	})
	all.Go(func() {
		for i := range 10 {
			if err := os.Rename(filepath.Join(from, fmt.Sprint("in", i)), p.path(fmt.Sprint("in", i))); err != nil {
				t.Error(err)
			}
		}
	})
	all.Go(func() {
		for i := range 200 {
			dir := filepath.Dir(file(400+i, 0))
			if err := os.Rename(p.path(dir), p.path(dir+"-renamed")); err != nil {
				t.Error(err)
			}
			p.write(dir+"-renamed/more/file", "written after\n")
		}
	})
	all.Go(func() {
		for i := range 400 { // as editors do
			name := p.path(file(600+i, 5))
			if err := os.WriteFile(name+"~", fmt.Append(nil, "saved ", i), 0o644); err != nil {
				t.Error(err)
			}
			if err := os.Rename(name+"~", name); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	p.run("git", "checkout", "-q", "other")
	t.Logf("done after %v", time.Since(start))

	reported := map[Path]State{}
	for _, c := range p.changes() {
		if c.From != "" {
			reported[c.From] = State{}
		}
		reported[c.Path] = c.After
	}
	t.Logf("reported after %v", time.Since(start))
	after := p.stamps()
	missed, changed := 0, 0
	miss := func(path Path, was State) {
		if missed++; missed < 10 {
			t.Errorf("%s was reported as %+v, and is another", path, was)
		}
	}
	for path, now := range after {
		if before[path] == now {
			continue
		}
		changed++
		content, err := os.ReadFile(p.path(string(path)))
		p.must(err)
		if was := reported[path]; was.Type != File || was.Hash != Sum(content) {
			// A folder that was renamed took its files along: they changed their path alone.
			miss(path, was)
		}
	}
	for path := range before {
		if _, is := after[path]; is {
			continue
		}
		changed++
		if was, ok := reported[path]; !ok || was.Type != Absent {
			miss(path, was)
		}
	}
	t.Logf("%d files changed, %d missed; %+v", changed, missed, p.w.Status())
	if changed < 7500 {
		t.Errorf("only %d files changed", changed)
	}
}
