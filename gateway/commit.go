package gateway

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
)

// gitCommand is one call of git, taken apart.
type gitCommand struct {
	dir   string   // from -C, as given; "" is the current folder
	args  []string // --git-dir, --work-tree, to be given again
	sub   string   // "commit"
	rest  []shell.Word
	known bool // every word before the subcommand is
}

// parseGit takes apart a part whose program is git.
func parseGit(argv []shell.Word) (g gitCommand, ok bool) {
	if len(argv) == 0 || !argv[0].Known || path.Base(argv[0].Text) != "git" {
		return g, false
	}
	g.known = true
	for i := 1; i < len(argv); i++ {
		w := argv[i].Text
		g.known = g.known && argv[i].Known
		if !strings.HasPrefix(w, "-") {
			g.sub, g.rest = w, argv[i+1:]
			return g, argv[i].Known
		}
		name, value, has := strings.Cut(w, "=")
		switch name {
		case "-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source", "--super-prefix":
			if !has {
				if i++; i >= len(argv) {
					return g, false
				}
				value = argv[i].Text
				g.known = g.known && argv[i].Known
			}
			switch name {
			case "-C":
				if path.IsAbs(value) {
					g.dir = value
				} else {
					g.dir = path.Join(g.dir, value)
				}
			case "--git-dir", "--work-tree":
				g.args = append(g.args, name+"="+value)
			}
		}
	}
	return g, false
}

// commitOptions are what decides about the content and the message of a commit.
type commitOptions struct {
	messages []string // of -m, in order
	file     string   // of -F
	from     string   // what else the message is taken from, in words
	all      bool
	amend    bool
	include  bool
	only     bool
	noEdit   bool
	paths    []string
	unknown  string // why this cannot be said
}

// takesValue are the options of git commit with a value in the same or the next word.
const takesValue = "mFcCt"

func parseCommit(words []shell.Word) (o commitOptions) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		value := func(name string) string {
			if _, v, has := strings.Cut(w.Text, "="); has && strings.HasPrefix(w.Text, "--") {
				return v
			}
			if i++; i >= len(words) {
				return ""
			}
			if !words[i].Known && name != "--message" {
				o.unknown = "it depends on " + words[i].Text
			}
			return words[i].Text
		}
		switch {
		case w.Text == "--":
			for _, p := range words[i+1:] {
				o.path(p)
			}
			return o
		case strings.HasPrefix(w.Text, "--"):
			name, _, _ := strings.Cut(w.Text, "=")
			switch long(name) {
			case "--message":
				known := w.Known
				at := i
				v := value("--message")
				if i != at {
					known = i < len(words) && words[i].Known
				}
				o.message(v, known)
			case "--file":
				o.file = value(name)
			case "--all":
				o.all = true
			case "--amend":
				o.amend = true
			case "--include":
				o.include = true
			case "--only":
				o.only = true
			case "--no-edit":
				o.noEdit = true
			case "--reuse-message", "--reedit-message", "--fixup", "--squash":
				o.from = long(name)[2:] + " " + value(name)
			case "--author", "--date", "--template", "--trailer", "--cleanup", "--pathspec-from-file":
				value(name)
				if long(name) == "--pathspec-from-file" {
					o.unknown = "it takes its paths from a file"
				}
			case "--patch", "--interactive":
				o.unknown = "the changes are chosen while it runs"
			}
		case strings.HasPrefix(w.Text, "-") && w.Text != "-":
			i = o.short(words, i)
		default:
			o.path(w)
		}
	}
	return o
}

// short reads a cluster of short options and gives the index of the last word used.
func (o *commitOptions) short(words []shell.Word, i int) int {
	cluster := words[i].Text[1:]
	for j := 0; j < len(cluster); j++ {
		c := cluster[j]
		if strings.IndexByte(takesValue, c) >= 0 {
			v, known := cluster[j+1:], words[i].Known
			if v == "" {
				if i++; i >= len(words) {
					return i
				}
				v, known = words[i].Text, words[i].Known
			}
			switch c {
			case 'm':
				o.message(v, known)
			case 'F':
				o.file = v
				if !known {
					o.unknown = "it depends on " + v
				}
			case 'c', 'C':
				o.from = "reuse-message " + v
			}
			return i
		}
		switch c {
		case 'a':
			o.all = true
		case 'i':
			o.include = true
		case 'o':
			o.only = true
		case 'p':
			o.unknown = "the changes are chosen while it runs"
		case 'S', 'u': // the rest of the word is theirs
			return i
		}
	}
	return i
}

// long completes an abbreviated long option, of those that matter here.
func long(name string) string {
	names := []string{
		"--message", "--file", "--all", "--amend", "--include", "--only", "--no-edit", "--reuse-message", "--reedit-message",
		"--fixup", "--squash", "--author", "--date", "--template", "--trailer", "--cleanup", "--pathspec-from-file", "--patch", "--interactive",
	}
	if slices.Contains(names, name) {
		return name
	}
	found := ""
	for _, n := range names {
		if strings.HasPrefix(n, name) && len(name) > 2 {
			if found != "" {
				return name
			}
			found = n
		}
	}
	if found == "" {
		return name
	}
	return found
}

func (o *commitOptions) path(w shell.Word) {
	if !w.Known {
		o.unknown = "it depends on " + w.Text
		return
	}
	o.paths = append(o.paths, w.Text)
}

func (o *commitOptions) message(text string, known bool) {
	if !known {
		if doc, ok := hereDocument(text); ok {
			text = doc
		} else {
			text += " (known only when it runs)"
		}
	}
	o.messages = append(o.messages, text)
}

// hereDocument reads the text out of "$(cat <<'EOF' … EOF)", the way in which
// agents pass messages of several lines.
func hereDocument(source string) (text string, ok bool) {
	s := strings.TrimSpace(source)
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	s, ok = strings.CutPrefix(s, "$(cat <<")
	if !ok {
		return "", false
	}
	s, ok = strings.CutSuffix(strings.TrimSpace(s), ")")
	if !ok {
		return "", false
	}
	head, doc, ok := strings.Cut(s, "\n")
	if !ok {
		return "", false
	}
	tabs := strings.HasPrefix(head, "-")
	mark := strings.TrimSpace(strings.TrimPrefix(head, "-"))
	quoted := false
	for _, q := range []string{"'", `"`} {
		if len(mark) > 2 && strings.HasPrefix(mark, q) && strings.HasSuffix(mark, q) {
			mark, quoted = mark[1:len(mark)-1], true
		}
	}
	doc, ok = strings.CutSuffix(strings.TrimRight(doc, " \t\n"), mark)
	if !ok || mark == "" || doc != "" && !strings.HasSuffix(strings.TrimRight(doc, "\t"), "\n") {
		return "", false
	}
	if strings.Contains("\n"+doc, "\n"+mark+"\n") || !quoted && strings.ContainsAny(doc, "$`\\") {
		return "", false
	}
	rows := strings.Split(strings.TrimRight(doc, "\t\n"), "\n")
	if tabs {
		for i := range rows {
			rows[i] = strings.TrimLeft(rows[i], "\t")
		}
	}
	return strings.Join(rows, "\n"), true
}

// change is what a commit would hold.
type change struct {
	files       []string // "M src/a.go", safe
	cut         int
	plus, minus int
	diff        []string
	diffCut     int
	problem     string // why it is not known, or what it does not show
}

// maxFiles bounds the listed files of a commit.
const maxFiles = 2_000

// preview asks git what the commit would hold, after the git add, rm and commit
// options that lead to it.
func (r *repository) preview(before []gitCommand, o commitOptions) (c change, err error) {
	run := func(args ...string) {
		if err == nil {
			_, err = r.git(args...)
		}
	}
	partial := len(o.paths) > 0 && !o.include // only these, whatever is in the index
	base := "HEAD"
	if _, e := r.git("rev-parse", "--verify", "--quiet", "HEAD^{commit}"); e != nil {
		base = ""
	}
	for _, g := range before {
		args := make([]string, 0, len(g.rest)+2)
		for _, w := range g.rest {
			args = append(args, w.Text)
		}
		switch g.sub {
		case "add", "stage":
			run(append([]string{"add"}, args...)...)
		case "rm":
			run(append([]string{"rm", "--cached"}, args...)...)
		}
	}
	if partial && base != "" {
		run("read-tree", base)
	}
	if o.all {
		run("add", "-u", ":/")
	}
	if len(o.paths) > 0 {
		run(append([]string{"add", "-u", "--"}, o.paths...)...)
	}
	if o.amend && base != "" {
		if _, e := r.git("rev-parse", "--verify", "--quiet", "HEAD^{commit}^"); e == nil {
			base = "HEAD^"
		} else if tree, e := r.git("hash-object", "-t", "tree", "-w", "--stdin"); e == nil {
			base = strings.TrimSpace(string(tree))
		}
	}
	if err != nil {
		return c, err
	}
	diff := []string{"diff", "--cached", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty", "--no-relative"}
	if base != "" {
		diff = append(diff, base)
	}
	with := func(args ...string) []string { return append(slices.Clone(diff), args...) }
	names, err := r.git(with("--name-status", "-z")...)
	if err != nil {
		return c, err
	}
	c.readNames(names)
	counts, err := r.git(with("--numstat", "-z")...)
	if err != nil {
		return c, err
	}
	c.readCounts(counts)
	whole, err := r.git(with("--unified=3")...)
	if err != nil {
		return c, err
	}
	var b body
	for _, l := range lines(whole) {
		b.add("", l)
	}
	c.diff, c.diffCut = b.rows, b.cut
	return c, nil
}

// readNames reads git diff --name-status -z: a status and a path, for renames and
// copies two, each ended by NUL.
func (c *change) readNames(out []byte) {
	fields := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	for i := 0; i+1 < len(fields); i++ {
		status, name := fields[i], ""
		i++
		if name = display.Safe(fields[i]); (status[:1] == "R" || status[:1] == "C") && i+1 < len(fields) {
			i++
			name += " → " + display.Safe(fields[i])
		}
		if len(c.files) >= maxFiles {
			c.cut++
			continue
		}
		c.files = append(c.files, status[:1]+" "+name)
	}
}

// readCounts sums git diff --numstat -z; "-" stands for a binary file.
func (c *change) readCounts(out []byte) {
	for record := range strings.SplitSeq(string(out), "\x00") {
		plus, rest, ok := strings.Cut(strings.TrimLeft(record, "\n"), "\t")
		if !ok {
			continue
		}
		minus, _, _ := strings.Cut(rest, "\t")
		p, _ := strconv.Atoi(plus)
		m, _ := strconv.Atoi(minus)
		c.plus += p
		c.minus += m
	}
}

func stats(plus, minus int) string { return fmt.Sprintf("+%d, -%d", plus, minus) }
