package gateway

import (
	"fmt"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// file describes a write or an edit, of one file or of several: the difference to
// what is there now.
func (d *describing) file() {
	t := &d.t
	t.Form, t.Verb = FormWrite, "Write"
	targets := d.c.Targets()
	var all body
	plus, minus, counted := 0, 0, true
	for i, f := range targets {
		if i == maxDescribed {
			t.field("Problem", fmt.Sprintf("%d files more are not shown", len(targets)-i))
			break
		}
		b, p, m, ok := d.target(f, len(targets) > 1)
		for _, r := range b.rows {
			if len(all.rows) < maxRows {
				all.rows = append(all.rows, r)
			} else {
				all.cut++
			}
		}
		all.cut += b.cut
		plus, minus, counted = plus+p, minus+m, counted && ok
		count := ""
		if ok {
			count = stats(p, m)
		}
		t.Counts = append(t.Counts, count)
	}
	object := display.Safe(orElse(d.show(absolute(targets[0].Path, d.c, d.w)), "a path that is not given"))
	if n := len(targets) - 1; n > 0 {
		object += fmt.Sprintf(" and %d more", n)
	}
	if counted {
		t.Lines = stats(plus, minus)
		t.field("Lines", t.Lines)
		object += " (" + t.Lines + ")"
	}
	t.Object = object
	t.field("Arguments", d.c.Args)
	d.effects()
	t.body("diff", all)
	if len(all.rows) == 0 {
		t.BodyIs = ""
	}
}

// maxDescribed bounds the files of one call whose changes are shown.
const maxDescribed = 500

// target describes what is done to one file. counted is false where the change
// could not be compared with what is there.
func (d *describing) target(f wire.File, several bool) (b body, plus, minus int, counted bool) {
	c, t := d.c, &d.t
	name := orElse(d.show(absolute(f.Path, c, d.w)), f.Path)
	env := shellEnv(c, d.w)
	known := f.Path != "" && !astray(f, env)
	target := ""
	if known {
		target, known = shell.Resolve(f.Path, env)
	}
	label := "File"
	switch f.Tool {
	case wire.ToolDelete:
		label = "Deletes"
	case wire.ToolMove:
		label = "Moves"
		name += " → " + d.show(absolute(f.To, c, d.w))
	case wire.ToolRead, wire.ToolSearch, wire.ToolWrite, wire.ToolEdit, wire.ToolExec, wire.ToolFetch, wire.ToolMCP, wire.ToolNone:
	}
	t.field(label, name)
	if known && f.Tool != wire.ToolDelete && target != absolute(f.Path, c, d.w) {
		t.field("Leads to", d.show(target))
	}
	if several {
		b.add("", "=== "+name)
	}
	before, problem := present(target, known)
	after := f.Content
	switch {
	case problem != "" && f.Tool == wire.ToolDelete:
		return b, 0, 0, false
	case problem != "":
		t.field("Problem", problem)
		part, _, _ := unified(nil, f.Content)
		if len(f.Edits) > 0 {
			part, _, _ = pieces(f.Edits)
		}
		b.rows, b.cut = append(b.rows, part.rows...), b.cut+part.cut
		return b, 0, 0, false
	case f.Tool == wire.ToolDelete:
		after = nil
	case f.Tool == wire.ToolEdit && c.Diff != "":
		return d.given(&b)
	case f.Tool == wire.ToolEdit && len(f.Edits) == 1 && f.Edits[0].Cell != "":
		return d.cell(&b, before, f.Edits[0])
	case f.Tool == wire.ToolEdit, f.Tool == wire.ToolMove:
		if after, problem = edited(before, f.Edits); problem != "" {
			t.field("Problem", problem)
			part, p, m := pieces(f.Edits)
			b.rows, b.cut = append(b.rows, part.rows...), b.cut+part.cut
			return b, p, m, true
		}
	}
	part, p, m := unified(before, after)
	b.rows, b.cut = append(b.rows, part.rows...), b.cut+part.cut
	return b, p, m, true
}

// given shows a difference that the door brought with it.
func (d *describing) given(b *body) (_ body, plus, minus int, counted bool) {
	d.t.Verb = "Edit"
	for _, l := range lines([]byte(d.c.Diff)) {
		switch {
		case strings.HasPrefix(l, "+++ "), strings.HasPrefix(l, "--- "):
		case strings.HasPrefix(l, "+"):
			plus++
		case strings.HasPrefix(l, "-"):
			minus++
		}
		b.add("", l)
	}
	return *b, plus, minus, true
}

// cell shows the change of a notebook's cell: its source, for the file around it
// is written anew by the agent.
func (d *describing) cell(b *body, notebook []byte, e wire.Edit) (_ body, plus, minus int, counted bool) {
	d.t.field("Cell", e.Cell)
	before, problem := cellOf(notebook, e.Cell)
	if e.Insert {
		before, problem = nil, ""
	}
	if problem != "" {
		d.t.field("Problem", problem)
	}
	part, p, m := unified(before, []byte(e.New))
	b.rows, b.cut = append(b.rows, part.rows...), b.cut+part.cut
	return *b, p, m, true
}

// astray tells whether the agent would look for the file elsewhere, as there is
// none where the call says.
func astray(f wire.File, env shell.Env) bool {
	if !f.Loose || env.FS == nil {
		return f.Loose
	}
	p, ok := shell.Resolve(f.Path, env)
	return !ok || !env.FS.Lstat(p).Exists
}
