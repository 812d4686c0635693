package shell

import (
	"slices"
	"strings"
)

// gitNames are the names in a repository's git folder that a subcommand changes, of
// those that decide which commit is current or which programs git runs: not objects,
// index and logs. Hooks, config and info are among them only where it writes them.
func (c *cmd) gitNames(sub string, a args) []string {
	if !c.changes() {
		return nil
	}
	first, config := "", false
	if len(a.operands) > 0 {
		first = a.operands[0].text
	}
	names := Refs()
	switch sub {
	case "commit", "merge", "cherry-pick", "revert", "am", "subtree", "notes", "quiltimport", "rebase", "tag", "reset", "stash", "bisect",
		"fetch-pack", "remote-update", "update-ref", "symbolic-ref", "replace", "reflog", "repack", "pack-refs", "update-server-info", "gc", "prune":
	case "branch":
		config = len(a.operands) > 1 || a.has("u", "set-upstream-to", "unset-upstream", "m", "move", "M", "c", "copy", "C", "d", "delete", "D", "t", "track", "edit-description")
	case "checkout", "switch":
		config = c.follows(a)
	case "fetch", "pull":
		config = a.has("set-upstream")
	case "push", "send-pack": // alone it may set up what it pushes to
		config = len(a.operands) == 0 || a.has("u", "set-upstream")
	case "remote":
		config = first != "update" && first != "prune" && first != "show"
	case "refs":
		config = true
	case "maintenance":
		config = first != "run"
	case "config":
		if a.has("global", "system", "file", "f") {
			return nil
		}
		return []string{"config", "config.worktree"}
	case "sparse-checkout":
		return []string{"config", "config.worktree", "info/sparse-checkout"}
	case "worktree":
		if first != "add" {
			return []string{"worktrees"}
		}
		names, config = append(names, "worktrees"), true
	case "submodule":
		return []string{"config", "modules"}
	case "init":
		if c.a.view.lstat(join(c.a.view.root, ".git")).Exists {
			return []string{"config"}
		}
		return []string{"."}
	default:
		return nil
	}
	if config {
		names = append(names, "config")
	}
	return names
}

// Refs are the names in a git folder that change with its commits and branches.
func Refs() []string { return []string{"HEAD", "refs", "packed-refs", "info/refs"} }

// changes tells whether the command was found to change anything.
func (c *cmd) changes() bool {
	return slices.ContainsFunc(c.effects, func(e Effect) bool {
		return e.Kind == Write || e.Kind == Overwrite || e.Kind == Delete || e.Kind == Commit
	})
}

// follows tells whether git checkout or switch may note what a new branch follows:
// one that is made from another, or that only a remote has.
func (c *cmd) follows(a args) bool {
	made := a.has("b", "B", "c", "C", "create", "force-create")
	switch {
	case a.has("t", "track"):
		return true
	case made || a.ended || len(a.operands) != 1:
		return made && len(a.operands) > 0
	case a.has("orphan", "d", "detach", "no-guess"):
		return false
	}
	w := a.operands[0]
	return !w.known() || !strings.HasPrefix(w.text, "-") && !strings.ContainsAny(w.text, "~^@:") && !c.exists(w) &&
		!c.a.view.lstat(join(c.a.view.root, ".git/refs/heads/"+w.text)).Exists
}
