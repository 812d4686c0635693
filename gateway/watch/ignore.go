package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Git itself says what is ignored: its rules are many, and a name that git
// ignores and we do not, or the other way round, is a file that nobody sees.
// check-ignore without the index runs no program that a repository names, writes
// nothing and takes 3 ms for a thousand names. It gets its arguments by standard
// input, the repository by name, and no time to hang: a configuration may name a
// named pipe. When it fails, nothing is ignored.
const (
	ignoreTimeout = 5 * time.Second
	ignoreCache   = 1 << 14
)

type ignorer struct {
	git  string // the program; "": nothing is ignored
	root string
	log  *slog.Logger
	said bool            // that it failed
	seen map[string]bool // names that are ignored, so that a log file that grows asks once
}

// ignored says which of the paths, which are there, git ignores.
func (g *ignorer) ignored(ctx context.Context, paths []string) map[string]bool {
	result := map[string]bool{}
	var unknown []string
	for _, p := range paths {
		if g.seen[p] {
			result[p] = true
		} else {
			unknown = append(unknown, p)
		}
	}
	if g.git == "" || len(unknown) == 0 {
		return result
	}
	if _, err := os.Lstat(filepath.Join(g.root, ".git")); err != nil {
		return result
	}
	g.ask(ctx, unknown, func(p string) {
		result[p] = true
		if len(g.seen) >= ignoreCache || g.seen == nil {
			g.seen = map[string]bool{}
		}
		g.seen[p] = true
	})
	return result
}

// ask runs git. It stops at a path that it does not like (one that a link was put
// in the way of, meanwhile); the others are then asked about in halves.
func (g *ignorer) ask(ctx context.Context, paths []string, ignored func(string)) {
	out, err := g.run(ctx, paths)
	for p := range strings.SplitSeq(string(out), "\x00") {
		if p, ok := strings.CutPrefix(p, "./"); ok {
			ignored(p)
		}
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 128 && len(paths) > 1 && len(out) > 0 {
		g.ask(ctx, paths[:len(paths)/2], ignored)
		g.ask(ctx, paths[len(paths)/2:], ignored)
		return
	}
	if !g.said {
		g.said = true
		g.log.Warn("watch: git does not say what is ignored", "error", err)
	}
}

func (g *ignorer) run(ctx context.Context, paths []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, ignoreTimeout)
	defer cancel()
	var in bytes.Buffer
	for _, p := range paths {
		in.WriteString("./" + p + "\x00") // with ./ no name means more than itself
	}
	c := exec.CommandContext(ctx, g.git, "--git-dir="+filepath.Join(g.root, ".git"), "--work-tree="+g.root,
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false", "-c", "safe.directory=*",
		"check-ignore", "--no-index", "-z", "--stdin")
	c.Dir = g.root
	c.Env = gitEnviron()
	c.Stdin = &in
	c.WaitDelay = time.Second
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 { // none is ignored
		return out, nil
	}
	if err != nil {
		err = fmt.Errorf("git check-ignore: %w: %.200q", err, said.String())
	}
	return out, err
}

// gitEnviron is our own environment without what tells git where to look.
func gitEnviron() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") && !strings.HasPrefix(v, "LC_ALL=") {
			env = append(env, v)
		}
	}
	return append(env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1")
}

// forget drops what was remembered: the rules have changed.
func (g *ignorer) forget() { g.seen = nil }

// decidesIgnoring says that a file holds rules of what is ignored.
func decidesIgnoring(path string) bool {
	_, name := split(path)
	return name == ".gitignore" || strings.HasSuffix(path, ".git/info/exclude") || path == ".git/config"
}
