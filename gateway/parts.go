package gateway

import (
	"path"
	"slices"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// shellEnv is what a call's command line and paths are read against.
func shellEnv(c *Call, w World) shell.Env {
	return shell.Env{Cwd: c.Cwd, Root: w.Root, Home: w.Home, State: w.State, Kavi: w.Kavi, FS: w.FS, Main: w.Main, GitProgram: w.Git}
}

// partsOf decomposes a call; there is always a part.
func partsOf(c *Call, w World) []Part {
	env := shellEnv(c, w)
	if len(c.Files) > 0 {
		parts := make([]Part, len(c.Files))
		for i, f := range c.Files {
			parts[i] = filePart(f, env)
		}
		return parts
	}
	one := func(text string, effects []Effect) []Part { return []Part{partOf(text, effects)} }
	switch c.Tool {
	case wire.ToolNone:
		return one(c.Name, nil)
	case wire.ToolRead, wire.ToolWrite, wire.ToolEdit, wire.ToolMove:
		return []Part{filePart(c.Targets()[0], env)}
	case wire.ToolSearch:
		dir := c.Path
		if dir == "" {
			dir = c.Cwd
		}
		effects := shell.ReadEffects(dir, env)
		for i := range effects {
			effects[i].Recursive = true
		}
		return one("search "+c.Path, effects)
	case wire.ToolDelete:
		return one("delete "+c.Path, shell.DeleteEffects(c.Path, c.Recursive, env))
	case wire.ToolFetch:
		return one("fetch "+c.URL, shell.FetchEffects(c.URL))
	case wire.ToolMCP:
		return one(c.Name, []Effect{{Kind: shell.Opaque, Why: "asks a tool of an MCP server, which may do anything"}})
	case wire.ToolExec:
		parts := execParts(c, env)
		shadowed(parts, c, w)
		if why := strangeProgram(c, w); why != "" {
			parts[0].Effects = append(parts[0].Effects[:len(parts[0].Effects):len(parts[0].Effects)], Effect{Kind: shell.Opaque, Why: why})
		}
		return append(parts, environment(c, w)...)
	}
	return one(string(c.Tool)+" "+c.Name, []Effect{{Kind: shell.Opaque, Why: "is a tool that kavi does not know"}})
}

// partOf is a part that is no command.
func partOf(text string, effects []Effect) Part {
	if len(effects) == 0 {
		effects = []Effect{{Kind: shell.Read, Why: "changes nothing"}}
	}
	return Part{Text: text, Start: -1, End: -1, Effects: effects}
}

// filePart is what is done to one file. Of several in one call each is a part of
// its own, judged by what there is before the call.
func filePart(f wire.File, env shell.Env) Part {
	at := f.Path
	if astray(f, env) {
		at = ""
	}
	switch f.Tool {
	case wire.ToolRead:
		return partOf("read "+f.Path, shell.ReadEffects(at, env))
	case wire.ToolWrite:
		return partOf("write "+f.Path, shell.WriteEffects(at, env))
	case wire.ToolEdit:
		return partOf("edit "+f.Path, shell.EditEffects(at, env))
	case wire.ToolDelete:
		return partOf("delete "+f.Path, shell.DeleteEffects(at, false, env))
	case wire.ToolMove:
		return partOf("move "+f.Path+" to "+f.To, moveEffects(at, f.To, env))
	case wire.ToolSearch, wire.ToolExec, wire.ToolFetch, wire.ToolMCP, wire.ToolNone:
	}
	return partOf(string(f.Tool)+" "+f.Path, []Effect{{Kind: shell.Opaque, Why: "does to a file what kavi does not know"}})
}

// moveEffects are those of moving a file. What was moved can be read under its new
// name, so a move is a read of its source too.
func moveEffects(from, to string, env shell.Env) []Effect {
	effects := shell.MoveEffects(from, to, env)
	read := shell.ReadEffects(from, env)
	for i := range read {
		read[i].Recursive = effects[0].Recursive
	}
	return append(effects, read...)
}

// execParts decomposes a command.
func execParts(c *Call, env shell.Env) []Part {
	opaque := func(text, why string) Part {
		return Part{Text: text, Start: -1, End: -1, Effects: []Effect{{Kind: shell.Opaque, Why: why}}}
	}
	if c.Door == wire.DoorShim && c.Name == "git" {
		return shell.AnalyseArgv(withName(c.Argv, "git"), env).Parts
	}
	if c.Door == wire.DoorShim || c.Program != "" {
		env.Shell = c.Name
	}
	fed := opaque(line(c), "reads commands from its standard input")
	if c.Stdin == wire.StdinInteractive {
		fed = opaque("interactive shell", "is an interactive shell: what is typed there is not asked about")
	}
	switch {
	case c.Door == wire.DoorShim && c.HasCommand && c.Stdin == wire.StdinData && strings.Trim(c.Command, " \t\n") == "":
		return []Part{{Text: line(c), Start: -1, End: -1, Effects: []Effect{{Kind: shell.Read, Why: "runs nothing"}}}}
	case c.HasCommand:
		env.Args = parameters(c)
		parts := shell.Analyse(c.Command, env).Parts
		if c.Stdin != wire.StdinData {
			parts = append(parts, fed)
		}
		return parts
	case c.Script != "":
		return scriptParts(c, env)
	case c.Door == wire.DoorShim && len(c.Argv) == 2 && (c.Argv[1] == "--version" || c.Argv[1] == "--help"):
		return []Part{{Text: line(c), Start: -1, End: -1, Effects: []Effect{{Kind: shell.Read, Why: "prints what it is"}}}}
	case c.Stdin != wire.StdinData:
		return []Part{fed}
	case c.Door == wire.DoorShim:
		return []Part{opaque(line(c), "starts a shell in a way that is not understood")}
	}
	return shell.AnalyseArgv(c.Argv, env).Parts
}

// scriptParts are a shell's script file: code that counts as not seen, and beside
// that whatever is seen in it. That it holds more which cannot be said statically
// adds nothing to that.
func scriptParts(c *Call, env shell.Env) []Part {
	first := Part{Text: line(c), Start: -1, End: -1, Effects: []Effect{{Kind: shell.Unknown, Why: "runs the script " + display.Safe(c.Script)}}}
	stdin := c.Stdin != wire.StdinData
	switch {
	case c.ScriptID != "" && c.ScriptSize == 0 && !stdin && !isRegular(c.ScriptID), stdin && c.ScriptID == "":
		first.Effects[0] = Effect{Kind: shell.Opaque, Why: "reads commands from " + display.Safe(c.Script) + ", which is no file"}
		return []Part{first}
	case stdin:
		first.Effects[0] = Effect{Kind: shell.Opaque, Why: "reads commands from its standard input"}
	case c.ScriptSize > int64(len(c.ScriptText)):
		first.Effects[0] = Effect{Kind: shell.Opaque, Why: "runs the script " + display.Safe(c.Script) + ", which is too large to look at"}
		return []Part{first}
	}
	parts := []Part{first}
	for _, p := range shell.Analyse(string(c.ScriptText), env).Parts {
		effects := make([]Effect, 0, len(p.Effects))
		for _, e := range p.Effects {
			if e.Kind != shell.Opaque {
				effects = append(effects, e)
			}
		}
		if len(effects) > 0 && !p.Inert {
			p.Effects, p.Start, p.End = effects, -1, -1
			parts = append(parts, p)
		}
	}
	return parts
}

// isRegular reads the mode in a script's identity, as the shim writes it.
func isRegular(id string) bool {
	fields := strings.Split(id, ":")
	if len(fields) < 3 {
		return false
	}
	mode := 0
	for _, d := range fields[2] {
		if d < '0' || d > '9' {
			return false
		}
		mode = mode*10 + int(d-'0')
	}
	return mode&0o170000 == 0o100000
}

// withName gives argv under the program's plain name, which the shim knows better
// than argv[0] does.
func withName(argv []string, name string) []string {
	if len(argv) == 0 {
		return []string{name}
	}
	return append([]string{name}, argv[1:]...)
}

// Passed are the words that a shell gets behind the text of its -c: $0, $1 and so
// on; sure where they are only that. Where the text is no word of its own (fish), they
// are all words.
func Passed(c *Call) (words []string, sure bool) {
	if !c.HasCommand || len(c.Argv) == 0 {
		return nil, false
	}
	words = c.Argv[1:]
	i := slices.Index(words, c.Command)
	words = words[i+1:]
	return words, i >= 0 && !slices.Contains(words, c.Command)
}

// parameters are $1 and so on in the text of a shell's -c; nil where they are not known.
func parameters(c *Call) []string {
	words, sure := Passed(c)
	if !sure || c.Door != wire.DoorShim || c.Name != "sh" && c.Name != "bash" && c.Name != "dash" {
		return nil
	}
	return append([]string{}, words[min(1, len(words)):]...)
}

// line gives a call's arguments as one line of text.
func line(c *Call) string {
	argv := c.Argv
	if c.Door == wire.DoorShim && c.Name != "" {
		argv = withName(argv, c.Name)
	}
	return quoted(argv)
}

// quoted gives words as one line, as a shell would take them.
func quoted(argv []string) string {
	quoted := make([]string, len(argv))
	for i, a := range argv {
		quoted[i] = a
		if a == "" || strings.ContainsAny(a, " \t\n\"'\\$`&|;<>()*?[]{}~#!") {
			quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

// commandLine is the text that would run, for display and for the ledger.
func commandLine(c *Call) string {
	if c.HasCommand {
		return c.Command
	}
	return line(c)
}

// real makes a path of a call absolute and clean without following links.
func absolute(p string, c *Call, w World) string {
	switch {
	case p == "":
		return ""
	case p == "~" || strings.HasPrefix(p, "~/"):
		return path.Join(w.Home, p[1:])
	case !path.IsAbs(p):
		if c.Cwd == "" {
			return ""
		}
		return path.Join(c.Cwd, p)
	}
	return path.Clean(p)
}
