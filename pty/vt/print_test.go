package vt

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rows is what is on the screen after in was written: its rows up to the last
// that is not blank.
func rows(t *Terminal, in ...string) []string {
	for _, s := range in {
		t.Write([]byte(s))
	}
	return strings.Split(strings.TrimRight(t.Text(), "\n"), "\n")
}

func TestPrint(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []string
		x, y     int
	}{
		{"wrap", "0123456789ab", []string{"0123456789", "ab"}, 2, 1},
		{"no wrap", "\x1b[?7l0123456789ab", []string{"012345678b"}, 9, 0},
		{"wide at the margin", "012345678日", []string{"012345678", "日"}, 2, 1},
		{"wide at the margin, no wrap", "\x1b[?7l012345678日", []string{"012345678"}, 9, 0},
		{"wide that just fits", "01234567日x", []string{"01234567日", "x"}, 1, 1},
		{"half overwritten on the left", "日\x1b[1Gx", []string{"x"}, 1, 0},
		{"half overwritten on the right", "日本\x1b[2Gx", []string{" x本"}, 2, 0},
		{"wide over two halves", "日本語\x1b[2G漢", []string{" 漢 語"}, 3, 0},
		{"combining", "e\u0301x", []string{"e\u0301x"}, 2, 0},
		{"combining at the margin", "0123456789\u0301", []string{"0123456789\u0301"}, 9, 0},
		{"combining on a wide", "日\u0301x", []string{"日\u0301x"}, 3, 0},
		{"combining at the beginning", "\u0301x", []string{"x"}, 1, 0},
		{"combining on a blank", "\x1b[3G\u0301", []string{"  \u0301"}, 2, 0},
		{"skin tone", "👍🏽x", []string{"👍🏽x"}, 3, 0},
		{"skin tone on a narrow emoji", "☝🏽x", []string{"☝🏽x"}, 3, 0},
		{"family", "👨\u200d👩\u200d👧x", []string{"👨\u200d👩\u200d👧x"}, 3, 0},
		{"flags", "🇫🇷🇩🇪x", []string{"🇫🇷🇩🇪x"}, 5, 0},
		{"flag at the margin", "012345678🇫🇷x", []string{"012345678", "🇫🇷x"}, 3, 1},
		{"half a flag", "🇫x", []string{"🇫x"}, 2, 0},
		{"letters of a flag that do not touch", "🇫\x1b[1C\x1b[1D🇷", []string{"🇫🇷"}, 2, 0},
		{"VS16", "❤\ufe0fx", []string{"❤\ufe0fx"}, 2, 0},
		{"VS16, mode 2027", "\x1b[?2027h❤\ufe0fx", []string{"❤\ufe0fx"}, 3, 0},
		{"VS16 at the margin, mode 2027", "\x1b[?2027h012345678❤\ufe0fx", []string{"012345678", "❤\ufe0fx"}, 3, 1},
		{"Devanagari", "\u0928\u093fx", []string{"\u0928\u093fx"}, 3, 0},
		{"Devanagari, mode 2027", "\x1b[?2027h\u0928\u093fx", []string{"\u0928\u093fx"}, 2, 0},
		{"Hangul by parts", "\u1100\u1161\u11a8x", []string{"\u1100\u1161\u11a8x"}, 3, 0},
		{"zero width space", "a\u200bb", []string{"a\u200bb"}, 2, 0},
		{"not UTF-8", "a\xff\xc0\xaf\xed\xa0\x80b\xe2\x82", []string{"ab"}, 2, 0},
		{"cut character, then text", "\xe2\x82ab", []string{"ab"}, 2, 0},
		{"C1 in UTF-8", "a\u009b3Cb\u0085c", []string{"a   b", "c"}, 1, 1},
		{"a byte 9b is no C1", "a\x9b3Cb", []string{"a3Cb"}, 4, 0},
		{"NUL and DEL", "a\x00\x7fb", []string{"ab"}, 2, 0},
		{"line drawing", "\x1b(0lqk\x1b(Bq", []string{"┌─┐q"}, 4, 0},
		{"shift out and in", "\x1b)0\x0eq\x0fq", []string{"─q"}, 2, 0},
		{"single shift", "\x1b*0\x1bNqq", []string{"─q"}, 2, 0},
		{"locking shift", "\x1b*0\x1bnqq\x0fq", []string{"──q"}, 3, 0},
		{"insert", "abc\r\x1b[4hX\x1b[4lY", []string{"XYbc"}, 2, 0},
		{"insert wide over the margin", "0123456日9\r\x1b[4hX", []string{"X0123456日"}, 1, 0},
		{"insert pushes half over the margin", "01234567日\r\x1b[4hX", []string{"X01234567"}, 1, 0},
		{"REP", "ab\x1b[3b", []string{"abbbb"}, 5, 0},
		{"REP wide", "日\x1b[2b", []string{"日日日"}, 6, 0},
		{"REP after something else", "a\x1b[C\x1b[3b", []string{"a"}, 2, 0},
		{"REP over the margin", "a\x1b[10b", []string{"aaaaaaaaaa", "a"}, 1, 1},
		{"REP without sense", "a\x1b[999999999b", []string{"aaaaaaaaaa"}, 9, 0},
		{"tabs", "a\tb\x1b[3g\tc", []string{"a       bc"}, 9, 0},
		{"own tab stop", "\x1b[4G\x1bH\r\tx", []string{"   x"}, 4, 0},
		{"back tab", "\x1b[10G\x1b[Zx", []string{"        x"}, 9, 0},
		{"reverse wrap", "\x1b[?45h0123456789a\b\bx", []string{"012345678x", "a"}, 9, 0},
		{"new line mode", "\x1b[20hab\nc", []string{"ab", "c"}, 1, 1},
		{"selective erase", "\x1b[1\"qab\x1b[0\"qcd\x1b[?2K", []string{"ab"}, 4, 0},
	} {
		term := New(10, 4, Options{})
		got := rows(term, c.in)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s, want (-) and got (+):\n%s", c.name, diff)
		}
		if cur := term.Cursor(); cur.X != c.x || cur.Y != c.y {
			t.Errorf("%s: the cursor is at %d,%d, want %d,%d", c.name, cur.X, cur.Y, c.x, c.y)
		}
		term.check(t)
	}
}

// TestClusterBounded piles marks on one cell.
func TestClusterBounded(t *testing.T) {
	term := New(10, 4, Options{})
	term.Write([]byte("a" + strings.Repeat("\u0301", 10_000) + "b"))
	c := term.Cell(0, 0)
	if len(c.Text) > maxClusterBytes || c.Rune != 'a' || term.Cell(1, 0).Rune != 'b' {
		t.Errorf("the cell holds %d bytes, and %q follows", len(c.Text), term.Cell(1, 0).Rune)
	}
}

func TestCell(t *testing.T) {
	term := New(6, 2, Options{})
	term.Write([]byte("\x1b[1;38;5;200ma日e\u0301\x1b[0;44m\x1b[K"))
	st := Style{Fg: Indexed(200), Attr: Bold}
	want := []Cell{
		{Rune: 'a', Width: 1, Style: st},
		{Rune: '日', Width: 2, Style: st},
		{Rune: ' ', Width: 0, Style: st},
		{Rune: 'e', Text: "e\u0301", Width: 1, Style: st},
		{Rune: ' ', Width: 1, Style: Style{Bg: Indexed(4)}},
		{Rune: ' ', Width: 1, Style: Style{Bg: Indexed(4)}},
		{Rune: ' ', Width: 1},
	}
	var got []Cell
	for x := range 7 {
		got = append(got, term.Cell(x, 0))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-) and got (+):\n%s", diff)
	}
	if r := term.Row(0); r.Used() != 4 || r.Len() != 6 {
		t.Errorf("%d of %d columns are used", r.Used(), r.Len())
	}
	if term.Row(2).Len() != 6 || term.Row(2).Cell(0) != (Cell{Rune: ' ', Width: 1}) || term.Row(-1).String() != "" {
		t.Error("there is something outside of the screen")
	}
}

// TestCellsDoNotAllocate is what a drawer relies on.
func TestCellsDoNotAllocate(t *testing.T) {
	term := New(40, 4, Options{})
	term.Write([]byte("\x1b[31mplain 日本 e\u0301 👨\u200d👩\u200d👧\r\nmore\r\n\r\n\r\n\r\n\r\n"))
	n := 0
	if a := testing.AllocsPerRun(100, func() {
		for y := -2; y < 4; y++ {
			r := term.Row(y)
			for x := range r.Len() {
				n += r.Cell(x).Width
			}
		}
	}); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

func TestWidths(t *testing.T) {
	for r, want := range map[rune]int{
		'a': 1, 'é': 1, '日': 2, '한': 2, 'ｶ': 1, 0xff9e: 1, 0x3000: 2, 0x301: 0, 0x200b: 0, 0x200d: 0, 0xfe0f: 0, 0xad: 1,
		0x1160: 0, 0x1f600: 2, 0x2764: 1, 0x231a: 2, 0x1f1eb: 1, 0x1f3fb: 2, 0xe0067: 0, '─': 1, '①': 1, 0xfffd: 1, 0x10ffff: 1, 0x591: 0, 0x600: 1,
	} {
		if got := int(propOf(r) & propWidth); got != want {
			t.Errorf("%U is %d wide, want %d", r, got, want)
		}
	}
}
