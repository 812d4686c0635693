package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"kavi/session"
)

// inhibitor is the command that keeps the machine awake while it runs; nil where
// there is none. It must end by itself when we do: through the pipe on its
// standard input, or by our process's number.
func inhibitor() []string {
	if runtime.GOOS == "darwin" {
		return []string{"caffeinate", "-i", "-w", strconv.Itoa(os.Getpid())}
	}
	if _, err := exec.LookPath("systemd-inhibit"); err != nil {
		return nil
	}
	return []string{"systemd-inhibit", "--what=sleep:idle", "--who=kavi", "--why=coding agents are running", "--mode=block", "cat"}
}

// keepAwake keeps the machine from sleeping while an agent of the session runs,
// where the operator has asked for it, until ctx ends.
func keepAwake(ctx context.Context, s *session.Session, wanted bool, log *slog.Logger) {
	if !wanted {
		return
	}
	argv := inhibitor()
	if argv == nil {
		log.Warn("keep_awake: no systemd-inhibit here: the machine may sleep")
		return
	}
	nudge, cancel := s.Watch()
	defer cancel()
	release := func() {}
	defer func() { release() }()
	held := false
	for {
		if runs := running(s.Snapshot()); runs != held {
			release()
			release, held = func() {}, runs
			if runs {
				release = hold(ctx, argv, log)
			}
		}
		select {
		case <-nudge:
		case <-ctx.Done():
			return
		}
	}
}

func running(snap *session.Snapshot) bool {
	for _, g := range snap.Agents {
		if g.State != session.Exited && g.State != session.Lost {
			return true
		}
	}
	return false
}

// hold starts the inhibitor; what it returns ends it.
func hold(ctx context.Context, argv []string, log *slog.Logger) (release func()) {
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	in, err := c.StdinPipe()
	if err == nil {
		c.Stdout = io.Discard
		err = c.Start()
	}
	if err != nil {
		log.Warn("keep_awake: the machine may sleep", "err", err)
		return func() {}
	}
	return func() {
		_ = in.Close()
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

// onBattery says whether the machine runs on its battery; unknown is no.
func onBattery() bool {
	states, err := filepath.Glob("/sys/class/power_supply/*/status")
	if err != nil {
		return false
	}
	for _, path := range states {
		if b, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(b)) == "Discharging" {
			return true
		}
	}
	return false
}
