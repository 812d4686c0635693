package gateway

import (
	"path"
	"slices"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// environment looks at the variables that came with a command: those that change
// what it runs, and differ from what kavi gave the agent, make it opaque.
func environment(c *Call, w World) []Part {
	var parts []Part
	for _, kv := range c.Env {
		name, value, ok := strings.Cut(kv, "=")
		if !ok || name == "PATH" || !wire.EnvMatters(name) || slices.Contains(w.Base, kv) || harmless(name, value, c, w) || harmlessGit(name, value, c.Env, w) {
			continue
		}
		parts = append(parts, Part{Text: kv, Start: -1, End: -1, Effects: []Effect{{
			Kind: shell.Opaque, Why: "is set: " + display.Cut(display.Safe(name), quoteCells) + " changes which code a command runs",
		}}})
	}
	return parts
}

// harmless tells which values of variables that matter change nothing that does.
func harmless(name, value string, c *Call, w World) bool {
	if value == "" && name != "GIT_DIR" && name != "PYTHONPATH" && name != "LD_LIBRARY_PATH" {
		return true
	}
	switch name {
	case "ENV", "KSH_ENV":
		return !interactive(c)
	case "PROMPT_COMMAND":
		return true // read by shells alone that commands are typed into, which ask anyway
	case "HOME":
		return value == w.Home
	case "XDG_CONFIG_HOME":
		return w.Home != "" && value == w.Home+"/.config"
	case "XDG_DATA_DIRS", "npm_config_user_agent":
		return true
	case "PAGER", "MANPAGER", "GIT_PAGER", "EDITOR", "VISUAL", "FCEDIT", "GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "GIT_ASKPASS", "SSH_ASKPASS":
		switch value {
		case "cat", "true", ":", "false", "less", "less -R", "less -FRX", "more", "vi", "vim", "nano", "echo", "/bin/true", "/usr/bin/true", "/bin/cat", "/bin/false":
			return true
		}
	case "NODE_OPTIONS":
		return !slices.ContainsFunc(strings.Fields(value), func(o string) bool {
			flag, _, _ := strings.Cut(o, "=")
			return !slices.Contains([]string{"--max-old-space-size", "--max_old_space_size", "--no-warnings", "--no-deprecation", "--enable-source-maps", "--trace-warnings"}, flag)
		})
	case "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "PYTHONUTF8", "PYTHONHASHSEED", "PYTHONFAULTHANDLER", "PYTHONNOUSERSITE",
		"GIT_TERMINAL_PROMPT", "GIT_OPTIONAL_LOCKS", "GIT_MERGE_AUTOEDIT", "GIT_PAGER_IN_USE", "GIT_ADVICE", "GIT_CONFIG_NOSYSTEM",
		"GIT_LFS_SKIP_SMUDGE", "GIT_REFLOG_ACTION", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_NO_LAZY_FETCH",
		"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_AUTHOR_DATE", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_COMMITTER_DATE":
		return true
	case "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM":
		return value == "/dev/null"
	case "GIT_TRACE":
		return value == "0" || value == "1"
	}
	return false
}

// interactive tells whether a shell may be told to be interactive: it then reads what
// ENV names, whatever it runs after that (`sh -ic ls`). Any i in an option counts.
func interactive(c *Call) bool {
	return slices.ContainsFunc(c.Argv[min(1, len(c.Argv)):], func(w string) bool {
		return w == "interactive" || w != "" && (w[0] == '-' || w[0] == '+') && strings.Contains(w, "i")
	})
}

// systemFolders hold the programs of the system, which no agent may write.
func systemFolder(dir string) bool {
	switch dir {
	case "/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/games", "/snap/bin",
		"/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin":
		return true
	}
	return false
}

// strangers are the folders of the call's PATH, before the first one of the
// system, that the agent may have put there: not on the path that kavi gave it,
// or, where that is not known, relative, in the project, or for everybody to write.
func strangers(c *Call, w World) []string {
	value, found := lookup(c.Env, "PATH")
	if !found {
		return nil
	}
	given, known := lookup(w.Base, "PATH")
	trusted := strings.Split(given, ":")
	var list []string
	for dir := range strings.SplitSeq(value, ":") {
		if systemFolder(path.Clean(dir)) {
			break
		}
		// Not all that lies in kavi's folders is kavi's: agents write in their worktrees.
		own := !known && path.IsAbs(dir) && slices.ContainsFunc(w.State, func(s string) bool { return below(s, dir) })
		switch {
		case own, known && slices.Contains(trusted, dir):
		case !path.IsAbs(dir):
			list = append(list, path.Join(c.Cwd, dir))
		case known, below(w.Root, dir), below("/tmp", dir), below("/var/tmp", dir), below("/dev/shm", dir):
			list = append(list, path.Clean(dir))
		}
	}
	return list
}

// shadowed adds to each part whose program a stranger's folder holds that it is
// not the program of that name. Where it stands before one of the system, of which
// everything is known otherwise (ls), it cannot be said what runs: a rule that lets
// ls run does not mean that one. Tools of a project (node_modules/.bin) stand before
// none, or run code that is not seen in any case.
func shadowed(parts []Part, c *Call, w World) {
	dirs, fs := strangers(c, w), w.FS
	if len(dirs) == 0 || fs == nil {
		return
	}
	system := systemsOwn(c)
	for i := range parts {
		p := &parts[i]
		if len(p.Argv) == 0 || !p.Argv[0].Known || p.Argv[0].Text == "" || strings.Contains(p.Argv[0].Text, "/") {
			continue
		}
		for _, dir := range dirs {
			file := path.Join(dir, p.Argv[0].Text)
			if f := fs.Lstat(file); f.Exists && !f.Dir {
				kind := shell.Unknown
				if !blind(*p) && slices.ContainsFunc(system, func(d string) bool { return fs.Lstat(path.Join(d, p.Argv[0].Text)).Exists }) {
					kind = shell.Opaque
				}
				p.Effects = append(slices.Clip(p.Effects), Effect{Kind: kind, Why: "finds " + display.Safe(file) + " first on its PATH"})
				break
			}
		}
	}
}

// systemsOwn are the folders of the system on a call's PATH.
func systemsOwn(c *Call) (list []string) {
	value, _ := lookup(c.Env, "PATH")
	for dir := range strings.SplitSeq(value, ":") {
		if systemFolder(path.Clean(dir)) {
			list = append(list, path.Clean(dir))
		}
	}
	return list
}

// strangeProgram says why the program that a door found is not the one of its
// name, or "".
func strangeProgram(c *Call, w World) string {
	if c.Program == "" || systemFolder(path.Dir(c.Program)) {
		return ""
	}
	dir := path.Dir(c.Program)
	if given, known := lookup(w.Base, "PATH"); known && slices.Contains(strings.Split(given, ":"), dir) && !below(w.Root, dir) {
		return ""
	} else if !known && !below(w.Root, dir) && !below("/tmp", dir) && !below("/var/tmp", dir) && !below("/dev/shm", dir) {
		return ""
	}
	return "runs " + display.Safe(c.Program) + " in its place"
}

func lookup(env []string, name string) (string, bool) {
	for _, kv := range env {
		if n, v, ok := strings.Cut(kv, "="); ok && n == name {
			return v, true
		}
	}
	return "", false
}

// below reports whether p is dir or in it; both are clean.
func below(dir, p string) bool {
	if dir == "" || !strings.HasPrefix(p, dir) {
		return false
	}
	return len(p) == len(dir) || dir == "/" || p[len(dir)] == '/'
}
