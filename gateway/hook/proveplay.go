package hook

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kavi/gateway/hook/model"
)

// play is what a family needs to prove its gate: the least configuration by which
// it talks to kavi's model, and how that asks for a tool.
type play struct {
	env    []string
	files  map[string]string // below HOME
	off    map[string]string // below the project: settings that switch its hooks off
	before []string          // arguments before all others
	args   []string          // arguments as the operator's would be
	turns  []model.Turn      // turn n makes the stage's witness n; the last one is harmless
	maybe  map[int]bool      // turns that not every version knows: they must not slip by, but need not come
}

// plays are how each family was seen to run sealed.
func plays() map[Family]func(*stage) play {
	return map[Family]func(*stage) play{
		Claude: playClaude, Codex: playCodex, Gemini: playGemini, OpenCode: playOpenCode, Qwen: playQwen, Copilot: playCopilot,
	}
}

// furnish makes the play's files; off too, if despite is set.
func (p *play) furnish(s *stage, despite bool) error {
	files := map[string]string{}
	for name, text := range p.files {
		files[filepath.Join(s.home, name)] = text
	}
	if despite {
		for name, text := range p.off {
			files[filepath.Join(s.project, name)] = text
		}
	}
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

type fields map[string]any

// harmless is the one command that is allowed. It says what PATH commands have,
// after pathIs.
const (
	pathIs   = "the-path-is:"
	harmless = "echo " + pathIs + "$PATH"
)

// asks are for a command, a file, and a command that is allowed, by the names that the agent has for them.
func asks(s *stage, shell, write, path, content string, more fields) []model.Turn {
	run := func(line string) fields {
		input := fields{"command": line}
		maps.Copy(input, more)
		return input
	}
	return []model.Turn{
		{Text: "A command.", Calls: []model.Call{{Name: shell, Input: run(s.touch())}}},
		{Text: "A file.", Calls: []model.Call{{Name: write, Input: fields{path: s.witness(1), content: "x\n"}}}},
		{Text: "A command.", Calls: []model.Call{{Name: shell, Input: run(harmless)}}},
	}
}

func text2json(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}" // what is marshalled here is texts
	}
	return string(b)
}

const proofKey = "kavi-proof-0123456789" // no key of anybody's

func playClaude(s *stage) play {
	return play{
		env: []string{
			"ANTHROPIC_BASE_URL=" + s.url, "ANTHROPIC_API_KEY=" + proofKey, "DISABLE_TELEMETRY=1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
		},
		files: map[string]string{".claude.json": text2json(fields{
			"hasCompletedOnboarding": true, "theme": "dark",
			"customApiKeyResponses": fields{"approved": []string{proofKey[len(proofKey)-20:]}, "rejected": []string{}},
			"projects":              fields{s.project: fields{"hasTrustDialogAccepted": true, "allowedTools": []string{}}},
		})},
		turns: asks(s, "Bash", "Write", "file_path", "content", fields{"description": "proof"}),
	}
}

// playCodex trusts kavi's hook for this one run, by the option that codex has for
// it: in this HOME nobody could have been asked, and no repository has any hooks.
// What its newer models do, commands within JavaScript, is asked for besides.
func playCodex(s *stage) play {
	shell := func(line string) []model.Call {
		return []model.Call{{Name: "exec_command", Input: fields{"cmd": line}}}
	}
	patch := "apply_patch <<'EOF'\n*** Begin Patch\n*** Add File: " + filepath.Base(s.witness(1)) + "\n+x\n*** End Patch\nEOF\n"
	code := `try { text(await tools.exec_command({cmd: "touch ` + filepath.Base(s.witness(2)) + `"})) } catch (e) { text(String(e)) }`
	return play{
		env: []string{"KAVI_PROOF_KEY=" + proofKey},
		files: map[string]string{".codex/config.toml": strings.Join([]string{
			`model = "kavi-proof"`,
			`model_provider = "proof"`,
			`check_for_update_on_startup = false`,
			`[model_providers.proof]`,
			`name = "proof"`,
			`base_url = ` + basic(s.url+"/v1"),
			`wire_api = "responses"`,
			`env_key = "KAVI_PROOF_KEY"`,
			`[analytics]`,
			`enabled = false`,
			`[feedback]`,
			`enabled = false`,
			`[features]`,
			`code_mode = true`,
			`[projects.` + basic(s.project) + `]`,
			`trust_level = "trusted"`,
			``,
		}, "\n")},
		before: []string{"--dangerously-bypass-hook-trust"},
		args:   []string{"--skip-git-repo-check"},
		turns: []model.Turn{
			{Text: "A command.", Calls: shell(s.touch())},
			{Text: "A file.", Calls: shell(patch)},
			{Text: "A program.", Calls: []model.Call{{Name: "exec", Input: code}}},
			{Text: "A command.", Calls: shell(harmless)},
		},
		maybe: map[int]bool{2: true},
	}
}

const geminiHooksOff = `{"hooksConfig":{"enabled":false}}`

func playGemini(s *stage) play {
	return play{
		env: []string{"GEMINI_API_KEY=" + proofKey, "GOOGLE_GEMINI_BASE_URL=" + s.url, "GEMINI_CLI_TRUST_WORKSPACE=true"},
		files: map[string]string{".gemini/settings.json": text2json(fields{
			"security": fields{"auth": fields{"selectedType": "gemini-api-key"}},
			"general":  fields{"enableAutoUpdate": false, "enableAutoUpdateNotification": false},
			"privacy":  fields{"usageStatisticsEnabled": false},
		})},
		off:   map[string]string{".gemini/settings.json": geminiHooksOff},
		turns: asks(s, "run_shell_command", "write_file", "file_path", "content", nil),
	}
}

func playOpenCode(s *stage) play {
	return play{
		env: []string{
			"OPENCODE_DISABLE_AUTOUPDATE=1", "OPENCODE_DISABLE_MODELS_FETCH=1", "OPENCODE_DISABLE_LSP_DOWNLOAD=1", "OPENCODE_DISABLE_SHARE=1",
			"npm_config_fetch_retries=0", // it looks for what plugins may need, and there is no network
		},
		files: map[string]string{".config/opencode/opencode.json": text2json(fields{
			"model": "proof/m", "small_model": "proof/m",
			"provider": fields{"proof": fields{
				"npm": "@ai-sdk/openai-compatible", "name": "proof",
				"options": fields{"baseURL": s.url + "/v1", "apiKey": proofKey},
				"models":  fields{"m": fields{"name": "m", "tool_call": true}},
			}},
		})},
		turns: asks(s, "bash", "write", "filePath", "content", fields{"description": "proof"}),
	}
}

func playQwen(s *stage) play {
	return play{
		env: []string{"OPENAI_API_KEY=" + proofKey, "OPENAI_BASE_URL=" + s.url + "/v1", "OPENAI_MODEL=m"},
		files: map[string]string{".qwen/settings.json": text2json(fields{
			"security": fields{"auth": fields{"selectedType": "openai"}}, "general": fields{"enableAutoUpdate": false},
			"privacy": fields{"usageStatisticsEnabled": false}, "model": fields{"name": "m"},
		})},
		turns: asks(s, "run_shell_command", "write_file", "file_path", "content", fields{"is_background": false}),
	}
}

func playCopilot(s *stage) play {
	return play{
		env: []string{
			"COPILOT_PROVIDER_BASE_URL=" + s.url + "/v1", "COPILOT_PROVIDER_API_KEY=" + proofKey, "COPILOT_OFFLINE=true", "COPILOT_MODEL=gpt-4.1", "COPILOT_AUTO_UPDATE=false",
		},
		turns: asks(s, "bash", "create", "path", "file_text", fields{"description": "proof"}),
	}
}

// matter are the operator's options that bear on whether and how an agent asks.
// The others choose what it talks about, with whom and how it looks: they are not
// part of a proof, which has a conversation of its own.
func matter(f Family, args []string) (kept []string) {
	var g grammar
	var names []string
	switch f {
	case Claude:
		g, names = claudeGrammar(), []string{"--permission-mode", "--dangerously-skip-permissions", "--allow-dangerously-skip-permissions", "--setting-sources"}
	case Codex:
		g, names = codexGrammar(), []string{"-s", "--sandbox", "--yolo", "--dangerously-bypass-approvals-and-sandbox", "--enable", "--disable"}
	case Gemini:
		g, names = geminiGrammar(), []string{"-y", "--yolo"}
	case OpenCode:
		g, names = openCodeGrammar(), []string{"--auto"}
	case Qwen:
		g, names = qwenGrammar(), []string{"-y", "--yolo"}
	case Copilot:
		g, names = copilotGrammar(), []string{"--allow-all-tools", "--allow-all", "--yolo"}
	}
	for _, o := range g.read(args).options {
		if slices.Contains(names, o.name) {
			kept = append(append(kept, o.name), o.values...)
		}
	}
	return kept
}
