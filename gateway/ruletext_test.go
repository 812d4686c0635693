package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kavi/gateway/shell"
)

// What is written as TOML is read back as the same rule, whatever is in it.
func TestRuleAsTOML(t *testing.T) {
	rules := []Rule{
		{ID: "a", Verdict: Allow, Kind: Exec, Command: []string{`go test *`, `echo "a b" 'c"d'`}, Effects: []shell.Kind{shell.Read, Outside}, Agent: []string{"claude"}, Uses: 5, Until: "20m"},
		{ID: "b \x01\n", Verdict: Deny, Kind: shell.Write, Path: []string{"src/**", "a\\[b"}, Unless: []string{"src/x"}, Why: "the \"operator\" said\tso"},
		{ID: "c", Verdict: Prompt, Kind: shell.Network, Host: []string{"*.python.org"}, Always: true},
		{ID: "d", Verdict: Allow, Kind: MCP, Tool: []string{"tracker__get_*"}, Match: []string{"tracker__get_x"}, NoMatch: []string{"tracker__set"}},
	}
	var text strings.Builder
	for i := range rules {
		text.WriteString(rules[i].TOML())
	}
	got, err := ParseRules([]byte(text.String()), "rules.toml", LayerUser)
	if err != nil {
		t.Fatalf("%v\n%s", err, text.String())
	}
	if d := cmp.Diff(rules, got, cmpopts.IgnoreUnexported(Rule{}), cmpopts.IgnoreFields(Rule{}, "Layer", "File", "Line")); d != "" {
		t.Error(d)
	}
}

func TestExamplesAreDecided(t *testing.T) {
	for _, x := range []struct {
		rule Rule
		want []string
		says string
	}{
		{Rule{Verdict: Allow, Kind: Exec, Command: []string{"go test *"}, Effects: []shell.Kind{shell.Read, shell.Unknown}}, []string{"go test", "go test -v", "go test --all src"}, "go test, with anything after it, as long as it only reads or runs the project's own code"},
		{Rule{Verdict: Allow, Kind: Exec, Command: []string{"npm install x"}, Effects: []shell.Kind{shell.Read, shell.Network, shell.Write, shell.Unknown}}, []string{"npm install x"}, "exactly npm install x"},
		{Rule{Verdict: Allow, Kind: shell.Write, Path: []string{"src/**"}}, []string{"src/a.go", "src/sub/b.go", "src/README.md"}, "writing any file in src/"},
		{Rule{Verdict: Deny, Kind: shell.Network, Host: []string{"evil.example"}}, []string{"https://evil.example/", "https://evil.example/a?b=c"}, "whatever is fetched from evil.example"},
	} {
		if err := x.rule.compile(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(x.want, x.rule.Examples()); d != "" {
			t.Errorf("%s: %s", x.rule.String(), d)
		}
		x.rule.Uses, x.rule.Until, x.rule.Ends = 5, "20m", time.Now()
		if d := cmp.Diff(x.want, x.rule.Examples()); d != "" {
			t.Errorf("%s, which ends: %s", x.rule.String(), d)
		}
		if got := x.rule.Covers(); !strings.HasPrefix(got, x.says) {
			t.Errorf("%s covers %q, want %q", x.rule.String(), got, x.says)
		}
	}
}

func TestUntil(t *testing.T) {
	at := time.Date(2026, 1, 2, 22, 30, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"20m":   at.Add(20 * time.Minute),
		"1h30m": at.Add(90 * time.Minute),
		"23:00": time.Date(2026, 1, 2, 23, 0, 0, 0, time.UTC),
		"22:30": time.Date(2026, 1, 3, 22, 30, 0, 0, time.UTC),
		"07:30": time.Date(2026, 1, 3, 7, 30, 0, 0, time.UTC),
	} {
		if got, err := Until(text, at); err != nil || !got.Equal(want) {
			t.Errorf("%s: %v %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "soon", "-5m", "0s", "25:00", "7.30"} {
		if got, err := Until(text, at); err == nil {
			t.Errorf("%q: %v, want an error", text, got)
		}
	}
}

// A rule that ended says nothing any more; where it is not known what time it is,
// what allows has ended and what denies has not.
func TestRulesEnd(t *testing.T) {
	end := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	allow := Rule{ID: "a", Verdict: Allow, Kind: Exec, Command: []string{"npm test *"}, Ends: end}
	deny := Rule{ID: "d", Verdict: Deny, Kind: Exec, Command: []string{"npm publish *"}, Ends: end}
	p := with(t, allow, deny)
	for _, x := range []struct {
		now     time.Time
		command string
		want    Action
	}{
		{end.Add(-time.Second), "npm test", Allow},
		{end, "npm test", Prompt},
		{time.Time{}, "npm test", Prompt},
		{end.Add(-time.Second), "npm publish", Deny},
		{end, "npm publish", Prompt},
		{time.Time{}, "npm publish", Deny},
	} {
		w := world(t)
		w.Now = x.now
		if j := p.Action(command(x.command), Asker{}, w); j.Action != x.want {
			t.Errorf("%s at %v: %v, want %v", x.command, x.now, j.Action, x.want)
		}
	}
}

// Every rule that had to do with an allow is named: one that may be used so
// often is used by all of them.
func TestUsedRules(t *testing.T) {
	p := with(t,
		Rule{ID: "t", Verdict: Allow, Kind: Exec, Command: []string{"npm test *"}, Layer: LayerRemembered},
		Rule{ID: "n", Verdict: Allow, Kind: shell.Delete, Path: []string{"dist/**", "dist"}, Layer: LayerUser},
		Rule{ID: "r", Verdict: Allow, Kind: Exec, Command: []string{"rm *"}, Layer: LayerUser},
		Rule{ID: "p", Verdict: Deny, Kind: Exec, Command: []string{"npm publish *"}, Layer: LayerUser},
	)
	for text, want := range map[string][]RuleName{
		"npm test && rm -r dist":    {{LayerRemembered, "t"}, {LayerUser, "r"}, {LayerUser, "n"}},
		"npm test && npm test":      {{LayerRemembered, "t"}},
		"npm test && npm publish":   {{LayerUser, "p"}},
		"npm test && curl x.test/y": nil,
	} {
		if d := cmp.Diff(want, p.Action(command(text), Asker{}, world(t)).Used); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

// With rules that could not be read and none known from before, nothing is
// answered for the operator.
func TestBrokenRulesAnswerNothing(t *testing.T) {
	p := &Policy{FullAccess: true, Broken: "rules.toml:3: unknown key"}
	if j := p.Action(command("npm test"), Asker{Level: LevelNone}, world(t)); j.Action != Prompt {
		t.Errorf("%+v", j)
	}
	next, err := p.With(nil)
	if err != nil || next.Broken == "" {
		t.Errorf("%v %v: With forgot that it is broken", next, err)
	}
}

func TestPresetsInAFile(t *testing.T) {
	rules, err := ParseRules([]byte("presets = [\"secrets\", \"tests\"]\n[[rule]]\nid = \"x\"\ndeny = \"network\"\n"), "rules.toml", LayerUser)
	if err != nil || len(rules) != 3 || rules[0].Layer != LayerPreset || rules[2].ID != "x" {
		t.Fatalf("%+v %v", rules, err)
	}
	for text, want := range map[string]string{
		"# x\npresets = [\"test\"]\n":           `rules.toml:2: preset "test": did you mean "tests"?`,
		"preset = [\"tests\"]\n":                `rules.toml:1: unknown key "preset": did you mean "presets"?`,
		"[[rule]]\nallow=\"exec\"\nuses=0":      "uses = 0: it has to be 1 or more",
		"[[rule]]\nallow=\"exec\"\nuntil=\"x\"": `until = "x" is neither`,
	} {
		if _, err := ParseRules([]byte(text), "rules.toml", LayerUser); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := ParseRules([]byte("presets = [\"read-only-shell\"]\n"), ".kavi/rules.toml", LayerRepository); err == nil {
		t.Error("a repository's file may name presets")
	}
}
