package vt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestModes(t *testing.T) {
	fresh := Modes{AltScroll: true}
	for _, c := range []struct {
		in   string
		want func(*Modes)
	}{
		{"", func(m *Modes) {}},
		{"\x1b[?1049h", func(m *Modes) { m.AltScreen = true }},
		{"\x1b[?1h\x1b=", func(m *Modes) { m.AppCursor, m.AppKeypad = true, true }},
		{"\x1b[?66h", func(m *Modes) { m.AppKeypad = true }},
		{"\x1b[?2004;1004h", func(m *Modes) { m.BracketedPaste, m.Focus = true, true }},
		{"\x1b[?1000h", func(m *Modes) { m.Mouse = MouseClicks }},
		{"\x1b[?1000h\x1b[?1003h", func(m *Modes) { m.Mouse = MouseAny }},
		{"\x1b[?1000h\x1b[?1002h\x1b[?1000l", func(m *Modes) {}},
		{"\x1b[?1007l", func(m *Modes) { m.AltScroll = false }},
		{"\x1b[?5h\x1b[?2027h", func(m *Modes) { m.ReverseScreen, m.Graphemes = true, true }},
		{"\x1b[>7u\x1b[>4;1m", func(m *Modes) { m.Kitty, m.ModifyOtherKeys = 7, 1 }},
		{"\x1b[?1;2004h\x1b[?1;2004s\x1b[?1;2004l\x1b[?1r", func(m *Modes) { m.AppCursor = true }},
		{"\x1b[?1;2004;5h\x1b=\x1b[!p", func(m *Modes) { m.BracketedPaste, m.ReverseScreen = true, true }},
		{"\x1b[?1;2004;5;1049h\x1b[>1u\x1b=\x1bc", func(m *Modes) {}},
	} {
		term := New(10, 4, Options{})
		term.Write([]byte(c.in))
		want := fresh
		c.want(&want)
		if diff := cmp.Diff(want, term.Modes()); diff != "" {
			t.Errorf("after %q, want (-) and got (+):\n%s", c.in, diff)
		}
	}
}

func TestSynchronized(t *testing.T) {
	term := New(10, 4, Options{})
	step := func(in string, held bool, frame uint64) {
		t.Helper()
		term.Write([]byte(in))
		if h, f := term.Synchronized(); h != held || f != frame {
			t.Errorf("after %q: %v, frame %d", in, h, f)
		}
	}
	step("\x1b[?2026h", true, 1)
	step("x\x1b[?2026h", true, 1)
	step("\x1b[?2026l", false, 1)
	step("\x1b[?2026h\x1b[?2026l\x1b[?2026h", true, 3)
	step("\x1bc", false, 3)
}

func TestCursorStyle(t *testing.T) {
	for in, want := range map[string]Cursor{
		"":                {Visible: true},
		"\x1b[?25l":       {},
		"\x1b[2 q":        {Visible: true, Shape: Block},
		"\x1b[3 q":        {Visible: true, Shape: Underscore, Blink: true},
		"\x1b[6 q":        {Visible: true, Shape: Bar},
		"\x1b[6 q\x1b[ q": {Visible: true, Shape: Block},
		"\x1b[9 q":        {Visible: true},
		"\x1b[?12h":       {Visible: true, Blink: true},
		"0123456789":      {X: 9, Visible: true},
	} {
		term := New(10, 4, Options{})
		term.Write([]byte(in))
		if diff := cmp.Diff(want, term.Cursor()); diff != "" {
			t.Errorf("after %q, want (-) and got (+):\n%s", in, diff)
		}
	}
}

func TestAlternateScreen(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
		x, y int
	}{
		{"main\x1b[?1049hx\x1b[?1049lY", []string{"mainY"}, 5, 0},
		{"main\x1b[?47hx\x1b[?47lY", []string{"main Y"}, 6, 0},
		{"main\x1b[?1047h\r\nx\x1b[?1047lY", []string{"main", " Y"}, 2, 1},
		{"\x1b[31m\x1b[?1049h\x1b[0m\x1b[?1049lx\x1b[?1049h", []string{""}, 1, 0},
		{"a\x1b[?1048h\r\nb\x1b[?1048lc", []string{"ac", "b"}, 2, 0},
		{"\x1b[?47hold\x1b[?47l\x1b[?47h", []string{""}, 3, 0},
		{"\x1b[2;3r\x1b[?1049h\x1b[4;1H\nx", []string{"", "", "", "x"}, 1, 3},
		{"ab\x1b7\x1b[?1049h\x1b[3;3H\x1b7\x1b[H\x1b8X\x1b[?1049l\x1b8Y", []string{"abY"}, 3, 0},
	} {
		term := New(10, 4, Options{})
		if diff := cmp.Diff(c.want, rows(term, c.in)); diff != "" {
			t.Errorf("%q, want (-) and got (+):\n%s", c.in, diff)
		}
		if cur := term.Cursor(); cur.X != c.x || cur.Y != c.y {
			t.Errorf("%q: the cursor is at %d,%d", c.in, cur.X, cur.Y)
		}
	}
}

func TestReset(t *testing.T) {
	term := New(30, 8, Options{})
	term.Write([]byte(everything + strings.Repeat("line\r\n", 30) + "\x1bc"))
	fresh := New(30, 8, Options{})
	if diff := cmp.Diff(fresh.ANSI(), term.ANSI()); diff != "" {
		t.Error(diff)
	}
	if term.Modes() != fresh.Modes() || term.Cursor() != fresh.Cursor() || term.ScrollbackLen() != 0 || term.Title() != "" || term.Colors() != fresh.Colors() {
		t.Error("something is left after RIS")
	}
	if term.tabs != fresh.tabs || term.s.top != 0 || term.s.bottom != 7 {
		t.Error("tabs or margins are left after RIS")
	}
}

func TestSGR(t *testing.T) {
	for in, want := range map[string]Style{
		"":                       {},
		"1;2;3;5;7;8;9":          {Attr: Bold | Dim | Italic | Blink | Reverse | Hidden | Strike},
		"1;2;3;5;7;8;9;22;23;25": {Attr: Reverse | Hidden | Strike},
		"7;8;9;27;28;29":         {},
		"1;31;0":                 {},
		"1;;31":                  {Fg: Indexed(1)},
		"4":                      {Attr: Underline},
		"21":                     {Attr: Underline | DoubleUnderline},
		"4:3":                    {Attr: Underline | CurlyUnderline},
		"4:3;4:5":                {Attr: Underline | DashedUnderline},
		"4:4;24":                 {},
		"4:0":                    {},
		"53;55":                  {},
		"31;42":                  {Fg: Indexed(1), Bg: Indexed(2)},
		"97;100":                 {Fg: Indexed(15), Bg: Indexed(8)},
		"31;42;39;49":            {},
		"38;5;200":               {Fg: Indexed(200)},
		"38:5:200":               {Fg: Indexed(200)},
		"38;2;1;2;3":             {Fg: RGB(1, 2, 3)},
		"48:2:1:2:3":             {Bg: RGB(1, 2, 3)},
		"48:2::1:2:3":            {Bg: RGB(1, 2, 3)},
		"48:2:9:1:2:3:0:1":       {Bg: RGB(1, 2, 3)},
		"58:5:3;4":               {Underline: Indexed(3), Attr: Underline},
		"58;2;1;2;3;59":          {},
		"38;5":                   {Fg: Indexed(0)},
		"38;5;300;1":             {Attr: Bold},
		"38;2;300;1;2":           {},
		"38;9;1":                 {Attr: Bold},
		"38":                     {},
		"38:2:1;1":               {Attr: Bold},
		"1:2":                    {},
		"65535;123;1":            {Attr: Bold},
	} {
		term := New(10, 4, Options{})
		term.Write([]byte("\x1b[" + in + "mx"))
		if diff := cmp.Diff(want, term.Cell(0, 0).Style); diff != "" {
			t.Errorf("SGR %s, want (-) and got (+):\n%s", in, diff)
		}
	}
}

func TestParserBounds(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"33 parameters":      {"\x1b[" + strings.Repeat("1;", 32) + "31mx", "x"},
		"a control inside":   {"\x1b[3\r1mx", "x"},
		"called off":         {"\x1b[31\x18mx", "mx"},
		"begun again":        {"\x1b[31\x1b[1mx", "x"},
		"two intermediates":  {"\x1b[1 !px", "x"},
		"a prefix too late":  {"\x1b[1?hx", "x"},
		"text in a sequence": {"\x1b[31日mx", "mx"},
		"APC":                {"\x1b_Gi=1;AAAA\x1b\\x", "x"},
		"PM with BEL":        {"\x1b^abc\adef\x1b\\x", "x"},
		"SOS in C1":          {"\u0098abc\u009cx", "x"},
		"DCS":                {"\x1bP1;2|abc\x1b\\x", "x"},
		"DCS ended by ESC":   {"\x1bPabc\x1b[mx", "x"},
		"OSC without number": {"\x1b]abc\ax", "x"},
	} {
		term := New(10, 4, Options{})
		if got := rows(term, c.in)[0]; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
