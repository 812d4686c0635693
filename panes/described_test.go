package panes

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway"
	"kavi/gateway/wire"
	"kavi/session"
)

// described makes an approval as a session does: judged and described by the
// gateway, in a real folder.
func described(t *testing.T, root, id string, c *gateway.Call) *session.Approval {
	t.Helper()
	c.Cwd = root
	w := gateway.World{FS: gateway.OS(), Now: noon, Home: filepath.Dir(root), Root: root}
	j := gateway.Default().Action(c, gateway.Asker{Agent: "claude", Level: gateway.LevelAlways}, w)
	return &session.Approval{
		ID: id, Agent: "claude", State: session.Pending, Since: noon, Call: c, Judged: j,
		Text: gateway.Describe(c, j, w), Seal: gateway.Seal{1},
	}
}

func TestWhatTheGatewayDescribesIsShown(t *testing.T) {
	root := filepath.Join(t.TempDir(), "project")
	if err := os.MkdirAll(filepath.Join(root, "src"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "src", "a.go"), []byte("one\ntwo\nthree\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		call *gateway.Call
		want []string // rows in this order
	}{
		{
			"write",
			&gateway.Call{Door: wire.DoorHook, Name: "Write", Tool: wire.ToolWrite, Path: "src/a.go", Content: []byte("one\n2\nthree\n")},
			[]string{
				"Approval Request: Write File", "File: src/a.go", "Lines: +1, -1", "", "Agent: claude", "Preview:",
				" one", "-two", "+2", " three", "[a]pprove [r]eject [v]iew diff",
			},
		},
		{
			"command",
			&gateway.Call{
				Door: wire.DoorShim, Name: "bash", Tool: wire.ToolExec, Argv: []string{"bash", "-c", "set -e\nrm -rf src\n"},
				Command: "set -e\nrm -rf src\n", HasCommand: true, Program: "/bin/bash",
			},
			[]string{
				"Approval Request: Tool Usage", "Tool: bash", "Command:", "  1 │ set -e", "  2 │ rm -rf src", "",
				"Agent: claude", "Risk: destructive", "[a]pprove [r]eject",
			},
		},
		{
			"script",
			&gateway.Call{
				Door: wire.DoorShim, Name: "bash", Tool: wire.ToolExec, Argv: []string{"bash", "x.sh"}, Program: "/bin/bash",
				Script: "x.sh", ScriptText: []byte("echo 1\necho \x1b[8m2\n"), ScriptSize: 17,
			},
			[]string{"Tool: bash", "Command: bash x.sh", "Script: x.sh", "Script:", "  1 │ echo 1", `  2 │ echo \x1b[8m2`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := described(t, root, "apr_01", c.call)
			if a.Judged.Action != gateway.Prompt {
				t.Fatalf("the gateway says %v: %s", a.Judged.Action, a.Judged.Why)
			}
			rows := ShowText(&session.Snapshot{}, a, noon, 80)
			at := 0
			for _, r := range rows {
				if at < len(c.want) && strings.HasPrefix(r, c.want[at]) {
					at++
				}
			}
			if at < len(c.want) {
				t.Errorf("there is no row %q:\n%s", c.want[at], strings.Join(rows, "\n"))
			}
			d := newDesk(t, 80, 40, a)
			d.deliberately("a")
			if may := !a.Text.EndNeeded || d.inbox.detail.atEnd(); may != (d.ids() == "+apr_01") {
				t.Errorf("decided %q, may be decided: %v", d.ids(), may)
			}
		})
	}
}

func TestACommitIsShownWithItsChanges(t *testing.T) {
	a := commitFix()
	a.Text.Fields = append(a.Text.Fields, gateway.Field{Name: "Details", Value: "It was nil."}, gateway.Field{Name: "Stats", Value: "+67, -23"},
		gateway.Field{Name: "Tool", Value: "bash"}, gateway.Field{Name: "Command", Value: `git commit -m "Fix null check in auth"`},
		gateway.Field{Name: "Effects", Value: "commits"})
	a.Text.Diff = []string{"--- a/x", "+++ b/x", "@@ -1 +1 @@", "-old", "+new"}
	got := ShowText(&session.Snapshot{}, a, noon, 80)
	want := []string{
		"Approval Request: Git Commit", "============================", "",
		"Message: Fix null pointer in auth", "Details: It was nil.", "",
		"Files changed (3):", "  M src/auth/login.ts", "  M src/auth/session.ts", "  A src/auth/types.ts", "",
		"Stats: +67, -23", "",
		"Tool: bash", `Command: git commit -m "Fix null check in auth"`, "Effects: commits",
		"Agent: claude", "Level: none given: the documented defaults", "Risk: medium", "Asks because: a commit", "Waiting: 1m", "",
		"[a]pprove [r]eject [d]iff",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	d := newDesk(t, 80, 24, a)
	d.keys("d")
	d.wait(time.Second)
	d.has("Diff:", "-old", "+new", "[d]iff")
}
