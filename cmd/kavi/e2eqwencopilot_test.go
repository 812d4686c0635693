package main

import (
	"testing"

	"kavi/gateway/hook"
	"kavi/gateway/hook/model"
)

func qwenFamily() family {
	run := func(command string) model.Call {
		return model.Call{Name: "run_shell_command", Input: input{"command": command, "description": "a command", "is_background": false}}
	}
	return family{
		name: hook.Qwen, unnamed: true, shim: true, late: "no answer yet",
		setup: func(t *testing.T, x *trial) {
			program, log := x.mcp()
			x.put(t, ".qwen/settings.json", `{"security":{"auth":{"selectedType":"openai"}},"ui":{"enableFollowupSuggestions":false},"general":{"enableAutoUpdate":false,"gitCoAuthor":{"commit":false,"pr":false}},"privacy":{"usageStatisticsEnabled":false},
				"model":{"name":"m"},"mcpServers":{"tracker":{"command":%q,"args":[%q]}}}`, program, log)
		},
		env: func(x *trial) []string {
			return []string{"OPENAI_API_KEY=" + dummyKey, "OPENAI_BASE_URL=" + x.url + "/v1", "OPENAI_MODEL=m"}
		},
		argv: taskByOption("qwen"),
		off: func(t *testing.T, x *trial) {
			x.put(t, "garden/.qwen/settings.json", `{"disableAllHooks":true,"hooksConfig":{"enabled":false}}`)
		},
		tools: verbs{
			read: func(path string) model.Call { return model.Call{Name: "read_file", Input: input{"file_path": path}} },
			edit: func(path, old, text string) model.Call {
				return model.Call{Name: "edit", Input: input{"file_path": path, "old_string": old, "new_string": text}}
			},
			write: func(path, content string) model.Call {
				return model.Call{Name: "write_file", Input: input{"file_path": path, "content": content}}
			},
			shell:  run,
			remove: func(path string) model.Call { return run("rm " + path) },
			fetch: func(url string) model.Call {
				return model.Call{Name: "web_fetch", Input: input{"url": url, "prompt": "what does it say"}}
			},
			ticket: model.Call{Name: "mcp__tracker__get_ticket", Input: input{"id": "T-1"}},
		},
	}
}

func copilotFamily() family {
	bash := func(command string) model.Call {
		return model.Call{Name: "bash", Input: input{"command": command, "description": "a command"}}
	}
	return family{
		name: hook.Copilot, unnamed: true, refused: "disableAllHooks",
		setup: func(t *testing.T, x *trial) {
			program, log := x.mcp()
			x.put(t, ".copilot/config.json", `{"trustedFolders":[%q]}`, x.project)
			x.put(t, ".copilot/mcp-config.json", `{"mcpServers":{"tracker":{"type":"local","command":%q,"args":[%q],"tools":["*"]}}}`, program, log)
		},
		env: func(x *trial) []string {
			return []string{"COPILOT_PROVIDER_BASE_URL=" + x.url + "/v1", "COPILOT_PROVIDER_API_KEY=" + dummyKey, "COPILOT_OFFLINE=true", "COPILOT_MODEL=gpt-4.1", "COPILOT_AUTO_UPDATE=false"}
		},
		argv: taskByOption("copilot", "--allow-all-tools"),
		off: func(t *testing.T, x *trial) {
			x.put(t, "garden/.github/copilot/settings.json", `{"disableAllHooks":true}`)
			x.put(t, "garden/.github/hooks/hooks.json", `{"version":1,"disableAllHooks":true,"hooks":{}}`)
		},
		tools: verbs{
			read: func(path string) model.Call { return model.Call{Name: "view", Input: input{"path": path}} },
			edit: func(path, old, text string) model.Call {
				return model.Call{Name: "edit", Input: input{"path": path, "old_str": old, "new_str": text}}
			},
			write: func(path, content string) model.Call {
				return model.Call{Name: "create", Input: input{"path": path, "file_text": content}}
			},
			shell:  bash,
			remove: func(path string) model.Call { return bash("rm " + path) },
			fetch: func(url string) model.Call {
				return model.Call{Name: "web_fetch", Input: input{"url": url}}
			},
			ticket: model.Call{Name: "tracker-get_ticket", Input: input{"id": "T-1"}},
		},
	}
}
