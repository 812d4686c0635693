package gateway

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
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

// corpusCase is a line of the corpus.
type corpusCase struct {
	ID, Class, Type, Agent, Tool, Why string
	Cwd                               string
	Root                              string `json:"project_root"`
	Home                              string
	Level                             Level `json:"approval_level"`
	Hard                              bool
	Args                              struct {
		Path, To, URL, Name, Pattern, Command string
		Recursive                             string
		B64                                   string `json:"command_b64"`
		Gen                                   *struct {
			Prefix, Repeat, Suffix string
			Times                  int
		} `json:"command_gen"`
	}
	Rules    json.RawMessage
	Remember json.RawMessage
	Expect   map[string][]string
	All      []string `json:"effects_all"`
	Any      []string `json:"effects_any"`
	None     []string `json:"effects_none"`
}

func corpus(t testing.TB) []corpusCase {
	t.Helper()
	f, err := os.Open("testdata/corpus.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []corpusCase
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		var c corpusCase
		if err := json.Unmarshal(sc.Bytes(), &c); err != nil {
			t.Fatalf("%v: %s", err, sc.Text())
		}
		if c.Type != "display" {
			cases = append(cases, c)
		}
	}
	if len(cases) < 330 {
		t.Fatalf("%d cases", len(cases))
	}
	return cases
}

// call is the case's call as a hook would send it.
func (c *corpusCase) call() *Call {
	k := &Call{
		Nonce: [16]byte{1}, Door: wire.DoorHook, Name: c.Tool, Tool: wire.Tool(c.Tool), Cwd: c.Cwd,
		Path: c.Args.Path, To: c.Args.To, URL: c.Args.URL, Pattern: c.Args.Pattern, Recursive: c.Args.Recursive == "true",
	}
	if c.Args.Name != "" {
		k.Name = c.Args.Name
	}
	if k.Tool == wire.ToolExec {
		k.Name, k.Command, k.HasCommand = "Bash", c.Args.Command, true
		if c.Args.B64 != "" {
			b, _ := base64.StdEncoding.DecodeString(c.Args.B64)
			k.Command = string(b)
		}
		if g := c.Args.Gen; g != nil {
			k.Command = g.Prefix + strings.Repeat(g.Repeat, g.Times) + g.Suffix
		}
	}
	return k
}

func (c *corpusCase) world(fs shell.FS) World {
	return World{FS: fs, Now: time.Unix(0, 0), Home: c.Home, Root: c.Root, State: []string{"/home/dev/.local/state/kavi"}}
}

// TestCorpusDefaults and TestCorpusLevels run the corpus as far as it needs no rules.
func TestCorpusDefaults(t *testing.T) { testCorpus(t, "defaults", 200) }

func TestCorpusLevels(t *testing.T) { testCorpus(t, "level", 5) }

func testCorpus(t *testing.T, profile string, least int) {
	fs, n := corpusFS(t), 0
	for _, c := range corpus(t) {
		want, ok := c.Expect[profile]
		if !ok {
			continue
		}
		n++
		start := time.Now()
		j := Default().Action(c.call(), Asker{Agent: c.Agent, Level: c.Level}, c.world(fs))
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s took %v", c.ID, d)
		}
		if slices.Contains(want, "bounded") {
			continue
		}
		if !slices.Contains(want, j.Action.String()) {
			t.Errorf("%s (%s, hard %v): %.200q\n\tis %s (%s), want %v: %s", c.ID, c.Class, c.Hard, fmt.Sprint(c.Args), j.Action, j.Why, want, c.Why)
		}
		c.checkEffects(t, j)
	}
	if n < least {
		t.Errorf("only %d cases have the profile %s", n, profile)
	}
}

func (c *corpusCase) checkEffects(t *testing.T, j Judgement) {
	t.Helper()
	found := map[string]bool{}
	for _, p := range j.Parts {
		for _, e := range p.Effects {
			found[string(e.Kind)] = true
			found["outside"] = found["outside"] || e.Outside
			found["protected"] = found["protected"] || e.Protected
			found["never"] = found["never"] || e.Never
		}
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
