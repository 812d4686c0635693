package shim

import (
	"bytes"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"kavi/gateway/wire"
)

// A shell at a terminal is an interactive one; behind it, it has the terminal.
func TestAtATerminal(t *testing.T) {
	t.Parallel()
	g := newGate(t, nil)
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer master.Close()
	cmd := g.command("bash", "--norc", "-i")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = slave.Close()
	if _, err := io.WriteString(master, "echo $((6*7)) $PPID; exit 5\n"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	_, _ = io.Copy(&out, master) // ends with EIO once the terminal has no user
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 5 || !bytes.Contains(out.Bytes(), []byte("42 ")) || bytes.Contains(out.Bytes(), []byte("no job control")) {
		t.Errorf("exit %d, %q", code, out.String())
	}
	calls, _, _ := g.seen()
	if c := calls[0]; c.Stdin != wire.StdinInteractive || c.HasCommand || c.Script != "" {
		t.Errorf("%+v", c)
	}
}

// No terminal, no session, no standard input: the shim asks and answers alike.
func TestWithoutATerminal(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(c *wire.Call, conn net.Conn) { verdict(conn, wire.Verdict{Allow: c.Command == "echo ok"}) })
	for _, c := range []struct {
		command string
		want    result
	}{
		{"echo ok", result{"ok\n", "", 0}},
		{"echo no", result{"", "kavi: denied: no reason was given\n", 126}},
	} {
		cmd := g.command("sh", "-c", c.command)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		null, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdin = null
		if got := run(t, cmd); got != c.want {
			t.Errorf("%s: %+v", c.command, got)
		}
		_ = null.Close()
	}
}
