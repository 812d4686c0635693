package shell

import "strings"

// awk reads its program: only programs that neither write, nor run, nor read by
// themselves are not opaque.
func (c *cmd) awk(p program, words []word) {
	a := c.parseArgs(words, p.opts, true, false)
	c.optionEffects(p, a)
	files := a.operands
	if !a.has("f", "file", "e", "source", "E", "exec") {
		switch {
		case len(files) == 0:
		case !files[0].known():
			c.opaque("its program is known only when it runs")
		case !harmlessAwk(files[0].text):
			c.opaque("its program may write files or run commands")
		}
		files = files[min(1, len(files)):]
	}
	for _, w := range files {
		name, _, has := strings.Cut(w.text, "=")
		if has && plainName(name) && !strings.Contains(name, "/") {
			continue // an assignment
		}
		c.readAll([]word{w}, false)
	}
	c.done()
}

// harmlessAwk reports whether an awk program only computes and prints. It is
// crude: what could be a pipe, a redirection, a call of system or an extension
// is not harmless, wherever it stands.
func harmlessAwk(prog string) bool {
	for _, word := range []string{"system", "getline", "@", "ENVIRON[\"PATH", "close", "fflush", "extension", "PROCINFO", "ARGV", "ARGC"} {
		if strings.Contains(prog, word) {
			return false
		}
	}
	braces, parens, last := 0, 0, byte('\n')
	for i := 0; i < len(prog); i++ {
		ch := prog[i]
		switch ch {
		case ' ', '\t':
			continue
		case '#':
			for i < len(prog) && prog[i] != '\n' {
				i++
			}
			last = '\n'
			continue
		case '"':
			end := closing(prog, i+1, '"')
			if end < 0 {
				return false
			}
			i = end
		case '/':
			if operandEnd(last) {
				break // a division
			}
			if strings.IndexByte(")+-.$", last) >= 0 {
				return false // either, after 1. or a++ a division, after + not: not worth telling apart
			}
			end := closingRegexp(prog, i+1)
			if end < 0 {
				return false
			}
			i = end
		case '|':
			if i+1 >= len(prog) || prog[i+1] != '|' {
				return false
			}
			i++
		case '>':
			if end := stdStream(prog, i+1); end > 0 {
				i, ch = end, '"'
				break
			}
			if braces > 0 && parens == 0 {
				return false
			}
		case '{':
			braces++
		case '}':
			braces--
		case '(', '[':
			parens++
		case ')', ']':
			parens--
		case '\\':
			return false
		}
		if ch == '>' && i+1 < len(prog) && prog[i+1] == '>' {
			return false
		}
		if isLetter(ch) {
			start := i
			for i+1 < len(prog) && (isLetter(prog[i+1]) || prog[i+1] >= '0' && prog[i+1] <= '9') {
				i++
			}
			switch prog[start : i+1] {
			case "print", "printf", "else", "do", "case":
				last = ';' // a regular expression may follow
				continue
			case "return", "in", "delete", "exit":
				last = ')' // either
				continue
			}
		}
		last = ch
	}
	return braces == 0 && parens == 0
}

// stdStream is where the name of a standard stream ends to which a statement prints
// (> "/dev/stderr"); 0 where it is another file, or only the beginning of its name.
func stdStream(prog string, at int) int {
	for _, name := range []string{`"/dev/stderr"`, `"/dev/stdout"`} {
		rest, ok := strings.CutPrefix(strings.TrimLeft(prog[at:], " \t"), name)
		after := strings.TrimLeft(rest, " \t")
		if ok && (after == "" || strings.IndexByte("};\n", after[0]) >= 0) {
			return len(prog) - len(rest) - 1
		}
	}
	return 0
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// operandEnd reports whether a sign ends an operand, so that a slash after it
// divides.
func operandEnd(c byte) bool {
	return isLetter(c) || c >= '0' && c <= '9' || c == ']' || c == '"'
}

// closing is where a string that began before i ends.
func closing(s string, i int, q byte) int {
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\n':
			return -1
		case q:
			return i
		}
	}
	return -1
}

// closingRegexp is where a regular expression ends; brackets in it are left
// alone unless they hold a slash, which awks read differently.
func closingRegexp(s string, i int) int {
	class := false
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\n':
			return -1
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if class {
				return -1
			}
			return i
		}
	}
	return -1
}
