package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// TestMain makes this test binary kavi too: scripts, servers, keepers and shims
// run it under that name.
func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){
		"kavi":        main,
		"test-server": drawServer,
		"test-relay":  testRelay,
		"test-seal":   sealInside,
		"test-mcp":    serveMCP,
		"attacker":    attack,
	})
}

type leakless struct{ *testing.M }

func (m leakless) Run() int {
	code := m.M.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

// TestScripts runs testdata/script: one behaviour each, told by the file's name.
// Each script has a home, a state folder and a project of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds:                scriptCommands(),
	})
}

// setup gives a script a home, whose path is short enough for sockets, and a PATH
// with the system's programs and kavi only.
func setup(e *testscript.Env) error {
	home, err := os.MkdirTemp("", "k")
	if err != nil {
		return err
	}
	if home, err = filepath.EvalSymlinks(home); err != nil {
		return err
	}
	e.Defer(func() {
		endAll(home)
		_ = os.RemoveAll(home)
	})
	kavi, err := exec.LookPath("kavi")
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"HOME":            home,
		"XDG_STATE_HOME":  filepath.Join(home, "state"),
		"XDG_CONFIG_HOME": filepath.Join(home, "config"),
		"STATE":           filepath.Join(home, "state", "kavi"),
		"CONFIG":          filepath.Join(home, "config", "kavi"),
		"PATH":            strings.Join([]string{filepath.Dir(kavi), "/usr/local/bin", "/usr/bin", "/bin"}, ":"),
		"SHELL":           "/bin/sh",
		"TERM":            "xterm-256color",
		"TMUX":            "",
		"GORACE":          "atexit_sleep_ms=0", // a second for each process otherwise
		"TMPDIR":          home,
	} {
		e.Setenv(name, value)
	}
	project := filepath.Join(home, "garden")
	if err := os.MkdirAll(project, 0o755); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(home, "config", "kavi"), 0o700); err != nil {
		return err
	}
	e.Setenv("PROJECT", project)
	return nil
}
