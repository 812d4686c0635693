package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// snapshot is what a project holds: modes, contents, targets.
func (p *project) snapshot() map[string]string {
	p.t.Helper()
	all := map[string]string{}
	p.must(filepath.Walk(p.root, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(path, p.root)
		if rel == "" || rel == "/.git" {
			if rel == "/.git" {
				return filepath.SkipDir
			}
			return nil
		}
		text := ""
		switch {
		case info.Mode()&os.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			all[rel] = "-> " + target
			return nil
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = fmt.Sprintf(" %.200q", content)
		}
		all[rel] = info.Mode().String() + text
		return nil
	}))
	return all
}

// stored is changes as they come back from the ledger.
func stored(t testing.TB, changes []Change) []Change {
	t.Helper()
	text, err := json.Marshal(changes)
	if err != nil {
		t.Fatal(err)
	}
	var back []Change
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// undone plans and applies, with a yes to everything, and gives the plan in words, what
// it made and what the watch may see of that.
func (p *project) undone(k *Kept, changes []Change) (said []string, made, expected []Change) {
	p.t.Helper()
	plan, err := k.Plan(stored(p.t, changes))
	p.must(err)
	for _, s := range plan {
		said = append(said, s.String())
	}
	expected = k.Expected(plan)
	made, outcomes, err := k.Apply(p.t.Context(), plan, func(Step) bool { return true })
	p.must(err)
	for _, o := range outcomes {
		if o.Err != nil {
			p.t.Errorf("%v: %v", o.Step, o.Err)
		}
		if want := o.Step.Refused == "" && o.Step.Do != Nothing; o.Done != want {
			p.t.Errorf("%v: done %v", o.Step, o.Done)
		}
	}
	return said, made, expected
}

// What somebody does is undone exactly, the undo is undone exactly, and the watch
// sees both as what they are.
func TestUndoLeavesNothing(t *testing.T) {
	big := strings.Repeat("a line that is not short\n", 2000)
	files := map[string]string{
		"src/a.go": "package a\n", "src/deep/b.go": "package b\n\nvar x = 1\n", "src/run.sh": "#!/bin/sh\n", "big": big, "empty": "", "dir/": "", "other": "other\n",
		"bin": "\x00\x01\x02", "locked/f": "f\n", "locked/deep/g": "g\n", "we\xffird \"name\n": "1\n",
	}
	tests := map[string]func(p *project){
		"rm -rf src": func(p *project) { p.run("rm", "-rf", "src") },
		"mv":         func(p *project) { p.run("mv", "src", "lib"); p.run("mv", "big", "lib/bigger") },
		"sed -i":     func(p *project) { p.run("sed", "-i", "s/x/y/", "src/deep/b.go") },
		"chmod -R":   func(p *project) { p.run("chmod", "-R", "u-w,o-rwx", "src"); p.run("chmod", "4711", "other") },
		"created": func(p *project) {
			p.write("new/deep/a", "1")
			p.write("new/b", "\x00")
			p.must(os.Symlink("../other", p.path("new/link")))
		},
		"links": func(p *project) {
			p.run("ln", "-sfn", "nowhere", "link")
			p.run("rm", "empty")
			p.run("ln", "-s", "big", "empty")
		},
		"a file a folder": func(p *project) { p.run("rm", "other"); p.write("other/x/y", "1") },
		"a folder a file": func(p *project) { p.run("rm", "-r", "src"); p.write("src", "1") },
		"strange names":   func(p *project) { p.run("rm", "we\xffird \"name\n"); p.write("a\nb\x80", "1") },
		"emptied":         func(p *project) { p.write("big", ""); p.write("empty", "full"); p.write("bin", "\x00") },
		"no folder left":  func(p *project) { p.run("rmdir", "dir"); p.run("rm", "-rf", "src", "big") },
		"a swap":          func(p *project) { p.run("mv", "big", "t"); p.run("mv", "other", "big"); p.run("mv", "t", "other") },
		"in a locked folder": func(p *project) {
			p.run("chmod", "755", "locked", "locked/deep")
			p.run("rm", "locked/f")
			p.run("mv", "locked/deep/g", "g")
			p.write("locked/new", "1\n")
			p.write("locked/deep/h", "2\n")
			p.run("chmod", "555", "locked", "locked/deep")
		},
		"a locked folder gone":   func(p *project) { p.run("chmod", "-R", "u+w", "locked"); p.run("rm", "-r", "locked") },
		"a folder locked":        func(p *project) { p.run("rm", "src/a.go"); p.write("src/new", "1\n"); p.run("chmod", "555", "src") },
		"a locked folder opened": func(p *project) { p.run("chmod", "755", "locked"); p.run("chmod", "600", "locked/f") },
		"in steps": func(p *project) {
			p.write("src/a.go", "package aa\n")
			p.changes2()
			p.write("src/a.go", "package aaa\n")
			p.changes2()
			p.run("rm", "-r", "src")
			p.changes2()
			p.write("src/a.go", "again\n")
		},
	}
	for name, do := range tests {
		t.Run(name, func(t *testing.T) {
			p := newProject(t, files)
			p.must(os.Chmod(p.path("src/run.sh"), 0o755))
			p.must(os.Chmod(p.path("src/deep"), 0o700))
			p.must(os.Chmod(p.path("locked/deep"), 0o555))
			p.must(os.Chmod(p.path("locked"), 0o555))
			t.Cleanup(func() { p.run("chmod", "-R", "u+rwX", ".") }) // or it cannot be removed
			p.must(os.Symlink("deep/b.go", p.path("src/link")))
			p.must(os.Symlink("src", p.path("link")))
			before := p.snapshot()
			p.watched()
			do(p)
			after := p.snapshot()
			if cmp.Equal(before, after) {
				t.Fatal("nothing was done")
			}
			_, made, expected := p.undone(p.w.Kept(), p.changes())
			if d := cmp.Diff(before, p.snapshot()); d != "" {
				t.Fatal(d)
			}
			seen := p.changes()
			undo := []Call{{ID: "undo", Alive: func(time.Time, time.Time) bool { return true }, Announced: Announce(expected)}}
			for _, c := range seen {
				if e := Explain(c, undo); e.How != Announced {
					t.Errorf("%v is %s, which undo was to make: %v", c, e.How, expected)
				}
			}
			if len(seen) == 0 {
				t.Error("the watch saw nothing of the undo")
			}
			// After a restart, from the ledger and the store alone.
			p.close()
			k, err := OpenKept(p.root, p.opts.Folder)
			p.must(err)
			defer func() { p.must(k.Close()) }()
			p.undone(k, made)
			if d := cmp.Diff(after, p.snapshot()); d != "" {
				t.Errorf("undoing the undo: %s", d)
			}
		})
	}
}

// changes2 lets what was done be settled and keeps it for later.
func (p *project) changes2() {
	p.t.Helper()
	seen := p.changes()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(seen, p.seen...)
}

func TestUndoLeavesOthersAlone(t *testing.T) {
	p := newProject(t, map[string]string{
		"text": "1\n2\n3\n4\n5\n6\n7\n", "clash": "1\n2\n3\n", "gone": "1\n", "bin": "\x00", "mode": "1\n", "kept": "1\n", "src/a": "1\n", "link": "x",
	}).watched()
	p.write("text", "one\n2\n3\n4\n5\n6\n7\n")
	p.write("clash", "1\ntwo\n3\n")
	p.write("gone", "2\n")
	p.write("bin", "\x00\x01")
	p.write("mode", "2\n")
	p.must(os.RemoveAll(p.path("src")))
	p.write("dir/new", "1\n")
	p.write("made", "1\n")
	p.must(os.Remove(p.path("link")))
	ofAgent := p.changes()
	p.write("text", "one\n2\n3\n4\n5\n6\nseven\n")
	p.write("clash", "1\nzwei\n3\n")
	p.must(os.Remove(p.path("gone")))
	p.write("bin", "\x00\x02")
	p.must(os.Chmod(p.path("mode"), 0o755))
	p.write("kept", "other\n")
	p.write("src/a", "somebody's\n")
	p.write("dir/theirs", "1\n")
	p.must(os.Remove(p.path("made")))
	outside := tempDir(t)
	p.must(os.Symlink(outside, p.path("link")))
	p.changes()
	said, _ := func() ([]string, []Change) {
		plan, err := p.w.Kept().Plan(ofAgent)
		p.must(err)
		var all []string
		for _, s := range plan {
			all = append(all, s.String())
		}
		made, outcomes, err := p.w.Kept().Apply(t.Context(), plan, func(s Step) bool { return true })
		p.must(err)
		for _, o := range outcomes {
			if o.Err != nil {
				all = append(all, o.Err.Error())
			}
		}
		return all, made
	}()
	want := []string{
		"leaves bin alone: it was changed since, and it is no text",
		"restores clash, if you say so: it was changed since, and 1 of the places conflict: they will stand between markers",
		"removes dir/, if it is empty then",
		"removes dir/new",
		"leaves gone alone: it was deleted since",
		"leaves link alone: there is something else by now (a link)",
		"made is as it was",
		"restores mode",
		"src is as it was",
		"leaves src/a alone: there is something else by now (11 bytes)",
		"restores text, if you say so: it was changed since: those changes stay",
		"remove dir: there is something else in it, which stays",
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
	wantFiles := map[string]string{
		"/text": `-rw-r--r-- "1\n2\n3\n4\n5\n6\nseven\n"`, "/clash": `-rw-r--r-- "1\n<<<<<<< as it is now\nzwei\n=======\n2\n>>>>>>> without what is undone\n3\n"`,
		"/bin": `-rw-r--r-- "\x00\x02"`, "/mode": `-rwxr-xr-x "1\n"`, "/kept": `-rw-r--r-- "other\n"`, "/src": "drwxr-xr-x", "/src/a": `-rw-r--r-- "somebody's\n"`,
		"/dir": "drwxr-xr-x", "/dir/theirs": `-rw-r--r-- "1\n"`, "/link": "-> " + outside,
	}
	if d := cmp.Diff(wantFiles, p.snapshot()); d != "" {
		t.Error(d)
	}
}

// Without a yes what somebody else changed stays as it is.
func TestAMergeNeedsAYes(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n2\n3\n4\n5\n"}).watched()
	p.write("a", "one\n2\n3\n4\n5\n")
	changes := p.changes()
	p.write("a", "one\n2\n3\n4\nfive\n")
	before := p.snapshot()
	plan, err := p.w.Kept().Plan(changes)
	p.must(err)
	made, outcomes, err := p.w.Kept().Apply(t.Context(), plan, nil)
	if err != nil || len(made) > 0 || outcomes[0].Done || outcomes[0].Err != nil {
		t.Errorf("%v %+v %v", made, outcomes, err)
	}
	if d := cmp.Diff(before, p.snapshot()); d != "" {
		t.Error(d)
	}
}

// What two agents did to one file in turns: taking back the one's leaves the other's.
func TestUndoOfOneOfTwoAgents(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"}).watched()
	var one []Change
	for i, text := range []string{"one\n2\n3\n4\n5\n6\n7\n8\n9\n", "one\n2\n3\n4\n5\n6\n7\n8\nnine\n", "one\n2\n3\n4\nfive\n6\n7\n8\nnine\n"} {
		p.write("a", text)
		if got := p.changes(); i != 1 {
			one = append(one, got...)
		}
	}
	p.undone(p.w.Kept(), one)
	text, err := os.ReadFile(p.path("a"))
	p.must(err)
	if d := cmp.Diff("1\n2\n3\n4\n5\n6\n7\n8\nnine\n", string(text)); d != "" {
		t.Error(d)
	}
}

func TestUndoDoesNotWriteThroughLinks(t *testing.T) {
	outside := tempDir(t)
	p := newProject(t, map[string]string{"src/a": "1\n", "src/b": "1\n", "elsewhere/a": "mine\n"}).watched()
	p.must(os.Remove(p.path("src/a")))
	p.write("src/b", "2\n")
	changes := p.changes()
	for _, target := range []string{outside, "elsewhere"} {
		p.must(os.RemoveAll(p.path("src")))
		p.must(os.Symlink(target, p.path("src")))
		p.must(os.WriteFile(p.path("src/b"), []byte("2\n"), 0o644))
		plan, err := p.w.Kept().Plan(changes)
		p.must(err)
		for _, s := range plan {
			if s.Refused == "" {
				t.Errorf("%v", s)
			}
		}
		// And if the link comes after the plan.
		for i := range plan {
			plan[i].Refused = ""
			plan[i].Do = Restore
			plan[i].Want = changes[i].Before
			plan[i].Now = changes[i].After
		}
		_, outcomes, err := p.w.Kept().Apply(t.Context(), plan, nil)
		p.must(err)
		for _, o := range outcomes {
			if o.Done || o.Err == nil {
				t.Errorf("%+v", o)
			}
		}
		for path, want := range map[string]string{"src/b": "2\n", "elsewhere/a": "mine\n"} {
			if got, err := os.ReadFile(p.path(path)); err != nil || string(got) != want {
				t.Errorf("%s: %q, %v", path, got, err)
			}
		}
		p.must(os.Remove(p.path("src/b")))
	}
	if _, err := os.Lstat(filepath.Join(outside, "a")); err == nil {
		t.Error("written outside")
	}
	for _, bad := range []Path{"../x", "a/../../x", "", ".", "a//b", "a\x00b", "/"} {
		if _, err := p.w.Kept().Plan([]Change{{Path: bad, Kind: Created}}); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

// A file that is changed between the plan and its execution stays as it is.
func TestWhatChangesBeforeApplyStays(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n", "b": "1\n", "d": "1\n"}).watched()
	p.write("a", "2\n")
	p.must(os.Remove(p.path("b")))
	p.write("c", "1\n")
	p.must(os.Chmod(p.path("d"), 0o600))
	plan, err := p.w.Kept().Plan(p.changes())
	p.must(err)
	p.write("a", "3\n")
	p.write("b", "3\n")
	p.write("c", "3\n")
	p.must(os.Chmod(p.path("d"), 0o640))
	before := p.snapshot()
	made, outcomes, err := p.w.Kept().Apply(t.Context(), plan, nil)
	p.must(err)
	for _, o := range outcomes {
		if o.Done || o.Err == nil {
			t.Errorf("%+v", o)
		}
	}
	if d := cmp.Diff(before, p.snapshot()); d != "" || len(made) > 0 {
		t.Errorf("%v\n%s", made, d)
	}
}

func TestWhatCannotBeUndoneIsSaid(t *testing.T) {
	p := newProject(t, map[string]string{"large": strings.Repeat("x", 5000), "moved": strings.Repeat("y", 5000)})
	p.must(unix.Mkfifo(p.path("pipe"), 0o644))
	p.run("git", "init", "-q")
	p.opts.MaxFile = 1000
	p.watched()
	p.must(os.Remove(p.path("large")))
	p.must(os.Remove(p.path("pipe")))
	p.write("new", strings.Repeat("z", 5000))
	p.must(os.Rename(p.path("moved"), p.path("there")))
	p.write(".git/refs/heads/x", "1\n")
	p.write(".git/hooks/x", "1\n")
	k := *p.w.Kept()
	plan, err := k.Plan(p.settled())
	p.must(err)
	var said []string
	for _, s := range plan {
		said = append(said, s.String())
	}
	want := []string{
		"removes .git/hooks/x",
		"leaves .git/refs/heads/x alone: it is git's own record: git reset and git reflog can take it back",
		"leaves large alone: watch: its content was not kept: over the size limit",
		"moves there back to moved",
		"removes new",
		"leaves pipe alone: a pipe, socket or device is not made again",
	}
	if d := cmp.Diff(want, said); d != "" {
		t.Error(d)
	}
	_, outcomes, err := k.Apply(t.Context(), plan, nil)
	p.must(err)
	for _, o := range outcomes {
		if o.Err != nil {
			t.Error(o.Err)
		}
	}
	if text, err := os.ReadFile(p.path("moved")); err != nil || len(text) != 5000 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

// Of a folder that could not be read nobody knows what is missing in it.
func TestUndoOfAFolderThatWasNotReadable(t *testing.T) {
	p := newProject(t, map[string]string{"secret/": "", "empty/": "", "around/secret/": ""})
	p.must(os.Chmod(p.path("secret"), 0))
	p.must(os.Chmod(p.path("around/secret"), 0))
	p.watched()
	p.run("rmdir", "secret", "empty", "around/secret", "around")
	said, _, _ := p.undone(p.w.Kept(), p.changes())
	word := ", empty: what was in it could not be read"
	if os.Geteuid() == 0 {
		word = ""
	}
	if d := cmp.Diff([]string{"brings back around/", "brings back around/secret/" + word, "brings back empty/", "brings back secret/" + word}, said); d != "" {
		t.Error(d)
	}
}

// settled waits until nothing is being written any more.
func (p *project) settled() []Change {
	p.t.Helper()
	var all []Change
	for range 100 {
		got := p.changes()
		all = append(all, got...)
		if len(got) == 0 && len(all) > 0 {
			break
		}
	}
	return all
}

func TestRecordsAreCompactAndExact(t *testing.T) {
	c := Change{
		Path: "src/auth/login.ts", Kind: Modified, Plus: 45, Minus: 12, First: at(1), Time: at(1.5),
		Before: State{Type: File, Perm: 0o644, Size: 1000, Hash: Sum([]byte("x")), At: 123456}, After: State{Type: File, Perm: 0o644, Size: 1200, Hash: Sum([]byte("y")), At: 234567},
	}
	for _, c := range []Change{
		c,
		{Path: "\xff\n\"\\", Kind: Renamed, From: `"quoted"`, Before: State{Type: Link}, Protected: true, Gap: true, Revealed: true, First: at(1), Time: at(1)},
		{Path: "é", Kind: Created, After: State{Type: File, Left: Large, Stamp: 5}},
	} {
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if len(text) > 450 {
			t.Errorf("%d bytes: %s", len(text), text)
		}
		var back Change
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if d := cmp.Diff(c, back); d != "" {
			t.Error(d)
		}
	}
	for _, bad := range []string{`{"path":"\"x"}`, `{"path":"\"\\9\""}`, `{"path":"\"\\777\""}`, `{"before":{"hash":"short"}}`} {
		if err := json.Unmarshal([]byte(bad), &Change{}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func TestADifference(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n2\n", "b": "\x00", "c": strings.Repeat("x", 5000)})
	p.opts.MaxFile = 1000
	p.watched()
	p.write("a", "1\n\x1b[31mtwo\n")
	p.write("b", "\x00\x01")
	p.write("c", "1\n")
	k := p.w.Kept()
	var got []string
	changes := p.settled()
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(string(a.Path), string(b.Path)) })
	for _, c := range changes {
		got = append(got, k.Diff(c).Rows()...)
	}
	want := []string{
		"@@ -1,2 +1,2 @@", " 1", "-2", `+\x1b[31mtwo`, "binary: 1 bytes become 2", "5000 bytes, now 2 bytes: watch: its content was not kept: over the size limit",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := k.Since(changes[0].Before, "a", 1<<20); !bytes.Contains(d.Hunks, []byte("-2\n")) {
		t.Errorf("%+v", d)
	}
	if _, err := k.Content(State{Type: File, At: 1 << 40}); !errors.Is(err, ErrNotKept) {
		t.Error(err)
	}
}
