package hook

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"time"
)

// qwenGrammar is that of Qwen Code 0.24.4.
func qwenGrammar() grammar {
	return grammar{
		value: "-m --model -p --prompt -i --prompt-interactive --approval-mode --system-prompt --append-system-prompt --proxy --fallback-model --telemetry-target " +
			"--telemetry-otlp-endpoint --telemetry-otlp-protocol --telemetry-outfile --session-id --auth-type -o --output-format --input-format",
		optional: "-r --resume -w --worktree",
		many:     "--extensions -e --include-directories --add-dir --allowed-tools --core-tools --exclude-tools --allowed-mcp-server-names --mcp-config",
	}
}

// qwenSystem is where Qwen Code looks for the settings of the whole system.
func qwenSystem() string {
	if runtime.GOOS == "darwin" {
		return "/Library/Application Support/QwenCode/settings.json"
	}
	return "/etc/qwen-code/settings.json"
}

// qwenLimit is the most that a hook of Qwen's is given. Whatever its settings say,
// Qwen waits 60 s for its hooks and uses the tool then. kavi-hook says no at half of
// its limit (package shim), which leaves a busy machine 20 s to start it.
const qwenLimit = 80 * time.Second

// launchQwen gives Qwen Code its hooks by the settings of the whole system, which
// come before the operator's and the project's; those that there are, are kept.
func launchQwen(o LaunchOptions) (Launch, error) {
	a := qwenGrammar().read(o.Args)
	if err := o.switches(Qwen, "QWEN_CODE_SIMPLE", "QWEN_CODE_SAFE_MODE", "QWEN_SANDBOX"); err != nil {
		return Launch{}, err
	}
	if off, ok := a.has("--bare", "--safe-mode"); ok {
		return Launch{}, ungated(Qwen, "%s switches its hooks off", off.name)
	}
	if odd, ok := a.has("--acp", "--experimental-acp", "-s", "--sandbox"); ok {
		return Launch{}, ungated(Qwen, "%s is nothing in which kavi's hooks were proven", odd.name)
	}
	if name := a.command("auth board channel extensions hooks mcp review sandbox serve sessions update"); name != "" {
		return Launch{}, ungated(Qwen, "%s is no conversation in its pane", name)
	}
	system := o.getenv("QWEN_CODE_SYSTEM_SETTINGS_PATH")
	if system == "" {
		system = qwenSystem()
	}
	settings, _, err := hooksOff(&o, system)
	if err != nil {
		return Launch{}, fmt.Errorf("%s: %s: %w", Qwen, system, err)
	}
	if settings["disableAllHooks"] == true {
		return Launch{}, ungated(Qwen, "%s has disableAllHooks", system)
	}
	o.Limit = min(o.Limit, qwenLimit)
	asks := closing(quoted(o.Hook), o.asks(Qwen))
	dialog := closing(quoted(o.Hook), append(o.asks(Qwen), permission))
	tells := quoted(o.Hook) + " " + string(Qwen) + " notice"
	settings["disableAllHooks"] = false
	hooks, err := object(settings, "hooks")
	if err != nil {
		return Launch{}, fmt.Errorf("%s: %s: %w", Qwen, system, err)
	}
	for _, event := range []string{"PreToolUse", "PermissionRequest", "PostToolUse", "PostToolUseFailure", "SessionStart", "SessionEnd", "UserPromptSubmit", "Stop", "Notification"} {
		line, limit := tells, int64(noticeSeconds*1000)
		switch event {
		case "PreToolUse":
			line, limit = asks, o.Limit.Milliseconds()
		case "PermissionRequest":
			line, limit = dialog, o.Limit.Milliseconds()
		}
		hook := map[string]any{"type": "command", "name": "kavi-" + event + "-" + o.Nonce, "command": line, "timeout": limit}
		if err := addHook(hooks, event, hook); err != nil {
			return Launch{}, fmt.Errorf("%s: %s: %w", Qwen, system, err)
		}
	}
	b, err := json.Marshal(settings)
	if err != nil {
		return Launch{}, err
	}
	path := filepath.Join(o.Folder, "qwen", "settings.json")
	l := Launch{
		Argv:  []string{o.Program},
		Env:   []string{"QWEN_CODE_SYSTEM_SETTINGS_PATH=" + path},
		Files: map[string][]byte{path: b},
		Lines: []string{asks, dialog, tells},
	}
	if _, own := a.has("--approval-mode", "-y", "--yolo"); !own {
		l.Argv = append(l.Argv, "--approval-mode=yolo")
	}
	args := o.Args
	switch {
	case o.Resume != "":
		l.Argv = append(l.Argv, "--resume="+o.Resume)
		args = a.optionsOnly("-r", "--resume", "--continue", "-c", "-p", "--prompt", "-i", "--prompt-interactive", "--session-id")
	case o.Headless:
		l.Argv = append(l.Argv, "--prompt="+o.Task)
	case o.Task != "":
		l.Argv = append(l.Argv, "--prompt-interactive="+o.Task)
	}
	l.Argv = append(l.Argv, args...)
	return l, nil
}
