package vt

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResize(t *testing.T) {
	for _, c := range []struct {
		name       string
		in         string
		cols, rows int
		want       []string // scrollback and screen
		x, y       int
	}{
		{"wider joins", "0123456789abc\r\nx", 20, 4, []string{"0123456789abc", "x", "", ""}, 1, 1},
		{"narrower wraps", "0123456789\r\nx", 6, 4, []string{"012345", "6789", "x", ""}, 1, 2},
		{"narrower, into the scrollback", "0123456789\r\n0123456789\r\nabc", 6, 4, []string{"012345", "6789", "012345", "6789", "abc"}, 3, 3},
		{"the cursor stays with its character", "0123456789abc\x1b[1;9H", 5, 4, []string{"01234", "56789", "abc", ""}, 3, 1},
		{"a pending wrap stays pending", "0123456789", 5, 4, []string{"01234", "56789", "", ""}, 4, 1},
		{"a pending wrap is none in a wider screen", "0123456789", 12, 4, []string{"0123456789", "", "", ""}, 10, 0},
		{"wide characters at the new margin", "日本語日本", 5, 4, []string{"日本", "語日", "本", ""}, 2, 2},
		{"wide characters come back together", "012345678日x", 12, 4, []string{"012345678日x", "", "", ""}, 12 - 0, 0},
		{"lower: first what is below the cursor", "a\r\nb\r\nc\r\nd\x1b[2;1H", 10, 3, []string{"a", "b", "c"}, 0, 1},
		{"lower: then the top", "a\r\nb\r\nc\r\nd", 10, 2, []string{"a", "b", "c", "d"}, 1, 1},
		{"higher with nothing above", "a\r\nb", 10, 6, []string{"a", "b", "", "", "", ""}, 1, 1},
		{"blanks that were written stay", "ab   \r\nx", 4, 4, []string{"ab", "", "x", ""}, 1, 2},
		{"one column", "abc\r\nd", 1, 4, []string{"a", "b", "c", "d"}, 0, 3},
		{"one cell", "ab\r\nc", 1, 1, []string{"a", "b", "c"}, 0, 0},
		{"a colour to the margin", "\x1b[44mab\x1b[K\x1b[0m\r\nx", 5, 4, []string{"ab", "x", "", ""}, 1, 1},
	} {
		term := New(10, 4, Options{})
		term.Write([]byte(c.in))
		term.Resize(c.cols, c.rows)
		term.check(t)
		if diff := cmp.Diff(c.want, history(term)); diff != "" {
			t.Errorf("%s, want (-) and got (+):\n%s", c.name, diff)
		}
		if cur := term.Cursor(); cur.X != min(c.x, c.cols-1) || cur.Y != c.y {
			t.Errorf("%s: the cursor is at %d,%d, want %d,%d", c.name, cur.X, cur.Y, c.x, c.y)
		}
	}
}

func TestResizeBounds(t *testing.T) {
	term := New(-5, 0, Options{})
	if c, r := term.Size(); c != 1 || r != 1 {
		t.Errorf("%dx%d", c, r)
	}
	term.Resize(1<<30, 1<<30)
	if c, r := term.Size(); c != MaxCols || r != MaxRows {
		t.Errorf("%dx%d", c, r)
	}
	term.Write([]byte(strings.Repeat("日本 text ", 5000)))
	term.Resize(1, 1)
	term.check(t)
	term.Resize(80, 24)
	term.check(t)
}

// TestResizeThereAndBack wants nothing lost by a narrow moment.
func TestResizeThereAndBack(t *testing.T) {
	term := New(80, 10, Options{})
	for i := range 200 {
		fmt.Fprintf(term, "%d %s 日本語 \x1b[3%dmcolour\x1b[0m e\u0301\r\n", i, strings.Repeat("word ", i%30), i%8)
	}
	term.Write([]byte("$ "))
	before, ansi := history(term), term.ANSI()
	for _, size := range [][2]int{{20, 10}, {7, 3}, {133, 40}, {80, 10}} {
		term.Resize(size[0], size[1])
		term.check(t)
	}
	if diff := cmp.Diff(before, history(term)); diff != "" {
		t.Errorf("before (-) and after (+):\n%s", diff)
	}
	if diff := cmp.Diff(ansi, term.ANSI()); diff != "" {
		t.Errorf("before (-) and after (+):\n%s", diff)
	}
}

// TestResizeUnderAlternate wants the normal screen cut anew while another program
// has the alternate one, which is only cut.
func TestResizeUnderAlternate(t *testing.T) {
	for _, on := range []string{"\x1b[?1049h", "\x1b[?47h"} {
		term := New(10, 4, Options{})
		term.Write([]byte("0123456789abc\r\n$ " + on + "\x1b[HTOP\r\nNEXT\x1b[4;1Hlast"))
		term.Resize(20, 3)
		term.check(t)
		if diff := cmp.Diff([]string{"NEXT", "", "last"}, history(term)); diff != "" {
			t.Errorf("%q: %s", on, diff)
		}
		term.Write([]byte(strings.ReplaceAll(on, "h", "l")))
		if diff := cmp.Diff([]string{"0123456789abc", "$", ""}, history(term)); diff != "" {
			t.Errorf("%q: %s", on, diff)
		}
		if on == "\x1b[?1049h" && (term.Cursor().X != 2 || term.Cursor().Y != 1) {
			t.Errorf("the cursor comes back to %v", term.Cursor())
		}
	}
}

func TestTabsAfterResize(t *testing.T) {
	term := New(10, 2, Options{})
	term.Write([]byte("\x1b[3g"))
	term.Resize(30, 2)
	term.Write([]byte("\tx"))
	if got := term.Row(0).String(); got != strings.Repeat(" ", 16)+"x" {
		t.Errorf("%q", got)
	}
}
