package vt

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// check fails the test if t is in a state that the rest of the package relies on
// never to happen.
func (t *Terminal) check(f testing.TB) {
	f.Helper()
	for _, c := range []*cursor{&t.cur, &t.normal.saved, &t.normal.left, &t.alt.saved} {
		if c.x < 0 || c.x >= t.cols || c.y < 0 || c.y >= t.rows || c.wrap && c.x != t.cols-1 {
			f.Fatalf("cursor %d,%d wrap %v outside of %dx%d", c.x, c.y, c.wrap, t.cols, t.rows)
		}
	}
	for _, s := range []*screen{&t.normal, &t.alt} {
		if len(s.rows) != t.rows && (s.rows != nil || s == t.s) || s.top < 0 || s.top > s.bottom || s.bottom >= t.rows {
			f.Fatalf("%d rows of %d, region %d to %d", len(s.rows), t.rows, s.top, s.bottom)
		}
		seen := make(map[*row]bool)
		for y, r := range s.rows {
			if seen[r] {
				f.Fatalf("row %d is there twice", y)
			}
			seen[r] = true
			t.checkRow(f, y, r)
		}
	}
	t.checkHistory(f)
	if len(t.p.text) > maxClipboard || t.p.parts >= len(t.p.part) || len(t.events) > maxEvents || t.replyBytes > maxReplyBytes {
		f.Fatal("unbounded")
	}
}

func (t *Terminal) checkRow(f testing.TB, y int, r *row) {
	f.Helper()
	if r.used > t.cols || r.used > 0 && len(r.cells) != t.cols || r.fill.width() != 1 {
		f.Fatalf("row %d: %d cells, %d used, of %d; fill %x", y, len(r.cells), r.used, t.cols, r.fill.ch)
	}
	for x, c := range r.cells[:r.used] {
		t.checkCell(f, c)
		lead := x > 0 && r.cells[x-1].ch&cellWide != 0
		if lead != (c.ch&cellSpacer != 0) || c.ch&cellWide != 0 && x == r.used-1 {
			f.Fatalf("row %d: half a wide character at %d", y, x)
		}
	}
	t.checkCell(f, r.fill)
}

func (t *Terminal) checkCell(f testing.TB, c cell) {
	f.Helper()
	if int(c.st) >= len(t.styles.list) || c.ch&cellCluster != 0 && int(c.ch&cellText) >= len(t.clusters.list) ||
		int(t.styles.at(c.st).Link) >= max(len(t.links.list), 1) {
		f.Fatalf("cell %x has style %d of %d", c.ch, c.st, len(t.styles.list))
	}
}

func (t *Terminal) checkHistory(f testing.TB) {
	f.Helper()
	h := &t.history
	if h.cols != t.cols || len(h.chunks) > h.max+1 || h.rows() > h.limit+MaxRows+maxLineCells {
		f.Fatalf("%d chunks, %d rows", len(h.chunks), h.rows())
	}
	rows := 0
	for i := range h.count() {
		t.look(i)
		if len(t.view.cells) != int(h.line(i).cells) {
			f.Fatalf("line %d has %d cells, not %d", i, len(t.view.cells), h.line(i).cells)
		}
		n := len(t.view.cuts) - 1
		if n != h.lineRows(i) {
			f.Fatalf("line %d has %d rows, not %d", i, n, h.lineRows(i))
		}
		rows += n
	}
	if rows != h.rows() {
		f.Fatalf("%d rows, not %d", h.rows(), rows)
	}
}

// script is what a fuzzer's bytes mean: texts to write, and resizes between them.
func script(data []byte, write func([]byte), resize func(cols, rows int)) {
	for len(data) > 0 {
		op, rest := data[0], data[1:]
		if op >= 0xf8 && len(rest) >= 2 {
			resize(1+int(rest[0])%140, 1+int(rest[1])%50)
			data = rest[2:]
			continue
		}
		n := len(data)
		if i := bytes.IndexByte(rest, 0xff); i >= 0 {
			n = i + 1
		}
		write(data[:n])
		data = data[n:]
	}
}

func addSeeds(f *testing.F) {
	file, err := os.Open("testdata/cases.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	in := bufio.NewScanner(file)
	for in.Scan() {
		var c testCase
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			f.Fatal(err)
		}
		var b []byte
		for _, s := range c.Steps {
			b = append(b, s.Write...)
			if s.Resize != nil {
				b = append(b, 0xff, byte(s.Resize[0]-1), byte(s.Resize[1]-1))
			}
		}
		f.Add(b)
	}
	for _, s := range []string{
		"\x1b]8;id=a;http://x\x1b\\link\x1b]8;;\a\x1b]7501;state=blocked:app=codex\a\x1b]7501;?\a",
		"\x1b]52;c;aGk=\a\x1b]4;1;?\a\x1b]11;?\a\x1bP+q544e\x1b\\\x1bP$qm\x1b\\\x1b[c\x1b[>q\x1b[?2026$p\x1b[18t",
		"\x1b[?2027h👍🏽👨‍👩‍👧❤️🇫🇷\x1b[?2027l👍🏽👨‍👩‍👧❤️🇫🇷e\u0301\xff\x03\x03",
		"\x1b[41m\x1b[2J\x1b[5;5H\x1b[44m\x1b[K日本\x1b[2P\xff\x01\x01\x1b[3@\x1b[?1049h\x1b[?1049l",
		"\x1b[>5u\x1b[>1u\x1b[<u\x1b[=3;2u\x1b[?u\x1b[>4;2m\x1b[999999999b\x1b[65535S\x1b[65535L",
	} {
		f.Add([]byte(s))
	}
}

// FuzzWrite wants no input to break the terminal, and the same result however the
// input is cut into pieces.
func FuzzWrite(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Options{Scrollback: 100, SnapshotRows: 1000, Clipboard: true}
		whole, pieces := New(20, 8, o), New(20, 8, o)
		var replies, events int
		script(data, func(b []byte) {
			whole.Write(b)
			whole.check(t)
			for n := 1; len(b) > 0; n = n%3 + 1 {
				n = min(n, len(b))
				pieces.Write(b[:n])
				b = b[n:]
			}
			a, b2 := whole.TakeReplies(), pieces.TakeReplies()
			replies += len(a)
			if len(a) != len(b2) {
				t.Fatalf("%d replies, and %d in pieces", len(a), len(b2))
			}
			for i, r := range a {
				if r.Offset != b2[i].Offset || !bytes.Equal(r.Data, b2[i].Data) || i > 0 && r.Offset < a[i-1].Offset || r.Offset > whole.Offset() {
					t.Fatalf("reply %q at %d, and %q at %d in pieces", r.Data, r.Offset, b2[i].Data, b2[i].Offset)
				}
			}
			events += len(whole.TakeEvents()) - len(pieces.TakeEvents())
		}, func(cols, rows int) {
			top, last := whole.Mark(Pos{3, -whole.ScrollbackLen()}), whole.Mark(Pos{3, 7})
			whole.Resize(cols, rows)
			whole.check(t)
			for _, m := range []Mark{top, last} {
				if p := whole.Marked(m); p != whole.within(p) {
					t.Fatalf("a mark is at %v", p)
				}
			}
			pieces.Resize(cols, rows)
		})
		if events != 0 {
			t.Fatal("other events in pieces")
		}
		if !bytes.Equal(whole.Snapshot(), pieces.Snapshot()) {
			t.Fatalf("written in pieces it is another screen:\n%s\n%s", whole.Text(), pieces.Text())
		}
		whole.Text()
		whole.ANSI()
		whole.SelectText(Pos{0, -whole.ScrollbackLen()}, Pos{20, 8})
		whole.Word(Pos{3, 3})
	})
}

// FuzzSnapshot wants a restored terminal to be the one it was made of, and to stay
// so whatever comes next.
func FuzzSnapshot(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Options{Scrollback: 100, SnapshotRows: 1000, Clipboard: true}
		for _, at := range []int{len(data) / 3, len(data) / 2, len(data) - 1} {
			if at < 0 {
				return
			}
			a := New(20, 8, o)
			play := func(t *Terminal, b []byte) {
				script(b, func(b []byte) { t.Write(b) }, t.Resize)
			}
			play(a, data[:at])
			snap := a.Snapshot()
			b := New(7, 3, o)
			if err := b.Restore(snap); err != nil {
				t.Fatal(err)
			}
			b.check(t)
			if again := b.Snapshot(); !bytes.Equal(snap, again) {
				t.Fatalf("the snapshot of what was restored differs:\n%q\n%q", snap, again)
			}
			play(a, data[at:])
			play(b, data[at:])
			b.check(t)
			if !bytes.Equal(a.Snapshot(), b.Snapshot()) || a.ANSI() != b.ANSI() || a.ScrollbackLen() != b.ScrollbackLen() {
				t.Fatalf("restored, the same input gives another screen:\n%s\n%s", a.ANSI(), b.ANSI())
			}
		}
	})
}

// FuzzRestore wants no bytes to break Restore.
func FuzzRestore(f *testing.F) {
	o := Options{Scrollback: 100, SnapshotRows: 1000}
	for _, s := range []string{"", "hello\r\nworld", "\x1b[31m日本\x1b[?1049hx\x1b]0;t\a\x1b[3", "\x1b]8;;u\aa\x1b]4;1;#fff\a\x1b[?1s"} {
		t := New(5, 2, o)
		t.Write(bytes.Repeat([]byte(s), 3))
		b := t.Snapshot()
		f.Add(b[len(snapshotMagic) : len(b)-4])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		term := New(9, 4, o)
		term.Write([]byte("before"))
		if err := term.restore(data); err != nil {
			if term.Row(0).String() != "before" {
				t.Fatal("an error changed the terminal")
			}
			return
		}
		term.check(t)
		term.Write([]byte("\x1b[Habc\x1b[2J日本\r\n\x1b[?1049h\x1b[?1049l\x1b8"))
		term.Resize(30, 9)
		term.check(t)
		term.ANSI()
	})
}
