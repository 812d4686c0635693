package hook

import (
	"regexp"
	"slices"
	"strings"

	"kavi/gateway/wire"
)

// wrapped is what an agent's shell was started for.
type wrapped struct {
	command string
	sources []string // files of the agent's own that are read before it
	again   bool     // the shell becomes another one, which passes the shim again with the bare command
}

// unwrap takes an agent's wrapping off a shell's arguments, as the agent puts it
// on: every byte of it has to be known. What is left is the command. Read off the
// real agents, in the versions that the tables of tools name.
func unwrap(f Family, c *wire.Call) (w wrapped, ok bool) {
	if c.Door != wire.DoorShim || c.Name == "git" || len(c.Argv) < 3 || !c.HasCommand {
		return w, false
	}
	text := c.Argv[len(c.Argv)-1]
	options := c.Argv[1 : len(c.Argv)-1]
	is := func(want ...string) bool { return slices.Equal(options, want) }
	switch f {
	case Claude:
		// The second is what it falls back to without a snapshot: a login shell.
		if is("-c") || is("-c", "-l") {
			return unwrapClaude(text)
		}
	case Codex:
		if is("-lc") {
			return wrapped{command: text}, true
		}
		if is("-c") && strings.HasPrefix(text, "__CODEX_SNAPSHOT_") {
			return unwrapCodex(text)
		}
		return wrapped{command: text}, is("-c")
	case Gemini:
		if is("-c") {
			return unwrapGemini(text)
		}
	case OpenCode, Qwen:
		return wrapped{command: text}, is("-c")
	case Copilot:
		return wrapped{command: text}, is("--norc", "--noprofile", "-c")
	}
	return w, false
}

// Pieces that claude joins with " && ", in this order, none but eval and pwd always.
const (
	claudeGlobBash = `\builtin shopt -u extglob 2>/dev/null || true`
	claudeGlobZsh  = `\builtin setopt NO_EXTENDED_GLOB NO_BARE_GLOB_QUAL NO_BRACE_CCL NO_MAGIC_EQUAL_SUBST NO_EQUALS 2>/dev/null || true`
	claudeWhich    = `{ \builtin unalias -- 'which'; \builtin unset -f -- 'which'; } >/dev/null 2>&1 || true`
	claudeUnsetenv = `{ \builtin unalias -- 'unsetenv'; \builtin unset -f -- 'unsetenv'; } >/dev/null 2>&1 || true`
)

// Files that claude makes for itself.
var (
	claudeSnapshot = regexp.MustCompile(`^/.*/snapshot-(bash|zsh)-[0-9]+-[a-z0-9]+\.sh$`)
	claudeCwd      = regexp.MustCompile(`^/.*/(claude-[0-9a-f]+-cwd|cwd-[0-9a-f]+)$`)
)

func unwrapClaude(text string) (w wrapped, ok bool) {
	const and = " && "
	rest := text
	if after, found := strings.CutPrefix(rest, "source "); found {
		file, after, ok := word(after)
		if after, ok2 := strings.CutPrefix(after, " 2>/dev/null || true"+and); ok && ok2 && claudeSnapshot.MatchString(file) {
			w.sources, rest = []string{file}, after
		} else {
			return wrapped{}, false
		}
	}
	for _, piece := range []string{claudeGlobBash, claudeGlobZsh, claudeWhich, claudeUnsetenv} {
		rest = strings.TrimPrefix(rest, piece+and)
	}
	rest, ok = strings.CutPrefix(rest, "eval ")
	if !ok {
		return wrapped{}, false
	}
	if w.command, rest, ok = word(rest); !ok {
		return wrapped{}, false
	}
	rest = strings.TrimPrefix(rest, " < /dev/null")
	if rest, ok = strings.CutPrefix(rest, and+"pwd -P >| "); !ok {
		return wrapped{}, false
	}
	file, rest, ok := word(rest)
	if !ok || rest != "" || !claudeCwd.MatchString(file) {
		return wrapped{}, false
	}
	return w, true
}

var geminiPids = regexp.MustCompile(`^/[A-Za-z0-9_./-]*/gemini-shell-[A-Za-z0-9]+/bgpids\.tmp$`)

func unwrapGemini(text string) (w wrapped, ok bool) {
	rest, ok := strings.CutPrefix(text, "shopt -u promptvars nullglob extglob nocaseglob dotglob; _bgpids_file=")
	if !ok {
		return w, false
	}
	file, rest, ok := strings.Cut(rest, "\n")
	if !ok || !geminiPids.MatchString(file) {
		return w, false
	}
	if rest, ok = strings.CutPrefix(rest, "(\n  trap 'jobs -p > \"$_bgpids_file\"' EXIT\n"); !ok {
		return w, false
	}
	w.command, ok = strings.CutSuffix(rest, "\n)\n__code=$?\nexit $__code")
	return w, ok
}

const (
	shellName  = `[A-Za-z_][A-Za-z0-9_]*`
	codexSaved = `__CODEX_SNAPSHOT_(?:PROXY_)?OVERRIDE_[0-9]+`
	codexIsSet = `__CODEX_SNAPSHOT_(?:PROXY_)?OVERRIDE_SET_[0-9]+`
)

// codexLine is any of the lines that codex puts before a command, to read the
// snapshot of the operator's login shell without losing what is set for this run.
var codexLine = regexp.MustCompile(`^(?:` +
	codexIsSet + `="\$\{` + shellName + `\+x\}"` +
	`|` + codexSaved + `="\$\{` + shellName + `-\}"` +
	`|__CODEX_SNAPSHOT_PROXY_ENV_SET="\$\{` + shellName + `\+x\}"` +
	`|` + // an empty line
	`|if \[ -n "\$\{` + codexIsSet + `\}" \]; then` +
	`|  if \[ -z "\$\{` + shellName + `\+x\}" \] \|\| \[ "\$\{` + shellName + `-\}" != "\$\{` + codexSaved + `\}" \]; then export ` +
	shellName + `="\$\{` + codexSaved + `\}"; else export ` + shellName + `; fi` +
	`|else builtin unset ` + shellName + ` 2>/dev/null \|\| command unset ` + shellName + `; fi` +
	`|builtin unset ` + codexIsSet + ` ` + codexSaved + ` 2>/dev/null \|\| command unset ` + codexIsSet + ` ` + codexSaved +
	`|if \[ -n "\$__CODEX_SNAPSHOT_PROXY_ENV_SET" \] \|\| \[ -n "\$\{` + shellName + `\+x\}" \]; then` +
	`|fi` +
	`|if \[ -n "\$\{PATH:-\}" \]; then export PATH='/[^']*/codex-path':"\$PATH"; else export PATH='/[^']*/codex-path'; fi` +
	`)$`)

var codexSource = regexp.MustCompile(`^if \. '(/[^']*/shell_snapshots/[A-Za-z0-9.-]+\.sh)' >/dev/null 2>&1; then :; fi$`)

func unwrapCodex(text string) (w wrapped, ok bool) {
	for {
		line, rest, more := strings.Cut(text, "\n")
		if tail, ok := strings.CutPrefix(text, "exec "); ok {
			shell, tail, ok := word(tail)
			tail, ok2 := strings.CutPrefix(tail, " -c ")
			command, tail, ok3 := word(tail)
			w.command, w.again = command, true
			return w, ok && ok2 && ok3 && tail == "" && strings.HasPrefix(shell, "/")
		}
		m := codexSource.FindStringSubmatch(line)
		switch {
		case !more:
			return wrapped{}, false
		case m != nil:
			w.sources = append(w.sources, m[1])
		case !codexLine.MatchString(line):
			return wrapped{}, false
		}
		text = rest
	}
}

// word reads one word of a shell with nothing in it that the shell would replace.
func word(s string) (text, rest string, ok bool) {
	var b strings.Builder
	some := false
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\'':
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return "", "", false
			}
			b.WriteString(s[i+1 : i+1+end])
			i += end + 2
		case c == '"':
			i++
			for ; i < len(s) && s[i] != '"'; i++ {
				switch {
				case s[i] == '$' || s[i] == '`':
					return "", "", false
				case s[i] == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\", s[i+1]) >= 0:
					i++
				case s[i] == '\\' && i+1 < len(s) && s[i+1] == '\n':
					return "", "", false
				}
				b.WriteByte(s[i])
			}
			if i == len(s) {
				return "", "", false
			}
			i++
		case c == '\\':
			if i+1 == len(s) || s[i+1] == '\n' {
				return "", "", false
			}
			b.WriteByte(s[i+1])
			i += 2
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("@%+=:,./_-", c) >= 0:
			b.WriteByte(c)
			i++
		case c == ' ' && some:
			return b.String(), s[i:], true
		default:
			return "", "", false
		}
		some = true
	}
	return b.String(), "", some
}
