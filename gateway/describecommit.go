package gateway

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"kavi/gateway/display"
	"kavi/gateway/shell"
)

// commit describes a command that commits, if it is one and does nothing graver:
// that is then shown as a command, with the commit's message beside.
func (d *describing) commit() bool {
	at, g := d.findCommit()
	if at < 0 {
		return false
	}
	t := &d.t
	o := parseCommit(g.rest)
	message := d.message(g, o, at)
	subject, rest, _ := strings.Cut(strings.TrimSpace(message), "\n")
	verb := "Commit"
	if o.amend {
		verb = "Amend"
	}
	form := d.j.Risk == Low || d.j.Risk == Medium || d.j.Part == at
	if form {
		t.Form, t.Verb = FormCommit, verb
		t.Object = display.Safe(`"` + subject + `"`)
	}
	t.field("Message", subject)
	t.field("Details", strings.TrimSpace(rest))
	c, err := d.change(g, o, at)
	if err != nil {
		t.field("Problem", "its files cannot be listed: "+err.Error())
	}
	t.field("Problem", c.problem)
	if err == nil && form {
		t.Body, t.BodyIs, t.Cut = c.files, "files", c.cut
		t.Lines, t.Diff = stats(c.plus, c.minus), c.diff
		t.field("Stats", t.Lines)
		if len(c.files) == 0 {
			t.BodyIs = ""
			t.field("Files changed", "none")
		}
		if c.diffCut > 0 {
			t.Diff = append(t.Diff, display.Safe("… and more"))
		}
	} else if err == nil {
		t.field("Files changed", strings.Join(c.files[:min(len(c.files), 50)], ", "))
	}
	d.commandFields()
	return true
}

// findCommit gives the first part that is a git commit, -1 if there is none.
func (d *describing) findCommit() (int, gitCommand) {
	for i, p := range d.j.Parts {
		if g, ok := parseGit(p.Argv); ok && g.sub == "commit" {
			return i, g
		}
	}
	return -1, gitCommand{}
}

// maxMessage bounds a message that is read from a file.
const maxMessage = 64 << 10

// message puts together what the commit's message will be, or says where it comes from.
func (d *describing) message(g gitCommand, o commitOptions, at int) string {
	switch {
	case len(o.messages) > 0:
		return strings.Join(o.messages, "\n\n")
	case o.file == "-":
		return "(read from standard input)"
	case o.file != "":
		dir, known := d.folder(g, at)
		file := o.file
		if !path.IsAbs(file) {
			if !known {
				return "(read from " + o.file + ")"
			}
			file = path.Join(dir, file)
		}
		b, err := readBounded(file, maxMessage)
		if err != nil {
			return "(read from " + o.file + ", which " + problem(err) + ")"
		}
		return string(b)
	case o.from != "":
		return "(" + o.from + ")"
	case o.amend && o.noEdit:
		return "(that of the commit that is amended)"
	}
	return "(written in an editor)"
}

func problem(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "is not there"
	case errors.Is(err, errTooLarge):
		return "is too large"
	}
	return "cannot be read"
}

// folder is where the part at runs git: the call's folder, after each cd that
// stands before it, and git's own -C.
func (d *describing) folder(g gitCommand, at int) (dir string, known bool) {
	dir = d.c.Cwd
	for _, p := range d.j.Parts[:at] {
		if len(p.Argv) == 0 || !p.Argv[0].Known || p.Argv[0].Text != "cd" {
			continue
		}
		if len(p.Argv) != 2 || !p.Argv[1].Known || p.Argv[1].Text == "-" {
			return "", false
		}
		if to := p.Argv[1].Text; path.IsAbs(to) {
			dir = to
		} else {
			dir = path.Join(dir, to)
		}
	}
	if g.dir != "" && path.IsAbs(g.dir) {
		dir = g.dir
	} else {
		dir = path.Join(dir, g.dir)
	}
	return dir, g.known && path.IsAbs(dir)
}

var errUnknownFolder = errors.New("its folder is known only when it runs")

// change asks git what the commit would hold.
func (d *describing) change(g gitCommand, o commitOptions, at int) (change, error) {
	if o.unknown != "" {
		return change{}, errors.New(o.unknown)
	}
	dir, known := d.folder(g, at)
	if !known {
		return change{}, errUnknownFolder
	}
	var before []gitCommand
	moved, wrote := false, false
	for i, p := range d.j.Parts[:at] {
		b, isGit := parseGit(p.Argv)
		if !isGit {
			wrote = wrote || changesFiles(p)
			continue
		}
		from, ok := d.folder(b, i)
		if !ok || from != dir || b.sub == "mv" {
			moved = true
			continue
		}
		if b.sub != "add" && b.sub != "stage" && b.sub != "rm" {
			wrote = wrote || changesFiles(p)
			continue
		}
		for _, w := range b.rest {
			if !w.Known {
				return change{}, errors.New("it depends on " + w.Text)
			}
		}
		before = append(before, b)
	}
	r, err := openRepository(dir, d.w.Home, g.args)
	if err != nil {
		return change{}, err
	}
	defer r.close()
	c, err := r.preview(before, o)
	if err == nil && (moved || wrote) {
		c.problem = "earlier parts of the command change files first; this is what there is now"
	}
	return c, err
}

func changesFiles(p Part) bool {
	for _, e := range p.Effects {
		if e.Kind != shell.Read && e.Kind != shell.Network {
			return true
		}
	}
	return false
}
