package vt

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSelectText(t *testing.T) {
	term := New(10, 4, Options{})
	term.Write([]byte("old one  \r\n0123456789abc\r\n日本語x   \r\n\r\nend"))
	// The rows are now -2 "old one", -1 and 0 the long line, 1 to 3 the rest.
	for _, c := range []struct {
		from, to Pos
		want     string
	}{
		{Pos{4, -2}, Pos{6, -2}, "one"},
		{Pos{0, -2}, Pos{9, -2}, "old one"},
		{Pos{4, -2}, Pos{1, -1}, "one\n01"},
		{Pos{8, -1}, Pos{1, 0}, "89ab"},
		{Pos{1, 0}, Pos{8, -1}, "89ab"},
		{Pos{0, 1}, Pos{9, 1}, "日本語x"},
		{Pos{1, 1}, Pos{2, 1}, "日本"},
		{Pos{0, 0}, Pos{9, 3}, "abc\n日本語x\n\nend"},
		{Pos{-9, -99}, Pos{99, 99}, "old one\n0123456789abc\n日本語x\n\nend"},
	} {
		if got := term.SelectText(c.from, c.to); got != c.want {
			t.Errorf("%v to %v is %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

// TestSelectOverWideMargin wants the place that a wide character left at the
// margin not to be part of the text.
func TestSelectOverWideMargin(t *testing.T) {
	term := New(5, 3, Options{})
	term.Write([]byte("日本語日"))
	if got := term.SelectText(Pos{0, 0}, Pos{4, 2}); got != "日本語日\n" {
		t.Errorf("%q", got)
	}
	from, to := term.Word(Pos{0, 1})
	if got := term.SelectText(from, to); got != "日本語日" {
		t.Errorf("the word is %q", got)
	}
}

func TestWord(t *testing.T) {
	term := New(20, 4, Options{})
	term.Write([]byte("see src/a-b.go:12 │(x) \"quoted word\" tail"))
	for x, want := range map[int]string{0: "see", 3: "", 4: "src/a-b.go:12", 12: "src/a-b.go:12", 18: "│", 19: "("} {
		from, to := term.Word(Pos{x, 0})
		if got := term.SelectText(from, to); got != want {
			t.Errorf("the word at %d is %q, want %q", x, got, want)
		}
	}
	from, to := term.Word(Pos{12, 1})
	if diff := cmp.Diff([]Pos{{11, 1}, {14, 1}}, []Pos{from, to}); diff != "" {
		t.Error(diff)
	}
}

func TestWholeLine(t *testing.T) {
	term := New(10, 3, Options{})
	term.Write([]byte("a\r\n0123456789012345678901234\r\nx"))
	want := []Pos{{0, -1}, {9, 1}}
	for y := -1; y < 2; y++ {
		from, to := term.WholeLine(y)
		if diff := cmp.Diff(want, []Pos{from, to}); diff != "" {
			t.Errorf("the line of row %d:\n%s", y, diff)
		}
	}
	if got := term.SelectText(want[0], want[1]); got != "0123456789012345678901234" {
		t.Errorf("%q", got)
	}
}

func TestCapture(t *testing.T) {
	term := New(20, 3, Options{})
	term.Write([]byte("\x1b[1;31mred\x1b[0m  \r\n\x1b]8;id=a;http://x\x1b\\li\x1b[4mnk\x1b[0m\x1b]8;;\x1b\\ 日\x1b[44m \x1b[0m\r\n\x1b[42m\x1b[K"))
	if diff := cmp.Diff("red\nlink 日\n\n", term.Text()); diff != "" {
		t.Error(diff)
	}
	want := "\x1b[0;1;31mred\x1b[0m\n" +
		"\x1b]8;id=a;http://x\x1b\\li\x1b[0;4mnk\x1b]8;;\x1b\\\x1b[0m 日\x1b[0;44m \x1b[0m\n" +
		"\x1b[0;42m                    \x1b[0m\n"
	if diff := cmp.Diff(want, term.ANSI()); diff != "" {
		t.Errorf("want (-) and got (+):\n%s", diff)
	}
	// What was captured shows the same on another terminal.
	again := New(20, 3, Options{})
	again.Write([]byte("\x1b[20h" + term.ANSI()[:len(term.ANSI())-1]))
	if diff := cmp.Diff(term.ANSI(), again.ANSI()); diff != "" {
		t.Errorf("captured (-) and shown (+):\n%s", diff)
	}
}
