package gateway

import (
	"strings"
	"testing"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// TestHooked judges calls as hooks bring them.
func TestHooked(t *testing.T) {
	dir, w := project(t)
	secrets, err := Default().With([]Rule{
		{ID: "secrets", Verdict: Deny, Kind: shell.Read, Path: []string{"**/.env"}, Layer: LayerUser},
		{ID: "deletes", Verdict: Deny, Kind: Any, Tool: []string{"delete"}, Layer: LayerUser},
		{ID: "tickets", Verdict: Allow, Kind: MCP, Tool: []string{"tracker__get_*"}, Layer: LayerUser},
	})
	if err != nil {
		t.Fatal(err)
	}
	call := func(tool wire.Tool, name string) *Call {
		return &Call{Door: wire.DoorHook, Tool: tool, Name: name, Cwd: dir}
	}
	command := func(text string) *Call {
		c := call(wire.ToolExec, "Bash")
		c.Command, c.HasCommand = text, true
		return c
	}
	read := func(path string) *Call {
		c := call(wire.ToolRead, "Read")
		c.Path, c.Args = path, "{}"
		return c
	}
	files := func(list ...wire.File) *Call {
		c := call(wire.ToolEdit, "apply_patch")
		c.Files = list
		return c
	}
	for _, c := range []struct {
		name  string
		call  *Call
		level Level
		want  Action
		risk  Risk
	}{
		{"a list of things to do", call(wire.ToolNone, "TodoWrite"), LevelDefault, Allow, Low},
		{"a list of things to do, where everything asks", call(wire.ToolNone, "TodoWrite"), LevelAlways, Prompt, Low},
		{"a tool that is not known", call("", "Skill"), LevelOnCommit, Prompt, High},
		{"a tool that is not known, in full autonomy", call("", "Skill"), LevelNone, Allow, High},
		{"a shell that is typed into", command("bash"), LevelOnCommit, Prompt, High},
		{"an interpreter that is typed into", command("python3"), LevelOnCommit, Prompt, High},
		{"a read", read("a.txt"), LevelDefault, Allow, Low},
		{"a read of a secret", read("x/.env"), LevelDefault, Deny, Low},
		{"a read of nobody knows what", read(""), LevelDefault, Prompt, Low},
		{"an MCP server's tool", call(wire.ToolMCP, "tracker__create"), LevelDefault, Prompt, High},
		{"one that a rule allows", call(wire.ToolMCP, "tracker__get_ticket"), LevelDefault, Allow, High},
		{"a patch", files(wire.File{Tool: wire.ToolEdit, Path: "a.txt"}, wire.File{Tool: wire.ToolWrite, Path: "b.txt"}), LevelDefault, Allow, Low},
		{"a patch that leaves the project", files(wire.File{Tool: wire.ToolEdit, Path: "a.txt"}, wire.File{Tool: wire.ToolWrite, Path: "../b.txt"}), LevelDefault, Prompt, High},
		{"a patch that moves something over something", files(wire.File{Tool: wire.ToolMove, Path: "a.txt", To: "src/b.go"}), LevelDefault, Prompt, Destructive},
		{"a patch with a tool that a rule denies", files(wire.File{Tool: wire.ToolEdit, Path: "a.txt"}, wire.File{Tool: wire.ToolDelete, Path: "gone.txt"}), LevelDefault, Deny, Destructive},
		{"a file's tool that is none", files(wire.File{Tool: wire.ToolExec, Path: "a.txt"}), LevelOnCommit, Prompt, High},
	} {
		j := secrets.Action(c.call, Asker{Agent: "claude", Level: c.level}, w)
		if j.Action != c.want || j.Risk != c.risk {
			t.Errorf("%s: %v, %s: %+v", c.name, j.Action, j.Risk, j)
		}
	}
	if j := secrets.Action(call("", "Skill"), Asker{}, w); !strings.Contains(j.Why, "a tool that kavi does not know") {
		t.Error(j.Why)
	}
}
