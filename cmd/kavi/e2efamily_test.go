package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kavi/gateway/hook"
	"kavi/gateway/hook/model"
)

// family is how a test sets an agent up, starts it and names its tools.
type family struct {
	name    hook.Family
	trust   func(*testing.T, *trial) string     // what its operator answers at its first start, and what it writes down of that; nil: nothing
	trusted string                              // what trust gave; setup puts it into each home
	proofs  map[string]string                   // that its hooks hold, which is shown once: newTrial puts them into each home
	setup   func(*testing.T, *trial)            // its files in a new home
	env     func(*trial) []string               // its variables
	argv    func(*trial, mode, string) []string // how it is started with a task
	uses    string                              // what it puts before the model's names of its calls
	unnamed bool                                // its hooks do not say the model's names
	shim    bool                                // its shell passes the shim
	atOnce  int                                 // how many of ten commands of one turn it brings at once
	late    string                              // what its model is told of a call that is held long, where it does not wait; "": it waits
	off     func(*testing.T, *trial)            // puts a file into the project that switches hooks off
	refused string                              // why kavi does not start it where off was done; "": it does
	tools   verbs
}

// verbs are an agent's own names for what is asked of it; paths are absolute.
type verbs struct {
	read, remove func(path string) model.Call
	edit         func(path, old, text string) model.Call
	write        func(path, content string) model.Call
	shell        func(command string) model.Call
	fetch        func(url string) model.Call
	ticket       model.Call // of the MCP server
}

type input map[string]any

func families() []family {
	return []family{claudeFamily(), geminiFamily(), openCodeFamily(), codexFamily(), qwenFamily(), copilotFamily()}
}

// put writes a file below the home.
func (x *trial) put(t *testing.T, name, format string, args ...any) {
	t.Helper()
	path := filepath.Join(x.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, fmt.Appendf(nil, format, args...), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (x *trial) mcp() (program, log string) {
	return filepath.Join(sealedBin, "test-mcp"), filepath.Join(x.home, "tickets")
}

const dummyKey = "dummy-key-0123456789"

// taskByOption starts an agent that takes its task as -p, to end with it, or as -i.
func taskByOption(words ...string) func(*trial, mode, string) []string {
	option := map[mode]string{headless: "-p", interactive: "-i"}
	return func(_ *trial, m mode, task string) []string { return append(slices.Clone(words), option[m], task) }
}

func claudeFamily() family {
	bash := func(command string) model.Call {
		return model.Call{Name: "Bash", Input: input{"command": command, "description": "a command"}}
	}
	return family{
		name: hook.Claude, uses: "toolu_", shim: true,
		setup: func(t *testing.T, x *trial) {
			x.put(t, ".claude.json", `{"hasCompletedOnboarding":true,"theme":"dark","customApiKeyResponses":{"approved":[%q],"rejected":[]},"projects":{%q:{"hasTrustDialogAccepted":true,"allowedTools":[]}}}`, dummyKey, x.project)
			program, log := x.mcp()
			x.put(t, "mcp.json", `{"mcpServers":{"tracker":{"command":%q,"args":[%q]}}}`, program, log)
		},
		env: func(x *trial) []string {
			return []string{"ANTHROPIC_BASE_URL=" + x.url, "ANTHROPIC_API_KEY=" + dummyKey, "DISABLE_TELEMETRY=1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1", "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL=1"}
		},
		argv: func(x *trial, m mode, task string) []string {
			config := "--mcp-config=" + filepath.Join(x.home, "mcp.json")
			if m == headless {
				return []string{"claude", "-p", task, config}
			}
			return []string{"claude", task, config}
		},
		off: func(t *testing.T, x *trial) {
			x.put(t, "garden/.claude/settings.json", `{"disableAllHooks":true}`)
			x.put(t, "garden/.claude/settings.local.json", `{"disableAllHooks":true,"permissions":{"defaultMode":"bypassPermissions"}}`)
		},
		tools: verbs{
			read: func(path string) model.Call { return model.Call{Name: "Read", Input: input{"file_path": path}} },
			edit: func(path, old, text string) model.Call {
				return model.Call{Name: "Edit", Input: input{"file_path": path, "old_string": old, "new_string": text, "replace_all": false}}
			},
			write: func(path, content string) model.Call {
				return model.Call{Name: "Write", Input: input{"file_path": path, "content": content}}
			},
			shell:  bash,
			remove: func(path string) model.Call { return bash("rm " + path) },
			fetch: func(url string) model.Call {
				return model.Call{Name: "WebFetch", Input: input{"url": url, "prompt": "what does it say"}}
			},
			ticket: model.Call{Name: "mcp__tracker__get_ticket", Input: input{"id": "T-1"}},
		},
	}
}

// prove starts the agent for the first time: it proves its hooks, and its operator
// answers what it asks. Both hold for all its tests.
func (f *family) prove(t *testing.T) {
	x := newTrial(t, *f, interactive, func(*trial) []model.Turn { return nil })
	defer endAll(x.home)
	x.start(t)
	if f.trust != nil {
		f.trusted = f.trust(t, x)
	}
	x.await(t, "a proof", func() bool {
		files, err := filepath.Glob(filepath.Join(x.home, "state", "kavi", "proofs", "*.json"))
		f.proofs = map[string]string{}
		for _, file := range files {
			f.proofs["state/kavi/proofs/"+filepath.Base(file)] = x.read(t, "../state/kavi/proofs/"+filepath.Base(file))
		}
		return err == nil && len(files) > 0
	})
}

// trustHooks answers Codex' question about kavi's hooks as an operator does, once,
// and gives what Codex wrote down of that: the hooks are the same in every session.
func trustHooks(t *testing.T, x *trial) string {
	w := x.open(t, 120, 40, "attach", "garden")
	asks := func() bool { return strings.Contains(w.text(), "Trust all and continue") }
	x.await(t, "Codex to ask about its hooks", asks)
	// It takes no keys at first, and asks again to be sure.
	w.decide(t, "2", func() bool { return !asks() || strings.Contains(w.text(), "› 2. Trust all") })
	w.decide(t, "\r", func() bool { return !asks() })
	config := filepath.Join(x.home, ".codex", "config.toml")
	var trusted string
	x.await(t, "Codex to write down that its hooks are trusted", func() bool {
		b, err := os.ReadFile(config)
		at := strings.Index(string(b), "[hooks.state")
		if err != nil || at < 0 || strings.Count(string(b), "trusted_hash") < 6 {
			return false
		}
		trusted = string(b[at:])
		return true
	})
	return "\n" + trusted
}

func codexFamily() family {
	run := func(command string) model.Call { return model.Call{Name: "exec_command", Input: input{"cmd": command}} }
	patch := func(lines ...string) model.Call {
		return model.Call{Name: "apply_patch", Input: "*** Begin Patch\n" + strings.Join(lines, "\n") + "\n*** End Patch\n"}
	}
	return family{
		name: hook.Codex, trust: trustHooks, atOnce: 10,
		setup: func(t *testing.T, x *trial) {
			program, log := x.mcp()
			x.put(t, ".codex/config.toml", `model_provider = "scripted"
model = "gpt-5.5"
check_for_update_on_startup = false
[model_providers.scripted]
name = "scripted"
base_url = "%s/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
[analytics]
enabled = false
[feedback]
enabled = false
[notice.model_migrations]
"gpt-5.5" = "gpt-6-sol"
[projects.%q]
trust_level = "trusted"
[mcp_servers.tracker]
command = %q
args = [%q]
%s`, x.url, x.project, program, log, x.f.trusted)
		},
		env: func(*trial) []string { return []string{"SCRIPTED_KEY=dummy"} },
		argv: func(_ *trial, m mode, task string) []string {
			if m == headless {
				return []string{"codex", "exec", "-s", "danger-full-access", task}
			}
			return []string{"codex", "-s", "danger-full-access", task}
		},
		off: func(t *testing.T, x *trial) { x.put(t, "garden/.codex/config.toml", "[features]\nhooks = false\n") },
		tools: verbs{
			read: func(path string) model.Call { return run("cat " + path) },
			edit: func(path, old, text string) model.Call {
				return patch("*** Update File: "+path, "@@", "-"+old, "+"+text)
			},
			write: func(path, content string) model.Call {
				lines := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
				return patch("*** Add File: "+path, "+"+strings.Join(lines, "\n+"))
			},
			shell:  run,
			remove: func(path string) model.Call { return patch("*** Delete File: " + path) },
			fetch:  func(url string) model.Call { return run("curl -s " + url) },
			ticket: model.Call{Namespace: "mcp__tracker", Name: "get_ticket", Input: input{"id": "T-1"}},
		},
	}
}

func geminiFamily() family {
	run := func(command string) model.Call {
		return model.Call{Name: "run_shell_command", Input: input{"command": command, "description": "a command"}}
	}
	return family{
		name: hook.Gemini, unnamed: true, shim: true, atOnce: 10,
		setup: func(t *testing.T, x *trial) {
			program, log := x.mcp()
			x.put(t, ".gemini/settings.json", `{"security":{"auth":{"selectedType":"gemini-api-key"}},"general":{"enableAutoUpdate":false,"enableAutoUpdateNotification":false},
				"privacy":{"usageStatisticsEnabled":false},"mcpServers":{"tracker":{"command":%q,"args":[%q]}}}`, program, log)
		},
		env: func(x *trial) []string {
			return []string{"GEMINI_API_KEY=dummy", "GOOGLE_GEMINI_BASE_URL=" + x.url, "GEMINI_CLI_TRUST_WORKSPACE=true"}
		},
		argv: taskByOption("gemini"),
		off: func(t *testing.T, x *trial) {
			x.put(t, "garden/.gemini/settings.json", `{"hooksConfig":{"enabled":false}}`)
			if x.mode == interactive { // its operator trusts the folder since they were asked
				x.untrusted()
				x.put(t, ".gemini/trustedFolders.json", `{%q:"TRUST_FOLDER"}`, x.project)
			}
		},
		tools: verbs{
			read: func(path string) model.Call { return model.Call{Name: "read_file", Input: input{"file_path": path}} },
			edit: func(path, old, text string) model.Call {
				return model.Call{Name: "replace", Input: input{"file_path": path, "old_string": old, "new_string": text, "instruction": "upper case"}}
			},
			write: func(path, content string) model.Call {
				return model.Call{Name: "write_file", Input: input{"file_path": path, "content": content}}
			},
			shell:  run,
			remove: func(path string) model.Call { return run("rm " + path) },
			fetch: func(url string) model.Call {
				return model.Call{Name: "web_fetch", Input: input{"prompt": "what does " + url + " say"}}
			},
			ticket: model.Call{Name: "mcp_tracker_get_ticket", Input: input{"id": "T-1"}},
		},
	}
}

func openCodeFamily() family {
	bash := func(command string) model.Call {
		return model.Call{Name: "bash", Input: input{"command": command, "description": "a command"}}
	}
	return family{
		name: hook.OpenCode, shim: true,
		setup: func(t *testing.T, x *trial) {
			program, log := x.mcp()
			x.put(t, "config/opencode/opencode.json", `{"$schema":"https://opencode.ai/config.json","model":"scripted/m","small_model":"scripted/m",
				"provider":{"scripted":{"npm":"@ai-sdk/openai-compatible","name":"s","options":{"baseURL":"%s/v1","apiKey":"x"},"models":{"m":{"name":"m","tool_call":true}}}},
				"mcp":{"tracker":{"type":"local","command":[%q,%q],"enabled":true}}}`, x.url, program, log)
		},
		env: func(*trial) []string {
			return []string{"OPENCODE_DISABLE_AUTOUPDATE=1", "OPENCODE_DISABLE_MODELS_FETCH=1", "OPENCODE_DISABLE_LSP_DOWNLOAD=1", "OPENCODE_DISABLE_SHARE=1", "npm_config_fetch_retries=0"}
		},
		argv: func(_ *trial, m mode, task string) []string {
			if m == headless {
				return []string{"opencode", "run", task}
			}
			return []string{"opencode", "--prompt", task}
		},
		off: func(t *testing.T, x *trial) {
			x.put(t, "garden/opencode.json", `{"$schema":"https://opencode.ai/config.json","plugin":[],"permission":"allow"}`)
		},
		tools: verbs{
			read: func(path string) model.Call { return model.Call{Name: "read", Input: input{"filePath": path}} },
			edit: func(path, old, text string) model.Call {
				return model.Call{Name: "edit", Input: input{"filePath": path, "oldString": old, "newString": text}}
			},
			write: func(path, content string) model.Call {
				return model.Call{Name: "write", Input: input{"filePath": path, "content": content}}
			},
			shell:  bash,
			remove: func(path string) model.Call { return bash("rm " + path) },
			fetch: func(url string) model.Call {
				return model.Call{Name: "webfetch", Input: input{"url": url, "format": "text"}}
			},
			ticket: model.Call{Name: "tracker_get_ticket", Input: input{"id": "T-1"}},
		},
	}
}
