package gateway

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"testing"
	"time"

	"kavi/gateway/shell"
)

// memory is a file system of a test: paths and what they are.
type memory map[string]shell.File

// Lstat implements shell.FS.
func (m memory) Lstat(p string) shell.File { return m[p] }

// Names implements shell.Lister.
func (m memory) Names(dir string) (names []string, ok bool) {
	for p := range m {
		if path.Dir(p) == dir && p != dir {
			names = append(names, path.Base(p))
		}
	}
	slices.Sort(names)
	return names, m[dir].Dir
}

// corpusFS is the project that the corpus' cases are judged in.
func corpusFS(t testing.TB) memory {
	t.Helper()
	var base struct {
		Files, Dirs []string
		Symlinks    map[string]string
	}
	b, err := os.ReadFile("testdata/corpus_fs.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &base); err != nil {
		t.Fatal(err)
	}
	m := memory{}
	for _, d := range []string{"/", "/proj", "/etc", "/tmp", "/home", "/home/dev", "/usr", "/usr/bin", "/bin", "/dev"} {
		m[d] = shell.File{Exists: true, Dir: true}
	}
	for _, f := range []string{"/etc/hosts", "/etc/passwd", "/home/dev/.bashrc"} {
		m[f] = shell.File{Exists: true, Regular: true, Size: 10}
	}
	for _, f := range base.Files {
		m["/proj/"+f] = shell.File{Exists: true, Regular: true, Size: 10}
	}
	for _, d := range base.Dirs {
		m["/proj/"+d] = shell.File{Exists: true, Dir: true}
	}
	for from, to := range base.Symlinks {
		m["/proj/"+from] = shell.File{Exists: true, Link: to}
	}
	return m
}

// corpusCase is a line of the corpus: a case, and what is expected of it.
type corpusCase struct {
	Case
	Class, Type, Why string
	Hard             bool
	Expect           map[string][]string
	Offer            string   // the pattern that must be offered
	All              []string `json:"effects_all"`
	Any              []string `json:"effects_any"`
	None             []string `json:"effects_none"`
}

// corpus is the public one and our own, which is of the same classes.
func corpus(t testing.TB) []corpusCase {
	t.Helper()
	return append(corpusFile(t, "testdata/corpus.jsonl", 330), corpusFile(t, "testdata/own.jsonl", 1500)...)
}

func corpusFile(t testing.TB, name string, least int) (cases []corpusCase) {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		read, err := ParseCase(sc.Bytes())
		if err != nil {
			t.Fatalf("%v: %s", err, sc.Text())
		}
		var c corpusCase
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatalf("%v: %s", err, sc.Text())
		}
		c.Case = *read
		if c.Type != "display" {
			cases = append(cases, c)
		}
	}
	if len(cases) < least {
		t.Fatalf("%d cases in %s", len(cases), name)
	}
	return cases
}

// call is the case's call; the corpus has none that is no call.
func (c *corpusCase) call() *Call {
	k, err := c.Call()
	if err != nil {
		panic(c.ID + ": " + err.Error())
	}
	return k
}

func (c *corpusCase) world(fs shell.FS) World {
	return World{FS: fs, Now: time.Unix(0, 0), Home: c.Home, Root: c.Root, State: []string{"/home/dev/.local/state/kavi"}}
}

// testProfile judges every case that expects something of a profile.
func testProfile(t *testing.T, profile string, least int) {
	fs, n := corpusFS(t), 0
	for _, c := range corpus(t) {
		want, ok := c.Expect[profile]
		if !ok {
			continue
		}
		n++
		c.Profile = profile
		start := time.Now()
		j, offer, err := c.Judge(Default(), c.world(fs))
		if err != nil {
			t.Errorf("%s: %v", c.ID, err)
		}
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s took %v", c.ID, d)
		}
		if slices.Contains(want, "bounded") {
			continue
		}
		if !slices.Contains(want, j.Action.String()) {
			t.Errorf("%s (%s, hard %v): %s %.200q\n\tis %s (%s %s: %s), want %v: %s",
				c.ID, c.Class, c.Hard, c.Tool, fmt.Sprint(c.Args), j.Action, j.Layer, j.Rule, j.Why, want, c.Why)
		}
		if c.Offer != "" && !slices.Contains(offer, c.Offer) {
			t.Errorf("%s: %.200q offers %q, not %q", c.ID, fmt.Sprint(c.Args), offer, c.Offer)
		}
		c.checkEffects(t, j)
	}
	if n < least {
		t.Errorf("only %d cases have the profile %s", n, profile)
	}
}

func TestCorpusDefaults(t *testing.T) { testProfile(t, ProfileDefaults, 200) }

func TestCorpusLevels(t *testing.T) { testProfile(t, ProfileLevel, 5) }

func TestCorpusReadonly(t *testing.T) { testProfile(t, ProfileReadonly, 100) }

func TestCorpusPermissive(t *testing.T) { testProfile(t, ProfilePermissive, 100) }

func TestCorpusRules(t *testing.T) { testProfile(t, ProfileRules, 25) }

func TestCorpusAfterRemembering(t *testing.T) { testProfile(t, ProfileAfter, 20) }

func (c *corpusCase) checkEffects(t *testing.T, j Judgement) {
	t.Helper()
	found := map[string]bool{}
	for _, k := range j.Kinds() {
		found[string(k)] = true
	}
	for _, k := range c.All {
		if !found[k] {
			t.Errorf("%s: %.200q lacks the effect %s", c.ID, fmt.Sprint(c.Args), k)
		}
	}
	for _, k := range c.None {
		if found[k] {
			t.Errorf("%s: %.200q has the effect %s", c.ID, fmt.Sprint(c.Args), k)
		}
	}
	if len(c.Any) > 0 && !slices.ContainsFunc(c.Any, func(k string) bool { return found[k] }) {
		t.Errorf("%s: %.200q has none of the effects %v", c.ID, fmt.Sprint(c.Args), c.Any)
	}
}
