package main

import (
	"encoding"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"kavi/session"
	"kavi/session/ledger"
)

// TestTheHelpDescribesWhatIsPrintedAsJSON finds every name of a command's JSON in its
// help, but for what another command's help describes.
func TestTheHelpDescribesWhatIsPrintedAsJSON(t *testing.T) {
	root := (&app{}).root()
	for _, c := range []struct {
		command string
		prints  []any
		not     []any  // these are another command's
		but     string // what it never prints
	}{
		{command: "ls", prints: []any{listedSession{}}},
		{command: "approval list", prints: []any{listedApproval{}, listedChange{}}, not: []any{session.FileChange{}}, but: "diff"},
		{command: "approval show", prints: []any{shownApproval{}, listedChange{}}, not: []any{session.FileChange{}, answerPart{}}},
		{command: "rules list", prints: []any{listedRule{}}},
		{command: "rules check", prints: []any{answer{}}},
		{command: "log", prints: []any{ledger.Entry{}, ledger.Report{}}},
		{command: "changes", prints: []any{session.FileChange{}}},
		{command: "worktree list", prints: []any{listedWorktree{}}},
		{command: "doctor", prints: []any{finding{}}},
	} {
		cmd, _, err := root.Find(strings.Fields(c.command))
		if err != nil {
			t.Fatal(err)
		}
		known := make(map[reflect.Type]bool)
		for _, v := range c.not {
			known[reflect.TypeOf(v)] = true
		}
		var names []string
		for _, v := range c.prints {
			names = append(names, jsonNames(reflect.TypeOf(v), known)...)
		}
		if len(names) < 4 {
			t.Errorf("%s: only %q", c.command, names)
		}
		for _, name := range names {
			if name != c.but && !regexp.MustCompile(`\b`+name+`\b`).MatchString(cmd.Long) {
				t.Errorf("kavi %s --help does not say %s", c.command, name)
			}
		}
	}
}

// jsonNames are the names that a type has in JSON, with those of what is in it.
func jsonNames(of reflect.Type, known map[reflect.Type]bool) (names []string) {
	for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || known[of] || reflect.PointerTo(of).Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return nil
	}
	known[of] = true
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
		case !f.IsExported() || name == "-":
			continue
		default:
			names = append(names, name)
		}
		names = append(names, jsonNames(f.Type, known)...)
	}
	return names
}
