package gateway

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// Describe says in words what the operator decides about. Every string of it is
// safe to display. It reads files and may run git, safely, bounded in time (a few
// seconds) and size: call it from the door's goroutine. It is total.
func Describe(c *Call, j Judgement, w World) (t Text) {
	defer func() {
		if r := recover(); r != nil {
			t = Text{Form: FormTool, Verb: "Run", Object: display.Safe(c.Name + " " + line(c)), EndNeeded: true}
			t.field("Problem", "it could not be described in full")
		}
	}()
	d := describing{c: c, j: j, w: w}
	switch c.Tool {
	case wire.ToolWrite, wire.ToolEdit:
		d.file()
	case wire.ToolExec:
		d.command()
	case wire.ToolRead, wire.ToolSearch, wire.ToolDelete, wire.ToolMove, wire.ToolFetch, wire.ToolMCP, wire.ToolNone:
		d.tool()
	default:
		d.tool()
	}
	d.t.EndNeeded = j.Risk == High || j.Risk == Destructive
	return d.t
}

type describing struct {
	c *Call
	j Judgement
	w World
	t Text
}

// field adds a labelled row of text that is not safe yet; an empty one is left out.
func (t *Text) field(name, value string) {
	if value != "" {
		t.Fields = append(t.Fields, Field{Name: name, Value: display.Safe(value)})
	}
}

// body sets the rows below the fields.
func (t *Text) body(is string, b body) {
	t.Body, t.BodyIs, t.Cut = b.rows, is, b.cut
}

// show shortens a path that lies in the project or the home.
func (d *describing) show(p string) string {
	switch {
	case p == "":
		return ""
	case p == d.w.Root:
		return "."
	case d.w.Root != "/" && below(d.w.Root, p):
		return p[len(d.w.Root)+1:]
	case d.w.Home != "" && d.w.Home != "/" && p != d.w.Home && below(d.w.Home, p):
		return "~" + p[len(d.w.Home):]
	}
	return p
}

// tool describes what is neither a file that is written nor a command.
func (d *describing) tool() {
	c, t := d.c, &d.t
	t.Form = FormTool
	name := d.show(absolute(c.Path, c, d.w))
	t.field("Tool", orElse(c.Name, string(c.Tool)))
	switch c.Tool {
	case wire.ToolRead:
		t.Verb, t.Object = "Read", orElse(name, "a path known only when it runs")
		t.field("File", name)
		t.field("Arguments", c.Args)
	case wire.ToolSearch:
		t.Verb, t.Object = "Search", c.Pattern+" in "+orElse(name, ".")
		t.field("Pattern", c.Pattern)
		t.field("Folder", orElse(name, "."))
	case wire.ToolDelete:
		t.Verb, t.Object = "Delete", name
		t.field("Path", name)
	case wire.ToolMove:
		to := d.show(absolute(c.To, c, d.w))
		t.Verb, t.Object = "Move", name+" → "+to
		t.field("From", name)
		t.field("To", to)
	case wire.ToolFetch:
		t.Verb, t.Object = "Fetch", orElse(c.URL, c.Args)
		t.field("URL", c.URL)
		t.field("Host", orElse(shell.Host(c.URL), "it cannot be said for certain"))
		t.field("Arguments", c.Args)
	case wire.ToolMCP, wire.ToolNone, wire.ToolWrite, wire.ToolEdit, wire.ToolExec:
		d.other(name)
	default:
		d.other(name)
	}
	t.Object = display.Safe(t.Object)
	d.effects()
}

// other describes a tool of which nothing but its arguments is known.
func (d *describing) other(path string) {
	c, t := d.c, &d.t
	t.Verb, t.Object = "Use", strings.TrimSpace(c.Name+" "+c.Args)
	t.field("Arguments", c.Args)
	t.field("Path", path)
	t.field("URL", c.URL)
}

// command describes a command: as a commit where it is one, else by its text.
func (d *describing) command() {
	t := &d.t
	t.Form, t.Verb = FormTool, "Run"
	if d.commit() {
		return
	}
	d.commandFields()
}

func (d *describing) commandFields() {
	c, t := d.c, &d.t
	text := commandLine(c)
	object := text
	args, _ := Passed(c)
	if len(args) > 0 {
		object = line(c)
	}
	if c.Stdin == wire.StdinInteractive && !c.HasCommand && c.Script == "" {
		t.Verb, text = "Start", "interactive shell ("+c.Name+")"
		object = text
	}
	if t.Object == "" {
		t.Object = display.Safe(strings.TrimRight(object, "\n"))
	}
	t.field("Tool", orElse(c.Name, "command"))
	t.field("Command", text)
	t.field("Arguments", quoted(args))
	if c.Cwd != d.w.Root {
		t.field("Folder", orElse(d.show(c.Cwd), "deleted"))
	}
	if c.Program != "" && !systemFolder(path.Dir(c.Program)) {
		t.field("Program", c.Program)
	}
	for _, p := range d.j.Parts {
		if p.Start < 0 && len(p.Argv) == 0 && isVariable(c, p.Text) {
			t.field("With", p.Text)
		}
	}
	if c.Script != "" && len(t.Body) == 0 {
		t.field("Script", d.show(absolute(c.Script, c, d.w)))
		var b body
		for _, l := range lines(c.ScriptText) {
			b.add("", l)
		}
		if missing := c.ScriptSize - int64(len(c.ScriptText)); missing > 0 {
			b.add("", fmt.Sprintf("… and %d bytes more", missing))
		}
		if len(b.rows) > 0 {
			t.body("script", b)
		}
	}
	d.effects()
}

// isVariable tells whether a part's text is one of the call's variables.
func isVariable(c *Call, text string) bool {
	return slices.Contains(c.Env, text)
}

// maxEffects bounds the effects that are listed.
const maxEffects = 12

// effects adds what the call does, gravest first, and what there is now.
func (d *describing) effects() {
	var all []Effect
	for _, p := range d.j.Parts {
		for _, e := range p.Effects {
			if e.Why != "" && !slices.ContainsFunc(all, func(x Effect) bool { return x.Why == e.Why }) {
				all = append(all, e)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Effect) int {
		switch {
		case graver(a, b):
			return -1
		case graver(b, a):
			return 1
		}
		return 0
	})
	words := make([]string, 0, maxEffects)
	for i, e := range all {
		if i == maxEffects {
			words = append(words, fmt.Sprintf("and %d things more", len(all)-i))
			break
		}
		what := e.Why
		if e.Outside {
			what += " (OUTSIDE the project)"
		}
		if e.Protected {
			what += " (protected)"
		}
		words = append(words, what)
	}
	d.t.field("Effects", strings.Join(words, "; "))
	d.there(all)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
