package panes

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kavi/session"
)

// wholePlan is a plan with a step of every kind.
func wholePlan() session.UndoPlan {
	return session.UndoPlan{ID: "plan_1", Steps: []session.UndoStep{
		{Path: "dist/x.js", Does: "brings back dist/x.js"},
		{Path: "src/a.go", Does: "restores src/a.go, if you say so: it was changed since: those changes stay", Ask: "it was changed since: those changes stay", Rows: []string{
			"@@ -1,2 +1,6 @@", " package a", "+<<<<<<< as it is now", " var x = 3", "+=======", "+var x = 1", "+>>>>>>> without what is undone",
		}},
		{Path: "src/b.go", Does: "restores src/b.go", Ask: "what is there now is not kept, so this cannot be undone again"},
		{Path: "src/new.go", Does: "leaves src/new.go alone: it is a folder now", Refused: "it is a folder now"},
		{Path: "src/old.go", Does: "moves src/new.go back to src/old.go"},
		{Path: "bin/run", Does: "sets the mode of bin/run to 0644"},
	}}
}

// reverting is a desk whose operator has pressed r on a change.
func reverting(t *testing.T, cols, rows int, p session.UndoPlan) *desk {
	t.Helper()
	d := newDesk(t, cols, rows)
	d.changes.plan = p
	d.unexplained(threeFiles())
	d.deliberately("r")
	if got := strings.Join(d.changes.planned, " "); got != "chg_01[]" {
		t.Fatalf("r planned %q", got)
	}
	return d
}

func TestRShowsEveryStepBeforeAnythingIsDone(t *testing.T) {
	for _, size := range screenSizes {
		d := reverting(t, size.cols, size.rows, wholePlan())
		d.golden("changes-merge-" + size.name)
		d.keys("Tab")
		d.deliberately("Enter")
		d.has("src/b.go", "2 of 2 that ask")
		d.deliberately("Enter")
		d.golden("changes-plan-" + size.name)
		if len(d.changes.undone) != 0 {
			t.Fatal("it was done before the operator said so")
		}
		d.types("keep out of dist")
		d.deliberately("Enter")
		if got := strings.Join(d.changes.undone, ""); got != `plan_1 yes [1] because "keep out of dist"` {
			t.Errorf("undone %s", got)
		}
		if len(d.over) != 0 {
			t.Errorf("%d views are open", len(d.over))
		}
	}
}

func TestAStepThatAsksIsNotDoneUnlessTheOperatorSaysSo(t *testing.T) {
	for _, c := range []struct {
		keys []string // to each question
		want string
	}{
		{[]string{"Enter", "Enter", "Enter"}, "yes []"},
		{[]string{"Tab Enter", "Tab Enter", "Enter"}, "yes [1 2]"},
		{[]string{"Enter", "Tab Enter", "Enter"}, "yes [2]"},
		{[]string{"Tab Tab Enter", "Enter"}, "yes []"}, // no to all that follow
		{[]string{"Tab Enter", "Escape"}, ""},
		{[]string{"Escape"}, ""},
	} {
		d := reverting(t, 80, 24, wholePlan())
		for _, question := range c.keys {
			for _, k := range strings.Fields(question) {
				d.deliberately(k)
			}
		}
		got := strings.Join(d.changes.undone, "")
		if c.want == "" && got != "" || c.want != "" && !strings.Contains(got, " "+c.want+" ") {
			t.Errorf("%v did %q, want %q", c.keys, got, c.want)
		}
		if len(d.over) != 0 {
			t.Errorf("%v leaves %d views open", c.keys, len(d.over))
		}
	}
}

func TestAMergeIsReadToItsEndBeforeAYes(t *testing.T) {
	p := wholePlan()
	p.Steps[1].Rows = nil
	for n := range 80 {
		p.Steps[1].Rows = append(p.Steps[1].Rows, fmt.Sprintf("row %d", n))
	}
	d := reverting(t, 80, 24, p)
	d.deliberately("Tab") // yes
	d.deliberately("Enter")
	d.has("read it to its last row first", "1 of 2 that ask")
	for range 10 {
		d.keys("PageDown")
		d.frame()
	}
	d.deliberately("Enter")
	d.has("2 of 2 that ask")
	d = reverting(t, 80, 24, p)
	d.deliberately("Enter") // no
	d.has("2 of 2 that ask")
}

func TestAPlanIsReadToItsEndBeforeItIsDone(t *testing.T) {
	var p session.UndoPlan
	for n := range 60 {
		p.Steps = append(p.Steps, session.UndoStep{Path: fmt.Sprint(n), Does: fmt.Sprint("restores ", n)})
	}
	d := reverting(t, 80, 24, p)
	d.deliberately("Enter")
	d.has("read it to its last row first")
	for range 10 {
		d.keys("PageDown")
		d.frame()
	}
	d.deliberately("Enter")
	if len(d.changes.undone) != 1 {
		t.Errorf("undone %v:\n%s", d.changes.undone, d.text())
	}
}

func TestTextTypedWhileAPlanIsMadeDoesNothing(t *testing.T) {
	for _, text := range []string{"yes\n", "\n\n\n", "\x09\n", "run\n"} {
		d := reverting(t, 80, 24, wholePlan())
		d.types(text)
		d.types("and so on")
		d.wait(time.Second)
		if len(d.changes.undone) != 0 {
			t.Errorf("%q did %v", text, d.changes.undone)
		}
	}
	d := reverting(t, 80, 24, wholePlan())
	for range 4 {
		d.top().PasteText("\n", d.now)
		d.wait(time.Second)
	}
	if len(d.changes.undone) != 0 {
		t.Errorf("a paste did %v", d.changes.undone)
	}
}

func TestAPlanWithNothingToDoDoesNothing(t *testing.T) {
	d := reverting(t, 80, 24, session.UndoPlan{ID: "plan_1", Steps: []session.UndoStep{
		{Path: "src/a.go", Refused: "it is over the size limit: nothing of it is kept"},
	}})
	d.has("Refused (1):", "because it is over the size limit", "[Enter] go back")
	d.hasNot("Reason")
	d.deliberately("Enter")
	if len(d.changes.undone) != 0 || len(d.over) != 0 {
		t.Errorf("undone %v, %d views are open", d.changes.undone, len(d.over))
	}
}

func TestAPlanForWhatWasAnsweredElsewhereIsNotDone(t *testing.T) {
	d := reverting(t, 80, 24, session.UndoPlan{ID: "plan_1", Steps: []session.UndoStep{{Path: "a", Does: "restores a"}}})
	d.unexplained()
	d.deliberately("Enter")
	d.has("chg_01 waits no longer")
	if len(d.changes.undone) != 0 {
		t.Errorf("undone %v", d.changes.undone)
	}
}

func TestWhatWasNotTakenBackIsSaid(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*changesDesk)
		note string
		more string // on the screen
	}{
		{"all", func(x *changesDesk) {
			x.outcomes = []session.UndoOutcome{{Path: "a", Done: true}, {Path: "b", Done: true}}
		}, "took back 2 files", ""},
		{"some", func(x *changesDesk) {
			x.outcomes = []session.UndoOutcome{{Path: "a", Done: true}, {Path: "b\u202e", Why: "it changed just now \x1b[2J"}}
		}, `took back 1 file; 1 NOT: b\u{202e}: it changed just now \x1b[2J`, `b\u{202e}: it changed just now`},
		{"none", func(x *changesDesk) { x.undoErr = errors.New("the disk is full") }, "chg_01 was not taken back: the disk is full", ""},
		{"refused as was shown", func(x *changesDesk) {
			x.outcomes = []session.UndoOutcome{{Path: "a", Done: true}, {Path: "b\u202e", Done: true}, {Path: "c", Why: "gone"}}
		}, "took back 2 files", ""},
	} {
		d := reverting(t, 80, 24, session.UndoPlan{ID: "plan_1", Steps: []session.UndoStep{
			{Path: "a", Does: "restores a"}, {Path: "b\u202e", Does: "restores b"}, {Path: "c", Refused: "gone"},
		}})
		c.set(&d.changes)
		d.deliberately("Enter")
		d.changes.late[0]()
		d.frame()
		if got := d.notes[len(d.notes)-1]; got != c.note {
			t.Errorf("%s: it says %q, want %q", c.name, got, c.note)
		}
		if (len(d.over) == 1) != (c.more != "") {
			t.Errorf("%s: %d views are open", c.name, len(d.over))
		}
		if c.more != "" {
			d.has(c.more)
			d.keys("Enter")
			d.types("x")
			d.changes.late[0]() // as if it came now
			if len(d.over) != 0 {
				t.Errorf("%s: it is shown to somebody who types something else", c.name)
			}
		}
	}
}

func TestNobodyIsCalledBackToAPlan(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.changes.plan = wholePlan()
	plan := d.v.act.PlanUndo
	var later func()
	d.v.act.PlanUndo = func(of session.ChangesOf, done func(session.UndoPlan, error)) { later = func() { plan(of, done) } }
	d.unexplained(threeFiles())
	d.deliberately("r")
	d.inbox.SetActive(false, d.now)
	d.away = true
	later()
	if len(d.over) != 0 {
		t.Error("the question came though the operator had gone")
	}
}
