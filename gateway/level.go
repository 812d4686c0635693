package gateway

import (
	"fmt"
	"slices"
	"strings"

	"kavi/gateway/shell"
)

// Levels are the approval levels that can be named, from the loosest.
func Levels() []Level {
	return []Level{LevelNone, LevelOnCommit, LevelOnWrite, LevelAlways}
}

// Valid reports whether l is one of the levels, or none given.
func (l Level) Valid() bool {
	return l == LevelDefault || slices.Contains(Levels(), l)
}

// ParseLevel reads a level as flags and config name it.
func ParseLevel(s string) (Level, error) {
	if l := Level(strings.TrimSpace(s)); l != LevelDefault && l.Valid() {
		return l, nil
	}
	names := make([]string, 0, len(Levels()))
	for _, l := range Levels() {
		names = append(names, string(l))
	}
	return LevelDefault, fmt.Errorf("approval level %q: not one of %s", s, strings.Join(names, ", "))
}

// effect is what a level says of one effect, without any rule; the README's
// "Approval levels". For the documented defaults, which none shares, it is not yet
// said that commands prompt.
func (l Level) effect(e Effect) Action {
	switch {
	case e.Never:
		return Deny
	case l == LevelAlways || !l.Valid():
		return Prompt
	case e.Kind == shell.Read:
		return Allow
	case e.Outside, e.Protected:
		return Prompt
	}
	switch e.Kind {
	case shell.Write:
		if l != LevelOnWrite {
			return Allow
		}
	case shell.Overwrite, shell.Delete, shell.Unknown:
		if l == LevelOnCommit {
			return Allow
		}
	case shell.Read, shell.Network, shell.Commit, shell.Opaque, shell.Privilege:
	}
	return Prompt
}

// commands tells whether every command prompts, whatever its effects.
func (l Level) commands() bool {
	return l == LevelDefault || l == LevelNone
}

// caps are the effects that an allow at this level stands for.
func (l Level) caps() []shell.Kind {
	switch l {
	case LevelOnCommit:
		return []shell.Kind{shell.Read, shell.Write, shell.Overwrite, shell.Delete, shell.Unknown}
	case LevelOnWrite:
		return []shell.Kind{shell.Read}
	case LevelDefault, LevelNone, LevelAlways:
	}
	return []shell.Kind{shell.Read, shell.Write}
}
