package watch

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// aged waits until what was written at a path, and so all before it, is older than a
// sign of it may be late.
func (p *project) aged(path string) {
	p.t.Helper()
	var st unix.Stat_t
	p.must(unix.Lstat(p.path(path), &st))
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for time.Since(time.Unix(0, st.Ctim.Nano())) < 3*slack {
		<-tick.C
	}
}

// A folder that is moved brings files that were written before: they came to be
// there when it was moved, whoever wrote them.
func TestWhatCameWithAFolderCameThen(t *testing.T) {
	outside := tempDir(t)
	tests := map[string]struct {
		written string
		do      func(p *project)
	}{
		"moved within":    {"src", func(p *project) { p.must(os.Rename(p.path("src"), p.path("lib"))) }},
		"moved in":        {outside, func(p *project) { p.must(os.Rename(outside, p.path("lib"))) }},
		"moved in deeper": {outside, func(p *project) { p.write("a/", ""); p.must(os.Rename(outside, p.path("a/lib"))) }},
		"in another's place": {"src", func(p *project) {
			p.must(os.Rename(p.path("lib"), p.path("old")))
			p.must(os.Rename(p.path("src"), p.path("lib")))
		}},
		"and written in": {"src", func(p *project) { p.must(os.Rename(p.path("src"), p.path("lib"))); p.write("lib/new", "1\n") }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, map[string]string{"src/kept": "1\n", "lib/x": "x\n", "lib/deep/y": "y\n"})
			if name != "in another's place" {
				p.must(os.RemoveAll(p.path("lib")))
			}
			p.watched()
			dir := tt.written
			if dir == "src" {
				dir = p.path("src")
			}
			p.must(os.MkdirAll(dir+"/deep", 0o755))
			start := time.Now()
			p.must(os.WriteFile(dir+"/x", []byte("1\n"), 0o644))
			p.must(os.WriteFile(dir+"/deep/y", []byte("2\n"), 0o644))
			p.must(os.Symlink("x", dir+"/link"))
			end := time.Now()
			p.changes()
			p.write("mark", "")
			p.aged("mark")
			p.changes()
			moving := time.Now()
			tt.do(p)
			calls := []Call{
				{ID: "write", At: start, Alive: func(since, until time.Time) bool { return !until.Before(start) && !since.After(end) }, May: []Place{{Tree: true}}},
				{ID: "mv", At: moving, Alive: func(_, until time.Time) bool { return !until.Before(moving) }, May: []Place{{Tree: true}}},
			}
			n := 0
			for _, c := range files(p.changes()) {
				n++
				if got := spell(Explain(c, calls)); got != "inferred mv" {
					t.Errorf("%v, written %v, came %v, %v to %v: %s", c, c.Wrote, c.Came, c.First, c.Time, got)
				}
				if got := spell(Explain(c, calls[:1])); got != "unsanctioned" {
					t.Errorf("%v, which nobody moved: %s", c, got)
				}
			}
			if n < 3 {
				t.Errorf("%d changes of files", n)
			}
		})
	}
}

// What is written into a new folder is known by its own time: the folder's says when
// the last was.
func TestWhatIsWrittenInANewFolderTellsWhen(t *testing.T) {
	p := newProject(t, nil).watched()
	p.write("new/a", "1\n")
	p.write("new/b", "2\n")
	got := files(p.changes())
	if len(got) != 2 {
		t.Fatal(got)
	}
	var a, b unix.Stat_t
	p.must(unix.Lstat(p.path("new/a"), &a))
	p.must(unix.Lstat(p.path("new/b"), &b))
	for i, st := range []unix.Stat_t{a, b} {
		if d := cmp.Diff(time.Unix(0, st.Ctim.Nano()), got[i].Wrote); d != "" {
			t.Errorf("%v: %s", got[i], d)
		}
	}
}

// Where something stays in a folder that was moved the folder stays, and its old place
// is only made again for what comes back into it.
func TestUndoOfAMovedFolderInWhichSomethingStays(t *testing.T) {
	p := newProject(t, map[string]string{"src/a": "1\n", "src/deep/b": "2\n"}).watched()
	p.must(os.Rename(p.path("src"), p.path("lib")))
	all := p.changes()
	before := p.snapshot()
	plan, err := p.w.Kept().Plan(slices.DeleteFunc(slices.Clone(all), func(c Change) bool { return c.After.Type != Folder }))
	p.must(err)
	var got []string
	for _, s := range plan {
		got = append(got, s.String())
	}
	want := []string{
		"leaves lib alone: lib/a stays in it", "leaves lib/deep alone: lib/deep/b stays in it",
		"leaves src alone: lib cannot be moved back", "leaves src/deep alone: lib/deep cannot be moved back",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if made, _, err := p.w.Kept().Apply(t.Context(), plan, nil); err != nil || len(made) > 0 || !cmp.Equal(before, p.snapshot()) {
		t.Errorf("%v, %v", made, err)
	}
	p.write("lib/theirs", "3\n")
	p.changes()
	got, _, _ = p.undone(p.w.Kept(), all)
	want = []string{
		"leaves lib alone: lib/theirs stays in it", "removes lib/deep/, if it is empty then",
		"brings back src/", "moves lib/a back to src/a", "brings back src/deep/", "moves lib/deep/b back to src/deep/b",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	wantFiles := map[string]string{
		"/lib": "drwxr-xr-x", "/lib/theirs": `-rw-r--r-- "3\n"`, "/src": "drwxr-xr-x", "/src/a": `-rw-r--r-- "1\n"`,
		"/src/deep": "drwxr-xr-x", "/src/deep/b": `-rw-r--r-- "2\n"`,
	}
	if d := cmp.Diff(wantFiles, p.snapshot()); d != "" {
		t.Error(d)
	}
}
