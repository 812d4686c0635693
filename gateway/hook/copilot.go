package hook

import (
	"fmt"
	"strings"

	"kavi/gateway/wire"
)

// copilot reads what Copilot CLI gives to its hooks. It does not say which event
// it is: that is in which fields there are. The arguments are JSON within a text.
func copilot(top value) (Event, error) {
	f, err := readFrame(top, names{session: "sessionId", transcript: "transcriptPath", cwd: "cwd", tool: "toolName", input: "toolArgs", use: "toolCallId", event: "hookEventName"})
	if err != nil {
		return Event{}, err
	}
	if f.input.kind == isText {
		inner, err := decode([]byte(f.input.text))
		if err != nil {
			return Event{}, fmt.Errorf("its arguments cannot be read: %w", err)
		}
		f.input = inner
	}
	has := func(name string) bool { _, ok := top.fields[name]; return ok }
	k := Unknown
	switch {
	case has("hookName"): // it says so only where it asks the operator
		k = Waiting
	case has("toolName") && (has("toolResult") || has("error")):
		k = Done
	case has("toolName"):
		k = Use
	case has("source"):
		k = Started
	case has("prompt"):
		k = Prompted
	case has("reason"):
		k = Ended
	case has("stopReason"):
		k = Idle
	}
	e, err := f.of(k, copilotTools(), Copilot)
	if err != nil || e.Call == nil {
		return e, err
	}
	// A server's tool is called server-tool; its own names have no dash.
	if at := strings.IndexByte(f.tool, '-'); at > 0 && e.Call.Tool == "" {
		e.Call = server(e.Call, f.tool[:at]+"__"+f.tool[at+1:], f.input)
	}
	e.allow(`{"permissionDecision":"allow"}`)
	return e, nil
}

// copilotTools are those of Copilot CLI 1.0. What is typed into a shell that runs
// (write_bash) is not known to any other, and prompts.
func copilotTools() table {
	t := table{
		"bash":        run("", "description sessionId async:b mode initial_wait:n detach:b shellId timeout:n"),
		"view":        readFile("path", "view_range:l forceReadLargeFiles:b"),
		"create":      writeFile("path", "file_text"),
		"str_replace": editFile("path", "old_str", "new_str", "", "", false),
		"edit":        editFile("path", "old_str", "new_str", "", "", false),
		"insert": {takes("!path !insert_line:n !new_str"), func(r *reader) error {
			r.c.Path = r.path("path")
			return insert(r, "insert_line", "new_str")
		}},
		"str_replace_editor": {takes("!command !path file_text old_str new_str insert_line:n view_range:l forceReadLargeFiles:b"), editor},
		"apply_patch":        {takes("!input"), func(r *reader) error { return patchCall(r, r.text("input")) }},
		"grep":               grep("path", "glob output_mode -A:n -B:n -C:n -i:b -n:b head_limit:n multiline:b type"),
		"rg":                 grep("path", "glob output_mode -A:n -B:n -C:n -i:b -n:b head_limit:n multiline:b type"),
		"glob":               search("path", "!pattern", ""),
		"web_fetch":          fetch("max_length:n start_index:n raw:b"),
		"web_search":         online("!query"),
		"task":               agent("description prompt agent_type name model mode"),
	}
	for _, name := range []string{"report_intent", "update_todo", "ask_user", "read_bash", "stop_bash", "list_bash", "exit_plan_mode", "fetch_copilot_cli_documentation", "read_agent", "list_agents"} {
		t[name] = none()
	}
	return t
}

// editor is one tool with several commands.
func editor(r *reader) error {
	r.c.Path = r.path("path")
	switch r.text("command") {
	case "view":
		r.c.Tool = wire.ToolRead
	case "create":
		r.c.Tool, r.c.Content = wire.ToolWrite, []byte(r.text("file_text"))
	case "str_replace":
		r.c.Tool, r.c.Edits = wire.ToolEdit, []wire.Edit{{Old: r.text("old_str"), New: r.text("new_str")}}
	case "insert":
		return insert(r, "insert_line", "new_str")
	default:
		return errMore
	}
	return nil
}

func insert(r *reader, line, now string) error {
	n := 0
	if _, err := fmt.Sscanf(r.text(line)+"\n", "%d\n", &n); err != nil || n < 0 {
		return fmt.Errorf("%s is no line", line)
	}
	r.c.Tool, r.c.Edits = wire.ToolEdit, []wire.Edit{{Insert: true, Line: n, New: r.text(now)}}
	return nil
}
