// Package keymap says what keys mean: what a key is called, which key does what
// in which table, and what the operator changed about that.
//
// It knows nothing of terminals and nothing of what an action does. The names
// are tmux's: "C-Space", "M-x", "S-Up", "PageDown", "F5".
package keymap

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mod is a set of modifiers.
type Mod uint8

// The modifiers. Meta is the key that is labelled Alt.
const (
	Ctrl Mod = 1 << iota
	Meta
	Shift
)

// Named is a key that is not a character.
type Named uint8

// The named keys. NoName is that of a character; KeyF1 to KeyF20 follow one another.
const (
	NoName Named = iota
	KeyEnter
	KeyTab
	KeyBackTab
	KeyEscape
	KeyBackspace
	KeyUp
	KeyDown
	KeyLeft
	KeyRight
	KeyHome
	KeyEnd
	KeyPageUp
	KeyPageDown
	KeyInsert
	KeyDelete
	KeyF1
	KeyF20 = KeyF1 + 19
)

// Key is one key with its modifiers; keys that mean the same are equal. The
// zero Key is no key.
type Key struct {
	Rune  rune // the character, or 0
	Named Named
	Mod   Mod
}

// namedKeys holds each name that Parse takes; the first one of a key is what
// String says, where tmux has several.
var namedKeys = []struct {
	name string
	key  Named
}{
	{"Enter", KeyEnter},
	{"Tab", KeyTab},
	{"BTab", KeyBackTab},
	{"Escape", KeyEscape},
	{"BSpace", KeyBackspace},
	{"Up", KeyUp},
	{"Down", KeyDown},
	{"Left", KeyLeft},
	{"Right", KeyRight},
	{"Home", KeyHome},
	{"End", KeyEnd},
	{"PageUp", KeyPageUp},
	{"PageDown", KeyPageDown},
	{"IC", KeyInsert},
	{"DC", KeyDelete},
	{"PgUp", KeyPageUp},
	{"PPage", KeyPageUp},
	{"PgDn", KeyPageDown},
	{"NPage", KeyPageDown},
	{"Insert", KeyInsert},
	{"Delete", KeyDelete},
	{"Backspace", KeyBackspace},
	{"Esc", KeyEscape},
	{"Return", KeyEnter},
}

// Char is the key of a character with modifiers, in the one form in which it
// compares equal: the control character that a terminal sends is the same key
// as the letter with Ctrl, and C-i, C-m, C-[ and C-? are Tab, Enter, Escape and
// BSpace, which no ordinary terminal tells apart.
func Char(r rune, m Mod) Key {
	if r < ' ' {
		m |= Ctrl
		r += '@'
	}
	if r == 0x7f {
		return Key{Named: KeyBackspace, Mod: m}
	}
	if m&Ctrl != 0 {
		switch r = unicode.ToLower(r); r {
		case '@':
			r = ' '
		case 'i':
			return Name(KeyTab, m&^Ctrl)
		case 'm':
			return Name(KeyEnter, m&^Ctrl)
		case '[':
			return Name(KeyEscape, m&^Ctrl)
		case '?':
			return Name(KeyBackspace, m&^Ctrl)
		}
		return Key{Rune: r, Mod: m}
	}
	if m&Shift != 0 && r != ' ' {
		// Without Ctrl the character itself says that Shift was held.
		r, m = unicode.ToUpper(r), m&^Shift
	}
	return Key{Rune: r, Mod: m}
}

// Name is the key of a name with modifiers, in the one form in which it compares equal.
func Name(n Named, m Mod) Key {
	if n == KeyTab && m&Shift != 0 {
		n, m = KeyBackTab, m&^Shift
	}
	if n == KeyBackTab {
		m &^= Shift
	}
	return Key{Named: n, Mod: m}
}

// Zero tells whether k is no key.
func (k Key) Zero() bool { return k == Key{} }

// String writes k as tmux does; Parse reads it back.
func (k Key) String() string {
	if k.Zero() {
		return "None"
	}
	var b strings.Builder
	for _, m := range []struct {
		mod  Mod
		text string
	}{{Ctrl, "C-"}, {Meta, "M-"}, {Shift, "S-"}} {
		if k.Mod&m.mod != 0 {
			b.WriteString(m.text)
		}
	}
	switch {
	case k.Named >= KeyF1 && k.Named <= KeyF20:
		b.WriteString("F" + strconv.Itoa(int(k.Named-KeyF1)+1))
	case k.Named != NoName:
		b.WriteString(k.Named.name())
	case k.Rune == ' ':
		b.WriteString("Space")
	default:
		b.WriteRune(k.Rune)
	}
	return b.String()
}

func (n Named) name() string {
	for _, e := range namedKeys {
		if e.key == n {
			return e.name
		}
	}
	return "Unknown"
}

// Parse reads a key as tmux writes it: modifiers C-, M- and S- (or ^ for C-)
// before a character or a name. Names are read without regard to case.
func Parse(s string) (Key, error) {
	rest, mod := s, Mod(0)
	for {
		m, cut := modifier(rest)
		if cut == 0 {
			break
		}
		mod |= m
		rest = rest[cut:]
	}
	if r, n := utf8.DecodeRuneInString(rest); n == len(rest) && n > 0 {
		if r == utf8.RuneError || r == ' ' || !unicode.IsPrint(r) {
			return Key{}, fmt.Errorf("%q is not a key: write Space, Tab or C-a for what has no letter", s)
		}
		return Char(r, mod), nil
	}
	if strings.EqualFold(rest, "Space") {
		return Char(' ', mod), nil
	}
	for _, e := range namedKeys {
		if strings.EqualFold(rest, e.name) {
			return Name(e.key, mod), nil
		}
	}
	if n, err := strconv.Atoi(strings.TrimLeft(rest, "fF")); err == nil && (rest[0] == 'f' || rest[0] == 'F') &&
		n >= 1 && n <= 20 && strings.EqualFold(rest, "F"+strconv.Itoa(n)) {
		return Name(KeyF1+Named(n-1), mod), nil
	}
	return Key{}, unknownKey(s, mod, rest)
}

// modifier reads one modifier at the start of s and says how long it is; a lone
// "^" or "C-" is none, so that "^" and "-" can be keys.
func modifier(s string) (Mod, int) {
	if len(s) > 1 && s[0] == '^' {
		return Ctrl, 1
	}
	if len(s) < 3 || s[1] != '-' {
		return 0, 0
	}
	switch s[0] {
	case 'C', 'c':
		return Ctrl, 2
	case 'M', 'm':
		return Meta, 2
	case 'S', 's':
		return Shift, 2
	}
	return 0, 0
}

func unknownKey(s string, mod Mod, rest string) error {
	if rest == "" {
		return fmt.Errorf("%q is not a key", s)
	}
	names := []string{"Space"}
	for _, e := range namedKeys {
		names = append(names, e.name)
	}
	near := nearest(rest, names)
	if near == "" {
		return fmt.Errorf("%q is not a key: keys are written as in tmux, such as a, C-Space, M-x, PageDown, F5", s)
	}
	if k, err := Parse(near); err == nil {
		k.Mod |= mod
		near = k.String()
	}
	return fmt.Errorf("%q is not a key: did you mean %s?", s, near)
}
