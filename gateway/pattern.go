package gateway

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"kavi/gateway/shell"
)

// certainty is how surely a rule is about something that is known only in part.
type certainty uint8

const (
	no certainty = iota
	maybe
	yes
)

// glob matches text in which * stands for any characters, and \ takes the meaning
// of what follows it away.
type glob struct {
	parts []string // the literal texts between the stars
	text  string   // as written
}

func newGlob(s string) glob {
	g := glob{text: s}
	var part strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			part.WriteByte(s[i])
		case s[i] == '*':
			g.parts = append(g.parts, part.String())
			part.Reset()
		default:
			part.WriteByte(s[i])
		}
	}
	g.parts = append(g.parts, part.String())
	return g
}

// any reports whether the pattern is * alone.
func (g glob) any() bool { return len(g.parts) == 2 && g.parts[0] == "" && g.parts[1] == "" }

func (g glob) match(s string) bool {
	first, rest := g.parts[0], g.parts[1:]
	if !strings.HasPrefix(s, first) {
		return false
	}
	s = s[len(first):]
	if len(rest) == 0 {
		return s == ""
	}
	for _, p := range rest[:len(rest)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return strings.HasSuffix(s, rest[len(rest)-1])
}

func globs(list []string) []glob {
	out := make([]glob, len(list))
	for i, s := range list {
		out[i] = newGlob(s)
	}
	return out
}

// anyGlob reports whether one of the patterns matches; no patterns match all.
func anyGlob(list []glob, s string) bool {
	for _, g := range list {
		if g.match(s) {
			return true
		}
	}
	return len(list) == 0
}

// commandPattern is a list of patterns for the words of a command. A last * stands
// for any further words, also none.
type commandPattern struct {
	words []glob
	open  bool
}

var (
	errNoWords = errors.New("has no words")
	errQuote   = errors.New("has a quote that is not closed")
)

// newCommandPattern splits a pattern at its blanks. Quotes hold a word together;
// inside of them * is no pattern.
func newCommandPattern(s string) (commandPattern, error) {
	words, err := splitPattern(s)
	if err != nil {
		return commandPattern{}, err
	}
	if len(words) == 0 {
		return commandPattern{}, errNoWords
	}
	p := commandPattern{words: globs(words)}
	if p.words[len(words)-1].any() {
		p.open, p.words = true, p.words[:len(words)-1]
	}
	return p, nil
}

func splitPattern(s string) (words []string, err error) {
	var w strings.Builder
	in, quote := false, byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0 && (c == '*' || c == '\\'):
			w.WriteByte('\\')
			w.WriteByte(c)
		case quote != 0:
			w.WriteByte(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == ' ' || c == '\t':
			if in {
				words = append(words, w.String())
				w.Reset()
				in = false
			}
		case c == '\\' && i+1 < len(s):
			i++
			w.WriteByte('\\')
			w.WriteByte(s[i])
			in = true
		default:
			w.WriteByte(c)
			in = true
		}
	}
	if quote != 0 {
		return nil, errQuote
	}
	if in {
		words = append(words, w.String())
	}
	return words, nil
}

// quotePattern writes a word so that a pattern matches exactly it.
func quotePattern(word string) string {
	const quoted = " \t\n'\"\\*["
	if word != "" && !strings.ContainsAny(word, quoted) {
		return word
	}
	if !strings.Contains(word, "'") {
		return "'" + word + "'"
	}
	var b strings.Builder
	for i := range len(word) {
		if strings.IndexByte(quoted, word[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(word[i])
	}
	return b.String()
}

// match tells whether the words of a command are those of the pattern. A word that
// is known only when it runs may be any.
func (p commandPattern) match(argv []shell.Word) certainty {
	if len(argv) < len(p.words) || len(argv) > len(p.words) && !p.open {
		return no
	}
	sure := yes
	for i, g := range p.words {
		switch {
		case !argv[i].Known && !g.any():
			sure = maybe
		case argv[i].Known && !g.match(argv[i].Text):
			return no
		}
	}
	return sure
}

// where says against what a path pattern is read.
type where uint8

const (
	inProject where = iota
	inHome
	anywhere
)

// pathPattern matches resolved paths.
type pathPattern struct {
	in     where
	glob   string // for doublestar; relative to the project or home, or absolute
	prefix string // what every match begins with
	suffix string // what every match ends with
}

func newPathPattern(s string) (pathPattern, error) {
	p := pathPattern{glob: s}
	switch {
	case s == "":
		return p, errors.New("is empty")
	case s == "~":
		p.in, p.glob = inHome, "."
	case strings.HasPrefix(s, "~/"):
		p.in, p.glob = inHome, s[2:]
	case s[0] == '~':
		return p, fmt.Errorf("names another user's home: write the absolute path, or %q for a file of the project", "./"+s)
	case strings.HasPrefix(s, "/"):
		p.in, p.glob = anywhere, s
	default:
		p.glob = strings.TrimPrefix(s, "./")
	}
	if strings.HasPrefix(p.glob, "../") || strings.Contains(p.glob, "/../") || strings.HasSuffix(p.glob, "/..") {
		return p, errors.New(`goes up with ".."; write the absolute path`)
	}
	if p.glob != "/" {
		p.glob = strings.TrimSuffix(p.glob, "/")
	}
	if !doublestar.ValidatePattern(p.glob) {
		return p, errors.New("is not a pattern that can be read")
	}
	const meta = `*?[]{}\`
	if i := strings.IndexAny(p.glob, meta); i < 0 {
		p.prefix, p.suffix = p.glob, p.glob
	} else {
		p.prefix = p.glob[:i]
		// "src/**" matches "src" too.
		p.prefix = strings.TrimSuffix(p.prefix, "/")
		p.suffix = p.glob[strings.LastIndexAny(p.glob, meta)+1:]
		if strings.ContainsAny(p.glob, `{[\`) {
			p.suffix = ""
		}
		// "**/x" matches "x" too.
		p.suffix = strings.TrimPrefix(p.suffix, "/")
	}
	return p, nil
}

// place is a resolved path as patterns see it.
type place struct {
	abs            string
	rel, home      string
	inRoot, inHome bool
}

func placeOf(abs, root, home string) place {
	p := place{abs: abs}
	p.rel, p.inRoot = inside(root, abs)
	p.home, p.inHome = inside(home, abs)
	return p
}

// inside gives p relative to dir; "." is dir itself.
func inside(dir, p string) (rel string, ok bool) {
	switch {
	case dir == "" || !below(dir, p):
		return "", false
	case dir == p:
		return ".", true
	case dir == "/":
		return p[1:], true
	}
	return p[len(dir)+1:], true
}

// view gives the place as this pattern writes paths.
func (p *pathPattern) view(at *place) (string, bool) {
	switch p.in {
	case inProject:
		return at.rel, at.inRoot
	case inHome:
		return at.home, at.inHome
	case anywhere:
		return at.abs, true
	}
	return "", false
}

func (p *pathPattern) match(at *place) bool {
	s, ok := p.view(at)
	if !ok || !strings.HasPrefix(s, p.prefix) || !strings.HasSuffix(s, p.suffix) {
		return false
	}
	return doublestar.MatchUnvalidated(p.glob, s)
}

// reachesBelow tells whether something in the folder at may match.
func (p *pathPattern) reachesBelow(at *place) bool {
	dir, ok := p.view(at)
	if !ok {
		// The folder may hold the project or the home.
		return p.in != anywhere && at.abs == "/"
	}
	if dir == "." || dir == "/" {
		return true
	}
	folders := strings.Split(strings.TrimPrefix(dir, "/"), "/")
	for part := range strings.SplitSeq(strings.TrimPrefix(p.glob, "/"), "/") {
		if strings.Contains(part, "**") || len(folders) == 0 {
			return true
		}
		if !doublestar.MatchUnvalidated(part, folders[0]) {
			return false
		}
		folders = folders[1:]
	}
	return false
}

// coversBelow tells whether everything in the folder at matches.
func (p *pathPattern) coversBelow(at *place) bool {
	deep := *at
	const name = "\x01/\x01"
	deep.abs = path.Join(at.abs, name)
	deep.rel = path.Join(at.rel, name)
	deep.home = path.Join(at.home, name)
	return p.match(&deep)
}

// hostPattern matches host names: "*.example.com" its subdomains, not itself.
type hostPattern struct{ exact, below string }

func newHostPattern(s string) (hostPattern, error) {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if rest, ok := strings.CutPrefix(s, "*."); ok && rest != "" && !strings.Contains(rest, "*") {
		return hostPattern{below: "." + rest}, nil
	}
	if s == "" || strings.ContainsAny(s, "*/: ") {
		return hostPattern{}, fmt.Errorf("names no host: write example.com or *.example.com")
	}
	return hostPattern{exact: s}, nil
}

func (h hostPattern) match(host string) bool {
	if h.below != "" {
		return strings.HasSuffix(host, h.below) && len(host) > len(h.below)
	}
	return host == h.exact
}
