package gateway

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
)

// maxSubjects bounds the commits that are named of a push.
const maxSubjects = 5

// pushed is what decides what a git push publishes.
type pushed struct {
	remote  string
	refs    []string // as given
	all     string   // "all branches", "everything"; "" for the refs alone
	tags    bool
	remove  bool
	force   bool
	unknown string // the word that is known only when it runs
}

func parsePush(words []shell.Word) (p pushed) {
	var operands []string
	options := true
	for i := 0; i < len(words); i++ {
		w := words[i]
		name, _, given := strings.Cut(w.Text, "=")
		switch {
		case !w.Known:
			p.unknown = w.Text
			return p
		case !options || !strings.HasPrefix(w.Text, "-"):
			operands = append(operands, w.Text)
		case w.Text == "--":
			options = false
		case name == "--all", name == "--branches":
			p.all = "all branches"
		case name == "--mirror":
			p.all, p.force = "every branch and tag", true
		case name == "--tags", name == "--follow-tags":
			p.tags = true
		case name == "--delete":
			p.remove = true
		case name == "--force", name == "--force-with-lease":
			p.force = true
		case name == "--repo" && given:
			p.remote = strings.TrimPrefix(w.Text, "--repo=")
		case slices.Contains([]string{"--repo", "--receive-pack", "--exec", "--push-option", "-o"}, w.Text):
			if i++; name == "--repo" && i < len(words) {
				p.remote = words[i].Text
			}
		case !strings.HasPrefix(w.Text, "--"):
			p.force = p.force || strings.Contains(w.Text, "f")
			p.remove = p.remove || strings.Contains(w.Text, "d")
		}
	}
	if len(operands) > 0 {
		p.remote, p.refs = operands[0], operands[1:]
	}
	return p
}

// publishes says of each git push what would leave the machine: which commits, to
// where, and what of the other side is lost. It counts against what is known here
// of the other side; nobody is asked over the network.
func (d *describing) publishes() {
	for i, part := range d.j.Parts {
		g, ok := parseGit(part.Argv)
		if !ok || g.sub != "push" {
			continue
		}
		dir, known := d.folder(g, i)
		p := parsePush(g.rest)
		switch {
		case !known:
			d.t.field("Publishes", "from a folder known only when it runs")
			continue
		case p.unknown != "":
			d.t.field("Publishes", "what is known only when it runs ("+p.unknown+")")
			continue
		}
		r, err := openRepository(dir, d.w.Home, g.args)
		if err != nil {
			d.t.field("Publishes", "what cannot be said: "+err.Error())
			continue
		}
		first := ""
		if slices.ContainsFunc(d.j.Parts[:i], func(b Part) bool {
			return slices.ContainsFunc(b.Effects, func(e Effect) bool { return e.Kind == shell.Commit })
		}) {
			first = ", and what the command commits first"
		}
		d.push(&other{repository: r}, p, first)
		r.close()
	}
}

// other is a repository and the one that it pushes to.
type other struct {
	*repository
	name  string
	to    string   // its name and address, for reading
	since []string // what it has, as far as is known here: arguments of git rev-list
}

// line is what git says on one line, "" where it fails.
func (o *other) line(args ...string) string {
	out, err := o.git(args...)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (d *describing) push(o *other, p pushed, first string) {
	branch := o.line("symbolic-ref", "-q", "--short", "HEAD")
	o.name = p.remote
	for _, key := range []string{"branch." + branch + ".pushRemote", "remote.pushDefault", "branch." + branch + ".remote"} {
		if o.name == "" {
			o.name = o.line("config", "--get", key)
		}
	}
	o.name = orElse(o.name, "origin")
	o.to = withoutUser(o.name)
	if url := o.line("remote", "get-url", "--push", "--", o.name); url != "" {
		o.to += " (" + withoutUser(url) + ")"
		o.since = []string{"--not", "--remotes=" + o.name}
	}
	switch {
	case p.all != "":
		d.new(o, p.all, []string{"--branches"}, "", first)
	case len(p.refs) == 0 && !p.tags:
		p.refs = []string{orElse(branch, "HEAD")}
	}
	if p.tags {
		d.t.field("Publishes", "tags to "+o.to)
	}
	for _, ref := range p.refs {
		src, dst, both := strings.Cut(strings.TrimPrefix(ref, "+"), ":")
		if !both {
			dst = src
		}
		if dst == "HEAD" || dst == "@" {
			dst = branch
		}
		dst = strings.TrimPrefix(dst, "refs/heads/")
		if p.remove || both && src == "" {
			d.t.field("Publishes", "the end of "+dst+" at "+o.to)
			continue
		}
		hash := o.line("rev-parse", "--verify", "--quiet", "--end-of-options", src+"^{commit}")
		if hash == "" {
			d.t.field("Publishes", src+" to "+o.to+": there is no such commit now"+first)
			continue
		}
		what := src
		if src == "HEAD" && branch != "" {
			what = branch
		}
		if dst != what {
			what += " as " + dst
		}
		was := ""
		if p.force || strings.HasPrefix(ref, "+") {
			was = o.line("rev-parse", "--verify", "--quiet", "--end-of-options", "refs/remotes/"+o.name+"/"+dst)
		}
		d.new(o, what, []string{hash}, was, first)
	}
}

// new says which commits are new to the other side and, given what it holds in
// their place, how many it loses.
func (d *describing) new(o *other, what string, revs []string, was, first string) {
	list := append(slices.Clone(revs), o.since...)
	n, err := strconv.Atoi(o.line(append([]string{"rev-list", "--count"}, list...)...))
	text := what + " to " + o.to + ": "
	switch {
	case err != nil:
		text += "how many commits cannot be said"
	case n == 0:
		text += "no commit that it does not have, as far as is known here"
	case o.since == nil:
		text += display.Count(n, "commit")
	default:
		text += display.Count(n, "new commit")
	}
	if was != "" {
		if lost, err := strconv.Atoi(o.line("rev-list", "--count", was, "--not", revs[0])); err == nil && lost > 0 {
			text += "; it loses " + display.Count(lost, "commit")
		}
	}
	d.t.field("Publishes", text+first)
	if n > 0 {
		subjects := strings.Split(o.line(append([]string{"log", "--no-show-signature", "--format=%h %s", "-n", strconv.Itoa(maxSubjects)}, list...)...), "\n")
		if n > maxSubjects {
			subjects = append(subjects, fmt.Sprintf("and %d more", n-maxSubjects))
		}
		d.t.field("Commits", strings.Join(subjects, "; "))
	}
}

// withoutUser is an address without the name and the password that it may hold.
func withoutUser(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return url
	}
	host, path, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	return scheme + "://" + host + "/" + path
}
