package gateway

import (
	"bytes"
	"fmt"
	"iter"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// atKey is what is wrong with the value of one key of a rule.
type atKey struct {
	key string
	err error
}

func (e *atKey) Error() string { return e.err.Error() }

func (e *atKey) Unwrap() error { return e.err }

// wrong is an error about the value of a key.
func wrong(key, format string, args ...any) error {
	return &atKey{key, fmt.Errorf(format, args...)}
}

// ruleAt is where a rule stands in its file: the line of its [[rule]], and those
// of its keys.
type ruleAt struct {
	head int
	keys map[string]int
}

// statement is what one line of a file of rules begins with: the head of a table, or
// a key with its value.
type statement struct {
	kind  unstable.Kind
	name  string // the first part of its name
	whole bool   // there is no other part
	line  int
	value *unstable.Node // of a key
}

// statements are those of a file, in order, up to the first that is no TOML.
func statements(text []byte) iter.Seq[statement] {
	return func(yield func(statement) bool) {
		var p unstable.Parser
		p.Reset(text)
		line, counted := 1, 0
		for p.NextExpression() {
			e := p.Expression()
			if e.Kind != unstable.ArrayTable && e.Kind != unstable.Table && e.Kind != unstable.KeyValue {
				continue
			}
			key := e.Key()
			if !key.Next() {
				continue
			}
			if at := int(key.Node().Raw.Offset); at > counted {
				line += bytes.Count(text[counted:at], []byte{'\n'})
				counted = at
			}
			s := statement{kind: e.Kind, name: string(key.Node().Data), whole: key.IsLast(), line: line}
			if e.Kind == unstable.KeyValue {
				s.value = e.Value()
			}
			if !yield(s) {
				return
			}
		}
	}
}

// layout finds the rules of a file, in order. single is the line of the first
// [rule], which is none; 0 where there is none.
func layout(text []byte) (rules []ruleAt, single int) {
	in := false
	for s := range statements(text) {
		if s.kind == unstable.KeyValue {
			if in && s.whole {
				rules[len(rules)-1].keys[s.name] = s.line
			}
			continue
		}
		head := s.name == "rule" && s.whole
		in = head && s.kind == unstable.ArrayTable
		if in {
			rules = append(rules, ruleAt{head: s.line, keys: map[string]int{}})
		}
		if head && !in && single == 0 {
			single = s.line
		}
	}
	return rules, single
}

// plausible refuses lists that are empty, which would be about all, and what looks
// like a pattern where only * is one: it would never match what it is meant for.
func (t *ruleText) plausible() error {
	for _, l := range []struct {
		key    string
		values patterns
	}{
		{"agent", t.Agent},
		{"tool", t.Tool},
		{"path", t.Path},
		{"command", t.Command},
		{"host", t.Host},
		{"effects", t.Effects},
		{"unless", t.Unless},
	} {
		if l.values != nil && len(l.values) == 0 {
			return wrong(l.key, "%s is an empty list: leave the key out where it is to be about all", l.key)
		}
	}
	names := map[string]patterns{"agent": t.Agent, "tool": t.Tool}
	commands := map[string]patterns{"command": t.Command}
	for _, kind := range []*string{t.Allow, t.Prompt, t.Deny} {
		switch {
		case kind == nil:
		case *kind == string(MCP):
			names["unless"] = t.Unless
		case *kind == string(Exec), *kind == string(Any) && len(t.Path) == 0:
			commands["unless"] = t.Unless
		}
	}
	for _, key := range []string{"agent", "tool", "unless"} {
		for _, s := range names[key] {
			if s == "" {
				return wrong(key, `%s "" is empty`, key)
			}
			if c := strayMeta(s); c != 0 {
				return wrong(key, "%s %q has a %c: only * is a pattern there; write \\%c for the character", key, s, c, c)
			}
		}
	}
	for _, key := range []string{"command", "unless"} {
		for _, s := range commands[key] {
			if strayBracket(s) {
				return wrong(key, "%s %q has a [: only * is a pattern there; write '[' for the character", key, s)
			}
		}
	}
	return nil
}

// strayMeta gives the first character of a name's pattern that would be special in
// another language of patterns, 0 where there is none.
func strayMeta(s string) byte {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '[', ']', '{', '}', '?':
			return s[i]
		}
	}
	return 0
}

// strayBracket tells whether a [ stands unquoted within a word of a command. The
// commands [ and [[ are words of their own.
func strayBracket(s string) bool {
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\\':
			i++
		case c == '\'' || c == '"':
			quote = c
		case c == '[':
			end := i + 1
			if end < len(s) && s[end] == '[' {
				end++
			}
			alone := (i == 0 || strings.IndexByte(" \t", s[i-1]) >= 0) && (end == len(s) || strings.IndexByte(" \t", s[end]) >= 0)
			if !alone {
				return true
			}
			i = end - 1
		}
	}
	return false
}
