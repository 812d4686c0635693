package vt

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// history is the text of all rows, the oldest of the scrollback first.
func history(t *Terminal) []string {
	var out []string
	for y := -t.ScrollbackLen(); y < t.rows; y++ {
		out = append(out, t.Row(y).String())
	}
	return out
}

func TestScrollback(t *testing.T) {
	term := New(10, 3, Options{})
	for i := range 6 {
		fmt.Fprintf(term, "line %d\r\n", i)
	}
	term.Write([]byte("end"))
	if diff := cmp.Diff([]string{"line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "end"}, history(term)); diff != "" {
		t.Error(diff)
	}
	if term.ScrollbackLen() != 4 || term.Scrolled() != 4 || term.Line(0).String() != "line 0" || term.Line(3).String() != "line 3" {
		t.Errorf("%d rows, %d scrolled", term.ScrollbackLen(), term.Scrolled())
	}
	term.Write([]byte("\x1b[?1049h"))
	if term.ScrollbackLen() != 0 || term.Row(-1).String() != "" {
		t.Error("the alternate screen has a scrollback")
	}
	term.Write([]byte("\r\n\n\n\n\n\x1b[?1049l"))
	if term.ScrollbackLen() != 4 {
		t.Error("the alternate screen wrote into the scrollback")
	}
	term.Write([]byte("\x1b[3J"))
	if term.ScrollbackLen() != 0 || term.Scrolled() != 4 || term.Row(0).String() != "line 4" {
		t.Error("ED 3 did not clear the scrollback, or more than it")
	}
}

func TestScrollbackLimit(t *testing.T) {
	term := New(10, 3, Options{Scrollback: 5})
	for i := range 100 {
		fmt.Fprintf(term, "\r\n%d", i)
	}
	if diff := cmp.Diff([]string{"92", "93", "94", "95", "96", "97", "98", "99"}, history(term)); diff != "" {
		t.Error(diff)
	}
	if term.Scrolled() != 98 {
		t.Errorf("%d scrolled", term.Scrolled())
	}
	none := New(10, 3, Options{Scrollback: -1})
	none.Write([]byte("a\r\nb\r\nc\r\nd\r\ne"))
	none.Resize(5, 2)
	none.Resize(10, 4)
	if diff := cmp.Diff([]string{"d", "e", "", ""}, history(none)); diff != "" {
		t.Error(diff)
	}
}

// TestScrollbackBytes wants lines full of costly cells to be dropped, not kept.
func TestScrollbackBytes(t *testing.T) {
	term := New(200, 10, Options{ScrollbackBytes: 256 << 10})
	for i := range 20_000 {
		fmt.Fprintf(term, "\x1b[38;2;%d;%d;%dmx", i%256, i/256, i%7)
	}
	for i := range 3000 {
		fmt.Fprintf(term, "%s%d\r\n", strings.Repeat("\x1b[1m日\x1b[0me\u0301", 60), i)
	}
	term.check(t)
	if n := len(term.history.chunks) * chunkSize; n > 256<<10 {
		t.Errorf("%d bytes", n)
	}
	if got := term.Row(-1).String(); !strings.HasSuffix(got, "2990") {
		t.Errorf("the newest row is %q", got)
	}
}

// TestLongLine wants a line without an end to be bounded, but one line to a reader.
func TestLongLine(t *testing.T) {
	term := New(100, 5, Options{Scrollback: 1000})
	in := strings.Repeat("0123456789", 3000)
	term.Write([]byte(in))
	term.check(t)
	from, to := term.WholeLine(0)
	if got := term.SelectText(from, to); got != in {
		t.Errorf("%d characters came back of %d", len(got), len(in))
	}
	term.Resize(70, 5)
	term.check(t)
	from, to = term.WholeLine(0)
	if got := term.SelectText(from, to); got != in {
		t.Errorf("%d characters came back of %d after a resize", len(got), len(in))
	}
}

// TestScrollbackIsLossless wants a row that comes back to be what it was.
func TestScrollbackIsLossless(t *testing.T) {
	in := "\x1b[1;4:3;38;2;1;2;3;58:5:9mab\x1b[0m  日本e\u0301❤\ufe0f🇫🇷 \x1b[7m======\x1b[27m\x1b]8;id=x;http://l\x1b\\li\x1b]8;;\x1b\\\x1b[44m\x1b[K"
	want := New(60, 3, Options{})
	want.Write([]byte(in))
	got := New(60, 3, Options{})
	got.Write([]byte(in + "\x1b[0m\r\n\n\n"))
	if got.ScrollbackLen() != 1 {
		t.Fatal("it is still on the screen")
	}
	var a, b strings.Builder
	want.appendANSI(&a, want.Row(0))
	got.appendANSI(&b, got.Row(-1))
	if diff := cmp.Diff(a.String(), b.String()); diff != "" {
		t.Errorf("on the screen (-) and in the scrollback (+):\n%s", diff)
	}
}

// TestRegionAtTheTop wants rows that leave a region at the top of the screen kept,
// and those of other regions not.
func TestRegionAtTheTop(t *testing.T) {
	term := New(10, 4, Options{})
	term.Write([]byte("a\r\nb\r\nc\r\nd\x1b[1;2r\x1b[2;1H\n\n\x1b[3;4r\x1b[4;1H\n"))
	if diff := cmp.Diff([]string{"a", "b", "", "", "d", ""}, history(term)); diff != "" {
		t.Error(diff)
	}
}

// TestScreenLikeRegion wants the rows of a whole screen to scroll as those of a
// region at the top do, which move one by one.
func TestScreenLikeRegion(t *testing.T) {
	screen, region := New(10, 5, Options{}), New(10, 6, Options{})
	region.Write([]byte("\x1b[1;5r"))
	rnd := rand.New(rand.NewPCG(9, 10))
	for i := range 3000 {
		ops := []string{"\r\n", "\n\n\n", fmt.Sprintf("%d日", i), "\x1bM", fmt.Sprintf("\x1b[%dmtext that wraps", 30+i%8), "\x1b[2S", "\x1b[T", fmt.Sprintf("\x1b[%d;3H", 1+i%5), "\x1b[L", "\x1b[5;1H\n"}
		op := []byte(ops[rnd.IntN(len(ops))])
		screen.Write(op)
		region.Write(op)
		screen.check(t)
	}
	if screen.ScrollbackLen() < 500 {
		t.Fatalf("only %d rows scrolled", screen.ScrollbackLen())
	}
	if diff := cmp.Diff(history(region), append(history(screen), "")); diff != "" {
		t.Errorf("region (-) and screen (+):\n%s", diff)
	}
}

// TestEraseBreaksLines wants a row that was erased not to be joined to the one above.
func TestEraseBreaksLines(t *testing.T) {
	for _, in := range []string{"\x1b[2;1H\x1b[2Knew", "\x1b[2;1H\x1b[Knew", "\x1b[1;5H\x1b[Jx\x1b[2;1Hnew", "\x1b[2;1H\x1b[Lnew", "\x1b[2;1H\x1b[Mnew", "\x1b[1;1H\x1b[Mx\x1b[2;1Hnew"} {
		term := New(5, 4, Options{})
		term.Write([]byte("aaaaabbbbb" + in))
		if term.Row(0).Wrapped() {
			t.Errorf("after %q the first row still goes on: %q", in, history(term))
		}
	}
}

// TestScrollbackMemory wants a pane with 10,000 lines of scrollback within 2 MB.
func TestScrollbackMemory(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for name, in := range map[string][]byte{"ls": inputLs(), "full rows": inputLong(), "CJK": inputCJK()} {
		before := heap()
		term := New(120, 40, Options{})
		for range 4 {
			term.Write(in)
		}
		if n := heap() - before; n > 2_000_000 {
			t.Errorf("%s: %d bytes", name, n)
		}
		if n := term.ScrollbackLen(); n < 10_000 {
			t.Errorf("%s: %d rows only", name, n)
		}
		runtime.KeepAlive(term)
	}
}
