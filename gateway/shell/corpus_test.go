package shell

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// testCase is a line of the corpus, as far as it concerns this package.
type testCase struct {
	ID, Class, Type, Tool string
	Args                  struct {
		Path, To, Command, URL string
		Recursive              any
		CommandB64             string `json:"command_b64"`
		CommandGen             *struct {
			Prefix, Repeat, Suffix string
			Times                  int
		} `json:"command_gen"`
	}
	Cwd, Home   string
	Root        string `json:"project_root"`
	Expect      map[string][]string
	EffectsAll  []Kind `json:"effects_all"`
	EffectsAny  []Kind `json:"effects_any"`
	EffectsNone []Kind `json:"effects_none"`
	Readonly    bool   `json:"readonly_shell"`
	Hard        bool
	Why         string
}

func corpusFS(t testing.TB) mapFS {
	var f struct {
		Files, Dirs []string
		Symlinks    map[string]string
	}
	b, err := os.ReadFile("testdata/fs_base.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &f); err != nil {
		t.Fatal(err)
	}
	m := mapFS{}
	for _, p := range []string{"/etc", "/tmp", "/home/dev"} {
		m.dir(p)
	}
	for _, p := range []string{"/etc/hosts", "/etc/passwd", "/home/dev/.bashrc"} {
		m.file(p)
	}
	for _, p := range f.Dirs {
		m.dir(path.Join("/proj", p))
	}
	for _, p := range f.Files {
		m.file(path.Join("/proj", p))
	}
	for p, to := range f.Symlinks {
		m.link(path.Join("/proj", p), to)
	}
	return m
}

func corpus(t testing.TB) []testCase {
	f, err := os.Open("testdata/corpus_public.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []testCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c testCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		t.Fatal("no cases")
	}
	return out
}

func (c testCase) command() string {
	switch {
	case c.Args.CommandB64 != "":
		b, _ := base64.StdEncoding.DecodeString(c.Args.CommandB64)
		return string(b)
	case c.Args.CommandGen != nil:
		g := c.Args.CommandGen
		return g.Prefix + strings.Repeat(g.Repeat, g.Times) + g.Suffix
	}
	return c.Args.Command
}

// analyse gives the parts of a case; ok is false where it is not this
// package's.
func (c testCase) analyse(env Env) (parts []Part, ok bool) {
	effects := func(es []Effect) ([]Part, bool) { return []Part{{Effects: es}}, true }
	switch c.Tool {
	case "exec":
		return Analyse(c.command(), env).Parts, true
	case "write":
		return effects(WriteEffects(c.Args.Path, env))
	case "edit":
		return effects(EditEffects(c.Args.Path, env))
	case "read", "search":
		return effects(ReadEffects(c.Args.Path, env))
	case "delete":
		return effects(DeleteEffects(c.Args.Path, c.Args.Recursive != nil && c.Args.Recursive != "", env))
	case "move":
		return effects(MoveEffects(c.Args.Path, c.Args.To, env))
	case "fetch":
		return effects(FetchEffects(c.Args.URL))
	}
	return nil, false
}

// kinds are the effects of parts as the corpus names them.
func kinds(parts []Part) []Kind {
	var out []Kind
	add := func(k Kind) {
		if !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	for _, p := range parts {
		for _, e := range p.Effects {
			add(e.Kind)
			if e.Outside {
				add("outside")
			}
			if e.Protected {
				add("protected")
			}
			if e.Never {
				add("never")
			}
		}
	}
	return out
}

// judge is a small policy: the documented defaults, and the two profiles that
// allow commands by their effects.
func judge(profile, tool string, parts []Part) string {
	ks := kinds(parts)
	if slices.Contains(ks, "never") {
		return "deny"
	}
	covered := map[string][]Kind{
		"readonly":   {Read},
		"permissive": {Read, Write, Unknown, Commit},
	}[profile]
	if tool != "exec" {
		covered = []Kind{Read, Write}
	}
	for _, k := range ks {
		if !slices.Contains(covered, k) {
			return "prompt"
		}
	}
	return "allow"
}

func TestCorpus(t *testing.T) {
	fs := corpusFS(t)
	falsePrompts, cases, hard := 0, 0, 0
	for _, c := range corpus(t) {
		if c.Type != "call" {
			continue
		}
		env := Env{Cwd: c.Cwd, Root: c.Root, Home: c.Home, FS: fs}
		parts, ok := c.analyse(env)
		if !ok {
			continue
		}
		cases++
		got := kinds(parts)
		fail := func(format string, args ...any) {
			if c.Hard {
				hard++
				t.Logf("hard: "+format, args...)
				return
			}
			t.Errorf(format, args...)
		}
		show := c.command()
		if len(show) > 80 {
			show = show[:80]
		}
		for _, k := range c.EffectsAll {
			if !slices.Contains(got, k) {
				fail("%s %q: has no %s: %s (%s)", c.ID, show, k, got, c.Why)
			}
		}
		if len(c.EffectsAny) > 0 && !slices.ContainsFunc(c.EffectsAny, func(k Kind) bool { return slices.Contains(got, k) }) {
			fail("%s %q: has none of %s: %s (%s)", c.ID, show, c.EffectsAny, got, c.Why)
		}
		for _, k := range c.EffectsNone {
			if slices.Contains(got, k) {
				fail("%s %q: has %s: %+v (%s)", c.ID, show, k, parts, c.Why)
			}
		}
		for _, profile := range []string{"defaults", "readonly", "permissive"} {
			want := c.Expect[profile]
			if want == nil {
				continue
			}
			verdict := judge(profile, c.Tool, parts)
			if slices.Contains(want, verdict) {
				continue
			}
			if c.Readonly && verdict != "allow" {
				falsePrompts++
			}
			if verdict == "allow" {
				t.Errorf("%s %q: allowed under %s: %+v (%s)", c.ID, show, profile, parts, c.Why)
				continue
			}
			fail("%s %q: %s under %s, not %s: %+v (%s)", c.ID, show, verdict, profile, want, parts, c.Why)
		}
	}
	t.Logf("%d cases, %d hard failures, %d false prompts on the read-only class", cases, hard, falsePrompts)
}
