package pty_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kavi/pty/proc"
)

func TestAnAgentsOutputComesNumberedAndItsStatusLast(t *testing.T) {
	s := spec(t, "sh", "-c", "printf 'one\\ntwo\\n'; exit 7")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "exited", func() bool { return len(h.exits) > 0 })
	if got := h.text(); got != "one\r\ntwo\r\n" || h.first != 0 {
		t.Errorf("output from %d: %q", h.first, got)
	}
	if st := h.exits[0]; st.Code != 7 || st.Signal != 0 || st.At.IsZero() {
		t.Errorf("status = %+v", st)
	}
	if l.Agent().Alive() || !l.Keeper().Alive() {
		t.Errorf("agent alive: %v, keeper alive: %v", l.Agent().Alive(), l.Keeper().Alive())
	}
}

// What an agent writes just before it exits is never overtaken by its status.
func TestTheLastWordsComeBeforeTheStatus(t *testing.T) {
	for range 20 {
		s := spec(t, "sh", "-c", "seq 20000; printf end; kill -9 $$")
		keep(t, s)
		h := newServer()
		dial(t, s, 0, h)
		h.until(t, "exited", func() bool { return len(h.exits) > 0 })
		if got := h.text(); !strings.HasSuffix(got, "20000\r\nend") {
			t.Fatalf("output ends %q", got[max(0, len(got)-40):])
		}
		if st := h.exits[0]; st.Code != 128+9 || st.Signal != 9 {
			t.Fatalf("status = %+v", st)
		}
	}
}

func TestALaterServerGetsTheOutputFromWhereItAsks(t *testing.T) {
	s := spec(t, "sh", "-c", "printf 0123456789; read x")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "the output is there", func() bool { return h.has("0123456789") })
	l.Close()
	h.until(t, "the link is gone", func() bool { return h.lost })
	if h.lostErr != nil {
		t.Errorf("lost by its own wish: %v", h.lostErr)
	}
	for _, from := range []uint64{0, 4, 10} {
		h := newServer()
		l := dial(t, s, from, h)
		if err := l.Write([]byte("x")); err != nil { // what is echoed comes after what was replayed
			t.Fatal(err)
		}
		h.until(t, "the echo", func() bool { return h.has("x") })
		l.Close()
		if want := "0123456789"[from:]; h.first != from || !strings.HasPrefix(h.text(), want) || len(h.gaps) > 0 {
			t.Errorf("from %d: gaps %v, from %d %q", from, h.gaps, h.first, h.text())
		}
	}
	// A number that was never reached is of another agent: all begins anew.
	h = newServer()
	dial(t, s, 1<<40, h)
	h.until(t, "output", func() bool { return h.has("9") })
	if len(h.gaps) != 1 || h.gaps[0] != [2]uint64{1 << 40, 0} || h.first != 0 {
		t.Errorf("from the future: gaps %v, from %d", h.gaps, h.first)
	}
}

// resident is a process's memory in bytes.
func resident(t *testing.T, id proc.ID) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", id.PID))
	if err != nil {
		t.Fatal(err)
	}
	var size, rss int
	if _, err := fmt.Sscan(string(b), &size, &rss); err != nil {
		t.Fatal(err)
	}
	return rss * os.Getpagesize()
}

func TestWithoutAServerEverythingIsDrainedAndTheLossIsSaid(t *testing.T) {
	done := filepath.Join(folder(t), "done")
	// 50 MB, which the terminal makes longer by one byte a line.
	s := spec(t, "sh", "-c", "seq 6600000; touch "+done+"; read x")
	keeper := keep(t, s)
	until(t, "the agent got rid of its output", func() bool {
		_, err := os.Stat(done)
		return err == nil
	})
	if rss := resident(t, keeper); !raceEnabled && rss > 32<<20 {
		t.Errorf("the keeper takes %d MiB", rss>>20)
	}
	h := newServer()
	dial(t, s, 0, h)
	h.until(t, "the end of the output", func() bool { return h.has("6600000\r\n") })
	if len(h.gaps) != 1 || h.gaps[0][0] != 0 || h.gaps[0][1] != h.first {
		t.Errorf("gaps %v, then from %d", h.gaps, h.first)
	}
	if kept := h.next - h.first; kept < 4<<20 || kept > 4<<20+256<<10 {
		t.Errorf("%d bytes were kept", kept)
	}
	var lines uint64
	for digits, n := uint64(1), uint64(9); digits <= 7; digits, n = digits+1, n*10 {
		lines += min(n, 6600000-(pow10(digits-1)-1)) * (digits + 2)
	}
	if h.next != lines {
		t.Errorf("the output ends at byte %d, want %d", h.next, lines)
	}
}

func pow10(n uint64) uint64 {
	if n == 0 {
		return 1
	}
	return 10 * pow10(n-1)
}

func written(path string) int {
	var n int
	b, _ := os.ReadFile(path)
	_, _ = fmt.Sscan(string(b), &n)
	return n
}

func TestAServerThatDoesNotReadBlocksTheAgentAndLosesNothing(t *testing.T) {
	s := spec(t, self(t), "flood")
	count := filepath.Join(s.Cwd, "written")
	s.Env = append(s.Env, "WRITTEN="+count)
	h := newServer()
	h.hold = make(chan struct{})
	keep(t, s)
	dial(t, s, 0, h)
	// The ring, both sockets' buffers and a terminal's: far below 16 MiB. It has to stop, and stay so.
	last, same := -1, 0
	until(t, "the agent is blocked", func() bool {
		n := written(count)
		if same++; n != last {
			last, same = n, 0
		}
		return n >= 64 && same > 200
	})
	if last > 256 {
		t.Errorf("the agent wrote %d KiB that nobody read", 64*last)
	}
	h.mu.Lock()
	close(h.hold)
	h.hold = nil
	h.mu.Unlock()
	h.until(t, "the output goes on", func() bool { return h.next > uint64(last+64)<<16 })
	if h.first != 0 || len(h.gaps) > 0 {
		t.Errorf("from %d, gaps %v", h.first, h.gaps)
	}
}

func TestANewServerTakesThePlaceOfTheOld(t *testing.T) {
	s := spec(t, self(t), "flood")
	s.Env = append(s.Env, "WRITTEN="+filepath.Join(s.Cwd, "written"))
	keep(t, s)
	var old *server
	for range 5 { // in full flow
		h := newServer()
		dial(t, s, 0, h)
		h.until(t, "output", func() bool { return h.began && h.next > h.first+1<<20 })
		if old != nil {
			old.until(t, "the old one is gone", func() bool { return old.lost })
			if old.lostErr == nil {
				t.Error("the old server is told nothing")
			}
		}
		old = h
	}
}
