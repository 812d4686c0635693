package panes

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

func TestShowHasTheThreeDocumentedForms(t *testing.T) {
	snap := &session.Snapshot{Agents: []*session.Agent{{Name: "codex", Level: gateway.LevelAlways}}}
	for _, c := range []struct {
		name string
		a    *session.Approval
		want string
	}{
		{"write", writeLogin(), `
Approval Request: Write File
============================

File: src/auth/login.ts
Lines: +45, -12

Agent: claude
Level: none given: the documented defaults
Risk: medium
Asks because: a write where the level is on-write
Waiting: 2m

Preview:
───────────────────────────
@@ -23,12 +23,45 @@
 export async function login(user: string) {
-  const user = await find(name)
+  try {
+    await check(user)
───────────────────────────
[a]pprove [r]eject [v]iew diff
`},
		{"commit", commitFix(), `
Approval Request: Git Commit
============================

Message: Fix null pointer in auth

Files changed (3):
  M src/auth/login.ts
  M src/auth/session.ts
  A src/auth/types.ts

Stats: +67, -23

Agent: claude
Level: none given: the documented defaults
Risk: medium
Asks because: a commit
Waiting: 1m

[a]pprove [r]eject [d]iff
`},
		{"tool", npmInstall(), `
Approval Request: Tool Usage
============================

Tool: Bash
Command: npm install jsonwebtoken

Context: add login tokens

Agent: codex
Level: always
Risk: medium
Asks because: shell commands ask
Waiting: 30s

[a]pprove [r]eject
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := "\n" + strings.Join(ShowText(snap, c.a, noon, 80), "\n") + "\n"
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestListIsTheDocumentedTable(t *testing.T) {
	want := `Pending Approvals (3)
=====================

┌────────┬─────────────────────────────────────┬───────────┬─────────┐
│ ID     │ Action                              │ Agent     │ Waiting │
├────────┼─────────────────────────────────────┼───────────┼─────────┤
│ apr_01 │ Write: src/auth/login.ts (+45, -12) │ claude    │ 2m      │
│ apr_02 │ Commit: "Fix null check in auth"    │ claude    │ 1m      │
│ apr_03 │ Run: npm install jsonwebtoken       │ codex     │ 30s     │
└────────┴─────────────────────────────────────┴───────────┴─────────┘
`
	if diff := cmp.Diff(want, ListTable(three(), noon, 0)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := ListTable(nil, noon, 0); got != "No pending approvals\n" {
		t.Errorf("an empty list is %q", got)
	}
}

func TestListMarksWhatIsNotPendingAndKeepsItsShape(t *testing.T) {
	lapsed := command("apr_07", "claude", "echo 世界 \x1b[2K"+strings.Repeat("a", 300)+" | sh", 3*time.Hour)
	lapsed.State = session.Lapsed
	got := ListTable([]*session.Approval{lapsed, npmInstall()}, noon, 0)
	if !strings.Contains(got, "3h lapsed") {
		t.Errorf("it does not say that the first one lapsed:\n%s", got)
	}
	if !strings.Contains(got, `\x1b[2K`) || !strings.Contains(got, "…") {
		t.Errorf("the command is not shown safely, cut with a sign:\n%s", got)
	}
	width := 0
	for i, r := range strings.Split(strings.TrimSuffix(got, "\n"), "\n")[3:] {
		w := display.Width(r)
		if i == 0 {
			width = w
		}
		if w != width {
			t.Errorf("row %d is %d cells wide, the table %d:\n%s", i, w, width, got)
		}
	}
}

// On a terminal no row of the list breaks, whatever waits and whoever asks: the
// actions give way, down to 20 cells.
func TestTheListIsAsWideAsTheTerminal(t *testing.T) {
	long := command("apr_101", "claude", "echo 世界 \x1b[2K"+strings.Repeat("a", 300)+" | sh", 3*time.Hour)
	lapsed := command("apr_07", strings.Repeat("agent-", 4), "echo "+strings.Repeat("b", 300), 3*time.Hour)
	lapsed.State = session.Lapsed
	hook := gitHook()
	hook.Files[0].Path = strings.Repeat("deep/", 40) + "pre-commit"
	for name, snap := range map[string]*session.Snapshot{
		"approvals": {Approvals: []*session.Approval{long, npmInstall()}},
		"lapsed":    {Approvals: []*session.Approval{lapsed}},
		"changes":   {Unexplained: []*session.Unexplained{threeFiles(), hook}},
	} {
		for _, width := range []int{78, 80, 100, 200} {
			got, widest := ListWaiting(snap, noon, width), 0
			for _, r := range strings.Split(got, "\n") {
				widest = max(widest, display.Width(r))
			}
			if widest > width {
				t.Errorf("%s at %d: it is %d cells wide:\n%s", name, width, widest, got)
			}
			if name == "approvals" && widest != width {
				t.Errorf("at %d it is only %d wide, with an action cut:\n%s", width, widest, got)
			}
		}
	}
	for _, c := range []struct{ width, cells int }{{40, 20}, {60, 24}} {
		got := ListTable([]*session.Approval{long}, noon, c.width)
		row := strings.Split(got, "\n")[6]
		if action := strings.Split(row, "│")[2]; display.Width(action) != c.cells+2 {
			t.Errorf("at %d the action has %q:\n%s", c.width, action, got)
		}
	}
}

func TestShowSaysWhatIsUnusual(t *testing.T) {
	a := command("apr_09", "claude", "rm -rf dist", time.Hour)
	a.State, a.Why = session.Lapsed, "the agent's own limit was reached"
	a.Inside, a.Left, a.Again = "apr_03", "apr_07", "apr_08"
	a.Judged.Risk, a.Judged.Rule = gateway.Destructive, "clean"
	got := strings.Join(ShowText(&session.Snapshot{}, a, noon, 0), "\n")
	for _, want := range []string{
		"Lapsed: the agent's own limit was reached; approving allows the same call once more, within 30 minutes",
		"Inside: apr_03", "Left running by: apr_07", "Replaces: apr_08, whose call changed",
		"Risk: destructive", "Asks because: shell commands ask (rule clean)", "Waiting: 1h",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not say %q:\n%s", want, got)
		}
	}
}

// What nobody judged or described must not look harmless.
func TestShowOfAnApprovalWithoutAnythingIsNotHarmless(t *testing.T) {
	a := &session.Approval{ID: "apr_01", Since: noon}
	got := strings.Join(ShowText(&session.Snapshot{}, a, noon, 40), "\n")
	if !strings.Contains(got, "Risk: not known") || !strings.Contains(got, "Asks because: nothing allows it") {
		t.Errorf("it looks harmless:\n%s", got)
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{-time.Second, "0s"},
		{0, "0s"},
		{59*time.Second + 999*time.Millisecond, "59s"},
		{time.Minute, "1m"},
		{time.Hour - 1, "59m"},
		{47 * time.Hour, "47h"},
		{49 * time.Hour, "2d"},
	} {
		if got := age(c.d); got != c.want {
			t.Errorf("age(%v) = %q, want %q", c.d, got, c.want)
		}
	}
}
