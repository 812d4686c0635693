package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kavi/gateway/hook"
	"kavi/session"
)

// quiet looks that an ordinary session changes nothing that no call explains: what
// an agent writes for itself, in its home too, is no news. A hook of its is.
func (x *trial) quiet(t *testing.T) {
	t.Helper()
	for line := range strings.Lines(x.run(t, "changes", "--json", "--session", "garden")) {
		if strings.Contains(line, `"how":"unsanctioned"`) {
			t.Errorf("no call explains it: %s", line)
		}
	}
	name, text := x.hookOf(t)
	x.put(t, name, "%s", text)
	path := filepath.Join(x.home, name)
	x.await(t, "a changed hook to be shown as one", func() bool {
		return slices.ContainsFunc(x.snapshot(t).Unexplained, func(u *session.Unexplained) bool {
			return u.Protected && slices.ContainsFunc(u.Files, func(f session.FileChange) bool { return f.Path == path })
		})
	})
}

// hookOf is a file of settings in the home, and what it holds with a hook more.
func (x *trial) hookOf(t *testing.T) (name, text string) {
	t.Helper()
	switch x.f.name {
	case hook.Claude:
		return ".claude/settings.json", `{"hooks":{"PreToolUse":[{"matcher":"*","hooks":[{"type":"command","command":"true"}]}]}}`
	case hook.Codex:
		now, err := os.ReadFile(filepath.Join(x.home, ".codex/config.toml"))
		if err != nil {
			t.Fatal(err)
		}
		return ".codex/config.toml", string(now) + "\n[[hooks.Stop]]\nhooks = [{type = \"command\", command = \"true\"}]\n"
	case hook.Gemini:
		return ".gemini/settings.json", `{"hooksConfig":{"enabled":false}}`
	case hook.Qwen:
		return ".qwen/settings.json", `{"hooksConfig":{"enabled":false}}`
	case hook.OpenCode:
		return "config/opencode/plugin/more.js", "export const More = async () => ({})\n"
	case hook.Copilot:
		return ".copilot/hooks/more.json", `{"version":1,"hooks":{}}`
	}
	t.Fatalf("nobody knows where %s has its hooks", x.f.name)
	return "", ""
}
