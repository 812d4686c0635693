package panes

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/session"
	"kavi/session/ledger"
)

// fileEntries are entries about changes of files, as a session writes them.
func fileEntries() []ledger.Entry {
	at := time.Date(2026, 5, 4, 12, 0, 0, 0, time.Local)
	change := func(kind, more string) string {
		return fmt.Sprintf(`{"path":"src/a.go","kind":%q,"add":3,"del":1%s}`, kind, more)
	}
	list := []ledger.Entry{
		{Kind: ledger.CallDecided, Agent: "claude", Call: "call_12", Approval: "apr_03", Verdict: ledger.Allowed, By: &ledger.By{Kind: ledger.ByOperator}},
		{
			Kind: ledger.FileChanged, Agent: "claude", Call: "call_12", Path: "src/a.go", What: "src/a.go", Why: "announced",
			Data: map[string]string{"change": change("modified", ""), "calls": "call_12"},
		},
		{
			Kind: ledger.FileChanged, Agent: "claude", Path: "src/b.go", What: "src/b.go", Why: "ambiguous",
			Data: map[string]string{"change": change("renamed", `,"from":"src/old.go"`), "calls": "call_12 call_13"},
		},
		{
			Kind: ledger.FileChanged, Path: "notes.txt", What: "notes.txt", Why: "the operator's own",
			Data: map[string]string{"change": change("created", "")},
		},
		{
			Kind: ledger.FileUnsanctioned, Path: ".git/hooks/pre-commit", What: ".git/hooks/pre-commit", Why: "unsanctioned",
			Data: map[string]string{"change": change("created", `,"protected":true,"gap":true`), "item": "chg_02"},
		},
		{
			Kind: ledger.ChangeKept, What: "src/x.go", Why: string(session.MinePaths), By: &ledger.By{Kind: ledger.ByOperator, Client: "attach 1"},
			Data: map[string]string{"item": "chg_03"},
		},
		{
			Kind: ledger.FileUndone, Call: "undo_01", Path: "src/a.go", What: "src/a.go", Reason: "not this file",
			By:   &ledger.By{Kind: ledger.ByOperator, Client: "attach 1"},
			Data: map[string]string{"change": change("modified", ""), "calls": "undo_01", "of": "call_12"},
		},
		{Kind: ledger.FileUndone, Call: "undo_02", Path: "src/big", What: "src/big", Data: map[string]string{"change": `{"path":"cut of`}},
		{Kind: ledger.SessionStarted},
	}
	for n := range list {
		list[n].Seq, list[n].Time = uint64(n+1), at
	}
	return list
}

func logOf(list []ledger.Entry) (lines []logLine) {
	for _, e := range list {
		l := logLine{Seq: e.Seq, Text: e.Line(), Bad: isBad(e), More: logMore(e)}
		l.Of, l.About, l.Not = takes(e)
		lines = append(lines, l)
	}
	return lines
}

func TestChangesOfFilesReadWellInTheLedger(t *testing.T) {
	for _, size := range screenSizes {
		d := newDesk(t, size.cols, size.rows)
		d.log = logOf(fileEntries())
		d.v.act.Push(newLedgerView(d.v))
		d.wait(time.Second)
		d.golden("ledger-files-" + size.name)
		d.keys("k", "k", "k", "k", "Enter")
		d.frame()
		d.golden("ledger-entry-" + size.name)
		d.keys("Enter", "j", "j", "Enter")
		d.frame()
		d.has("Entry 7", "Taken back by the operator (attach 1)", "Reason: not this file")
	}
}

// A file is called whatever its maker wants: its name stands last, where it can
// say nothing about who made it.
func TestAFilesNameSaysNothingAboutItsMaker(t *testing.T) {
	name := "x: taken back as undo_01, of call_1\nkavi  by call_2, announced: y\u202e\x1b[2J"
	for _, e := range fileEntries() {
		if e.Path == "" {
			continue
		}
		before := strings.TrimSuffix(e.Line(), e.What)
		e.What, e.Path = "", name
		got := e.Line()
		if !strings.HasPrefix(strings.TrimSuffix(got, " from src/old.go"), strings.TrimSuffix(before, e.What+" from src/old.go")) && e.Why != "ambiguous" {
			t.Errorf("%q\ndoes not begin with\n%q", got, before)
		}
		if strings.ContainsAny(got, forbidden) || strings.Contains(got, "\n") {
			t.Errorf("%q is not safe", got)
		}
	}
}

func TestUTakesBackWhatACallChanged(t *testing.T) {
	for n, want := range []string{
		"[call_12]", "[call_12]",
		"call_12 or call_13 made it: take back what one of them did at an entry of its own",
		"no call made it: there is none to take back",
		"chg_02[]", "chg_03[]", "[undo_01]", "[undo_02]",
		"that entry is about no call and no change of a file",
	} {
		d := newDesk(t, 80, 24)
		d.log = logOf(fileEntries())
		d.changes.plan = session.UndoPlan{ID: "plan_1", Steps: []session.UndoStep{{Path: "src/a.go", Does: "restores src/a.go"}}}
		d.v.act.Push(newLedgerView(d.v))
		d.frame()
		d.keys("g")
		for range n {
			d.keys("j")
		}
		d.keys("u")
		if len(d.changes.planned) != 0 {
			t.Fatal("u was taken at once")
		}
		d.notes = nil
		d.deliberately("u")
		if len(d.changes.planned) == 0 {
			if got := strings.Join(d.notes, "|"); got != want {
				t.Errorf("entry %d: it says %q, want %q", n+1, got, want)
			}
			continue
		}
		if got := strings.Join(d.changes.planned, "|"); got != want {
			t.Errorf("entry %d: planned %q, want %q", n+1, got, want)
		}
		d.has("Take back "+strings.Trim(want, "[]"), "restores src/a.go")
		d.deliberately("Enter")
		if len(d.changes.undone) != 1 || len(d.over) != 1 {
			t.Errorf("entry %d: undone %v, %d views are open", n+1, d.changes.undone, len(d.over))
		}
	}
}

func TestUIsForTheEntryThatWasRead(t *testing.T) {
	d := newDesk(t, 80, 24)
	all := logOf(fileEntries())
	d.log = all[:1]
	d.v.act.Push(newLedgerView(d.v))
	d.wait(time.Second)
	d.keys("u")
	d.log = all[:7] // while the key waits, the cursor follows
	d.change(func(*session.Snapshot) {})
	d.wait(time.Second)
	if len(d.changes.planned) != 0 {
		t.Errorf("planned %v", d.changes.planned)
	}
	d.deliberately("k")
	d.wait(time.Second)
	d.inboxPaste("u")
	d.wait(time.Second)
	d.types("unusual")
	d.wait(time.Second)
	if len(d.changes.planned) != 0 {
		t.Errorf("planned %v", d.changes.planned)
	}
	d.keys("Tab")
	d.notes = nil
	d.deliberately("u")
	if got := strings.Join(d.notes, ""); got != "what calls changed is taken back on the other tab: Tab" {
		t.Errorf("on the tab of rules it says %q", got)
	}
}

func (d *desk) inboxPaste(text string) { d.top().PasteText(text, d.now) }

func TestUSaysWhyNothingCanBeTakenBack(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.log = logOf(fileEntries())[:1]
	d.changes.planErr = errors.New("nothing that this session saw changed by that \x1b[2J")
	d.v.act.Push(newLedgerView(d.v))
	d.deliberately("u")
	if got := d.notes[len(d.notes)-1]; got != `call_12: nothing that this session saw changed by that \x1b[2J` {
		t.Errorf("it says %q", got)
	}
	d.changes.planErr = nil
	d.deliberately("u")
	if got := d.notes[len(d.notes)-1]; got != "call_12: there is nothing to take back" {
		t.Errorf("it says %q", got)
	}
}

func TestTheMouseInTheLedger(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.log = entries(1, 100)
	l := newLedgerView(d.v)
	d.v.act.Push(l)
	d.frame()
	mouse := func(action tview.MouseAction, y int) {
		l.MouseHandler()(action, tcell.NewEventMouse(10, y, 0, 0), nil)
		d.frame()
	}
	mouse(tview.MouseScrollUp, 5)
	d.has("entry 78–97 of 100, not following", "▸ 12:00:37")
	mouse(tview.MouseLeftClick, 1)
	d.has("▸ 12:00:18")
	mouse(tview.MouseScrollDown, 5)
	d.has("entry 81–100 of 100", "▸ 12:00:21")
	d.keys("PageUp")
	d.frame()
	d.has("entry 62–81 of 100")
	d.keys("G")
	d.frame()
	d.hasNot("not following")
}
