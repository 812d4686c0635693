package gateway

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxEmbedded bounds the repositories within the project's that are looked at.
const maxEmbedded = 16

// GitProgram says why git counts as running unknown programs in a repository: the
// first setting of the repository's own configuration that names one, or of that
// of a submodule or another repository which its index holds, for git status runs
// what those name too. What cannot be read in time counts as naming one. "" where
// there is none, or no repository. The answer holds as long as the files that
// decided it, which are named, stay as they are. It blocks for the time of some git
// commands, at most gitPatience.
func GitProgram(root string) (why string, files []string) {
	if _, err := exec.LookPath("git"); err != nil {
		return "", nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), gitPatience)
	defer cancel()
	l := gitLook{ctx: ctx, root: root, left: maxEmbedded}
	why = l.program("")
	return why, l.files
}

// gitLook is one look at a repository and those within it.
type gitLook struct {
	ctx   context.Context //nolint:containedctx // it lives as long as one call
	root  string
	left  int      // how many embedded ones may still be looked at
	files []string // that decide the answer
}

// decidedBy notes the files of a repository that say what its git runs, and which
// others it holds.
func (l *gitLook) decidedBy(dir string) {
	at := filepath.Join(dir, ".git")
	l.files = append(l.files, at)
	if text, err := readBounded(at, 4096); err == nil { // it says where the rest lies
		if to, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: "); ok {
			if at = to; !filepath.IsAbs(to) {
				at = filepath.Join(dir, to)
			}
		}
	}
	for _, name := range []string{"config", "config.worktree", "index"} {
		l.files = append(l.files, filepath.Join(at, name))
	}
	if text, err := readBounded(filepath.Join(at, "commondir"), 4096); err == nil { // a linked worktree: most of it is there
		common := strings.TrimSpace(string(text))
		if !filepath.IsAbs(common) {
			common = filepath.Join(at, common)
		}
		l.files = append(l.files, filepath.Join(at, "commondir"), filepath.Join(common, "config"))
	}
}

// program is GitProgram of the repository at root/name.
func (l *gitLook) program(name string) string {
	r := &repository{ctx: l.ctx, dir: filepath.Join(l.root, name)}
	l.decidedBy(r.dir)
	// Whose the repository is decides whether the agent's git reads it, not this one.
	r.env = r.environment(append(overrides(), [2]string{"safe.directory", "*"}))
	in := ""
	if name != "" {
		r.env = append(r.env, "GIT_CEILING_DIRECTORIES="+filepath.Dir(r.dir))
		in = " in " + strconv.Quote(name)
	}
	if why := r.configured(); why != "" {
		return why + in
	}
	names, why := r.embedded()
	if why != "" {
		return why + in
	}
	for _, n := range names {
		if _, err := os.Lstat(filepath.Join(r.dir, n, ".git")); errors.Is(err, fs.ErrNotExist) {
			continue // a submodule that is not checked out
		}
		if l.left--; l.left < 0 {
			return "it holds more than " + strconv.Itoa(maxEmbedded) + " repositories"
		}
		if why := l.program(filepath.Join(name, n)); why != "" {
			return why
		}
	}
	return ""
}

// configured gives the first setting of the repository's own that names a program.
func (r *repository) configured() string {
	for _, scope := range []string{"--local", "--worktree"} {
		out, err := r.git("config", scope, "--includes", "--null", "--list")
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			continue // no repository, or no configuration of that scope
		}
		if err != nil {
			return "its configuration cannot be read: " + err.Error()
		}
		if len(out) >= gitOutput {
			return "its configuration is too large to be read"
		}
		for setting := range strings.SplitSeq(string(out), "\x00") {
			name, value, set := strings.Cut(setting, "\n")
			if !set {
				value = "true" // as git takes it
			}
			if runsProgram(name, value) {
				return name + " is set"
			}
		}
	}
	return ""
}

// embedded are the folders of the repositories that the index holds.
func (r *repository) embedded() (names []string, why string) {
	if _, err := r.git("rev-parse", "--git-dir"); err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return nil, "" // no repository
		}
		return nil, "it cannot be read: " + err.Error()
	}
	links := &gitLinks{}
	if err := r.into(links, "ls-files", "--stage", "-z", ":/"); err != nil {
		var exit *exec.ExitError
		if out, e := r.git("rev-parse", "--is-inside-work-tree"); errors.As(err, &exit) && e == nil && strings.TrimSpace(string(out)) == "false" {
			return nil, "" // a bare one has nothing checked out
		}
		return nil, "its index cannot be read: " + err.Error()
	}
	if links.many {
		return nil, "it holds more than " + strconv.Itoa(maxLinks) + " submodules"
	}
	return links.names, ""
}

// maxLinks bounds the submodules whose folders are looked for.
const maxLinks = 1000

// gitLinks takes what git ls-files --stage -z writes and keeps the names of the
// entries that are repositories: of a large index that is nearly nothing.
type gitLinks struct {
	names []string
	part  []byte
	many  bool
}

// Write implements io.Writer; it never fails.
func (g *gitLinks) Write(p []byte) (int, error) {
	n := len(p)
	for {
		entry, rest, ended := bytes.Cut(p, []byte{0})
		g.part = append(g.part, entry...)
		if !ended {
			return n, nil
		}
		if name := g.part; bytes.HasPrefix(name, []byte("160000 ")) {
			if len(g.names) < maxLinks {
				_, name, _ = bytes.Cut(name, []byte{'\t'})
				g.names = append(g.names, string(name))
			} else {
				g.many = true
			}
		}
		g.part, p = g.part[:0], rest
	}
}

// off tells whether git reads a setting's value as false.
func off(value string) bool {
	return value == "" || value == "0" || slices.Contains([]string{"false", "no", "off"}, strings.ToLower(value))
}

// runsProgram tells whether a setting makes git run something. git prints section
// and key in lower case.
func runsProgram(name, value string) bool {
	section, rest, _ := strings.Cut(name, ".")
	key := name[strings.LastIndexByte(name, '.')+1:]
	switch section {
	case "alias", "pager", "include", "includeif": // a file that is included may say anything later
		return true
	case "core":
		switch rest {
		case "fsmonitor":
			return !off(value)
		case "pager", "editor", "sshcommand", "askpass", "hookspath", "gitproxy", "alternaterefscommand":
			return true
		}
	case "diff":
		return rest == "external" || key == "textconv" || key == "command"
	case "filter":
		return key == "clean" || key == "smudge" || key == "process"
	case "merge":
		return key == "driver"
	case "gpg", "interactive", "sequence", "uploadpack", "credential":
		return key == "program" || key == "difffilter" || key == "editor" || key == "packobjectshook" || key == "helper" || key == "defaultkeycommand"
	case "trailer", "tar", "hook", "difftool", "mergetool", "guitool", "browser", "man":
		return key == "cmd" || key == "command" || key == "path" && section != "tar"
	case "extensions":
		return rest == "partialclone"
	case "remote": // what is missing is fetched when it is looked at
		return key == "uploadpack" || key == "receivepack" || key == "vcs" || key == "partialclonefilter" || key == "promisor" && !off(value)
	case "protocol":
		return (rest == "allow" || rest == "ext.allow") && value != "never"
	case "submodule":
		return key == "update" && strings.HasPrefix(value, "!")
	case "sendemail", "imap":
		return strings.HasSuffix(key, "cmd") || key == "smtpserver" || key == "tunnel"
	case "init":
		return rest == "templatedir"
	}
	return false
}
