package session

import (
	"strings"
	"testing"

	"kavi/session/ledger"
)

// permit asks in the place of claude's own dialog.
const permit = `permit() { hook "$1" "{\"hook_event_name\":\"PermissionRequest\",\"session_id\":\"talk-1\",\"cwd\":\"$PWD\",\"tool_name\":\"${3:-Bash}\",\"tool_input\":{\"command\":\"$2\"}}" "604800 permission"; }
`

func (w *world) told(name, want string) {
	w.t.Helper()
	if got := w.file(name + ".out"); !strings.Contains(got, want) || (want == "") != (got == "") {
		w.t.Errorf("%s was told %q, want %q", name, got, want)
	}
}

const (
	yesUse    = `"hookEventName":"PreToolUse","permissionDecision":"allow"`
	yesPermit = `"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}`
	noPermit  = `"hookEventName":"PermissionRequest","decision":{"behavior":"deny","message":"denied by the operator: not that`
)

// What was just allowed is not asked about twice; anything else is a call of its
// own, with its own form of no.
func TestADialogOfTheAgentsIsAnsweredWithoutASecondPrompt(t *testing.T) {
	w := begin(t)
	w.claude(permit + `use t1 "touch one"; permit p1 "touch one"; permit p2 "touch two"; shell "touch one"; done_ t1 "touch one"; permit p3 "touch one"; wait_ end`)
	w.answer(true, "", w.pending(1)[0])
	a := w.pending(1)[0]
	if a.Call.Command != "touch two" || a.ID != "apr_02" {
		t.Errorf("held: %s %q", a.ID, a.Call.Command)
	}
	w.told("p1", yesPermit)
	w.answer(false, "not that", a)
	a = w.until("the third", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].ID == "apr_03" }).Approvals[0]
	if !w.exists("one") || a.Call.Command != "touch one" {
		t.Errorf("one is there: %v; held %q", w.exists("one"), a.Call.Command)
	}
	w.answer(false, "not that", a)
	w.touch("end")
	w.exited("claude")
	w.told("p2", noPermit)
	w.told("p3", noPermit)
}

// Qwen asks in the place of its dialog first, and its tool's hook comes after it.
func TestWhatTheDialogAllowedIsNotAskedAboutWhenItIsUsed(t *testing.T) {
	w := begin(t)
	w.claude(permit + `permit p1 "touch one"; use t1 "touch one"; shell "touch one"; done_ t1 "touch one"; use t2 "touch one"; wait_ end`)
	w.answer(true, "", w.pending(1)[0])
	a := w.until("the second", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].ID != "apr_01" }).Approvals[0]
	w.told("p1", yesPermit)
	w.told("t1", yesUse)
	if !w.exists("one") || a.ID != "apr_02" || a.Call.Use != "t2" {
		t.Errorf("one is there: %v; held %s, use %s", w.exists("one"), a.ID, a.Call.Use)
	}
	w.answer(false, "", a)
	w.touch("end")
	w.exited("claude")
	entries := w.entries()
	if n, m := len(kindsOf(entries, ledger.CallRequested)), len(kindsOf(entries, ledger.CallExited)); n != 2 || m != 1 {
		t.Errorf("%d calls in the ledger, %d ended; want 2, 1", n, m)
	}
}

// A question to the operator is theirs to answer, in the pane.
func TestAQuestionOfTheAgentsIsLeftToTheOperator(t *testing.T) {
	w := begin(t)
	w.claude(permit + `permit p1 "" AskUserQuestion; wait_ end`)
	s := w.until("the agent to wait", func(s *Snapshot) bool { return s.Agents[0].State == Waiting })
	if len(s.Approvals) != 0 {
		t.Errorf("%d approvals", len(s.Approvals))
	}
	w.touch("end")
	w.exited("claude")
	if w.file("p1.code") != "0" {
		t.Errorf("code %s", w.file("p1.code"))
	}
	w.told("p1", "")
}
