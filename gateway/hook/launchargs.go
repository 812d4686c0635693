package hook

import (
	"slices"
	"strings"
)

// grammar is how a family reads its arguments, as far as kavi has to: which
// options take words after them. Where it does not know an option, the word after
// it counts as a word of its own, which errs on the side of seeing too much.
type grammar struct {
	value    string // options that take the next word, separated by blanks
	optional string // take the next word unless it looks like an option
	many     string // take all words up to the next option
}

// option is one option in the arguments.
type option struct {
	name   string // as it is written: --settings, -c
	values []string
	at     int // its place in the arguments
	n      int // how many arguments it takes up, itself included
}

// arguments are a command line that was read.
type arguments struct {
	args    []string
	options []option
	words   []int // the places of what belongs to no option
}

// read reads arguments: --name value, --name=value, -n value, -nvalue, clusters of
// single letters, and -- before the rest.
func (g grammar) read(args []string) arguments {
	a := arguments{args: args}
	takes := func(list, name string) bool { return slices.Contains(strings.Fields(list), name) }
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "--":
			for i++; i < len(args); i++ {
				a.words = append(a.words, i)
			}
		case len(arg) < 2 || arg[0] != '-':
			a.words = append(a.words, i)
		case strings.HasPrefix(arg, "--") && strings.Contains(arg, "="):
			name, value, _ := strings.Cut(arg, "=")
			a.options = append(a.options, option{name, []string{value}, i, 1})
		default:
			names, last, attached := cluster(arg, func(name string) bool { return takes(g.value, name) })
			for _, name := range names {
				a.options = append(a.options, option{name: name, at: i, n: 1})
			}
			o := option{name: last, at: i, n: 1}
			more := func() bool { return i+o.n < len(args) && !strings.HasPrefix(args[i+o.n], "-") }
			switch {
			case attached != "":
				o.values = []string{strings.TrimPrefix(attached, "=")}
			case takes(g.value, last) && i+1 < len(args):
				o.values, o.n = args[i+1:i+2], 2
			case takes(g.optional, last) && more():
				o.values, o.n = args[i+1:i+2], 2
			case takes(g.many, last):
				for more() {
					o.values, o.n = append(o.values, args[i+o.n]), o.n+1
				}
			}
			a.options = append(a.options, o)
			i += o.n - 1
		}
	}
	return a
}

// cluster takes single letters apart: -pc is -p -c, -cvalue is -c with a value.
func cluster(arg string, valued func(string) bool) (names []string, last, attached string) {
	if strings.HasPrefix(arg, "--") || len(arg) == 2 {
		return nil, arg, ""
	}
	for i := 1; i < len(arg); i++ {
		name := "-" + arg[i:i+1]
		if valued(name) || i == len(arg)-1 {
			return names, name, arg[i+1:]
		}
		names = append(names, name)
	}
	return names, arg, ""
}

// has gives the first of these options that is there.
func (a arguments) has(names ...string) (option, bool) {
	for _, o := range a.options {
		if slices.Contains(names, o.name) {
			return o, true
		}
	}
	return option{}, false
}

// all are the values of all of these options, in their order.
func (a arguments) all(names ...string) (values []string) {
	for _, o := range a.options {
		if slices.Contains(names, o.name) {
			values = append(values, o.values...)
		}
	}
	return values
}

// command is the first word, as far as it is one of commands.
func (a arguments) command(commands string) string {
	if len(a.words) > 0 && slices.Contains(strings.Fields(commands), a.args[a.words[0]]) {
		return a.args[a.words[0]]
	}
	return ""
}

// without are the arguments less these options and their values.
func (a arguments) without(names ...string) []string {
	gone := map[int]bool{}
	for _, o := range a.options {
		if slices.Contains(names, o.name) {
			for i := range o.n {
				gone[o.at+i] = true
			}
		}
	}
	return a.less(gone)
}

// optionsOnly are the arguments less these options and all words: what is left of
// a command line when a conversation goes on whose task is known.
func (a arguments) optionsOnly(names ...string) []string {
	gone := map[int]bool{}
	for _, i := range a.words {
		gone[i] = true
	}
	for i, arg := range a.args {
		if arg == "--" {
			for ; i < len(a.args); i++ {
				gone[i] = true
			}
			break
		}
	}
	for _, o := range a.options {
		if slices.Contains(names, o.name) {
			for i := range o.n {
				gone[o.at+i] = true
			}
		}
	}
	return a.less(gone)
}

func (a arguments) less(gone map[int]bool) (left []string) {
	for i, arg := range a.args {
		if !gone[i] {
			left = append(left, arg)
		}
	}
	return left
}
