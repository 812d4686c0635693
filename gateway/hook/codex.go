package hook

import (
	"strings"

	"kavi/gateway/wire"
)

// codex reads what Codex gives to its hooks. An allow is silence: Codex knows no
// other, and asks no further where it was started with its approvals off.
func codex(top value) (Event, error) {
	f, err := readFrame(top, common())
	if err != nil {
		return Event{}, err
	}
	return f.claudeLike(codexTools(), Codex, "")
}

// codexTools are those of Codex 0.169. Its web search runs at the model's maker
// and comes to no hook; nor does what is typed into a command that runs
// (write_stdin), so that a shell or an interpreter that reads its input is asked
// about as what it is.
func codexTools() table {
	t := table{
		"Bash":        {takes("!command"), codexBash},
		"apply_patch": {takes("!command"), func(r *reader) error { return patchCall(r, r.text("command")) }},
		"view_image":  readFile("path", "detail"),
	}
	for _, name := range []string{"update_plan", "request_user_input"} {
		t[name] = none()
	}
	for _, name := range []string{"spawn_agent", "send_input", "wait_agent", "resume_agent", "close_agent", "list_agents", "send_message", "wait"} {
		t[name], t["multi_agent_v1"+name], t["multi_agent_v2"+name] = none(), none(), none()
	}
	return t
}

// codexBash is a command. A command that is nothing but a patch in a
// here-document is applied by Codex itself and never reaches a shell.
func codexBash(r *reader) error {
	line := r.text("command")
	if !strings.Contains(line, "Begin Patch") {
		r.c.Tool, r.c.Command, r.c.HasCommand = wire.ToolExec, line, true
		return nil
	}
	if patch, ok := heredoc(line); ok {
		return patchCall(r, patch)
	}
	// Where it begins to be a patch is Codex' to say, so it asks whatever the level.
	return errMore
}

// heredoc takes the text out of "apply_patch <<'EOF'", where the command is that
// and nothing else.
func heredoc(line string) (text string, ok bool) {
	head, rest, ok := strings.Cut(line, "\n")
	if !ok {
		return "", false
	}
	word, ok := strings.CutPrefix(head, "apply_patch <<'")
	if !ok {
		return "", false
	}
	word, ok = strings.CutSuffix(word, "'")
	if !ok || word == "" || strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		return "", false
	}
	text, ok = strings.CutSuffix(strings.TrimSuffix(rest, "\n"), "\n"+word)
	if !ok || strings.Contains("\n"+text+"\n", "\n"+word+"\n") {
		return "", false
	}
	return text, true
}
