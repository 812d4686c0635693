package watch

import (
	"os"
	"path/filepath"
	"strings"
)

// gitPart is what something in a git folder is.
type gitPart uint8

const (
	gitOther  gitPart = iota // objects, index, logs, and the locks that git holds while it writes
	gitWay                   // it may lead to the git folder of a submodule
	gitFile                  // hooks and settings: they decide what git runs, and are files like others
	gitRecord                // which commit is current: writing it alone would do harm
)

func (g gitPart) verdict() verdict {
	switch g {
	case gitWay:
		return pass
	case gitFile, gitRecord:
		return keep
	case gitOther:
	}
	return skip
}

// ofGit says what a path in a git folder is, by its names alone.
func ofGit(inner string) gitPart {
	name, after, deeper := strings.Cut(inner, "/")
	switch name {
	case "HEAD", "packed-refs", "commondir", "gitdir":
		if !deeper {
			return gitRecord
		}
	case "config", "config.worktree":
		if !deeper {
			return gitFile
		}
	case "refs", "hooks", "info":
		switch {
		case strings.HasSuffix(inner, ".lock"):
		case name == "refs":
			return gitRecord
		default:
			return gitFile
		}
	case "worktrees": // one git folder each
		_, rest, has := strings.Cut(after, "/")
		if !has {
			return gitRecord
		}
		return ofGit(rest)
	case "modules":
		return ofModules(after)
	}
	return gitOther
}

// ofModules is ofGit below the folder of the submodules. Each has a git folder there
// under its name, which is its path unless somebody gave it another one: any of the
// names may be the last of a submodule's own. What could be a record is one.
func ofModules(inner string) gitPart {
	part := gitWay
	name, rest, deeper := strings.Cut(inner, "/")
	for first := true; deeper; first = false {
		if !first && gitKeepsIn(name, rest) && part == gitWay {
			return gitOther
		}
		part = max(part, ofGit(rest))
		name, rest, deeper = strings.Cut(rest, "/")
	}
	return part
}

// gitKeepsIn tells the objects and logs of a git folder from a submodule that has such
// a name, by what git itself calls the things in them.
func gitKeepsIn(name, inner string) bool {
	next, _, _ := strings.Cut(inner, "/")
	switch name {
	case "objects":
		return next == "pack" || next == "info" || len(next) == 2 && strings.Trim(next, "0123456789abcdef") == ""
	case "logs":
		return next == "HEAD" || next == "refs"
	}
	return false
}

// gitsOwn says that a path is part of what git keeps consistent, in a git folder of
// the project or in one of these.
func gitsOwn(path string, folders []string) bool {
	_, inner, in := strings.Cut("/"+path, "/.git/")
	for i := 0; i < len(folders) && !in; i++ {
		inner, in = strings.CutPrefix(path, folders[i]+"/")
	}
	part := ofGit(inner)
	return in && (part == gitRecord || part == gitOther)
}

// GitFolders are the git folders of a project whose .git is a file, as in a linked
// worktree or a submodule: its own, and the one that it shares. Links on the way to
// them are followed. It reads files.
func GitFolders(root string) []string {
	pointed := func(file, prefix, base string) string {
		text, err := os.ReadFile(file)
		to, ok := strings.CutPrefix(strings.TrimRight(string(text), "\r\n"), prefix)
		if err != nil || !ok || to == "" || len(text) > 4096 {
			return ""
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(base, to)
		}
		to, err = filepath.EvalSymlinks(to)
		if err != nil {
			return ""
		}
		return to
	}
	if info, err := os.Lstat(filepath.Join(root, ".git")); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	own := pointed(filepath.Join(root, ".git"), "gitdir: ", root)
	if own == "" {
		return nil
	}
	folders := []string{own}
	if shared := pointed(filepath.Join(own, "commondir"), "", own); shared != "" && shared != own {
		folders = append(folders, shared)
	}
	return folders
}
