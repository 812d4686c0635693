package shell

import "strings"

// sed reads its script: only scripts of which every command is known to change
// nothing but the text that flows through are not opaque.
func (c *cmd) sed(p program, words []word) {
	a := c.parseArgs(words, p.opts, false, false)
	files := a.operands
	var scripts []word
	for _, o := range a.options {
		if o.act == '&' {
			scripts = append(scripts, o.value)
		}
	}
	if len(scripts) == 0 && !a.has("f", "file") && len(files) > 0 {
		scripts, files = files[:1], files[1:]
	}
	inPlace := a.has("i", "in-place", "I")
	if w, ok := a.value("l", "line-length"); ok && !plainNumber(w.text) {
		c.opaque("its options are read in two ways") // BSD's -l takes no value
	}
	if inPlace && len(files) > 0 && len(scripts) == 1 && scripts[0].is("") {
		scripts, files = append(scripts, files[0]), files[1:] // BSD: -i '' script file
	}
	for _, s := range scripts {
		if !s.known() || !harmlessSed(s.text) {
			c.opaque("its script may write files or run commands")
			break
		}
	}
	a.operands = files
	c.optionEffects(p, a) // -i: the operands are changed in place
	if !inPlace {
		c.readAll(files, false)
	}
	c.done()
}

// harmlessSed reports whether a sed script does nothing but edit text: no w, e,
// r, no s///e or s///w. Everything that it does not know is not harmless.
func harmlessSed(script string) bool {
	s := sedScanner{script}
	depth := 0
	for {
		s.blanks(" \t\n;")
		switch {
		case s.rest == "":
			return depth == 0
		case s.rest[0] == '#':
			s.line()
			continue
		case s.rest[0] == '}':
			depth--
			s.rest = s.rest[1:]
			continue
		}
		if !s.address() {
			return false
		}
		s.blanks(" \t!")
		if s.rest == "" {
			return false
		}
		ch := s.rest[0]
		s.rest = s.rest[1:]
		switch ch {
		case '{':
			depth++
			continue
		case '=', 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'z', 'F':
		case 'l', 'q', 'Q', 'L':
			s.blanks(" \t0123456789")
		case 'b', 't', 'T', ':':
			s.blanks(" \t")
			for s.rest != "" && strings.IndexByte(";\n} ", s.rest[0]) < 0 {
				s.rest = s.rest[1:]
			}
		case 'a', 'i', 'c':
			s.text()
			continue
		case 's':
			if !s.substitute() {
				return false
			}
		case 'y':
			if !s.delimited() || !s.delimited2() {
				return false
			}
		default:
			return false
		}
		s.blanks(" \t")
		if s.rest != "" && strings.IndexByte(";\n}#", s.rest[0]) < 0 {
			return false
		}
	}
}

// sedScanner takes a sed script apart from its beginning.
type sedScanner struct{ rest string }

func (s *sedScanner) blanks(set string) { s.rest = strings.TrimLeft(s.rest, set) }

func (s *sedScanner) line() {
	_, s.rest, _ = strings.Cut(s.rest, "\n")
}

// text is what a, i and c put out: lines, each continued by a backslash.
func (s *sedScanner) text() {
	for i := 0; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '\n':
			s.rest = s.rest[i:]
			return
		}
	}
	s.rest = ""
}

// address takes none, one or two addresses.
func (s *sedScanner) address() bool {
	for range 2 {
		switch {
		case s.rest == "":
			return false
		case s.rest[0] >= '0' && s.rest[0] <= '9', s.rest[0] == '$', s.rest[0] == '+', s.rest[0] == '~':
			s.blanks("0123456789$~+")
		case s.rest[0] == '/':
			if !s.regexp() {
				return false
			}
		case s.rest[0] == '\\':
			s.rest = s.rest[1:]
			if !s.regexp() {
				return false
			}
		default:
			return true
		}
		s.blanks(" \t")
		if !strings.HasPrefix(s.rest, ",") {
			return s.rest != ""
		}
		s.rest = s.rest[1:]
		s.blanks(" \t")
	}
	return s.rest != ""
}

func (s *sedScanner) regexp() bool {
	if !s.delimited() {
		return false
	}
	s.rest = s.rest[1:]
	s.blanks("IM")
	return true
}

// delimited takes a text between two of the sign that it begins with and
// leaves the second one.
func (s *sedScanner) delimited() bool {
	if s.rest == "" || s.rest[0] == '\n' || s.rest[0] == '\\' || s.rest[0] >= 0x80 {
		return false
	}
	d := s.rest[0]
	class := false
	for i := 1; i < len(s.rest); i++ {
		switch ch := s.rest[i]; {
		case ch == '\\':
			i++
		case ch == '[' && !class && d != '[':
			class = true
			if i+1 < len(s.rest) && s.rest[i+1] == '^' {
				i++
			}
			if i+1 < len(s.rest) && s.rest[i+1] == ']' {
				i++
			}
		case ch == ']' && class:
			class = false
		case ch == d && class:
			return false // in a bracket expression: sed versions differ
		case ch == d:
			s.rest = s.rest[i:]
			return true
		}
	}
	return false
}

// delimited2 takes the second of two delimited texts, in which brackets mean
// nothing.
func (s *sedScanner) delimited2() bool {
	d := s.rest[0]
	for i := 1; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case d:
			s.rest = s.rest[i+1:]
			return true
		}
	}
	return false
}

// substitute takes s/a/b/flags, with flags that only choose.
func (s *sedScanner) substitute() bool {
	if !s.delimited() || !s.delimited2() {
		return false
	}
	s.blanks("gpiImM0123456789")
	return s.rest == "" || strings.IndexByte(" \t;\n}#", s.rest[0]) >= 0
}
