package gateway

import (
	"testing"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// What is moved can be read under its new name, so a move is a read of its source.
func TestAMoveIsARead(t *testing.T) {
	p := with(t, parse(t, `
[[rule]]
id   = "secrets"
deny = "read"
path = [".env", "src/keys/**"]
`)...)
	fs := corpusFS(t)
	fs["/proj/src/keys"] = shell.File{Exists: true, Dir: true}
	fs["/proj/src/keys/a"] = shell.File{Exists: true, Regular: true, Size: 10}
	w := world(t)
	w.FS = fs
	move := func(from, to string) *Call {
		c := file(wire.ToolMove, from)
		c.To = to
		return c
	}
	patch := file(wire.ToolEdit, "")
	patch.Files = []wire.File{{Tool: wire.ToolEdit, Path: "a.txt"}, {Tool: wire.ToolMove, Path: ".env", To: "y"}}
	for _, c := range []struct {
		name string
		call *Call
		want Action
		rule string
	}{
		{"a file that may not be read", move(".env", "y"), Deny, "secrets"},
		{"in a patch", patch, Deny, "secrets"},
		{"a file in such a folder", move("src/keys/a", "y"), Deny, "secrets"},
		{"the folder that may hold one", move("src", "dst"), Prompt, "secrets"},
		{"from a path that is not known", move("", "y"), Prompt, "secrets"},
		{"another file", move("a.txt", "y"), Allow, ""},
	} {
		j := p.Action(c.call, Asker{Agent: "a"}, w)
		if j.Action != c.want || j.Rule != c.rule {
			t.Errorf("%s: %s by %q, want %s by %q: %s", c.name, j.Action, j.Rule, c.want, c.rule, j.Why)
		}
	}
	if j := Default().Action(move(".env", "y"), Asker{Agent: "a"}, w); j.Action != Allow {
		t.Errorf("without the rule: %s: %s", j.Action, j.Why)
	}
}
