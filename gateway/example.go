package gateway

import (
	"slices"
	"strings"
	"time"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// decides tells whether the rule alone decides an example: a command line, a
// path, a host or URL, or the name of a tool, as its kind has it. What can only be
// a command is one for a rule about effects too, which binds commands as well.
func (r *Rule) decides(text string) (bool, error) {
	c := r.exampleCall(text)
	decided, err := r.decidesCall(c)
	if err != nil || decided || c.Tool == wire.ToolExec || c.Tool == wire.ToolMCP || !strings.ContainsAny(text, " \t\n;|&<>") {
		return decided, err
	}
	c.Tool, c.Command, c.HasCommand, c.Path, c.URL = wire.ToolExec, text, true, "", ""
	return r.decidesCall(c)
}

// decidesCall tells whether the rule alone decides a call.
func (r *Rule) decidesCall(c *Call) (bool, error) {
	alone := *r
	alone.Agent = nil // an example is the call of an agent that the rule is for
	alone.Match, alone.NoMatch = nil, nil
	alone.Ends = time.Time{} // what it decides as long as it is in force
	p, err := Default().With([]Rule{alone})
	if err != nil {
		return false, err
	}
	w := World{FS: nothing{}, Home: "/home/you", Root: "/home/you/project"}
	ju := newJudging(p, c, Asker{}, w)
	decided := false
	for i := range ju.parts {
		o := ju.part(i)
		switch {
		case o.layer == string(r.Layer) && o.rule == r.ID:
			decided = true
		case r.Verdict == Allow && !ju.rides[i]:
			return false, nil // an allow has to cover every part
		}
	}
	return decided, nil
}

// exampleCall makes the call that an example stands for.
func (r *Rule) exampleCall(text string) *Call {
	c := &Call{Door: wire.DoorHook, Name: "example", Cwd: "/home/you/project"}
	switch {
	case r.Kind == Exec, r.Kind == Any && len(r.Path)+len(r.Host) == 0:
		c.Tool, c.Command, c.HasCommand = wire.ToolExec, text, true
	case r.Kind == MCP:
		c.Tool, c.Name = wire.ToolMCP, text
	case (r.Kind == shell.Network || len(r.Host) > 0) && !strings.ContainsAny(text, " \t\n"):
		c.Tool, c.URL = wire.ToolFetch, text
	case len(r.Path) > 0:
		c.Tool, c.Path = fileTool(r.Kind), text
	default:
		c.Tool, c.Command, c.HasCommand = wire.ToolExec, text, true
	}
	if len(r.Tool) > 0 && r.Kind != MCP && !slices.Contains(r.Tool, "*") {
		c.Name = r.Tool[0]
	}
	return c
}

// fileTool is the tool that has an effect of the kind on a file.
func fileTool(k shell.Kind) wire.Tool {
	if k == shell.Read {
		return wire.ToolRead
	}
	if k == shell.Delete {
		return wire.ToolDelete
	}
	return wire.ToolEdit
}
