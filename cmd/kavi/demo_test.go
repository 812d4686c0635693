package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
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
			c.Env = append(os.Environ(), "PATH="+path, "SHELL=/bin/sh", "KAVI_DEMO_URL="+url, "KAVI_DEMO_PREFIX=C-]")
			out, err := c.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			text := string(out)
			for _, want := range []string{"ok beans", "Press C-], then i", "Plant tomatoes", "only after its end was shown", "That was all."} {
				if !strings.Contains(text, want) {
					t.Errorf("%q is missing in:\n%s", want, text)
				}
			}
			if !strings.Contains(text, "Seeds are cheap") && !strings.Contains(text, "refs/heads/main") {
				t.Errorf("nothing was fetched:\n%s", text)
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
