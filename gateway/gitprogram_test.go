package gateway

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// git runs one in dir, as the operator would.
func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v: %s", args, err, out)
	}
}

func TestARepositoryThatNamesAProgramIsNotReadOnly(t *testing.T) {
	for setting, want := range map[string]string{
		"core.fsmonitor=evil":             "core.fsmonitor is set",
		"core.fsmonitor=false":            "",
		"core.pager=sh -c x":              "core.pager is set",
		"alias.st=!evil":                  "alias.st is set",
		"pager.log=evil":                  "pager.log is set",
		"diff.external=evil":              "diff.external is set",
		"diff.pdf.textconv=evil":          "diff.pdf.textconv is set",
		"core.sshCommand=evil":            "core.sshcommand is set",
		"core.hooksPath=.evil":            "core.hookspath is set",
		"filter.x.clean=evil":             "filter.x.clean is set",
		"include.path=../later":           "include.path is set",
		"trailer.foo.cmd=evil":            "trailer.foo.cmd is set",
		"trailer.foo.command=evil":        "trailer.foo.command is set",
		"trailer.separators=:":            "",
		"tar.foo.command=evil":            "tar.foo.command is set",
		"tar.umask=022":                   "",
		"extensions.partialClone=o":       "extensions.partialclone is set",
		"remote.o.promisor=true":          "remote.o.promisor is set",
		"remote.o.promisor=false":         "",
		"remote.o.partialCloneFilter=x":   "remote.o.partialclonefilter is set",
		"remote.o.uploadpack=evil":        "remote.o.uploadpack is set",
		"remote.o.receivepack=evil":       "remote.o.receivepack is set",
		"remote.o.vcs=evil":               "remote.o.vcs is set",
		"remote.o.fetch=+refs/*:refs/o/*": "",
		"protocol.ext.allow=always":       "protocol.ext.allow is set",
		"protocol.ext.allow=never":        "",
		"protocol.allow=always":           "protocol.allow is set",
		"protocol.version=2":              "",
		"submodule.s.update=!evil":        "submodule.s.update is set",
		"submodule.s.update=rebase":       "",
		"gpg.ssh.defaultKeyCommand=evil":  "gpg.ssh.defaultkeycommand is set",
		"difftool.x.cmd=evil":             "difftool.x.cmd is set",
		"mergetool.x.path=evil":           "mergetool.x.path is set",
		"man.x.cmd=evil":                  "man.x.cmd is set",
		"sendemail.toCmd=evil":            "sendemail.tocmd is set",
		"init.templateDir=evil":           "init.templatedir is set",
		"user.name=me":                    "",
		"remote.origin.url=/somewhere":    "",
	} {
		dir := t.TempDir()
		name, value, _ := strings.Cut(setting, "=")
		git(t, dir, "init", "-q")
		git(t, dir, "config", name, value)
		if got, _ := GitProgram(dir); got != want {
			t.Errorf("%s: %q, want %q", setting, got, want)
		}
	}
	if got, _ := GitProgram(t.TempDir()); got != "" {
		t.Errorf("no repository: %q", got)
	}
}

// A setting without a value is true, which is not the same as an empty one.
func TestASettingWithoutAValue(t *testing.T) {
	for line, want := range map[string]string{
		"[core]\n\tfsmonitor\n":            "core.fsmonitor is set",
		"[core]\n\tfsmonitor =\n":          "",
		"[remote \"o\"]\n\tpromisor\n":     "remote.o.promisor is set",
		"[remote \"o\"]\n\tpromisor = 0\n": "",
	} {
		dir := t.TempDir()
		git(t, dir, "init", "-q")
		put(t, dir+"/.git/config", line)
		if got, _ := GitProgram(dir); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

// git status asks what changed in the repositories that the index holds, and runs
// what they name.
func TestAnEmbeddedRepositoryThatNamesAProgram(t *testing.T) {
	embed := func(t *testing.T, dir, name string) {
		t.Helper()
		git(t, dir, "init", "-q", name)
		git(t, dir+"/"+name, "commit", "-q", "--allow-empty", "-m", "x")
		git(t, dir, "-c", "advice.addEmbeddedRepo=false", "add", name)
	}
	dir := t.TempDir()
	git(t, dir, "init", "-q")
	embed(t, dir, "a b")
	embed(t, dir+"/a b", "deep")
	put(t, dir+"/file", "x")
	put(t, dir+"/sub/file", "x")
	git(t, dir, "add", "file")
	if got, _ := GitProgram(dir); got != "" {
		t.Fatalf("one that names none: %q", got)
	}
	git(t, dir+"/a b/deep", "config", "core.fsmonitor", "evil")
	if got, want := reason(GitProgram(dir)), `core.fsmonitor is set in "a b/deep"`; got != want {
		t.Errorf("a repository in a repository: %q, want %q", got, want)
	}
	git(t, dir+"/a b", "config", "core.fsmonitor", "evil")
	if got, want := reason(GitProgram(dir)), `core.fsmonitor is set in "a b"`; got != want {
		t.Errorf("an embedded repository: %q, want %q", got, want)
	}
	if got, want := reason(GitProgram(dir+"/sub")), `core.fsmonitor is set in "../a b"`; got != want {
		t.Errorf("from a folder of the repository: %q, want %q", got, want)
	}
	git(t, dir, "rm", "-q", "-f", "--cached", "a b")
	if got, _ := GitProgram(dir); got != "" {
		t.Errorf("one that is not in the index: %q", got)
	}

	many := t.TempDir()
	git(t, many, "init", "-q")
	for i := range maxEmbedded + 1 {
		embed(t, many, "r"+strconv.Itoa(i))
	}
	if got, _ := GitProgram(many); !strings.Contains(got, "more than") {
		t.Errorf("more than are looked at: %q", got)
	}
}

// What git refuses to read may still be read by the next git.
func TestAnIndexThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	git(t, dir, "init", "-q")
	put(t, dir+"/.git/index", "no index")
	if got, _ := GitProgram(dir); !strings.Contains(got, "cannot be read") {
		t.Errorf("%q", got)
	}
}

func reason(why string, _ []string) string { return why }

// The answer holds as long as the files that decided it: those of a repository
// within the project's are among them.
func TestGitProgramNamesTheFilesThatDecidedIt(t *testing.T) {
	dir := t.TempDir()
	git(t, dir, "init", "-q")
	git(t, dir, "init", "-q", "in")
	git(t, dir+"/in", "commit", "-q", "--allow-empty", "-m", "x")
	git(t, dir, "-c", "advice.addEmbeddedRepo=false", "add", "in")
	why, files := GitProgram(dir)
	for _, want := range []string{".git/config", ".git/index", "in/.git/config", "in/.git/index"} {
		if why != "" || !slices.Contains(files, filepath.Join(dir, want)) {
			t.Errorf("%q: %s is not among %q", why, want, files)
		}
	}
}

// A linked worktree has its settings where the repository has them.
func TestASettingOfTheRepositoryThatALinkedWorktreeBelongsTo(t *testing.T) {
	dir := t.TempDir()
	git(t, dir, "init", "-q")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "x")
	tree := filepath.Join(t.TempDir(), "tree")
	git(t, dir, "worktree", "add", "-q", tree)
	why, files := GitProgram(tree)
	if want := filepath.Join(dir, ".git", "config"); why != "" || !slices.Contains(files, want) {
		t.Errorf("%q: %s is not among %q", why, want, files)
	}
	git(t, dir, "config", "core.fsmonitor", "evil")
	if why, _ := GitProgram(tree); why != "core.fsmonitor is set" {
		t.Errorf("with a monitor: %q", why)
	}
}
