package watch

import (
	"errors"
	"path"
	"strings"
	"unicode/utf8"
)

// Path names a file by the bytes that the file system has: relative to the project
// with slashes, or absolute for what is watched outside of it. It may hold any byte
// but NUL, so it goes to a screen only through package display.
type Path string

// Quote writes a path as git does in its diffs: as it is, or between quotes with
// escapes where it has anything but printable ASCII in it.
func (p Path) Quote() string { return quote(string(p), true) }

// MarshalText writes the path so that JSON can hold it: as it is where it is valid
// UTF-8 and does not begin with a quote, else as git quotes it.
func (p Path) MarshalText() ([]byte, error) {
	if utf8.ValidString(string(p)) && !strings.HasPrefix(string(p), `"`) {
		return []byte(p), nil
	}
	q := quote(string(p), false)
	return []byte(q), nil
}

// UnmarshalText reads what MarshalText wrote.
func (p *Path) UnmarshalText(text []byte) error {
	s := string(text)
	if !strings.HasPrefix(s, `"`) {
		*p = Path(s)
		return nil
	}
	s, ok := unquote(s)
	if !ok {
		return errors.New("watch: not a path")
	}
	*p = Path(s)
	return nil
}

const escapes = "\a\b\t\n\v\f\r\"\\"

// quote is git's C-style quoting; plain says that what needs none gets none.
func quote(s string, plain bool) string {
	var b strings.Builder
	b.WriteByte('"')
	quoted := !plain
	for i := range len(s) {
		c := s[i]
		switch at := strings.IndexByte(escapes, c); {
		case at >= 0:
			b.WriteByte('\\')
			b.WriteByte(`abtnvfr"\`[at])
			quoted = true
		case c < ' ' || c >= 0x7f:
			b.WriteByte('\\')
			b.WriteByte('0' + c>>6)
			b.WriteByte('0' + c>>3&7)
			b.WriteByte('0' + c&7)
			quoted = true
		default:
			b.WriteByte(c)
		}
	}
	if !quoted {
		return s
	}
	b.WriteByte('"')
	return b.String()
}

func unquote(s string) (string, bool) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", false
	}
	s = s[1 : len(s)-1]
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		i++
		if i >= len(s) {
			return "", false
		}
		if at := strings.IndexByte(`abtnvfr"\`, s[i]); at >= 0 {
			b.WriteByte(escapes[at])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		n := 0
		for _, c := range []byte(s[i : i+3]) {
			if c < '0' || c > '7' {
				return "", false
			}
			n = n*8 + int(c-'0')
		}
		if n > 0xff {
			return "", false
		}
		b.WriteByte(byte(n))
		i += 2
	}
	return b.String(), true
}

// split is the folder of a path and its name in it; "" is the project itself.
func split(p string) (dir, name string) {
	i := strings.LastIndexByte(p, '/')
	if i < 0 {
		return "", p
	}
	if i == 0 {
		return "/", p[1:]
	}
	return p[:i], p[i+1:]
}

// join is the path of a name in a folder.
func join(dir, name string) string {
	switch dir {
	case "":
		return name
	case "/":
		return "/" + name
	}
	return dir + "/" + name
}

// valid says that a path, perhaps read from a record, names something below the
// root, or something absolute, without a way back up.
func valid(p string) bool {
	return p != "" && p != "/" && p != "." && p != ".." && !strings.HasPrefix(p, "../") && path.Clean(p) == p && !strings.Contains(p, "\x00")
}

// within says that p is dir or stands below it.
func within(p, dir string) bool {
	if dir == "" {
		return !strings.HasPrefix(p, "/")
	}
	return p == dir || dir == "/" && strings.HasPrefix(p, "/") || strings.HasPrefix(p, dir) && p[len(dir)] == '/'
}
