package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/session"
)

// inhibitor is the command that keeps the machine awake while it runs. It must end
// by itself when we do: through the pipe on its standard input, or by our process's
// number.
func inhibitor() []string {
	if runtime.GOOS == "darwin" {
		return []string{"caffeinate", "-i", "-w", strconv.Itoa(os.Getpid())}
	}
	return append(inhibit(), "cat")
}

func inhibit() []string {
	return []string{"systemd-inhibit", "--what=sleep:idle", "--who=kavi", "--why=coding agents are running", "--mode=block"}
}

// inhibitorWait bounds how long an inhibitor is tried for.
const inhibitorWait = 5 * time.Second

// tryAwake is why nothing can keep the machine awake here, and what to do about it;
// "" where something can. It may be there and have nobody to talk to, as in a
// container, or not be allowed to: that shows only when it runs.
func tryAwake(ctx context.Context) (why, remedy string) {
	program := inhibitor()[0]
	if _, err := exec.LookPath(program); err != nil {
		return "there is no " + program + " here", "install " + program
	}
	if runtime.GOOS == "darwin" {
		return "", ""
	}
	ctx, cancel := context.WithTimeout(ctx, inhibitorWait)
	defer cancel()
	argv := append(inhibit(), "true")
	var said bytes.Buffer
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	c.Stderr, c.WaitDelay = &said, time.Second
	if err := c.Run(); err != nil {
		return complaint(program, said.String(), err),
			"run kavi where systemd-logind runs and lets you inhibit, or keep the machine awake in another way"
	}
	return "", ""
}

// complaint is what a program that failed said last, else how it ended.
func complaint(program, said string, err error) string {
	words := strings.TrimSpace(said)
	if words == "" {
		words = err.Error()
	}
	words = words[strings.LastIndexByte(words, '\n')+1:]
	return program + ": " + display.Cut(display.Safe(words), 200)
}

// keepAwake keeps the machine from sleeping while an agent of the session runs,
// where the operator has asked for it, until ctx ends. Where that fails the operator
// is told; it is tried again when the next agent is started after all have ended.
func keepAwake(ctx context.Context, s *session.Session, wanted bool) {
	if !wanted {
		return
	}
	nudge, cancel := s.Watch()
	defer cancel()
	var h *hold
	defer func() { h.release() }()
	held := false
	for {
		if runs := running(s.Snapshot()); runs != held {
			h.release()
			h, held = nil, runs
			if runs {
				h = holdAwake(ctx, inhibitor())
			}
		}
		select {
		case <-nudge:
		case why := <-h.ended():
			if ctx.Err() == nil {
				s.Trouble("the machine may sleep", "keep_awake: the machine may sleep: "+why)
			}
			h.release()
			h = nil
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

// hold is an inhibitor that runs; nil is none.
type hold struct {
	stop func()
	lost chan string // why it ended; closed when its goroutine has
}

// holdAwake starts the inhibitor and a goroutine that waits for its end.
func holdAwake(ctx context.Context, argv []string) *hold {
	h := &hold{stop: func() {}, lost: make(chan string, 1)}
	c := exec.CommandContext(ctx, argv[0], argv[1:]...)
	var said bytes.Buffer
	c.Stderr, c.WaitDelay = &said, time.Second
	in, err := c.StdinPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		h.lost <- complaint(argv[0], "", err)
		close(h.lost)
		return h
	}
	h.stop = func() {
		_ = in.Close()
		_ = c.Process.Kill()
	}
	go func() {
		defer close(h.lost)
		err := c.Wait()
		h.lost <- complaint(argv[0], said.String(), cmp.Or(err, errors.New("it ended")))
	}()
	return h
}

// ended gives why the inhibitor ended before it was released.
func (h *hold) ended() <-chan string {
	if h == nil {
		return nil
	}
	return h.lost
}

// release ends the inhibitor and waits for its end.
func (h *hold) release() {
	if h == nil {
		return
	}
	h.stop()
	for range h.lost { // until it is closed
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
