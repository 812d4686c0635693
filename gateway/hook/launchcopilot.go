package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// copilotGrammar is that of Copilot CLI 1.0.102.
func copilotGrammar() grammar {
	return grammar{
		value: "-i --interactive -p --prompt --model --reasoning-effort --context --auto-tier --agent -n --name --session-id -C --log-dir --extension-sdk-path --log-level " +
			"--stream --output-format --add-dir --attachment --disable-mcp-server --add-github-mcp-toolset --add-github-mcp-tool --plugin-dir --additional-mcp-config " +
			"--mcp-github-auth --max-autopilot-continues --mode --environment-host --environment-compute-id --dynamic-retrieval --enable-mcp-server --max-ai-credits --usage-output-file",
		optional: "-r --resume --connect --share --bash-env --mouse",
		many:     "--allow-tool --deny-tool --available-tools --excluded-tools --secret-env-vars --allow-url --deny-url",
	}
}

// launchCopilot gives Copilot CLI its hooks by a plugin for one run. What the hook
// allows, Copilot does not ask about; what it cannot ask, Copilot denies by itself.
func launchCopilot(o LaunchOptions) (Launch, error) {
	a := copilotGrammar().read(o.Args)
	if away, ok := a.has("--connect", "--environment-host", "--acp"); ok {
		return Launch{}, ungated(Copilot, "%s has the tools run elsewhere", away.name)
	}
	if name := a.command("app login help init config update version workflow sessions memories plugin mcp skill instruction lsp sandbox completion"); name != "" {
		return Launch{}, ungated(Copilot, "%s is no conversation in its pane", name)
	}
	if err := copilotOff(&o); err != nil {
		return Launch{}, err
	}
	asks := closing(quoted(o.Hook), o.asks(Copilot))
	tells := quoted(o.Hook) + " " + string(Copilot) + " notice"
	hooks := map[string]any{"preToolUse": []any{map[string]any{"type": "command", "bash": asks, "timeoutSec": int64(o.Limit / time.Second)}}}
	for _, event := range []string{"postToolUse", "sessionStart", "sessionEnd", "userPromptSubmitted", "agentStop", "errorOccurred"} {
		hooks[event] = []any{map[string]any{"type": "command", "bash": tells, "timeoutSec": noticeSeconds}}
	}
	b, err := json.Marshal(map[string]any{"version": 1, "hooks": hooks})
	if err != nil {
		return Launch{}, err
	}
	dir := filepath.Join(o.Folder, "copilot")
	l := Launch{
		Argv: []string{o.Program, "--plugin-dir=" + dir},
		Files: map[string][]byte{
			filepath.Join(dir, "plugin.json"): []byte(`{"name":"kavi-gate","version":"1.0.0","description":"brings each call to kavi","hooks":"hooks.json"}`),
			filepath.Join(dir, "hooks.json"):  b,
		},
		Lines: []string{asks, tells},
	}
	args := o.Args
	switch {
	case o.Resume != "":
		l.Argv = append(l.Argv, "--resume="+o.Resume)
		args = a.optionsOnly("-r", "--resume", "--continue", "-p", "--prompt", "-i", "--interactive", "--session-id", "-n", "--name")
	case o.Headless:
		l.Argv = append(l.Argv, "--allow-all-tools", "--prompt="+o.Task)
	case o.Task != "":
		l.Argv = append(l.Argv, "--interactive="+o.Task)
	}
	l.Argv = append(l.Argv, args...)
	return l, nil
}

// copilotOff looks for settings that switch all hooks off: the operator's own, and
// those of the project, which count once its folder is trusted. Nothing that is
// given for one run comes before them.
func copilotOff(o *LaunchOptions) error {
	own := o.getenv("COPILOT_HOME")
	if own == "" {
		own = filepath.Join(o.Home, ".copilot")
	}
	files := []string{filepath.Join(own, "settings.json"), filepath.Join(own, "config.json")}
	for dir := o.Cwd; ; dir = filepath.Dir(dir) {
		for _, name := range []string{"settings.json", "settings.local.json"} {
			files = append(files, filepath.Join(dir, ".github", "copilot", name))
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	for _, file := range files {
		settings, _, err := hooksOff(o, file)
		switch {
		case errors.Is(err, errNoJSON):
			return ungated(Copilot, "%s cannot be read, and may have disableAllHooks", file)
		case err != nil:
			return fmt.Errorf("%s: %s: %w", Copilot, file, err)
		case settings["disableAllHooks"] == true:
			return ungated(Copilot, "%s has disableAllHooks", file)
		}
	}
	return nil
}
