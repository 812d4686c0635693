package hook

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"kavi/gateway/wire"
)

// table is the tools of a family by the names that its hooks give them.
type table map[string]tool

// tool is how the arguments of a tool become a call.
type tool struct {
	takes map[string]arg // what it takes; anything beside that is errMore; nil: anything
	make  func(r *reader) error
}

// arg is the type of an argument.
type arg struct {
	kind kind
	must bool
}

// errMore: the call has an argument of which kavi does not know what it does.
var errMore = errors.New("has an argument that kavi does not know")

// takes reads a list of arguments: "!file_path command? timeout:n"; "!" must be
// there, ":n" a number, ":b" a boolean, ":l" a list, ":o" an object, else text.
func takes(list string) map[string]arg {
	m := map[string]arg{}
	for _, word := range strings.Fields(list) {
		name, must := strings.CutPrefix(word, "!")
		a := arg{kind: isText, must: must}
		if n, k, ok := strings.Cut(name, ":"); ok {
			name, a.kind = n, map[string]kind{"n": isNumber, "b": isFlag, "l": isList, "o": isObject}[k]
		}
		m[name] = a
	}
	return m
}

// fill reads the arguments into the call.
func (t tool) fill(c *wire.Call, input value, family Family) error {
	if err := check(t.takes, input); err != nil {
		return err
	}
	r := &reader{c: c, v: input, family: family}
	if err := t.make(r); err != nil {
		return err
	}
	if !r.show {
		c.Args = "" // all of it is in other fields
	}
	return nil
}

// check wants every argument to be known and of its type.
func check(takes map[string]arg, input value) error {
	if takes == nil {
		return nil
	}
	more := false
	for _, name := range slices.Sorted(maps.Keys(input.fields)) {
		v := input.fields[name]
		a, ok := takes[name]
		switch {
		case !ok:
			more = true
		case v.kind == isNull && !a.must:
		case v.kind != a.kind:
			return fmt.Errorf("%s is %v", name, v.kind)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(takes)) {
		a := takes[name]
		if v, ok := input.fields[name]; a.must && (!ok || v.kind == isNull) {
			return fmt.Errorf("%s is missing", name)
		}
	}
	if more {
		return errMore
	}
	return nil
}

// reader takes arguments that were checked.
type reader struct {
	c      *wire.Call
	v      value
	family Family
	show   bool // the operator is to see the arguments as they are
}

func (r *reader) text(name string) string { return r.v.fields[name].text }
func (r *reader) flag(name string) bool   { return r.v.fields[name].flag }

// path gives the path that is meant, or "" where only the agent knows what it
// makes of it; then the arguments are shown.
func (r *reader) path(name string) string {
	p := r.text(name)
	if !plain(p, r.family) {
		r.show = true
		return ""
	}
	return literal(p, r.c.Cwd, r.family)
}

// folder is path for where a search begins; without the argument it is the
// current one. ok is false where it cannot be said.
func (r *reader) folder(name string) (string, bool) {
	if r.text(name) == "" {
		return r.c.Cwd, true
	}
	p := r.path(name)
	return p, p != ""
}

// plain tells whether all agents of a family take a path for what it is: claude
// and qwen trim it, gemini takes away "@", decodes "%2e" and file URLs, both undo
// "\ ", and some file systems treat composed characters as their parts.
func plain(p string, f Family) bool {
	if p == "" || strings.TrimSpace(p) != p || strings.Contains(p, `\`) {
		return false
	}
	for _, r := range p {
		if unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.Is(unicode.M, r) || r != ' ' && unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return false
		}
	}
	if strings.HasPrefix(strings.ToLower(p), "file:") || p[0] == '"' || p[0] == '\'' || strings.HasPrefix(p, "~") && p != "~" && !strings.HasPrefix(p, "~/") {
		return false
	}
	switch f {
	case Gemini:
		return !strings.Contains(p, "%") && p[0] != '@'
	case Qwen: // what it makes of "~" was not seen
		return !strings.Contains(p, "%") && p[0] != '@' && p[0] != '~'
	case Copilot:
		return !hasParent(p) // whether it is taken away before or after symlinks was not seen
	case Claude, Codex, OpenCode:
	}
	return true
}

// literal is a plain path as the gateway reads it. Of the families only claude and
// copilot know "~". Those written in JavaScript take ".." away before they ask the
// system, which follows symlinks first; codex leaves it to the system.
func literal(p, cwd string, f Family) string {
	known := f == Claude || f == Copilot
	switch {
	case p[0] == '~' && known:
		return p
	case hasParent(p) && f != Codex && path.IsAbs(p):
		return path.Clean(p)
	case hasParent(p) && f != Codex:
		return path.Join(cwd, p)
	case p[0] == '~':
		return strings.TrimSuffix(cwd, "/") + "/" + p
	}
	return p
}

func hasParent(p string) bool { return strings.Contains("/"+p+"/", "/../") }

// Tools that families have in common, by the names of their arguments.

// none has no effect outside of the agent: whatever it is given.
func none() tool {
	return tool{make: func(r *reader) error {
		r.c.Tool, r.show = wire.ToolNone, true
		return nil
	}}
}

func readFile(file, list string) tool {
	return tool{takes("!" + file + " " + list), func(r *reader) error {
		r.c.Tool, r.c.Path = wire.ToolRead, r.path(file)
		return nil
	}}
}

func writeFile(file, content string) tool {
	return tool{takes("!" + file + " !" + content), func(r *reader) error {
		r.c.Tool, r.c.Path, r.c.Content = wire.ToolWrite, r.path(file), []byte(r.text(content))
		return nil
	}}
}

// editFile replaces text in a file. loose: the agent looks elsewhere for a file
// that is not there.
func editFile(file, old, now, all, list string, loose bool) tool {
	list = "!" + file + " !" + old + " !" + now + " " + list
	if all != "" {
		list += " " + all + ":b"
	}
	return tool{takes(list), func(r *reader) error {
		r.c.Tool, r.c.Path = wire.ToolEdit, r.path(file)
		r.c.Loose = loose && r.c.Path != "" && r.c.Path[0] != '/'
		r.c.Edits = []wire.Edit{{Old: r.text(old), New: r.text(now), All: r.flag(all)}}
		return nil
	}}
}

// editMany replaces several texts in one file, in turn.
func editMany(file, edits, old, now, all string, more string) tool {
	one := takes("!" + old + " !" + now + " " + all + ":b " + more)
	return tool{takes("!" + file + " !" + edits + ":l"), func(r *reader) error {
		r.c.Tool, r.c.Path = wire.ToolEdit, r.path(file)
		for i, v := range r.v.fields[edits].list {
			if v.kind != isObject {
				return fmt.Errorf("%s: number %d is %v", edits, i+1, v.kind)
			}
			if err := check(one, v); err != nil {
				if errors.Is(err, errMore) {
					return err
				}
				return fmt.Errorf("%s: number %d: %w", edits, i+1, err)
			}
			if p, ok := v.fields[more]; ok && p.text != r.text(file) {
				return fmt.Errorf("%s: number %d is about another file", edits, i+1)
			}
			r.c.Edits = append(r.c.Edits, wire.Edit{Old: v.fields[old].text, New: v.fields[now].text, All: v.fields[all].flag})
		}
		if len(r.c.Edits) == 0 {
			return fmt.Errorf("%s is empty", edits)
		}
		return nil
	}}
}

// run is a command line for a shell.
func run(dir, list string) tool {
	list = "!command " + list
	if dir != "" {
		list += " " + dir
	}
	return tool{takes(list), func(r *reader) error {
		r.c.Tool, r.c.Command, r.c.HasCommand = wire.ToolExec, r.text("command"), true
		r.c.Task = r.text("description")
		if dir == "" || r.text(dir) == "" {
			return nil
		}
		at := r.path(dir)
		switch {
		case at == "", hasParent(at):
			return errMore
		case !path.IsAbs(at):
			at = strings.TrimSuffix(r.c.Cwd, "/") + "/" + at
		}
		r.c.Cwd = at
		return nil
	}}
}

// search looks for names or text below a folder.
func search(dir, pattern, list string) tool {
	return tool{takes(dir + " " + pattern + " " + list), func(r *reader) error {
		pattern := strings.TrimPrefix(pattern, "!")
		r.c.Tool, r.c.Pattern = wire.ToolSearch, r.text(pattern)
		at, ok := r.folder(dir)
		if !ok || strings.HasPrefix(r.c.Pattern, "/") || strings.HasPrefix(r.c.Pattern, "~") || strings.Contains(r.c.Pattern, "..") {
			// Where it looks is in the pattern, or known only to the agent.
			r.c.Tool, r.show = wire.ToolRead, true
			return nil
		}
		r.c.Path = at
		return nil
	}}
}

// grep is search where the pattern is no path.
func grep(dir, list string) tool {
	return tool{takes(dir + " !pattern " + list), func(r *reader) error {
		r.c.Tool, r.c.Pattern = wire.ToolSearch, r.text("pattern")
		at, ok := r.folder(dir)
		if !ok {
			r.c.Tool, r.show = wire.ToolRead, true
			return nil
		}
		r.c.Path = at
		return nil
	}}
}

func fetch(list string) tool {
	return tool{takes("!url " + list), func(r *reader) error {
		r.c.Tool, r.c.URL = wire.ToolFetch, r.text("url")
		return nil
	}}
}

// online uses the network for something other than one address.
func online(list string) tool {
	return tool{takes(list), func(r *reader) error {
		r.c.Tool, r.show = wire.ToolFetch, true
		return nil
	}}
}

// notebook changes one cell.
func notebook() tool {
	return tool{takes("!notebook_path cell_id new_source cell_type edit_mode"), func(r *reader) error {
		e := wire.Edit{Cell: r.text("cell_id"), New: r.text("new_source")}
		switch r.text("edit_mode") {
		case "", "replace":
		case "insert":
			e.Insert = true
		case "delete":
			e.New = ""
		default:
			return errMore
		}
		if e.Cell == "" {
			e.Cell = "0"
		}
		r.c.Tool, r.c.Path, r.c.Edits = wire.ToolEdit, r.path("notebook_path"), []wire.Edit{e}
		return nil
	}}
}

// server is a tool of an MCP server, named "server__tool".
func server(c *wire.Call, name string, input value) *wire.Call {
	c.Tool, c.Name, c.Args = wire.ToolMCP, name, string(input.raw)
	return c
}
