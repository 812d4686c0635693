package keymap

import (
	"fmt"
	"slices"
)

// spares are the prefixes to take where the outer terminal's tmux has the wanted
// one, in the order in which they are tried.
var spares = []string{"C-]", `C-\`, "M-Space"}

// ChoosePrefix gives the prefix that reaches kavi inside a tmux whose own
// prefixes are outer (none outside of tmux): the wanted one or, where tmux would
// keep that for itself, C-]. The note says so, and is "" where nothing changed.
func ChoosePrefix(want Key, outer []Key) (prefix Key, note string) {
	if !slices.Contains(outer, want) {
		return want, ""
	}
	for _, s := range spares {
		spare, err := Parse(s)
		if err == nil && spare != want && !slices.Contains(outer, spare) {
			return spare, "the tmux around kavi has " + want.String() + " as its prefix: kavi's is " + spare.String()
		}
	}
	return want, "the tmux around kavi has " + want.String() + " as its prefix too: press it twice"
}

// free says why a key cannot be the prefix: what is typed belongs to the agents.
func (k Key) free() error {
	typed := k.Named == NoName || slices.Contains([]Named{KeyEnter, KeyTab, KeyBackTab, KeyEscape, KeyBackspace}, k.Named)
	if typed && k.Mod&(Ctrl|Meta) == 0 {
		return fmt.Errorf("%s is typed into agents: it needs Ctrl or Alt, as in C-Space or M-a", k)
	}
	return nil
}
