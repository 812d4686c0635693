package shell

import "strings"

// gitCode are the subcommands that are more than a line of the table.
func (c *cmd) gitCode(sub string, a args, words []word) {
	first := ""
	if len(a.operands) > 0 {
		first = a.operands[0].text
	}
	switch sub {
	case "tag":
		c.gitTag(a)
	case "branch":
		c.gitBranch(a)
	case "checkout":
		c.gitCheckout(a, words)
	case "switch":
		c.gitTree("changes to another branch")
		if a.has("f", "force", "discard-changes") {
			c.discards(nil)
		}
		if a.has("C", "force-create") {
			c.loses("what the branch pointed to")
		}
	case "restore":
		if a.has("S", "staged") && !a.has("W", "worktree") {
			c.gitWrites("changes what is staged")
		} else {
			c.discards(a.operands)
		}
	case "reset":
		c.gitWrites("moves the branch")
		if a.has("hard", "merge", "keep") {
			c.discards(nil)
			if len(a.operands) > 0 && !a.operands[0].is("HEAD") {
				c.loses("commits from the branch")
			}
		}
	case "clean":
		if !a.has("n", "dry-run") {
			paths := a.operands
			if len(paths) == 0 {
				paths = []word{exactWord(".")}
			}
			for _, w := range paths {
				for _, e := range c.a.deletes(w, true, c.st) {
					e.Why = "deletes files that git does not know"
					c.add(e)
				}
			}
		}
	case "stash":
		c.gitStash(first)
	case "rm":
		switch {
		case a.has("n", "dry-run"):
		case a.has("cached"):
			c.gitWrites("takes files out of git")
		default:
			for _, w := range a.operands {
				c.add(c.a.deletes(w, a.has("r"), c.st)...)
			}
		}
	case "mv":
		c.gitMove(a)
	case "config":
		c.gitConfig(a)
	case "remote":
		c.gitRemote(first, a)
	case "worktree":
		c.gitWorktree(first, a)
	case "init", "clone":
		c.gitNew(sub, a)
	case "apply":
		if !a.has("stat", "numstat", "summary", "check") || a.has("apply") {
			c.patches()
		}
		c.readAll(a.operands, false)
	case "read-tree":
		c.gitWrites("changes what is staged")
		if a.has("u") && !a.has("n", "dry-run") {
			c.discards(nil)
		}
	case "pack-objects":
		if !a.has("stdout") {
			for _, w := range a.operands {
				c.add(c.a.writes(w, true, c.st)...)
			}
		}
	case "mailinfo":
		for _, w := range a.operands {
			c.add(c.a.writes(w, true, c.st)...)
		}
	case "mailsplit":
		c.gitMailsplit(a)
	case "maintenance":
		c.gitMaintenance(first, a)
	case "bisect":
		switch first {
		case "", "log", "terms", "help":
		case "start", "bad", "good", "new", "old", "skip", "reset", "next", "replay":
			c.gitTree("changes to another commit")
		default: // run, and visualize, which takes a command too
			c.opaque("runs a command for the commits")
		}
	case "reflog":
		switch first {
		case "expire", "delete", "drop":
			c.loses("history that could bring lost commits back")
		case "write":
			c.gitWrites("changes the history of a ref")
		}
	case "gc", "prune", "prune-packed", "pack-redundant":
		c.gitWrites("packs the repository")
		if v, ok := a.value("prune"); sub != "gc" && !a.has("n", "dry-run") || ok && !v.is("") {
			c.loses("objects that nothing points to")
		}
	case "update-ref", "symbolic-ref":
		if len(a.operands) > 1 || a.has("d", "delete", "stdin") {
			c.gitWrites("moves a ref")
			c.loses("what a ref pointed to")
		}
	case "sparse-checkout":
		if first != "list" {
			c.discards(nil)
		}
	case "format-patch":
		if !a.has("stdout", "o", "output-directory") {
			c.writesHere()
		}
	case "bundle":
		if first == "create" && len(a.operands) > 1 {
			c.add(c.a.writes(a.operands[1], true, c.st)...)
		} else if first == "unbundle" {
			c.gitWrites("takes objects in")
		}
	case "archive":
		if !a.has("l", "list") && !c.gitPaths(a.operands[min(1, len(a.operands)):]) {
			c.readsProject()
		}
	case "submodule":
		c.gitSubmodule(first)
	case "lfs":
		if first != "ls-files" && first != "status" && first != "version" && first != "env" {
			c.add(Effect{Kind: Network, Why: "uses the network"})
			c.unknown("git lfs runs a program")
			c.gitWrites("changes the repository")
		}
	default:
		c.gitNetwork(sub, a)
	}
}

// gitMore adds what an option or a verb makes of a subcommand beside its line.
func (c *cmd) gitMore(sub string, a args) {
	verb := ""
	if len(a.operands) > 0 {
		verb = a.operands[0].text
	}
	switch sub {
	case "merge", "rebase", "am", "cherry-pick", "revert":
		if a.has("abort", "skip") {
			c.discards(nil)
		}
	case "replace":
		if a.has("d", "delete", "f", "force") {
			c.loses("what stands for an object")
		}
	case "notes":
		if verb == "remove" || verb == "prune" || a.has("f", "force") {
			c.loses("notes")
		}
	case "subtree":
		if verb == "push" || verb == "pull" || verb == "add" {
			a.operands = a.operands[1:]
			c.gitNetwork(verb, a)
		}
	}
}

func (c *cmd) gitTag(a args) {
	switch {
	case a.has("d", "delete"):
		c.loses("a tag")
		c.gitWrites("deletes a tag")
	case len(a.operands) == 0 && !a.has("m", "message", "F", "file"), a.has("l", "list", "n", "contains", "no-contains", "merged", "no-merged", "points-at", "v", "verify"):
	default:
		c.add(Effect{Kind: Commit, Why: "makes a tag"})
		c.gitWrites("makes a tag")
		if a.has("f", "force") {
			c.loses("what the tag pointed to")
		}
	}
}

func (c *cmd) gitBranch(a args) {
	switch {
	case a.has("d", "delete", "D"):
		c.loses("a branch")
		c.gitWrites("deletes a branch")
	case a.has("m", "move", "M", "c", "copy", "C"):
		c.gitWrites("renames a branch")
		if a.has("M", "C", "f", "force") {
			c.loses("what a branch pointed to")
		}
	case a.has("u", "set-upstream-to", "unset-upstream"):
		c.gitWrites("sets what a branch follows")
	case len(a.operands) == 0, a.has("l", "list", "a", "all", "r", "remotes", "show-current", "contains", "no-contains", "merged", "no-merged", "points-at") && !a.has("f", "force"):
	default:
		c.gitWrites("makes a branch")
		if a.has("f", "force") {
			c.loses("what the branch pointed to")
		}
	}
}

// gitCheckout changes the branch or, where an operand is a file, throws its
// changes away.
func (c *cmd) gitCheckout(a args, words []word) {
	c.gitTree("changes to another branch or commit")
	if a.has("f", "force", "2", "3", "ours", "theirs", "pathspec-from-file") {
		c.discards(nil)
	}
	if a.has("B") {
		c.loses("what the branch pointed to")
	}
	if a.has("b", "B", "orphan", "d", "detach") {
		return
	}
	at := -1
	for i, w := range words {
		if w.is("--") {
			at = len(words) - i - 1
			break
		}
	}
	if at >= 0 {
		if at > 0 {
			c.discards(a.operands[len(a.operands)-at:])
		}
		return
	}
	for i, w := range a.operands {
		switch {
		case !w.known():
			c.discards([]word{w})
		case i > 0, w.text == ".", c.exists(w), strings.HasPrefix(w.text, ":"), strings.HasPrefix(w.text, "./"):
			c.discards([]word{w})
		}
	}
}

func (c *cmd) gitStash(verb string) {
	switch verb {
	case "list", "show":
	case "drop", "clear":
		c.loses("stashed changes")
		c.gitWrites("deletes stashed changes")
	default:
		c.gitTree("moves changes to or from the stash")
	}
}

func (c *cmd) gitMove(a args) {
	if a.has("n", "dry-run") {
		return
	}
	ok := false
	_, ok = c.each(a, func(from, to string, _ word, exactly bool) {
		if from == "" || to == "" {
			c.add(c.a.view.unknownPath(Write, "moves away"))
			return
		}
		c.add(c.a.view.move(from, to, !a.has("f", "force"), exactly)...)
	})
	if !ok {
		c.gitWrites("moves files")
	}
}

func (c *cmd) gitConfig(a args) {
	verb := ""
	if len(a.operands) > 0 {
		verb = a.operands[0].text
	}
	reads := a.has("l", "list", "get", "get-all", "get-regexp", "get-urlmatch", "get-color", "get-colorbool")
	changes := a.has("add", "unset", "unset-all", "replace-all", "rename-section", "remove-section", "e", "edit")
	switch {
	case changes:
	case reads, verb == "list", verb == "get", verb == "get-color":
		return
	case verb == "set" || verb == "unset" || verb == "rename-section" || verb == "remove-section" || verb == "edit":
		a.operands = a.operands[1:]
	case len(a.operands) < 2 && !a.unsure:
		return
	}
	c.configures(a)
	if len(a.operands) > 0 {
		if key := a.operands[0]; !key.known() || !quietConfig(strings.ToLower(key.text)) {
			c.opaque("sets git's configuration, which can run a program")
		}
	}
}

// quietConfig reports a setting that surely runs nothing.
func quietConfig(key string) bool {
	section, name, _ := strings.Cut(key, ".")
	switch section {
	case "user":
		return name == "name" || name == "email"
	case "init", "push", "pull", "fetch", "color", "advice", "merge", "rebase", "rerere", "branch", "status", "log":
		return !strings.Contains(name, "tool") && !strings.Contains(name, "driver") && !strings.Contains(name, "templatedir") &&
			!strings.Contains(name, "command") && !strings.Contains(name, "options") && name != "showsignature"
	}
	return false
}

func (c *cmd) gitRemote(verb string, a args) {
	switch verb {
	case "", "get-url":
	case "show", "update", "prune":
		if verb == "show" && (len(a.operands) == 1 && !a.unsure || a.has("n")) {
			return // what is known of them
		}
		c.add(Effect{Kind: Network, Why: "asks a remote"})
		if verb == "update" || verb == "prune" {
			c.gitWrites("changes what is known of a remote")
		}
	default:
		c.gitSettings()
		c.transports(a.operands)
	}
	if a.has("f") {
		c.add(Effect{Kind: Network, Why: "asks a remote"})
	}
}

func (c *cmd) gitWorktree(verb string, a args) {
	paths := a.operands[min(1, len(a.operands)):]
	switch verb {
	case "", "list":
	case "add":
		c.gitWrites("makes a working tree")
		if len(paths) > 0 {
			c.fills(paths[0])
		}
	case "remove":
		for _, w := range paths {
			c.add(c.a.deletes(w, true, c.st)...)
		}
	case "prune":
		c.gitWrites("forgets working trees")
	default:
		c.gitTree("changes a working tree")
		if verb == "move" && len(paths) > 1 {
			c.fills(paths[1])
		}
	}
}

// fills is a change of a folder with all that comes into it.
func (c *cmd) fills(dir word) {
	es := c.a.writes(dir, false, c.st)
	for i := range es {
		es[i].Recursive = true
	}
	c.add(es...)
}

// gitNew is init and clone, which make a repository in a folder.
func (c *cmd) gitNew(sub string, a args) {
	dirs := a.operands
	if sub == "clone" {
		c.gitNetwork(sub, a)
		dirs = dirs[min(1, len(dirs)):]
		if len(dirs) == 0 && len(a.operands) > 0 {
			name := strings.TrimSuffix(strings.TrimRight(a.operands[0].text, "/"), ".git")
			dirs = []word{exactWord("./" + name[strings.LastIndexAny(name, "/:")+1:])}
		}
	}
	if len(dirs) == 0 {
		dirs = []word{exactWord(".")}
	}
	for _, w := range dirs[:1] {
		es := c.a.writes(w, false, c.st)
		for i := range es {
			es[i].Recursive = true
			// A template brings hooks and settings.
			es[i].Protected = es[i].Protected || a.has("template")
		}
		c.add(es...)
	}
}

// patches are changes of files that a patch names, settings among them perhaps.
func (c *cmd) patches() {
	n := len(c.effects)
	c.writesHere()
	for i := range c.effects[n:] {
		c.effects[n+i].Protected = true
		c.effects[n+i].Why = "changes what the patch says in " + c.a.view.show(c.effects[n+i].Path)
	}
}

// gitMailsplit writes a file for each message into a folder.
func (c *cmd) gitMailsplit(a args) {
	dir, ok := a.value("o")
	if !ok {
		if len(a.operands) == 0 {
			return
		}
		dir = a.operands[len(a.operands)-1] // the old way
	}
	es := c.a.writes(dir, false, c.st)
	for i := range es {
		es[i].Recursive, es[i].Unsure = true, true
	}
	c.add(es...)
}

// gitMaintenance works on the repository, or puts it on the user's timetable.
func (c *cmd) gitMaintenance(verb string, a args) {
	if verb == "run" {
		if w, ok := a.value("task"); ok && !w.is("gc", "commit-graph", "loose-objects", "incremental-repack", "pack-refs") || a.has("schedule") {
			c.add(Effect{Kind: Network, Why: "may fetch ahead"})
		}
		c.gitWrites("packs the repository")
		return
	}
	c.outside("changes what runs later")
}

func (c *cmd) gitSubmodule(verb string) {
	switch verb {
	case "", "status", "summary":
	case "foreach":
		c.opaque("runs a command in each module")
	case "deinit":
		c.discards(nil)
	default:
		c.add(Effect{Kind: Network, Why: "fetches modules"})
		c.unknown("the settings of a module may run a program")
		c.gitTree("changes modules")
	}
}

// transports are remotes that run a command (ext::) or name a host.
func (c *cmd) transports(operands []word) {
	for _, w := range operands {
		if scheme, _, ok := strings.Cut(w.text, "::"); ok && scheme != "" && !strings.Contains(scheme, "/") {
			c.opaque("the transport " + scheme + " runs a program")
		}
		if !w.known() && w.kind != glob && w.text == "" {
			c.opaque("which transport it uses is known only when it runs")
		}
		if strings.HasPrefix(w.text, "--upload-pa") || strings.HasPrefix(w.text, "--receive-pa") {
			c.opaque("is given a command to run")
		}
	}
}

// gitNetwork are the subcommands that speak to a remote.
func (c *cmd) gitNetwork(sub string, a args) {
	host := ""
	if len(a.operands) > 0 && strings.ContainsAny(a.operands[0].text, ":@") {
		host = hostOf(a.operands[0])
	}
	why := "uses the network"
	if sub == "ls-remote" && a.has("get-url") {
		c.transports(a.operands)
		return
	}
	if host != "" {
		why = "asks " + host
	}
	c.add(Effect{Kind: Network, Host: host, Why: why})
	c.transports(a.operands)
	switch sub {
	case "push", "send-pack":
		c.add(Effect{Kind: Commit, Why: "publishes commits"})
		lost := a.has("f", "force", "force-with-lease", "force-if-includes", "d", "delete", "mirror", "prune")
		for _, w := range a.operands[min(1, len(a.operands)):] {
			lost = lost || strings.HasPrefix(w.text, "+") || strings.HasPrefix(w.text, ":")
		}
		if lost && !a.has("n", "dry-run") {
			c.loses("what a branch of the remote pointed to")
		}
	case "pull":
		c.add(Effect{Kind: Commit, Why: "merges what it fetches"})
		c.gitTree("merges what it fetches")
	case "fetch", "fetch-pack", "remote-update", "backfill":
		c.gitWrites("takes what it fetches")
	}
}
