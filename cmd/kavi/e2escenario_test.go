package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"kavi/gateway/hook"
	"kavi/gateway/hook/model"
	"kavi/gateway/wire"
	"kavi/session"
)

// scenario is one thing that is tried with each agent, in each mode.
type scenario struct {
	name string
	run  func(*testing.T, family, mode)
}

func scenarios() []scenario {
	return []scenario{
		{"held long", heldLong},
		{"everything", everything},
		{"ten at once", tenAtOnce},
		{"broken hook", brokenHook},
		{"switched off", switchedOff},
	}
}

// step is one call that the model asks for, and what must be seen of it.
type step struct {
	name  string
	call  model.Call
	tool  wire.Tool
	path  string   // what it is about
	lines string   // that it adds and takes away
	shows []string // of the diff, the command, the arguments
	ran   func() bool
}

// steps are one call of each kind.
func steps(t *testing.T, x *trial) []step {
	at := func(name string) string { return filepath.Join(x.project, name) }
	do, shell := x.f.tools, wire.ToolExec
	tool := func(own wire.Tool) wire.Tool { // Codex has a shell and patches, no more
		if x.f.name == hook.Codex {
			return shell
		}
		return own
	}
	remove, gone := shell, ""
	if x.f.name == hook.Codex {
		remove, gone = wire.ToolDelete, at("gone.txt")
	}
	path := func(name string) string {
		if x.f.name == hook.Codex {
			return ""
		}
		return name
	}
	text := func(name string) string { return x.read(t, name) }
	return []step{
		{"read", do.read(at("a.txt")), tool(wire.ToolRead), path(at("a.txt")), "", nil, nil},
		{"edit", do.edit(at("a.txt"), "two", "TWO"), wire.ToolEdit, at("a.txt"), "+1, -1", []string{"-two", "+TWO"}, func() bool { return text("a.txt") == "one\nTWO\nthree\n" }},
		{"write", do.write(at("new.txt"), "hello\nthere\n"), wire.ToolWrite, at("new.txt"), "+2, -0", []string{"+hello", "+there"}, func() bool { return text("new.txt") == "hello\nthere\n" }},
		{"shell", do.shell("echo once >> ran.txt"), shell, "", "", []string{"echo once >> ran.txt"}, func() bool { return x.exists("ran.txt") }},
		{"pipeline", do.shell("cat a.txt | sort | head -2 > sorted.txt"), shell, "", "", []string{"cat a.txt | sort | head -2 > sorted.txt"}, func() bool { return text("sorted.txt") == "TWO\none\n" }},
		{"delete", do.remove(at("gone.txt")), remove, gone, "", []string{"gone.txt"}, func() bool { return !x.exists("gone.txt") }},
		{"fetch", do.fetch(x.url + "/page"), tool(wire.ToolFetch), "", "", nil, nil},
		{"commit", do.shell(`git add -A && git commit -q -m "Fix null check"`), shell, "", "", []string{"Fix null check"}, func() bool { return strings.Contains(text(".git/logs/HEAD"), "Fix null check") }},
		{"mcp", do.ticket, wire.ToolMCP, "", "", []string{"T-1"}, func() bool { return exists(filepath.Join(x.home, "tickets")) }},
	}
}

// everything asks for one call of each kind, one after the other: each is held,
// shown as what it is, and runs once it was approved. The last is denied.
func everything(t *testing.T, f family, m mode) {
	var list []step
	var turns []model.Turn
	x := newTrial(t, f, m, func(x *trial) []model.Turn {
		list = steps(t, x)
		for _, s := range list {
			turns = append(turns, model.Turn{Text: "Now " + s.name + ".", Calls: []model.Call{s.call}})
		}
		turns = append(turns, model.Turn{Text: "One more.", Calls: []model.Call{f.tools.shell("touch unwanted")}})
		return turns
	})
	x.start(t)
	for i, s := range list {
		a := x.held(t, 1)[0]
		x.check(t, s, a)
		if want := fmt.Sprintf("apr_%02d", i+1); a.ID != want {
			t.Errorf("%s is %s, want %s: something prompted twice; %s", s.name, a.ID, want, x.explain(t))
		}
		if s.ran != nil && s.ran() {
			t.Errorf("%s has run before it was approved", s.name)
		}
		x.approve(t, a.ID)
		if s.ran != nil {
			x.await(t, s.name+" to run", s.ran)
		}
	}
	a := x.held(t, 1)[0]
	x.reject(t, a.ID, "leave that file alone")
	x.finished(t, len(turns))
	if x.exists("unwanted") {
		t.Error("what was denied has run")
	}
	if told := x.told(len(turns)); !strings.Contains(told, "denied by the operator: leave that file alone") {
		t.Errorf("the model was not told why: %s", told[max(0, len(told)-4000):])
	}
	if got := x.read(t, "ran.txt"); got != "once\n" {
		t.Errorf("the shell's command ran so often: %q", got)
	}
	for i, b := range x.account(t, turns) {
		if i < len(list) {
			b.tells(t, list[i])
		}
	}
	if f.name != hook.Qwen { // at its first start it writes its settings anew, which is shown
		x.quiet(t)
	}
}

// check compares what is held with what the model asked for.
func (x *trial) check(t *testing.T, s step, a *session.Approval) {
	t.Helper()
	c := a.Call
	tool, path := c.Tool, c.Path
	if len(c.Files) == 1 {
		tool, path = c.Files[0].Tool, c.Files[0].Path
	}
	if path != "" && !filepath.IsAbs(path) {
		path = filepath.Join(c.Cwd, path)
	}
	if tool != s.tool || path != s.path {
		t.Errorf("%s is held as %s of %q, want %s of %q", s.name, tool, path, s.tool, s.path)
	}
	shown := strings.Join(append([]string{c.Command, c.Args, a.Text.Object}, a.Text.Body...), "\n")
	for _, f := range a.Text.Fields {
		shown += "\n" + f.Value
	}
	for _, want := range s.shows {
		if !strings.Contains(shown, want) {
			t.Errorf("%s does not show %q but\n%s", s.name, want, shown)
		}
	}
	if (s.tool == wire.ToolEdit || s.tool == wire.ToolWrite) && a.Text.BodyIs != "diff" {
		t.Errorf("%s shows %q, no diff", s.name, a.Text.BodyIs)
	}
}
