package pty_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/pty"
)

// sink counts what comes and keeps nothing.
type sink struct {
	next uint64
	done chan uint64
	lost chan struct{}
}

func (s *sink) Gate(l *net.UnixListener)       { _ = l.Close() }
func (s *sink) Output(offset uint64, b []byte) { s.next = offset + uint64(len(b)) }
func (s *sink) Gap(uint64, uint64)             {}
func (s *sink) Exited(pty.Status)              { s.done <- s.next }
func (s *sink) Sized(uint64, int, int)         {}
func (s *sink) Refused(pty.Refusal)            {}
func (s *sink) Lost(error)                     { close(s.lost) }

// BenchmarkCat is the way of a big file's bytes from the agent's write to the server's Handler.
func BenchmarkCat(b *testing.B) {
	for name, line := range map[string]string{"short lines": "1234567\n", "long lines": strings.Repeat("x", 119) + "\n"} {
		b.Run(name, func(b *testing.B) {
			s := spec(b, "sh", "-c", "read go; cat file")
			text := strings.Repeat(line, 32<<20/len(line))
			if err := os.WriteFile(filepath.Join(s.Cwd, "file"), []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				b.StopTimer()
				s.Dir = filepath.Join(folder(b), "a")
				if _, err := pty.Start(s); err != nil {
					b.Fatal(err)
				}
				h := &sink{done: make(chan uint64, 1), lost: make(chan struct{})}
				l, err := pty.Dial(s.Dir, 0, h)
				if err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				if err := l.Write([]byte("\r")); err != nil {
					b.Fatal(err)
				}
				n := <-h.done
				b.StopTimer()
				b.SetBytes(int64(n))
				_ = l.Dismiss()
				<-h.lost
				b.StartTimer()
			}
		})
	}
}

// echo tells when a byte has come.
type echo struct {
	sink
	got chan struct{}
}

func (e *echo) Output(_ uint64, b []byte) {
	for range b {
		e.got <- struct{}{}
	}
}

// BenchmarkEcho is the way of a key to the terminal and of its echo back.
func BenchmarkEcho(b *testing.B) {
	s := spec(b, "sh", "-c", "stty raw; cat > /dev/null")
	keep(b, s)
	h := &echo{sink: sink{done: make(chan uint64, 1), lost: make(chan struct{})}, got: make(chan struct{}, 1<<10)}
	l, err := pty.Dial(s.Dir, 0, h)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(l.Close)
	for b.Loop() {
		if err := l.Write([]byte("x")); err != nil {
			b.Fatal(err)
		}
		select {
		case <-h.got:
		case <-time.After(5 * time.Second):
			b.Fatal("no echo")
		}
	}
}
