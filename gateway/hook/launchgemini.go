package hook

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

//go:embed launch/gemini.toml
var geminiPolicy []byte

// geminiGrammar is that of Gemini CLI 0.61.0.
func geminiGrammar() grammar {
	return grammar{
		value:    "-m --model -p --prompt -i --prompt-interactive --approval-mode -r --resume --session-file --session-id --delete-session -o --output-format",
		many:     "--policy --admin-policy --allowed-mcp-server-names --allowed-tools -e --extensions --include-directories",
		optional: "-w --worktree",
	}
}

// geminiExtension is the name of the extension that holds kavi's hooks.
const geminiExtension = "kavi-gate"

// launchGemini gives Gemini CLI its hooks by an extension, in a folder of its own
// that stands where ~/.gemini would: all that is there is linked, so that settings,
// credentials and conversations stay the operator's own, and only the folder of
// extensions is another. Hooks in settings files run in trusted folders only; an
// extension's always do.
//
// A project's settings can switch all hooks off, and nothing that an ordinary user
// owns comes before them. They count in a trusted folder only, and Gemini looks at
// its environment for that before it reads its arguments: so there the environment
// says that the folder is not trusted, and the arguments that it is, as far as the
// operator trusts it (geminiOff).
//
// An allow does not skip Gemini's own dialog; a policy file does.
func launchGemini(o LaunchOptions) (Launch, error) {
	a := geminiGrammar().read(o.Args)
	if name := a.command("mcp extensions extension skills hooks hook gemma"); name != "" {
		return Launch{}, ungated(Gemini, "%s is no conversation", name)
	}
	if odd, ok := a.has("--acp", "--experimental-acp", "-s", "--sandbox"); ok {
		return Launch{}, ungated(Gemini, "%s is nothing in which kavi's hooks were proven", odd.name)
	}
	if err := o.switches(Gemini, "GEMINI_SANDBOX"); err != nil {
		return Launch{}, err
	}
	base := o.getenv("GEMINI_CLI_HOME")
	if base == "" {
		base = o.Home
	}
	home := filepath.Join(o.Folder, "gemini")
	own, at := filepath.Join(base, ".gemini"), filepath.Join(home, ".gemini")
	policy := filepath.Join(home, "kavi.toml")
	l := Launch{
		Files: map[string][]byte{policy: geminiPolicy},
		Links: map[string]string{},
		Dirs:  []string{filepath.Join(own, "tmp"), filepath.Join(own, "history")},
		Env:   []string{"GEMINI_CLI_HOME=" + home},
	}
	if o.getenv("GEMINI_CLI_TRUSTED_FOLDERS_PATH") == "" { // it is replaced, not written, so a link would be lost
		l.Env = append(l.Env, "GEMINI_CLI_TRUSTED_FOLDERS_PATH="+filepath.Join(own, "trustedFolders.json"))
	}
	if err := geminiLinks(&o, &l, own, at); err != nil {
		return Launch{}, err
	}
	agents := filepath.Join(base, ".agents")
	if _, err := o.ReadDir(agents); err == nil {
		l.Links[filepath.Join(home, ".agents")] = agents
	}
	hooks, err := geminiHooks(&o, &l)
	if err != nil {
		return Launch{}, err
	}
	gate := filepath.Join(at, "extensions", geminiExtension)
	l.Files[filepath.Join(gate, "gemini-extension.json")] = []byte(`{"name":"` + geminiExtension + `","version":"1.0.0"}`)
	l.Files[filepath.Join(gate, "hooks", "hooks.json")] = hooks
	l.Argv = []string{o.Program, "--policy=" + policy}
	if err := geminiOff(&o, &l, a, own, at); err != nil {
		return Launch{}, err
	}
	if chosen := a.all("-e", "--extensions"); len(chosen) > 0 {
		if chosen[0] == "none" {
			return Launch{}, ungated(Gemini, "-e none leaves out the extension that holds its hooks")
		}
		l.Argv = append(l.Argv, "--extensions="+geminiExtension)
	}
	args := o.Args
	switch {
	case o.Resume != "":
		l.Argv = append(l.Argv, "--resume="+o.Resume)
		args = a.optionsOnly("-r", "--resume", "-p", "--prompt", "-i", "--prompt-interactive", "--session-id", "--session-file", "-w", "--worktree")
	case o.Headless:
		l.Argv = append(l.Argv, "--prompt="+o.Task)
	case o.Task != "":
		l.Argv = append(l.Argv, "--prompt-interactive="+o.Task)
	}
	l.Argv = append(l.Argv, args...)
	return l, nil
}

// geminiLinks links what the operator has into the folder that stands in its place.
func geminiLinks(o *LaunchOptions, l *Launch, own, at string) error {
	// What Gemini makes at its first start: made through the link, it is the operator's.
	names := map[string]bool{"settings.json": true, "oauth_creds.json": true, "google_accounts.json": true, "installation_id": true, "state.json": true, "tmp": true, "history": true}
	entries, err := o.ReadDir(own)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", Gemini, err)
	}
	for _, e := range entries {
		names[e.Name()] = true
	}
	for name := range names {
		if name != "extensions" {
			l.Links[filepath.Join(at, name)] = filepath.Join(own, name)
		}
	}
	entries, err = o.ReadDir(filepath.Join(own, "extensions"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", Gemini, err)
	}
	for _, e := range entries {
		if e.Name() != geminiExtension {
			l.Links[filepath.Join(at, "extensions", e.Name())] = filepath.Join(own, "extensions", e.Name())
		}
	}
	return nil
}

// geminiHooks are the extension's. Their names are random, because a project's
// settings may disable hooks by name.
func geminiHooks(o *LaunchOptions, l *Launch) ([]byte, error) {
	asks := closing(quoted(o.Hook), o.asks(Gemini))
	tells := quoted(o.Hook) + " " + string(Gemini) + " notice"
	l.Lines = []string{asks, tells}
	hooks := map[string]any{}
	add := func(event, line string, milliseconds int64) error {
		return addHook(hooks, event, map[string]any{"type": "command", "name": "kavi-" + event + "-" + o.Nonce, "command": line, "timeout": milliseconds})
	}
	if err := add("BeforeTool", asks, o.Limit.Milliseconds()); err != nil {
		return nil, err
	}
	for _, event := range []string{"AfterTool", "SessionStart", "SessionEnd", "BeforeAgent", "AfterAgent", "Notification"} {
		if err := add(event, tells, noticeSeconds*1000); err != nil {
			return nil, err
		}
	}
	return json.Marshal(map[string]any{"hooks": hooks})
}
