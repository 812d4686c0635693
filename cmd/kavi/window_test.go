package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"kavi/pty/vt"
)

// world is an operator's home for a test on the screen: a state folder, a config
// folder and a project of its own, and nothing left running afterwards.
type world struct {
	home    string
	project string
	env     []string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	home, err := os.MkdirTemp("", "k")
	if err != nil {
		t.Fatal(err)
	}
	if home, err = filepath.EvalSymlinks(home); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		endAll(home)
		_ = os.RemoveAll(home)
	})
	w := &world{home: home, project: filepath.Join(home, "garden")}
	if err := os.MkdirAll(w.project, 0o755); err != nil {
		t.Fatal(err)
	}
	kavi, err := exec.LookPath("kavi")
	if err != nil {
		t.Fatal(err)
	}
	w.env = []string{
		"HOME=" + home, "XDG_STATE_HOME=" + filepath.Join(home, "state"), "XDG_CONFIG_HOME=" + filepath.Join(home, "config"),
		"PATH=" + filepath.Dir(kavi) + ":/usr/local/bin:/usr/bin:/bin", "SHELL=/bin/sh", "TMPDIR=" + home,
		"TERM=xterm-256color", "COLORTERM=truecolor", "LANG=C.UTF-8", "GORACE=atexit_sleep_ms=0",
	}
	return w
}

// write puts a file into the project.
func (w *world) write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.project, name), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// run runs kavi without a terminal and gives its output.
func (w *world) run(t testing.TB, args ...string) string {
	t.Helper()
	c := exec.Command("kavi", args...)
	c.Dir, c.Env = w.project, w.env
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("kavi %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// window is a terminal with kavi in it, as an operator has it: what kavi draws is
// on its screen, what is typed goes to kavi, questions of kavi are answered.
type window struct {
	kavi   *exec.Cmd
	master *os.File
	ended  chan struct{}

	mu     sync.Mutex
	screen *vt.Terminal
	sent   []byte // all that was sent to it
}

func (w *world) open(t testing.TB, cols, rows int, args ...string) *window {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(master, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
	x := &window{kavi: exec.Command("kavi", args...), master: master, ended: make(chan struct{}), screen: vt.New(cols, rows, vt.Options{})}
	x.kavi.Dir, x.kavi.Env = w.project, w.env
	x.kavi.Stdin, x.kavi.Stdout, x.kavi.Stderr = slave, slave, slave
	x.kavi.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := x.kavi.Start(); err != nil {
		t.Fatal(err)
	}
	_ = slave.Close()
	read := make(chan struct{})
	go func() {
		defer close(read)
		x.show()
	}()
	go func() {
		defer close(x.ended)
		_ = x.kavi.Wait()
	}()
	t.Cleanup(func() {
		select {
		case <-x.ended:
		default:
			_ = x.kavi.Process.Kill()
			<-x.ended
		}
		_ = master.Close()
		<-read
	})
	return x
}

func (x *window) show() {
	b := make([]byte, 32<<10)
	for {
		n, err := x.master.Read(b)
		x.mu.Lock()
		x.sent = append(x.sent, b[:n]...)
		_, _ = x.screen.Write(b[:n])
		var answers []byte
		for _, r := range x.screen.TakeReplies() {
			answers = append(answers, r.Data...)
		}
		x.mu.Unlock()
		if len(answers) > 0 {
			_, _ = x.master.Write(answers)
		}
		if err != nil {
			return
		}
	}
}

// text is what the window shows.
func (x *window) text() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.screen.Text()
}

func (x *window) await(t testing.TB, what string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%q on the screen", what), func() bool { return strings.Contains(x.text(), what) },
		func() string { return "\n" + x.text() })
}

func (x *window) awaitGone(t testing.TB, what string) {
	t.Helper()
	eventually(t, fmt.Sprintf("%q gone from the screen", what), func() bool { return !strings.Contains(x.text(), what) },
		func() string { return "\n" + x.text() })
}

// enter types keys at once, as a program would.
func (x *window) enter(t testing.TB, keys string) {
	t.Helper()
	if _, err := io.WriteString(x.master, keys); err != nil {
		t.Fatal(err)
	}
}

// decide presses a key that decides, as an operator does who has read what is
// under the cursor: not at once, and nothing else close to it. It is pressed
// again until done says that it counted.
func (x *window) decide(t testing.TB, key string, done func() bool) {
	t.Helper()
	const readTime, again = 600 * time.Millisecond, 3 * time.Second
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	limit, press := time.Now().Add(2*time.Minute), time.Now().Add(readTime)
	for !done() {
		now := <-tick.C
		if now.After(limit) {
			t.Fatalf("%q decided nothing; the screen shows\n%s", key, x.text())
		}
		if now.After(press) {
			x.enter(t, key)
			press = now.Add(again)
		}
	}
}

func (x *window) resize(t testing.TB, cols, rows int) {
	t.Helper()
	x.mu.Lock()
	x.screen.Resize(cols, rows)
	x.mu.Unlock()
	if err := pty.Setsize(x.master, &pty.Winsize{Cols: uint16(cols), Rows: uint16(rows)}); err != nil {
		t.Fatal(err)
	}
}

// left waits until kavi has ended.
func (x *window) left(t testing.TB) (code int) {
	t.Helper()
	select {
	case <-x.ended:
	case <-time.After(2 * time.Minute):
		t.Fatalf("kavi does not end; the screen shows\n%s", x.text())
	}
	return x.kavi.ProcessState.ExitCode()
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
