package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
)

// tools makes a PATH that holds just these programs.
func tools(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Fatalf("the demo needs %s: %v", name, err)
		}
		if err := os.Symlink(path, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestThePracticeAgentNeedsOnlyGitAndASystem runs the practice agent without
// kavi: every step of it must work where all is approved, with curl and without.
func TestThePracticeAgentNeedsOnlyGitAndASystem(t *testing.T) {
	base := []string{"sh", "git", "sed", "ls", "cat", "rm", "mv", "grep"}
	for name, path := range map[string]string{
		"the system's PATH":     os.Getenv("PATH"),
		"neither curl nor wget": tools(t, base...),
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("HOME", home)
			t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			project := filepath.Join(home, "garden")
			if err := scratchProject(context.Background(), project); err != nil {
				t.Fatal(err)
			}
			url, stop, err := page()
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			script := filepath.Join(home, "practice.sh")
			if err := os.WriteFile(script, practice, 0o600); err != nil {
				t.Fatal(err)
			}
			c := exec.Command("/bin/sh", script)
			c.Dir = project
			// A pager that waits would leave a newcomer before a pane that says no more.
			c.Env = append(os.Environ(), "PATH="+path, "SHELL=/bin/sh", "KAVI_DEMO_URL="+url, "KAVI_DEMO_PREFIX=C-]", "GIT_PAGER=echo a pager came up; cat")
			text := onTerminal(t, c)
			if strings.Contains(text, "a pager came up") {
				t.Errorf("a pager came up:\n%s", text)
			}
			for _, want := range []string{"ok beans", "Press C-], then i", "Plant tomatoes", "only after its end was shown", "That was all."} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in:\n%s", want, text)
				}
			}
			if !strings.Contains(text, "Seeds are cheap") && !strings.Contains(text, "refs/heads/main") {
				t.Errorf("nothing was fetched:\n%s", text)
			}
			for line := range strings.Lines(text) {
				if words := drawn.ReplaceAllString(strings.TrimRight(line, "\r\n"), ""); len(words) > 59 && !strings.HasPrefix(words, "$ ") {
					t.Errorf("wider than a pane of a terminal of 100 columns: %s", words)
				}
			}
			if strings.Contains(text, "ended with exit code") {
				t.Errorf("a step failed:\n%s", text)
			}
			if _, err := os.Stat(filepath.Join(project, "old")); err == nil {
				t.Error("old/ was not deleted")
			}
		})
	}
}

// onTerminal runs a command on a terminal of its own and gives what it printed.
func onTerminal(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	screen, err := pty.StartWithSize(c, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = screen.Close() }()
	out, err := io.ReadAll(screen)
	if err != nil && !errors.Is(err, syscall.EIO) { // EIO: the other end is closed
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
