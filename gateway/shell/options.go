package shell

import "strings"

// The options of a program are written in one line of its table entry, as
// blank-separated tokens: names joined by commas (one letter is a short
// option, more a long one), "=" where it takes a value ("=?" only in the same
// word), and what it does:
//
//	>  its value is a file that is overwritten      !  runs a program or code: opaque
//	+  its value is a file that is written          *  runs code that is not seen: unknown
//	<  its value is a file that is read             @  uses the network
//	~  the operands are changed in place            %  deletes
//	&  gives what is otherwise the first operand    ^  changes something outside of the project
//	#  only prints (help, version): nothing else happens
//
// So "o,output=>" is an option whose value is overwritten. An option that is not
// listed takes no value and does nothing worth saying, unless the program is
// "strict".
const acts = ">+<~%!*@#^&"

// option is one option as it was given.
type option struct {
	name   string
	long   bool
	act    byte
	value  word
	valued bool
	next   bool // its value is the word after it
	listed bool
}

// args are the words after a program's name, parted.
type args struct {
	options  []option
	operands []word
	unsure   bool // an unknown word may be an option, or a value may be one
	ended    bool // "--" was met
	single   bool // -name, never abbreviated
}

// spec is what a table entry says of one option.
type spec struct {
	name     string // in full, where it was given by a beginning of it
	act      byte
	valued   bool
	attached bool // only in the same word
}

// findOption looks an option up in the specs of a program. A long option may be
// given by any beginning of its name; where that fits several, the one that
// does the most is meant.
func findOption(specs, name string, long bool) (found spec, ok bool) {
	weight := -1
	for specs != "" {
		var token string
		token, specs, _ = strings.Cut(specs, " ")
		if token == "" {
			continue
		}
		end := suffix(token)
		full, exactly := named1(token[:end], name, long)
		if full == "" {
			continue
		}
		s, tail := spec{name: full}, token[end:]
		if strings.HasPrefix(tail, "=") {
			s.valued, tail = true, tail[1:]
			if strings.HasPrefix(tail, "?") {
				s.attached, tail = true, tail[1:]
			}
		}
		if tail != "" {
			s.act = tail[0]
		}
		if exactly {
			return s, true
		}
		if w := strings.IndexByte("#&<+~>@^%*!", s.act) + 1; w > weight {
			weight, found, ok = w, s, true
		}
	}
	return found, ok
}

// named1 is the name among those joined by commas that an option means, or "".
func named1(names, name string, long bool) (full string, exactly bool) {
	for names != "" {
		var one string
		one, names, _ = strings.Cut(names, ",")
		switch {
		case (len(one) > 1) != long:
		case one == name:
			return one, true
		case long && strings.HasPrefix(one, name):
			full = one
		}
	}
	return full, false
}

// suffix is where the names of a token end.
func suffix(token string) int {
	if i := strings.IndexByte(token, '='); i > 0 {
		return i
	}
	if n := len(token) - 1; n > 0 && strings.IndexByte(acts, token[n]) >= 0 {
		return n
	}
	return len(token)
}

// parseArgs parts the words of a program by its spec. first stops at the first
// operand, as wrappers and shells do; single takes -name for a long option, as
// programs in Go, find and X do.
func (c *cmd) parseArgs(words []word, specs string, first, single bool) args {
	out := args{single: single}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w.kind == glob && w.maybeOption() {
			out.unsure = out.unsure || c.a.dashed(w, c.st)
			if len(w.text) < 2 || w.text[0] != '-' {
				out.operands = append(out.operands, w)
				continue
			} // else it is an option, as it stands, where it matches nothing
		}
		switch {
		case w.is("--"):
			out.operands = append(out.operands, words[i+1:]...)
			out.ended = true
			return out
		case w.kind == unknown && (w.several || w.text == "" || w.text == "-" || w.text == "--"):
			out.unsure = true
			out.operands = append(out.operands, w)
			if first {
				out.operands = append(out.operands, words[i+1:]...)
				return out
			}
			continue
		case w.kind == numeric || len(w.text) < 2 || w.text[0] != '-':
			out.operands = append(out.operands, w)
			if first {
				out.operands = append(out.operands, words[i+1:]...)
				return out
			}
			continue
		}
		next := word{}
		if i+1 < len(words) {
			next = words[i+1]
		}
		var used bool
		if strings.HasPrefix(w.text, "--") || single {
			used = out.long(w, next, specs)
		} else {
			used = out.cluster(w, next, specs)
		}
		if used {
			i++
			out.unsure = out.unsure || actsToo(next, specs, single) || next.kind == unknown && next.several
		}
	}
	return out
}

// actsToo reports whether a word that is taken for the value of the option before
// it would do something worth saying as an option. Which options take a value
// differs between versions and subcommands, and a table is not free of mistakes:
// `git diff -X --output=f` writes f, for -X takes its value in the same word.
func actsToo(w word, specs string, single bool) bool {
	if len(w.text) < 2 || w.text[0] != '-' {
		return false
	}
	if strings.HasPrefix(w.text, "--") || single {
		name, _, _ := strings.Cut(strings.TrimLeft(w.text, "-"), "=")
		s, ok := findOption(specs, name, len(name) > 1)
		return ok && worse(s.act)
	}
	for i := 1; i < len(w.text); i++ {
		if s, ok := findOption(specs, w.text[i:i+1], false); ok && (worse(s.act) || s.valued) {
			return worse(s.act)
		}
	}
	return false
}

// worse reports an act that does more than read.
func worse(act byte) bool { return act != 0 && strings.IndexByte(">+~!*@%^", act) >= 0 }

// long takes --name, --name=value, --name value.
func (a *args) long(w, next word, specs string) (used bool) {
	name := strings.TrimLeft(w.text, "-")
	dashes := len(w.text) - len(name)
	name, _, has := strings.Cut(name, "=")
	if w.kind != exact && !has {
		a.unsure = true
	}
	s, ok := findOption(specs, name, len(name) > 1)
	if a.single && s.name != name {
		s, ok = spec{}, false
	}
	o := option{name: name, long: true, act: s.act, listed: ok}
	if ok {
		o.name = s.name
	}
	switch {
	case has:
		o.value, o.valued = w.cut(dashes+len(name)+1), true
	case s.valued && !s.attached:
		o.value, o.valued, o.next, used = next, true, true, true
	}
	a.options = append(a.options, o)
	return used
}

// cluster takes -abc, -ovalue, -o value.
func (a *args) cluster(w, next word, specs string) (used bool) {
	for i := 1; i < len(w.text); i++ {
		s, ok := findOption(specs, w.text[i:i+1], false)
		o := option{name: w.text[i : i+1], act: s.act, listed: ok}
		if !s.valued {
			a.options = append(a.options, o)
			continue
		}
		rest := w.cut(i + 1)
		switch {
		case rest.text != "" || rest.kind != exact || s.attached:
			o.value, o.valued = rest, rest.text != "" || rest.kind != exact
		default:
			o.value, o.valued, o.next, used = next, true, true, true
		}
		a.options = append(a.options, o)
		return used
	}
	if w.kind != exact {
		a.unsure = true
	}
	return false
}

// has reports whether one of the options was given.
func (a *args) has(names ...string) bool {
	for _, o := range a.options {
		for _, n := range names {
			if o.name == n {
				return true
			}
		}
	}
	return false
}

// count is how often one of the options was given.
func (a *args) count(names ...string) (n int) {
	for _, o := range a.options {
		for _, name := range names {
			if o.name == name {
				n++
			}
		}
	}
	return n
}

// value is the last value given to one of the options.
func (a *args) value(names ...string) (w word, ok bool) {
	for _, o := range a.options {
		for _, n := range names {
			if o.name == n && o.valued {
				w, ok = o.value, true
			}
		}
	}
	return w, ok
}

// last is the last operand, "" where there is none.
func (a *args) last() string {
	if n := len(a.operands); n > 0 {
		return a.operands[n-1].text
	}
	return ""
}

// acts reports whether an option with the given act was used.
func (a *args) acts(act byte) bool {
	for _, o := range a.options {
		if o.act == act {
			return true
		}
	}
	return false
}

// prints reports whether the program only prints something about itself.
func (a *args) prints() bool { return a.acts('#') && !a.acts('!') && !a.acts('*') }
