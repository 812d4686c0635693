package gateway

import (
	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// Leaves says what the files that a file tool changes will hold after it, by their
// resolved paths; a nil content stands for nothing. What cannot be said for certain
// is left out. It reads files.
func Leaves(c *Call, w World) map[string][]byte {
	out := make(map[string][]byte)
	env := shellEnv(c, w)
	for _, f := range c.Targets() {
		path, ok := shell.Resolve(f.Path, env)
		if !ok || f.Path == "" || f.Loose {
			continue
		}
		switch f.Tool {
		case wire.ToolWrite:
			out[path] = notNil(f.Content)
		case wire.ToolDelete:
			out[path] = nil
		case wire.ToolEdit:
			if before, problem := present(path, true); problem == "" {
				if after, problem := edited(before, f.Edits); problem == "" {
					out[path] = notNil(after)
				}
			}
		case wire.ToolMove:
			to, ok := shell.Resolve(f.To, env)
			if text, err := readBounded(path, maxCompared); ok && err == nil {
				out[path], out[to] = nil, notNil(text)
			}
		case wire.ToolNone, wire.ToolRead, wire.ToolSearch, wire.ToolExec, wire.ToolFetch, wire.ToolMCP:
		}
	}
	return out
}

// notNil is an empty content where there is none: the file is there.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
