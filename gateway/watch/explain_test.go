package watch

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func at(seconds float64) time.Time {
	return time.Unix(1_000_000, 0).Add(time.Duration(seconds * float64(time.Second)))
}

// lived is a process tree that ran from one time to another.
func lived(from, to float64) func(since, until time.Time) bool {
	return func(since, until time.Time) bool { return !until.Before(at(from)) && !since.After(at(to)) }
}

func change(kind Kind, path Path, text string, when float64) Change {
	c := Change{Path: path, Kind: kind, First: at(when), Time: at(when + 0.01)}
	if kind != Deleted {
		c.After = State{Type: File, Hash: Sum([]byte(text))}
	}
	return c
}

func wrote(c Change, when float64) Change {
	c.Wrote = at(when)
	return c
}

func came(c Change, when float64) Change {
	c.Came = at(when)
	return c
}

// spell is an explanation as text: how, and by which calls.
func spell(e Explanation) string {
	ids := func(calls []Call) string {
		var all []string
		for _, c := range calls {
			all = append(all, c.ID)
		}
		return strings.Join(all, " ")
	}
	s := strings.TrimSpace(string(e.How) + " " + ids(e.Calls))
	if len(e.Could) > 0 {
		s += " (running: " + ids(e.Could) + ")"
	}
	return s
}

func TestExplain(t *testing.T) {
	anywhere := []Place{{Tree: true}}
	edit := func(id string, path Path, text string, when float64) Call {
		return Call{
			ID: id, Agent: "claude", At: at(when), Alive: lived(when, 4),
			Announced: Announcements{path: Holds(Sum([]byte(text)))},
		}
	}
	build := Call{ID: "build", Agent: "claude", At: at(0), Alive: lived(0, 10), May: anywhere}
	sed := Call{ID: "sed", Agent: "codex", At: at(1), Alive: lived(1, 1.1), May: []Place{{Path: "src/a.go"}}}
	clean := Call{ID: "rm", Agent: "codex", At: at(1), Alive: lived(1, 2), May: []Place{{Path: "dist", Tree: true}}}
	writing := func(path Path, text string) Call {
		c := edit("w", path, text, 0.9)
		c.Alive = lived(0.9, 2)
		return c
	}
	guarded := func(c Change) Change {
		c.Protected = true
		return c
	}
	renamed := func(from, path Path, text string, when float64) Change {
		c := change(Renamed, path, text, when)
		c.From = from
		return c
	}
	tests := []struct {
		name   string
		change Change
		calls  []Call
		want   string
	}{
		{"nobody", change(Modified, "a", "x", 1), nil, "unsanctioned"},
		{"announced", change(Modified, "a", "x", 1), []Call{edit("e", "a", "x", 0.9)}, "announced e"},
		{"announced, another content", change(Modified, "a", "y", 1), []Call{edit("e", "a", "x", 0.9)}, "unsanctioned (running: e)"},
		{"announced, another path", change(Modified, "b", "x", 1), []Call{edit("e", "a", "x", 0.9)}, "unsanctioned (running: e)"},
		{"announced, but later", change(Modified, "a", "x", 1), []Call{edit("e", "a", "x", 2)}, "unsanctioned"},
		{"announced, when it is over", change(Modified, "a", "x", 5), []Call{edit("e", "a", "x", 0.9)}, "unsanctioned"},
		{"announced by two", change(Modified, "a", "x", 3), []Call{edit("e", "a", "x", 1), edit("f", "a", "x", 2)}, "announced f"},
		{"announced beats running", change(Modified, "a", "x", 1), []Call{build, edit("e", "a", "x", 0.9)}, "announced e"},
		{
			"an announced deletion", change(Deleted, "a", "", 1),
			[]Call{{ID: "d", Agent: "claude", At: at(0), Alive: lived(0, 2), Announced: Announcements{"a": Holds(Hash{})}}},
			"announced d",
		},
		{"announced, under another name until it is renamed", change(Created, "d/a.tmp.1", "x", 1), []Call{writing("d/a", "x")}, "announced w"},
		{"and renamed", renamed("d/a.tmp.1", "d/a", "x", 1), []Call{writing("d/a", "x")}, "announced w"},
		{"the same name in another folder", change(Created, "e/a.tmp.1", "x", 1), []Call{writing("d/a", "x")}, "unsanctioned (running: w)"},
		{"another name in the same folder", change(Created, "d/b", "x", 1), []Call{writing("d/a", "x")}, "unsanctioned (running: w)"},
		{"such a name with another content", change(Created, "d/a.tmp.1", "y", 1), []Call{writing("d/a", "x")}, "unsanctioned (running: w)"},
		{"such a name that decides what runs", guarded(change(Created, "d/a.tmp.1", "x", 1)), []Call{writing("d/a", "x")}, "unsanctioned (running: w)"},
		{"such a name that was there before", change(Modified, "d/a.tmp.1", "x", 1), []Call{writing("d/a", "x")}, "unsanctioned (running: w)"},
		{"such a name when the call is over", change(Created, "d/a.tmp.1", "x", 3), []Call{writing("d/a", "x")}, "unsanctioned"},
		{"renamed with another content", renamed("d/a.tmp.1", "d/a", "y", 1), []Call{writing("d/a", "x")}, "unsanctioned (running: w)"},
		{"renamed from another name", renamed("d/b", "d/a", "x", 1), []Call{writing("d/a", "x")}, "unsanctioned (running: w)"},
		{
			"deleted though a content was announced", change(Deleted, "a", "", 1), []Call{edit("e", "a", "x", 0.9)}, "unsanctioned (running: e)",
		},
		{
			"a file of unknown content is no deletion",
			Change{Path: "a", Kind: Modified, After: State{Type: File}, First: at(1), Time: at(1)},
			[]Call{{ID: "d", Agent: "claude", At: at(0), Alive: lived(0, 2), Announced: Announcements{"a": Holds(Hash{})}}},
			"unsanctioned (running: d)",
		},
		{"a formatter after an edit that runs", change(Modified, "a", "y", 1), []Call{{ID: "e", At: at(0), Alive: lived(0, 2), Announced: Announcements{"a": Holds(Sum([]byte("x")))}, May: []Place{{Path: "a"}}}}, "inferred e"},
		{"the only one that runs", change(Modified, "a", "x", 1), []Call{build}, "inferred build"},
		{"seen a little late", change(Modified, "src/a.go", "x", 1.3), []Call{sed}, "inferred sed"},
		{"seen late, written while it ran", wrote(change(Modified, "src/a.go", "x", 3), 1.05), []Call{sed}, "inferred sed"},
		{"seen at once, written when it was over", wrote(change(Modified, "src/a.go", "x", 1.2), 1.19), []Call{sed}, "unsanctioned"},
		{"seen while it ran, written before", wrote(change(Modified, "src/a.go", "x", 1.05), 0.9), []Call{sed}, "unsanctioned"},
		{"the file system's clock is a little late", wrote(change(Modified, "src/a.go", "x", 1.05), 0.99), []Call{sed}, "inferred sed"},
		{"written before, come with a folder while it ran", came(wrote(change(Created, "src/a.go", "x", 1.1), 0.1), 1.05), []Call{sed}, "inferred sed"},
		{"written while it ran, come with a folder later", came(wrote(change(Created, "src/a.go", "x", 3), 1.05), 3), []Call{sed}, "unsanctioned"},
		{"written in a new folder when it was over", came(wrote(change(Created, "src/a.go", "x", 1.2), 1.19), 1.2), []Call{sed}, "unsanctioned"},
		{"written in a new folder while it ran, seen late", came(wrote(change(Created, "src/a.go", "x", 9), 1.05), 2), []Call{sed}, "inferred sed"},
		{"over before", change(Modified, "src/a.go", "x", 2), []Call{sed}, "unsanctioned"},
		{"a folder on the way to its place", Change{Path: "src", Kind: Created, After: State{Type: Folder}, First: at(1), Time: at(1.05)}, []Call{sed}, "inferred sed"},
		{"a folder on the way to what was announced", Change{Path: "new", Kind: Created, After: State{Type: Folder}, First: at(1), Time: at(1)}, []Call{{ID: "e", At: at(0), Alive: lived(0, 2), Announced: Announcements{"new/a": Holds(Sum(nil))}, May: []Place{{Path: "new/a"}}}}, "inferred e"},
		{"a file on the way to its place", change(Created, "src", "x", 1), []Call{sed}, "unsanctioned (running: sed)"},
		{"a folder that goes", Change{Path: "src", Kind: Deleted, Before: State{Type: Folder}, First: at(1), Time: at(1.05)}, []Call{sed}, "unsanctioned (running: sed)"},
		{"not its place", change(Modified, "src/b.go", "x", 1), []Call{sed}, "unsanctioned (running: sed)"},
		{"two that could", change(Modified, "src/a.go", "x", 1), []Call{build, sed}, "ambiguous build sed"},
		{"two run, one could", change(Modified, "src/b.go", "x", 1), []Call{build, sed}, "inferred build"},
		{"in a tree", change(Deleted, "dist/deep/x", "", 1.5), []Call{clean}, "inferred rm"},
		{"a tree's own folder", change(Deleted, "dist", "", 1.5), []Call{clean}, "inferred rm"},
		{"beside a tree", change(Deleted, "distant/x", "", 1.5), []Call{clean}, "unsanctioned (running: rm)"},
		{"protected has to be named", func() Change { c := change(Created, ".git/hooks/x", "", 1); c.Protected = true; return c }(), []Call{build}, "unsanctioned (running: build)"},
		{
			"protected and named", func() Change { c := change(Modified, ".git/HEAD", "", 1); c.Protected = true; return c }(),
			[]Call{build, {ID: "git", At: at(0), Alive: lived(0, 2), May: []Place{{Path: ".git", Tree: true}}}},
			"inferred git",
		},
		{"anywhere ends at the project", change(Modified, "/home/me/.bashrc", "", 1), []Call{build}, "unsanctioned (running: build)"},
		{
			"a nested call explains for the one around it", change(Modified, "a", "x", 1),
			[]Call{build, {ID: "tsc", Under: "build", At: at(0.5), Alive: lived(0.5, 2), May: anywhere}},
			"inferred tsc",
		},
		{
			"around two nested ones", change(Modified, "a", "x", 1),
			[]Call{build, {ID: "x", Under: "build", At: at(0), Alive: lived(0, 2), May: anywhere}, {ID: "y", Under: "build", At: at(0), Alive: lived(0, 2), May: anywhere}},
			"ambiguous x y",
		},
		{
			"nested in one that may not", change(Modified, "a", "x", 1),
			[]Call{{ID: "o", At: at(0), Alive: lived(0, 9)}, {ID: "i", Under: "o", At: at(0), Alive: lived(0, 2), May: anywhere}},
			"inferred i",
		},
		{
			"a renaming needs both places",
			Change{Path: "dist/a", From: "src/a", Kind: Renamed, First: at(1.5), Time: at(1.5)},
			[]Call{clean},
			"unsanctioned (running: rm)",
		},
		{
			"a renaming in one place",
			Change{Path: "dist/a", From: "dist/b", Kind: Renamed, First: at(1.5), Time: at(1.5)},
			[]Call{clean},
			"inferred rm",
		},
		{"a call that names nothing", change(Modified, "a", "x", 1), []Call{{ID: "n", Agent: "claude", At: at(0), Alive: lived(0, 2), May: []Place{{}}}}, "unsanctioned (running: n)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := spell(Explain(tt.change, tt.calls)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// What was announced explains one change; of an undo, also one that is seen in
// pieces, or several that are seen as one.
func TestAnAnnouncementExplainsOneChange(t *testing.T) {
	file := func(text string) State {
		return State{Type: File, Perm: 0o644, Size: int64(len(text)), Hash: Sum([]byte(text))}
	}
	none, open, closed := State{}, State{Type: Folder, Perm: 0o755}, State{Type: Folder, Perm: 0o500}
	run := file("one")
	run.Perm = 0o755
	unknown := State{Type: File, Perm: 0o644, Size: 3}
	big := func(stamp int64) State {
		return State{Type: File, Perm: 0o644, Size: 9 << 30, Stamp: stamp, Left: Large}
	}
	turn := func(path Path, before, after State) Change { return Change{Path: path, Before: before, After: after} }
	move := func(from, to Path, before, after State) Change {
		return Change{Path: to, From: from, Kind: Renamed, Before: before, After: after}
	}
	yes := func(c Change) Change { return c }
	no := func(c Change) Change { c.Revealed = true; return c } // marks it for this test
	tests := map[string]struct {
		said []Change
		seen []Change
	}{
		"once": {[]Change{turn("a", file("two"), file("one"))}, []Change{
			yes(turn("a", file("two"), file("one"))), no(turn("a", file("two"), file("one"))),
		}},
		"after what was there":  {[]Change{turn("a", file("two"), file("one"))}, []Change{no(turn("a", file("mine"), file("one")))}},
		"to what will be there": {[]Change{turn("a", file("two"), file("one"))}, []Change{no(turn("a", file("two"), file("mine")))}},
		"with its mode":         {[]Change{turn("a", file("two"), file("one"))}, []Change{no(turn("a", file("two"), run))}},
		"of its path":           {[]Change{turn("a", file("two"), file("one"))}, []Change{no(turn("b", file("two"), file("one")))}},
		"a deletion":            {[]Change{turn("a", file("two"), none)}, []Change{yes(turn("a", file("two"), none)), no(turn("a", file("two"), none))}},
		"a content that one side does not know": {[]Change{turn("a", unknown, none)}, []Change{
			no(turn("a", file("four"), none)), yes(turn("a", file("two"), none)),
		}},
		"a content that nobody knows": {[]Change{turn("a", big(1), none)}, []Change{no(turn("a", big(2), none)), yes(turn("a", big(1), none))}},
		"a folder, whose mode follows": {[]Change{turn("d", none, closed)}, []Change{
			yes(turn("d", none, open)), yes(turn("d", open, closed)), no(turn("d", none, open)),
		}},
		"a folder that is lent twice": {[]Change{turn("d", closed, open), turn("d", open, closed)}, []Change{
			yes(turn("d", closed, open)), yes(turn("d", open, closed)), yes(turn("d", closed, open)), no(turn("d", open, none)),
		}},
		"a folder, seen at once": {[]Change{turn("d", none, closed)}, []Change{yes(turn("d", none, closed)), no(turn("d", none, closed))}},
		"a folder for a file": {[]Change{turn("d", file("one"), open)}, []Change{
			yes(turn("d", file("one"), none)), yes(turn("d", none, open)), no(turn("d", file("one"), none)),
		}},
		"two of one path, seen as one": {[]Change{turn("a", file("one"), none), turn("a", none, file("two"))}, []Change{
			yes(turn("a", file("one"), file("two"))), no(turn("a", none, file("two"))),
		}},
		"a move": {[]Change{move("a", "b", file("one"), file("one"))}, []Change{
			yes(move("a", "b", file("one"), file("one"))), no(move("a", "b", file("one"), file("one"))),
		}},
		"a move, whose mode follows": {[]Change{move("a", "b", file("one"), run)}, []Change{
			yes(move("a", "b", file("one"), file("one"))), yes(turn("b", file("one"), run)), no(turn("b", file("one"), run)),
		}},
		"a move, in two": {[]Change{move("a", "b", file("one"), file("one"))}, []Change{
			yes(turn("a", file("one"), none)), yes(turn("b", none, file("one"))), no(turn("b", none, file("one"))),
		}},
		"a move from elsewhere": {[]Change{move("a", "b", file("one"), file("one"))}, []Change{no(move("c", "b", file("one"), file("one")))}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			said := Announce(tt.said)
			for i, c := range tt.seen {
				if got := said.Take(c); got == c.Revealed {
					t.Errorf("change %d, %v: %v", i, c, got)
				}
			}
		})
	}
	hook := []Call{{ID: "e", Agent: "claude", At: at(0), Alive: lived(0, 9), Announced: Announcements{"a": Holds(Sum([]byte("x")))}}}
	for i, want := range []string{"announced e", "unsanctioned (running: e)"} {
		if got := spell(Explain(change(Modified, "a", "x", float64(i+1)), hook)); got != want {
			t.Errorf("change %d: %s, want %s", i, got, want)
		}
	}
}

func TestWhoseAnAmbiguousChangeIs(t *testing.T) {
	for want, agents := range map[string][]string{"": {"claude", "codex"}, "claude": {"claude", "claude"}} {
		e := Explanation{How: Ambiguous}
		for _, a := range agents {
			e.Calls = append(e.Calls, Call{Agent: a})
		}
		if got := e.Agent(); got != want {
			t.Errorf("%v: %q, want %q", agents, got, want)
		}
	}
}

// Sixty changes by two agents and an editor that nobody allowed, as they come in a
// session: each agent edits by its hook, runs commands that name their files, and
// runs a build that may write anywhere, at times while the other one does.
func TestSixtyChangesByTwoAgentsAndAnEditor(t *testing.T) {
	var calls []Call
	var changes []Change
	var want []string
	add := func(c Change, how string) { changes, want = append(changes, c), append(want, how) }
	for i := range 10 { // by turns, a second each
		s := float64(i * 10)
		file := Path(fmt.Sprintf("src/f%d.go", i))
		text := fmt.Sprint("text ", i)
		who := []string{"claude", "codex"}[i%2]
		edit, sed, build := fmt.Sprint("edit", i), fmt.Sprint("sed", i), fmt.Sprint("build", i)
		calls = append(
			calls,
			Call{ID: edit, Agent: who, At: at(s), Alive: lived(s, s+0.5), Announced: Announcements{file: Holds(Sum([]byte(text)))}},
			Call{ID: sed, Agent: who, At: at(s + 2), Alive: lived(s+2, s+2.05), May: []Place{{Path: "conf", Tree: true}}},
			Call{ID: build, Agent: who, At: at(s + 4), Alive: lived(s+4, s+6), May: []Place{{Tree: true}}},
		)
		add(change(Modified, file, text, s+0.1), "announced "+edit)
		add(change(Modified, file, text+" and the editor's", s+1), "unsanctioned")
		add(change(Modified, "conf/x", "c", s+2.1), "inferred "+sed)
		add(change(Created, "out/o", "c", s+5), "inferred "+build)
		if i%3 != 0 {
			add(change(Deleted, "README", "", s+8), "unsanctioned")
		} else { // the other agent's command runs through it
			other := fmt.Sprint("watcher", i)
			calls = append(calls, Call{ID: other, Agent: "other", At: at(s + 5.5), Alive: lived(s+5.5, s+9), May: []Place{{Tree: true}}})
			add(change(Modified, "out/p", "d", s+5.8), "ambiguous "+build+" "+other)
		}
		hook := change(Created, ".git/hooks/post-commit", "evil", s+5.2)
		hook.Protected = true
		add(hook, "unsanctioned (running: "+build+")")
	}
	if len(changes) != 60 {
		t.Fatalf("%d changes", len(changes))
	}
	for i, c := range changes {
		if d := cmp.Diff(want[i], spell(Explain(c, calls))); d != "" {
			t.Errorf("change %d, %v: %s", i, c, d)
		}
	}
}

// A change that is found long after it was made, as one through a hard link from
// elsewhere, is known by the time at which it was made.
func TestAChangeTellsWhenItWasMade(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n", "b": "1\n"})
	p.watched()
	before := time.Now().Add(-racyWithin)
	p.write("a", "2\n")
	p.must(os.Rename(p.path("b"), p.path("c")))
	p.must(os.Chtimes(p.path("a"), at(0), at(0))) // anybody can set that one
	for _, c := range p.changes() {
		if c.Wrote.Before(before) || c.Wrote.After(time.Now().Add(racyWithin)) {
			t.Errorf("%v was made at %v", c, c.Wrote)
		}
	}
	p.must(os.Remove(p.path("a")))
	p.write("dir/", "")
	for _, c := range p.changes() {
		if !c.Wrote.IsZero() {
			t.Errorf("%v was made at %v, and nothing there says so", c, c.Wrote)
		}
	}
}
