package shim

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kavi/gateway/shim/install"
	"kavi/gateway/wire"
)

// binary is a small program that holds the shim, built once for all tests; heavy
// one that imports what kavi imports.
var binary, heavy string

func TestMain(m *testing.M) {
	if os.Getenv("SHIM_TEST_PARENT") != "" {
		strangeParent() // does not return
	}
	dir, err := os.MkdirTemp("", "shim")
	if err != nil {
		panic(err)
	}
	binary, heavy = filepath.Join(dir, "kavi"), filepath.Join(dir, "heavy")
	for _, out := range []string{binary, heavy} {
		build := exec.Command("go", "build", "-trimpath", "-o", out, "./testdata/"+filepath.Base(out))
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if b, err := build.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("building %s: %v\n%s", out, err, b))
		}
	}
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// gateServer is the other end: an agent's folder with a gate that answers calls.
type gateServer struct {
	t      testing.TB
	dir    string // the agent's folder
	l      *net.UnixListener
	answer func(c *wire.Call, conn net.Conn) // writes the verdict
	wg     sync.WaitGroup

	mu    sync.Mutex
	calls []*wire.Call
	taken int
	ended int // connections that are over
}

// newGate starts a gate whose shims are links to the built binary. answer nil
// allows everything.
func newGate(t testing.TB, answer func(c *wire.Call, conn net.Conn)) *gateServer {
	t.Helper()
	return newGateOf(t, binary, answer)
}

func newGateOf(t testing.TB, program string, answer func(c *wire.Call, conn net.Conn)) *gateServer {
	t.Helper()
	// Short: the path of a socket holds 103 bytes.
	root, err := os.MkdirTemp("", "kv")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(root); err != nil {
			t.Error(err)
		}
	})
	g := &gateServer{t: t, dir: filepath.Join(root, "agents", "claude"), answer: answer}
	if g.answer == nil {
		g.answer = allow
	}
	if err := install.Install(program, g.dir, nil); err != nil {
		t.Fatal(err)
	}
	g.listen()
	t.Cleanup(g.close)
	return g
}

func allow(_ *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{Allow: true}) }

func verdict(conn net.Conn, v wire.Verdict) { _, _ = conn.Write(wire.AppendVerdict(nil, &v)) }

func (g *gateServer) listen() {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(g.dir, "gate.sock")})
	if err != nil {
		g.t.Fatal(err)
	}
	g.serve(l)
}

func (g *gateServer) serve(l *net.UnixListener) {
	g.l = l
	g.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			g.wg.Go(func() { g.one(conn) })
		}
	})
}

func (g *gateServer) one(conn net.Conn) {
	defer func() {
		_ = conn.Close()
		g.mu.Lock()
		g.ended++
		g.mu.Unlock()
	}()
	m, err := wire.Read(conn)
	if err != nil || m.Call == nil {
		return
	}
	g.mu.Lock()
	g.calls = append(g.calls, m.Call)
	g.mu.Unlock()
	g.answer(m.Call, conn)
	m, err = wire.Read(conn)
	if err == nil && m.Taken {
		g.mu.Lock()
		g.taken++
		g.mu.Unlock()
		_, err = wire.Read(conn)
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "reset") {
		g.t.Errorf("after the call: %v", err)
	}
}

func (g *gateServer) close() {
	_ = g.l.Close()
	g.wg.Wait()
}

func (g *gateServer) seen() (calls []*wire.Call, taken, ended int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]*wire.Call(nil), g.calls...), g.taken, g.ended
}

// waitFor polls until the gate saw what is asked for.
func (g *gateServer) waitFor(what string, ok func(calls []*wire.Call, taken, ended int) bool) {
	g.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for {
		if ok(g.seen()) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			calls, taken, ended := g.seen()
			g.t.Fatalf("%s: not within 20 s; %d calls, %d taken, %d ended", what, len(calls), taken, ended)
		}
	}
}

// shim gives the path of one of the agent's shims.
func (g *gateServer) shim(name string) string { return filepath.Join(g.dir, "bin", name) }

// env is an environment as an agent has it, with more on top.
func (g *gateServer) env(more ...string) []string {
	return append([]string{"PATH=" + filepath.Join(g.dir, "bin") + ":" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, more...)
}

// command is a program of the agent, found along its PATH.
func (g *gateServer) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(g.shim(name), args...)
	cmd.Args[0] = name
	cmd.Env = g.env()
	return cmd
}

// result is what came of a command.
type result struct {
	Out, Err string
	Code     int
}

func run(t testing.TB, cmd *exec.Cmd) result {
	t.Helper()
	var out, errs bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &errs
	}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}
