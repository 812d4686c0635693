package gateway

import (
	"errors"
	"fmt"
	"slices"

	"github.com/pelletier/go-toml/v2/unstable"
)

// What the value of a key has to be, in words.
const (
	isText  = "a text in quotes"
	isTexts = "a text in quotes, or a list of such"
	isFlag  = "true or false"
	isCount = "a number"
)

// ruleKeys are the keys of a rule and what their values have to be.
func ruleKeys() map[string]string {
	return map[string]string{
		"id": isText, "allow": isText, "prompt": isText, "deny": isText, "why": isText, "until": isText,
		"agent": isTexts, "tool": isTexts, "path": isTexts, "command": isTexts, "host": isTexts, "effects": isTexts, "unless": isTexts,
		"match": isTexts, "no_match": isTexts, "always": isFlag, "uses": isCount,
	}
}

// fileKeys are those of a file of rules itself.
func fileKeys() map[string]string {
	return map[string]string{"presets": isTexts, "rule": "a table: write [[rule]] above each rule"}
}

// checkKeys refuses what the decoder would take for something else than what
// stands there: a key in another case than ours, a number in the place of a text.
func checkKeys(text []byte, file string) error {
	var errs []error
	known, in := fileKeys(), true
	for s := range statements(text) {
		if s.kind != unstable.KeyValue {
			known, in = ruleKeys(), s.name == "rule" && s.whole
			continue
		}
		if !in || !s.whole { // nothing of ours: the decoder says so
			continue
		}
		switch want, ok := known[s.name]; {
		case !ok:
			errs = append(errs, fmt.Errorf("%s:%d: unknown key %q: %s", file, s.line, s.name, nearest(s.name, keys(known))))
		case !fits(s.value, want):
			errs = append(errs, fmt.Errorf("%s:%d: %s: it has to be %s", file, s.line, s.name, want))
		}
	}
	return errors.Join(errs...)
}

// fits tells whether a value is what it has to be.
func fits(v *unstable.Node, want string) bool {
	switch want {
	case isText:
		return v.Kind == unstable.String
	case isFlag:
		return v.Kind == unstable.Bool
	case isCount:
		return v.Kind == unstable.Integer
	case isTexts:
		if v.Kind != unstable.Array {
			return v.Kind == unstable.String
		}
		for of := v.Children(); of.Next(); {
			if of.Node().Kind != unstable.String && of.Node().Kind != unstable.Comment {
				return false
			}
		}
	}
	return true
}

func keys(of map[string]string) []string {
	list := make([]string, 0, len(of))
	for k := range of {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
