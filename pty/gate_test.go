package pty_test

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/pty"
)

// connect connects to an agent's gate and writes a word.
func connect(t *testing.T, s pty.Spec, word string) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", filepath.Join(pty.SocketDir(s.Dir), "gate.sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if _, err := io.WriteString(c, word); err != nil {
		t.Fatal(err)
	}
	return c
}

// heard accepts one connection at the server's gate and says what came.
func heard(t *testing.T, h *server) string {
	t.Helper()
	h.until(t, "a gate", func() bool { return len(h.gates) > 0 })
	g := h.gate()
	_ = g.SetDeadline(time.Now().Add(20 * time.Second))
	c, err := g.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	b := make([]byte, 100)
	n, err := c.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

// call sees that a call gets through.
func call(t *testing.T, s pty.Spec, h *server) {
	t.Helper()
	connect(t, s, "call")
	if got := heard(t, h); got != "call" {
		t.Errorf("heard %q", got)
	}
}

func TestCallsQueueWhileThereIsNoServer(t *testing.T) {
	s := spec(t, "cat")
	keep(t, s)
	connect(t, s, "early")
	h := newServer()
	l := dial(t, s, 0, h)
	if got := heard(t, h); got != "early" {
		t.Errorf("heard %q", got)
	}
	// The server's end of it removes nothing, and nothing has to be bound again.
	if err := h.gate().Close(); err != nil {
		t.Fatal(err)
	}
	l.Close()
	connect(t, s, "between")
	h = newServer()
	dial(t, s, 0, h)
	if got := heard(t, h); got != "between" {
		t.Errorf("heard %q", got)
	}
	call(t, s, h)
}

func TestRemovedSocketsComeBack(t *testing.T) {
	s := spec(t, "cat")
	keep(t, s)
	h := newServer()
	dial(t, s, 0, h)
	call(t, s, h)
	ruin := map[string]func(string) error{
		"removed":   os.Remove,
		"a file":    func(p string) error { _ = os.Remove(p); return os.WriteFile(p, nil, 0o600) },
		"a folder":  func(p string) error { _ = os.Remove(p); return os.MkdirAll(filepath.Join(p, "full"), 0o700) },
		"a link":    func(p string) error { _ = os.Remove(p); return os.Symlink("/dev/null", p) },
		"no folder": func(p string) error { return os.RemoveAll(filepath.Dir(p)) },
		"an impostor": func(p string) error {
			_ = os.Remove(p)
			l, err := net.Listen("unix", p)
			if err == nil {
				t.Cleanup(func() { l.(*net.UnixListener).SetUnlinkOnClose(false); _ = l.Close() })
			}
			return err
		},
	}
	for how, f := range ruin {
		gates := 0
		h.until(t, "", func() bool { gates = len(h.gates); return true })
		for _, name := range []string{"gate.sock", "keep.sock"} {
			if err := f(filepath.Join(s.Dir, name)); err != nil && how != "no folder" {
				t.Fatalf("%s: %v", how, err)
			}
		}
		h.until(t, "a new gate after: "+how, func() bool { return len(h.gates) > gates })
		call(t, s, h)
	}
	// And the other one.
	if l, err := pty.Dial(s.Dir, 0, newServer()); err != nil {
		t.Error(err)
	} else {
		l.Close()
	}
}

func TestALongPathHasItsSocketsElsewhere(t *testing.T) {
	s := spec(t, "cat")
	s.Dir = filepath.Join(s.Cwd, strings.Repeat("long/", 20), "agents", "a")
	if to := pty.SocketDir(s.Dir); !strings.HasPrefix(to, "/tmp/kavi-") || to == pty.SocketDir(s.Dir+"b") {
		t.Fatalf("sockets in %s", to)
	}
	keep(t, s)
	h := newServer()
	dial(t, s, 0, h)
	call(t, s, h)
	// A shim knows only the agent's folder.
	if to, err := os.Readlink(filepath.Join(s.Dir, "sock")); err != nil || to != pty.SocketDir(s.Dir) {
		t.Errorf("sock -> %s, %v", to, err)
	}
	gates := 0
	h.until(t, "", func() bool { gates = len(h.gates); return true })
	if err := os.RemoveAll(pty.SocketDir(s.Dir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(s.Dir, "sock")); err != nil {
		t.Fatal(err)
	}
	h.until(t, "a new gate", func() bool { return len(h.gates) > gates })
	call(t, s, h)
	if _, err := os.Readlink(filepath.Join(s.Dir, "sock")); err != nil {
		t.Error(err)
	}
}
