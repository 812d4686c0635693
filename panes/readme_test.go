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

// TestTheReadmeShowsTheScreen holds the picture in README.md against what is drawn of
// the session that it shows, its commands judged and described by the gateway.
func TestTheReadmeShowsTheScreen(t *testing.T) {
	root := filepath.Join(t.TempDir(), "myproject")
	if err := os.MkdirAll(filepath.Join(root, "build"), 0o700); err != nil {
		t.Fatal(err)
	}
	s := newStage(t, 100, 26, "claude", "codex")
	asks := func(id, agent, command, task string, ago time.Duration) *session.Approval {
		c := &gateway.Call{Door: wire.DoorHook, Name: "Bash", Tool: wire.ToolExec, Command: command, HasCommand: true, Cwd: root, Task: task}
		w := gateway.World{FS: gateway.OS(), Now: s.now, Home: filepath.Dir(root), Root: root}
		j := gateway.Default().Action(c, gateway.Asker{Agent: agent}, w)
		return &session.Approval{
			ID: id, Agent: agent, State: session.Pending, Since: s.now.Add(-ago), Call: c, Judged: j,
			Text: gateway.Describe(c, j, w), Seal: gateway.Seal{1}, Context: []string{task}, Task: true,
		}
	}
	for _, name := range []string{"claude", "codex"} {
		s.agent(name, func(a *session.Agent) { a.State, a.Gate, a.Pending = session.Waiting, "gated (hook, shim)", 1 })
	}
	s.writes("claude", "> add login tokens\r\n\r\nI need a package for that.\r\n$ npm install jsonwebtoken\r\n")
	s.writes("codex", "The tests pass. I tidy up.\r\n$ rm -rf build\r\n")
	s.change(func(snap *session.Snapshot) {
		snap.Approvals = []*session.Approval{
			asks("apr_01", "claude", "npm install jsonwebtoken", "add login tokens", 2*time.Minute),
			asks("apr_02", "claude", `git commit -m "Fix null check in auth"`, "add login tokens", time.Minute),
			asks("apr_03", "codex", "rm -rf build", "tidy up", 29*time.Second),
		}
	})
	s.do(snapIn{})
	s.types("\x00i") // to the inbox
	s.pass(time.Second)

	if diff := cmp.Diff(readmeBlock(t, "┌ claude"), s.text()); diff != "" {
		t.Errorf("README.md's picture (-want +got):\n%s\n%s", diff, s.text())
	}
	list := "$ kavi approval list\n" + ListWaiting(s.snap, s.now, 0)
	if diff := cmp.Diff(readmeBlock(t, "$ kavi approval list"), list); diff != "" {
		t.Errorf("README.md's list (-want +got):\n%s\n%s", diff, list)
	}
}

// readmeBlock is the indented block of README.md that begins so.
func readmeBlock(t *testing.T, begins string) string {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "\n    "+begins)
	if !ok {
		t.Fatalf("README.md has no block that begins with %q", begins)
	}
	var block strings.Builder
	for line := range strings.Lines("    " + begins + rest) {
		code, in := strings.CutPrefix(line, "    ")
		if !in && line != "\n" {
			break
		}
		block.WriteString(code)
	}
	return strings.TrimRight(block.String(), "\n") + "\n"
}
