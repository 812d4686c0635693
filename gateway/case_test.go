package gateway

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kavi/gateway/shell"
)

func with(t testing.TB, rules ...Rule) *Policy {
	t.Helper()
	p, err := Default().With(rules)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestALineThatIsNoCaseIsRefused(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`{`, "it is no JSON: unexpected end"},
		{`[]`, "an object is wanted, not array"},
		{`{"id":7}`, "id: a text is wanted, not number"},
		{`{"args":{"command_gen":{"times":"x"}}}`, "args.command_gen.times: a whole number is wanted, not string"},
		{`{"rules":{}}`, "rules: a list is wanted, not object"},
		{`{"remember":{"args":"ls"}}`, "remember.args: an object is wanted, not string"},
		{"{\"tool\":\"exec\",\"args\":{\"command\":\"ls \xff\"},\"cwd\":\"/proj\"}", "not valid UTF-8"},
		{`{"args":{"command":"ls"},"cwd":"/proj"}`, "tool: none is given"},
		{`{"tool":"exec","args":{"command":"ls"}}`, "cwd, project_root: absolute"},
		{`{"tool":"exec","args":{"command":"ls"},"cwd":"proj"}`, "cwd, project_root: absolute"},
		{`{"tool":"exec","cwd":"/proj","home":"dev"}`, "home: an absolute"},
		{`{"tool":"exec","cwd":"/proj","approval_level":"on-comit"}`, "on-comit"},
		{`{"tool":"exec","cwd":"/proj","profile":"readnoly"}`, `did you mean "readonly"`},
		{`{"tool":"exec","cwd":"/proj","remember":{"tool":"exec","args":{"command":"ls"}}}`, `remember: decision ""`},
		{`{"tool":"exec","cwd":"/proj","remember":{"decision":"allow"}}`, "remember: tool: none"},
	} {
		_, err := ParseCase([]byte(c.line))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.line, err, c.want)
		}
	}
}

func TestACaseThatCannotBeJudgedSaysWhy(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{`"args":{"command_b64":"?"}`, "command_b64"},
		{`"args":{"command_gen":{"repeat":"xx","times":1000000000}}`, "the limit is 64 MB"},
		{`"args":{"command_gen":{"repeat":"x","times":-1}}`, "-1 times"},
		{`"args":{"recursive":1}`, "recursive"},
		{`"rules":[{"allow":"exec","comand":["ls"]}]`, `rules[0]: unknown key "comand": did you mean "command"?`},
		{`"rules":[{"deny":"read"},{"allow":"exec","prompt":"exec"}]`, "rules[1]: rule rule-2: has 2 of allow, prompt and deny"},
		{`"rules":[{"deny":"exec","layer":"root"}]`, "layer root"},
		{`"rules":[{"deny":"exec","uses":1.5}]`, "uses"},
		{`"rules":["deny"]`, "cannot unmarshal"},
		{`"remember":{"tool":"exec","args":{"command_b64":"?"},"decision":"allow"}`, "remember: args.command_b64"},
	} {
		line := `{"tool":"exec","cwd":"/proj",` + c.keys + `}`
		k, err := ParseCase([]byte(line))
		if err == nil {
			_, _, err = k.Judge(Default(), World{FS: nothing{}, Root: "/proj"})
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", line, err, c.want)
		}
	}
}

func TestACaseWithoutAProfileTakesEverythingItBrings(t *testing.T) {
	base := with(t, Rule{ID: "own", Verdict: Deny, Kind: Exec, Command: []string{"git push *"}, Layer: LayerUser})
	for _, c := range []struct {
		keys  string
		want  Action
		rule  string
		layer string
		offer []string
	}{
		{`"args":{"command":"git push"}`, Deny, "own", "user", nil},
		{`"args":{"command":"git push"},"profile":"defaults"`, Prompt, "", "default", []string{"git push"}},
		{`"args":{"command":"ls"},"rules":[{"allow":"exec","command":["ls *"],"effects":["read"]}]`, Allow, "rule-1", "user", []string{"ls *"}},
		{`"args":{"command":"ls"},"rules":[{"allow":"exec","command":["ls *"]}],"profile":"defaults"`, Prompt, "", "default", []string{"ls *"}},
		{`"args":{"command":"ls"},"rules":[{"allow":"exec","command":["ls *"],"layer":"repo"}]`, Prompt, "", "default", []string{"ls *"}},
		{`"args":{"command":"ls"},"rules":[{"id":"no","deny":"exec","command":["ls *"],"layer":"repo"}]`, Deny, "no", "repository", nil},
		{`"args":{"command":"ls"},"rules":[{"id":"yes","allow":"exec","command":["ls *"],"layer":"repo-trusted"}]`, Allow, "yes", "repository, trusted", []string{"ls *"}},
		{`"args":{"command":"ls && git push"}`, Deny, "own", "user", nil},
		{`"args":{"command":"ls"},"rules":[{"deny":"exec","command":["ls *"],"unless":["ls -l"],"uses":3,"until":"20m","why":"no"}]`, Deny, "rule-1", "user", nil},
		{`"args":{"command":"rm x"},"approval_level":"on-commit"`, Allow, "", "level", nil},
		{`"args":{"command":"rm x"},"approval_level":"on-commit","profile":"readonly"`, Prompt, "", "default", nil},
		{`"args":{"command":"cat b"},"agent":"x","remember":{"agent":"x","tool":"exec","args":{"command":"cat a"},"decision":"allow"}`, Allow, "rem_01", "remembered", []string{"cat *"}},
		{`"args":{"command":"cat b"},"agent":"x","remember":{"agent":"x","tool":"exec","args":{"command":"cat a"},"decision":"deny"}`, Deny, "rem_01", "remembered", []string{"cat *"}},
		{`"args":{"command":"cat b"},"agent":"x","remember":{"agent":"x","tool":"exec","args":{"command":"cat a"},"decision":"allow"},"profile":"rules"`, Prompt, "", "default", []string{"cat *"}},
	} {
		line := `{"tool":"exec","cwd":"/proj",` + c.keys + `}`
		k, err := ParseCase([]byte(line))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		j, offer, err := k.Judge(base, World{FS: nothing{}, Root: "/proj", Home: "/home/dev", Now: time.Unix(0, 0)})
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if j.Action != c.want || j.Rule != c.rule || j.Layer != c.layer || !slices.Equal(offer, c.offer) {
			t.Errorf("%s\n\tis %s by %q (%s), offers %q; want %s by %q (%s), %q", line, j.Action, j.Rule, j.Layer, offer, c.want, c.rule, c.layer, c.offer)
		}
	}
}

func TestTheKindsOfAJudgementNameTheModifiers(t *testing.T) {
	j := Judgement{Parts: []Part{
		{Effects: []Effect{{Kind: shell.Delete, Outside: true, Never: true}}},
		{Effects: []Effect{{Kind: shell.Read}, {Kind: shell.Write, Protected: true}}},
	}}
	if got, want := j.Kinds(), []shell.Kind{shell.Read, shell.Write, shell.Delete, Outside, Protected, "never"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzCase wants no line to be more than an error: what puts calls to the rules
// reads whatever is piped into it.
func FuzzCase(f *testing.F) {
	for _, c := range []string{
		`{"id":"a","tool":"exec","args":{"command":"ls"},"cwd":"/proj","rules":[{"allow":"exec","command":["ls *"],"uses":3}]}`,
		`{"tool":"exec","args":{"command_gen":{"repeat":"$(","times":9}},"cwd":"/","profile":"after","remember":{"tool":"write","args":{"path":"a"},"decision":"deny"}}`,
		`{"tool":"move","args":{"path":"a","to":"..","recursive":true},"cwd":"/a","project_root":"/","home":"/","approval_level":"always","rules":[{"deny":"any","layer":"repo","agent":"*"}]}`,
	} {
		f.Add([]byte(c))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		c, err := ParseCase(line)
		if err != nil {
			return
		}
		if g := c.Args.Gen; g != nil && len(g.Repeat)*g.Times > 1<<16 {
			return // bounded, but slow
		}
		start := time.Now()
		j, _, err := c.Judge(Default(), World{FS: nothing{}, Root: c.Root, Home: c.Home, Now: time.Unix(0, 0)})
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("%s takes %v", line, d)
		}
		if err == nil && (j.Why == "" || j.Layer == "" || j.Risk == "") {
			t.Errorf("%s: %+v", line, j)
		}
	})
}
