package vt

import "testing"

func TestKeys(t *testing.T) {
	const (
		app    = "\x1b[?1h"
		keypad = "\x1b="
		lnm    = "\x1b[20h"
		bkm    = "\x1b[?67h"
		mok1   = "\x1b[>4;1m"
		mok2   = "\x1b[>4;2m"
		mok2u  = "\x1b[>4;2m\x1b[>4;1f"
		k1     = "\x1b[>1u"
		k3     = "\x1b[>3u"
		k5     = "\x1b[>5u"
		k8     = "\x1b[>8u"
		k31    = "\x1b[>31u"
	)
	for _, c := range []struct {
		modes string
		key   Key
		want  string
	}{
		{"", Key{Rune: 'a'}, "a"},
		{"", Key{Rune: 'A', Mods: Shift}, "A"},
		{"", Key{Rune: 'é'}, "é"},
		{"", Key{Rune: 'a', Mods: Ctrl}, "\x01"},
		{"", Key{Rune: 'A', Mods: Ctrl | Shift}, "\x01"},
		{"", Key{Rune: 1}, "\x01"},
		{"", Key{Rune: 0}, ""},
		{"", Key{Rune: ' ', Mods: Ctrl}, "\x00"},
		{"", Key{Rune: '/', Mods: Ctrl}, "\x1f"},
		{"", Key{Rune: '?', Mods: Ctrl}, "\x7f"},
		{"", Key{Rune: '[', Mods: Ctrl}, "\x1b"},
		{"", Key{Rune: '1', Mods: Ctrl}, "1"},
		{"", Key{Rune: 'a', Mods: Alt}, "\x1ba"},
		{"", Key{Rune: 'a', Mods: Alt | Ctrl}, "\x1b\x01"},
		{"", Key{Code: KeyEnter}, "\r"},
		{"", Key{Rune: '\r'}, "\r"},
		{lnm, Key{Code: KeyEnter}, "\r\n"},
		{"", Key{Code: KeyEnter, Mods: Alt}, "\x1b\r"},
		{"", Key{Code: KeyEnter, Mods: Shift}, "\r"},
		{"", Key{Code: KeyTab}, "\t"},
		{"", Key{Code: KeyTab, Mods: Shift}, "\x1b[Z"},
		{"", Key{Code: KeyBackspace}, "\x7f"},
		{"", Key{Code: KeyBackspace, Mods: Ctrl}, "\b"},
		{bkm, Key{Code: KeyBackspace}, "\b"},
		{"", Key{Code: KeyBackspace, Mods: Alt}, "\x1b\x7f"},
		{"", Key{Code: KeyEscape}, "\x1b"},
		{"", Key{Code: KeyUp}, "\x1b[A"},
		{app, Key{Code: KeyUp}, "\x1bOA"},
		{app, Key{Code: KeyUp, Mods: Ctrl}, "\x1b[1;5A"},
		{app, Key{Code: KeyHome}, "\x1bOH"},
		{"", Key{Code: KeyEnd, Mods: Shift | Alt}, "\x1b[1;4F"},
		{"", Key{Code: KeyPageUp}, "\x1b[5~"},
		{"", Key{Code: KeyDelete, Mods: Ctrl}, "\x1b[3;5~"},
		{"", Key{Code: KeyF(1)}, "\x1bOP"},
		{"", Key{Code: KeyF(4), Mods: Shift}, "\x1b[1;2S"},
		{"", Key{Code: KeyF(5)}, "\x1b[15~"},
		{"", Key{Code: KeyF(12), Mods: Alt}, "\x1b[24;3~"},
		{"", Key{Code: KeyF(13)}, "\x1b[1;2P"},
		{"", Key{Code: KeyF(24)}, "\x1b[24;2~"},
		{"", Key{Code: KeyUp, Event: Release}, ""},
		{"", Key{Code: KeyUp, Event: Repeat}, "\x1b[A"},
		{"", Key{Rune: '5', Keypad: true}, "5"},
		{keypad, Key{Rune: '5', Keypad: true}, "\x1bOu"},
		{keypad, Key{Rune: '5'}, "5"},
		{"", Key{Rune: 'a', Mods: CapsLock}, "a"},

		{mok1, Key{Rune: 'a', Mods: Ctrl}, "\x01"},
		{mok1, Key{Rune: '1', Mods: Ctrl}, "\x1b[27;5;49~"},
		{mok1, Key{Rune: 'a', Mods: Alt}, "\x1ba"},
		{mok1, Key{Code: KeyEnter, Mods: Shift}, "\x1b[27;2;13~"},
		{mok1, Key{Code: KeyTab, Mods: Ctrl}, "\x1b[27;5;9~"},
		{mok1, Key{Code: KeyTab, Mods: Shift}, "\x1b[Z"},
		{mok2, Key{Rune: 'a', Mods: Ctrl}, "\x1b[27;5;97~"},
		{mok2, Key{Rune: 'A', Mods: Shift}, "A"},
		{mok2, Key{Rune: 'a', Mods: Alt}, "\x1b[27;3;97~"},
		{mok2, Key{Code: KeyUp, Mods: Ctrl}, "\x1b[1;5A"},
		{mok2, Key{Code: KeyBackspace, Mods: Ctrl}, "\x1b[27;5;127~"},
		{mok2u, Key{Rune: 'a', Mods: Ctrl}, "\x1b[97;5u"},

		{k1, Key{Rune: 'a'}, "a"},
		{k1, Key{Rune: 'A', Mods: Shift}, "A"},
		{k1, Key{Rune: 'a', Mods: Ctrl}, "\x1b[97;5u"},
		{k1, Key{Rune: 'A', Mods: Ctrl}, "\x1b[97;6u"},
		{k1, Key{Rune: 1}, "\x1b[97;5u"},
		{k1, Key{Rune: 'a', Mods: Alt}, "\x1b[97;3u"},
		{k1, Key{Code: KeyEscape}, "\x1b[27u"},
		{k1, Key{Code: KeyEnter}, "\r"},
		{k1, Key{Code: KeyEnter, Mods: Shift}, "\x1b[13;2u"},
		{k1, Key{Code: KeyTab, Mods: Shift}, "\x1b[9;2u"},
		{k1, Key{Code: KeyBackspace, Mods: Ctrl}, "\x1b[127;5u"},
		{k1, Key{Code: KeyUp}, "\x1b[A"},
		{app + k1, Key{Code: KeyUp}, "\x1b[A"},
		{k1, Key{Code: KeyUp, Mods: Ctrl}, "\x1b[1;5A"},
		{k1, Key{Code: KeyF(1)}, "\x1b[P"},
		{k1, Key{Code: KeyF(3)}, "\x1b[13~"},
		{k1, Key{Code: KeyF(13)}, "\x1b[57376u"},
		{k1, Key{Code: KeyDelete}, "\x1b[3~"},
		{k1, Key{Code: KeyUp, Event: Release}, ""},
		{k3, Key{Code: KeyUp, Event: Release}, "\x1b[1;1:3A"},
		{k3, Key{Rune: 'a', Mods: Ctrl, Event: Repeat}, "\x1b[97;5:2u"},
		{k3, Key{Rune: 'a', Event: Release}, ""},
		{k3, Key{Code: KeyEnter, Event: Release}, ""},
		{k5, Key{Rune: 'A', Mods: Ctrl}, "\x1b[97:65;6u"},
		{k8, Key{Rune: 'a'}, "\x1b[97u"},
		{k8, Key{Code: KeyEnter}, "\x1b[13u"},
		{k8, Key{Rune: 'a', Mods: NumLock}, "\x1b[97;129u"},
		{k31, Key{Rune: 'A', Mods: Shift}, "\x1b[97:65;2;65u"},
		{k31, Key{Rune: 'a'}, "\x1b[97;;97u"},
		{k31, Key{Rune: 'a', Event: Release}, "\x1b[97;1:3u"},
	} {
		term := New(10, 4, Options{})
		term.Write([]byte(c.modes))
		if got := string(term.KeyBytes(c.key)); got != c.want {
			t.Errorf("%+v after %q sends %q, want %q", c.key, c.modes, got, c.want)
		}
	}
}

func TestKittyStack(t *testing.T) {
	term := New(10, 4, Options{})
	step := func(in string, want uint8) {
		t.Helper()
		term.Write([]byte(in))
		if got := term.Modes().Kitty; got != want {
			t.Errorf("after %q the flags are %d, want %d", in, got, want)
		}
	}
	step("\x1b[>1u", 1)
	step("\x1b[>3u", 3)
	step("\x1b[?1049h", 0) // each screen has its own
	step("\x1b[>7u", 7)
	step("\x1b[?1049l", 3)
	step("\x1b[<u", 1)
	step("\x1b[=4;2u", 5)
	step("\x1b[=1;3u", 4)
	step("\x1b[=9u", 9)
	step("\x1b[<99u", 0)
	step("\x1b[>255u", 31)
	for range 100 {
		term.Write([]byte("\x1b[>1u"))
	}
	if n := len(term.s.kitty.stack); n != maxKitty {
		t.Errorf("the stack is %d deep", n)
	}
}

func TestMouse(t *testing.T) {
	const sgr = "\x1b[?1006h"
	press := Mouse{X: 2, Y: 3, Button: ButtonLeft}
	release := Mouse{X: 2, Y: 3, Button: ButtonLeft, Event: MouseRelease}
	drag := Mouse{X: 3, Y: 3, Button: ButtonLeft, Event: MouseMotion}
	move := Mouse{X: 4, Y: 3, Event: MouseMotion}
	wheel := Mouse{X: 2, Y: 3, Button: WheelUp}
	for _, c := range []struct {
		modes string
		mouse Mouse
		want  string
	}{
		{"", press, ""},
		{"", wheel, ""},
		{"\x1b[?9h", press, "\x1b[M #$"},
		{"\x1b[?9h", release, ""},
		{"\x1b[?9h", wheel, ""},
		{"\x1b[?1000h", press, "\x1b[M #$"},
		{"\x1b[?1000h", release, "\x1b[M##$"},
		{"\x1b[?1000h", drag, ""},
		{"\x1b[?1000h" + sgr, press, "\x1b[<0;3;4M"},
		{"\x1b[?1000h" + sgr, release, "\x1b[<0;3;4m"},
		{"\x1b[?1000h" + sgr, wheel, "\x1b[<64;3;4M"},
		{"\x1b[?1000h" + sgr, Mouse{Button: ButtonRight, Mods: Ctrl | Alt | Shift}, "\x1b[<30;1;1M"},
		{"\x1b[?1000h" + sgr, Mouse{X: 999, Y: -4, Button: ButtonBack}, "\x1b[<128;300;1M"},
		{"\x1b[?1002h" + sgr, drag, "\x1b[<32;4;4M"},
		{"\x1b[?1002h" + sgr, move, ""},
		{"\x1b[?1003h" + sgr, move, "\x1b[<35;5;4M"},
		{"\x1b[?1000h\x1b[?1015h", press, "\x1b[32;3;4M"},
		{"\x1b[?1000h\x1b[?1016h", press, "\x1b[<0;23;64M"},
		{"\x1b[?1000h\x1b[?1005h", Mouse{X: 199, Y: 3, Button: ButtonLeft}, "\x1b[M \u00e8$"},
		{"\x1b[?1000h", Mouse{X: 250, Y: 3, Button: ButtonLeft}, ""},
		{"\x1b[?1000h\x1b[?1000l", press, ""},
		{"\x1b[?1049h", wheel, "\x1b[A\x1b[A\x1b[A"},
		{"\x1b[?1049h\x1b[?1h", Mouse{Button: WheelDown}, "\x1bOB\x1bOB\x1bOB"},
		{"\x1b[?1049h\x1b[?1007l", wheel, ""},
	} {
		term := New(300, 20, Options{})
		term.Write([]byte(c.modes))
		if got := string(term.MouseBytes(c.mouse)); got != c.want {
			t.Errorf("%+v after %q sends %q, want %q", c.mouse, c.modes, got, c.want)
		}
	}
}

// TestMouseMotionOnce wants motion inside one cell to be reported once.
func TestMouseMotionOnce(t *testing.T) {
	term := New(20, 20, Options{})
	term.Write([]byte("\x1b[?1003;1006h"))
	move := Mouse{X: 4, Y: 3, Event: MouseMotion}
	if term.MouseBytes(move) == nil || term.MouseBytes(move) != nil {
		t.Error("motion inside a cell is reported again, or never")
	}
}

func TestPaste(t *testing.T) {
	for _, c := range []struct{ modes, in, want string }{
		{"", "a\nb\r\nc", "a\rb\rc"},
		{"\x1b[?2004h", "a\n", "\x1b[200~a\r\x1b[201~"},
		{"\x1b[?2004h", "x\x1b[201~rm -rf /\n", "\x1b[200~x[201~rm -rf /\r\x1b[201~"},
		{"\x1b[?2004h", "x\u009b201~y", "\x1b[200~x201~y\x1b[201~"},
		{"", "\x03\x04tab\t日", "tab\t日"},
		{"\x1b[?2004h", "", ""},
	} {
		term := New(20, 4, Options{})
		term.Write([]byte(c.modes))
		if got := string(term.PasteBytes(c.in)); got != c.want {
			t.Errorf("%q is pasted as %q, want %q", c.in, got, c.want)
		}
	}
}

func TestFocus(t *testing.T) {
	term := New(20, 4, Options{})
	if b := term.FocusBytes(true); b != nil {
		t.Errorf("told %q without being asked", b)
	}
	term.Write([]byte("\x1b[?1004h"))
	if in, out := string(term.FocusBytes(true)), string(term.FocusBytes(false)); in != "\x1b[I" || out != "\x1b[O" {
		t.Errorf("told %q and %q", in, out)
	}
}
