package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kavi/gateway/display"
	"kavi/gateway/shim/install"
)

// placeWait bounds the operator's start-up files.
const placeWait = 10 * time.Second

// placeLost is why an agent's shells do not find the shim where it was put; nil:
// they do. Agents read the operator's start-up files into the shells of their
// commands, and those may put other folders first in PATH. So the operator's shell
// is run once as agents do it, with a folder in the place of the shim's whose names
// lead to the real programs: nothing is asked and nothing denied while it starts.
func (s *Session) placeLost(dir string, env []string) error {
	shell := install.Find(shellOf(env))
	decoy := filepath.Join(dir, "place")
	if err := os.MkdirAll(decoy, 0o700); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(decoy) }()
	names := slices.DeleteFunc(slices.Clone(s.programs), func(name string) bool { return install.Find(name) == "" })
	for _, name := range names {
		if err := os.Symlink(install.Find(name), filepath.Join(decoy, name)); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name != "git" && name != "bash" && name != "sh" })
	if shell == "" || len(names) == 0 {
		return nil
	}
	bin := filepath.Join(dir, "bin")
	own := slices.Clone(env)
	for i, kv := range own {
		if path, ok := strings.CutPrefix(kv, "PATH="+bin); ok {
			own[i] = "PATH=" + decoy + path
		}
		if strings.HasPrefix(kv, "SHELL=") {
			own[i] = "SHELL=" + shell
		}
	}
	ctx, cancel := context.WithTimeout(s.ctx, placeWait)
	defer cancel()
	const mark = "kavi-place:" // start-up files print what they like
	var script strings.Builder
	for _, rc := range map[string][]string{"bash": {".bashrc"}, "zsh": {".zshrc"}}[filepath.Base(shell)] {
		fmt.Fprintf(&script, "test -r ~/%s && . ~/%[1]s </dev/null >/dev/null 2>&1; ", rc)
	}
	for _, name := range names {
		fmt.Fprintf(&script, "echo %s%s=`command -v %[2]s`; ", mark, name)
	}
	text := script.String()
	if filepath.Base(shell) == "fish" {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "=`", "=("), "`;", ");")
	}
	said, err := s.runMarked(ctx, decoy, dir, []string{shell, "-lc", text}, own)
	if ctx.Err() != nil {
		return fmt.Errorf("your start-up files of %s take longer than %v, so it is not known whether its commands meet the shim", filepath.Base(shell), placeWait)
	}
	for _, name := range names {
		at, ok := between(said, mark+name+"=")
		switch {
		case !ok:
			return fmt.Errorf("your start-up files of %s end it before a command, so it is not known whether its commands meet the shim: %s",
				filepath.Base(shell), display.Cut(display.Safe(fmt.Sprint(err)), 80))
		case at != filepath.Join(decoy, name):
			return fmt.Errorf("your start-up files of %s put %s before the shim: what a command starts by name is not seen there",
				filepath.Base(shell), display.Cut(display.Safe(orNothing(at)), 80))
		}
	}
	return nil
}

func between(said, head string) (rest string, ok bool) {
	_, rest, ok = strings.Cut(said, head)
	rest, _, _ = strings.Cut(rest, "\n")
	return strings.TrimSpace(rest), ok
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}
