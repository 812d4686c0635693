package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
)

// What kavi itself asks git for about worktrees: to make one, to say what would be
// lost with one, to remove one. Its git runs no program that the repository names,
// neither hooks nor filters.

// repo is the repository of a project, as far as worktrees are concerned.
type repo struct {
	ctx context.Context //nolint:containedctx // it lives as long as one request
	dir string          // the project
	env []string
}

// The errors by which it can be told why there is no worktree.
var (
	ErrNoRepository = errors.New("the project is no git repository")
	ErrBare         = errors.New("the repository is bare: it has nothing checked out")
	ErrNoCommit     = errors.New("the repository has no commit yet, so there is nothing to check out")
	ErrBranchExists = errors.New("there is a branch of that name already")
	ErrHolds        = errors.New("it holds what is nowhere else")
)

// openRepo looks for the repository of a project. ErrNoRepository, ErrBare.
func openRepo(ctx context.Context, project string) (*repo, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("git was not found on PATH")
	}
	home, err := homeFolder()
	if err != nil {
		return nil, err
	}
	env, err := gateway.GitEnviron(ctx, project, home)
	if err != nil {
		return nil, err
	}
	r := &repo{ctx: ctx, dir: project, env: env}
	bare, err := r.git("rev-parse", "--is-bare-repository")
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && strings.Contains(err.Error(), "not a git repository"):
		return nil, ErrNoRepository
	case err != nil:
		return nil, err
	case bare == "true":
		return nil, ErrBare
	}
	return r, nil
}

// git runs one command in the project and gives what it printed, without the last
// newline. Its own words are in the error.
func (r *repo) git(args ...string) (string, error) { return r.in(r.dir, args...) }

// in is git in another folder.
func (r *repo) in(dir string, args ...string) (string, error) { return r.fed(dir, nil, args...) }

// fed is in with something to read.
func (r *repo) fed(dir string, stdin io.Reader, args ...string) (string, error) {
	cmd := exec.CommandContext(r.ctx, "git", append([]string{"--no-pager"}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, r.env, stdin
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // not with the terminal's Ctrl-C: half a worktree helps nobody
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %s: %w", args[0], gitWords(errs.String()), err)
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// gitWords are git's own words about what failed: the lines that say so, the first
// of which has the cause and the last what came of it.
func gitWords(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var words []string
	for _, l := range lines {
		for _, head := range []string{"fatal: ", "error: "} {
			if rest, ok := strings.CutPrefix(l, head); ok {
				words = append(words, rest)
			}
		}
	}
	switch n := len(words); {
	case n == 0:
		return display.Safe(lines[len(lines)-1])
	case n > 2:
		words = []string{words[0], words[n-1]}
	}
	return display.Safe(strings.Join(words, "; "))
}

// says tells whether a command that answers by its exit code says yes.
func (r *repo) says(args ...string) bool {
	_, err := r.git(args...)
	return err == nil
}

func (r *repo) hasBranch(name string) bool {
	return r.says("show-ref", "--verify", "--quiet", "refs/heads/"+name)
}

// head is the commit that the project has checked out. ErrNoCommit.
func (r *repo) head() (string, error) {
	commit, err := r.git("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
	if err != nil {
		return "", ErrNoCommit
	}
	return commit, nil
}

// add makes a worktree with a branch of its own, which begins at the commit that
// the project has checked out. What was made is taken away again when that fails.
// It blocks for as long as checking out takes. notes are what the operator should
// know of it, safe to display. ErrNoCommit, ErrBranchExists.
func (r *repo) add(path, branch string) (base string, notes []string, err error) {
	if base, err = r.head(); err != nil {
		return "", nil, err
	}
	if r.hasBranch(branch) {
		return "", nil, fmt.Errorf("%s: %w: git branch -m %[1]s NAME moves it out of the way", branch, ErrBranchExists)
	}
	if _, err := os.Lstat(path); err == nil {
		return "", nil, fmt.Errorf("%s is there already, perhaps of a start that was broken off: git worktree remove --force %[1]s", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", nil, err
	}
	if _, err := r.git("worktree", "add", "--quiet", "--no-track", "-b", branch, path, base); err != nil {
		r.takeBack(path, branch, base)
		return "", nil, err
	}
	return base, r.notes(path, base), nil
}

const takeBackWait = 10 * time.Second

// takeBack removes what add had made of a worktree that nobody has worked in.
func (r *repo) takeBack(path, branch, base string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), takeBackWait) // perhaps because the session ends
	defer cancel()
	r = &repo{ctx: ctx, dir: r.dir, env: r.env}
	_, _ = r.git("worktree", "remove", "--force", "--force", path) // it may not have come to that
	_ = os.RemoveAll(path)
	_, _ = r.git("update-ref", "-d", "refs/heads/"+branch, base) // only if it is as it was made
}

// notes says what a worktree that was just made lacks.
func (r *repo) notes(path, base string) (notes []string) {
	if out, err := r.git("status", "--porcelain", "-z", "--no-renames"); err == nil && out != "" {
		n, are := strings.Count(out, "\x00"), "are"
		if n == 1 {
			are = "is"
		}
		notes = append(notes, fmt.Sprintf("its worktree begins at the commit %.10s: %s of the project %s not in it", base, display.Count(n, "uncommitted change"), are))
	}
	if r.says("rev-parse", "--verify", "--quiet", base+":.gitmodules") {
		notes = append(notes, "submodules are not checked out in its worktree: git submodule update --init, there")
	}
	if n, name := r.filtered(path); n > 0 {
		notes = append(notes, unfiltered(n, name))
	}
	return notes
}

// unfiltered says of how many files a worktree holds what git stores of them.
func unfiltered(n int, filter string) string {
	need, hold, whole := "need", "they hold what git stores of them", "them whole"
	if n == 1 {
		need, hold, whole = "needs", "it holds what git stores of it", "it whole"
	}
	return fmt.Sprintf("%s %s the filter %s, which kavi did not run: %s; in the worktree, %s makes %s", display.Count(n, "file"), need, display.Safe(filter), hold, smudge(filter), whole)
}

// smudge is the command by which the content of files comes that a filter makes.
func smudge(filter string) string {
	if filter == "lfs" {
		return "git lfs pull"
	}
	return "git rm -rq --cached . && git reset -q --hard"
}

// filtered counts the files of a worktree whose content a filter makes that is
// configured, and names the first such filter.
func (r *repo) filtered(path string) (n int, name string) {
	out, err := r.git("config", "--null", "--name-only", "--get-regexp", `^filter\..*\.(smudge|process)$`)
	if err != nil {
		return 0, "" // there are none
	}
	var known []string
	for setting := range strings.SplitSeq(out, "\x00") {
		if one, ok := strings.CutPrefix(setting, "filter."); ok {
			known = append(known, one[:strings.LastIndexByte(one, '.')])
		}
	}
	files, err := r.in(path, "ls-files", "-z")
	if err != nil {
		return 0, ""
	}
	attrs, err := r.fed(path, strings.NewReader(files), "check-attr", "-z", "--stdin", "filter")
	if err != nil {
		return 0, ""
	}
	words := strings.Split(attrs, "\x00") // path, attribute, value, path …
	for i := 2; i < len(words); i += 3 {
		if slices.Contains(known, words[i]) {
			n++
			if name == "" {
				name = words[i]
			}
		}
	}
	return n, name
}

// remove removes a worktree as it was looked at, and its branch unless that is to be
// kept. ErrHolds: something would be lost. What removes is git's own command, which
// looks once more by itself.
func (r *repo) remove(w Worktree, st WorktreeState, keepBranch bool) error {
	if why := st.Holds(keepBranch); why != "" {
		return fmt.Errorf("%w: %s", ErrHolds, why)
	}
	args := []string{"worktree", "remove"}
	if st.links { // at the mere sign of a submodule it stops; that there is none was looked at
		args = append(args, "--force")
	}
	if _, err := r.git(append(args, w.Path)...); err != nil && (!st.Missing || !strings.Contains(err.Error(), "is not a working tree")) {
		return err
	}
	if keepBranch || st.tip == "" {
		return nil
	}
	out, err := r.git("worktree", "list", "--porcelain")
	if err != nil {
		return err
	}
	if slices.Contains(strings.Split(out, "\n"), "branch refs/heads/"+w.Branch) {
		return nil // somebody works on it elsewhere
	}
	_, err = r.git("update-ref", "-d", "refs/heads/"+w.Branch, st.tip)
	return err
}
