package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// knownAgents are the programs that bare kavi looks for, in this order.
func knownAgents() []string {
	return []string{"claude", "codex", "gemini", "opencode", "qwen", "copilot"}
}

// foundAgents are the known agents on PATH, with their paths.
func foundAgents() (names, paths []string) {
	for _, name := range knownAgents() {
		if path, err := exec.LookPath(name); err == nil {
			names, paths = append(names, name), append(paths, path)
		}
	}
	return names, paths
}

// chooseAgents are the command lines to start: those that were asked for, else
// the config's, else the first known agent on PATH. said tells the operator
// which one was taken where nobody had named it.
func chooseAgents(named []string, command []string, c config) (argvs [][]string, said string, err error) {
	for _, name := range named {
		argvs = append(argvs, []string{name})
	}
	if len(command) > 0 {
		argvs = append(argvs, command)
	}
	if len(argvs) == 0 {
		for _, name := range c.Agents {
			argvs = append(argvs, []string{name})
		}
		if len(argvs) > 0 {
			said = "starting " + strings.Join(c.Agents, ", ") + ", as the config says"
		}
	}
	if len(argvs) == 0 {
		names, paths := foundAgents()
		if len(names) == 0 {
			return nil, "", hint(
				fmt.Errorf("no agent: none of %s is on PATH", strings.Join(knownAgents(), ", ")),
				"try it without one: kavi demo. Or run any program: kavi -- COMMAND")
		}
		argvs = [][]string{{names[0]}}
		said = fmt.Sprintf("starting %s (%s), the first known agent on PATH", names[0], paths[0])
	}
	for _, argv := range argvs {
		err := runnable(argv[0])
		if err != nil && len(named) == 0 && len(command) == 0 && len(c.Agents) > 0 {
			err = ofConfig(err)
		}
		if err != nil {
			return nil, "", err
		}
	}
	return argvs, said, nil
}

// ofConfig says of an agent that cannot be run where the config names it.
func ofConfig(err error) error {
	home, herr := configHome()
	if herr != nil {
		return err
	}
	path := filepath.Join(home, "config.toml")
	b, rerr := os.ReadFile(path)
	if rerr != nil {
		return err
	}
	f := file{path: path, text: string(b)}
	return hint(f.at(f.row("", "agents"), "agents: %w", err), "install it, or correct the line: agents = [...] names programs on PATH, or their paths")
}

func runnable(program string) error {
	if program == "" {
		return usagef("an agent without a name")
	}
	_, err := exec.LookPath(program)
	if err == nil || errors.Is(err, exec.ErrDot) {
		return nil
	}
	why := err
	var e *exec.Error
	if errors.As(err, &e) {
		why = e.Err
	}
	err = fmt.Errorf("agent %s: %w", program, why)
	if strings.ContainsAny(program, " \t") {
		return hint(err, "a program with arguments goes after --: kavi -- %s", program)
	}
	return hint(err, "install it, or give its path: kavi -- /path/to/%s", filepath.Base(program))
}
