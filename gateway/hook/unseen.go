package hook

import (
	"slices"
	"strings"

	"kavi/gateway/wire"
)

// Unseen is a child of an agent's, as the kernel tells of it, from which a call at
// the shim comes: a shell that did not pass there itself, because the agent starts
// it by its path, or what that shell became.
type Unseen struct {
	Process
	Parent  Process
	Program string   // Argv[0], where that is the file which it runs; else ""
	Argv    []string // as it was started
	Env     []string // of it, the variables that matter (wire.EnvMatters)
	Cwd     string   // where it is now
	Caller  bool     // it is the call itself: a shell becomes its last command
}

// Outline is what can be read off a command line about the shell that runs it.
type Outline struct {
	Dirs []string   // where that shell may be
	Last [][]string // the words of its last command, in each way to see them; nil: not known
}

// Waits tells whether a process announced a command whose shell may still be an
// Unseen one.
func (t *Tokens) Waits(runner Process) bool {
	program, _ := unseen(t.family)
	return program != "" && slices.ContainsFunc(t.list, func(k token) bool { return k.by == (Process{}) && k.Runner == runner })
}

// Behind gives the token of the command that an Unseen runs, and ends it as Take
// does. It has to be started by the process that ran the hook, after the command was
// allowed, by the agent's own words around the very command, with the variables that
// the command was judged with; or to be its last command, word for word. Where it is
// now has to be a folder to which the command leads. read gives the outline of a
// token's command, or ok false where that token is not to be given.
func (t *Tokens) Behind(u *Unseen, read func(Token) (o Outline, ok bool)) (Token, bool) {
	program, adds := unseen(t.family)
	if program == "" || len(u.Argv) == 0 {
		return Token{}, false
	}
	w, isShell := unwrap(t.family, &wire.Call{Door: wire.DoorShim, Argv: u.Argv, HasCommand: true})
	isShell = isShell && u.Program == program && len(w.sources) == 0
	for i := range t.list {
		k := &t.list[i]
		if k.by != (Process{}) || k.Runner != u.Parent || u.Start < k.Since || !alike(u.Env, k.Env, adds) {
			continue
		}
		if !u.Caller && (!isShell || !same(t.family, w.command, k.Command)) {
			continue
		}
		o, ok := read(k.Token)
		if !ok || !slices.Contains(o.Dirs, u.Cwd) {
			continue
		}
		if u.Caller && !slices.ContainsFunc(o.Last, func(words []string) bool { return slices.Equal(words, u.Argv) }) {
			continue
		}
		k.by = u.Process
		return k.Token, true
	}
	return Token{}, false
}

// unseen gives the program of a family's shells that do not pass the shim, "" where
// they do, and the variables that the agent gives them beside those of its hooks.
func unseen(f Family) (program string, adds []string) {
	if f != Copilot {
		return "", nil
	}
	return "/bin/bash", []string{ // of Copilot CLI 1.0.102
		"SSH_ASKPASS=", "GIT_ASKPASS=", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0", "GIT_CONFIG_COUNT=3",
		"GIT_CONFIG_KEY_0=safe.bareRepository", "GIT_CONFIG_VALUE_0=explicit",
		"GIT_CONFIG_KEY_1=credential.interactive", "GIT_CONFIG_VALUE_1=never",
		"GIT_CONFIG_KEY_2=core.fsmonitor", "GIT_CONFIG_VALUE_2=false",
	}
}

// alike tells whether a process has no variable that matters but those which the
// hook had, and those that the agent adds. Folders at the end of PATH hide nothing.
func alike(env, announced, adds []string) bool {
	return !slices.ContainsFunc(env, func(kv string) bool {
		return !slices.Contains(announced, kv) && !slices.Contains(adds, kv) &&
			(!strings.HasPrefix(kv, "PATH=") || !slices.ContainsFunc(announced, func(a string) bool {
				return strings.HasPrefix(a, "PATH=") && strings.HasPrefix(kv, a+":")
			}))
	})
}
