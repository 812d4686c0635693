package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"kavi/gateway"
	"kavi/gateway/wire"
	"kavi/pty"
)

// proveWait bounds the proof of a gate: what it runs does nothing but ask.
const proveWait = 20 * time.Second

// proveShim shows that the agent's shim works before the agent is started: it is
// run, it must ask at the agent's socket, and its command must not run when the
// answer is no. A folder mounted noexec, a file system without hard links or a
// socket path that is too long are found here and not by a call that slips past.
func (s *Session) proveShim(dir string) error {
	path, err := pty.GateSocket(dir)
	if err != nil {
		return err
	}
	_ = os.Remove(path)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithTimeout(s.ctx, proveWait)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()

	asked := make(chan error, 1)
	go func() { asked <- answerProof(l) }()
	witness := filepath.Join(dir, "ran")
	_ = os.Remove(witness)
	// Under the mark, as the agent will run it: it is a file that an agent could have changed.
	cmd := exec.CommandContext(ctx, s.image(), "launch", "--", filepath.Join(dir, "bin", "sh"), "-c", "echo ran > "+quote(witness))
	cmd.Args[0] = os.Args[0] // its name, which the link to it is not
	cmd.Dir = dir
	err = cmd.Run()
	if _, ran := os.Lstat(witness); ran == nil {
		_ = os.Remove(witness)
		return errors.New("the shim ran a command that was denied")
	}
	var ee *exec.ExitError
	if !errors.As(err, &ee) || ee.ExitCode() != 126 {
		return fmt.Errorf("the shim does not deny as it should: %w", errors.Join(err, ctx.Err()))
	}
	select {
	case err := <-asked:
		return err
	case <-ctx.Done():
		return errors.New("the shim did not ask")
	}
}

// image is the program that runs here: the kernel's link to it where there is one,
// else the session's copy.
func (s *Session) image() string {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe"
	}
	return s.opts.Dir.Binary()
}

// answerProof is the gateway's side of a proof: it reads one call and denies it.
func answerProof(l *net.UnixListener) error {
	c, err := l.AcceptUnix()
	if err != nil {
		return fmt.Errorf("the shim did not ask: %w", err)
	}
	defer func() { _ = c.Close() }()
	m, err := wire.Read(c)
	if err != nil || m.Call == nil {
		return fmt.Errorf("the shim asked what cannot be read: %w", err)
	}
	_, err = c.Write(wire.AppendVerdict(nil, &gateway.Verdict{Reason: "this only proves the gate"}))
	return err
}

// quote is s as one word of a POSIX shell.
func quote(s string) string {
	out := []byte{'\''}
	for i := range len(s) {
		if s[i] == '\'' {
			out = append(out, `'\''`...)
		} else {
			out = append(out, s[i])
		}
	}
	return string(append(out, '\''))
}
