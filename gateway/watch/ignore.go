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
// ignores and we do not, or the other way round, is a file that nobody sees. It is
// asked two things. ls-files gives what each repository tracks, in one read, anew
// when its index is another one; that is never ignored, so of a project that is
// tracked there is little left to ask about. check-ignore says what the rules say of
// the other names, a thousand in 3 ms; without the index, because with it each name
// is compared with the whole index.
//
// Neither runs a program that a repository names or writes anything. They get their
// arguments by standard input, the repository by name, and no time to hang: a
// configuration may name a named pipe. When one fails, nothing is ignored.
const (
	ignoreTimeout = 5 * time.Second
	ignoreCache   = 1 << 14
)

type ignorer struct {
	git          string // the program; "": nothing is ignored
	root         string
	log          *slog.Logger
	said         bool                // that it failed
	seen         map[string]bool     // names that are ignored, so that a log file that grows asks once
	repositories map[string]*tracked // what they track, of those that were asked, by folder
	rules        *rules              // while a baseline is gone through
}

// ignored says which of the names, which are there, git ignores.
func (g *ignorer) ignored(ctx context.Context, names []name) map[string]bool {
	result := map[string]bool{}
	if g.git == "" || len(names) == 0 {
		return result
	}
	if _, err := os.Lstat(filepath.Join(g.root, ".git")); err != nil {
		return result
	}
	project := g.tracked(ctx, "")
	var unknown []string
	for _, n := range names {
		switch {
		case g.seen[n.path]:
			result[n.path] = true
		case !project.has(n.path) && g.rules.mayMean(n.path, n.folder):
			unknown = append(unknown, n.path)
		}
	}
	if len(unknown) == 0 {
		return result
	}
	tops := map[string]string{}
	g.ask(ctx, unknown, func(p string) {
		if top := g.repositoryOf(p, tops); top != "" && g.tracked(ctx, top).has(p[len(top)+1:]) {
			return
		}
		result[p] = true
		if len(g.seen) >= ignoreCache || g.seen == nil {
			g.seen = map[string]bool{}
		}
		g.seen[p] = true
	})
	return result
}

// ask asks check-ignore. It stops at a path that it does not like (one that a link was put
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
	g.failed(err)
}

// failed says once that git does not say what is ignored.
func (g *ignorer) failed(err error) {
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
	var said bytes.Buffer
	c := g.command(ctx, "", &said, "check-ignore", "--no-index", "-z", "--stdin")
	c.Stdin = &in
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

// command is git on the repository in a folder of the project.
func (g *ignorer) command(ctx context.Context, top string, said *bytes.Buffer, args ...string) *exec.Cmd {
	dir := filepath.Join(g.root, top)
	c := exec.CommandContext(ctx, g.git, append([]string{
		"--git-dir=" + filepath.Join(dir, ".git"), "--work-tree=" + dir,
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.untrackedCache=false", "-c", "safe.directory=*",
	}, args...)...)
	c.Dir = dir
	c.Env = gitEnviron()
	c.Stderr = said
	c.WaitDelay = time.Second
	return c
}

// gitEnviron is our own environment without what tells git where to look. No object
// that is missing is fetched, by which program ever: to git that does not know the
// first of these words, no protocol is allowed.
func gitEnviron() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GIT_") && !strings.HasPrefix(v, "LC_ALL=") {
			env = append(env, v)
		}
	}
	return append(env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none")
}

// forget drops what was remembered: the rules have changed.
func (g *ignorer) forget() { g.seen = nil }

// decidesIgnoring says that a file holds rules of what is ignored.
func decidesIgnoring(path string) bool {
	_, name := split(path)
	return name == ".gitignore" || strings.HasSuffix(path, ".git/info/exclude") || path == ".git/config"
}
