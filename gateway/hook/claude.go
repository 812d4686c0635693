package hook

import (
	"errors"
	"strings"

	"kavi/gateway/wire"
)

// claude reads what Claude Code gives to its hooks. It answers in JSON, and an
// allow skips Claude's own prompt.
func claude(top value) (Event, error) {
	f, err := readFrame(top, common())
	if err != nil {
		return Event{}, err
	}
	if _, isServer := top.fields["mcp_server"]; isServer && !strings.HasPrefix(f.tool, "mcp__") {
		return Event{}, errors.New("a tool of an MCP server has another tool's name")
	}
	return f.claudeLike(claudeTools(), Claude, `{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}`)
}

// claudeLike is the events of claude and of those that took them over.
func (f *frame) claudeLike(tools table, family Family, allow string) (Event, error) {
	k := Unknown
	switch f.event {
	case "PreToolUse":
		k = Use
	case "PostToolUse", "PostToolUseFailure":
		k = Done
	case "SessionStart":
		k = Started
	case "UserPromptSubmit":
		k = Prompted
	case "Notification":
		if k = Waiting; f.about == "idle_prompt" { // for its next task: qwen says so beside Stop, claude a minute later
			k = Idle
		}
	case "PermissionRequest":
		if k = Permit; family == Codex { // which is started without dialogs: those that it has are what the operator wants
			k = Waiting
		}
	case "Stop", "StopFailure":
		k = Idle
	case "PostCompact":
		k = Compacted
	case "SessionEnd":
		k = Ended
	}
	rest, isServer := strings.CutPrefix(f.tool, "mcp__")
	if isServer {
		tools = nil
	}
	e, err := f.of(k, tools, family)
	if err != nil || e.Call == nil {
		return e, err
	}
	if isServer && rest != "" {
		e.Call = server(e.Call, rest, f.input)
	}
	if e.Kind == Permit {
		allow = `{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}`
	}
	e.allow(allow)
	return e, nil
}

// allow sets what an allow prints. What has no effect is left to the agent: it may
// be a question to the operator, which an allow would answer.
func (e *Event) allow(answer string) {
	if e.Kind != Done && e.Call.Tool != wire.ToolNone {
		e.Allowed = []byte(answer)
	}
}

// claudeTools are those of Claude Code 2.1 (its sdk-tools.d.ts). Sub-agents'
// calls come to the hook themselves, so that starting one does nothing yet.
func claudeTools() table {
	t := table{
		"Read":         readFile("file_path", "offset:n limit:n pages allow_large:b"),
		"Write":        writeFile("file_path", "content"),
		"Edit":         editFile("file_path", "old_string", "new_string", "replace_all", "", false),
		"MultiEdit":    editMany("file_path", "edits", "old_string", "new_string", "replace_all", ""),
		"NotebookEdit": notebook(),
		"NotebookRead": readFile("notebook_path", "cell_id"),
		"Bash":         run("", "timeout:n description run_in_background:b"),
		"Monitor":      run("", "description timeout_ms:n"),
		"Glob":         search("path", "!pattern", ""),
		"Grep":         grep("path", "glob output_mode -B:n -A:n -C:n context:n -n:b -i:b -o:b type head_limit:n offset:n multiline:b"),
		"LS":           search("path", "", "ignore:l"),
		"WebFetch":     fetch("prompt offset:n"),
		"WebSearch":    online("!query allowed_domains:l blocked_domains:l"),
		"Agent":        agent("description prompt subagent_type model effort run_in_background:b name team_name mode"),
		"Task":         agent("description prompt subagent_type model effort run_in_background:b name team_name mode"),
		"ReadMcpResourceTool": {takes("!server !uri"), func(r *reader) error {
			server(r.c, r.text("server")+"__resource", r.v)
			r.show = true
			return nil
		}},
	}
	for _, name := range []string{
		"TodoWrite", "TaskCreate", "TaskGet", "TaskUpdate", "TaskList", "TaskOutput", "TaskStop", "BashOutput", "KillShell", "KillBash",
		"AskUserQuestion", "EnterPlanMode", "ExitPlanMode", "ToolSearch", "ListMcpResourcesTool", "ReportFindings",
	} {
		t[name] = none()
	}
	return t
}

// agent starts a sub-agent. One that works elsewhere (a worktree, a server) is
// given an argument that is not in the list.
func agent(list string) tool {
	t := none()
	t.takes = takes(list)
	return t
}
