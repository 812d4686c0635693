package gateway

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is replaced or removed is said with what it takes to have it back.
func TestDescribeSaysWhatThereIs(t *testing.T) {
	dir, w := project(t)
	put(t, dir+"/.gitignore", "*.log\n")
	put(t, dir+"/src/b.go", "package b\n\nvar x int\n")
	put(t, dir+"/new.txt", "x")
	put(t, dir+"/x.log", "1\n2\n")
	put(t, dir+"/bin", "\x00\x01")
	put(t, dir+"/tidy/a", "a\n")
	put(t, dir+"/[a].txt", "")
	put(t, w.Home+"/out.txt", "out\n")
	gitIn(t, dir, "add", "tidy", ".gitignore")
	gitIn(t, dir, "commit", "-qm", "more")
	for _, c := range []struct{ command, want string }{
		{"echo x > a.txt", "Replaces: a.txt: 3 lines, 14 bytes; git has it"},
		{"echo x > src/b.go", "Replaces: src/b.go: 3 lines, 21 bytes; changed since the last commit"},
		{"echo x > new.txt", "Replaces: new.txt: 1 line, 1 byte; git does not have it"},
		{"cp a.txt x.log", "Replaces: x.log: 2 lines, 4 bytes; git does not have it"},
		{"cp a.txt bin", "Replaces: bin: 2 bytes; git does not have it"},
		{"rm '[a].txt'", "Removes: [a].txt: 0 lines, 0 bytes; git does not have it"},
		{"rm -r tidy", "Removes: tidy/: 1 file, 2 bytes; git has it"},
		{"rm -r src", "Removes: src/: 1 file, 21 bytes; git does not have all of it"},
		{"rm -rf .", "Removes: ./: "},
		{"echo x > ~/out.txt", "Replaces: ~/out.txt: 1 line, 4 bytes"},
		{"echo x > $F", ""},
		{"echo x > none.txt", ""},
	} {
		got := value(describe(t, at(dir, c.command), w), "Removes")
		label := "Removes: "
		if r := value(describe(t, at(dir, c.command), w), "Replaces"); r != "" {
			got, label = r, "Replaces: "
		}
		if got != "" {
			got = label + got
		}
		if got != c.want && (c.command != "rm -rf ." || !strings.HasPrefix(got, c.want) || !strings.HasSuffix(got, "git does not have all of it")) {
			t.Errorf("%s\n got %s\nwant %s", c.command, got, c.want)
		}
	}
	for i := range maxThere + 3 {
		put(t, fmt.Sprintf("%s/many/%d", dir, i), "x\n")
	}
	got := describe(t, at(dir, "rm many/*"), w)
	if v := value(got, "Removes"); strings.Count(v, "many/") > maxThere {
		t.Errorf("%s", v)
	}
	// Where there is no git nothing is said of it.
	bare := w
	bare.Root = filepath.Join(w.Home, "plain")
	put(t, bare.Root+"/a", "a\n")
	if v := value(describe(t, at(bare.Root, "rm a"), bare), "Removes"); v != "a: 1 line, 2 bytes" {
		t.Errorf("%s", v)
	}
}

// A push says which commits leave, to where, and what is lost there.
func TestDescribeAPush(t *testing.T) {
	dir, w := project(t)
	remote := filepath.Join(w.Home, "remote.git")
	gitIn(t, dir, "init", "-q", "--bare", remote)
	gitIn(t, dir, "remote", "add", "origin", remote)
	gitIn(t, dir, "push", "-q", "-u", "origin", "main")
	gitIn(t, dir, "remote", "add", "web", "https://me:secret@example.com/x.git")
	gitIn(t, dir, "checkout", "-qb", "topic")
	for i := range 7 {
		gitIn(t, dir, "commit", "-q", "--allow-empty", "-m", fmt.Sprintf("step %d\u202e", i+1))
	}
	origin := " origin (" + remote + ")"
	for _, c := range []struct{ command, want string }{
		{"git push", "topic to" + origin + ": 7 new commits"},
		{"git push origin HEAD", "topic to" + origin + ": 7 new commits"},
		{"git push -u origin HEAD~5:refs/heads/old", "HEAD~5 as old to" + origin + ": 2 new commits"},
		{"git push origin main", "main to" + origin + ": no commit that it does not have, as far as is known here"},
		{"git push origin main topic", "main to" + origin + ": no commit that it does not have, as far as is known here|topic to" + origin + ": 7 new commits"},
		{"git push --all", "all branches to" + origin + ": 7 new commits"},
		{"git push --tags", "tags to" + origin},
		{"git push origin :main", "the end of main at" + origin},
		{"git push -d origin main", "the end of main at" + origin},
		{"git push origin nothing", "nothing to" + origin + ": there is no such commit now"},
		{"git push origin $B", "what is known only when it runs ($B)"},
		{"git push web", "topic to web (https://example.com/x.git): 8 new commits"},
		{"git push https://me:secret@example.com/y.git main", "main to https://example.com/y.git: 1 commit"},
		{"git commit -m x && git push", "topic to" + origin + ": 7 new commits, and what the command commits first"},
		{"git push --upload-pack=x -- origin topic", "topic to" + origin + ": 7 new commits"},
		{"cd $D && git push", "from a folder known only when it runs"},
		{"git status", ""},
	} {
		if d := cmp.Diff(c.want, value(describe(t, at(dir, c.command), w), "Publishes")); d != "" {
			t.Errorf("%s: %s", c.command, d)
		}
	}
	got := value(describe(t, at(dir, "git push"), w), "Commits")
	if !strings.Contains(got, `step 7\u{202e}; `) || !strings.HasSuffix(got, "; and 2 more") {
		t.Errorf("%s", got)
	}
	gitIn(t, dir, "push", "-q", "origin", "topic")
	gitIn(t, dir, "reset", "-q", "--hard", "HEAD~3")
	gitIn(t, dir, "commit", "-q", "--allow-empty", "-m", "another")
	for _, c := range []string{"git push -f", "git push origin +topic", "git push --force-with-lease origin HEAD"} {
		if got := value(describe(t, at(dir, c), w), "Publishes"); got != "topic to"+origin+": 1 new commit; it loses 3 commits" {
			t.Errorf("%s: %s", c, got)
		}
	}
}
