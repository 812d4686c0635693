package shell

import (
	"path"
	"strings"
)

// wordKind is what is known of a word that a program is given.
type wordKind uint8

const (
	exact   wordKind = iota // text
	glob                    // the names that the pattern text matches; text itself where there is none
	numeric                 // some integer
	unknown                 // anything that begins with text
)

// word is one field of a command after the shell's expansions, as far as it is
// known before it runs.
type word struct {
	text     string // exact: the word; glob: a pattern, literal signs escaped; unknown: how it begins
	src      string // its source text
	kind     wordKind
	several  bool // an unknown word that may turn out to be none or many
	computed bool // an expansion made it
	printed  bool // a part of it is what a command prints
	some     bool // a name that find picked among others
	away     bool // a name that may lie behind a symlink
	plain    bool // a name that find -type f found: no symlink
}

// known reports whether the text is exact.
func (w word) known() bool { return w.kind == exact }

// is reports whether the word is exactly one of the given.
func (w word) is(texts ...string) bool {
	if w.kind != exact {
		return false
	}
	for _, t := range texts {
		if w.text == t {
			return true
		}
	}
	return false
}

// maybeOption reports whether a program may take the word for an option though
// it is not known which: an unknown word, or a glob that a name with a minus
// may match.
func (w word) maybeOption() bool {
	switch w.kind {
	case unknown:
		return w.several || w.text == "" || w.text[0] == '-'
	case glob:
		return w.text == "" || strings.IndexByte(`*?[-\`, w.text[0]) >= 0
	}
	return false
}

// value is what a variable holds that is set to the word.
func (w word) value() value {
	switch w.kind {
	case exact:
		return value{kind: text, text: w.text}
	case glob:
		return value{kind: files, text: w.text}
	case numeric:
		return value{kind: number}
	}
	return value{kind: unclear}
}

// shown is the word as a part shows it.
func (w word) shown() Word {
	if w.kind == exact && (!w.computed || !strings.HasPrefix(w.text, "/dev/fd/")) {
		return Word{Text: w.text, Known: true}
	}
	return Word{Text: w.src}
}

func shownAll(ws []word) []Word {
	if len(ws) == 0 {
		return nil
	}
	out := make([]Word, len(ws))
	for i, w := range ws {
		out[i] = w.shown()
	}
	return out
}

// cut is the word without its first n bytes: the value of an option that is
// written in one word with it.
func (w word) cut(n int) word {
	switch {
	case n <= len(w.text):
		w.text = w.text[n:]
	default:
		w.text = ""
	}
	return w
}

func exactWord(s string) word { return word{text: s, src: s, kind: exact} }

// escapeGlob makes a text a pattern that matches only itself.
func escapeGlob(s string) string {
	if !strings.ContainsAny(s, `*?[\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if strings.IndexByte(`*?[\`, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// unescapeGlob takes the backslashes of a pattern away.
func unescapeGlob(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// hasGlob reports whether a pattern has a sign that matches more than itself.
func hasGlob(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '*', '?':
			return true
		case '[':
			if i+2 < len(s) && strings.IndexByte(s[i+2:], ']') >= 0 {
				return true
			}
		}
	}
	return false
}

// splitGlob parts a pattern into the folder before its first sign and the rest.
func splitGlob(pattern string) (dir, rest string) {
	at := 0
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '\\':
			i++
		case '/':
			at = i + 1
		case '*', '?', '[':
			if hasGlob(pattern[i:]) {
				return unescapeGlob(pattern[:at]), pattern[at:]
			}
		}
	}
	return unescapeGlob(pattern[:at]), pattern[at:]
}

// matches reports whether one name matches a pattern without slashes. What
// cannot be said counts as a match.
func matches(pattern, name string) bool {
	if strings.HasPrefix(name, ".") && !strings.HasPrefix(pattern, ".") {
		return false
	}
	ok, err := path.Match(bashClass(pattern), name)
	return ok || err != nil
}

// bashClass writes [!a] as path.Match knows it.
func bashClass(p string) string {
	if strings.Contains(p, "[:") {
		return "[" // an error, so a match
	}
	return strings.ReplaceAll(p, "[!", "[^")
}
