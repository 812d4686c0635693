package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"kavi/gateway/shim/install"
	"kavi/gateway/wire"
	"kavi/pty"
	"kavi/session"
)

// checkShim makes the shims of an agent that does not exist, has one of them ask,
// and sees that what was denied does not run and what was allowed does.
func checkShim(ctx context.Context) finding {
	home, err := session.StateHome()
	if err != nil {
		return broken(setHome, "%v", err)
	}
	base, err := os.MkdirTemp(home, ".doctor-*")
	if err != nil {
		return broken(ownState, "%v", err)
	}
	defer func() { _ = os.RemoveAll(base) }()
	took, err := proveShim(ctx, base)
	if err != nil {
		return broken("agents would be started only with --ungated", "the shim does not hold: %v", err)
	}
	binary, err := os.ReadFile(filepath.Join(base, "kavi"))
	if err == nil {
		_, err = install.Entry(binary)
	}
	if err != nil {
		return less("CGO_ENABLED=0 go build ./cmd/kavi", "the shim asks before a command runs, in %v; it changes ignored signals and closed streams: %v", took, err)
	}
	return fine("the shim asks before a command runs, in %v", took)
}

func proveShim(ctx context.Context, base string) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	agent := filepath.Join(base, "agents", "doctor")
	if err := os.MkdirAll(agent, 0o700); err != nil {
		return 0, err
	}
	binary := filepath.Join(base, "kavi")
	if err := copySelf(binary); err != nil {
		return 0, err
	}
	if err := install.Install(binary, agent, []string{"sh"}); err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(pty.SocketDir(agent)) }() // which may be in /tmp
	path, err := pty.GateSocket(agent)
	if err != nil {
		return 0, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()

	for _, allow := range []bool{false, true} {
		answered := make(chan error, 1)
		go func() { answered <- answerOne(l, allow) }()
		start := time.Now()
		c := exec.CommandContext(ctx, filepath.Join(agent, "bin", "sh"), "-c", "exit 3")
		c.Dir = base
		_ = c.Run() // its exit code says all
		took = time.Since(start)
		want := map[bool]int{false: 126, true: 3}[allow]
		if code := c.ProcessState.ExitCode(); code != want {
			return 0, fmt.Errorf("a command that was answered with %v exits with %d", allow, code)
		}
		if err := <-answered; err != nil {
			return 0, err
		}
	}
	return took.Round(100 * time.Microsecond), nil
}

// answerOne is the gateway's side of one call.
func answerOne(l *net.UnixListener, allow bool) error {
	c, err := l.AcceptUnix()
	if err != nil {
		return fmt.Errorf("it did not ask: %w", err)
	}
	defer func() { _ = c.Close() }()
	m, err := wire.Read(c)
	if err != nil {
		return fmt.Errorf("it asked what cannot be read: %w", err)
	}
	if m.Call == nil {
		return errors.New("it asked nothing")
	}
	if _, err = c.Write(wire.AppendVerdict(nil, &wire.Verdict{Allow: allow, Reason: "kavi doctor"})); err != nil {
		return err
	}
	if allow {
		_, err = wire.Read(c) // that it was taken
	}
	return err
}
