package pty_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kavi/pty"
	"kavi/pty/proc"
)

// The test binary is also kavi, and each program that the tests need as an agent or a server.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		os.Exit(helper(os.Args[1], os.Args[2:]))
	}
	// The race detector waits for a second at a program's exit otherwise.
	_ = os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(m)
}

func helper(role string, args []string) int {
	var err error
	switch role {
	case "keep":
		if os.Getenv("MUTE") != "" {
			return 1
		}
		err = pty.Keep(args[0])
	case "launch":
		err = pty.Launch(args)
	default:
		err = play(role, args)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "kavi:", err)
		return 1
	}
	return 0
}

// server is a Handler that remembers.
type server struct {
	mu      sync.Mutex
	changed chan struct{} // closed and made anew at each change
	gates   []*net.UnixListener
	out     []byte // the last MiB of output
	first   uint64 // the first byte's number
	next    uint64 // the number that has to come next
	began   bool
	broken  string // a byte that came under a wrong number
	gaps    [][2]uint64
	exits   []pty.Status
	refused []pty.Refusal
	sizes   [][3]int // at, columns, rows
	lost    bool
	lostErr error
	hold    chan struct{} // not nil: Output waits until it is closed
}

func newServer() *server { return &server{changed: make(chan struct{})} }

func (s *server) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *server) Gate(l *net.UnixListener) { s.change(func() { s.gates = append(s.gates, l) }) }

func (s *server) Output(offset uint64, b []byte) {
	s.mu.Lock()
	hold := s.hold
	s.mu.Unlock()
	if hold != nil {
		<-hold
	}
	s.change(func() {
		if !s.began {
			s.began, s.first, s.next = true, offset, offset
		}
		if offset != s.next {
			s.broken = fmt.Sprintf("byte %d came as %d", s.next, offset)
		}
		s.next = offset + uint64(len(b))
		if s.out = append(s.out, b...); len(s.out) > 2<<20 {
			s.out = append([]byte(nil), s.out[len(s.out)-1<<20:]...)
		}
	})
}

func (s *server) Gap(from, to uint64) {
	s.change(func() { s.gaps = append(s.gaps, [2]uint64{from, to}) })
}

func (s *server) Exited(st pty.Status) { s.change(func() { s.exits = append(s.exits, st) }) }
func (s *server) Sized(at uint64, cols, rows int) {
	s.change(func() { s.sizes = append(s.sizes, [3]int{int(at), cols, rows}) })
}
func (s *server) Refused(r pty.Refusal) { s.change(func() { s.refused = append(s.refused, r) }) }
func (s *server) Lost(err error)        { s.change(func() { s.lost, s.lostErr = true, err }) }
func (s *server) has(text string) bool  { return bytes.Contains(s.out, []byte(text)) }
func (s *server) text() string          { s.mu.Lock(); defer s.mu.Unlock(); return string(s.out) }
func (s *server) gate() *net.UnixListener {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gates[len(s.gates)-1]
}

// until waits until so, which reads s under its lock, for at most 20 s.
func (s *server) until(t testing.TB, what string, so func() bool) {
	t.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for {
		s.mu.Lock()
		ok, changed, broken := so(), s.changed, s.broken
		tail := string(s.out[max(0, len(s.out)-300):])
		s.mu.Unlock()
		if broken != "" {
			t.Fatal(broken)
		}
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late.C:
			t.Fatalf("not so after 20 s: %s; the output ends %q", what, tail)
		}
	}
}

func (s *server) closeGates() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.gates {
		_ = g.Close()
	}
}

// until polls, without a sleep, for at most 20 s.
func until(t testing.TB, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	for !so() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatalf("not so after 20 s: %s", what)
		}
	}
}

// folder is one with a short path, gone after the test.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func self(t testing.TB) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// spec runs argv under a keeper that starts no server.
func spec(t testing.TB, argv ...string) pty.Spec {
	t.Helper()
	dir := folder(t)
	return pty.Spec{
		Dir: filepath.Join(dir, "agents", "a"), Name: "a", Argv: argv, Cwd: dir, Cols: 80, Rows: 24, Binary: self(t),
		Env: []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "HOME=" + dir, "GORACE=atexit_sleep_ms=0"},
	}
}

// keep starts a keeper; it and all that it keeps end with the test.
func keep(t testing.TB, s pty.Spec) proc.ID {
	t.Helper()
	id, err := pty.Start(s)
	if err != nil {
		t.Fatal(err)
	}
	ends(t, s, id)
	return id
}

// ends sees to a keeper's end at the test's.
func ends(t testing.TB, s pty.Spec, id proc.ID) {
	t.Helper()
	t.Cleanup(func() {
		if !id.Alive() {
			return
		}
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(s.Dir, "keep.log"))
			t.Logf("keep.log:\n%s", log)
		}
		h := newServer()
		l, err := pty.Dial(s.Dir, 0, h)
		if err != nil {
			if marked, _ := proc.Marked(id.PID); !marked { // a marked keeper is none for this process
				t.Errorf("end the keeper: %v", err)
			}
			for _, p := range slices.Backward(proc.Tree(id)) {
				_ = proc.Signal(p, 9)
			}
			return
		}
		_ = l.Kill()
		h.until(t, "the agent is gone", func() bool { return len(h.exits) > 0 })
		_ = l.Dismiss()
		until(t, "the keeper is gone", func() bool { return !id.Alive() })
		h.until(t, "the link is gone", func() bool { return h.lost })
		h.closeGates()
	})
}

// dial attaches; the link ends with the test.
func dial(t testing.TB, s pty.Spec, from uint64, h *server) *pty.Link {
	t.Helper()
	l, err := pty.Dial(s.Dir, from, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		l.Close()
		h.until(t, "the link is gone", func() bool { return h.lost })
		h.closeGates()
	})
	return l
}

// loadSpec is the Spec that a test left for a server of its own.
func loadSpec(dir string) (s pty.Spec, err error) {
	b, err := os.ReadFile(filepath.Join(dir, "spec.json"))
	if err == nil {
		err = json.Unmarshal(b, &s)
	}
	return s, err
}
