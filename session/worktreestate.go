package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"kavi/gateway/display"
)

// WorktreeState is what is in a worktree that is nowhere else. All texts are safe to
// display; of long lists the first are there.
type WorktreeState struct {
	Missing     bool     // its folder is gone
	Uncommitted []string // changed or new files
	Ignored     []string // what git ignores
	Commits     []string // on its branch, checked out there or in a ref of its own, and on no other branch
	Loose       []string // those of them that are on no branch at all
	UnderWay    string   // an operation of git that has not come to its end, or ""
	Refs        []string // of its own, that name something else than a commit
	Submodules  []string // which have repositories of their own in it
	Git         string   // where git keeps what is of it alone; "": git knows nothing of it

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
	if w.UnderWay != "" {
		why = append(why, w.UnderWay+" under way")
	}
	if w.files > 0 {
		why = append(why, fmt.Sprintf("%s not committed (%s)", display.Count(w.files, "file"), some(w.Uncommitted, w.files)))
	}
	if w.loose > 0 {
		why = append(why, fmt.Sprintf("%s on no branch (%s)", display.Count(w.loose, "commit"), some(w.Loose, w.loose)))
	}
	if n := w.commits - w.loose; n > 0 && !keepBranch {
		why = append(why, fmt.Sprintf("%s not merged (%s)", display.Count(n, "commit"), some(w.Commits, w.commits)))
	}
	if len(w.Refs) > 0 {
		why = append(why, "refs of its own to what is no commit ("+some(w.Refs, len(w.Refs))+")")
	}
	if len(w.Submodules) > 0 {
		why = append(why, "repositories of submodules ("+some(w.Submodules, len(w.Submodules))+")")
	}
	return strings.Join(why, ", ")
}

// Empty says that nothing at all would go with it, not even what git ignores.
func (w *WorktreeState) Empty() bool { return w.Holds(false) == "" && len(w.Ignored) == 0 }

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
	from, err := r.lookAtOwn(w.Path, &st)
	if err != nil {
		return st, err
	}
	if entry != "" {
		from = append(from, entry)
	}
	if st.Loose, st.loose, err = r.commits(from, []string{"--not", "--branches", "--remotes", "--tags", "HEAD"}); err != nil {
		return st, err
	}
	if r.hasBranch(w.Branch) {
		if st.tip, err = r.git("rev-parse", "--verify", "refs/heads/"+w.Branch); err != nil {
			return st, err
		}
		from = append(from, st.tip)
	}
	st.Commits, st.commits, err = r.commits(from, []string{"--not", "--exclude=" + w.Branch, "--branches", "--remotes", "--tags", "HEAD"})
	return st, err
}

// commits are those that are reached from some commits, and not from others.
func (r *repo) commits(from, not []string) (list []string, n int, err error) {
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
	return nil
}

func (w *WorktreeState) changed(name string) {
	w.files++
	if len(w.Uncommitted) < maxNamed {
		w.Uncommitted = append(w.Uncommitted, name)
	}
}
