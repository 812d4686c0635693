package watch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Whoever starts a session waits for git's answers, and for each name that it is asked
// about git looks on the disk: of 200,000 names that it does not track yet, longer than
// the watch itself takes. Of most names no rule can be meant, because what a rule means
// ends as the rule does. So far rules are read here, for a baseline, and no further:
// which name is ignored is git's to say. What is read wrongly errs to one side, since a
// name that git is not asked about is watched.

// rules are the ends of all rules that were read, wherever they hold.
type rules struct {
	names map[string]bool // as they are; true: only of a folder
	ends  []end
	all   bool // nobody knows
	last  meant
}

// meant says of a folder that a rule may mean it or one that it is in.
type meant struct {
	dir string // "": none was asked about
	may bool
}

// end is how the path ends that a rule with a wildcard means.
type end struct {
	below       string // one of the folders that it is in, between slashes; "": any
	first, last string // how its name begins and ends
	folder      bool   // and it is a folder's
}

const (
	maxRules = 1 << 20 // bytes of a file with rules
	maxEnds  = 256     // with more it is no longer faster than to ask
)

// mayMean says that some rule may mean a path, or a folder that it is in: git may track
// something there. Without rules each path is asked about.
func (r *rules) mayMean(path string, folder bool) bool {
	if r == nil || r.all || len(r.ends) > maxEnds {
		return true
	}
	dir, _ := split(path)
	if dir != r.last.dir { // names come by folders
		r.last = meant{dir: dir}
		for above := dir; above != "" && !r.last.may; above, _ = split(above) {
			r.last.may = r.means(above, true)
		}
	}
	return r.last.may || r.means(path, folder)
}

func (r *rules) means(path string, folder bool) bool {
	path = lower(path)
	dir, name := split(path)
	if only, has := r.names[name]; has && (folder || !only) {
		return true
	}
	return slices.ContainsFunc(r.ends, func(e end) bool {
		return (folder || !e.folder) && strings.HasPrefix(name, e.first) && strings.HasSuffix(name, e.last) &&
			(e.below == "" || strings.Contains("/"+dir+"/", e.below))
	})
}

// lower makes letters small as git does where it takes large ones for the same.
func lower(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return 'A' <= r && r <= 'Z' }) {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// read reads a file with rules, which need not be there.
func (r *rules) read(path string) {
	r.last = meant{}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		r.all = r.all || !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR)
		return
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxRules+1))
	r.all = r.all || err != nil || len(text) > maxRules
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	for line := range strings.SplitSeq(string(text), "\n") {
		r.add(strings.TrimSuffix(line, "\r"))
	}
}

// add takes up a rule.
func (r *rules) add(rule string) {
	rule = lower(strings.TrimRight(rule, " "))
	if rule == "" || rule[0] == '#' || rule[0] == '!' { // which takes out what others mean
		return
	}
	rule, folder := strings.CutSuffix(rule, "/")
	parts := strings.Split(rule, "/")
	name, above := parts[len(parts)-1], parts[:len(parts)-1]
	switch {
	case name == "": // of several slashes at the end git takes one
		r.ends = append(r.ends, end{folder: folder})
		return
	case strings.ContainsAny(rule, `[]\`): // a slash need not part names
		r.ends = append(r.ends, end{last: name[strings.LastIndexAny(name, `*?[]\`)+1:], folder: folder})
		return
	}
	if wild := strings.IndexAny(name, "*?"); wild >= 0 {
		e := end{first: name[:wild], last: name[strings.LastIndexAny(name, "*?")+1:], folder: folder}
		for _, part := range above {
			if part != "" && !strings.ContainsAny(part, "*?") {
				e.below = "/" + part + "/"
			}
		}
		r.ends = append(r.ends, e)
		return
	}
	if r.names == nil {
		r.names = map[string]bool{}
	}
	only, known := r.names[name]
	r.names[name] = folder && (only || !known)
}

// readRules reads the rules that hold in all of the project; those in its folders
// follow where they are found.
func (g *ignorer) readRules(ctx context.Context) *rules {
	if g.git == "" {
		return nil
	}
	r := &rules{}
	ctx, cancel := context.WithTimeout(ctx, ignoreTimeout)
	defer cancel()
	var said bytes.Buffer
	out, err := g.command(ctx, "", &said, "config", "-z", "--type=path", "--get", "core.excludesFile").Output()
	file := strings.TrimSuffix(string(out), "\x00")
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() == 1: // it is where it is by itself
		dir := os.Getenv("XDG_CONFIG_HOME")
		if dir == "" {
			dir = filepath.Join(os.Getenv("HOME"), ".config")
		}
		file = filepath.Join(dir, "git/ignore")
	case err != nil:
		return &rules{all: true}
	case file != "" && !filepath.IsAbs(file):
		file = filepath.Join(g.root, file)
	}
	r.read(file)
	own := filepath.Join(g.root, ".git")
	if folders := GitFolders(g.root); len(folders) > 0 {
		own = folders[len(folders)-1]
	}
	r.read(filepath.Join(own, "info/exclude"))
	return r
}

// readFound reads the rules among names that are there.
func (g *ignorer) readFound(names []name) {
	if g.rules == nil {
		return
	}
	for _, n := range names {
		if _, last := split(n.path); last == ".gitignore" {
			g.rules.read(filepath.Join(g.root, n.path))
		}
	}
}
