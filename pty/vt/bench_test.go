package vt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// The inputs that the speed is measured on, about half a megabyte each.
const benchSize = 512 << 10

func inputSeq() []byte {
	var b bytes.Buffer
	for i := 1; b.Len() < benchSize; i++ {
		fmt.Fprintf(&b, "%d\r\n", i)
	}
	return b.Bytes()
}

// inputLs is like ls -lR --color in a source tree.
func inputLs() []byte {
	var b bytes.Buffer
	rnd := rand.New(rand.NewPCG(1, 2))
	for dir := 0; b.Len() < benchSize; dir++ {
		fmt.Fprintf(&b, "./src/package-%d:\r\ntotal %d\r\n", dir, rnd.IntN(9999))
		for range 5 + rnd.IntN(20) {
			name := fmt.Sprintf("file_%x.go", rnd.Uint32())
			switch rnd.IntN(6) {
			case 0:
				fmt.Fprintf(&b, "drwxr-xr-x 2 root root %8d Nov 21 21:08 \x1b[0m\x1b[01;34m%s\x1b[0m\r\n", rnd.IntN(99999), strings.TrimSuffix(name, ".go"))
			case 1:
				fmt.Fprintf(&b, "-rwxr-xr-x 1 root root %8d Nov 21 21:08 \x1b[0m\x1b[01;32m%s\x1b[0m\r\n", rnd.IntN(99999), name)
			default:
				fmt.Fprintf(&b, "-rw-r--r-- 1 root root %8d Nov 21 21:08 %s\r\n", rnd.IntN(99999), name)
			}
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// inputTUI is like a full-screen agent that draws frames: moves, colours, text,
// boxes, erased ends of lines.
func inputTUI() []byte {
	var b bytes.Buffer
	rnd := rand.New(rand.NewPCG(3, 4))
	words := strings.Fields("func return if err nil the approval gateway writes a ledger entry before the verdict leaves and nothing runs unless allowed")
	b.WriteString("\x1b[?1049h\x1b[?25l")
	for b.Len() < benchSize {
		b.WriteString("\x1b[?2026h\x1b[H")
		fmt.Fprintf(&b, "\x1b[38;5;244m╭%s╮\x1b[39m\r\n", strings.Repeat("─", 100))
		for y := 2; y < 38; y++ {
			fmt.Fprintf(&b, "\x1b[%d;1H\x1b[38;5;244m│\x1b[39m ", y)
			for range 4 + rnd.IntN(8) {
				switch rnd.IntN(5) {
				case 0:
					fmt.Fprintf(&b, "\x1b[1m%s\x1b[22m ", words[rnd.IntN(len(words))])
				case 1:
					fmt.Fprintf(&b, "\x1b[38;2;%d;%d;%dm%s\x1b[39m ", rnd.IntN(4)*60, 120, 200, words[rnd.IntN(len(words))])
				default:
					b.WriteString(words[rnd.IntN(len(words))] + " " + words[rnd.IntN(len(words))] + " ")
				}
			}
			b.WriteString("\x1b[K")
		}
		b.WriteString("\x1b[40;1H\x1b[7m status \x1b[27m\x1b[K\x1b[?2026l")
	}
	return b.Bytes()
}

func inputCJK() []byte {
	var b bytes.Buffer
	rnd := rand.New(rand.NewPCG(5, 6))
	emoji := []string{"🎉", "🚀", "👍🏽", "👨‍👩‍👧", "🇫🇷", "❤️", "é", "e\u0301"}
	for b.Len() < benchSize {
		for range 20 + rnd.IntN(60) {
			if rnd.IntN(8) == 0 {
				b.WriteString(emoji[rnd.IntN(len(emoji))])
			} else {
				b.WriteRune(rune(0x4e00 + rnd.IntN(0x2000)))
			}
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// inputEscapes is random control sequences with little text between them.
func inputEscapes() []byte {
	var b bytes.Buffer
	rnd := rand.New(rand.NewPCG(7, 8))
	finals := "ABCDEFGHIJKLMPSTXZ@`abdefghlmr"
	for b.Len() < benchSize {
		switch rnd.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "\x1b[%d%c", rnd.IntN(50), finals[rnd.IntN(len(finals))])
		case 1:
			fmt.Fprintf(&b, "\x1b[%d;%d%c", rnd.IntN(40), rnd.IntN(120), finals[rnd.IntN(len(finals))])
		case 2:
			fmt.Fprintf(&b, "\x1b[38;2;%d;%d;%dm", rnd.IntN(256), rnd.IntN(256), rnd.IntN(256))
		case 3:
			b.WriteString("text 日本\r\n"[:rnd.IntN(5)])
		}
	}
	return b.Bytes()
}

// inputLong is lines of thousands of characters, such as minified code.
func inputLong() []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < benchSize; i++ {
		for range 300 {
			fmt.Fprintf(&b, "function f%d(a,b){return a+b};", i)
		}
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

// inputVim scrolls a region below a title and above a status line.
func inputVim() []byte {
	var b bytes.Buffer
	b.WriteString("\x1b[?1049h\x1b[2;38r")
	for i := 0; b.Len() < benchSize; i++ {
		fmt.Fprintf(&b, "\x1b[38;1H\n\x1b[38;1H\x1b[33m%4d \x1b[0m\x1b[34mfunc\x1b[0m name%d(a int) \x1b[32merror\x1b[0m {\x1b[K\x1b[40;80H%d,1\x1b[5%%", i, i, i)
		if i%10 == 0 {
			b.WriteString("\x1b[2;1H\x1b[L\x1b[20;1H\x1b[M")
		}
	}
	return b.Bytes()
}

func BenchmarkWrite(b *testing.B) {
	for _, in := range []struct {
		name string
		make func() []byte
	}{
		{"seq", inputSeq}, {"ls", inputLs}, {"tui", inputTUI}, {"cjk", inputCJK}, {"escapes", inputEscapes}, {"long", inputLong}, {"vim", inputVim},
	} {
		b.Run(in.name, func(b *testing.B) {
			data := in.make()
			t := New(120, 40, Options{})
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			cpu := cpuTime(b)
			for b.Loop() {
				for rest := data; len(rest) > 0; {
					n := min(len(rest), 32<<10)
					t.Write(rest[:n])
					t.TakeReplies()
					t.TakeEvents()
					rest = rest[n:]
				}
			}
			bytes := float64(b.N) * float64(len(data))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/bytes, "ns/byte")
			b.ReportMetric(float64(cpuTime(b)-cpu)/bytes, "cpu-ns/byte")
		})
	}
}

// cpuTime is what this process used of a processor: the figure that counts on a
// machine that others use, too.
func cpuTime(b testing.TB) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkMemory says what a pane of 120x40 with 10,000 rows of scrollback holds.
func BenchmarkMemory(b *testing.B) {
	for _, in := range []struct {
		name string
		make func() []byte
	}{{"seq", inputSeq}, {"ls", inputLs}, {"cjk", inputCJK}, {"long", inputLong}} {
		b.Run(in.name, func(b *testing.B) {
			data := in.make()
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				t := New(120, 40, Options{})
				for range 8 {
					t.Write(data)
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				b.ReportMetric(float64(t.ScrollbackLen()), "rows")
				runtime.KeepAlive(t)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1024, "KiB")
		})
	}
}

func BenchmarkResize(b *testing.B) {
	for _, in := range []struct {
		name string
		make func() []byte
	}{{"ls", inputLs}, {"cjk", inputCJK}, {"long", inputLong}} {
		b.Run(in.name, func(b *testing.B) {
			t := New(120, 40, Options{})
			for range 4 {
				t.Write(in.make())
			}
			for i := 0; b.Loop(); i++ {
				t.Resize(60+i%2*60, 40)
			}
		})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	t := New(200, 60, Options{})
	t.Write(inputTUI())
	t.Write([]byte("\x1b[?1049l"))
	t.Write(inputLs())
	var n int
	for b.Loop() {
		n = len(t.Snapshot())
	}
	b.ReportMetric(float64(n), "bytes")
}

// BenchmarkCells is what a drawer does for each frame.
func BenchmarkCells(b *testing.B) {
	t := New(200, 60, Options{})
	t.Write(inputTUI())
	b.ReportAllocs()
	cpu := cpuTime(b)
	for b.Loop() {
		n := 0
		for y := range 60 {
			r := t.Row(y)
			for x := range r.Len() {
				n += r.Cell(x).Width
			}
		}
		if n != 200*60 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(cpuTime(b)-cpu)/float64(b.N), "cpu-ns/op")
}
