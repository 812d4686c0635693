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
	listed bool
}

// args are the words after a program's name, parted.
type args struct {
	options  []option
	operands []word
	unsure   bool // an unknown word may be an option
	ended    bool // "--" was met
}

// find looks an option up in a spec. ok is false where it is not listed.
func findOption(spec, name string, long bool) (act byte, valued, attached, ok bool) {
	weight := -1
	for spec != "" {
		var token string
		token, spec, _ = strings.Cut(spec, " ")
		if token == "" {
			continue
		}
		end := suffix(token)
		names, tail := token[:end], token[end:]
		hit, exactly := names == name, names == name
		for rest := names; rest != "" && !exactly; {
			var one string
			one, rest, _ = strings.Cut(rest, ",")
			if (len(one) > 1) != long {
				continue
			}
			exactly = one == name
			hit = hit || exactly || long && strings.HasPrefix(one, name)
		}
		if !hit {
			continue
		}
		var v, at bool
		var what byte
		if strings.HasPrefix(tail, "=") {
			v, tail = true, tail[1:]
			if strings.HasPrefix(tail, "?") {
				at, tail = true, tail[1:]
			}
		}
		if tail != "" {
			what = tail[0]
		}
		if exactly {
			return what, v, at, true
		}
		if w := strings.IndexByte("#&<+~>@^%*!", what) + 1; w > weight {
			weight, act, valued, attached, ok = w, what, v, at, true
		}
	}
	return act, valued, attached, ok
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
func (c *cmd) parseArgs(words []word, spec string, first, single bool) args {
	var out args
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case w.is("--"):
			out.operands = append(out.operands, words[i+1:]...)
			out.ended = true
			return out
		case w.kind == glob && w.maybeOption():
			out.unsure = out.unsure || c.a.dashed(w, c.st)
			out.operands = append(out.operands, w)
			continue
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
			used = out.long(w, next, spec)
		} else {
			used = out.cluster(w, next, spec)
		}
		if used {
			i++
		}
	}
	return out
}

// long takes --name, --name=value, --name value.
func (a *args) long(w, next word, spec string) (used bool) {
	name := strings.TrimLeft(w.text, "-")
	dashes := len(w.text) - len(name)
	name, _, has := strings.Cut(name, "=")
	if w.kind != exact && !has {
		a.unsure = true
	}
	act, valued, attached, ok := findOption(spec, name, len(name) > 1)
	o := option{name: name, long: true, act: act, listed: ok}
	switch {
	case has:
		o.value, o.valued = w.cut(dashes+len(name)+1), true
	case valued && !attached:
		o.value, o.valued, used = next, true, true
	}
	a.options = append(a.options, o)
	return used
}

// cluster takes -abc, -ovalue, -o value.
func (a *args) cluster(w, next word, spec string) (used bool) {
	for i := 1; i < len(w.text); i++ {
		act, valued, attached, ok := findOption(spec, w.text[i:i+1], false)
		o := option{name: w.text[i : i+1], act: act, listed: ok}
		if !valued {
			a.options = append(a.options, o)
			continue
		}
		rest := w.cut(i + 1)
		switch {
		case rest.text != "" || rest.kind != exact || attached:
			o.value, o.valued = rest, rest.text != "" || rest.kind != exact
		default:
			o.value, o.valued, used = next, true, true
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

// acts reports whether an option with the given act was used.
func (a *args) acts(act byte) bool {
	for _, o := range a.options {
		if o.act == act {
			return true
		}
	}
	return false
}
