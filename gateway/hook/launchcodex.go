package hook

import (
	"fmt"
	"strings"
	"time"
)

// codexGrammar is that of Codex 0.169.0, of the program itself, exec, resume, fork
// and review.
func codexGrammar() grammar {
	return grammar{
		value: "-c --config --enable --disable --remote --remote-auth-token-env -m --model --local-provider -p --profile -s --sandbox -a --ask-for-approval -C --cd --add-dir " +
			"--thread-source --cyber-access-program --output-schema --color -o --output-last-message --base --commit --title",
		many: "-i --image",
	}
}

// codexEvents are the hooks that Codex is given, and the names that it has for
// them in its record of what the operator trusts.
func codexEvents() [][2]string {
	return [][2]string{
		{"PreToolUse", "pre_tool_use"},
		{"PermissionRequest", "permission_request"},
		{"PostToolUse", "post_tool_use"},
		{"SessionStart", "session_start"},
		{"UserPromptSubmit", "user_prompt_submit"},
		{"Stop", "stop"},
	}
}

// codexHook is the variable by which Codex' hooks find kavi-hook. Codex asks the
// operator to trust the text of a hook's command, once: so that text must be the
// same in every session.
const codexHook = "KAVI_HOOK"

// launchCodex gives Codex its hooks by -c, which wins over every file.
//
// They run only if the operator trusts them, in Codex' own dialog at the first
// start; kavi never writes that record. What it does set is that they are not
// switched off there (hooks.state, which a user's config file, and so an agent,
// can do for one hook).
//
//   - --no-daemon: else a background server runs the tools, for other sessions too,
//     and outlives the pane.
//   - features.unified_exec_tty off: what the model types into a command that runs
//     (write_stdin) comes to no hook. Without a terminal a command's input is closed.
//   - -a never: Codex' own dialogs, which an allow does not skip. The sandbox stays
//     as the operator wants it.
func launchCodex(o LaunchOptions) (Launch, error) {
	a := codexGrammar().read(o.Args)
	if err := codexRefuses(a); err != nil {
		return Launch{}, err
	}
	settings, lines := codexSettings(&o)
	l := Launch{Argv: append([]string{o.Program, "--no-daemon"}, settings...)}
	if _, own := a.has("-a", "--ask-for-approval", "--approve-for-me", "--dangerously-bypass-approvals-and-sandbox", "--yolo"); !own && !a.sets("approval_policy") {
		l.Argv = append(l.Argv, "-a", "never")
	}
	l.Env = []string{codexHook + "=" + o.Hook}
	l.Lines = lines
	l.Notes = []string{`Codex asks once, "Hooks need review": answer "Trust all and continue". The hooks bring each of its calls to kavi; without trust Codex does not run them, and nothing is asked about.`}
	args := o.Args
	switch {
	case o.Resume != "":
		l.Argv = append(l.Argv, "resume", o.Resume)
		args = a.optionsOnly("--last", "--all", "--json", "--skip-git-repo-check", "--ephemeral", "--trust", "--thread-source",
			"--output-schema", "--color", "-o", "--output-last-message", "--ignore-rules", "--ignore-user-config", "-i", "--image", "--base", "--commit", "--title", "--uncommitted")
	case o.Headless:
		l.Argv = append(l.Argv, "exec", o.task())
	case o.Task != "":
		l.Argv = append(l.Argv, o.task())
	}
	l.Argv = append(l.Argv, args...)
	return l, nil
}

// codexSettings are the hooks as options of Codex, and the lines that its shell is
// given to run them.
func codexSettings(o *LaunchOptions) (args, lines []string) {
	asks, tells := closing(`"$`+codexHook+`"`, o.asks(Codex)), `"$`+codexHook+`" `+strings.Join(tells(Codex), " ")
	args = []string{"-c", "features.hooks=true", "-c", "features.unified_exec_tty=false"}
	state := make([]string, 0, len(codexEvents()))
	for _, e := range codexEvents() {
		line, limit := tells, int64(noticeSeconds)
		if e[0] == "PreToolUse" || e[0] == "PermissionRequest" {
			line, limit = asks, int64(o.Limit/time.Second)
		}
		args = append(args, "-c", fmt.Sprintf(`hooks.%s=[{matcher="*",hooks=[{type="command",command=%s,timeout=%d}]}]`, e[0], basic(line), limit))
		state = append(state, fmt.Sprintf(`"/<session-flags>/config.toml:%s:0:0"={enabled=true}`, e[1]))
	}
	return append(args, "-c", "hooks.state={"+strings.Join(state, ",")+"}"), []string{asks, tells}
}

// codexRefuses tells what would take Codex away from its hooks.
func codexRefuses(a arguments) error {
	if off, ok := a.has("--dangerously-bypass-hook-trust"); ok {
		return ungated(Codex, "%s runs the repository's hooks too, unseen", off.name)
	}
	if away, ok := a.has("--remote"); ok {
		return ungated(Codex, "%s has the tools run elsewhere", away.name)
	}
	if name := a.command("agents login logout mcp plugin app-server remote-control completion update doctor sandbox debug apply a queue archive delete " +
		"migrate-rollouts migrate-nfs-db unarchive cloud exec-server features help"); name != "" {
		return ungated(Codex, "%s is no conversation in its pane", name)
	}
	for _, name := range a.all("--disable") {
		if name == "hooks" || name == "codex_hooks" {
			return ungated(Codex, "--disable %s switches its hooks off", name)
		}
	}
	for _, name := range a.all("--enable") {
		if name == "unified_exec_tty" {
			return ungated(Codex, "--enable %s lets it type into commands, which comes to no hook", name)
		}
	}
	for _, key := range []string{"hooks", "features.hooks", "features.codex_hooks", "features.unified_exec_tty"} {
		if a.sets(key) {
			return ungated(Codex, "-c sets %s", key)
		}
	}
	return nil
}

// sets tells whether -c sets a key, something within it, or all that it is in.
func (a arguments) sets(key string) bool {
	for _, setting := range a.all("-c", "--config") {
		name, _, _ := strings.Cut(setting, "=")
		name = strings.NewReplacer(`"`, "", "'", "", " ", "", "\t", "").Replace(name)
		if name == key || strings.HasPrefix(name, key+".") || strings.HasPrefix(key, name+".") {
			return true
		}
	}
	return false
}

// basic is a text as a basic string of TOML.
func basic(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
