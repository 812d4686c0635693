package pty_test

import (
	"errors"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"kavi/pty"
)

func TestTypingReachesTheAgent(t *testing.T) {
	s := spec(t, "sh", "-c", "read x; echo got $x.")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	if err := l.Write([]byte("hello\r")); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the answer", func() bool { return h.has("got hello.") })
}

// The terminal erases characters, not bytes: an ä is two bytes.
func TestBackspaceErasesACharacter(t *testing.T) {
	s := spec(t, "sh", "-c", "read x; printf %s \"$x\" | od -An -tx1; echo done.")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	if err := l.Write([]byte("xä\x7fy\r")); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the answer", func() bool { return h.has("done.") })
	if !h.has("78 79") {
		t.Errorf("the line was %q", h.text())
	}
}

func TestInputThatNobodyReadsBlocksNothing(t *testing.T) {
	s := spec(t, "sh", "-c", "stty raw -echo; trap 'echo winch.' WINCH; echo ready.; while :; do sleep 0.05; done")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "ready", func() bool { return h.has("ready.") })
	piece := []byte(strings.Repeat("x", 64<<10))
	var err error
	n := 0
	for ; err == nil && n < 100; n++ {
		err = l.Write(piece)
	}
	if !errors.Is(err, pty.ErrInputFull) || n != 17 {
		t.Errorf("after %d writes of 64 KiB: %v", n, err)
	}
	if err := l.Resize(100, 30); err != nil { // the link is not held up
		t.Fatal(err)
	}
	h.until(t, "the resize arrives", func() bool { return h.has("winch.") })
	// Another server knows what still waits.
	l.Close()
	h = newServer()
	l = dial(t, s, 0, h)
	if err := l.Write(piece); !errors.Is(err, pty.ErrInputFull) {
		t.Errorf("a new link: %v", err)
	}
}

func TestInputThatIsReadMakesRoom(t *testing.T) {
	s := spec(t, "sh", "-c", "stty raw -echo; echo ready.; head -c 3000000 | wc -c; echo done.")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "ready", func() bool { return h.has("ready.") })
	piece := []byte(strings.Repeat("x", 50000))
	for range 60 {
		until(t, "there is room", func() bool {
			err := l.Write(piece)
			if err != nil && !errors.Is(err, pty.ErrInputFull) {
				t.Fatal(err)
			}
			return err == nil
		})
	}
	h.until(t, "all arrived", func() bool { return h.has("3000000\n") && h.has("done.") })
}

// A server that replays output comes upon queries that were answered before. Each gets one answer.
func TestAQueryIsAnsweredOnce(t *testing.T) {
	s := spec(t, "sh", "-c", "stty raw -echo; echo ready.; cat")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "ready", func() bool { return h.has("ready.") })
	answer := func(l *pty.Link, offset uint64, text string) {
		if err := l.Reply(offset, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	answer(l, 5, "one,")
	answer(l, 5, "again,")
	answer(l, 7, "two,")
	h.until(t, "the answers", func() bool { return h.has("two,") })
	l.Close()
	h = newServer()
	l = dial(t, s, 0, h)
	for range 20 { // what is dropped takes no room
		until(t, "there is room", func() bool { return l.Reply(7, make([]byte, 900<<10)) == nil })
	}
	until(t, "there is room", func() bool { return l.Reply(8, []byte("three.")) == nil })
	h.until(t, "the answers", func() bool { return h.has("one,two,three.") })
}

func TestAResizeIsToldToTheAgent(t *testing.T) {
	s := spec(t, self(t), "sizes")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "the first size", func() bool { return h.has("size 24 80.") })
	if err := l.Resize(200, 50); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the new size", func() bool { return h.has("size 50 200.") })
	for _, bad := range [][2]int{{0, 1}, {1, 0}, {-1, 5}, {1 << 16, 1}} {
		if err := l.Resize(bad[0], bad[1]); err == nil {
			t.Errorf("resize to %v", bad)
		}
	}
	at := strings.Index(h.text(), "size 50 200.")
	next := newServer()
	dial(t, s, 0, next)
	next.until(t, "what was written", func() bool { return next.has("size 50 200.") })
	if want := [][3]int{{0, 80, 24}, {at, 200, 50}}; !slices.Equal(next.sizes, want) {
		t.Errorf("the sizes for a replay are %v, want %v", next.sizes, want)
	}
}

func TestASignalReachesTheAgentOrItsGroup(t *testing.T) {
	s := spec(t, "sh", "-c", "trap 'echo agent.' USR1; (trap 'echo other.; exit' USR1; echo ready.; while :; do sleep 0.05; done) & while :; do sleep 0.05; done")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "ready", func() bool { return h.has("ready.") })
	if err := l.Signal(syscall.SIGUSR1, false); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the agent got it", func() bool { return h.has("agent.") })
	if h.has("other.") {
		t.Error("the group got it")
	}
	if err := l.Signal(syscall.SIGUSR1, true); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the group got it", func() bool { return h.has("other.") })
	if err := l.Signal(99, false); err == nil {
		t.Error("signal 99")
	}
}

func TestALinkThatIsGoneSaysSo(t *testing.T) {
	s := spec(t, "cat")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	l.Close()
	h.until(t, "lost", func() bool { return h.lost })
	for _, err := range []error{l.Write([]byte("x")), l.Resize(80, 24), l.Signal(1, false), l.Kill(), l.Dismiss(), l.Goodbye()} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("on a link that is gone: %v", err)
		}
	}
}
