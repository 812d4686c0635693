package main

import (
	"fmt"
	"net"
	"os"
	"time"

	"kavi/gateway/wire"
	"kavi/pty"
)

// attack is the program `attacker` of scripts: an agent that speaks to kavi's own
// sockets instead of running kavi. It says what it was told, and exits 126 where
// it was refused.
//
//	attacker keeper DIR TEXT     types TEXT into the agent whose folder is DIR
//	attacker gate DIR COMMAND    asks the gate of that agent whether COMMAND may run
func attack() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: attacker keeper|gate DIR TEXT")
		os.Exit(2)
	}
	how := typeThrough
	if os.Args[1] == "gate" {
		how = askAt
	}
	if err := how(os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "attacker:", err)
		os.Exit(exitDenied)
	}
}

// typeThrough does what a server does to type into a pane.
func typeThrough(dir, text string) error {
	l, err := pty.Dial(dir, 0, nobody{})
	if err != nil {
		return err
	}
	defer l.Close()
	if err := l.Write([]byte(text)); err != nil {
		return err
	}
	return l.Goodbye()
}

// nobody takes what a keeper sends.
type nobody struct{ pty.Handler }

// askAt sends a call of its own making to an agent's gate and waits for the verdict.
func askAt(dir, command string) error {
	c, err := net.DialTimeout("unix", dir+"/gate.sock", 10*time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	call := &wire.Call{
		Door: wire.DoorShim, Tool: wire.ToolExec, Name: "bash", Argv: []string{"bash", "-c", command}, Program: "/bin/bash",
		Command: command, HasCommand: true, Cwd: "/", Nonce: [16]byte{1},
	}
	if _, err := c.Write(wire.AppendCall(nil, call)); err != nil {
		return err
	}
	m, err := wire.Read(c)
	switch {
	case err != nil:
		return err
	case m.Verdict == nil:
		return fmt.Errorf("told %+v", m)
	case !m.Verdict.Allow:
		return fmt.Errorf("denied: %s", m.Verdict.Reason)
	}
	fmt.Println("allowed")
	return nil
}
