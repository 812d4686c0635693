package keymap

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// DefaultPrefix is the prefix where the configuration names none.
const DefaultPrefix = "C-Space"

// Keys says which key does what. Immutable.
type Keys struct {
	prefix Key
	tables map[Table]*table
}

type table struct {
	order  []Action
	keys   map[Action][]Key
	action map[Key]Action
}

// Default holds the keys as they are without configuration.
func Default() *Keys {
	k, err := New("", nil)
	if err != nil {
		panic("keymap: the built-in keys: " + err.Error()) // a test parses them all
	}
	return k
}

// Error is one thing that is wrong with the configuration of keys.
type Error struct {
	Table, Action string // where, as written; Action is "" for a table, both for the prefix
	Why           string // what is wrong, with the nearest right name
}

func (e *Error) Error() string {
	switch {
	case e.Table == "":
		return "prefix: " + e.Why
	case e.Action == "":
		return "keys." + e.Table + ": " + e.Why
	}
	return "keys." + e.Table + "." + e.Action + ": " + e.Why
}

// New gives the keys with the operator's changes: prefix ("" is the default) and
// for each table an action's keys, each a string or a list of strings. An
// action that is named has only these keys; an empty list takes its keys away.
// The error joins one *Error for each thing that is wrong.
func New(prefix string, overrides map[string]map[string]any) (*Keys, error) {
	k := &Keys{tables: map[Table]*table{}}
	var errs []error
	fail := func(t, a, format string, args ...any) {
		errs = append(errs, &Error{t, a, fmt.Sprintf(format, args...)})
	}
	var err error
	if prefix == "" {
		prefix = DefaultPrefix
	}
	if k.prefix, err = Parse(prefix); err == nil {
		err = k.prefix.free()
	}
	if err != nil {
		fail("", "", "%v", err)
	}
	for _, name := range sortedKeys(overrides) {
		if !slices.Contains(Tables(), Table(name)) {
			fail(name, "", "there is no such table%s", didYouMean(name, Tables()))
		}
	}
	for _, name := range Tables() {
		t := newTable(name)
		changes := overrides[string(name)]
		for _, action := range sortedKeys(changes) {
			if !slices.Contains(t.order, Action(action)) {
				fail(string(name), action, "there is no such action%s", didYouMean(action, t.order))
				continue
			}
			keys, err := parseKeys(changes[action])
			if err != nil {
				fail(string(name), action, "%v", err)
				continue
			}
			if len(keys) == 0 && Action(action) == Leave {
				fail(string(name), action, "it needs a key: without one there is no way back")
				continue
			}
			t.keys[Action(action)] = keys
		}
		for _, a := range t.order {
			for _, key := range t.keys[a] {
				if other, taken := t.action[key]; taken && other != a {
					mine := a
					if _, changed := changes[string(a)]; !changed {
						mine, other = other, a // what the operator wrote is what is wrong
					}
					fail(string(name), string(mine), "%v is already %s (%s): give one of the two another key", key, other, other.Help())
					continue
				}
				t.action[key] = a
			}
		}
		k.tables[name] = t
	}
	if a, taken := k.tables[Prefix].action[k.prefix]; taken && err == nil {
		fail(string(Prefix), string(a), "%v is the prefix, which sends itself when it is pressed twice", k.prefix)
	}
	for _, name := range Tables() { // a built-in key has others beside it
		for _, action := range sortedKeys(overrides[string(name)]) {
			if name != Prefix && err == nil && slices.Contains(k.tables[name].keys[Action(action)], k.prefix) {
				fail(string(name), action, "%v is the prefix, which is looked at first: give it another key", k.prefix)
			}
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return k, nil
}

// newTable is a table with its built-in keys, not yet looked up by key.
func newTable(name Table) *table {
	t := &table{keys: map[Action][]Key{}, action: map[Key]Action{}}
	for _, b := range defaults[name] {
		t.order = append(t.order, b.action)
		for _, s := range b.keys {
			key, err := Parse(s)
			if err != nil {
				panic("keymap: a built-in key: " + err.Error()) // a test parses them all
			}
			t.keys[b.action] = append(t.keys[b.action], key)
		}
	}
	return t
}

// parseKeys reads the keys of one action as a configuration file gives them.
func parseKeys(v any) ([]Key, error) {
	var names []string
	switch v := v.(type) {
	case string:
		names = []string{v}
	case []string:
		names = v
	case []any:
		for _, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, fmt.Errorf("%v is not a key: keys are strings", e)
			}
			names = append(names, s)
		}
	default:
		return nil, fmt.Errorf("%v is not a key: keys are a string or a list of strings", v)
	}
	var keys []Key
	for _, s := range names {
		key, err := Parse(s)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// Prefix is the key after which the table Prefix holds for one key.
func (k *Keys) Prefix() Key { return k.prefix }

// WithPrefix gives the same keys with another prefix, for one client.
func (k *Keys) WithPrefix(p Key) *Keys {
	c := *k
	c.prefix = p
	return &c
}

// Action is what the key does in the table, or "" where it does nothing there.
func (k *Keys) Action(t Table, key Key) Action {
	if k.tables[t] == nil {
		return ""
	}
	return k.tables[t].action[key]
}

// Of gives the keys that an action has in a table, the one to show first; none
// where the operator took them away.
func (k *Keys) Of(t Table, a Action) []Key {
	if k.tables[t] == nil {
		return nil
	}
	return slices.Clone(k.tables[t].keys[a])
}

// Actions gives a table's actions in the order in which help shows them.
func (k *Keys) Actions(t Table) []Action {
	if k.tables[t] == nil {
		return nil
	}
	return slices.Clone(k.tables[t].order)
}

// Show writes an action's first key, or "" where it has none.
func (k *Keys) Show(t Table, a Action) string {
	if keys := k.Of(t, a); len(keys) > 0 {
		return keys[0].String()
	}
	return ""
}

func didYouMean[T ~string](s string, of []T) string {
	names := make([]string, len(of))
	for i, n := range of {
		names[i] = string(n)
	}
	if n := nearest(s, names); n != "" {
		return ": did you mean " + n + "?"
	}
	sort.Strings(names)
	return ": there are " + strings.Join(names, ", ")
}

func sortedKeys[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
