package hook

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func decides(t *testing.T, name, content string) string {
	t.Helper()
	all := Settings("/h", func(string) string { return "" })
	i := slices.IndexFunc(all, func(s Setting) bool { return s.Path == filepath.Join("/h", name) })
	if i < 0 {
		t.Fatalf("%s is no setting", name)
	}
	if all[i].Decides == nil {
		return content
	}
	return string(all[i].Decides([]byte(content)))
}

// What agents write at their starts, as seen of Claude Code 2.1.330 and Codex
// 0.169.0, decides nothing; what could run a program or answer a question does.
func TestWhatAnAgentWritesForItselfDecidesNothing(t *testing.T) {
	const codex = "model = \"a\"\n[projects.\"/p\"]\ntrust_level = \"trusted\"\n"
	for _, c := range []struct {
		file, before, after string
		same                bool
	}{
		{".claude.json", "", `{"numStartups":1,"firstStartTime":"x","cachedFeatureFlags":{"hooks":true},"mcpServers":{}}`, true},
		{".claude.json", `{"numStartups":1}`, `{"numStartups":2,"projects":{"/p":{"allowedTools":[],"mcpServers":{},"hasTrustDialogAccepted":false,"lastCost":1}}}`, true},
		{".claude.json", `{"projects":{"/p":{"hasTrustDialogAccepted":true,"lastCost":1}},"mcpServers":{"a":{"command":"x","args":[]}}}`, `{"mcpServers":{"a":{"args":[],"command":"x"}},"projects":{"/p":{"lastCost":2,"hasTrustDialogAccepted":true}}}`, true},
		{".claude.json", `{"numStartups":1}`, `{"numStartups":1,"mcpServers":{"a":{"command":"evil"}}}`, false},
		{".claude.json", `{"mcpServers":{"a":{"command":"good"}}}`, `{"mcpServers":{"a":{"command":"evil"}}}`, false},
		{".claude.json", `{}`, `{"projects":{"/p":{"allowedTools":["Bash"]}}}`, false},
		{".claude.json", `{}`, `{"projects":{"/p":{"hasTrustDialogAccepted":true}}}`, false},
		{".claude.json", `{}`, `{"projects":{"/p":{"mcpServers":{"a":{"command":"evil"}}}}}`, false},
		{".claude.json", `{}`, `{"env":{"NODE_OPTIONS":"-r evil"}}`, false},
		{".claude.json", `{}`, `{"projects":["odd"]}`, false},
		{".claude.json", `{}`, `{"projects":{"/p":"odd"}}`, false},
		{".claude.json", `{}`, `{"a":`, false},
		{".claude/settings.json", `{}`, `{"hooks":{}}`, false},
		{".codex/config.toml", codex, "model = \"b\"\n[projects.\"/p\"]\ntrust_level = \"trusted\"\n[tui]\nscreen_reader_detection_done = true\n[tui.model_availability_nux]\n\"gpt\" = 1\n[notice]\nx = true\n", true},
		{".codex/config.toml", codex, codex + "[hooks.state.\"x\"]\ntrusted_hash = \"y\"\n", false},
		{".codex/config.toml", codex, codex + "[features]\nhooks = false\n", false},
		{".codex/config.toml", codex, codex + "[projects.\"/evil\"]\ntrust_level = \"trusted\"\n", false},
		{".codex/config.toml", codex, "notify = [\"evil\"]\n" + codex, false},
		{".codex/config.toml", codex, codex + "[broken", false},
		{".gemini/settings.json", `{}`, `{"hooksConfig":{"enabled":false}}`, false},
		{".copilot/config.json", `{}`, "// Copilot's own\n{\"lastLoggedInUser\":{\"login\":\"me\"},\"trusted_folders\":[]}", true},
		{".copilot/config.json", `{}`, `{"trusted_folders":["/"]}`, false},
	} {
		if same := decides(t, c.file, c.before) == decides(t, c.file, c.after); same != c.same {
			t.Errorf("%s: %s\nthen %s\ndecide the same: %v", c.file, c.before, c.after, same)
		}
	}
}

func TestSettingsAreWhereTheEnvironmentPutsThem(t *testing.T) {
	env := map[string]string{
		"CLAUDE_CONFIG_DIR": "/c", "CODEX_HOME": "/x", "GEMINI_CLI_HOME": "/g", "XDG_CONFIG_HOME": "/xdg", "OPENCODE_CONFIG_DIR": "/o",
	}
	all := Settings("/h", func(name string) string { return env[name] })
	for _, want := range []string{
		"/c/settings.json", "/c/.claude.json", "/x/config.toml", "/g/.gemini/settings.json", "/xdg/opencode/opencode.json", "/xdg/opencode/plugin", "/o/plugins", "/h/.opencode/plugin", "/h/.qwen/settings.json",
	} {
		if !slices.ContainsFunc(all, func(s Setting) bool { return s.Path == want }) {
			t.Errorf("%s is missing", want)
		}
	}
	for _, s := range Settings("/h", func(name string) string { return map[string]string{"CODEX_HOME": "relative"}[name] }) {
		if !filepath.IsAbs(s.Path) {
			t.Errorf("%s", s.Path)
		}
	}
}

// Whoever writes a file there must not stop the server with it.
func TestNoTextOfAnAgentIsTooDeep(t *testing.T) {
	const n = 1 << 20
	for _, file := range []string{".claude.json", ".codex/config.toml", ".copilot/config.json"} {
		for _, c := range []string{
			strings.Repeat("[", n), "a=" + strings.Repeat("[", n), "a=" + strings.Repeat("{a=", n), strings.Repeat("a.", n) + "a=1", "[" + strings.Repeat("a.", n) + "a]",
			strings.Repeat(`{"a":`, n), `{"mcpServers":` + strings.Repeat(`{"a":`, n), `{"projects":` + strings.Repeat(`{"a":`, n/4) + "1" + strings.Repeat("}", n/4+1),
		} {
			if decides(t, file, c) != c {
				t.Errorf("%s: something was made of %q…", file, c[:20])
			}
		}
	}
}
