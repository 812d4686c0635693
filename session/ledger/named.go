package ledger

import (
	"slices"
	"strings"
)

// named looks for NAME=value, NAME: value and "NAME": "value" whose name says
// that the value is secret.
func (f *finder) named(s string) {
	q := quotes{s: s}
	for i := 0; i < len(s); i++ {
		if s[i] != '=' && s[i] != ':' {
			continue
		}
		var from, to int
		switch name, quoted := nameBefore(s, i); {
		case name == "":
			continue
		case s[i] == '=':
			from, to = assigned(s, i, name, &q)
		default:
			from, to = headed(s, i, name, quoted, &q)
		}
		f.add(from, to)
		i = max(i, to-1)
	}
}

// assigned is the value of NAME=value at the sign at i.
func assigned(s string, i int, name string, q *quotes) (from, to int) {
	if !secretName(name) || i+1 == len(s) || s[i+1] == '=' {
		return 0, 0
	}
	from = i + 1
	if isBlank(s[from]) || isBlank(s[i-1]) { // as in a program: only a text in quotes is a value
		for from < len(s) && isBlank(s[from]) {
			from++
		}
		if from == len(s) || s[from] != '"' && s[from] != '\'' {
			return 0, 0
		}
	}
	return value(s, from, q.at(from))
}

// headed is the value of NAME: value at the colon at i.
func headed(s string, i int, name string, quoted bool, q *quotes) (from, to int) {
	from = i + 1
	if strings.HasPrefix(s[from:], "=") || strings.HasPrefix(s[from:], "//") {
		return 0, 0 // := in a program; a scheme
	}
	for from < len(s) && isBlank(s[from]) {
		from++
	}
	if from == len(s) {
		return 0, 0
	}
	header := slices.Contains(headers, strings.ToLower(name))
	if !header && !secretName(name) {
		return 0, 0
	}
	state := q.at(from)
	if s[from] == '"' || s[from] == '\'' || strings.HasPrefix(s[from:], `\"`) {
		if state == s[from] { // it ends the text in which NAME: stands
			return 0, 0
		}
		if from, to = inQuotes(s, from); header {
			from = afterScheme(s, from, to)
		}
		if harmless(s[from:to]) {
			return 0, 0
		}
		return from, to
	}
	if header {
		to = from
		for to < len(s) && s[to] != '\n' && s[to] != '\r' && (state == 0 || s[to] != state) {
			to++
		}
		from = afterScheme(s, from, to)
	} else {
		to = from
		for to < len(s) && !strings.ContainsRune(" \t\r\n,;}\"'`()", rune(s[to])) {
			to++
		}
		if v := s[from:to]; !quoted && (len(v) < 8 || !hasDigit(v) || !hasLetter(v)) {
			return 0, 0 // prose: "token: refresh it"
		}
	}
	if harmless(s[from:to]) {
		return 0, 0
	}
	return from, to
}

// inQuotes is the text in the quotes that open at i; they may be escaped, as JSON within a string has them.
func inQuotes(s string, i int) (from, to int) {
	if s[i] == '\\' {
		return i + 2, i + 2 + until(s[i+2:], "\\\n")
	}
	if n := closing(s[i+1:], s[i]); n >= 0 {
		return i + 1, i + 1 + n
	}
	return i + 1, i + 1 + until(s[i+1:], "\n")
}

// afterScheme skips the word that says what kind of credentials follow.
func afterScheme(s string, from, to int) int {
	v := s[from:to]
	n := strings.IndexByte(v, ' ')
	if n > 0 && slices.Contains(schemes, strings.ToLower(v[:n])) {
		from += n + 1
	}
	if harmless(s[from:to]) {
		return to
	}
	return from
}

// flags looks for --name value and for programs' own ways to take a password.
func (f *finder) flags(s string) {
	q := quotes{s: s}
	for i := 0; i < len(s); i++ {
		n := strings.IndexByte(s[i:], '-')
		if n < 0 {
			return
		}
		i += n
		if i > 0 && !isBlank(s[i-1]) && !strings.ContainsRune("\n\"'`(", rune(s[i-1])) {
			continue
		}
		end := i
		for end < len(s) && (isWord(s[end]) || s[end] == '-') {
			end++
		}
		flag := s[i:end]
		if strings.HasPrefix(flag, "--") && secretName(flag) {
			f.flagValue(s, end, &q)
		} else {
			f.usage(s, i, end, &q)
		}
		i = max(i, end-1)
	}
}

// flagValue is the word after the flag that ends at i.
func (f *finder) flagValue(s string, i int, q *quotes) {
	from := i
	for from < len(s) && isBlank(s[from]) {
		from++
	}
	if from == i || from == len(s) || s[from] == '-' {
		return
	}
	state := q.at(from)
	from, to := value(s, from, state)
	if v := s[from:to]; state != 0 && !hasDigit(v) && strings.ToLower(v) == v {
		return // "the --token flag": prose in a message
	}
	f.add(from, to)
}

// usage handles `curl -u user:password`, `sshpass -p password`, `mysql -ppassword`.
func (f *finder) usage(s string, i, end int, q *quotes) {
	flag := s[i:end]
	for _, u := range usages {
		glued := u.glued && len(flag) > len(u.flags[0]) && strings.HasPrefix(flag, u.flags[0])
		if !glued && (u.glued || !slices.Contains(u.flags, flag)) || !strings.Contains(s[max(0, i-200):i], u.program) {
			continue
		}
		from := end
		if glued {
			from = i + len(u.flags[0])
		}
		for from < len(s) && isBlank(s[from]) {
			from++
		}
		if from == len(s) {
			return
		}
		from, to := value(s, from, q.at(from))
		if u.colon {
			n := strings.IndexByte(s[from:to], ':')
			if n < 0 || harmless(s[from+n+1:to]) {
				return
			}
			from += n + 1
		}
		f.add(from, to)
		return
	}
}

// value is the extent of the value that begins at i, its quotes left out; state
// is the quote in which it stands. Empty if there is nothing to hide.
func value(s string, i int, state byte) (from, to int) {
	from = i
	literal := state == '\''
	switch {
	case state == 0:
		to = wordEnd(s, i)
		if c := s[i]; to-i >= 2 && (c == '"' || c == '\'') && s[to-1] == c && strings.IndexByte(s[i+1:to-1], c) < 0 {
			from, to, literal = i+1, to-1, c == '\''
		}
	case strings.HasPrefix(s[i:], `\"`):
		from = i + 2
		to = from + until(s[from:], `\`+string(state)+"\n")
	case s[i] != state && (s[i] == '"' || s[i] == '\''):
		from = i + 1
		to = from + until(s[from:], string(s[i])+string(state)+"\n")
	default:
		to = i + until(s[i:], " \t\r\n;&|<>()`\\"+string(state))
	}
	v := s[from:to]
	if harmless(v) && (!literal || !strings.HasPrefix(v, "$")) || to < len(s) && s[to] == '(' || isReference(v, s[:i]) {
		return 0, 0
	}
	return from, to
}

func until(s, stop string) int {
	if n := strings.IndexAny(s, stop); n >= 0 {
		return n
	}
	return len(s)
}

// wordEnd is where the shell word that begins at i ends.
func wordEnd(s string, i int) int {
	for i < len(s) {
		switch c := s[i]; {
		case strings.IndexByte(" \t\r\n;&|<>()`", c) >= 0:
			return i
		case c == '\\':
			i += 2
		case c == '\'' || c == '"':
			n := closing(s[i+1:], c)
			if n < 0 {
				return i + until(s[i:], "\n") // never closed
			}
			i += n + 2
		default:
			i++
		}
	}
	return len(s)
}

// closing is where the quote that was opened before s is closed, -1 if nowhere.
func closing(s string, quote byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && quote == '"' {
			i++
		} else if s[i] == quote {
			return i
		}
	}
	return -1
}

// quotes knows in which quotes a place of a command line stands. Places are asked for in rising order.
type quotes struct {
	s     string
	pos   int
	state byte
}

func (q *quotes) at(i int) byte {
	for ; q.pos < i; q.pos++ {
		switch c := q.s[q.pos]; {
		case c == '\\' && q.state != '\'':
			q.pos++
		case q.state == 0 && (c == '"' || c == '\''):
			q.state = c
		case c == q.state:
			q.state = 0
		}
	}
	return q.state
}

// nameBefore is the name that ends before i, and whether it stands in quotes.
func nameBefore(s string, i int) (name string, quoted bool) {
	end := i
	for end > 0 && i-end < 4 && isBlank(s[end-1]) {
		end--
	}
	if end > 0 && (s[end-1] == '"' || s[end-1] == '\'') {
		quoted = true
		if end--; end > 0 && s[end-1] == '\\' {
			end--
		}
	}
	start := end
	for start > 0 && end-start < 64 && (isWord(s[start-1]) || s[start-1] == '-' || s[start-1] == '.') {
		start--
	}
	return s[start:end], quoted
}
