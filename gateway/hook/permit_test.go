package hook

import (
	"testing"

	"kavi/gateway/wire"
)

func TestADialogIsAskedAboutInItsOwnForm(t *testing.T) {
	const head = `{"hook_event_name":"PermissionRequest","session_id":"s","cwd":"/p","tool_name":`
	const yes = `{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}`
	for _, c := range []struct {
		family Family
		tool   string
		kind   Kind
		is     wire.Tool
		yes    string
	}{
		{Claude, `"Bash","tool_input":{"command":"ls"}`, Permit, wire.ToolExec, yes},
		{Claude, `"Write","tool_input":{"file_path":"/p/a","content":"x"},"permission_suggestions":[{"type":"setMode"}]`, Permit, wire.ToolWrite, yes},
		{Claude, `"AskUserQuestion","tool_input":{"questions":[]}`, Permit, wire.ToolNone, ""},
		{Qwen, `"run_shell_command","tool_input":{"command":"ls","is_background":false}`, Permit, wire.ToolExec, yes},
		{Codex, `"Bash","tool_input":{"command":"ls"}`, Waiting, "", ""},
	} {
		d, _ := Of(c.family)
		e, err := d.Parse([]byte(head + c.tool + "}"))
		if err != nil || e.Kind != c.kind || string(e.Allowed) != c.yes || c.kind == Permit && e.Call.Tool != c.is {
			t.Errorf("%s %s: %+v, %v", c.family, c.tool, e, err)
		}
	}
	d, _ := Of(Claude)
	if _, err := d.Parse([]byte(head + `"Write","tool_input":{}}`)); err == nil {
		t.Error("what cannot be read is not denied")
	}
}
