package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kavi/session/ledger"
)

// claude starts an agent whose program has that name, so that it is started with
// its hooks, and which runs a script. In it hook sends a JSON to the agent's hook
// and puts what that says into a file; shell runs a command as claude does.
func (w *world) claude(script string) string {
	w.t.Helper()
	bin := filepath.Join(w.project, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		w.t.Fatal(err)
	}
	program := filepath.Join(bin, "claude")
	const head = `#!/bin/sh
dir=${SHELL%/*}
hook() { printf '%s' "$2" | "$dir/kavi-hook" claude ${3:-604800} > "$1.out" 2> "$1.err"; echo $? > "$1.code"; }
use() { hook "$1" "{\"hook_event_name\":\"PreToolUse\",\"session_id\":\"talk-1\",\"cwd\":\"$PWD\",\"tool_name\":\"Bash\",\"tool_use_id\":\"$1\",\"tool_input\":{\"command\":\"$2\"}}"; }
done_() { hook "done-$1" "{\"hook_event_name\":\"PostToolUse\",\"session_id\":\"talk-1\",\"cwd\":\"$PWD\",\"tool_name\":\"Bash\",\"tool_use_id\":\"$1\",\"tool_input\":{\"command\":\"$2\"}}" notice; }
shell() { "$SHELL" -c "eval '$1' && pwd -P >| /tmp/claude-0a-cwd"; echo "$1 -> $?" >> log; }
wait_() { while ! test -e "$1"; do :; done; /bin/rm "$1"; }
`
	if err := os.WriteFile(program, []byte(head+script), 0o755); err != nil {
		w.t.Fatal(err)
	}
	name, err := w.StartAgent(w.t.Context(), AgentSpec{Argv: []string{program}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = os.Remove("/tmp/claude-0a-cwd") })
	return name
}

func (w *world) file(name string) string {
	b, err := os.ReadFile(filepath.Join(w.project, name))
	if err != nil {
		w.t.Error(err)
	}
	return strings.TrimSpace(string(b))
}

func (w *world) gate(want string) {
	w.t.Helper()
	w.until("the gate "+want, func(s *Snapshot) bool { return s.Agents[0].Gate == want })
}

// One call, two doors, one prompt: the hook's call is held, its shell is the same
// call seen again.
func TestTheShellOfAnAnnouncedCallIsThatCall(t *testing.T) {
	w := begin(t)
	w.claude(`wait_ go; use t1 "touch one; touch two"; shell "touch one; touch two"; done_ t1 "touch one; touch two"; wait_ end`)
	w.gate("hook unproven")
	w.touch("go")
	a := w.pending(1)[0]
	if a.Call.Command != "touch one; touch two" || w.exists("one") {
		t.Errorf("held: %q, one is there: %v", a.Call.Command, w.exists("one"))
	}
	w.gate("gated (hook)")
	w.answer(true, "", a)
	w.gate("gated (hook, shim)")
	w.until("the call to end", func(*Snapshot) bool { return len(kindsOf(w.entries(), ledger.CallExited)) > 0 })
	w.touch("end")
	w.exited("claude")
	if got := w.file("t1.out"); !strings.Contains(got, `"permissionDecision":"allow"`) || w.file("t1.code") != "0" {
		t.Errorf("the agent was told %s, code %s", got, w.file("t1.code"))
	}
	if got := w.file("log"); got != "touch one; touch two -> 0" || !w.exists("two") {
		t.Errorf("the shell: %s, two is there: %v", got, w.exists("two"))
	}
	if n := len(kindsOf(w.entries(), ledger.CallExited)); n != 1 {
		t.Errorf("the call ended %d times", n)
	}
	var asked, executed []string
	for _, e := range w.entries() {
		switch e.Kind {
		case ledger.CallRequested:
			asked = append(asked, string(e.Witness)+" "+e.Tool)
		case ledger.CallExecuted:
			executed = append(executed, e.Call+" "+string(e.Witness))
		}
	}
	slices.Sort(executed)
	if strings.Join(asked, ",") != "hook Bash" || strings.Join(executed, ",") != "call_1 hook,call_1 shim" {
		t.Errorf("asked %q, executed %q", asked, executed)
	}
}

// The trick: announce one command, run another, or the same one twice.
func TestAShellThatWasNotAnnouncedIsJudgedAlone(t *testing.T) {
	w := begin(t)
	w.claude(`use t1 "touch one"; shell "touch evil"; shell "touch one"; shell "touch one"`)
	w.answer(true, "", w.pending(1)[0])
	a := w.pending(1)[0]
	if a.Call.Name == "Bash" || !strings.Contains(a.Call.Command, "touch evil") || a.Announced != "touch one" {
		t.Errorf("held: %q, announced %q", a.Call.Command, a.Announced)
	}
	w.answer(false, "", a)
	a = w.pending(1)[0] // the second "touch one"
	if !w.exists("one") || w.exists("evil") {
		t.Errorf("one %v, evil %v", w.exists("one"), w.exists("evil"))
	}
	w.answer(false, "", a)
	w.exited("claude")
	if got := w.file("log"); !strings.Contains(got, "touch evil -> 126\ntouch one -> 0\ntouch one -> 126") {
		t.Errorf("the shells:\n%s", got)
	}
}

func TestADenialOfAHookTellsTheModelWhy(t *testing.T) {
	w := begin(t)
	w.claude(`use t1 "rm -rf src"`)
	w.answer(false, "keep src", w.pending(1)[0])
	w.exited("claude")
	got := w.file("t1.out")
	for _, want := range []string{`"permissionDecision":"deny"`, "denied by the operator: keep src", "Another spelling"} {
		if !strings.Contains(got, want) {
			t.Errorf("the model is told %s, without %q", got, want)
		}
	}
}

// The gate's pulse: a tool that is done and was never asked about.
func TestAToolThatNobodyAnnouncedPausesTheAgent(t *testing.T) {
	w := begin(t)
	w.claude(`use t1 "true"; done_ t1 "true"; done_ t1 "true"; wait_ go; done_ t2 "touch x"; wait_ end`)
	w.answer(true, "", w.pending(1)[0])
	w.touch("go")
	s := w.until("the agent to be paused", func(s *Snapshot) bool { return s.Agents[0].State == Paused })
	if !strings.Contains(s.Agents[0].Why, "Bash without having asked") {
		t.Errorf("why: %s", s.Agents[0].Why)
	}
	w.touch("end")
	w.exited("claude")
}

func TestACommandCannotPlayTheAgentsHook(t *testing.T) {
	w := begin(t)
	w.claude(`wait_ go; use t1 ./forge; shell ./forge`)
	forge := "#!/bin/sh\nprintf '{\"hook_event_name\":\"PreToolUse\",\"cwd\":\"/\",\"tool_name\":\"Bash\",\"tool_use_id\":\"f\",\"tool_input\":{\"command\":\"touch evil\"}}' | ${SHELL%/*}/kavi-hook claude 600 > forged 2>&1\n"
	if err := os.WriteFile(filepath.Join(w.project, "forge"), []byte(forge), 0o755); err != nil {
		t.Fatal(err)
	}
	w.touch("go")
	w.answer(true, "", w.pending(1)[0])
	w.exited("claude")
	if got := w.file("forged"); !strings.Contains(got, "none of its hooks") {
		t.Errorf("the forged hook was told: %s", got)
	}
}

// kill -9 of the server between a hook's allow and its shell, and while a hook is held.
func TestWhatAHookAnnouncedSurvivesAServer(t *testing.T) {
	w := begin(t)
	w.claude(`use t1 "touch one"; wait_ go; shell "touch one"; use t2 "touch two"; shell "touch two"; shell "touch two"`)
	w.answer(true, "", w.pending(1)[0])
	w.until("the agent to go on", func(*Snapshot) bool { return len(kindsOf(w.entries(), ledger.CallExecuted)) == 1 })
	w.Close()
	w.reopen()
	w.touch("go")
	a := w.pending(1)[0]
	if !w.exists("one") || a.Call.Command != "touch two" || a.ID != "apr_02" {
		t.Errorf("one %v; held %s %q", w.exists("one"), a.ID, a.Call.Command)
	}
	w.Close()
	w.reopen()
	w.answer(true, "", w.pending(1)[0])
	a = w.until("the second shell", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].ID != "apr_02" }).Approvals[0]
	if !w.exists("two") {
		t.Error("the call that was held over the restart did not run")
	}
	w.answer(false, "", a)
	w.exited("claude")
}

// Who reads the ledger in the morning sees what was allowed without being asked
// about: a change with its lines, a tool with its arguments.
func TestTheLedgerTellsWhatWasAllowedUnasked(t *testing.T) {
	w := begin(t, func(o *Options) { o.FullAccess = true })
	w.write("a.txt", "one\n")
	w.claude(`tool() { hook "$1" "{\"hook_event_name\":\"PreToolUse\",\"session_id\":\"talk-1\",\"cwd\":\"$PWD\",\"tool_name\":\"$2\",\"tool_use_id\":\"$1\",\"tool_input\":$3}"; }
tool t1 Write "{\"file_path\":\"$PWD/new.txt\",\"content\":\"x y\"}"
tool t2 Edit "{\"file_path\":\"$PWD/a.txt\",\"old_string\":\"one\",\"new_string\":\"two\",\"replace_all\":false}"
tool t3 mcp__tracker__get_ticket '{"id":"T-1"}'`)
	w.exited("claude")
	var got []string
	for _, e := range w.entries() {
		if e.Kind == ledger.CallRequested && e.Witness == ledger.WitnessHook {
			got = append(got, e.What+" "+e.Parts[0].Lines)
		}
	}
	want := []string{"Write: new.txt (+1, -0) +1, -0", "Write: a.txt (+1, -1) +1, -1", `Use: tracker__get_ticket {"id":"T-1"} `}
	if !slices.Equal(got, want) {
		t.Errorf("the ledger says %q, want %q", got, want)
	}
}
