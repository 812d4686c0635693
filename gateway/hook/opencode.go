package hook

import "strings"

// openCode reads what kavi's plugin in opencode sends; its form is kavi's own, see
// the package's documentation. The plugin throws unless it is allowed, which is
// silence.
func openCode(top value) (Event, error) {
	f, err := readFrame(top, names{event: "event", session: "sessionID", cwd: "cwd", tool: "tool", input: "args", use: "callID"})
	if err != nil {
		return Event{}, err
	}
	k := Unknown
	switch f.event {
	case "tool.execute.before":
		k = Use
	case "tool.execute.after":
		k = Done
	case "event":
		if k, err = f.notice(top); err != nil {
			return Event{}, err
		}
	}
	e, err := f.of(k, openCodeTools(), OpenCode)
	if err != nil || e.Call == nil {
		return e, err
	}
	// Tools of MCP servers are called server_tool, and no tool of opencode's own has
	// such a name but those in the table.
	if at := strings.IndexByte(f.tool, '_'); at > 0 && e.Call.Tool == "" {
		if _, own := openCodeTools()[f.tool]; !own {
			e.Call = server(e.Call, f.tool[:at]+"__"+f.tool[at+1:], f.input)
		}
	}
	return e, nil
}

// notice reads an event of opencode's bus, as the plugin passes it on.
func (f *frame) notice(top value) (k Kind, err error) {
	what, err := text(top, "type")
	if err != nil {
		return Unknown, err
	}
	properties := top.fields["properties"]
	if f.Session, err = text(properties, "sessionID"); err != nil {
		return Unknown, err
	}
	switch what {
	case "session.created":
		return Started, nil
	case "session.status":
		now, err := text(properties.fields["status"], "type")
		switch now {
		case "busy":
			return Prompted, err
		case "idle":
			return Idle, err
		}
		return Unknown, err
	case "permission.asked", "question.asked":
		return Waiting, nil
	case "session.idle", "session.error":
		return Idle, nil
	case "session.compacted":
		return Compacted, nil
	case "session.deleted":
		return Ended, nil
	}
	return Unknown, nil
}

// openCodeTools are those of opencode 1.18.
func openCodeTools() table {
	patch := tool{takes("!patchText"), func(r *reader) error { return patchCall(r, r.text("patchText")) }}
	t := table{
		"read":        readFile("filePath", "offset:n limit:n"),
		"write":       writeFile("filePath", "content"),
		"edit":        editFile("filePath", "oldString", "newString", "replaceAll", "", false),
		"multiedit":   editMany("filePath", "edits", "oldString", "newString", "replaceAll", "filePath"),
		"patch":       patch,
		"apply_patch": patch,
		"bash":        run("workdir", "timeout:n description"),
		"list":        search("path", "", "ignore:l"),
		"glob":        search("path", "!pattern", "limit:n"),
		"grep":        grep("path", "include limit:n"),
		"webfetch":    fetch("format timeout:n"),
		"websearch":   online("!query numResults:n livecrawl type contextMaxCharacters:n"),
		"codesearch":  online("!query tokensNum:n"),
		"task":        agent("description prompt subagent_type session_id task_id command"),
	}
	for _, name := range []string{"todowrite", "todoread", "question", "plan_enter", "plan_exit", "invalid", "list_mcp_resources", "list_mcp_resource_templates"} {
		t[name] = none()
	}
	t["read_mcp_resource"] = tool{takes("!server !uri"), func(r *reader) error {
		server(r.c, r.text("server")+"__resource", r.v)
		r.show = true
		return nil
	}}
	return t
}
