package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"kavi/gateway"
)

// corpusLine is a case of the corpus with what it expects.
type corpusLine struct {
	raw    map[string]any
	ID     string
	Type   string
	Expect map[string][]string
	Offer  string
	All    []string `json:"effects_all"`
	None   []string `json:"effects_none"`
}

// corpusHere is the corpus of the gateway, its project and home laid out as real
// folders: /proj and /home/dev of each case are rewritten to them.
func corpusHere(t *testing.T) []corpusLine {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	project, home := filepath.Join(root, "proj"), filepath.Join(root, "dev")
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	t.Setenv("XDG_STATE_HOME", filepath.Join(home, ".local", "state"))
	layOut(t, project, home)

	// A whole component only: /project and /prod stay.
	at := regexp.MustCompile(`/(proj|home/dev)([^A-Za-z0-9_.-]|$)`)
	move := func(s string) string {
		return at.ReplaceAllStringFunc(s, func(m string) string {
			if tail, ok := strings.CutPrefix(m, "/proj"); ok {
				return project + tail
			}
			return home + strings.TrimPrefix(m, "/home/dev")
		})
	}
	var cases []corpusLine
	for _, line := range readLines(t, filepath.Join("..", "..", "gateway", "testdata", "corpus.jsonl")) {
		var c corpusLine
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(line, &c.raw); err != nil {
			t.Fatal(err)
		}
		for key, v := range c.raw {
			c.raw[key] = moved(v, move)
		}
		cases = append(cases, c)
	}
	if len(cases) < 340 {
		t.Fatalf("only %d cases", len(cases))
	}
	return cases
}

func moved(v any, move func(string) string) any {
	switch v := v.(type) {
	case string:
		return move(v)
	case []any:
		for i := range v {
			v[i] = moved(v[i], move)
		}
	case map[string]any:
		for k := range v {
			v[k] = moved(v[k], move)
		}
	}
	return v
}

// layOut makes the files that the corpus is judged among.
func layOut(t *testing.T, project, home string) {
	t.Helper()
	var base struct {
		Files, Dirs []string
		Symlinks    map[string]string
	}
	b, err := os.ReadFile(filepath.Join("..", "..", "gateway", "testdata", "corpus_fs.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &base); err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(home, 0o755))
	must(os.WriteFile(filepath.Join(home, ".bashrc"), []byte("# own\n"), 0o644))
	for _, d := range base.Dirs {
		must(os.MkdirAll(filepath.Join(project, d), 0o755))
	}
	for _, f := range base.Files {
		must(os.MkdirAll(filepath.Dir(filepath.Join(project, f)), 0o755))
		must(os.WriteFile(filepath.Join(project, f), []byte("one\n"), 0o644))
	}
	for from, to := range base.Symlinks {
		if to == "/home/dev/.bashrc" {
			to = filepath.Join(home, ".bashrc")
		}
		must(os.Symlink(to, filepath.Join(project, from)))
	}
}

func readLines(t *testing.T, path string) (lines [][]byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(b) {
		lines = append(lines, line)
	}
	return lines
}

// TestTheCorpusIsJudgedOnTheCommandLineAsInTheGateway puts every case, by every
// profile that it has an opinion on, through `kavi rules check --json`.
func TestTheCorpusIsJudgedOnTheCommandLineAsInTheGateway(t *testing.T) {
	var in bytes.Buffer
	type asked struct {
		corpusLine
		profile string
	}
	var order []asked
	for _, c := range corpusHere(t) {
		for profile := range c.Expect {
			if slices.Contains(gateway.Profiles(), profile) {
				c.raw["profile"] = profile
			} else if profile != "shows" {
				continue
			}
			line, err := json.Marshal(c.raw)
			if err != nil {
				t.Fatal(err)
			}
			in.Write(append(line, '\n'))
			order = append(order, asked{c, profile})
		}
	}
	var out bytes.Buffer
	if err := (&app{out: &out}).answerLines(&in); err != nil {
		t.Fatal(err)
	}
	answers := bytes.Split(bytes.TrimSuffix(out.Bytes(), []byte("\n")), []byte("\n"))
	if len(answers) != len(order) {
		t.Fatalf("%d answers to %d lines", len(answers), len(order))
	}
	seen := map[string]int{}
	for i, c := range order {
		var got struct {
			answer
			Error string
		}
		if err := json.Unmarshal(answers[i], &got); err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		seen[c.profile]++
		want := c.Expect[c.profile]
		switch {
		case got.Error != "" || got.ID != c.ID:
			t.Errorf("%s: is answered as %q: %s", c.ID, got.ID, got.Error)
			continue
		case c.profile == "shows":
			for _, w := range want {
				if !strings.Contains(got.Display, w) {
					t.Errorf("%s: %q is not in\n%s", c.ID, w, got.Display)
				}
			}
		case !slices.Contains(want, got.Action) && !slices.Contains(want, "bounded"):
			t.Errorf("%s, %s: %.200v\n\tis %s (%s %s: %s), want %v", c.ID, c.profile, c.raw["args"], got.Action, got.Layer, got.Rule, got.Why, want)
		}
		if c.Offer != "" && !slices.Contains(got.Offer, c.Offer) {
			t.Errorf("%s: offers %q, want %q", c.ID, got.Offer, c.Offer)
		}
		for _, k := range c.All {
			if !slices.Contains(got.Effects, k) {
				t.Errorf("%s: lacks the effect %s", c.ID, k)
			}
		}
		for _, k := range c.None {
			if slices.Contains(got.Effects, k) {
				t.Errorf("%s: has the effect %s", c.ID, k)
			}
		}
		if len(got.Parts) == 0 || got.Risk == "" || got.Why == "" || got.Layer == "" {
			t.Errorf("%s: an answer without parts, risk, why or layer: %s", c.ID, answers[i])
		}
		if i := strings.IndexFunc(got.Display, func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf) }); i >= 0 {
			t.Errorf("%s: the display hides %q", c.ID, got.Display[i:])
		}
	}
	for profile, least := range map[string]int{"defaults": 200, "readonly": 200, "permissive": 200, "rules": 25, "level": 5, "after": 20, "shows": 5} {
		if seen[profile] < least {
			t.Errorf("only %d cases of the profile %s", seen[profile], profile)
		}
	}
}

func TestLinesAreReadWithABound(t *testing.T) {
	read := func(text string, most int) (got []string) {
		in := bufio.NewReaderSize(strings.NewReader(text), 16)
		for {
			line, whole, err := readLine(in, most)
			if err == io.EOF { //nolint:errorlint // exactly that
				return got
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %v", line, whole))
		}
	}
	long := strings.Repeat("x", 40)
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"a\nb", []string{"a true", "b true"}},
		{"\n\na\n", []string{" true", " true", "a true"}},
		{long + "\nb\n", []string{long + " true", "b true"}},
		{long + "x\nb\n", []string{long + " false", "b true"}},
		{long + long + "\nb\n", []string{long + " false", "b true"}},
		{"b\n" + long + long, []string{"b true", long + " false"}},
	} {
		if got := read(c.text, 40); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestALineThatIsNoCallIsAnsweredAndTheRestGoesOn(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("XDG_STATE_HOME", home)
	in := strings.Join([]string{
		`{"id":"a","tool":"exec","args":{"command":"ls"},"cwd":"/proj","profile":"readonly"}`,
		`{"id":"b","tool":"exec","args":`,
		``,
		`{"id":7,"tool":"exec","cwd":"/proj"}`,
		`{"args":{"command":"ls"},"id":"e","cwd":"/proj"}`,
		`{"id":"f","tool":"exec","args":{"command":"` + strings.Repeat("x", maxLine) + `"},"cwd":"/proj"}`,
		`{"id":"g","tool":"exec","args":{"command":"echo x\u202e"},"cwd":"/proj"}`,
	}, "\n")
	var out strings.Builder
	if err := (&app{out: &out}).answerLines(strings.NewReader(in)); err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		var a struct{ ID, Action, Error string }
		if err := json.Unmarshal([]byte(line), &a); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		got = append(got, a.ID+" "+a.Action+" "+a.Error)
		if strings.ContainsRune(line, '\u202e') {
			t.Errorf("a direction override in %q", line)
		}
	}
	want := []string{
		"a allow ", "b  line 2: it is no JSON: unexpected end of JSON input", "  line 3: it is no JSON: unexpected end of JSON input",
		"  line 4: id: a text is wanted, not number", "e  line 5: tool: none is given",
		"f  line 6: it is longer than 16 MB", "g prompt ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
