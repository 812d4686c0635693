package shell

import "strings"

// find walks the expression of find: what it deletes, writes and runs.
func (c *cmd) find(words []word) {
	var roots []word
	i, follow := 0, false
	for ; i < len(words); i++ {
		w := words[i]
		follow = follow || w.is("-H", "-L")
		switch {
		case w.is("-H", "-L", "-P", "-X", "-E", "-d", "-s", "-x") || w.known() && strings.HasPrefix(w.text, "-O"):
			continue
		case w.is("-D", "-f"):
			i++
			if w.text == "-f" && i < len(words) {
				roots = append(roots, words[i])
			}
			continue
		case w.known() && w.text != "" && (w.text[0] == '-' || w.text == "(" || w.text == "!" || w.text == ")" || w.text == ","):
		case w.kind == unknown && (w.several || w.text == ""), w.kind == glob && w.maybeOption() && c.a.dashed(w, c.st):
			c.opaque("it may be given an action that is known only when it runs")
			roots = append(roots, w)
			continue
		default:
			roots = append(roots, w)
			continue
		}
		break
	}
	if len(roots) == 0 {
		roots = []word{exactWord(".")}
	}
	if follow || anyOf(words, "-follow") {
		for k, r := range roots {
			if r.known() && r.text != "" {
				roots[k].text = strings.TrimRight(r.text, "/") + "/" // what a link leads to
			}
		}
	}
	c.expression(words[min(i, len(words)):], roots, anyOf(words, "-L", "-follow"))
	c.done()
}

// expression reads the tests and actions of find; follow says that it goes through
// the links below its roots too, wherever they lead.
func (c *cmd) expression(words, roots []word, follow bool) {
	plain, some := false, selective(words)
	for _, w := range words { // where the value of a test may be several words, the others are anything
		if w.kind == unknown && w.several || w.kind == glob && w.maybeOption() && c.a.dashed(w, c.st) {
			c.opaque("it may be given an action that is known only when it runs")
			break
		}
	}
	for i := 0; i < len(words); i++ {
		w := words[i]
		if !w.known() {
			if w.maybeOption() || w.kind == numeric {
				c.opaque("it may be given an action that is known only when it runs")
			}
			continue
		}
		next := word{}
		if i+1 < len(words) {
			next = words[i+1]
		}
		switch w.text {
		case "-o", "-or", ",", "-not", "!":
			plain = false
		case "-type":
			plain = next.is("f", "d", "f,d") && !follow
			i++
		case "-delete", "-rm": // the latter is bfs'
			for _, r := range roots {
				if some && r.known() {
					r = below(exactWord("{}"), []word{r})
					r.some = true
				}
				c.add(c.a.deletes(r, !some, c.st)...)
			}
			if follow {
				c.add(c.a.view.unknownPath(Delete, "deletes"))
			}
		case "-exec", "-execdir", "-ok", "-okdir":
			end := i + 1
			for end < len(words) && !words[end].is(";") && (!words[end].is("+") || !words[end-1].is("{}")) {
				end++
			}
			c.exec(words[i+1:max(i+1, end)], roots, found{inDir: strings.HasSuffix(w.text, "dir"), plain: plain, some: some, follow: follow})
			i = end
		case "-fprint", "-fprint0", "-fls", "-fprintf":
			c.add(c.a.writes(next, true, c.st)...)
			i++
			if w.text == "-fprintf" {
				i++
			}
		case "-files0-from":
			c.opaque("reads where to begin from a file")
			i++
		case "-newer", "-anewer", "-cnewer", "-samefile", "-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename",
			"-regex", "-iregex", "-regextype", "-lname", "-ilname", "-xtype", "-size", "-mtime", "-atime", "-ctime",
			"-mmin", "-amin", "-cmin", "-maxdepth", "-mindepth", "-user", "-group", "-uid", "-gid", "-perm", "-links", "-inum",
			"-fstype", "-printf", "-used", "-context", "-flags", "-Bmin", "-Btime", "-newermt", "-newerct", "-newerat", "-newerBt",
			"-newermm", "-depth_n", "-printx":
			i++
		}
	}
}

// selective reports whether an expression picks some of what is there, and not
// all or all but some.
func selective(words []word) bool {
	some := false
	for i, w := range words {
		switch w.text {
		case "-o", "-or", ",", "!", "-not", "-prune", "-false":
			return false
		case "-name", "-iname", "-path", "-ipath", "-regex", "-iregex", "-wholename":
			some = some || i+1 < len(words) && strings.Trim(words[i+1].text, "*?./") != ""
		case "-size", "-mtime", "-mmin", "-atime", "-amin", "-ctime", "-cmin", "-newer", "-newermt", "-empty", "-user", "-group", "-perm", "-inum":
			some = true
		}
	}
	return some
}

// found is what is known of the names that a command is run for.
type found struct {
	inDir  bool // it runs in their folder
	plain  bool // they are no symlinks
	some   bool // they are not everything
	follow bool // they may lie behind a symlink
}

// exec looks at the command that find runs for what it finds below its roots.
func (c *cmd) exec(words, roots []word, names found) {
	if len(words) == 0 {
		c.opaque("runs what it finds")
		return
	}
	inner := &cmd{a: c.a, st: c.st.clone(), text: c.text, from: c.from, end: c.end, full: c.full, program: true, wraps: c.wraps, asked: c.asked}
	if names.inDir {
		inner.st.cwds = nil
	}
	if words[0].known() && strings.Contains(words[0].text, "{}") {
		c.opaque("runs what it finds")
		return
	}
	for _, w := range words {
		if w.known() && strings.Contains(w.text, "{}") {
			w = below(w, roots)
			w.plain, w.some, w.away = names.plain, names.some, names.follow
		}
		inner.argv = append(inner.argv, w)
	}
	if inner.full == nil {
		inner.full = shownAll(c.argv)
	}
	if inner.wraps++; inner.wraps > maxWraps {
		panic(tooMuch("wraps a command too often"))
	}
	inner.run()
}

// below is the word {} of find -exec: a name below one of the roots.
func below(w word, roots []word) word {
	out := word{kind: unknown, src: w.src, computed: true}
	if w.text != "{}" || len(roots) != 1 || !roots[0].known() || strings.HasPrefix(roots[0].text, "-") {
		at := strings.Index(w.text, "{}")
		out.text = w.text[:at]
		if at == 0 && len(roots) > 0 && roots[0].known() && !strings.HasPrefix(roots[0].text, "-") {
			out.text = roots[0].text // begins like a root, so it is no option
		}
		return out
	}
	out.kind = glob
	out.text = escapeGlob(strings.TrimSuffix(roots[0].text, "/")) + "/**"
	return out
}
