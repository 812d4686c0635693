package vt

import (
	"runtime"
	"strings"
	"testing"
)

// hostile is input that costs a naive terminal much more than its length.
var hostile = map[string]string{
	"REP":              "a\x1b[999999999b",
	"REP of a line":    "─\x1b[65535b",
	"REP of wide":      "日\x1b[65535b",
	"SU":               "\x1b[999999999S",
	"SD":               "\x1b[999999999T",
	"IL":               "\x1b[H\x1b[999999999L",
	"DL":               "\x1b[H\x1b[999999999M",
	"ICH":              "x\r\x1b[999999999@",
	"ICH on colour":    "\x1b[41m\x1b[K\x1b[42m\x1b[@",
	"DCH":              "x\r\x1b[999999999P",
	"ED":               "\x1b[41m\x1b[2J\x1b[42m\x1b[2J",
	"ED and print":     "\x1b[41m\x1b[2J\x1b[999Cx",
	"DECALN":           "\x1b#8",
	"alternate":        "\x1b[?1049h\x1b[?1049l",
	"alternate filled": "\x1b[44m\x1b[?1049h\x1b[?1049l",
	"tabs":             "\x1b[999999I\x1b[999999Z",
	"kitty":            "\x1b[>1u\x1b[99999<u",
	"kitty pops":       "\x1b[<65535u",
	"reset":            "\x1bc",
	"colours":          "\x1b[38;2;1;2;3m\x1b[48;2;3;2;1mx\x1b[K",
	"marks":            "a" + strings.Repeat("\u0301", 200),
	"joiners":          "👨" + strings.Repeat("\u200d👨", 60),
	"links":            "\x1b]8;;http://x/" + strings.Repeat("y", 1000) + "\x1b\\x",
	"queries":          "\x1b[c\x1b[6n\x1b]11;?\a\x1b[?2026$p",
	"capabilities":     "\x1bP+q" + strings.Repeat("544e;", 700) + "544e\x1b\\",
	"endless OSC":      "\x1b]0;" + strings.Repeat("x", 5000),
	"endless DCS":      "\x1bP1;2;3$q" + strings.Repeat("x", 5000),
	"parameters":       "\x1b[" + strings.Repeat("1;", 500) + "m",
	"bells":            "\a",
	"titles":           "\x1b]0;a\a\x1b]0;b\a",
	"save":             "\x1b[?1;7;25;1000;1006;2004s\x1b[?1;7;25;1000;1006;2004r",
	"wide at margin":   "\x1b[999C日",
}

// TestHostileTime wants no kind of input to take more than some microseconds of a
// processor for each byte, at a common size and at the largest. The limit leaves
// room for the race detector; what is not bounded takes seconds.
func TestHostileTime(t *testing.T) {
	for name, s := range hostile {
		for _, size := range [][2]int{{120, 40}, {MaxCols, MaxRows}} {
			term := New(size[0], size[1], Options{Clipboard: true})
			in := []byte(strings.Repeat(s, 1+(4<<10)/len(s)))
			start := cpuTime(t)
			term.Write(in)
			per := (cpuTime(t) - start) / int64(len(in))
			term.check(t)
			if per > 200_000 {
				t.Errorf("%s at %dx%d: %d ns a byte", name, size[0], size[1], per)
			}
			t.Logf("%-18s %4dx%-4d %d ns a byte", name, size[0], size[1], per)
		}
	}
}

// TestHostileMemory wants a terminal that has seen much of a kind not to grow from
// more of it, even if nobody takes replies and events.
func TestHostileMemory(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for name, s := range hostile {
		term := New(120, 40, Options{Clipboard: true, Scrollback: 50, ScrollbackBytes: 64 << 10})
		in := []byte(strings.Repeat(s, 1+(32<<10)/len(s)))
		for range 2 {
			term.Write(in)
		}
		before := heap()
		for range 4 {
			term.Write(in)
		}
		if n := heap() - before; n > 64<<10 {
			t.Errorf("%s: %d bytes more", name, n)
		}
		runtime.KeepAlive(term)
	}
}
