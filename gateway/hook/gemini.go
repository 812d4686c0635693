package hook

import "kavi/gateway/wire"

// gemini reads what Gemini CLI gives to its hooks. It gives its calls no ids.
func gemini(top value) (Event, error) {
	f, err := readFrame(top, common())
	if err != nil {
		return Event{}, err
	}
	k := Unknown
	switch f.event {
	case "BeforeTool":
		k = Use
	case "AfterTool":
		k = Done
	case "SessionStart":
		k = Started
	case "BeforeAgent":
		k = Prompted
	case "Notification":
		k = Waiting
	case "AfterAgent":
		k = Idle
	case "PreCompress":
		k = Compacted
	case "SessionEnd":
		k = Ended
	}
	tools := geminiTools()
	// A server's tool comes with mcp_context, whatever its name is.
	context, isServer := top.fields["mcp_context"]
	if isServer {
		tools = nil
	}
	e, err := f.of(k, tools, Gemini)
	if err != nil || e.Call == nil {
		return e, err
	}
	if isServer {
		name, err := text(context, "server_name")
		if err != nil {
			return Event{}, err
		}
		tool, err := text(context, "tool_name")
		if err != nil {
			return Event{}, err
		}
		if name != "" && tool != "" {
			e.Call = server(e.Call, name+"__"+tool, f.input)
		}
	}
	e.allow(`{"decision":"allow"}`)
	return e, nil
}

// geminiTools are those of Gemini CLI 0.61.
func geminiTools() table {
	t := table{
		"read_file":         readFile("file_path", "start_line:n end_line:n offset:n limit:n"),
		"write_file":        writeFile("file_path", "content"),
		"replace":           editFile("file_path", "old_string", "new_string", "allow_multiple", "instruction expected_replacements:n", true),
		"run_shell_command": run("dir_path", "description is_background:b delay_ms:n"),
		"list_directory":    search("dir_path", "", "ignore:l file_filtering_options:o"),
		"glob":              search("dir_path", "!pattern", "case_sensitive:b respect_git_ignore:b respect_gemini_ignore:b"),
		"grep_search": grep("dir_path", "include_pattern exclude_pattern names_only:b case_sensitive:b fixed_strings:b context:n after:n before:n "+
			"no_ignore:b max_matches_per_file:n total_max_matches:n"),
		"read_many_files": {takes("!include:l exclude:l recursive:b useDefaultExcludes:b file_filtering_options:o"), func(r *reader) error {
			r.c.Tool, r.show = wire.ToolRead, true // which files is in patterns
			return nil
		}},
		"web_fetch":         online("!prompt"), // the addresses are somewhere in the prompt
		"google_web_search": online("!query"),
		"read_mcp_resource": {takes("!uri"), func(r *reader) error {
			server(r.c, "resource", r.v)
			r.show = true
			return nil
		}},
	}
	for _, name := range []string{
		"write_todos", "ask_user", "enter_plan_mode", "exit_plan_mode", "update_topic", "complete_task", "invoke_agent",
		"get_internal_docs", "list_mcp_resources",
	} {
		t[name] = none()
	}
	return t
}
