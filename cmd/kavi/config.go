package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/keymap"
	"kavi/session"
)

// config is what the operator's config.toml says, checked, with the defaults
// where it says nothing.
type config struct {
	Agents     []string // started by bare kavi, in this order
	Prefix     string   // as tmux writes keys; "" is the built-in one
	Keys       map[string]map[string]any
	Timeout    time.Duration // of approvals; 0 waits for ever
	Notify     bool
	Sound      bool
	KeepAwake  bool
	Presets    []string      // sets of rules that ship with kavi, by name
	Level      gateway.Level // [tasks] default_approval
	Namespaces []namespace
}

// namespace is a set of projects with an approval level of its own.
type namespace struct {
	Name  string
	Path  string // absolute; "" holds no project by itself
	Level gateway.Level
}

func defaultConfig() config {
	d := session.DefaultConfig()
	return config{Timeout: d.Timeout, Notify: d.Notify, Sound: true, Level: gateway.LevelDefault}
}

// configHome is the folder of the operator's own files.
func configHome() (string, error) {
	home, err := session.ConfigHome()
	if err != nil {
		return "", fmt.Errorf("config folder: %w", err)
	}
	return home, nil
}

// maxConfig bounds a config file, in bytes.
const maxConfig = 1 << 20

// loadConfig reads the operator's file and what the project brings. notes say,
// one line each, what of the project's file does not hold.
func loadConfig(project string) (c config, notes []string, err error) {
	home, err := configHome()
	if err != nil {
		return c, nil, err
	}
	c = defaultConfig()
	path := filepath.Join(home, "config.toml")
	b, _, err := session.ReadText(path, maxConfig)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return c, nil, fmt.Errorf("config: %w", err)
	default:
		f, err := parseFile(path, b)
		if err == nil {
			err = f.apply(&c)
		}
		if err != nil {
			return c, nil, err
		}
	}
	if project == "" {
		return c, nil, nil
	}
	path = filepath.Join(project, ".kavi", "config.toml")
	b, _, err = session.ReadText(path, maxConfig)
	if errors.Is(err, os.ErrNotExist) {
		return c, nil, nil
	}
	if err != nil {
		return c, nil, fmt.Errorf("config: %w", err)
	}
	f, err := parseFile(path, b)
	if err == nil {
		notes, err = f.tighten(&c)
	}
	return c, notes, err
}

// level is the approval level of an agent that is started in project: the flag,
// else the namespace's, else the one of [tasks].
func (c config) level(flag, space, project string) (gateway.Level, error) {
	if flag != "" {
		level, err := gateway.ParseLevel(flag)
		if err != nil {
			return "", usage{fmt.Errorf("--approval: %w", err)}
		}
		return level, nil
	}
	n, err := c.namespace(space, project)
	if err != nil {
		return "", err
	}
	if n != nil && n.Level != gateway.LevelDefault {
		return n.Level, nil
	}
	return c.Level, nil
}

// namespace is the one that was named, else the one whose path holds the
// project, the innermost where there are several; nil where there is none.
func (c config) namespace(name, project string) (*namespace, error) {
	if name != "" {
		var known []string
		for i, n := range c.Namespaces {
			if n.Name == name {
				return &c.Namespaces[i], nil
			}
			known = append(known, n.Name)
		}
		err := usagef("--namespace %s: the config has none of that name", name)
		if near := nearest(name, known); near != "" {
			return nil, hint(err, "did you mean %s?", near)
		}
		return nil, hint(err, "name it in config.toml: [namespaces.%s]", name)
	}
	var best *namespace
	for i, n := range c.Namespaces {
		holds := n.Path != "" && (project == n.Path || strings.HasPrefix(project, strings.TrimSuffix(n.Path, "/")+"/"))
		if holds && (best == nil || len(n.Path) > len(best.Path)) {
			best = &c.Namespaces[i]
		}
	}
	return best, nil
}

// keys are the keys with the operator's changes.
func (c config) keys() (*keymap.Keys, error) { return keymap.New(c.Prefix, c.Keys) }

// session is the part that a server keeps.
func (c config) session(level gateway.Level) session.Config {
	s := session.DefaultConfig()
	s.Timeout, s.Notify, s.KeepAwake, s.Level, s.Presets = c.Timeout, c.Notify, c.KeepAwake, level, c.Presets
	s.Shell = ownShell()
	return s
}

// ownShell is the base name of the operator's shell, "" where SHELL does not say.
func ownShell() string {
	shell := os.Getenv("SHELL")
	if shell == "" {
		return ""
	}
	return filepath.Base(shell)
}
