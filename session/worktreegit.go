package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
func openRepo(ctx context.Context, project, home string) (*repo, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("git was not found on PATH")
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

func (r *repo) in(dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(r.ctx, "git", append([]string{"--no-pager"}, args...)...)
	cmd.Dir, cmd.Env = dir, r.env
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

// gitWords are git's own words about what failed: the last line that says so.
func gitWords(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, l := range slices.Backward(lines) {
		if rest, ok := strings.CutPrefix(l, "fatal: "); ok {
			return display.Safe(rest)
		}
		if rest, ok := strings.CutPrefix(l, "error: "); ok {
			return display.Safe(rest)
		}
	}
	return display.Safe(lines[len(lines)-1])
}

// says tells whether a command that answers by its exit code says yes.
func (r *repo) says(args ...string) bool {
	_, err := r.git(args...)
	return err == nil
}

func (r *repo) hasBranch(name string) bool {
	return r.says("show-ref", "--verify", "--quiet", "refs/heads/"+name)
}

// add makes a worktree with a branch of its own, which begins at the commit that
// the project has checked out. What was made is taken away again when that fails.
// It blocks for as long as checking out takes. notes are what the operator should
// know of it, safe to display. ErrNoCommit, ErrBranchExists.
func (r *repo) add(path, branch string) (base string, notes []string, err error) {
	if base, err = r.git("rev-parse", "--verify", "--quiet", "HEAD^{commit}"); err != nil {
		return "", nil, ErrNoCommit
	}
	if r.hasBranch(branch) {
		return "", nil, fmt.Errorf("%s: %w: git branch -m %[1]s NAME moves it out of the way", branch, ErrBranchExists)
	}
	if _, err := os.Lstat(path); err == nil {
		return "", nil, fmt.Errorf("%s: it is there already", path)
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

// takeBack removes what add had made of a worktree that nobody has worked in.
func (r *repo) takeBack(path, branch, base string) {
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
		notes = append(notes, fmt.Sprintf("its worktree begins at the commit %.10s: %s of the project %s not in it", base, counted(n, "uncommitted change"), are))
	}
	if r.says("rev-parse", "--verify", "--quiet", base+":.gitmodules") {
		notes = append(notes, "submodules are not checked out in its worktree: git submodule update --init, there")
	}
	if n, name := r.filtered(path); n > 0 {
		notes = append(notes, fmt.Sprintf("%d files need the filter %s, which kavi did not run: they hold what git stores of them; in the worktree, %s makes them whole",
			n, display.Safe(name), smudge(name)))
	}
	return notes
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
	cmd := exec.CommandContext(r.ctx, "git", "check-attr", "-z", "--stdin", "filter")
	cmd.Dir, cmd.Env, cmd.Stdin = path, r.env, strings.NewReader(files)
	attrs, err := cmd.Output()
	if err != nil {
		return 0, ""
	}
	words := strings.Split(string(attrs), "\x00") // path, attribute, value, path …
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

// WorktreeState is what is in a worktree that is nowhere else. All texts are safe to
// display; of long lists the first are there.
type WorktreeState struct {
	Missing     bool     // its folder is gone
	Uncommitted []string // changed or new files
	Ignored     []string // what git ignores
	Commits     []string // on its branch, or checked out there, and on no other
	Loose       []string // those of them that are on no branch at all
	Submodules  []string // which have repositories of their own in it

	files, commits, loose int    // how many there are of them
	tip                   string // of its branch; "": there is no such branch any more
	links                 bool   // it may hold submodules, at which git stops
}

// maxNamed is how many of what is in a worktree are named.
const maxNamed = 20

// Holds says in words, safe to display, why a worktree cannot be removed without a
// loss, or "". keepBranch: its branch stays, with what is on it.
func (w *WorktreeState) Holds(keepBranch bool) string {
	var why []string
	if w.files > 0 {
		why = append(why, fmt.Sprintf("%s not committed (%s)", counted(w.files, "file"), some(w.Uncommitted, w.files)))
	}
	if w.loose > 0 {
		why = append(why, fmt.Sprintf("%s on no branch (%s)", counted(w.loose, "commit"), some(w.Loose, w.loose)))
	}
	if n := w.commits - w.loose; n > 0 && !keepBranch {
		why = append(why, fmt.Sprintf("%s not merged (%s)", counted(n, "commit"), some(w.Commits, w.commits)))
	}
	if len(w.Submodules) > 0 {
		why = append(why, "repositories of submodules ("+some(w.Submodules, len(w.Submodules))+")")
	}
	return strings.Join(why, ", ")
}

// Empty says that nothing at all would go with it, not even what git ignores.
func (w *WorktreeState) Empty() bool { return w.Holds(false) == "" && len(w.Ignored) == 0 }

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// some names the first of a list.
func some(list []string, of int) string {
	const few = 3
	text := strings.Join(list[:min(few, len(list))], ", ")
	if of > few {
		text += ", …"
	}
	return text
}

// look finds out what is in a worktree that is nowhere else.
func (r *repo) look(w Worktree) (WorktreeState, error) {
	var st WorktreeState
	entry, err := r.entry(w.Path)
	if err != nil {
		return st, err
	}
	if _, err := os.Lstat(w.Path); errors.Is(err, os.ErrNotExist) {
		st.Missing = true
	} else if err := r.lookInside(w.Path, &st); err != nil {
		return st, err
	}
	if r.hasBranch(w.Branch) {
		if st.tip, err = r.git("rev-parse", "--verify", "refs/heads/"+w.Branch); err != nil {
			return st, err
		}
	}
	elsewhere := []string{"--not", "--exclude=" + w.Branch, "--branches", "--remotes", "--tags", "HEAD"}
	if st.Commits, st.commits, err = r.commits(entry, st.tip, elsewhere); err != nil {
		return st, err
	}
	st.Loose, st.loose, err = r.commits(entry, "", []string{"--not", "--branches", "--remotes", "--tags", "HEAD"})
	return st, err
}

// commits are those that are reached from either of two commits, and not from others.
func (r *repo) commits(one, other string, not []string) (list []string, n int, err error) {
	from := slices.DeleteFunc([]string{one, other}, func(c string) bool { return c == "" })
	if len(from) == 0 {
		return nil, 0, nil
	}
	out, err := r.git(append(append([]string{"log", "--no-show-signature", "--format=%h %s"}, from...), not...)...)
	if err != nil || out == "" {
		return nil, 0, err
	}
	lines := strings.Split(out, "\n")
	for _, l := range lines[:min(maxNamed, len(lines))] {
		list = append(list, display.Safe(l))
	}
	return list, len(lines), nil
}

// entry is the commit that a worktree has checked out, as the repository has it; ""
// where it knows of none.
func (r *repo) entry(path string) (head string, err error) {
	out, err := r.git("worktree", "list", "--porcelain")
	if err != nil {
		return "", err
	}
	in := false
	for line := range strings.Lines(out) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if name == "worktree" {
			in = samePath(value, path)
		}
		if in && name == "HEAD" && strings.Trim(value, "0") != "" {
			return value, nil
		}
	}
	return "", nil
}

// samePath tells whether two paths lead to one place; the last name need not exist.
func samePath(a, b string) bool {
	if a == b {
		return true
	}
	x, errA := filepath.EvalSymlinks(filepath.Dir(a))
	y, errB := filepath.EvalSymlinks(filepath.Dir(b))
	return errA == nil && errB == nil && x == y && filepath.Base(a) == filepath.Base(b)
}

// lookInside lists what is not committed.
func (r *repo) lookInside(path string, st *WorktreeState) error {
	out, err := r.in(path, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal", "--ignored=traditional", "--ignore-submodules=none")
	if err != nil {
		return err
	}
	for entry := range strings.SplitSeq(out, "\x00") {
		if len(entry) < 4 {
			continue
		}
		name := display.Safe(entry[3:])
		if entry[:2] == "!!" {
			st.Ignored = append(st.Ignored, name)
			continue
		}
		st.changed(name)
	}
	// What git was told not to look at is not in its status.
	out, err = r.in(path, "ls-files", "-v", "-s", "-z")
	if err != nil {
		return err
	}
	for entry := range strings.SplitSeq(out, "\x00") {
		meta, name, _ := strings.Cut(entry, "\t")
		tag, mode, ok := strings.Cut(meta, " ")
		if !ok {
			continue
		}
		st.links = st.links || strings.HasPrefix(mode, "160000 ")
		hidden := tag >= "a" && tag <= "z"
		if tag == "S" {
			_, err := os.Lstat(filepath.Join(path, name))
			hidden = err == nil
		}
		if hidden {
			st.changed(display.Safe(name) + " (git was told not to look at it)")
		}
	}
	dir, err := r.in(path, "rev-parse", "--absolute-git-dir")
	if err != nil {
		return err
	}
	modules, err := os.ReadDir(filepath.Join(dir, "modules"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, m := range modules {
		st.Submodules = append(st.Submodules, display.Safe(m.Name()))
	}
	return nil
}

func (w *WorktreeState) changed(name string) {
	w.files++
	if len(w.Uncommitted) < maxNamed {
		w.Uncommitted = append(w.Uncommitted, name)
	}
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
	if _, err := r.git(append(args, w.Path)...); err != nil && !(st.Missing && strings.Contains(err.Error(), "is not a working tree")) {
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
