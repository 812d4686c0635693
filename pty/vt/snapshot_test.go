package vt

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everything sets as much state as there is.
const everything = "\x1b[31mfirst line\r\n\x1b]8;id=1;http://x\x1b\\link\x1b]8;;\x1b\\ 日本 e\u0301 👨\u200d👩\u200d👧\x1b[44m\x1b[K\x1b[0m\r\n" +
	"\x1b[3;6r\x1b[3g\x1b[5G\x1bH\x1b(0\x1b)A\x0e\x1b[1;4:3;58:5:2m\x1b[5;5H\x1b7\x1b[2;2H" +
	"\x1b[4h\x1b[20h\x1b[?1;7;25;45;67;1004;1006;2004;2026;2027;2031h\x1b[?25l\x1b[?1003h\x1b[5 q\x1b=\x1b[>5u\x1b[>1u\x1b[>4;2m\x1b[?1;2004s" +
	"\x1b]2;title\a\x1b[22t\x1b]2;other\a\x1b]4;7;#123456\a\x1b]11;#000011\a\x1b]7501;state=working:app=x\a" +
	"\x1b[?1049h\x1b[>3u\x1b[2;3Halternate\x1b[7m"

func TestSnapshot(t *testing.T) {
	// Cut anywhere: in a sequence, in an OSC, in a character.
	in := []byte(everything + "\x1b[3" + "1;4" + "mx\x1b]2;half a ti" + "tle\a日本\x1bP$q" + "m\x1b\\e\u0301🇫🇷\x1b[?1049lend\x1b[c")
	for cut := range in {
		a := New(30, 8, Options{Clipboard: true})
		a.Write(in[:cut])
		snap := a.Snapshot()
		b := New(80, 24, Options{Clipboard: true})
		b.Write([]byte("\x1b[?1049hsomething else\x1b]2;t\a\x1b[6n"))
		if err := b.Restore(snap); err != nil {
			t.Fatal(err)
		}
		if b.Offset() != uint64(cut) || b.TakeReplies() != nil || b.TakeEvents() != nil {
			t.Fatalf("restored at %d, with replies or events of before", b.Offset())
		}
		a.TakeReplies()
		a.Write(in[cut:])
		b.Write(in[cut:])
		if diff := cmp.Diff(a.ANSI(), b.ANSI()); diff != "" || string(a.Snapshot()) != string(b.Snapshot()) {
			t.Fatalf("cut at %d, the original (-) and the restored (+):\n%s", cut, diff)
		}
		if diff := cmp.Diff(a.TakeReplies(), b.TakeReplies()); diff != "" {
			t.Fatalf("cut at %d, replies of the original (-) and the restored (+):\n%s", cut, diff)
		}
		if a.Modes() != b.Modes() || a.Cursor() != b.Cursor() || a.Title() != b.Title() || a.Status() != b.Status() || a.Colors() != b.Colors() {
			t.Fatalf("cut at %d, they differ", cut)
		}
	}
}

func TestSnapshotTail(t *testing.T) {
	term := New(20, 4, Options{SnapshotRows: 10})
	for i := range 100 {
		fmt.Fprintf(term, "%d\r\n", i)
	}
	again := New(20, 4, Options{SnapshotRows: 10})
	if err := again.Restore(term.Snapshot()); err != nil {
		t.Fatal(err)
	}
	if again.ScrollbackLen() != 10 || again.Scrolled() != term.Scrolled() || again.Row(-10).String() != term.Row(-10).String() {
		t.Errorf("%d rows, %d scrolled, the oldest %q", again.ScrollbackLen(), again.Scrolled(), again.Row(-10).String())
	}
}

// TestSnapshotOfAWrappedLine wants a line that is half in the scrollback to go on.
func TestSnapshotOfAWrappedLine(t *testing.T) {
	a := New(10, 3, Options{})
	a.Write([]byte("\x1b[32m" + strings.Repeat("0123456789", 5)))
	b := New(10, 3, Options{})
	if err := b.Restore(a.Snapshot()); err != nil {
		t.Fatal(err)
	}
	for _, term := range []*Terminal{a, b} {
		term.Write([]byte("abc\x1b[0m\r\n\n\n"))
		term.Resize(25, 3)
	}
	if diff := cmp.Diff(history(a), history(b)); diff != "" {
		t.Error(diff)
	}
}

func TestRestoreRefuses(t *testing.T) {
	term := New(20, 4, Options{})
	term.Write([]byte("here"))
	good := New(20, 4, Options{}).Snapshot()
	flip := func(i int) []byte {
		b := append([]byte(nil), good...)
		b[i] ^= 1
		return b
	}
	// A snapshot with a right sum that says what cannot be.
	lie := append([]byte(nil), good[:len(good)-4]...)
	lie[len(snapshotMagic)] = 0
	lie = binary.BigEndian.AppendUint32(lie, crc32.ChecksumIEEE(lie))
	longer := append(append([]byte(nil), good[:len(good)-4]...), 0)
	longer = binary.BigEndian.AppendUint32(longer, crc32.ChecksumIEEE(longer))
	for name, b := range map[string][]byte{
		"nothing": nil, "cut": good[:len(good)-1], "another version": flip(len(snapshotMagic) - 1),
		"a flipped bit": flip(len(good) / 2), "no columns": lie, "more than all": longer,
	} {
		if err := term.Restore(b); err == nil {
			t.Errorf("%s is restored", name)
		}
		if term.Row(0).String() != "here" || term.Offset() != 4 {
			t.Errorf("%s: the terminal has changed", name)
		}
	}
}

func TestSnapshotSize(t *testing.T) {
	term := New(200, 60, Options{})
	term.Write(inputTUI()[:100_000])
	if n := len(term.Snapshot()); n > 20<<10 {
		t.Errorf("a screen is %d bytes", n)
	}
}
