package hook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"time"
)

// claudeGrammar is that of Claude Code 2.1.330.
func claudeGrammar() grammar {
	return grammar{
		value: "--agent --agents --append-system-prompt --autocompact --debug-file --effort --environment --fallback-model --input-format --json-schema " +
			"--max-budget-usd --model --name -n --output-format --permission-mode --permission-prompts --permission-prompt-tool --plugin-dir --plugin-url " +
			"--remote-control-session-name-prefix --session-id --setting-sources --settings --system-prompt --system-prompt-file --append-system-prompt-file " +
			"--system-prompt-snapshot --max-turns",
		optional: "--cloud -d --debug --from-pr --prompt-suggestions --remote-control -r --resume --teleport -w --worktree",
		many:     "--add-dir --allowedTools --allowed-tools --betas --disallowedTools --disallowed-tools --file --mcp-config --tools",
	}
}

// launchClaude gives Claude Code its hooks by --settings, as text: a file of that
// name could be changed while it runs, and only the last --settings counts, so
// that the operator's own is merged into it.
//
// disableAllHooks keeps every other settings file, also one that is written during
// the run, from switching hooks off; env does the same against CLAUDE_CODE_SIMPLE
// and CLAUDE_CODE_SAFE_MODE in the operator's settings file, which Claude reads
// again when it changes. A command with args needs no shell, and onFailure makes
// one that is missing, crashes or is late count as a no.
//
// In the manual mode Claude asks by itself for what PreToolUse did not allow, so
// that a hook that is lost costs a dialog, not a hole; what it asks about all the
// same (its own settings, git's hooks) comes to PermissionRequest. In the auto
// mode, the default, that would be up to a classifier.
func launchClaude(o LaunchOptions) (Launch, error) {
	a := claudeGrammar().read(o.Args)
	if err := o.switches(Claude, "CLAUDE_CODE_SIMPLE", "CLAUDE_CODE_SAFE_MODE"); err != nil {
		return Launch{}, err
	}
	if off, ok := a.has("--bare", "--safe-mode"); ok {
		return Launch{}, ungated(Claude, "%s switches its hooks off", off.name)
	}
	if away, ok := a.has("--bg", "--background", "--cloud", "--desktop", "--teleport", "--tmux"); ok {
		return Launch{}, ungated(Claude, "%s moves it out of its pane", away.name)
	}
	if name := a.command("agents attach auth auto-mode doctor gateway import install logs mcp plugin plugins purge respawn rm setup-token stop kill ultrareview update upgrade"); name != "" {
		return Launch{}, ungated(Claude, "%s is no conversation", name)
	}
	settings, err := claudeSettings(&o, a.all("--settings"))
	if err != nil {
		return Launch{}, err
	}
	l := Launch{Argv: []string{o.Program, "--settings", settings}, Env: claudeShell(&o)}
	if _, own := a.has("--permission-mode", "--dangerously-skip-permissions"); !own {
		l.Argv = append(l.Argv, "--permission-mode", "manual")
	}
	args := a.without("--settings")
	switch {
	case o.Resume != "":
		l.Argv = append(l.Argv, "--resume", o.Resume)
		args = claudeGrammar().read(args).optionsOnly("-c", "--continue", "-r", "--resume", "--session-id", "--fork-session", "--from-pr", "-p", "--print")
	case o.Headless:
		l.Argv = append(l.Argv, "-p", o.task())
	case o.Task != "":
		l.Argv = append(l.Argv, o.task())
	}
	l.Argv = append(l.Argv, args...)
	return l, nil
}

// claudeShell has Claude run the shim as its shell: CLAUDE_CODE_SHELL comes before
// SHELL, and each counts only where it names a bash or a zsh, else Claude takes the
// system's.
func claudeShell(o *LaunchOptions) []string {
	bin := filepath.Dir(o.Hook)
	entries, err := o.ReadDir(bin)
	if err != nil {
		return nil // the shim sees nothing then, and the border says so
	}
	has := func(name string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name })
	}
	for _, want := range []string{o.getenv("CLAUDE_CODE_SHELL"), o.getenv("SHELL"), "bash", "zsh"} {
		if want = filepath.Base(want); (want == "bash" || want == "zsh") && has(want) {
			shell := filepath.Join(bin, want)
			if o.getenv("CLAUDE_CODE_SHELL") != "" {
				return []string{"SHELL=" + shell, "CLAUDE_CODE_SHELL=" + shell}
			}
			return []string{"SHELL=" + shell}
		}
	}
	return nil
}

// claudeSettings are kavi's, merged into the operator's.
func claudeSettings(o *LaunchOptions, own []string) (string, error) {
	settings := map[string]any{}
	if len(own) > 0 {
		text := []byte(own[len(own)-1]) // of several, Claude reads the last
		if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
			path := own[len(own)-1]
			if !filepath.IsAbs(path) {
				path = filepath.Join(o.Cwd, path)
			}
			var err error
			if text, err = o.ReadFile(path); err != nil {
				return "", fmt.Errorf("%s: --settings: %w", Claude, err)
			}
		}
		if err := json.Unmarshal(text, &settings); err != nil {
			return "", fmt.Errorf("%s: --settings: %w", Claude, err)
		}
		if settings["disableAllHooks"] == true {
			return "", ungated(Claude, "--settings has disableAllHooks")
		}
	}
	settings["disableAllHooks"] = false
	env, err := object(settings, "env")
	if err != nil {
		return "", fmt.Errorf("%s: --settings: %w", Claude, err)
	}
	env["CLAUDE_CODE_SIMPLE"], env["CLAUDE_CODE_SAFE_MODE"] = "0", "0"
	hooks, err := object(settings, "hooks")
	if err != nil {
		return "", fmt.Errorf("%s: --settings: %w", Claude, err)
	}
	ask := map[string]any{"type": "command", "command": o.Hook, "args": o.asks(Claude), "timeout": int64(o.Limit / time.Second), "onFailure": "block"}
	tell := map[string]any{"type": "command", "command": o.Hook, "args": tells(Claude), "timeout": noticeSeconds}
	dialog := maps.Clone(ask)
	dialog["args"] = append(o.asks(Claude), permission)
	for event, hook := range map[string]map[string]any{"PreToolUse": ask, "PermissionRequest": dialog} {
		if err := addHook(hooks, event, hook); err != nil {
			return "", fmt.Errorf("%s: --settings: %w", Claude, err)
		}
	}
	for _, event := range []string{"PostToolUse", "PostToolUseFailure", "SessionStart", "UserPromptSubmit", "Notification", "Stop", "StopFailure", "PostCompact", "SessionEnd"} {
		if err := addHook(hooks, event, tell); err != nil {
			return "", fmt.Errorf("%s: --settings: %w", Claude, err)
		}
	}
	b, err := json.Marshal(settings)
	return string(b), err
}

// object is the object of that name within another, made where it is missing.
func object(in map[string]any, name string) (map[string]any, error) {
	switch v := in[name].(type) {
	case map[string]any:
		return v, nil
	case nil:
		made := map[string]any{}
		in[name] = made
		return made, nil
	}
	return nil, fmt.Errorf("%s is no object", name)
}

// addHook puts one more hook for all tools behind what is there for an event. It
// is the form that claude took, and codex, gemini and qwen took over.
func addHook(hooks map[string]any, event string, hook map[string]any) error {
	list, ok := hooks[event].([]any)
	if !ok && hooks[event] != nil {
		return fmt.Errorf("hooks.%s is no list", event)
	}
	hooks[event] = append(list, map[string]any{"matcher": "*", "hooks": []any{hook}})
	return nil
}
