package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"kavi/gateway/wire"
)

// The shells that an agent starts for itself, not for a call, pass unasked where
// their text is exactly one of those that are known. They are told from others by
// nothing but their text, so it must be such that it does no harm whoever runs it;
// and a shell that is nested in a call is judged with that call.

// Service tells whether a shell at the shim is one that the agent starts for
// itself, or for kavi: hooks are the command lines that kavi itself has given to
// the agent for its hooks. Where readOnly is set it passes only if all that it does
// was found to be reading: so does any git that no call runs, for agents look at the
// repository many times a turn.
func Service(f Family, c *wire.Call, hooks []string) (ok, readOnly bool) {
	if c.Door == wire.DoorShim && c.Name == "git" {
		return true, f != OpenCode || !openCodeSnapshot(c)
	}
	if c.Door != wire.DoorShim || !c.HasCommand || c.Stdin != wire.StdinData || len(c.Argv) < 3 {
		return false, false
	}
	text := c.Argv[len(c.Argv)-1]
	if c.Command != text {
		return false, false
	}
	options := strings.Join(c.Argv[1:len(c.Argv)-1], " ")
	if slices.Contains(hooks, text) && slices.Contains([]string{"-c", "-lc", "--norc --noprofile -c"}, options) {
		return true, false
	}
	for _, s := range services()[f] {
		if s.options == options && s.text.MatchString(text) {
			return true, s.readOnly
		}
	}
	return false, false
}

type service struct {
	options  string
	text     *regexp.Regexp
	readOnly bool
}

// services are those that were recorded, by family.
func services() map[Family][]service {
	exact := func(options, text string) service {
		return service{options: options, text: regexp.MustCompile(`\A(?:` + text + `)\z`)}
	}
	git := func(text string) service {
		s := exact("-c", text)
		s.readOnly = true
		return s
	}
	const commit = `[0-9a-f]{40}`
	return map[Family][]service{
		Claude: {exact("-c", `env`), exact("-lc", `echo "\$PATH"`)},
		Codex:  {exact("-c", `set -e; \. "/[A-Za-z0-9_./-]*/shell_snapshots/[0-9a-f-]+\.tmp-[0-9]+"`)},
		Qwen: {
			git(`git rev-parse --show-toplevel`),
			git(`git rev-parse --verify ` + commit + `~1`),
			git(`git log -1 --pretty=%P ` + commit),
			git(`git diff --find-renames --(?:name-only|name-status|numstat) ` + commit + `~1 ` + commit),
		},
	}
}

// Form is a shell's arguments with what differs from run to run taken out, hashed.
// Agents make a snapshot of the operator's login shell by a script that holds paths
// and random names; its form is the same whenever the same agent makes it. kavi
// runs each agent once by itself to prove its gate: the forms that are met there,
// where no call was allowed, are that agent's own, and pass later. home is the
// HOME of the agent. ok is false for what has no form: no shell with a command
// line.
func Form(c *wire.Call, home string) (form string, ok bool) {
	if c.Door != wire.DoorShim || c.Name == "git" || !c.HasCommand || c.Stdin != wire.StdinData || len(c.Argv) < 3 {
		return "", false
	}
	if home = strings.TrimSuffix(home, "/"); home == "" {
		return "", false
	}
	h := sha256.New()
	for _, a := range c.Argv[1:] {
		a = regexp.MustCompile(regexp.QuoteMeta(home)+`(["'/\s]|\z)`).ReplaceAllString(a, "~$1")
		for _, r := range changing() {
			a = r.ReplaceAllString(a, "$1*")
		}
		h.Write([]byte(a))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)), true
}

// changing are the parts of agents' own scripts that are never twice the same.
func changing() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`(snapshot-(?:bash|zsh)-)[0-9]+-[a-z0-9]+`),
		regexp.MustCompile(`(CLAUDE_CODE_END_)[a-z0-9]+`),
		regexp.MustCompile(`(__copilot_login_env_snapshot_)[0-9]+_[0-9a-f]+`),
		regexp.MustCompile(`(?m)^(export PATH=)[A-Za-z0-9_@%+=:,./~-]*$`),
	}
}

// openCodeStore is where opencode keeps a git repository of its own for each
// project, beside it, with what the project held before each step.
const openCodeStore = `/[A-Za-z0-9._/@+-]*/opencode/snapshot/[0-9A-Za-z_-]{1,64}/[0-9a-f]{40}`

// openCodeSnapshot tells whether a git is one by which opencode 1.18 keeps that
// repository. What takes the project back to a snapshot is none of them.
func openCodeSnapshot(c *wire.Call) bool {
	if len(c.Argv) == 2 && c.Argv[1] == "init" {
		return slices.ContainsFunc(c.Env, func(kv string) bool {
			return regexp.MustCompile(`\AGIT_DIR=` + openCodeStore + `\z`).MatchString(kv)
		})
	}
	args := c.Argv[min(1, len(c.Argv)):]
	setting := regexp.MustCompile(`\Acore\.(?:autocrlf|longpaths|symlinks|quotepath)=(?:true|false)\z`)
	for len(args) > 2 && args[0] == "-c" && setting.MatchString(args[1]) {
		args = args[2:]
	}
	if strings.Join(args, " ") == "--git-dir "+c.Cwd+"/.git --work-tree "+c.Cwd+" check-ignore --no-index --stdin -z" {
		return true // of the project itself, by its names
	}
	if len(args) < 3 || args[0] != "--git-dir" || !regexp.MustCompile(`\A`+openCodeStore+`\z`).MatchString(args[1]) || strings.Contains(args[1], "..") {
		return false
	}
	args = args[2:]
	if args[0] == "--work-tree" && len(args) > 2 {
		args = args[2:]
	}
	const commit = `[0-9a-f]{40}`
	return regexp.MustCompile(`\A(?:` + strings.Join([]string{
		`config (?:core\.autocrlf false|core\.longpaths true|core\.symlinks true|core\.fsmonitor false|feature\.manyFiles true|index\.version 4|index\.threads true|core\.untrackedCache true)`,
		`diff-files --name-only -z -- \.`,
		`ls-files --full-name --others --exclude-standard -z -- \.`,
		`(?:add --all --sparse|rm --cached -f --ignore-unmatch) --pathspec-from-file=- --pathspec-file-nul`,
		`write-tree`, `gc --prune=7\.days`, `cat-file --batch`,
		`diff --cached --no-ext-diff(?: --name-only)? ` + commit + ` -- \.`,
		`diff --no-ext-diff(?: --no-renames| --name-status| --numstat)* ` + commit + ` ` + commit + ` -- \.`,
		`show ` + commit + `:[^\n]*`,
	}, "|") + `)\z`).MatchString(strings.Join(args, " "))
}
