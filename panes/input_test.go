package panes

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/pty/vt"
)

// read feeds the bytes piece by piece, each at noon, and lets what is left expire.
func read(pieces ...string) []any {
	var in input
	var out []any
	for _, p := range pieces {
		out = append(out, in.feed([]byte(p), noon)...)
	}
	return append(out, in.expire(noon)...)
}

func keys(ks ...vt.Key) []any {
	var out []any
	for _, k := range ks {
		out = append(out, keyIn{k, noon})
	}
	return out
}

func char(r rune, m vt.Mod) vt.Key { return vt.Key{Rune: r, Mods: m} }

var unexported = cmp.AllowUnexported(keyIn{}, pasteIn{}, mouseIn{}, focusIn{})

func TestKeysInAllWaysOfSendingThem(t *testing.T) {
	for _, c := range []struct {
		name string
		in   string
		want []any
	}{
		{"letters", "aZ é中", keys(char('a', 0), char('Z', 0), char(' ', 0), char('é', 0), char('中', 0))},
		{"control", "\x00\x01\x03\x08\x1a\x1c\x1d\x1e\x1f", keys(char(' ', vt.Ctrl), char('a', vt.Ctrl), char('c', vt.Ctrl), char('h', vt.Ctrl),
			char('z', vt.Ctrl), char('\\', vt.Ctrl), char(']', vt.Ctrl), char('^', vt.Ctrl), char('_', vt.Ctrl))},
		{"enter tab backspace", "\r\n\t\x7f", keys(vt.Key{Code: vt.KeyEnter}, char('j', vt.Ctrl), vt.Key{Code: vt.KeyTab}, vt.Key{Code: vt.KeyBackspace})},
		{"escape", "\x1b", keys(vt.Key{Code: vt.KeyEscape})},
		{"escape twice", "\x1b\x1b", keys(vt.Key{Code: vt.KeyEscape}, vt.Key{Code: vt.KeyEscape})},
		{"alt", "\x1ba\x1bé\x1b\r\x1b\x7f\x1b\x01", keys(char('a', vt.Alt), char('é', vt.Alt), vt.Key{Code: vt.KeyEnter, Mods: vt.Alt},
			vt.Key{Code: vt.KeyBackspace, Mods: vt.Alt}, char('a', vt.Ctrl|vt.Alt))},
		{"alt and what begins a sequence", "\x1b]x", keys(char(']', vt.Alt), char('x', 0))},
		{"alt held down", "\x1b]\x1b]\x1b]", keys(char(']', vt.Alt), char(']', vt.Alt), char(']', vt.Alt))},
		{"alt P, X, ^ and _", "\x1bPx\x1bX\x1b^\x1b_", keys(char('P', vt.Alt), char('x', 0), char('X', vt.Alt), char('^', vt.Alt), char('_', vt.Alt))},
		{"alt [ alone", "\x1b[", keys(char('[', vt.Alt))},
		{"alt O alone", "\x1bO", keys(char('O', vt.Alt))},
		{"arrows", "\x1b[A\x1bOB\x1b[1;5C\x1b[1;3D", keys(vt.Key{Code: vt.KeyUp}, vt.Key{Code: vt.KeyDown},
			vt.Key{Code: vt.KeyRight, Mods: vt.Ctrl}, vt.Key{Code: vt.KeyLeft, Mods: vt.Alt})},
		{"alt arrow of rxvt", "\x1b\x1b[A", keys(vt.Key{Code: vt.KeyUp, Mods: vt.Alt})},
		{"function keys", "\x1bOP\x1b[15~\x1b[24;2~\x1b[[A\x1b[1;5S\x1b[34~", keys(vt.Key{Code: vt.KeyF(1)}, vt.Key{Code: vt.KeyF(5)},
			vt.Key{Code: vt.KeyF(12), Mods: vt.Shift}, vt.Key{Code: vt.KeyF(1)}, vt.Key{Code: vt.KeyF(4), Mods: vt.Ctrl}, vt.Key{Code: vt.KeyF(20)})},
		{"editing", "\x1b[2~\x1b[3~\x1b[5~\x1b[6;5~\x1b[H\x1b[4~\x1b[Z", keys(vt.Key{Code: vt.KeyInsert}, vt.Key{Code: vt.KeyDelete},
			vt.Key{Code: vt.KeyPageUp}, vt.Key{Code: vt.KeyPageDown, Mods: vt.Ctrl}, vt.Key{Code: vt.KeyHome}, vt.Key{Code: vt.KeyEnd},
			vt.Key{Code: vt.KeyTab, Mods: vt.Shift})},
		{"keypad", "\x1bOp\x1bOM", keys(vt.Key{Rune: '0', Keypad: true}, vt.Key{Code: vt.KeyEnter, Keypad: true})},
		{"modifyOtherKeys", "\x1b[27;5;32~\x1b[27;2;13~\x1b[27;6;65~\x1b[27;5;1089~", keys(char(' ', vt.Ctrl),
			vt.Key{Code: vt.KeyEnter, Mods: vt.Shift}, char('A', vt.Ctrl|vt.Shift), char('с', vt.Ctrl))},
		{"kitty", "\x1b[27u\x1b[97;5u\x1b[13;2u\x1b[9;5u\x1b[32;5u", keys(vt.Key{Code: vt.KeyEscape}, char('a', vt.Ctrl),
			vt.Key{Code: vt.KeyEnter, Mods: vt.Shift}, vt.Key{Code: vt.KeyTab, Mods: vt.Ctrl}, char(' ', vt.Ctrl))},
		{"kitty with shifted keys", "\x1b[49:33;4u\x1b[97;4u", keys(char('!', vt.Alt|vt.Shift), char('A', vt.Alt|vt.Shift))},
		{"kitty lock and super", "\x1b[99;69u\x1b[97;9u", keys(char('c', vt.Ctrl|vt.CapsLock), char('a', vt.Super))},
		{"kitty keypad", "\x1b[57414u\x1b[57400u", keys(vt.Key{Code: vt.KeyEnter, Keypad: true}, vt.Key{Rune: '1', Keypad: true})},
		{"kitty releases and lone modifiers are nothing", "\x1b[97;1:3u\x1b[57441;2u\x1b[57358u", nil},
		{"kitty repeats are keys", "\x1b[97;1:2u", keys(char('a', 0))},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(c.in), unexported); diff != "" {
				t.Errorf("%q:\n%s", c.in, diff)
			}
			// Over a slow line the same comes byte by byte. (Only an Escape before
			// nothing, or before another one, must wait to be known.)
			if diff := cmp.Diff(c.want, read(strings.Split(c.in, "")...), unexported); diff != "" && !strings.ContainsAny(c.in, "é中") {
				t.Errorf("%q in pieces:\n%s", c.in, diff)
			}
		})
	}
}

// What a terminal answers when something on its screen asks is not typed by
// anybody: it must reach neither an agent nor the inbox.
func TestAnswersOfTheTerminalAreNoKeys(t *testing.T) {
	for _, in := range []string{
		"\x1b[?62;1;6c", "\x1b[>0;276;0c", "\x1b[12;40R", "\x1b[0n", "\x1b[?2026;2$y", "\x1b[?1u",
		"\x1b]10;rgb:ffff/0000/0000\x1b\\", "\x1b]11;rgb:ffff/0000/0000\a", "\x1b]52;c;YQ==\x1b\\",
		"\x1bP>|XTerm(370)\x1b\\", "\x1bP1$r0m\x1b\\", "\x1bP1+r524742=38\x1b\\", "\x1b_Gi=1;OK\x1b\\", "\x1b[8;24;80t", "\x1b[?997;1n",
	} {
		if got := read(in); len(got) != 0 {
			t.Errorf("%q gives %v", in, got)
		}
		if got := read(strings.Split(in, "")...); len(got) != 0 {
			t.Errorf("%q in pieces gives %v", in, got)
		}
		if got := read(in + "a"); len(got) != 1 {
			t.Errorf("after %q a key gives %v", in, got)
		}
	}
}

func TestPasteKeepsEveryByte(t *testing.T) {
	text := "a\r\nb\tc\x1b[A\x1b[200~ü\x00\x1b]x"
	want := []any{keyIn{char('x', 0), noon}, pasteIn{text: text, at: noon}, keyIn{char('y', 0), noon}}
	all := "x\x1b[200~" + text + "\x1b[201~y"
	for n := range len(all) {
		var in input
		got := in.feed([]byte(all[:n]), noon)
		got = append(got, in.feed([]byte(all[n:]), noon)...)
		if diff := cmp.Diff(want, got, unexported); diff != "" {
			t.Fatalf("cut after %d bytes:\n%s", n, diff)
		}
	}
}

func TestAPasteWithoutEndHasABound(t *testing.T) {
	var in input
	in.feed([]byte("\x1b[200~"), noon)
	for range 3 * maxPaste / 4096 {
		if got := in.feed([]byte(strings.Repeat("a", 4096)), noon); len(got) != 0 {
			t.Fatalf("got %v", got)
		}
	}
	if n := cap(in.paste) + cap(in.buf); n > 2*maxPaste {
		t.Errorf("it holds %d bytes", n)
	}
	got := in.feed([]byte("\x1b[201~"), noon)
	if len(got) != 1 || !got[0].(pasteIn).cut {
		t.Errorf("it is not said to be cut: %d events", len(got))
	}
}

func TestMouseAndFocus(t *testing.T) {
	got := read("\x1b[<0;10;5M\x1b[<32;11;5M\x1b[<0;11;5m\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<35;3;4M\x1b[<20;2;2M\x1b[I\x1b[O\x1b[M !!\x1b[<128;1;1M")
	m := func(b vt.Button, e vt.MouseEvent, x, y int, mod vt.Mod) mouseIn {
		return mouseIn{vt.Mouse{X: x, Y: y, Button: b, Event: e, Mods: mod}, noon}
	}
	want := []any{
		m(vt.ButtonLeft, vt.MousePress, 9, 4, 0),
		m(vt.ButtonLeft, vt.MouseMotion, 10, 4, 0),
		m(vt.ButtonLeft, vt.MouseRelease, 10, 4, 0),
		m(vt.WheelUp, vt.MousePress, 0, 0, 0),
		m(vt.WheelDown, vt.MousePress, 0, 0, 0),
		m(vt.NoButton, vt.MouseMotion, 2, 3, 0),
		m(vt.ButtonLeft, vt.MousePress, 1, 1, vt.Shift|vt.Ctrl),
		focusIn{on: true, at: noon},
		focusIn{on: false, at: noon},
		m(vt.ButtonLeft, vt.MousePress, 0, 0, 0),
		m(vt.ButtonBack, vt.MousePress, 0, 0, 0),
	}
	if diff := cmp.Diff(want, got, unexported); diff != "" {
		t.Error(diff)
	}
}

func TestAnEscapeWaitsOnlyForItself(t *testing.T) {
	var in input
	if !in.deadline().IsZero() {
		t.Error("an empty input waits")
	}
	in.feed([]byte("\x1b"), noon)
	if got := in.deadline(); !got.Equal(noon.Add(escapeWait)) {
		t.Errorf("it waits until %v", got)
	}
	in.feed([]byte("[1;"), noon.Add(20*time.Millisecond))
	if got := in.deadline(); !got.Equal(noon.Add(replyWait)) {
		t.Errorf("a sequence of which more came waits until %v", got)
	}
	if got := in.expire(noon.Add(replyWait)); len(got) != 0 || len(in.buf) != 0 {
		t.Errorf("half a sequence gives %v, leaves %q", got, in.buf)
	}
}

// Whatever comes, no more is made of it than there were bytes, none is kept for
// ever, and a letter afterwards is a letter.
func FuzzInput(f *testing.F) {
	for _, s := range []string{"\x1b[27;5;32~", "\x1b[<0;1;1M", "\x1b]52;c;x\a", "\x1bOP", "\x1b[200~x\x1b[201~", "\xff\xc3", "\x1b[M\x1b[", "\x1b\x1b\x1b[A", "\x1b[99999999999;9u"} {
		f.Add([]byte(s), 1)
	}
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		var in input
		n := 0
		if cut < 0 || cut > len(b) {
			cut = len(b)
		}
		for _, part := range [][]byte{b[:cut], b[cut:]} {
			n += len(in.feed(part, noon))
		}
		n += len(in.expire(noon))
		if n > len(b) {
			t.Fatalf("%d events of %d bytes", n, len(b))
		}
		if in.pasting {
			in.feed([]byte("\x1b[201~"), noon)
		}
		if len(in.buf) != 0 {
			t.Fatalf("%q is kept", in.buf)
		}
		got := in.feed([]byte("q"), noon)
		if diff := cmp.Diff(keys(char('q', 0)), got, unexported); diff != "" {
			t.Fatal(diff)
		}
	})
}
