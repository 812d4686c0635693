package shim

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kavi/gateway/shim/install"
	"kavi/gateway/wire"
)

func TestAllowedBecomesTheRealProgram(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	cmd := g.command("bash", "-c", `echo "out $$"; echo err >&2; exit 3`, "name", "arg")
	cmd.Dir = "/"
	got := run(t, cmd)
	if d := cmp.Diff(result{"out " + strconv.Itoa(cmd.Process.Pid) + "\n", "err\n", 3}, got); d != "" {
		t.Error(d)
	}
	g.waitFor("taken", func(_ []*wire.Call, taken, ended int) bool { return taken == 1 && ended == 1 })
	calls, _, _ := g.seen()
	want := &wire.Call{
		Door: wire.DoorShim, Name: "bash", Tool: wire.ToolExec, Cwd: "/",
		Argv:    []string{"bash", "-c", `echo "out $$"; echo err >&2; exit 3`, "name", "arg"},
		Command: `echo "out $$"; echo err >&2; exit 3`, HasCommand: true,
		Program: install.Find("bash"), Umask: calls[0].Umask,
		Env: []string{"PATH=" + g.dir + "/bin:" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")},
	}
	if d := cmp.Diff(want, calls[0], cmpopts.IgnoreFields(wire.Call{}, "Nonce")); d != "" {
		t.Error(d)
	}
	if calls[0].Nonce == ([16]byte{}) {
		t.Error("the nonce is zero")
	}
}

func TestDenied(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "out.txt")
	for _, c := range []struct {
		name   string
		answer func(c *wire.Call, conn net.Conn)
		want   string
	}{
		{"with a reason", func(_ *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{Reason: "not today"}) }, "kavi: denied: not today\n"},
		{"the zero verdict", func(_ *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{}) }, "kavi: denied: no reason was given\n"},
		{"control characters in the reason", func(_ *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{Reason: "a\x1b[2K\nb"}) }, "kavi: denied: a [2K b\n"},
		{"garbage", func(_ *wire.Call, conn net.Conn) { _, _ = conn.Write([]byte("{\"allow\":true}")) }, "kavi: denied: the gateway cannot be asked: wire: frame too large\n"},
		{"another version", func(_ *wire.Call, conn net.Conn) {
			b := wire.AppendVerdict(nil, &wire.Verdict{Allow: true})
			b[4]++
			_, _ = conn.Write(b)
		}, "kavi: denied: the gateway cannot be asked: wire: another version of kavi is at the other end\n"},
		{"a call instead", func(c *wire.Call, conn net.Conn) { _, _ = conn.Write(wire.AppendCall(nil, c)) }, "kavi: denied: the gateway cannot be asked: wire: unknown type of frame\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGate(t, c.answer)
			got := run(t, g.command("sh", "-c", "echo hi > "+file))
			if d := cmp.Diff(result{"", c.want, 126}, got); d != "" {
				t.Error(d)
			}
			if _, err := os.Stat(file); err == nil {
				t.Error("it ran")
			}
			g.waitFor("end", func(_ []*wire.Call, _, ended int) bool { return ended == 1 })
			if _, taken, _ := g.seen(); taken != 0 {
				t.Error("a denied call was taken")
			}
		})
	}
}

func TestStaysHeldUntilTheVerdict(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	g := newGate(t, func(_ *wire.Call, conn net.Conn) {
		<-release
		verdict(conn, wire.Verdict{Allow: true})
	})
	file := filepath.Join(t.TempDir(), "out.txt")
	cmd := g.command("bash", "-c", "echo hi > "+file)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g.waitFor("the call", func(calls []*wire.Call, _, _ int) bool { return len(calls) == 1 })
	if _, err := os.Stat(file); err == nil {
		t.Error("it ran while it was held")
	}
	close(release)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if b, _ := os.ReadFile(file); string(b) != "hi\n" {
		t.Errorf("out.txt holds %q", b)
	}
}

func TestSignalsEndAHeldShim(t *testing.T) {
	t.Parallel()
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		release := make(chan struct{})
		g := newGate(t, func(_ *wire.Call, _ net.Conn) { <-release })
		cmd := g.command("bash", "-c", "echo ran")
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		// Under nohup the shim would rightly go on ignoring what is ignored here.
		caught := make(chan os.Signal, 1)
		signal.Notify(caught, sig)
		err := cmd.Start()
		signal.Stop(caught)
		if err != nil {
			t.Fatal(err)
		}
		g.waitFor("the call", func(calls []*wire.Call, _, _ int) bool { return len(calls) == 1 })
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if ws := cmd.ProcessState.Sys().(syscall.WaitStatus); !ws.Signaled() || ws.Signal() != sig {
			t.Errorf("%v: it ended with %v", sig, cmd.ProcessState)
		}
		if out.Len() != 0 {
			t.Errorf("%v: it said %q", sig, out.String())
		}
		close(release)
	}
}

func TestAsksAgainWhenTheConnectionBreaks(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	g := newGate(t, func(_ *wire.Call, conn net.Conn) {
		switch n.Add(1) {
		case 1:
			_ = conn.Close()
		case 2: // in mid-frame
			_, _ = conn.Write(wire.AppendVerdict(nil, &wire.Verdict{Allow: true})[:5])
			_ = conn.Close()
		default:
			verdict(conn, wire.Verdict{Allow: true})
		}
	})
	if got := run(t, g.command("bash", "-c", "echo ok")); got != (result{"ok\n", "", 0}) {
		t.Errorf("%+v", got)
	}
	calls, _, _ := g.seen()
	if len(calls) != 3 {
		t.Fatalf("%d calls", len(calls))
	}
	for _, c := range calls[1:] {
		if d := cmp.Diff(calls[0], c); d != "" {
			t.Error("the same call must come again, nonce and all:", d)
		}
	}
}

func TestWaitsForASocketThatIsMadeAgain(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	var n atomic.Int32
	g := newGate(t, func(_ *wire.Call, conn net.Conn) {
		if n.Add(1) == 1 {
			close(held)
			_ = conn.Close()
			return
		}
		verdict(conn, wire.Verdict{Allow: true})
	})
	cmd := g.command("bash", "-c", "echo ok")
	var out strings.Builder
	cmd.Stdout = &out
	_ = g.l.Close() // the socket's file goes with it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g.listen()
	<-held
	g.close()
	g.listen()
	if err := cmd.Wait(); err != nil || out.String() != "ok\n" {
		t.Errorf("%v, %q", err, out.String())
	}
}

func TestNobodyToAsk(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "kv")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	frame := wire.AppendCall(nil, &wire.Call{Nonce: [16]byte{1}})
	const little = second / 5
	if v, _, err := ask(dir, func() ([]byte, error) { return frame, nil }, little, 0); !errors.Is(err, syscall.ENOENT) || v.Allow {
		t.Errorf("no socket: %+v, %v", v, err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: dir + "/gate.sock"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if v, _, err := ask(dir, func() ([]byte, error) { return frame, nil }, little, 0); !errors.Is(err, syscall.ECONNREFUSED) || v.Allow {
		t.Errorf("a dead socket: %+v, %v", v, err)
	}
	if err := os.Remove(dir + "/gate.sock"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/gate.sock", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if v, _, err := ask(dir, func() ([]byte, error) { return frame, nil }, little, 0); !errors.Is(err, errSocket) || v.Allow {
		t.Errorf("a file: %+v, %v", v, err)
	}
}

func TestLongPathsUseTheLink(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	long := filepath.Join(t.TempDir(), strings.Repeat("long-", 20), "agents", "codex")
	if err := install.Install(binary, long, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(g.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(g.dir, long+"/sock"); err != nil {
		t.Fatal(err)
	}
	cmd := g.command("bash", "-c", "echo ok")
	cmd.Path = long + "/bin/bash"
	if got := run(t, cmd); got != (result{"ok\n", "", 0}) {
		t.Errorf("%+v", got)
	}
	// A folder that others may write is not kavi's.
	if err := os.Chmod(g.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := gate(long); !errors.Is(err, errSocket) {
		t.Errorf("an open folder: %v", err)
	}
}

func TestOneHundredAtOnce(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	// A backlog of one: connecting has to wait, not to fail.
	_ = g.l.Close()
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: g.dir + "/gate.sock"}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 1); err != nil {
		t.Fatal(err)
	}
	const n = 100
	cmds := make([]*exec.Cmd, n)
	outs := make([]strings.Builder, n)
	for i := range cmds {
		cmds[i] = g.command("sh", "-c", "echo "+strconv.Itoa(i))
		cmds[i].Stdout, cmds[i].Stderr = &outs[i], &outs[i]
		if err := cmds[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	file := os.NewFile(uintptr(fd), "gate")
	l, err := net.FileListener(file) // accepts only now
	if err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	g.serve(l.(*net.UnixListener))
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil || outs[i].String() != strconv.Itoa(i)+"\n" {
			t.Errorf("call %d: %v, %q", i, err, outs[i].String())
		}
	}
	calls, _, _ := g.seen()
	nonces := make(map[[16]byte]bool)
	for _, c := range calls {
		nonces[c.Nonce] = true
	}
	if len(calls) != n || len(nonces) != n {
		t.Errorf("%d calls with %d nonces", len(calls), len(nonces))
	}
}

func TestNotAShim(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	other := filepath.Join(filepath.Dir(g.shim("bash")), "kavi")
	if err := os.Link(g.shim("bash"), other); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(other, "-c", "echo ran")
	cmd.Args[0] = "bash"
	if got := run(t, cmd); got != (result{"main was reached\n", "", 7}) {
		t.Errorf("%+v", got)
	}
	if calls, _, _ := g.seen(); len(calls) != 0 {
		t.Error("it asked")
	}
}

func TestAgentOf(t *testing.T) {
	for _, c := range []struct{ exe, dir, name string }{
		{"/s/agents/claude/bin/bash", "/s/agents/claude", "bash"},
		{"/s/agents/claude-2/bin/git", "/s/agents/claude-2", "git"},
		{"/s/agents/claude/bin/bash (deleted)", "/s/agents/claude", "bash"},
		{"/s/agents/claude/bin/kavi", "", ""},
		{"/s/agents/claude/sbin/bash", "", ""},
		{"/s/agents/bin/bash", "", ""},
		{"/s/agents//bin/bash", "", ""},
		{"/agents/a/bin/bash", "/agents/a", "bash"},
		{"/usr/bin/bash", "", ""},
		{"agents", "", ""},
		{"", "", ""},
	} {
		dir, name, ok := agentOf(c.exe)
		if dir != c.dir || name != c.name || ok != (c.name != "") {
			t.Errorf("agentOf(%q) = %q, %q, %v", c.exe, dir, name, ok)
		}
	}
}
