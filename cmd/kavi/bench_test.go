package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// pipe is a program on a terminal of which only the bytes count.
type pipe struct {
	b      *testing.B
	cmd    *exec.Cmd
	master *os.File
	out    chan []byte
}

func openPipe(b *testing.B, w *world, name string, args ...string) *pipe {
	b.Helper()
	p := &pipe{b: b, cmd: exec.Command(name, args...), out: make(chan []byte, 1<<10)}
	p.cmd.Dir, p.cmd.Env = w.project, w.env
	var err error
	if p.master, err = pty.StartWithSize(p.cmd, &pty.Winsize{Cols: 120, Rows: 40}); err != nil {
		b.Fatal(err)
	}
	go func() {
		defer close(p.out)
		buf := make([]byte, 256<<10)
		for {
			n, err := p.master.Read(buf)
			if n > 0 {
				p.out <- bytes.Clone(buf[:n])
			}
			if err != nil {
				return
			}
		}
	}()
	return p
}

func (p *pipe) close() {
	_ = p.master.Close()
	_ = p.cmd.Process.Signal(syscall.SIGHUP)
	for range p.out { // until its reader has ended
	}
	_ = p.cmd.Wait()
}

func (p *pipe) enter(keys string) {
	p.b.Helper()
	if _, err := p.master.WriteString(keys); err != nil {
		p.b.Fatal(err)
	}
}

// until reads until what is written contains a text.
func (p *pipe) until(what string) {
	p.b.Helper()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	var tail []byte
	for {
		select {
		case got, ok := <-p.out:
			if !ok {
				p.b.Fatalf("%s ended before %q; its last words: %q", p.cmd.Path, what, tail)
			}
			tail = append(tail, got...)
			if bytes.Contains(tail, []byte(what)) {
				return
			}
			tail = tail[max(0, len(tail)-400):]
		case <-limit.C:
			p.b.Fatalf("no %q in a minute; last: %q", what, tail)
		}
	}
}

// kaviPipe and tmuxPipe are one agent, or one window, in front of somebody.
func kaviPipe(b *testing.B, command ...string) (*pipe, *world) {
	b.Helper()
	w := newWorld(b)
	p := openPipe(b, w, "kavi", append([]string{"--"}, command...)...)
	p.until("partly (shim)")
	return p, w
}

func tmuxPipe(b *testing.B, command ...string) *pipe {
	b.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		b.Skip("tmux is not installed: nothing to compare with")
	}
	w := newWorld(b)
	w.env = append(w.env, "TMUX_TMPDIR="+w.home)
	socket := filepath.Join(w.home, "tmux")
	p := openPipe(b, w, "tmux", append([]string{"-S", socket, "-f", "/dev/null", "new-session", "--"}, command...)...)
	b.Cleanup(func() { _ = exec.Command("tmux", "-S", socket, "kill-server").Run() })
	p.until("[0]")
	return p
}

// floorPipe is a terminal with nobody behind it but a reader that throws away what
// it reads. What it gives takes the time of one round: from typing a mark to the
// mark twice, which is the last that the command writes.
func floorPipe(b *testing.B, command ...string) func(mark string) time.Duration {
	b.Helper()
	w := newWorld(b)
	c := exec.Command(command[0], command[1:]...)
	c.Dir, c.Env = w.project, w.env
	master, err := pty.StartWithSize(c, &pty.Winsize{Cols: 120, Rows: 40}) // reads of it block, outside Go's poller
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = c.Process.Kill()
		_ = master.Close()
		_ = c.Wait()
	})
	buf := make([]byte, 128<<10)
	return func(mark string) time.Duration {
		b.Helper()
		start := time.Now()
		if _, err := master.WriteString(mark + "\r"); err != nil {
			b.Fatal(err)
		}
		for kept := 0; ; {
			n, err := master.Read(buf[kept:])
			if err != nil {
				b.Fatal(err)
			}
			n += kept
			tail := buf[max(0, n-16):n]
			if bytes.Contains(tail, []byte(mark+mark)) {
				return time.Since(start)
			}
			kept = copy(buf, tail)
		}
	}
}

// typed is what is typed to be seen: in no escape sequence, and none twice in a row.
var typed = strings.Split("жщюяфэъъйц", "")

// BenchmarkKeyToEcho is the time from a key to its echo on the operator's
// terminal, and the same in tmux.
func BenchmarkKeyToEcho(b *testing.B) {
	k, _ := kaviPipe(b, "cat")
	defer k.close()
	m := tmuxPipe(b, "cat")
	defer m.close()
	echo := func(p *pipe, i int) time.Duration {
		start := time.Now()
		letter := typed[i%8]
		p.enter(letter)
		p.until(letter)
		return time.Since(start)
	}
	var ours, theirs []time.Duration
	n := 0
	for b.Loop() {
		if n++; n%60 == 0 { // a new line, so that the row does not wrap
			k.enter("\r")
			m.enter("\r")
		}
		pause(b, 25*time.Millisecond) // as people type: kavi draws 60 times a second and no more
		ours = append(ours, echo(k, n))
		theirs = append(theirs, echo(m, n))
	}
	b.ReportMetric(ms(median(ours)), "kavi-ms")
	b.ReportMetric(ms(median(theirs)), "tmux-ms")
	b.ReportMetric(float64(median(ours))/float64(median(theirs)), "ratio")
}

// BenchmarkCat is the time of a cat of 30 MB with somebody looking, and in tmux;
// and the floor of both, which is the kernel's part: short lines are slow there
// already, as its line discipline writes each of them, and each line's end, alone.
func BenchmarkCat(b *testing.B) {
	for kind, line := range map[string]string{"short": "%d\n", "long": "%150d\n"} {
		b.Run(kind, func(b *testing.B) {
			file := filepath.Join(b.TempDir(), "big")
			var text bytes.Buffer
			for i := 0; text.Len() < 30<<20; i++ {
				fmt.Fprintf(&text, line, i)
			}
			if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
				b.Fatal(err)
			}
			command := []string{"/bin/sh", "-c", `while read -r x; do cat "$1"; echo "$x$x"; done`, "sh", file}
			k, _ := kaviPipe(b, command...)
			defer k.close()
			m := tmuxPipe(b, command...)
			defer m.close()
			floor := floorPipe(b, command...)
			cat := func(p *pipe, mark string) time.Duration {
				start := time.Now()
				p.enter(mark + "\r")
				p.until(mark + mark)
				return time.Since(start)
			}
			var ours, theirs, least []time.Duration
			for n := 0; b.Loop(); n++ {
				mark := typed[n%8]
				ours = append(ours, cat(k, mark))
				theirs = append(theirs, cat(m, mark))
				least = append(least, floor(mark))
			}
			b.ReportMetric(ms(median(ours)), "kavi-ms")
			b.ReportMetric(ms(median(theirs)), "tmux-ms")
			b.ReportMetric(ms(median(least)), "floor-ms")
			b.ReportMetric(float64(median(ours))/float64(median(theirs)), "ratio")
			b.ReportMetric(float64(median(least))/float64(median(theirs)), "floor-ratio")
		})
	}
}

// BenchmarkAttach is the time from starting `kavi attach` to a drawn screen.
func BenchmarkAttach(b *testing.B) {
	k, w := kaviPipe(b, "cat")
	defer k.close()
	for b.Loop() {
		p := openPipe(b, w, "kavi", "attach")
		p.until("? help")
		b.StopTimer()
		p.close()
		b.StartTimer()
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
