package panes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/session"
)

func inForce() []session.RuleState {
	return []session.RuleState{
		remembered(3), remembered(1),
		{ID: "read-only-shell", Layer: gateway.LayerPreset, Verdict: gateway.Allow, Text: `allow exec "*" effects "read"`, Decided: 31},
		{ID: "src", Layer: gateway.LayerUser, Verdict: gateway.Allow, Text: `allow write "src/**", "test/**"`, File: "/home/op/.config/kavi/rules.toml", Line: 1, Decided: 2},
		{ID: "cloud", Layer: gateway.LayerProject, Text: `deny exec "aws *", "gcloud *" unless "aws s3 ls *"`, Why: "ask the operations team", File: "/home/op/.config/kavi/projects/0f3a/rules.toml", Line: 12},
	}
}

// rulesDeskTab is the ledger view with its second tab shown.
func rulesDeskTab(t *testing.T, cols, rows int, rules []session.RuleState) *desk {
	d := newDesk(t, cols, rows)
	d.change(func(s *session.Snapshot) { s.Rules = rules })
	d.v.act.Push(newLedgerView(d.v))
	d.keys("Tab")
	d.frame()
	return d
}

func TestRulesInForce(t *testing.T) {
	for _, size := range screenSizes {
		d := rulesDeskTab(t, size.cols, size.rows, inForce())
		d.golden("rules-force-" + size.name)
		d.keys("j", "j", "j", "j", "j", "j", "j", "j", "G")
		d.frame()
		d.golden("rules-force-end-" + size.name)
	}
}

func TestARememberedRuleIsTakenBack(t *testing.T) {
	d := rulesDeskTab(t, 80, 24, inForce())
	d.keys("j")
	d.deliberately("x")
	d.has("Take back rem_01", `rem_01 allow exec "npm test *"`)
	d.keys("Escape")
	d.wait(time.Second)
	if len(d.rules.removed) != 0 {
		t.Fatalf("Escape took back %v", d.rules.removed)
	}
	d.deliberately("x")
	d.deliberately("Enter")
	if fmt.Sprint(d.rules.removed) != "[rem_01]" {
		t.Errorf("took back %v", d.rules.removed)
	}
}

func TestOtherRulesSayWhereTheyStand(t *testing.T) {
	rules := append(inForce(), session.RuleState{ID: "never", Layer: gateway.LayerBuiltIn})
	d := rulesDeskTab(t, 80, 24, rules)
	for n, want := range map[int]string{
		2: "read-only-shell comes with a preset: presets in config.toml names those in force",
		3: "src stands in /home/op/.config/kavi/rules.toml, line 1: take it out there",
		4: "cloud stands in /home/op/.config/kavi/projects/0f3a/rules.toml, line 12: take it out there",
		5: "never is built in: it cannot be taken away",
	} {
		d.notes = nil
		d.keys("g")
		for range n {
			d.keys("j")
		}
		d.deliberately("x")
		if fmt.Sprint(d.notes) != "["+want+"]" || len(d.over) != 1 {
			t.Errorf("rule %d: told %q, %d views above, want %q", n, d.notes, len(d.over), want)
		}
	}
}

func TestTextTypedIntoTheRulesTakesNothingBack(t *testing.T) {
	for _, text := range []string{"x\n", "exit\n", "xx\n\n", "x \n", "fix it\n"} {
		for _, gap := range []int{0, 1, 3} {
			d := rulesDeskTab(t, 80, 24, inForce())
			d.wait(time.Second)
			for _, r := range text {
				d.types(string(r))
				d.frames(64*time.Millisecond, gap)
			}
			d.types(".")
			d.wait(time.Second)
			if len(d.rules.removed) != 0 {
				t.Errorf("%q with %d frames between the keys took back %v", text, gap, d.rules.removed)
			}
		}
	}
}

// The cursor stays on its rule while others come and go above it, and a key that
// was meant for one that went is void.
func TestTheRuleUnderTheCursorStays(t *testing.T) {
	d := rulesDeskTab(t, 80, 24, inForce())
	d.keys("j")
	d.wait(time.Second)
	d.change(func(s *session.Snapshot) { s.Rules = append([]session.RuleState{remembered(7)}, s.Rules...) })
	d.frame()
	d.has("▸ rem_01")
	d.keys("x")
	d.frame()
	d.change(func(s *session.Snapshot) { s.Rules = append(s.Rules[:2:2], s.Rules[3:]...) })
	d.wait(time.Second)
	if len(d.over) != 1 {
		t.Errorf("%d views above: %s", len(d.over), d.text())
	}
}

func TestManyRulesAreScrolledThrough(t *testing.T) {
	var rules []session.RuleState
	for n := range 100 {
		rules = append(rules, session.RuleState{ID: fmt.Sprintf("r%02d", n), Layer: gateway.LayerUser, Text: "allow exec " + strings.Repeat("x", n%120)})
	}
	d := rulesDeskTab(t, 80, 24, rules)
	seen := map[string]bool{}
	for range 130 {
		for _, row := range strings.Split(d.text(), "\n") {
			if f := strings.Fields(strings.Trim(row, "│")); len(f) > 1 && f[0] == "▸" {
				seen[f[1]] = true
			}
		}
		d.keys("j")
		d.frame()
	}
	if len(seen) != len(rules) {
		t.Errorf("the cursor was seen on %d of %d rules", len(seen), len(rules))
	}
	d.has("Approval levels") // behind the last one
	for range 130 {
		d.keys("k")
	}
	d.frame()
	d.has("▸ r00")
	for _, key := range []string{"PageDown", "PageDown", "PageUp", "C-d", "C-u", "G", "g"} {
		d.keys(key)
		d.frame()
		d.has("▸ r")
	}
}

func TestKeysBeforeTheFirstDraw(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.change(func(s *session.Snapshot) { s.Rules = inForce() })
	l := newLedgerView(d.v)
	d.v.act.Push(l)
	d.keys("Tab", "j", "k", "G", "PageUp", "x")
	d.frame()
	d.keys("g")
	d.frame()
	d.has("Rules in force (5)", "▸ rem_03")
}

// A thousand rules are laid out once, not for each key and each frame.
func TestAThousandRulesAreLaidOutOnce(t *testing.T) {
	var rules []session.RuleState
	for n := range 1000 {
		rules = append(rules, session.RuleState{ID: fmt.Sprintf("r%d", n), Layer: gateway.LayerUser, Text: "allow exec \"x *\""})
	}
	d := rulesDeskTab(t, 80, 24, rules)
	laid := d.top().(*ledgerView).tab.sheet
	for range 20 {
		d.keys("j")
		d.change(func(s *session.Snapshot) { s.Rules = append([]session.RuleState(nil), s.Rules...) })
		d.frames(time.Second, 1)
	}
	if d.top().(*ledgerView).tab.sheet != laid {
		t.Error("they were laid out again, though nothing of them changed")
	}
	d.change(func(s *session.Snapshot) {
		s.Rules = append([]session.RuleState(nil), s.Rules...)
		s.Rules[3].Decided++
	})
	d.frame()
	if d.top().(*ledgerView).tab.sheet == laid {
		t.Error("they are shown as they were")
	}
}
