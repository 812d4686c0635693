package gateway

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
)

// Bounds of saying what there is now.
const (
	maxThere = 20      // files and folders
	maxLines = 1 << 20 // bytes of a file whose lines are counted
)

// there adds what there is now: what a delete removes, what is replaced, what a
// push publishes. Where nobody is asked nobody reads it.
func (d *describing) there(all []Effect) {
	if d.j.Action == Deny {
		return
	}
	var gone []Effect
	var paths []string
	for _, e := range all {
		if (e.Kind == shell.Delete || e.Kind == shell.Overwrite) && e.Path != "" {
			gone, paths = append(gone, e), append(paths, e.Path)
		}
	}
	more := max(len(gone)-maxThere, 0)
	inGit, budget := d.inGit(paths[:len(paths)-more]), maxCounted
	for _, e := range gone[:len(gone)-more] {
		name := "Replaces"
		if e.Kind == shell.Delete {
			name = "Removes"
		}
		if budget > 0 {
			d.t.field(name, count(e.Path, e.Recursive, d.show(e.Path), &budget)+inGit(e.Path))
		}
	}
	if more > 0 {
		d.t.field("Removes", fmt.Sprintf("or replaces %d things more", more))
	}
	d.publishes()
}

// inGit asks the project's git about paths and gives what to add about each: whether
// what is lost can be had again. It says nothing of what lies outside.
func (d *describing) inGit(paths []string) func(path string) string {
	root, ok := shell.Resolve(d.w.Root, shellEnv(d.c, d.w))
	var names []string
	for _, p := range paths {
		if rel, in := inside(root, p); in {
			names = append(names, rel)
		}
	}
	silent := func(string) string { return "" }
	if !ok || len(names) == 0 {
		return silent
	}
	r, err := openRepository(root, d.w.Home, []string{"--literal-pathspecs"})
	if err != nil {
		return silent // no git, or none here
	}
	defer r.close()
	prefix, err := r.git("rev-parse", "--show-prefix")
	if err != nil {
		return silent
	}
	known, err := r.git(append([]string{"ls-files", "-z", "--full-name", "--"}, names...)...)
	if err != nil {
		return silent
	}
	changed, err := r.git(append([]string{"status", "--porcelain", "-z", "--no-renames", "--ignore-submodules=all", "--untracked-files=all", "--ignored=matching", "--"}, names...)...)
	if err != nil {
		return silent
	}
	top := strings.TrimSuffix(string(prefix), "\n")
	return func(path string) string {
		rel, in := inside(root, path)
		st, err := os.Lstat(path)
		if !in || err != nil {
			return ""
		}
		has, differs := lists(known, 0, top+rel), lists(changed, len("XY "), top+rel)
		switch {
		case has && !differs:
			return "; git has it"
		case !has:
			return "; git does not have it"
		case st.IsDir():
			return "; git does not have all of it"
		}
		return "; changed since the last commit"
	}
}

// lists tells whether a list of names, each after so many bytes and before a NUL,
// holds a path, something below it, or a folder that holds it.
func lists(list []byte, after int, path string) bool {
	for entry := range bytes.SplitSeq(list, []byte{0}) {
		if len(entry) <= after {
			continue
		}
		name := string(entry[after:])
		folder := strings.TrimSuffix(name, "/")
		if path == "." || below(path, name) || folder != name && below(folder, path) {
			return true
		}
	}
	return false
}

// there is how much a file holds.
func there(path string, st os.FileInfo) string {
	if st.Mode().IsRegular() && st.Size() <= maxLines {
		if text, err := readBounded(path, maxLines); err == nil && !bytes.Contains(text, []byte{0}) {
			return display.Count(len(lines(text)), "line") + ", " + size(st.Size())
		}
	}
	return size(st.Size())
}
