package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"kavi/keymap"
)

// typist answers what the demo asks: when the text appears, it types the keys.
type typist struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines []struct{ when, keys string }
	to    *os.File
}

func (y *typist) Write(p []byte) (int, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.text.Write(p)
	for len(y.lines) > 0 && strings.Contains(y.text.String(), y.lines[0].when) {
		if _, err := io.WriteString(y.to, y.lines[0].keys); err != nil {
			return 0, err
		}
		y.lines = y.lines[1:]
	}
	return len(p), nil
}

func TestThePrefixIsTriedAndAnotherOffered(t *testing.T) {
	want, err := keymap.Parse("C-Space")
	if err != nil {
		t.Fatal(err)
	}
	type answers = []struct{ when, keys string }
	for _, c := range []struct {
		name    string
		answers answers
		prefix  string
		said    string
		err     error
	}{
		{"it arrives", answers{{"Press it now", "\x00"}}, "C-Space", "it arrived.", nil},
		{"after another key", answers{{"Press it now", "x \x00"}}, "C-Space", "it arrived.", nil},
		{"it does not", answers{{"Press it now", "\r"}, {"Press C-] instead", "\x1d"}}, "C-]", `prefix = "C-]"`, nil},
		{"neither does", answers{{"Press it now", "\r"}, {"Press C-] instead", "\r"}}, "C-Space", "can be clicked", nil},
		{"the operator leaves", answers{{"Press it now", "\x03"}}, "C-Space", "Enter skips: \n", errInterrupted},
	} {
		t.Run(c.name, func(t *testing.T) {
			master, slave, err := pty.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = master.Close(); _ = slave.Close() }()
			y := &typist{to: master, lines: c.answers}
			a := &app{in: slave, out: y}
			got, err := a.tryPrefix(context.Background(), want)
			if !errors.Is(err, c.err) || got.String() != c.prefix {
				t.Errorf("%s, %v; want %s, %v", got, err, c.prefix, c.err)
			}
			if !strings.Contains(y.text.String(), c.said) {
				t.Errorf("%q was not said: %s", c.said, y.text.String())
			}
			if len(y.lines) > 0 {
				t.Errorf("never asked: %q", y.lines[0].when)
			}
			// What was typed is gone, and the terminal reads lines again.
			if _, err := io.WriteString(master, "line\n"); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(slave).ReadString('\n')
			if err != nil || line != "line\n" {
				t.Errorf("%q, %v", line, err)
			}
		})
	}
}

// A tmux refuses what programs copy unless it is told otherwise; then kavi must not
// say that it did.
func TestWhatATmuxDoesWithCopiesIsAsked(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("tmux is missing, and .ci/run installs it")
		}
		t.Skip("tmux is not installed: apt-get install tmux")
	}
	t.Setenv("TMUX", "")
	if outerRefusesCopies(t.Context()) {
		t.Error("without a tmux")
	}
	socket := filepath.Join(t.TempDir(), "tmux")
	tmux := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("tmux", append([]string{"-S", socket, "-f", "/dev/null"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("tmux %s: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	tmux("new-session", "-d", "cat")
	t.Cleanup(func() { tmux("kill-server") })
	t.Setenv("TMUX", socket+","+tmux("display-message", "-p", "#{pid}")+",0")
	t.Setenv("TMUX_PANE", tmux("display-message", "-p", "#{pane_id}"))
	tmux("set", "-s", "set-clipboard", "external")
	tmux("set", "-gw", "allow-passthrough", "off")
	if !outerRefusesCopies(t.Context()) {
		t.Error("it takes none, and that is not known")
	}
	tmux("set", "-gw", "allow-passthrough", "on")
	if outerRefusesCopies(t.Context()) {
		t.Error("it passes them on")
	}
	tmux("set", "-gw", "allow-passthrough", "off")
	tmux("set", "-s", "set-clipboard", "on")
	if outerRefusesCopies(t.Context()) {
		t.Error("it takes them")
	}
}
