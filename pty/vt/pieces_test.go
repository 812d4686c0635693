package vt

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPieces wants the same screen, answers and events however the input is cut.
func TestPieces(t *testing.T) {
	for name, in := range map[string]string{
		"everything":  everything,
		"characters":  "é日👨\u200d👩\u200d👧e\u0301🇫🇷\u009b31mred\u0085next\u009d2;t✜\u009c",
		"not UTF-8":   "a\xe2\x82b\xe2\x82\x1b[1mc\xf0\x9f\x98\xf0\x9f\x98\x80d\xc2\xc2\x9b2Ce\xff\xe2é\xf0\x9f\x0df",
		"questions":   "\x1b[c\x1b]11;?\x1b\\\x1bP+q544e;436f\x1b\\\x1b[6n\x1b]7501;?\a\x1b[?2026$p",
		"controls":    "a\x1b[3\r1mb\x1b]2;x\x18y\x1bPz\x1a\x1b_q\x1b\\\x1b[1;2:3Hc\x1b(0q\x1b(B\x0e\x0f",
		"tui":         string(inputTUI()[:20_000]),
		"wide text":   string(inputCJK()[:20_000]),
		"random":      string(inputEscapes()[:20_000]),
		"long line":   string(inputLong()[:20_000]),
		"vim, seq":    string(inputVim()[:20_000]) + "\x1b[?1049l" + string(inputSeq()[:5000]),
		"over limits": "\x1b[" + string(make([]byte, 40)) + "1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21;22;23;24;25;26;27;28;29;30;31;32;33;34mx",
	} {
		whole := New(90, 20, Options{Clipboard: true})
		whole.Write([]byte(in))
		replies, events := whole.TakeReplies(), whole.TakeEvents()
		for _, size := range []int{1, 2, 3, 7} {
			term := New(90, 20, Options{Clipboard: true})
			for rest := []byte(in); len(rest) > 0; rest = rest[min(size, len(rest)):] {
				term.Write(rest[:min(size, len(rest))])
			}
			term.check(t)
			if diff := cmp.Diff(whole.ANSI(), term.ANSI()); diff != "" || string(whole.Snapshot()) != string(term.Snapshot()) {
				t.Errorf("%s, at once (-) and %d bytes at a time (+):\n%s", name, size, diff)
			}
			if diff := cmp.Diff(replies, term.TakeReplies()); diff != "" {
				t.Errorf("%s, replies at once (-) and %d bytes at a time (+):\n%s", name, size, diff)
			}
			if diff := cmp.Diff(events, term.TakeEvents()); diff != "" {
				t.Errorf("%s, events at once (-) and %d bytes at a time (+):\n%s", name, size, diff)
			}
		}
	}
}
