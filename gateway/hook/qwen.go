package hook

// qwen reads what Qwen Code gives to its hooks: claude's events, gemini's tools.
func qwen(top value) (Event, error) {
	f, err := readFrame(top, common())
	if err != nil {
		return Event{}, err
	}
	return f.claudeLike(qwenTools(), Qwen, `{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}`)
}

// qwenTools are those of Qwen Code 0.24.
func qwenTools() table {
	t := table{
		"read_file":         readFile("file_path", "offset:n limit:n pages"),
		"write_file":        writeFile("file_path", "content"),
		"edit":              editFile("file_path", "old_string", "new_string", "replace_all", "", false),
		"notebook_edit":     notebook(),
		"run_shell_command": run("directory", "description is_background:b timeout:n"),
		"list_directory":    search("path", "", "ignore:l file_filtering_options:o"),
		"glob":              search("path", "!pattern", ""),
		"grep_search":       grep("path", "glob limit:n"),
		"web_fetch":         fetch("prompt"),
		"web_search":        online("!query provider allowed_domains:l blocked_domains:l"),
		"agent":             agent("description prompt subagent_type run_in_background:b model name"),
		"task":              agent("description prompt subagent_type"),
	}
	for _, name := range []string{"todo_write", "ask_user_question", "enter_plan_mode", "exit_plan_mode", "task_list", "list_agents", "tool_search", "report_findings"} {
		t[name] = none()
	}
	return t
}
