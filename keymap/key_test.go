package keymap

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseReadsWhatTmuxWrites(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Key
		out  string
	}{
		{"a", Key{Rune: 'a'}, "a"},
		{"A", Key{Rune: 'A'}, "A"},
		{"S-a", Key{Rune: 'A'}, "A"},
		{"M-S-a", Key{Rune: 'A', Mod: Meta}, "M-A"},
		{"é", Key{Rune: 'é'}, "é"},
		{"-", Key{Rune: '-'}, "-"},
		{"^", Key{Rune: '^'}, "^"},
		{"C--", Key{Rune: '-', Mod: Ctrl}, "C--"},
		{"C-a", Key{Rune: 'a', Mod: Ctrl}, "C-a"},
		{"C-A", Key{Rune: 'a', Mod: Ctrl}, "C-a"},
		{"^a", Key{Rune: 'a', Mod: Ctrl}, "C-a"},
		{"C-Space", Key{Rune: ' ', Mod: Ctrl}, "C-Space"},
		{"C-@", Key{Rune: ' ', Mod: Ctrl}, "C-Space"},
		{"c-space", Key{Rune: ' ', Mod: Ctrl}, "C-Space"},
		{"Space", Key{Rune: ' '}, "Space"},
		{"S-Space", Key{Rune: ' ', Mod: Shift}, "S-Space"},
		{"C-]", Key{Rune: ']', Mod: Ctrl}, "C-]"},
		{`C-\`, Key{Rune: '\\', Mod: Ctrl}, `C-\`},
		{"C-[", Key{Named: KeyEscape}, "Escape"},
		{"C-i", Key{Named: KeyTab}, "Tab"},
		{"C-m", Key{Named: KeyEnter}, "Enter"},
		{"C-?", Key{Named: KeyBackspace}, "BSpace"},
		{"S-Tab", Key{Named: KeyBackTab}, "BTab"},
		{"BTab", Key{Named: KeyBackTab}, "BTab"},
		{"M-x", Key{Rune: 'x', Mod: Meta}, "M-x"},
		{"C-M-Up", Key{Named: KeyUp, Mod: Ctrl | Meta}, "C-M-Up"},
		{"M-C-up", Key{Named: KeyUp, Mod: Ctrl | Meta}, "C-M-Up"},
		{"NPage", Key{Named: KeyPageDown}, "PageDown"},
		{"PgDn", Key{Named: KeyPageDown}, "PageDown"},
		{"DC", Key{Named: KeyDelete}, "DC"},
		{"F1", Key{Named: KeyF1}, "F1"},
		{"f20", Key{Named: KeyF20}, "F20"},
		{"F", Key{Rune: 'F'}, "F"},
		{"S-F5", Key{Named: KeyF1 + 4, Mod: Shift}, "S-F5"},
	} {
		got, err := Parse(c.in)
		if err != nil {
			t.Errorf("Parse(%q): %v", c.in, err)
			continue
		}
		if got != c.want {
			t.Errorf("Parse(%q) = %+v, want %+v", c.in, got, c.want)
		}
		if got.String() != c.out {
			t.Errorf("Parse(%q).String() = %q, want %q", c.in, got.String(), c.out)
		}
	}
}

func TestParseNamesTheNearestKey(t *testing.T) {
	for in, want := range map[string]string{
		"C-Spce":    "did you mean C-Space?",
		"M-Entr":    "did you mean M-Enter?",
		"PageDwon":  "did you mean PageDown?",
		"Delte":     "did you mean DC?",
		"F21":       "keys are written as in tmux",
		"F05":       "keys are written as in tmux",
		"":          "is not a key",
		" ":         "write Space",
		"\x01":      "write Space",
		"whatever":  "keys are written as in tmux",
		"C-M-":      "is not a key",
		"\xff":      "is not a key",
		"Super-Tab": "is not a key",
	} {
		_, err := Parse(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q): error %v, want one with %q", in, err, want)
		}
	}
}

func TestCharMakesOneKeyOfWhatTerminalsSend(t *testing.T) {
	for _, c := range []struct {
		r    rune
		m    Mod
		want string
	}{
		{0, 0, "C-Space"},
		{' ', Ctrl, "C-Space"},
		{1, 0, "C-a"},
		{1, Ctrl, "C-a"},
		{0x1d, 0, "C-]"},
		{']', Ctrl, "C-]"},
		{'\t', 0, "Tab"},
		{'\t', Shift, "BTab"},
		{'\r', 0, "Enter"},
		{0x1b, 0, "Escape"},
		{0x7f, 0, "BSpace"},
		{'a', Meta | Shift, "M-A"},
		{'a', Ctrl | Shift, "C-S-a"},
	} {
		if got := Char(c.r, c.m).String(); got != c.want {
			t.Errorf("Char(%q, %d) = %s, want %s", c.r, c.m, got, c.want)
		}
	}
}

// What is printed is read back as the same key: a status bar never names a key
// that the configuration would not take.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"a", "C-Space", "M-x", "S-Up", "F12", "^a", "C-M-S-F20", "C-é", "--", "M--", "C-C-a", "S-ß", "C-İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k, err := Parse(s)
		if err != nil {
			if !k.Zero() {
				t.Fatalf("Parse(%q) gives %v and an error", s, k)
			}
			return
		}
		again, err := Parse(k.String())
		if err != nil {
			t.Fatalf("Parse(%q) = %v, which is not read back: %v", s, k, err)
		}
		if diff := cmp.Diff(k, again); diff != "" {
			t.Fatalf("Parse(%q) = %v is read back as another key:\n%s", s, k, diff)
		}
	})
}
