package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"kavi/gateway/hook/model"
	"kavi/session"
)

// brokenHook takes the agent's hook away while it works, in every way that there
// is: killed and stopped while it waits for an answer, removed, not executable, ending
// in an error, writing nothing, stopped before it asked. Nothing of that lets a call run, and once the hook is back
// the agent is asked about as before.
func brokenHook(t *testing.T, f family, m mode) {
	var x *trial
	hook := func() string { return filepath.Join(x.dir().Agents(), string(f.name), "bin", "kavi-hook") }
	put := func(text string, mode os.FileMode) {
		if err := os.Remove(hook()); err != nil && !os.IsNotExist(err) {
			t.Error(err)
		}
		if text == "" {
			return
		}
		if err := os.WriteFile(hook(), []byte(text), mode); err != nil {
			t.Error(err)
		}
	}
	kept := func() string { return filepath.Join(x.home, "kept-hook") }
	turn := func(name string, before func()) model.Turn {
		return model.Turn{Text: "With a hook " + name + ".", Calls: []model.Call{f.tools.shell("touch with-" + name)}, Before: before}
	}
	turns := []model.Turn{
		turn("killed", nil),
		turn("stopped", nil),
		turn("removed", func() {
			if err := os.Link(hook(), kept()); err != nil && !os.IsExist(err) {
				t.Error(err)
			}
			put("", 0)
		}),
		turn("unexecutable", func() { put("#!/bin/sh\nexit 1\n", 0o600) }), // Copilot makes it executable first
		turn("failing", func() { put("#!/bin/sh\nexit 1\n", 0o700) }),
		turn("dying", func() { put("#!/bin/sh\nkill -9 $$\n", 0o700) }),
		turn("stopping", func() { put("#!/bin/sh\nkill -STOP $$\n", 0o700) }),
		turn("back", func() {
			put("", 0)
			if err := os.Link(kept(), hook()); err != nil {
				t.Error(err)
			}
		}),
	}
	x = newTrial(t, f, m, func(*trial) []model.Turn { return turns })
	x.start(t)
	for _, sig := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		id := x.held(t, 1)[0].ID
		x.signal(t, hook(), sig)
		x.await(t, id+" to be over", func() bool {
			a, err := x.client(t).Approval(t.Context(), id)
			return err != nil || a.State != session.Pending
		})
	}
	a := x.held(t, 1)[0]
	if !strings.Contains(a.Call.Command, "with-back") {
		t.Fatalf("%s is asked about; %s", a.Call.Command, x.explain(t))
	}
	x.approve(t, a.ID)
	x.finished(t, len(turns))
	for _, name := range []string{"killed", "stopped", "removed", "unexecutable", "failing", "dying", "stopping"} {
		if x.exists("with-" + name) {
			t.Errorf("with a hook %s its call ran; %s", name, x.explain(t))
		}
	}
	if !x.exists("with-back") {
		t.Errorf("what was approved did not run; %s", x.explain(t))
	}
}

// signal sends the agent's hook that waits for an answer a signal.
func (x *trial) signal(t *testing.T, hook string, sig syscall.Signal) {
	t.Helper()
	x.await(t, "the hook's process to get a signal", func() bool {
		all, err := filepath.Glob("/proc/[0-9]*/cmdline")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range all {
			line, err := os.ReadFile(file)
			args := bytes.Split(line, []byte{0})
			if err != nil || string(args[0]) != hook || bytes.Contains(line, []byte("notice")) {
				continue
			}
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			if err != nil {
				t.Fatal(err)
			}
			return syscall.Kill(pid, sig) == nil
		}
		return false
	})
}

// switchedOff has the project switch off hooks by a file of the agent's own: they
// are asked about all the same, or the agent is not started.
func switchedOff(t *testing.T, f family, m mode) {
	turns := []model.Turn{
		{Text: "One.", Calls: []model.Call{f.tools.shell("touch denied")}},
		{Text: "Two.", Calls: []model.Call{f.tools.shell("echo once >> ran.txt")}},
	}
	x := newTrial(t, f, m, func(*trial) []model.Turn { return turns })
	f.off(t, x)
	if f.refused != "" {
		if said := x.fails(t); !strings.Contains(said, f.refused) {
			t.Errorf("it is not started, and why: %s", said)
		}
		return
	}
	x.start(t)
	x.reject(t, x.held(t, 1)[0].ID, "leave that file alone")
	x.approve(t, x.held(t, 1)[0].ID)
	x.finished(t, len(turns))
	if x.exists("denied") || x.read(t, "ran.txt") != "once\n" {
		t.Errorf("what was denied ran: %v; what was approved: %q; %s", x.exists("denied"), x.read(t, "ran.txt"), x.explain(t))
	}
	x.account(t, turns)
}
