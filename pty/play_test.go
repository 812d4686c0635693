package pty_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"kavi/pty"
	"kavi/pty/proc"
)

// play is what a helper does in one role.
func play(role string, args []string) error {
	switch role {
	case "serve": // DIR FROM: a server that dials, says so, and stays
		return serve(args[0], args[1])
	case "serve-start": // DIR: a server that starts the keeper of DIR/spec.json as well
		return serveStart(args[0])
	case "exit": // CODE, after one line in the file $STARTS
		return exitWith(args[0])
	case "dial": // DIR, as an agent that tries what only a server may
		_, err := pty.Dial(args[0], 0, newServer())
		fmt.Printf("dialled: %v.\n", err)
		wait()
		return nil
	case "pose": // DIR: as an agent that puts itself in its keeper's place
		l, err := net.Listen("unix", filepath.Join(args[0], "keep.sock"))
		if err != nil {
			return err
		}
		_, err = l.Accept()
		wait()
		return err
	case "escape": // ROLE ARGS: run it as an orphan in a session of its own
		return escape(args)
	case "adopted":
		for strconv.Itoa(os.Getppid()) == os.Getenv("FORKED_BY") {
			runtime.Gosched()
		}
		return play(args[0], args[1:])
	case "marked": // ROLE ARGS: the same with the mark on
		if err := proc.Mark(); err != nil {
			return err
		}
		return play(args[0], args[1:])
	case "say":
		fmt.Printf("said by %d.\n", os.Getpid())
		wait()
		return nil
	case "sizes": // a line for each SIGWINCH
		return sizes()
	case "flood":
		return flood()
	default:
		return fmt.Errorf("no such role: %s %q", role, args)
	}
}

// wait waits for ever: until it is killed.
func wait() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR2)
	<-c
}

func again(args ...string) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	cmd := exec.Command(exe, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd
}

func serve(dir, from string) error {
	offset, err := strconv.ParseUint(from, 10, 64)
	if err != nil {
		return err
	}
	h := newServer()
	l, err := pty.Dial(dir, offset, h)
	if err != nil {
		return err
	}
	_ = l.Ready()
	f, err := os.OpenFile(dir+"/served", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	fmt.Fprintln(f, os.Getpid())
	h.mu.Lock()
	for !h.lost {
		changed := h.changed
		h.mu.Unlock()
		<-changed
		h.mu.Lock()
	}
	h.mu.Unlock()
	return nil
}

func serveStart(dir string) error {
	s, err := loadSpec(dir)
	if err != nil {
		return err
	}
	id, err := pty.Start(s)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "keeper"), []byte(id.String()), 0o600); err != nil {
		return err
	}
	return serve(dir, "0")
}

func exitWith(code string) error {
	f, err := os.OpenFile(os.Getenv("STARTS"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	fmt.Fprintln(f, os.Getpid())
	n, err := strconv.Atoi(code)
	if err != nil {
		return err
	}
	os.Exit(n)
	return nil
}

// escape does what a daemon does: it forks twice and leaves the session.
func escape(args []string) error {
	cmd := again(append([]string{"adopted"}, args...)...)
	cmd.Env = append(os.Environ(), "FORKED_BY="+strconv.Itoa(os.Getpid()))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd.Start()
}

func sizes() error {
	c := make(chan os.Signal, 8)
	signal.Notify(c, syscall.SIGWINCH)
	for fmt.Println("ready."); ; <-c {
		out, err := exec.Command("sh", "-c", "stty size < /dev/tty").Output()
		if err != nil {
			return err
		}
		fmt.Printf("size %s.\n", strings.TrimSpace(string(out)))
	}
}

// flood writes 64 KiB at a time and says in the file $WRITTEN how many it has written.
func flood() error {
	f, err := os.Create(os.Getenv("WRITTEN"))
	if err != nil {
		return err
	}
	b := []byte(strings.Repeat(strings.Repeat("x", 1023)+"\n", 64))
	for n := 1; ; n++ {
		if _, err := os.Stdout.Write(b); err != nil {
			return err
		}
		if _, err := f.WriteAt([]byte(fmt.Sprintf("%9d", n)), 0); err != nil {
			return err
		}
	}
}
