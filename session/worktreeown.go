package session

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kavi/gateway/display"
)

// underWay are the files of a git folder that are there as long as an operation has
// not come to its end, with what it has put aside: changes and commits that no status
// shows and no branch has.
var underWay = []struct{ name, what string }{
	{"rebase-merge", "a rebase"},
	{"rebase-apply", "a rebase or am"},
	{"MERGE_HEAD", "a merge"},
	{"MERGE_AUTOSTASH", "a merge"},
	{"NOTES_MERGE_PARTIAL", "a merge of notes"},
	{"CHERRY_PICK_HEAD", "a cherry-pick"},
	{"REVERT_HEAD", "a revert"},
	{"sequencer", "a cherry-pick or revert"},
	{"BISECT_LOG", "a bisect"},
}

// lookAtOwn lists what git keeps of a worktree alone, which goes when git forgets it,
// also after its folder: an operation that is under way, repositories of submodules,
// and the refs that no other worktree has, of which it gives the commits.
func (r *repo) lookAtOwn(path string, st *WorktreeState) (refs []string, err error) {
	if st.Git, err = r.gitFolder(path); err != nil || st.Git == "" {
		return nil, err
	}
	for i := 0; i < len(underWay) && st.UnderWay == ""; i++ {
		u := underWay[i]
		_, err := os.Lstat(filepath.Join(st.Git, u.name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		// Some of them are refs, which need not be files.
		if err == nil || u.name == strings.ToUpper(u.name) && r.says("--git-dir="+st.Git, "rev-parse", "--verify", "--quiet", u.name) {
			st.UnderWay = u.what
		}
	}
	modules, err := os.ReadDir(filepath.Join(st.Git, "modules"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, m := range modules {
		st.Submodules = append(st.Submodules, display.Safe(m.Name()))
	}
	out, err := r.git("--git-dir="+st.Git, "for-each-ref", "--format=%(objecttype) %(*objecttype) %(objectname) %(refname)", "refs/worktree", "refs/bisect", "refs/rewritten")
	if err != nil || out == "" {
		return nil, err
	}
	for line := range strings.SplitSeq(out, "\n") {
		f := strings.Split(line, " ")
		if len(f) != 4 || f[0] != "commit" && f[1] != "commit" {
			st.Refs = append(st.Refs, display.Safe(f[len(f)-1]))
			continue
		}
		refs = append(refs, f[2])
	}
	return refs, nil
}

// gitFolder is where the repository keeps what is of a worktree alone; "" where it
// knows of none. Its folder need not be there.
func (r *repo) gitFolder(path string) (string, error) {
	shared, err := r.git("rev-parse", "--git-common-dir")
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(shared) {
		shared = filepath.Join(r.dir, shared)
	}
	all, err := os.ReadDir(filepath.Join(shared, "worktrees"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	for _, e := range all {
		dir := filepath.Join(shared, "worktrees", e.Name())
		text, err := os.ReadFile(filepath.Join(dir, "gitdir"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		to := strings.TrimRight(string(text), "\n")
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		if filepath.Base(to) == ".git" && samePath(filepath.Dir(to), path) {
			return dir, nil
		}
	}
	return "", nil
}
