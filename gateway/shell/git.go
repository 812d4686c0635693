package shell

import (
	"path"
	"slices"
	"strings"
)

// git reads what stands before git's subcommand, and then the subcommand.
func (c *cmd) git(p program, words []word) {
	if p.name != "git" {
		c.opaque("is a part of git that is not read here")
		c.done()
		return
	}
	rest, done := c.gitOptions(words)
	if done {
		c.done()
		return
	}
	if len(rest) == 0 {
		c.done()
		return
	}
	if !rest[0].known() {
		c.opaque("its subcommand is known only when it runs")
		c.done()
		return
	}
	sub := rest[0].text
	if sub == "send-pack" { // what git push runs: rules about the one are meant for both
		if c.full == nil {
			c.full = shownAll(c.argv)
		}
		sub = "push"
		c.argv = append(append(slices.Clone(c.argv[:len(c.argv)-len(rest)]), exactWord(sub)), rest[1:]...)
	}
	q, ok := index()["git "+sub]
	if len(rest) > 1 && rest[1].known() {
		if r, found := index()["git "+sub+" "+rest[1].text]; found {
			q, rest = r, rest[1:]
		}
	}
	c.gitHome(ok && q.is("git-read"))
	switch {
	case !ok:
		c.unknown("git " + sub + " may be an alias, which runs anything")
		c.opaqueHelpers(rest)
	case len(rest) == 2 && rest[1].is("-h"):
	default:
		c.gitSub(sub, q, rest[1:])
	}
	c.done()
}

// gitOptions reads git's own options. done says that it only prints.
func (c *cmd) gitOptions(words []word) (rest []word, done bool) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		next := word{}
		if i+1 < len(words) {
			next = words[i+1]
		}
		name, _, has := strings.Cut(w.text, "=")
		switch {
		case w.maybeOption():
			c.opaque("it may be given an option that is known only when it runs")
			return nil, true
		case w.text == "" || w.text[0] != '-':
			return words[i:], false
		case w.text == "-C":
			i++
			c.gitAt(next)
		case w.text == "-c":
			i++
			if !harmlessSetting(next) {
				c.opaque("sets git's configuration, which can run a program")
			}
		case w.text == "--version", w.text == "-v", w.text == "--html-path", w.text == "--man-path",
			w.text == "--info-path", w.text == "--exec-path" && !has:
			return nil, true
		case w.text == "--help", w.text == "-h":
			if i+1 < len(words) {
				c.opaque(manual)
			}
			return nil, true
		case w.text == "-P", w.text == "--no-pager", w.text == "--no-replace-objects", w.text == "--bare", w.text == "--no-optional-locks",
			w.text == "--literal-pathspecs", w.text == "--glob-pathspecs", w.text == "--noglob-pathspecs", w.text == "--icase-pathspecs",
			w.text == "--no-advice", w.text == "--no-lazy-fetch":
			if w.text == "--bare" {
				c.unknown("uses another repository")
			}
		case name == "--git-dir", name == "--work-tree", name == "--namespace", name == "--attr-source", name == "--super-prefix":
			if !has {
				i++
			}
			if name != "--namespace" && !c.ownRepository(name, w, next, has) {
				c.opaque("uses another repository, whose settings can run a program")
			}
		default: // -p, --paginate, --exec-path=, --config-env, and what is new
			c.opaque("its option " + name + " can run a program")
		}
	}
	return nil, true
}

// manual is said where git shows a page of its manual.
const manual = "shows its manual in a pager"

// ownRepository reports whether --git-dir or --work-tree names what git in the
// project finds by itself.
func (c *cmd) ownRepository(name string, w, next word, joined bool) bool {
	value := next
	if joined {
		value = w.cut(len(name) + 1)
	}
	own := map[string]string{"--git-dir": join(c.a.view.root, ".git"), "--work-tree": c.a.view.root}[name]
	places := c.a.paths(value, c.st)
	for _, p := range places {
		if q, ok := c.a.view.resolve(p, true); !ok || q != own {
			return false
		}
	}
	return len(places) > 0
}

// harmlessSetting reports a git -c name=value that surely runs nothing.
func harmlessSetting(w word) bool {
	name, value, _ := strings.Cut(w.text, "=")
	return w.known() && HarmlessSetting(name, value)
}

// HarmlessSetting reports a setting of git's that surely runs nothing, however it
// is made (-c, GIT_CONFIG_COUNT). Agents switch off by such what a repository's own
// configuration could run.
func HarmlessSetting(name, exact string) bool {
	key, val := strings.ToLower(name), strings.ToLower(exact)
	switch {
	case key == "core.pager", strings.HasPrefix(key, "pager."):
		return val == "cat" || val == "false" || val == ""
	case key == "core.quotepath", key == "core.abbrev", strings.HasPrefix(key, "diff.rename"), key == "log.showsignature" && val == "false",
		key == "commit.gpgsign" && val == "false", key == "tag.gpgsign" && val == "false", key == "core.safecrlf", key == "gc.auto":
		return true
	case key == "core.askpass":
		return exact == ""
	case key == "core.fsmonitor":
		return exact == "" || val == "false"
	case key == "core.hookspath":
		return exact == "/dev/null" || exact == "" // then they are looked for in /
	case key == "core.editor", key == "sequence.editor", key == "core.sshcommand":
		return exact == "" || val == "false" || val == "true"
	case key == "credential.helper", key == "diff.external":
		return exact == ""
	case key == "core.alternaterefscommand":
		return exact == alternates
	case key == "safe.barerepository":
		return val == "explicit"
	case strings.HasPrefix(key, "protocol.") && strings.HasSuffix(key, ".allow"):
		return val == "never"
	case strings.HasPrefix(key, "hook.") && strings.HasSuffix(key, ".enabled"),
		key == "submodule.recurse", key == "maintenance.auto", key == "diff.autorefreshindex":
		return val == "false"
	case key == "core.ignorecase", key == "core.longpaths", key == "core.symlinks", key == "core.autocrlf":
		return val == "true" || val == "false" || val == "input"
	case key == "help.autocorrect":
		return val == "0" || val == "never"
	case strings.HasPrefix(key, "alias."):
		return exact == "version"
	case key == "format.pretty":
		return val == "medium" || val == "oneline" || val == "short" || val == "full"
	}
	return quietConfig(key)
}

// alternates is what Claude Code has git run for core.alternateRefsCommand: what
// git itself does where nothing is set.
const alternates = `f() { git --git-dir="$1" for-each-ref --format='%(objectname)'; }; f`

// gitAt is git -C: the folder in which the rest happens.
func (c *cmd) gitAt(dir word) {
	c.st = c.st.clone()
	c.st.moved = nil
	to, ok := []string(nil), false
	if dir.known() {
		to, ok = c.goTo(dir.text, false)
	}
	c.st.cwds = nil
	if ok {
		c.st.cwds = to
	}
}

// gitHome looks at which repository git will use: only that of the project was
// asked for settings that run programs. One that only reads may use it in its main
// worktree, too, where agents look for settings of theirs.
func (c *cmd) gitHome(reads bool) {
	if program := c.a.env.GitProgram; program != nil {
		if why := program(); why != "" {
			c.unknown("git runs a program here (" + why + ")")
		}
	}
	if len(c.st.cwds) == 0 {
		c.unknown("uses a repository that is known only when it runs")
		return
	}
	for _, dir := range c.st.cwds {
		p, ok := c.a.view.resolve(dir, true)
		own := ok && c.finds(c.a.view.root, p)
		if main := c.a.env.Main; !own && ok && reads && main != "" {
			own = c.finds(main, p)
		}
		if !own {
			c.unknown("uses another repository, whose settings may run a program")
			c.abroad = true
			return
		}
	}
}

// finds reports whether git in a folder finds the repository of a worktree that is
// above it: no other .git, and no bare repository, lies between.
func (c *cmd) finds(root, dir string) bool {
	v := c.a.view
	if !within(root, dir) {
		return false
	}
	for ; dir != root && dir != "/"; dir = path.Dir(dir) {
		if v.lstat(join(dir, ".git")).Exists || v.lstat(join(dir, "HEAD")).Exists && v.lstat(join(dir, "objects")).Exists {
			return false
		}
	}
	return !v.lstat(join(dir, "HEAD")).Exists || !v.lstat(join(dir, "objects")).Exists
}

// opaqueHelpers are signs of code in the words of a git command that is not
// known.
func (c *cmd) opaqueHelpers(words []word) {
	for _, w := range words {
		if strings.HasPrefix(w.text, "ext::") || strings.HasPrefix(w.text, "--upload-pa") || strings.HasPrefix(w.text, "--exec") {
			c.opaque("is given a command to run")
		}
	}
}

// gitSub says what a subcommand does.
func (c *cmd) gitSub(sub string, q program, words []word) {
	a := c.parseArgs(words, q.opts, false, false)
	if a.prints() {
		return
	}
	if anyOf(words, "--help") {
		c.opaque(manual)
	}
	for _, o := range a.options {
		if o.name == "format" || o.name == "pretty" {
			if v := o.value; v.kind == unknown || strings.Contains(v.text, "%G") || strings.Contains(v.text, "%(signature") {
				c.unknown("may check signatures, with the program that the settings name")
			}
		}
	}
	c.optionEffects(q, a)
	c.gitMore(sub, a)
	switch {
	case q.is("git-read"):
		c.gitReads(sub, a)
	case (sub == "add" || sub == "stage") && a.has("n", "dry-run"):
	case q.is("git-write"):
		c.gitWrites("changes the repository")
	case q.is("git-commit"):
		c.add(Effect{Kind: Commit, Why: "makes a commit"})
		c.gitWrites("makes a commit")
		if q.is("git-tree") {
			c.gitTree("changes files as the commits say")
		}
	case q.is("git-over"):
		c.discards(a.operands)
	case q.is("git-net"):
		c.add(Effect{Kind: Network, Why: "uses the network"})
	case q.is("git-here"):
		c.writesHere()
	case q.is("code"):
		c.gitCode(sub, a, words)
	default:
		c.verbs(q, a)
	}
	if !q.is("git-read") && !c.abroad {
		c.ofGit = c.gitNames(sub, a)
	}
}

// gitReads are the files that a reading subcommand shows.
func (c *cmd) gitReads(sub string, a args) {
	switch {
	case sub == "grep":
		if !a.has("e", "f") {
			a.operands = a.operands[min(1, len(a.operands)):]
		}
		if !c.gitPaths(a.operands) {
			c.readsProject()
		}
		return
	case sub == "diff" && a.has("no-index"):
		c.readAll(a.operands, true)
		return
	case sub == "cat-file" && (a.has("batch", "batch-command") || a.has("batch-all-objects")):
		c.readsProject() // what its input names
	}
	for _, w := range a.operands {
		if sub == "rev-parse" && w.kind == unknown {
			continue
		}
		if w.known() && c.exists(w) {
			c.add(c.a.reads(w, c.st)...)
			continue
		}
		if sub != "log" {
			c.gitObject(w)
		}
	}
}

// gitObject is a file as it was in a commit (HEAD:a) or as it is staged (:a, :0:a).
// Its path begins at the top, but for ./a; which colon it begins after is not
// worth telling.
func (c *cmd) gitObject(w word) {
	for rest := w.text; w.known(); {
		var ok bool
		if _, rest, ok = strings.Cut(rest, ":"); !ok {
			return
		}
		if rest == "" {
			c.readsProject()
			return
		}
		c.add(c.a.reads(exactWord(rest), c.st)...)
		if p := join(c.a.view.root, rest); !strings.HasPrefix(rest, ".") || !strings.Contains(rest, "/") {
			c.add(c.a.view.reach(p))
		}
	}
}

// gitPaths reads the files and folders among operands, which may be commits too.
// ok is false where they do not say what is read.
func (c *cmd) gitPaths(operands []word) (ok bool) {
	for _, w := range operands {
		switch {
		case !w.known(), strings.ContainsAny(w.text, ":*?["):
			return false
		case c.exists(w):
			c.readAll([]word{w}, true)
			ok = true
		}
	}
	return ok
}

// readsProject is a read of everything in the project.
func (c *cmd) readsProject() {
	e := c.a.view.read(c.a.view.root)
	e.Recursive = true
	c.add(e)
}

// gitWrites is a change of what git keeps: of the project's own repository, or
// of another. It is git's own business and not a write to protected files.
func (c *cmd) gitWrites(why string) { c.gitChanges(why, "/.git", false) }

// gitTree is a change of the working tree too: files of which the names are not
// known.
func (c *cmd) gitTree(why string) { c.gitChanges(why, "", true) }

func (c *cmd) gitChanges(why, below string, unsure bool) {
	if len(c.st.cwds) == 0 {
		c.add(c.a.view.unknownPath(Write, "changes the repository at"))
		return
	}
	done := false
	for _, dir := range c.st.cwds {
		p, ok := c.a.view.resolve(dir, true)
		e := Effect{Kind: Write, Path: p, Recursive: true, Unsure: unsure, Why: why}
		switch {
		case !ok || !within(c.a.view.root, p):
			e.Outside = true
		case done:
			continue
		default:
			e.Path, done = c.a.view.root+below, true
		}
		e.Never = c.a.view.own(p)
		c.add(e)
	}
}

// discards is the loss of changes in the working tree.
func (c *cmd) discards(paths []word) {
	if len(paths) == 0 {
		paths = []word{exactWord(".")}
	}
	for _, w := range paths {
		es := c.a.writes(w, false, c.st)
		for i := range es {
			es[i].Kind, es[i].Recursive, es[i].Why = Overwrite, true, "discards changes in "+c.a.view.show(es[i].Path)
		}
		c.add(es...)
	}
}

// loses is the deletion of something that git keeps: a branch, a stash.
func (c *cmd) loses(what string) {
	c.add(Effect{Kind: Delete, Path: "", Why: "deletes " + what})
}

// configures is a write to a file of git's settings.
func (c *cmd) configures(a args) {
	switch {
	case a.has("global"):
		c.add(Effect{Kind: Write, Path: path.Join(c.a.view.home, ".gitconfig"), Outside: true, Protected: true, Why: "changes the user's settings of git"})
	case a.has("system"):
		c.add(Effect{Kind: Write, Path: "/etc/gitconfig", Outside: true, Protected: true, Why: "changes the machine's settings of git"})
	case a.has("file", "f"):
		w, _ := a.value("file", "f")
		c.add(c.a.writes(w, false, c.st)...)
	default:
		c.gitSettings()
	}
}

// gitSettings is a write to .git/config.
func (c *cmd) gitSettings() {
	e := Effect{Kind: Write, Path: join(c.a.view.root, ".git/config"), Protected: true, Why: "changes the repository's settings"}
	for _, dir := range c.st.cwds {
		if p, ok := c.a.view.resolve(dir, true); !ok || !within(c.a.view.root, p) {
			e.Outside, e.Path = true, ""
		}
	}
	if len(c.st.cwds) == 0 {
		e.Outside, e.Path, e.Unsure = true, "", true
	}
	c.add(e)
}
