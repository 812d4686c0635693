package watch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// someRules are lines of .gitignore put together at random of what has a meaning there.
func someRules(r *rand.Rand) string {
	bits := []string{"a", "b", "Ab", "foo", ".o", "*", "**", "?", "[ab]", "[!b]", "[a/b]", "[[:alpha:]]", "\\a", "\\", "/", "/", "**/", "/**", " ", "\\ ", "\t", "é", "\xff", "#", "!"}
	var text strings.Builder
	if r.IntN(5) == 0 {
		text.WriteString("\xef\xbb\xbf")
	}
	for range 1 + r.IntN(4) {
		if r.IntN(6) == 0 {
			text.WriteString("!")
		}
		for range 1 + r.IntN(5) {
			text.WriteString(bits[r.IntN(len(bits))])
		}
		text.WriteString([]string{"\n", "\r\n", "/\n"}[r.IntN(3)])
	}
	return text.String()
}

// What git ignores some rule may mean, as far as rules are read here.
func TestNoRuleIsReadTooNarrowly(t *testing.T) {
	p := newProject(t, nil)
	p.run("git", "init", "-q")
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"a", "b", "Ab", "ab", "foo", "foo.o", "a.o", "é", "\xff", "a b", "b ", "#a", "!a", "\\a", "Foo", "aé"}
	var names []name
	for _, one := range parts {
		p.write(one+"/", "")
		names = append(names, name{one, ask, true})
		for _, two := range parts {
			p.write(one+"/"+two+"/", "")
			names = append(names, name{one + "/" + two, ask, true})
			for i := range 3 {
				file := one + "/" + two + "/" + parts[(len(names)+i*5)%len(parts)]
				p.write(file, "1\n")
				names = append(names, name{file, ask, false})
			}
		}
	}
	isFolder := map[string]bool{}
	paths := make([]string, len(names))
	for i, n := range names {
		paths[i], isFolder[n.path] = n.path, n.folder
	}
	global := filepath.Join(tempDir(t), "global")
	p.run("git", "config", "core.excludesFile", global)
	asked, spared := 0, 0
	for i := range 120 {
		p.run("git", "config", "core.ignoreCase", fmt.Sprint(i%3 == 0))
		texts := map[string]string{global: "", p.path(".git/info/exclude"): "", p.path(".gitignore"): "", p.path("a/.gitignore"): ""}
		for file := range texts {
			if r.IntN(2) == 0 {
				texts[file] = someRules(r)
			}
			p.must(os.WriteFile(file, []byte(texts[file]), 0o644))
		}
		g := &ignorer{git: p.opts.Git, root: p.root, log: p.opts.Log}
		g.rules = g.readRules(t.Context())
		g.readFound([]name{{path: ".gitignore"}, {path: "a/.gitignore"}})
		ignored := map[string]bool{}
		g.ask(t.Context(), paths, func(path string) { ignored[path] = true })
		for path := range ignored {
			asked++
			if !g.rules.mayMean(path, isFolder[path]) {
				t.Errorf("%q is ignored by %q, read as %+v", path, texts, g.rules)
			}
		}
		for _, n := range names {
			if !g.rules.mayMean(n.path, n.folder) {
				spared++
			}
		}
	}
	t.Logf("%d names are ignored, %d need no question", asked, spared)
	if asked < 1000 || spared < 1000 {
		t.Error("that shows nothing")
	}
}

// Where the rules cannot be read, git is asked about each name.
func TestRulesThatCannotBeRead(t *testing.T) {
	p := newProject(t, map[string]string{"folder/": "", "large": strings.Repeat("a\n", maxRules), "many": ""})
	var many strings.Builder
	for i := range maxEnds + 1 {
		fmt.Fprintf(&many, "*.%d\n", i)
	}
	p.write("many", many.String())
	for _, file := range []string{"folder", "large", "many"} {
		r := &rules{}
		r.read(p.path(file))
		if !r.mayMean("anything", false) {
			t.Errorf("%s: %d names, %d ends", file, len(r.names), len(r.ends))
		}
	}
	r := &rules{}
	r.read(p.path("none"))
	if r.mayMean("anything", false) {
		t.Errorf("of no rules: %+v", r)
	}
	g := &ignorer{git: p.opts.Git, root: p.root, log: p.opts.Log}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if !g.readRules(ended).mayMean("anything", false) {
		t.Error("a git that does not answer has no rules")
	}
}

// Rules hold from all places that git knows of, when a watch begins.
func TestWhereverRulesStand(t *testing.T) {
	home := tempDir(t)
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	main := newProject(t, map[string]string{"a": "1\n", ".gitignore": "*.root\n", "deep/.gitignore": "x.deep\n"})
	main.run("git", "init", "-q", "-b", "main")
	main.run("git", "add", "-A")
	main.run("git", "commit", "-qm", "one")
	main.write(".git/info/exclude", "*.exclude\n")
	linked := &project{t: t, root: filepath.Join(tempDir(t), "tree"), opts: main.opts, log: main.log}
	main.run("git", "worktree", "add", "-q", linked.root)
	linked.opts.Root = linked.root
	linked.opts.Folder += "-linked"
	user := &project{t: t, root: home}
	user.write(".config/git/ignore", "*.default\n")
	user.write("xdg/git/ignore", "*.xdg\n")
	user.write("named", "*.named\n")
	main.write("inside", "*.inside\n")
	linked.write("inside", "*.inside\n")
	for _, c := range []struct{ what, xdg, config, ignored string }{
		{"by itself", "", "", "f.default"},
		{"by XDG_CONFIG_HOME", home + "/xdg", "", "f.xdg"},
		{"named", "", "~/named", "f.named"},
		{"named in the project", "", "inside", "f.inside"},
	} {
		for i, p := range []*project{main, linked} {
			t.Setenv("XDG_CONFIG_HOME", c.xdg)
			user.write(".gitconfig", "")
			if c.config != "" {
				user.write(".gitconfig", "[core]\n\texcludesFile = "+c.config+"\n")
			}
			p.opts.Folder = filepath.Join(tempDir(t), fmt.Sprint("baseline", i))
			names := []string{"f.default", "f.xdg", "f.named", "f.inside", "f.root", "f.exclude", "deep/x.deep", "deep/x.root", "x.deep"}
			for _, n := range names {
				p.write(n, "1\n")
			}
			p.watched()
			want := []string{}
			for _, n := range names {
				p.write(n, "2\n")
				switch n {
				case c.ignored, "f.root", "f.exclude", "deep/x.deep", "deep/x.root":
				default:
					want = append(want, "modified "+n+" +1 -1")
				}
			}
			slices.Sort(want)
			if d := cmp.Diff(want, said(p.changes())); d != "" {
				t.Errorf("%s, in %s: %s", c.what, p.root, d)
			}
			p.close()
		}
	}
}
