package hook

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// launched are options whose folders exist in a world of its own.
func launched(t *testing.T, program string, args ...string) LaunchOptions {
	t.Helper()
	root := t.TempDir()
	o := LaunchOptions{
		Program: program, Args: args, Cwd: filepath.Join(root, "project"), Folder: filepath.Join(root, "state dir", "agents", "x"), Home: filepath.Join(root, "home"),
		Hook: filepath.Join(root, "state dir", "agents", "x", "bin", "kavi-hook"), Limit: time.Hour, Nonce: "n0",
		ReadFile: os.ReadFile, ReadDir: os.ReadDir,
	}
	for _, dir := range []string{o.Cwd, o.Folder, o.Home} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func place(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func launch(t *testing.T, o LaunchOptions) Launch {
	t.Helper()
	f, ok := FamilyOf(o.Program)
	if !ok {
		t.Fatalf("%s is of no family", o.Program)
	}
	l, err := f.Launch(o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// shown is an argument vector with what is long or random made short.
func shown(o LaunchOptions, argv []string) string {
	out := slices.Clone(argv)
	for i, a := range out {
		switch {
		case strings.HasPrefix(a, "{"):
			out[i] = "{…}"
		case strings.HasPrefix(a, "hooks."):
			name, _, _ := strings.Cut(a, "=")
			out[i] = name + "=…"
		}
		out[i] = strings.ReplaceAll(out[i], o.Folder, "FOLDER")
	}
	return strings.Join(out, " ")
}

// codexHooks is what stands between --no-daemon and what depends on the options.
const codexHooks = "--no-daemon -c features.hooks=true -c features.unified_exec_tty=false" +
	" -c hooks.PreToolUse=… -c hooks.PermissionRequest=… -c hooks.PostToolUse=… -c hooks.SessionStart=… -c hooks.UserPromptSubmit=… -c hooks.Stop=… -c hooks.state=…"

func TestAnAgentIsStartedBehindItsHooks(t *testing.T) {
	for _, c := range []struct {
		line   string // what the operator typed
		with   LaunchOptions
		expect string
	}{
		{"claude", LaunchOptions{}, "claude --settings {…} --permission-mode manual"},
		{"/opt/claude", LaunchOptions{Task: "add tests"}, "/opt/claude --settings {…} --permission-mode manual add tests"},
		{"claude", LaunchOptions{Task: "--bare"}, "claude --settings {…} --permission-mode manual  --bare"},
		{"claude", LaunchOptions{Task: "do", Headless: true}, "claude --settings {…} --permission-mode manual -p do"},
		{"claude --permission-mode plan x", LaunchOptions{}, "claude --settings {…} --permission-mode plan x"},
		{"claude --dangerously-skip-permissions", LaunchOptions{}, "claude --settings {…} --dangerously-skip-permissions"},
		{"claude --settings {\"model\":\"opus\"} x", LaunchOptions{}, "claude --settings {…} --permission-mode manual x"},
		{"claude --model opus -pc fix", LaunchOptions{Resume: "id-1"}, "claude --settings {…} --permission-mode manual --resume id-1 --model opus"},
		{"claude --add-dir a b -- fix it", LaunchOptions{Resume: "id-1"}, "claude --settings {…} --permission-mode manual --resume id-1 --add-dir a b"},

		{"codex", LaunchOptions{}, "codex " + codexHooks + " -a never"},
		{"codex -m gpt-5.5 -s read-only", LaunchOptions{Task: "do"}, "codex " + codexHooks + " -a never do -m gpt-5.5 -s read-only"},
		{"codex -a on-request", LaunchOptions{}, "codex " + codexHooks + " -a on-request"},
		{"codex -capproval_policy=untrusted", LaunchOptions{}, "codex " + codexHooks + " -capproval_policy=untrusted"},
		{"codex exec --json do", LaunchOptions{}, "codex " + codexHooks + " -a never exec --json do"},
		{"codex", LaunchOptions{Task: "do", Headless: true}, "codex " + codexHooks + " -a never exec do"},
		{"codex -m gpt-5.5 exec --json do", LaunchOptions{Resume: "id-1"}, "codex " + codexHooks + " -a never resume id-1 -m gpt-5.5"},

		{"gemini", LaunchOptions{}, "gemini --policy=FOLDER/gemini/kavi.toml"},
		{"gemini -m flash", LaunchOptions{Task: "-x"}, "gemini --policy=FOLDER/gemini/kavi.toml --prompt-interactive=-x -m flash"},
		{"gemini", LaunchOptions{Task: "do", Headless: true}, "gemini --policy=FOLDER/gemini/kavi.toml --prompt=do"},
		{"gemini -e mine", LaunchOptions{}, "gemini --policy=FOLDER/gemini/kavi.toml --extensions=kavi-gate -e mine"},
		{"gemini -i do -m flash", LaunchOptions{Resume: "id-1"}, "gemini --policy=FOLDER/gemini/kavi.toml --resume=id-1 -m flash"},

		{"opencode", LaunchOptions{}, "opencode --auto"},
		{"opencode --auto", LaunchOptions{Task: "do"}, "opencode --prompt=do --auto"},
		{"opencode -m a/b run do it", LaunchOptions{}, "opencode run --auto -m a/b do it"},
		{"opencode", LaunchOptions{Task: "do", Headless: true}, "opencode run --auto do"},
		{"opencode run -m a/b do", LaunchOptions{Resume: "ses_1"}, "opencode --auto -s ses_1 -m a/b"},

		{"qwen", LaunchOptions{Task: "do"}, "qwen --approval-mode=yolo --prompt-interactive=do"},
		{"qwen --approval-mode plan", LaunchOptions{}, "qwen --approval-mode plan"},
		{"qwen -p do", LaunchOptions{Resume: "id-1"}, "qwen --approval-mode=yolo --resume=id-1"},

		{"copilot", LaunchOptions{Task: "do"}, "copilot --plugin-dir=FOLDER/copilot --interactive=do"},
		{"copilot --model x", LaunchOptions{Resume: "id-1"}, "copilot --plugin-dir=FOLDER/copilot --resume=id-1 --model x"},
	} {
		words := strings.Fields(c.line)
		o := launched(t, words[0], words[1:]...)
		o.Task, o.Headless, o.Resume = c.with.Task, c.with.Headless, c.with.Resume
		if got := shown(o, launch(t, o).Argv); got != c.expect {
			t.Errorf("%s %+v:\n got %s\nwant %s", c.line, c.with, got, c.expect)
		}
	}
}

func TestWhatTakesAnAgentFromItsHooksIsNamed(t *testing.T) {
	for _, c := range []struct {
		line, env string
		file      string // below the project, with ./; else below the home
		text      string
		names     string
	}{
		{line: "claude --bare", names: "--bare"},
		{line: "claude -p x --safe-mode", names: "--safe-mode"},
		{line: "claude --bg x", names: "--bg"},
		{line: "claude --tmux=classic -w", names: "--tmux"},
		{line: `claude --settings {"disableAllHooks":true}`, names: "disableAllHooks"},
		{line: `claude --settings={"disableAllHooks":true}`, names: "disableAllHooks"},
		{line: "claude --settings off.json", file: "./off.json", text: `{"disableAllHooks":true}`, names: "disableAllHooks"},
		{line: "claude", env: "CLAUDE_CODE_SIMPLE=1", names: "CLAUDE_CODE_SIMPLE"},
		{line: "claude", env: "CLAUDE_CODE_SAFE_MODE=true", names: "CLAUDE_CODE_SAFE_MODE"},
		{line: "claude --model opus mcp serve", names: "mcp"},
		{line: "codex --dangerously-bypass-hook-trust", names: "--dangerously-bypass-hook-trust"},
		{line: "codex exec x --disable hooks", names: "--disable hooks"},
		{line: "codex --enable=unified_exec_tty", names: "unified_exec_tty"},
		{line: "codex -c features.hooks=false", names: "features.hooks"},
		{line: "codex -cfeatures.hooks=false", names: "features.hooks"},
		{line: `codex --config=features."hooks"=false`, names: "features.hooks"},
		{line: "codex exec x -c features={hooks=false}", names: "features.hooks"},
		{line: "codex -c hooks.PreToolUse=[]", names: "hooks"},
		{line: "codex --remote ws://x", names: "--remote"},
		{line: "codex app-server", names: "app-server"},
		{line: "gemini -e none", names: "-e none"},
		{line: "gemini --acp", names: "--acp"},
		{line: "gemini mcp list", names: "mcp"},
		{line: "opencode --pure", names: "--pure"},
		{line: "opencode run --attach=http://x y", names: "--attach"},
		{line: "opencode", env: "OPENCODE_PURE=1", names: "OPENCODE_PURE"},
		{line: "opencode serve", names: "serve"},
		{line: "qwen --bare", names: "--bare"},
		{line: "qwen", env: "QWEN_CODE_SAFE_MODE=1", names: "QWEN_CODE_SAFE_MODE"},
		{line: "qwen", env: "QWEN_CODE_SYSTEM_SETTINGS_PATH=HOME/q.json", file: "q.json", text: `{"disableAllHooks":true}`, names: "disableAllHooks"},
		{line: "copilot --connect", names: "--connect"},
	} {
		words := strings.Fields(c.line)
		o := launched(t, words[0], words[1:]...)
		if c.env != "" {
			o.Env = []string{strings.ReplaceAll(c.env, "HOME", o.Home)}
		}
		if rest, project := strings.CutPrefix(c.file, "./"); project {
			place(t, filepath.Join(o.Cwd, rest), c.text)
		} else if c.file != "" {
			place(t, filepath.Join(o.Home, c.file), c.text)
		}
		_, err := Family(words[0]).Launch(o)
		if !errors.Is(err, ErrUngated) || !strings.Contains(err.Error(), c.names) {
			t.Errorf("%s %s: %v, want an error that names %s", c.env, c.line, err, c.names)
		}
	}
}

func TestWhatIsTheValueOfAnotherOptionSwitchesNothing(t *testing.T) {
	for _, line := range []string{
		"claude --append-system-prompt --bare", "claude -p -- --bare", "claude --settings={\"disableAllHooks\":false}",
		"codex -m --remote", "codex exec -- --disable hooks", "codex -c model=features.hooks",
		"opencode --prompt --pure", "gemini -p mcp", "opencode --agent serve",
	} {
		words := strings.Fields(line)
		launch(t, launched(t, words[0], words[1:]...))
	}
}

func TestClaudesSettingsAreTheOperatorsAndKavis(t *testing.T) {
	o := launched(t, "claude", "--settings", "mine.json", "x", "--settings", `{"model":"opus","env":{"A":"1","CLAUDE_CODE_SIMPLE":"1"},"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[]}]}}`)
	l := launch(t, o)
	if slices.Contains(l.Argv, "mine.json") || l.Argv[len(l.Argv)-1] != "x" {
		t.Errorf("argv %q: of several --settings only the last counts", l.Argv)
	}
	var s struct {
		Model           string
		DisableAllHooks *bool
		Env             map[string]string
		Hooks           map[string][]struct {
			Matcher string
			Hooks   []struct {
				Type, Command, OnFailure string
				Args                     []string
				Timeout                  int
			}
		}
	}
	if err := json.Unmarshal([]byte(l.Argv[2]), &s); err != nil {
		t.Fatal(err)
	}
	if s.Model != "opus" || s.DisableAllHooks == nil || *s.DisableAllHooks {
		t.Errorf("settings %s", l.Argv[2])
	}
	if diff := cmp.Diff(map[string]string{"A": "1", "CLAUDE_CODE_SIMPLE": "0", "CLAUDE_CODE_SAFE_MODE": "0"}, s.Env); diff != "" {
		t.Error(diff)
	}
	if len(s.Hooks["PreToolUse"]) != 2 || s.Hooks["PreToolUse"][0].Matcher != "Bash" {
		t.Fatalf("PreToolUse %+v: the operator's own hook is lost", s.Hooks["PreToolUse"])
	}
	ours := s.Hooks["PreToolUse"][1]
	if h := ours.Hooks[0]; ours.Matcher != "*" || h.Command != o.Hook || h.OnFailure != "block" || h.Timeout != 3600 || !slices.Equal(h.Args, []string{"claude", "3600"}) {
		t.Errorf("PreToolUse %+v", ours)
	}
	if h := s.Hooks["PostToolUse"][0].Hooks[0]; !slices.Equal(h.Args, []string{"claude", "notice"}) || h.OnFailure != "" {
		t.Errorf("PostToolUse %+v", h)
	}
}

func TestGeminisFolderIsTheOperatorsButForOneExtension(t *testing.T) {
	o := launched(t, "gemini")
	place(t, filepath.Join(o.Home, ".gemini", "GEMINI.md"), "be kind")
	place(t, filepath.Join(o.Home, ".gemini", "extensions", "mine", "gemini-extension.json"), "{}")
	place(t, filepath.Join(o.Home, ".agents", "x"), "")
	l := launch(t, o)
	at := filepath.Join(o.Folder, "gemini")
	for link, to := range map[string]string{
		".gemini/GEMINI.md": ".gemini/GEMINI.md", ".gemini/settings.json": ".gemini/settings.json", ".gemini/tmp": ".gemini/tmp",
		".gemini/extensions/mine": ".gemini/extensions/mine", ".agents": ".agents",
	} {
		if got := l.Links[filepath.Join(at, link)]; got != filepath.Join(o.Home, to) {
			t.Errorf("%s leads to %q", link, got)
		}
	}
	for path := range l.Links {
		if path == filepath.Join(at, ".gemini", "extensions") {
			t.Error("the folder of extensions is the operator's own: kavi's would be written there")
		}
	}
	var hooks struct {
		Hooks map[string][]struct {
			Hooks []struct {
				Name, Command string
				Timeout       int64
			}
		}
	}
	if err := json.Unmarshal(l.Files[filepath.Join(at, ".gemini", "extensions", "kavi-gate", "hooks", "hooks.json")], &hooks); err != nil {
		t.Fatal(err)
	}
	if h := hooks.Hooks["BeforeTool"][0].Hooks[0]; h.Timeout != 3_600_000 || h.Command != l.Lines[0] || !strings.HasSuffix(h.Name, o.Nonce) {
		t.Errorf("BeforeTool %+v", h)
	}
	if !slices.Contains(l.Env, "GEMINI_CLI_HOME="+at) {
		t.Errorf("environment %q", l.Env)
	}
}

func TestSettingsThatSwitchGeminisHooksOffDoNot(t *testing.T) {
	o := launched(t, "gemini")
	place(t, filepath.Join(o.Home, ".gemini", "settings.json"), "{ // mine\n\"ui\":{\"theme\":\"a//b\",},\n/* off */ \"hooksConfig\":{\"enabled\":false,},}")
	place(t, filepath.Join(o.Cwd, ".gemini", "settings.json"), `{"hooksConfig":{"enabled":false}}`)
	l := launch(t, o)
	file := filepath.Join(o.Folder, "gemini", ".gemini", "settings.json")
	if got := string(l.Files[file]); got != `{"hooksConfig":{"enabled":true},"ui":{"theme":"a//b"}}` {
		t.Errorf("the operator's settings became %s", got)
	}
	if _, linked := l.Links[file]; linked {
		t.Error("the operator's settings are linked all the same")
	}
	if !slices.Contains(l.Env, "GEMINI_CLI_TRUST_WORKSPACE=false") || len(l.Notes) != 2 || l.Despite {
		t.Errorf("environment %q, notes %q, despite them: %v", l.Env, l.Notes, l.Despite)
	}
}

// Its project's settings are never read where they switch hooks off; else Gemini
// trusts the folder as it would without kavi.
func TestGeminiTrustsWhatItsOperatorTrusts(t *testing.T) {
	const at, above = `"CWD":"TRUST_FOLDER"`, `"CWD/x":"TRUST_PARENT"`
	for i, c := range []struct {
		line, env, mine, folders string
		trusted                  bool
	}{
		{line: "gemini"},
		{line: "gemini -p x"},
		{line: "gemini --skip-trust", trusted: true},
		{line: "gemini --skip-trust", env: "GEMINI_CLI_TRUST_WORKSPACE=false", trusted: true},
		{line: "gemini --skip-trust", env: "GEMINI_RESTRICTED_MODE=true"},
		{line: "gemini -p x", env: "GEMINI_CLI_TRUST_WORKSPACE=true", trusted: true},
		{line: "gemini", env: "GEMINI_CLI_TRUST_WORKSPACE=1"},
		{line: "gemini", mine: `{"security":{"folderTrust":{"enabled":false}}}`, trusted: true},
		{line: "gemini -p x", folders: at, trusted: true},
		{line: "gemini", folders: at, env: "GEMINI_CLI_TRUST_WORKSPACE=false"},
		{line: "gemini", folders: above, trusted: true},
		{line: "gemini", folders: `"/":"TRUST_FOLDER"`, trusted: true},
		{line: "gemini", folders: `"/":"TRUST_FOLDER","CWD":"DO_NOT_TRUST"`},
		{line: "gemini", folders: `"CWD-2":"TRUST_FOLDER"`},
		{line: "gemini", folders: above + `,"CWD/y":"TRUST_PARENT"`, trusted: true},
		{line: "gemini", folders: `"LINK":"TRUST_FOLDER"`, trusted: true},
	} {
		words := strings.Fields(c.line)
		o := launched(t, words[0], words[1:]...)
		link := filepath.Join(o.Home, "link")
		if err := os.Symlink(o.Cwd, link); err != nil {
			t.Fatal(err)
		}
		o.Env = []string{c.env}
		off := []string{`{"hooksConfig":{"enabled":false}}`, `{"security":{"allowedExtensions":["x"]}}`, `{`}[i%3]
		place(t, filepath.Join(o.Cwd, ".gemini", "settings.json"), off)
		if c.mine != "" {
			place(t, filepath.Join(o.Home, ".gemini", "settings.json"), c.mine)
		}
		if c.folders != "" {
			place(t, filepath.Join(o.Home, ".gemini", "trustedFolders.json"), "{"+strings.NewReplacer("CWD", o.Cwd, "LINK", link).Replace(c.folders)+"}")
		}
		l := launch(t, o)
		skips := 0
		for _, arg := range l.Argv {
			if arg == "--skip-trust" {
				skips++
			}
		}
		if own := slices.Contains(words, "--skip-trust"); l.Despite != c.trusted || skips == 1 != (c.trusted || own) || !slices.Contains(l.Env, "GEMINI_CLI_TRUST_WORKSPACE=false") {
			t.Errorf("%s %s %s %s: trusted %v, %q, %q", c.env, c.line, c.mine, c.folders, l.Despite, l.Argv, l.Env)
		}
	}
}

func TestOpencodesPluginStandsBesideTheOperators(t *testing.T) {
	o := launched(t, "opencode")
	o.Env = []string{`OPENCODE_CONFIG_CONTENT={"plugin":["mine"],"model":"a/b"}`}
	l := launch(t, o)
	var config struct {
		Plugin []string
		Model  string
	}
	content, _ := strings.CutPrefix(l.Env[0], "OPENCODE_CONFIG_CONTENT=")
	if err := json.Unmarshal([]byte(content), &config); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(o.Folder, "opencode", "kavi.js")
	if config.Model != "a/b" || !slices.Equal(config.Plugin, []string{"mine", "file://" + strings.ReplaceAll(path, " ", "%20")}) {
		t.Errorf("config %+v", config)
	}
	plugin := string(l.Files[path])
	if !strings.Contains(plugin, `const hook = "`+o.Hook+`"`) || !strings.Contains(plugin, `const limit = "3600"`) {
		t.Errorf("the plugin knows neither hook nor limit:\n%s", plugin)
	}
}

// A hook's line ends with code 2 and a reason whatever becomes of kavi-hook, in
// each shell that may run it.
func TestALineClosesWhateverBecomesOfTheHook(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's a folder")
	for name, text := range map[string]string{
		"allows": "exit 0", "denies": "echo no >&2; exit 2", "fails": "exit 1", "killed": "kill -9 $$",
	} {
		place(t, filepath.Join(dir, name), "#!/bin/sh\n"+text+"\n")
		if err := os.Chmod(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ran := 0
	for _, shell := range []string{"sh", "bash", "dash", "zsh", "ksh", "fish"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		ran++
		for name, code := range map[string]int{"allows": 0, "denies": 2, "fails": 2, "killed": 2, "missing": 2} {
			for how, hook := range map[string]string{"named": quoted(filepath.Join(dir, name)), "by the variable": `"$` + codexHook + `"`} {
				if how == "named" && shell == "fish" {
					continue // it has quotes of its own; no agent gives it a name
				}
				c := exec.Command(path, "-c", closing(hook, []string{"codex", "3600"}))
				c.Env = append(os.Environ(), codexHook+"="+filepath.Join(dir, name))
				var said strings.Builder
				c.Stderr = &said
				err := c.Run()
				if got := c.ProcessState.ExitCode(); got != code || (code != 0) != (said.Len() > 0) {
					t.Errorf("%s, a hook that %s, %s: code %d, %q, %v", shell, name, how, got, said.String(), err)
				}
			}
		}
	}
	if ran < 2 {
		t.Errorf("%d shells ran", ran)
	}
}

func TestArgumentsAreReadAsTheAgentsReadThem(t *testing.T) {
	g := grammar{value: "-c --config", optional: "-r", many: "--add"}
	a := g.read([]string{"run", "-xc", "k=v", "--config=a=b", "-cq=1", "--add", "p", "q", "-r", "-z", "-r", "id", "w", "--", "-c", "no"})
	var got []string
	for _, o := range a.options {
		got = append(got, o.name+":"+strings.Join(o.values, ","))
	}
	want := []string{"-x:", "-c:k=v", "--config:a=b", "-c:q=1", "--add:p,q", "-r:", "-z:", "-r:id"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var words []string
	for _, i := range a.words {
		words = append(words, a.args[i])
	}
	if diff := cmp.Diff([]string{"run", "w", "-c", "no"}, words); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"-xc", "k=v", "--config=a=b", "-cq=1", "-z"}, a.optionsOnly("--add", "-r")); diff != "" {
		t.Error(diff)
	}
}

func TestALaunchNeedsItsOptions(t *testing.T) {
	for name, break_ := range map[string]func(*LaunchOptions){
		"limit":     func(o *LaunchOptions) { o.Limit = MaxLimit + time.Second },
		"no limit":  func(o *LaunchOptions) { o.Limit = 0 },
		"a part":    func(o *LaunchOptions) { o.Limit += time.Millisecond },
		"no folder": func(o *LaunchOptions) { o.Folder = "" },
		"hook":      func(o *LaunchOptions) { o.Hook = "kavi-hook" },
		"nonce":     func(o *LaunchOptions) { o.Nonce = "" },
	} {
		for _, f := range Families() {
			o := launched(t, string(f))
			break_(&o)
			if _, err := f.Launch(o); err == nil || errors.Is(err, ErrUngated) {
				t.Errorf("%s, %s: %v", f, name, err)
			}
		}
	}
	if _, err := Family("vim").Launch(launched(t, "vim")); err == nil {
		t.Error("vim has no hooks")
	}
}

// Claude takes the system's bash unless its shell is called bash or zsh.
func TestClaudesShellIsTheShim(t *testing.T) {
	for _, c := range []struct {
		env  []string
		want []string
	}{
		{[]string{"SHELL=/x/sh"}, []string{"SHELL=bin/bash"}},
		{[]string{"SHELL=/x/zsh"}, []string{"SHELL=bin/zsh"}},
		{[]string{"SHELL=/x/fish", "CLAUDE_CODE_SHELL=/bin/zsh"}, []string{"SHELL=bin/zsh", "CLAUDE_CODE_SHELL=bin/zsh"}},
	} {
		o := launched(t, "claude")
		bin := filepath.Dir(o.Hook)
		for _, name := range []string{"sh", "bash", "zsh"} {
			place(t, filepath.Join(bin, name), "")
		}
		o.Env = c.env
		got := launch(t, o).Env
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], bin, "bin")
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%v: %s", c.env, d)
		}
	}
}

// Qwen uses a tool 60 s after it has asked its hook, answered or not.
func TestQwenIsAnsweredBeforeItGoesOn(t *testing.T) {
	o := launched(t, "qwen")
	o.Limit = MaxLimit
	l := launch(t, o)
	for _, line := range l.Lines {
		var limit int
		if _, after, ok := strings.Cut(line, "' qwen "); !ok || strings.HasPrefix(after, "notice") {
			continue
		} else if _, err := fmt.Sscan(after, &limit); err != nil || limit/2 > 40 {
			t.Errorf("%v: kavi-hook says no after %d s: %s", err, limit/2, line)
		}
	}
	for _, text := range l.Files {
		if strings.Contains(string(text), "604800") {
			t.Errorf("a hook of Qwen's may take days: %s", text)
		}
	}
}

// Copilot obeys a project that switches its hooks off, once the folder is trusted.
func TestCopilotIsNotStartedWhereSettingsSwitchItsHooksOff(t *testing.T) {
	for _, name := range []string{"CWD/.github/copilot/settings.json", "CWD/.github/copilot/settings.local.json", "CWD/../.github/copilot/settings.json", "HOME/.copilot/settings.json", "HOME/.copilot/config.json"} {
		o := launched(t, "copilot")
		file := strings.NewReplacer("CWD", o.Cwd, "HOME", o.Home).Replace(name)
		for text, off := range map[string]bool{`{"disableAllHooks":true}`: true, `{ // yes
"disableAllHooks":true,}`: true, `{`: true, `{"disableAllHooks":false}`: false, `{"hooks":{}}`: false} {
			place(t, file, text)
			if _, err := Copilot.Launch(o); errors.Is(err, ErrUngated) != off || (err != nil) != off {
				t.Errorf("%s with %s: %v", name, text, err)
			}
		}
	}
}
