package panes

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway/display"
	"kavi/session"
)

func TestTheListShowsChangesBelowTheApprovals(t *testing.T) {
	change := threeFiles()
	snap := &session.Snapshot{Approvals: three()[:1], Unexplained: []*session.Unexplained{change}}
	got := ListWaiting(snap, noon, 0)
	want := ListTable(three()[:1], noon, 0) + `
Unexplained Changes: 1
======================

┌────────┬──────────────────────────────────────────┬────────────┬─────────┐
│ ID     │ Change                                   │ Could have │ Waiting │
├────────┼──────────────────────────────────────────┼────────────┼─────────┤
│ chg_01 │ Changed: src/a.go (+3, -1), 2 more files │ claude     │ 1m      │
└────────┴──────────────────────────────────────────┴────────────┴─────────┘
`
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if snap.Unexplained = nil; ListWaiting(snap, noon, 0) != ListTable(snap.Approvals, noon, 0) {
		t.Error("without changes it is another list")
	}
}

func TestAChangeThatDecidesWhatRunsIsListedFirst(t *testing.T) {
	snap := &session.Snapshot{Approvals: three(), Unexplained: []*session.Unexplained{gitHook()}}
	got := ListWaiting(snap, noon, 0)
	if !strings.HasPrefix(got, "Unexplained Changes: 1\n") || !strings.Contains(got, "PROTECTED "+ChangeLine(gitHook())) {
		t.Error(got)
	}
}

// A name cannot push the numbers out of the table, nor draw in it.
func TestAChangesNameGivesWayInTheList(t *testing.T) {
	lie := "a\x1b[2K (+0, -0) \u202e" + strings.Repeat("x", 200)
	snap := &session.Snapshot{Unexplained: []*session.Unexplained{{
		ID: "chg_01", Since: noon, Could: []session.Suspect{{Call: "call_1", Agent: "claude", What: lie}},
		Files: []session.FileChange{{Path: display.Safe(lie), Kind: "modified", Plus: 7, Minus: 9}},
	}}}
	got := ListWaiting(snap, noon, 0)
	if !strings.Contains(got, "… (+7, -9)") || strings.ContainsAny(got, "\x1b\u202e") || !strings.Contains(got, "│ claude ") {
		t.Error(got)
	}
	for _, row := range strings.Split(got, "\n") {
		if display.Width(row) > 120 {
			t.Errorf("%d cells: %s", display.Width(row), row)
		}
	}
}

func TestAChangeIsShownWithItsDiff(t *testing.T) {
	got := strings.Join(ShowChange(threeFiles(), []string{"@@ -1 +1 @@", "-one", "+two"}, nil, noon, 0), "\n")
	for _, want := range []string{"Unexplained Change\n====", "+two", "Could have"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not in\n%s", want, got)
		}
	}
}
