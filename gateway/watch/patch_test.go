package watch

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func (p *project) apply(patch []byte, args ...string) {
	p.t.Helper()
	c := exec.Command("git", append([]string{"apply", "--whitespace=nowarn"}, args...)...)
	c.Dir = p.root
	c.Stdin = bytes.NewReader(patch)
	if out, err := c.CombinedOutput(); err != nil {
		p.t.Fatalf("git apply %v: %v\n%s\n%q", args, err, out, patch)
	}
}

// gitsView is a snapshot as git sees it: no folders, two modes.
func gitsView(all map[string]string) map[string]string {
	view := map[string]string{}
	for path, s := range all {
		if strings.HasPrefix(s, "d") {
			continue
		}
		if strings.HasPrefix(s, "-r") {
			s = s[:4] + s[10:]
		}
		view[path] = s
	}
	return view
}

func TestGitTakesAPatchBack(t *testing.T) {
	p := newProject(t, map[string]string{
		"a": "1\n2\n3\n", "no newline": "1", "gone/deep/x": "1\n", "empty": "", "bin": "\x00\x01", "text to bin": "1\n", "script": "#!/bin/sh\n",
		"tab\there": "1\n", "we\xffird \"name\"\n": "1\n", "é": "1\n", "file to link": "1\n", "moved": "1\n2\n", "crlf": "1\r\n2\r\n", "-- a/x": "-- b\n", "filled": "",
	})
	p.must(os.Symlink("a", p.path("link")))
	p.run("git", "init", "-q")
	p.watched()
	before := gitsView(p.snapshot())
	p.write("a", "1\ntwo\n3")
	p.write("no newline", "1\n")
	p.must(os.RemoveAll(p.path("gone")))
	p.must(os.Remove(p.path("empty")))
	p.write("bin", "\x00\x02"+strings.Repeat("blob", 100))
	p.write("new bin", "\x00")
	p.write("text to bin", "\x00")
	p.must(os.Chmod(p.path("script"), 0o755))
	p.write("tab\there", "2\n")
	p.write("we\xffird \"name\"\n", "2\n")
	p.write("é", "2\n")
	p.must(os.Remove(p.path("file to link")))
	p.must(os.Symlink("a", p.path("file to link")))
	p.must(os.Rename(p.path("moved"), p.path("there")))
	p.write("crlf", "1\r\n2\n")
	p.write("-- a/x", "-- c\n")
	p.write("filled", "1\n")
	p.write("new", "")
	p.write("new script", "#!/bin/sh\n")
	p.must(os.Chmod(p.path("new script"), 0o755))
	p.must(os.Remove(p.path("link")))
	p.must(os.Symlink("script", p.path("link")))
	changes := p.changes()
	p.write("a", "1\ntwo\n3\n4\n")
	p.must(os.Chmod(p.path("a"), 0o755))
	changes = append(changes, p.changes()...)
	after := gitsView(p.snapshot())

	var b bytes.Buffer
	leftOut, err := p.w.Kept().Patch(&b, stored(t, changes))
	if err != nil || len(leftOut) > 0 {
		t.Errorf("%v %v", leftOut, err)
	}
	p.apply(b.Bytes(), "-R")
	if d := cmp.Diff(before, gitsView(p.snapshot())); d != "" {
		t.Errorf("after apply -R: %s", d)
	}
	p.apply(b.Bytes())
	if d := cmp.Diff(after, gitsView(p.snapshot())); d != "" {
		t.Errorf("after apply: %s", d)
	}
}

// The patch of one agent takes back what that agent did, in a file that another
// one wrote in between, too.
func TestAPatchOfOneOfTwoAgents(t *testing.T) {
	p := newProject(t, map[string]string{"a": "1\n2\n3\n4\n5\n6\n7\n8\n9\n"}).watched()
	var one []Change
	for i, text := range []string{"1\n2\n3\n4\n5\n6\n7\n8\nnine\n", "one\n2\n3\n4\n5\n6\n7\n8\nnine\n", "one\n2\n3\n4\n5\n6\n7\n8\n9!\n"} {
		p.write("a", text)
		if got := p.changes(); i != 1 {
			one = append(one, got...)
		}
	}
	var b bytes.Buffer
	if _, err := p.w.Kept().Patch(&b, one); err != nil {
		t.Fatal(err)
	}
	p.apply(b.Bytes(), "-R")
	if text, err := os.ReadFile(p.path("a")); err != nil || string(text) != "one\n2\n3\n4\n5\n6\n7\n8\n9\n" {
		t.Errorf("%q, %v\n%s", text, err, b.Bytes())
	}
}

func TestAPatchSaysWhatItLeavesOut(t *testing.T) {
	p := newProject(t, map[string]string{"large\n+++ b/x": strings.Repeat("x", 5000), "a": "1\n", "private": "1\n"})
	p.run("git", "init", "-q")
	p.opts.MaxFile = 1000
	p.watched()
	p.must(os.Remove(p.path("large\n+++ b/x")))
	p.write("a", "2\n")
	p.write(".git/hooks/x", "1\n")
	p.write("b/c", "1\n")
	p.must(os.Chmod(p.path("private"), 0o600))
	p.must(os.Remove(p.path("b/c")))
	var b bytes.Buffer
	leftOut, err := p.w.Kept().Patch(&b, p.changes())
	p.must(err)
	var got []string
	for _, l := range leftOut {
		got = append(got, string(l.Path)+": "+l.Why)
	}
	want := []string{
		".git/hooks/x: it is in .git, where git applies nothing", "large\n+++ b/x: watch: its content was not kept: over the size limit",
		"private: git does not know of the modes 0644 and 0600",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	p.apply(b.Bytes(), "-R")
	if text, err := os.ReadFile(p.path("a")); err != nil || string(text) != "1\n" {
		t.Errorf("%q, %v", text, err)
	}
	if strings.Count(b.String(), "\n+++ ") != 1 {
		t.Errorf("a name stands in the patch as a line: %q", b.String())
	}
}
