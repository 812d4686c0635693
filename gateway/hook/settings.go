package hook

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Setting is a file or folder of an agent's, outside of every project, with what
// decides what that agent runs and what it asks about: hooks, servers, plugins,
// trust. Some of these files are also the notebook of the agent that reads them,
// which it writes at every start.
type Setting struct {
	Path string // absolute; it need not be there
	// Decides takes from a content what decides: two contents with the same decide
	// the same. Nil: all of it does. An agent's text goes in; it must not fail, so
	// what it cannot read decides as a whole.
	Decides func(content []byte) []byte
}

// Settings are those of all agents that this package knows, for a home and an
// environment as the agents have it. What is only state of an agent is not among
// them (conversations, caches, credentials).
func Settings(home string, getenv func(string) string) (all []Setting) {
	or := func(name string, path ...string) string {
		if dir := getenv(name); filepath.IsAbs(dir) {
			return dir
		}
		return filepath.Join(append([]string{home}, path...)...)
	}
	add := func(dir string, names string) {
		for name := range strings.FieldsSeq(names) {
			all = append(all, Setting{Path: filepath.Join(dir, filepath.FromSlash(name))})
		}
	}
	claude := or("CLAUDE_CONFIG_DIR", ".claude")
	add(claude, "settings.json settings.local.json hooks agents commands skills plugins/installed_plugins.json")
	notebook := filepath.Join(home, ".claude.json")
	if getenv("CLAUDE_CONFIG_DIR") != "" {
		notebook = filepath.Join(claude, ".claude.json")
	}
	all = append(all, Setting{notebook, claudeDecides})

	codex := or("CODEX_HOME", ".codex")
	add(codex, "hooks.json hooks rules plugins")
	all = append(all, Setting{filepath.Join(codex, "config.toml"), codexDecides})

	// All of it is linked into the folder that stands in its place (launchGemini).
	gemini := filepath.Join(or("GEMINI_CLI_HOME"), ".gemini")
	add(gemini, "settings.json trustedFolders.json hooks extensions policies commands agents skills")

	opencode := filepath.Join(or("XDG_CONFIG_HOME", ".config"), "opencode")
	for _, dir := range []string{opencode, filepath.Join(home, ".opencode"), getenv("OPENCODE_CONFIG_DIR")} {
		if filepath.IsAbs(dir) {
			add(dir, "opencode.json opencode.jsonc config.json plugin plugins tool tools agent agents command commands mode modes")
		}
	}

	add(filepath.Join(home, ".qwen"), "settings.json trustedFolders.json hooks extensions commands agents skills")
	add(filepath.Join(home, ".copilot"), "settings.json mcp-config.json hooks agents skills plugins")
	all = append(all, Setting{filepath.Join(home, ".copilot", "config.json"), copilotDecides})
	return all
}

// claudeDecides: in ~/.claude.json Claude Code counts its starts and remembers which
// hints it gave; servers, trust and what is allowed without asking stand there too.
func claudeDecides(content []byte) []byte {
	var all map[string]any
	if json.Unmarshal(content, &all) != nil {
		return content
	}
	out := only(all, "mcpServers env apiKeyHelper bypassPermissionsModeAccepted remoteControlAtStartup autoAddRemoteControlDaemonWorker")
	projects := map[string]any{}
	of, ok := all["projects"].(map[string]any)
	if all["projects"] != nil && !ok {
		return content
	}
	for path, project := range of {
		p, ok := project.(map[string]any)
		if !ok {
			return content
		}
		if some := only(p, "allowedTools mcpServers enabledMcpjsonServers enableAllProjectMcpServers hasTrustDialogAccepted hasClaudeMdExternalIncludesApproved"); len(some) > 0 {
			projects[path] = some
		}
	}
	if len(projects) > 0 {
		out["projects"] = projects
	}
	return decided(content, out)
}

// codexDecides: Codex writes into its settings what it has shown, and which model
// was chosen last.
func codexDecides(content []byte) []byte {
	for line := range bytes.Lines(content) { // a table in a table in a table would need a stack without end
		if bytes.Count(line, []byte(".")) > 1000 {
			return content
		}
	}
	var all map[string]any
	if toml.Unmarshal(content, &all) != nil {
		return content
	}
	for _, name := range []string{"tui", "notice", "model", "model_reasoning_effort", "personality"} {
		delete(all, name)
	}
	return decided(content, all)
}

// copilotDecides: so does Copilot, with who has logged in and what it has shown.
func copilotDecides(content []byte) []byte {
	var all map[string]any
	if json.Unmarshal(bareJSON(content), &all) != nil {
		return content
	}
	return decided(content, only(all, "trusted_folders trustedFolders allowed_urls allowedUrls hooks disableAllHooks mcpServers enabledPlugins"))
}

// only gives what has one of the names. What is empty is as good as missing: agents
// write it so where they have nothing to say yet.
func only(all map[string]any, names string) map[string]any {
	out := map[string]any{}
	for name := range strings.FieldsSeq(names) {
		switch v := all[name].(type) {
		case nil:
		case bool:
			if v {
				out[name] = v
			}
		case string:
			if v != "" {
				out[name] = v
			}
		case []any:
			if len(v) > 0 {
				out[name] = v
			}
		case map[string]any:
			if len(v) > 0 {
				out[name] = v
			}
		default:
			out[name] = v
		}
	}
	return out
}

// decided writes down what decides, always in the same order; nothing for nothing.
func decided(content []byte, out map[string]any) []byte {
	if len(out) == 0 {
		return nil
	}
	b, err := json.Marshal(out)
	if err != nil {
		return content // a number that JSON does not have
	}
	return b
}
