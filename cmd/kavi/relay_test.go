package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"kavi/pty/proc"
	"kavi/session/control"
)

// The tests below run a relay on a real terminal against a server in a process of
// its own, so that both can be killed. The server draws what it is told of: the
// client's size, and each line that is typed.

const socketVar = "KAVI_TEST_SOCKET"

// drawServer is the program test-server: it draws by hand, as a drawer does.
func drawServer() {
	err := control.Serve(context.Background(), control.Options{
		Path:  os.Getenv(socketVar),
		Guard: func(proc.Peer) error { return nil },
		Log:   slog.New(slog.DiscardHandler),
		Attach: func(_ context.Context, a *control.Attachment) *control.Exit {
			show := func(format string, args ...any) { _, _ = fmt.Fprintf(a, format, args...) }
			cols, rows := a.Size()
			show("\x1b[?1049h\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[>1u\x1b[?25l\x1b]0;drawn\x07")
			show("size %dx%d again=%v TERM=%s\r\n", cols, rows, a.Screen().Again, a.Env()["TERM"])
			go func() {
				for {
					select {
					case <-a.Resized():
						cols, rows := a.Size()
						show("resized %dx%d\r\n", cols, rows)
					case <-a.Gone():
						return
					}
				}
			}()
			b := make([]byte, 100)
			for {
				n, err := a.Read(b)
				switch {
				case err != nil:
					return &control.Exit{Code: 1}
				case b[0] == 'q':
					return &control.Exit{Code: 3, Text: "goodbye"}
				}
				show("typed %q\r\n", b[:n])
			}
		},
	})
	fmt.Fprintln(os.Stderr, err)
}

// testRelay is the program test-relay: it relays standard input and output.
func testRelay() {
	ctx := context.Background()
	dial := func(ctx context.Context) (*control.Client, error) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			c, err := control.Dial(ctx, os.Getenv(socketVar), "")
			if !errors.Is(err, control.ErrNoServer) {
				return c, err
			}
			<-tick.C
		}
	}
	client, err := dial(ctx)
	if err == nil {
		var end control.Exit
		end, err = newRelay("garden", os.Stdin, os.Stdout, control.Screen{Env: clientEnv()}, dial).run(ctx, client)
		if err == nil {
			fmt.Fprintf(os.Stderr, "END %d %s\n", end.Code, end.Text)
			os.Exit(end.Code)
		}
	}
	report(os.Stderr, err)
	os.Exit(exitCode(err))
}

// program starts one of this test binary's other programs.
func program(t *testing.T, name, socket string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(path)
	c.Env = append(os.Environ(), socketVar+"="+socket, "TERM=xterm-kavi", "GORACE=atexit_sleep_ms=0")
	return c
}

type killable struct{ *exec.Cmd }

func (k killable) kill(t *testing.T) {
	t.Helper()
	if err := k.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	_ = k.Wait() // killed
}

func startServer(t *testing.T, socket string) killable {
	t.Helper()
	c := program(t, "test-server", socket)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	k := killable{c}
	t.Cleanup(func() {
		if k.ProcessState == nil {
			k.kill(t)
		}
	})
	return k
}

// terminal is a real one with a relay on it.
type terminal struct {
	relay  *exec.Cmd
	master *os.File
	slave  *os.File
	before term.State

	mu    sync.Mutex
	drawn bytes.Buffer
	read  chan struct{}
}

func startRelay(t *testing.T, socket string) *terminal {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Cols: 90, Rows: 30}); err != nil {
		t.Fatal(err)
	}
	x := &terminal{relay: program(t, "test-relay", socket), master: master, slave: slave, read: make(chan struct{})}
	x.before = x.mode(t)
	x.relay.Stdin, x.relay.Stdout, x.relay.Stderr = slave, slave, slave
	x.relay.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := x.relay.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(x.read)
		b := make([]byte, 4096)
		for {
			n, err := master.Read(b)
			x.mu.Lock()
			x.drawn.Write(b[:n])
			x.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		if x.relay.ProcessState == nil {
			_ = x.relay.Process.Kill()
			_ = x.relay.Wait()
		}
		_ = slave.Close()
		_ = master.Close()
		<-x.read
	})
	return x
}

func (x *terminal) mode(t *testing.T) term.State {
	t.Helper()
	state, err := term.GetState(int(x.slave.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	return *state
}

func (x *terminal) screen() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.drawn.String()
}

func (x *terminal) await(t *testing.T, text string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%q on the terminal", text), func() bool { return strings.Contains(x.screen(), text) },
		func() string { return fmt.Sprintf("%q", x.screen()) })
}

func (x *terminal) enter(t *testing.T, keys string) {
	t.Helper()
	if _, err := io.WriteString(x.master, keys); err != nil {
		t.Fatal(err)
	}
}

// left waits for the relay's end and checks that the terminal is as it was.
func (x *terminal) left(t *testing.T) (code int) {
	t.Helper()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = x.relay.Wait() }()
	select {
	case <-ended:
	case <-time.After(2 * time.Minute):
		t.Fatalf("the relay does not end; the terminal shows %q", x.screen())
	}
	if after := x.mode(t); after != x.before {
		t.Errorf("the terminal's mode is %+v, was %+v", after, x.before)
	}
	eventually(t, "the terminal is put back", func() bool { return strings.Contains(x.screen(), shown) },
		func() string { return fmt.Sprintf("%q", x.screen()) })
	back := x.screen()
	back = back[strings.LastIndex(back, cutShort):]
	for what, sequence := range map[string]string{
		"mouse": "\x1b[?1000l", "paste": "\x1b[?2004l", "focus": "\x1b[?1004l", "kitty's keyboard": "\x1b[<9u\x1b[r\x1b[?1049l",
		"cursor": "\x1b[?25h", "title": "\x1b[23;0t",
	} {
		if !strings.Contains(back, sequence) {
			t.Errorf("%s was not put back: %q", what, back)
		}
	}
	return x.relay.ProcessState.ExitCode()
}

// eventually polls until ok says so; else the test fails with what there was.
func eventually(t testing.TB, what string, ok func() bool, was func() string) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(2 * time.Minute)
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("never: %s; there was %s", what, was())
		}
	}
}

func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "ctl.sock")
}

func TestTheRelayCarriesKeysSizesAndTheLastWord(t *testing.T) {
	socket := socketPath(t)
	startServer(t, socket)
	x := startRelay(t, socket)
	x.await(t, "size 90x30 again=false TERM=xterm-kavi")
	x.enter(t, "a\x03\x1a") // Ctrl-C and Ctrl-Z are the agent's
	x.await(t, `typed "a\x03\x1a"`)
	if err := pty.Setsize(x.master, &pty.Winsize{Cols: 132, Rows: 50}); err != nil {
		t.Fatal(err)
	}
	x.await(t, "resized 132x50")
	x.enter(t, "q")
	if code := x.left(t); code != 3 {
		t.Errorf("exit code %d, want the server's 3", code)
	}
	x.await(t, "END 3 goodbye")
}

func TestTheRelayComesBackOnceAfterAKilledServer(t *testing.T) {
	socket := socketPath(t)
	first := startServer(t, socket)
	x := startRelay(t, socket)
	x.await(t, "again=false")
	first.kill(t)
	second := startServer(t, socket)
	x.await(t, "again=true")
	x.enter(t, "hello")
	x.await(t, `typed "hello"`)
	second.kill(t) // twice within a minute
	if code := x.left(t); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	x.await(t, "kavi: the server was lost twice within a minute")
	x.await(t, "kavi: hint: the agents go on: kavi attach garden")
}

func TestTheRelayPutsTheTerminalBackOnASignal(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGHUP, syscall.SIGTERM, syscall.SIGQUIT} {
		t.Run(sig.String(), func(t *testing.T) {
			socket := socketPath(t)
			startServer(t, socket)
			x := startRelay(t, socket)
			x.await(t, "size 90x30")
			if err := x.relay.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code := x.left(t); code != exitFailed {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

func TestAStopDoesNotLeaveARawTerminalBehind(t *testing.T) {
	socket := socketPath(t)
	startServer(t, socket)
	x := startRelay(t, socket)
	x.await(t, "size 90x30")
	if err := x.relay.Process.Signal(syscall.SIGTSTP); err != nil {
		t.Fatal(err)
	}
	x.enter(t, "still here")
	x.await(t, `typed "still here"`)

	// SIGSTOP cannot be refused; whoever had the terminal meanwhile left it cooked.
	if err := x.relay.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	if err := term.Restore(int(x.slave.Fd()), &x.before); err != nil {
		t.Fatal(err)
	}
	if err := x.relay.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	eventually(t, "raw again", func() bool { return x.mode(t) != x.before }, func() string { return "a cooked terminal" })
	x.enter(t, "\x03")
	x.await(t, `typed "\x03"`)
	x.enter(t, "q")
	x.left(t)
}
