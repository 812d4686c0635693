package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestFullScreenProgramsWorkInAPane uses what people run in terminals, in a real
// terminal of both sizes, while another pane is flooded with 50 MB.
func TestFullScreenProgramsWorkInAPane(t *testing.T) {
	for _, size := range []struct{ cols, rows int }{{80, 24}, {200, 50}} {
		t.Run(fmt.Sprintf("%dx%d", size.cols, size.rows), func(t *testing.T) {
			w := newWorld(t)
			x := w.open(t, size.cols, size.rows, "--", "/bin/sh", "-i")
			x.await(t, "partly (shim)")
			w.agent(t, "flood", "while ! test -e go; do :; done; seq 1 6600000; echo flood is over; cat")
			x.await(t, "2 agents")
			w.write(t, "go", "")

			x.enter(t, "PS1='ready> '\r")
			x.await(t, "ready> ")
			for _, p := range []struct {
				program string
				use     func(*testing.T, *world, *window)
			}{{"vim", useVim}, {"less", useLess}, {"htop", useHtop}} {
				t.Run(p.program, func(t *testing.T) {
					if _, err := exec.LookPath(p.program); err != nil {
						if os.Getenv("CI") != "" {
							t.Fatalf("%s is missing, and .ci/run installs it", p.program)
						}
						t.Skipf("%s is not installed: apt-get install %[1]s", p.program)
					}
					p.use(t, w, x)
				})
			}
			for range 10 { // the race detector makes a slow terminal
				if !strings.Contains(w.run(t, "capture", "flood"), "flood is over") {
					pause(t, 10*time.Second)
				}
			}
			if got := w.run(t, "capture", "flood"); !strings.Contains(got, "flood is over") {
				t.Errorf("the flood does not end:\n%s", got)
			}
			x.enter(t, "echo still $((40+2))\r")
			x.await(t, "still 42")
		})
	}
}

func useVim(t *testing.T, w *world, x *window) {
	x.enter(t, "vim -u NONE -N -c 'set laststatus=2' note.txt\r") // its name stays on the screen, also when the size changes
	x.await(t, "~")
	x.await(t, "note.txt")
	x.enter(t, "ihello from vim")
	x.await(t, "hello from vim")
	x.enter(t, "\x1b") // alone: what follows at once makes it Alt
	x.awaitGone(t, "-- INSERT --")
	x.enter(t, ":wq\r")
	eventually(t, "the file that vim writes", func() bool { return w.read(t, "note.txt") == "hello from vim\n" }, x.text)
	x.await(t, "ready> ")
	x.awaitGone(t, "~")
}

func useLess(t *testing.T, _ *world, x *window) {
	x.enter(t, "seq 1000 3000 | less\r")
	x.await(t, "1003")
	x.enter(t, "G")
	x.await(t, "3000")
	x.enter(t, "g")
	x.awaitGone(t, "3000")
	x.await(t, "1003")
	x.enter(t, "/2345\r")
	x.await(t, "2347")
	x.enter(t, "q")
	x.awaitGone(t, "2347")
	x.await(t, "ready> ")
}

func useHtop(t *testing.T, _ *world, x *window) {
	x.enter(t, "htop -C\r")
	x.await(t, "Load average")
	x.await(t, "F10Qui")
	x.enter(t, "q")
	x.awaitGone(t, "F10Qui")
	x.await(t, "ready> ")
}

// TestAnAgentBeginsAtItsPanesSize: what it draws first is for the terminal that it
// has, and it is not told of another.
func TestAnAgentBeginsAtItsPanesSize(t *testing.T) {
	for _, c := range []struct {
		cols, rows int
		want       string
	}{{80, 24, "20 78"}, {120, 40, "36 79"}, {200, 50, "46 99"}} {
		w := newWorld(t)
		x := w.open(t, c.cols, c.rows, "--", "/bin/sh", "-c", `trap 'echo told' WINCH; stty size; echo ready; while read -r line; do echo "got $line"; stty size; done`)
		x.await(t, "ready")
		x.enter(t, "on\r")
		x.await(t, "got on")
		if text := x.text(); strings.Count(text, c.want) < 1 || strings.Contains(text, "told") || strings.Contains(text, "24 80") {
			t.Errorf("on %dx%d, want %s:\n%s", c.cols, c.rows, c.want, text)
		}
	}
}

// TestVimOutlivesTheServer kills the server under vim: its screen, its keys and
// its mouse work afterwards.
func TestVimOutlivesTheServer(t *testing.T) {
	if _, err := exec.LookPath("vim"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("vim is missing, and .ci/run installs it")
		}
		t.Skip("vim is not installed: apt-get install vim")
	}
	w := newWorld(t)
	var text strings.Builder
	for i := range 200 {
		fmt.Fprintf(&text, "line %d of it\n", i)
	}
	w.write(t, "note.txt", text.String())
	x := w.open(t, 120, 40, "--", "vim", "-u", "NONE", "-N", "-c", "set mouse=a number", "note.txt")
	x.await(t, "line 20 of it")
	w.kill9(t)
	eventually(t, "the terminal at the next server", func() bool { return w.snapshot(t).Clients == 1 }, w.log)
	x.await(t, "line 20 of it")

	x.enter(t, "ggOnew words")
	x.await(t, "new words")
	x.enter(t, "\x1b")
	x.awaitGone(t, "-- INSERT --")
	x.enter(t, ":w\r")
	eventually(t, "what was typed in the file", func() bool { return strings.HasPrefix(w.read(t, "note.txt"), "new words\n") }, x.text)
	before := x.text()
	row, col := placeOf(x.text(), "line 10 of it")
	if row < 0 {
		t.Fatalf("vim's screen is not there:\n%s", before)
	}
	// A click puts vim's cursor there; what is typed then stands in that line.
	x.enter(t, fmt.Sprintf("\x1b[<0;%[1]d;%[2]dM\x1b[<0;%[1]d;%[2]dm", col+1, row+1))
	x.enter(t, "Oclicked here")
	x.await(t, "clicked here")
	x.enter(t, "\x1b")
	x.awaitGone(t, "-- INSERT --")
	x.enter(t, ":w\r")
	eventually(t, "the line at the mouse", func() bool {
		return strings.Contains(w.read(t, "note.txt"), "clicked here\nline 10 of it\n")
	}, x.text)
}

// placeOf is where a text stands on the screen.
func placeOf(screen, text string) (row, col int) {
	for row, line := range strings.Split(screen, "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			return row, len([]rune(before))
		}
	}
	return -1, -1
}
