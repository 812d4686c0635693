package gateway

import (
	"encoding/json"
	"slices"
	"testing"

	"kavi/gateway/shell"
)

// rulesOf reads the rules of a case.
func (c *corpusCase) rulesOf(t testing.TB) []Rule {
	t.Helper()
	var raw []struct {
		Allow, Prompt, Deny, Layer                        string
		Path, Command, Host, Tool, Agent, Effects, Unless []string
	}
	if len(c.Rules) > 0 {
		if err := json.Unmarshal(c.Rules, &raw); err != nil {
			t.Fatal(err)
		}
	}
	var rules []Rule
	for _, x := range raw {
		r := Rule{ID: "case", Verdict: Allow, Kind: shell.Kind(x.Allow), Path: x.Path, Command: x.Command, Host: x.Host, Tool: x.Tool, Agent: x.Agent, Unless: x.Unless, Layer: LayerUser}
		switch {
		case x.Deny != "":
			r.Verdict, r.Kind = Deny, shell.Kind(x.Deny)
		case x.Prompt != "":
			r.Verdict, r.Kind = Prompt, shell.Kind(x.Prompt)
		}
		for _, e := range x.Effects {
			r.Effects = append(r.Effects, shell.Kind(e))
		}
		switch x.Layer {
		case "repo":
			if r.Verdict == Allow {
				continue // refused when the file is read
			}
			r.Layer = LayerRepository
		case "repo-trusted":
			r.Layer = LayerTrusted
		}
		rules = append(rules, r)
	}
	return rules
}

func with(t testing.TB, rules ...Rule) *Policy {
	t.Helper()
	p, err := Default().With(rules)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCorpusReadonly(t *testing.T) {
	readonly, err := Preset("read-only-shell")
	if err != nil {
		t.Fatal(err)
	}
	testProfile(t, "readonly", 100, func(*corpusCase) *Policy { return with(t, readonly...) })
}

func TestCorpusPermissive(t *testing.T) {
	broad := Rule{ID: "broad", Verdict: Allow, Kind: Exec, Command: []string{"*"}, Layer: LayerUser}
	testProfile(t, "permissive", 100, func(*corpusCase) *Policy { return with(t, broad) })
}

func TestCorpusRules(t *testing.T) {
	testProfile(t, "rules", 25, func(c *corpusCase) *Policy { return with(t, c.rulesOf(t)...) })
}

func TestCorpusAfterRemembering(t *testing.T) {
	fs := corpusFS(t)
	testProfile(t, "after", 20, func(c *corpusCase) *Policy {
		var m corpusCase
		var decision struct{ Decision string }
		if json.Unmarshal(c.Remember, &m) != nil || json.Unmarshal(c.Remember, &decision) != nil {
			t.Fatalf("%s: %s", c.ID, c.Remember)
		}
		m.Cwd, m.Root, m.Home = c.Cwd, c.Root, c.Home
		p := with(t, c.rulesOf(t)...)
		verdict := Allow
		if decision.Decision == "deny" {
			verdict = Deny
		}
		o := p.Offer(m.call(), Asker{Agent: m.Agent}, m.world(fs), verdict)
		if len(o.Rules) == 0 {
			return p
		}
		for i := range o.Rules {
			o.Rules[i].ID = "remembered"
		}
		q, err := p.With(append(p.Rules(), o.Rules...))
		if err != nil {
			t.Fatalf("%s: %v", c.ID, err)
		}
		return q
	})
}

func testProfile(t *testing.T, profile string, least int, policy func(*corpusCase) *Policy) {
	fs, n := corpusFS(t), 0
	for _, c := range corpus(t) {
		want, ok := c.Expect[profile]
		if !ok || slices.Contains(want, "bounded") {
			continue
		}
		n++
		j := policy(&c).Action(c.call(), Asker{Agent: c.Agent, Level: c.Level}, c.world(fs))
		if !slices.Contains(want, j.Action.String()) {
			t.Errorf("%s (%s, hard %v): %s %.200q\n\tis %s (%s %s: %s), want %v: %s", c.ID, c.Class, c.Hard, c.Tool, c.call().Command+c.Args.Path, j.Action, j.Layer, j.Rule, j.Why, want, c.Why)
		}
	}
	if n < least {
		t.Errorf("only %d cases have the profile %s", n, profile)
	}
}
