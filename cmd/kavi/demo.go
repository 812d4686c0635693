package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"kavi/session"
)

//go:embed practice.sh
var practice []byte

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "try the inbox in a minute, with a practice agent in a scratch project",
		Long: `Start a session in a scratch project with a practice agent: a small script that reads,
edits, tests, deletes, fetches from this machine and commits, through the real gateway.
When you leave it, the demo ends the session and takes away what it made.`,
		Args: wrongUsage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error { return a.demo(c.Context()) },
	}
}

func (a *app) demo(ctx context.Context) (err error) {
	if !a.terminal() {
		return noTerminal("kavi demo")
	}
	if _, err := exec.LookPath("git"); err != nil {
		return hint(errors.New("demo: git is not on PATH"), "install git: the demo makes a scratch repository")
	}
	c, _, err := loadConfig("")
	if err != nil {
		return err
	}
	c.Agents = nil
	keys, err := c.keys()
	if err != nil {
		return err
	}
	inside, _ := keysInside(keys, outerPrefixes(ctx))
	fmt.Fprint(a.out, `This is kavi with a practice agent in a scratch project. Its commands stop
before they run and wait in an inbox; you decide. Nothing outside the scratch
project is touched, and all of it is taken away when you leave.

`)
	prefix, err := a.tryPrefix(ctx, inside.Prefix())
	if err != nil {
		return err
	}
	c.Prefix = prefix.String()

	scratch, err := os.MkdirTemp("", "kavi-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	// The session's own folder may be what /tmp links to.
	if scratch, err = filepath.EvalSymlinks(scratch); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	project := filepath.Join(scratch, "garden")
	if err := scratchProject(ctx, project); err != nil {
		return fmt.Errorf("demo: scratch project: %w", err)
	}
	script := filepath.Join(scratch, "practice.sh")
	if err := os.WriteFile(script, practice, 0o600); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	url, stop, err := page()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer stop()
	size := a.paneSizes(startOptions{}, 1)[0]
	return a.demoSession(ctx, c, project, session.AgentSpec{
		Cols: size[0], Rows: size[1],
		Name: "practice",
		Argv: []string{"/bin/sh", script},
		Cwd:  project,
		Env:  append(os.Environ(), "KAVI_DEMO_URL="+url, "KAVI_DEMO_PREFIX="+c.Prefix),
		Task: "practise: read, edit, test, delete, fetch, commit",
	})
}

// demoSession runs the session and takes it away again, also when the operator
// interrupts the demo.
func (a *app) demoSession(ctx context.Context, c config, project string, spec session.AgentSpec) (err error) {
	dir, err := a.open(ctx, startOptions{}, c, project, c.Level)
	if err != nil {
		return err
	}
	client, err := dial(ctx, session.Found{Dir: dir, Served: true})
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		if stopErr := client.Stop(ctx); stopErr != nil && dir.Served() {
			err = errors.Join(err, hint(fmt.Errorf("demo: its session goes on: %w", stopErr), "kavi stop %s", dir.Name()))
			return
		}
		err = errors.Join(err, os.RemoveAll(string(dir)))
	}()
	if _, err := client.StartAgent(ctx, spec); err != nil {
		return fmt.Errorf("demo: the practice agent: %w", err)
	}
	end, err := a.visit(ctx, dir.Name())
	if err != nil {
		return err
	}
	if end.Code != 0 { // else it names a session to come back to, which goes now
		a.say("%s", end.Text)
		return status(end.Code)
	}
	a.say("the demo has taken away what it made; in a project of yours: kavi")
	return nil
}

// scratchProject makes a small repository with something to read, correct, test
// and delete.
func scratchProject(ctx context.Context, dir string) error {
	files := map[string]struct {
		text string
		mode os.FileMode
	}{
		"notes.txt":      {"What grows in this garden\n\n  beans\n  pumpkins\n", 0o644},
		"check.sh":       {"#!/bin/sh\n# The garden's tests.\nfor plant in beans pumpkins; do\n\tgrep -q \"$plant\" notes.txt || { echo \"no $plant\"; exit 1; }\n\techo \"ok $plant\"\ndone\n", 0o755},
		"old/ideas.txt":  {"a pond\n", 0o644},
		"old/plan-1.txt": {"everything in rows\n", 0o644},
	}
	for name, f := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(f.text), f.mode); err != nil {
			return err
		}
	}
	for _, args := range [][]string{
		{"init", "-q", "-b", "main"},
		{"config", "user.name", "Practice Agent"},
		{"config", "user.email", "practice@localhost"},
		{"config", "commit.gpgsign", "false"},
		{"add", "."},
		{"-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "Plant a garden"},
	} {
		c := exec.CommandContext(ctx, "git", args...)
		c.Dir = dir
		c.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_TEMPLATE_DIR=")
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", args[0], err, out)
		}
	}
	return nil
}

// page serves one page on the loopback: to curl, to wget, and to git as a
// repository with one branch.
func page() (url string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/seeds/info/refs" {
			fmt.Fprint(w, "3c6f1a0e4b1d2f3a4b5c6d7e8f9012345678abcd\trefs/heads/main\n")
			return
		}
		fmt.Fprint(w, "Seeds are cheap this week.\n")
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // always ErrServerClosed, or the end of the demo anyway
	}()
	return "http://" + l.Addr().String() + "/seeds", func() { _ = server.Close(); <-done }, nil
}
