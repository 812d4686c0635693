package main

import (
	"errors"
	"fmt"

	"kavi/gateway"
)

// tighten puts into c what a file of the repository may say: a stricter level, a
// shorter wait. Everything else in it is well-formed and does not hold; notes
// say so. Levels, agents and keys of a repository are a stranger's.
func (f *file) tighten(c *config) (notes []string, err error) {
	var errs []error
	ignored := func(table, key string) {
		name := key
		if table != "" {
			name = table + "." + key
		}
		notes = append(notes, fmt.Sprintf("%s:%d: %s is ignored: a repository's config may only tighten", f.path, f.row(table, key), name))
	}
	if f.Agents != nil {
		ignored("", "agents")
	}
	if f.Prefix != nil {
		ignored("", "prefix")
	}
	if f.KeepAwake != nil {
		ignored("", "keep_awake")
	}
	if f.Presets != nil {
		ignored("", "presets")
	}
	if f.Keys != nil {
		ignored("", "keys")
	}
	if f.Approvals.Notify != nil {
		ignored("approvals", "notify")
	}
	if f.Approvals.Sound != nil {
		ignored("approvals", "sound")
	}
	if f.Namespaces != nil {
		ignored("", "namespaces")
	}
	if f.Approvals.Timeout != nil {
		d, err := wait(f.Approvals.Timeout)
		switch {
		case err != nil:
			errs = append(errs, f.at(f.row("approvals", "timeout"), "approvals.timeout: %w", err))
		case d > 0 && (c.Timeout == 0 || d < c.Timeout):
			c.Timeout = d
		case d != c.Timeout:
			ignored("approvals", "timeout")
		}
	}
	level, err := f.level("tasks", "default_approval", f.Tasks.DefaultApproval)
	switch {
	case err != nil:
		errs = append(errs, err)
	case level == nil:
	default:
		// Every level that the operator's own file can lead to must be the stricter of the two.
		held := false
		c.Level, held = stricter(c.Level, *level)
		for i := range c.Namespaces {
			if c.Namespaces[i].Level != gateway.LevelDefault {
				c.Namespaces[i].Level, _ = stricter(c.Namespaces[i].Level, *level)
			}
		}
		if !held {
			ignored("tasks", "default_approval")
		}
	}
	return notes, errors.Join(errs...)
}

// stricter gives the level that lets nothing through that either would hold, as
// far as there is one among the two; held says that it is the new one, or equal.
// The documented defaults and on-write hold different things, so neither
// replaces the other.
func stricter(have, want gateway.Level) (level gateway.Level, held bool) {
	if have == want {
		return have, true
	}
	looser := map[gateway.Level][]gateway.Level{
		gateway.LevelAlways:   {gateway.LevelNone, gateway.LevelOnCommit, gateway.LevelOnWrite, gateway.LevelDefault},
		gateway.LevelOnWrite:  {gateway.LevelNone, gateway.LevelOnCommit},
		gateway.LevelOnCommit: {gateway.LevelNone},
		gateway.LevelDefault:  {gateway.LevelNone},
		gateway.LevelNone:     {},
	}
	for _, l := range looser[want] {
		if l == have {
			return want, true
		}
	}
	return have, false
}
