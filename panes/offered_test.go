package panes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/session"
)

func readOnly() *session.Offered {
	return &session.Offered{
		ID: "off_1", Line: "preset read-only-shell would have allowed this",
		Title: "Preset read-only-shell: any command whose every effect is a read",
		Rules: []string{`allow exec "*" effects "read"`},
	}
}

func TestAProposalIsOneLineAndASheet(t *testing.T) {
	for _, size := range screenSizes {
		t.Run(size.name, func(t *testing.T) {
			d := newDesk(t, size.cols, size.rows, three()...)
			d.change(func(s *session.Snapshot) { s.Offered = readOnly() })
			d.frame()
			d.golden("offered-" + size.name)
			d.deliberately("p")
			d.golden("offer-" + size.name)
		})
	}
}

func TestAProposalIsTakenOrNot(t *testing.T) {
	for _, c := range []struct {
		tabs           int
		taken, dropped string
		told           string
	}{
		{0, "[off_1 all agents, this session]", "[]", "taken for this session; decided 2 calls that waited"},
		{1, "[off_1 this project]", "[]", "taken for this project, in your own file of rules; decided 2 calls that waited"},
		{2, "[]", "[off_1]", ""},
		{3, "[off_1 all agents, this session]", "[]", "taken for this session; decided 2 calls that waited"},
	} {
		d := newDesk(t, 80, 24, three()...)
		d.change(func(s *session.Snapshot) { s.Offered = readOnly() })
		d.deliberately("p")
		for range c.tabs {
			d.keys("Tab")
		}
		d.deliberately("Enter")
		if fmt.Sprint(d.rules.taken) != c.taken || fmt.Sprint(d.rules.dropped) != c.dropped || strings.Join(d.notes, "|") != c.told {
			t.Errorf("after %d Tabs: taken %v, dropped %v, told %q", c.tabs, d.rules.taken, d.rules.dropped, d.notes)
		}
		if len(d.over) != 0 {
			t.Error("the sheet is still there")
		}
	}
}

func TestEscapeLeavesAProposalOpen(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.change(func(s *session.Snapshot) { s.Offered = readOnly() })
	d.deliberately("p")
	d.keys("Escape")
	d.wait(time.Second)
	if len(d.over)+len(d.rules.taken)+len(d.rules.dropped) != 0 {
		t.Errorf("taken %v, dropped %v", d.rules.taken, d.rules.dropped)
	}
	d.has("preset read-only-shell would have allowed this, p shows it")
}

func TestALongProposalMustBeReadToItsEnd(t *testing.T) {
	d := newDesk(t, 80, 24)
	o := readOnly()
	for n := range 60 {
		o.Rules = append(o.Rules, fmt.Sprintf(`allow exec "make target-%d"`, n))
	}
	d.change(func(s *session.Snapshot) { s.Offered = o })
	d.deliberately("p") // also where nothing waits
	d.has("61 rules:")
	d.deliberately("Enter")
	if len(d.rules.taken) != 0 {
		t.Fatal("taken before its end was shown")
	}
	d.keys("G")
	d.deliberately("Enter")
	if len(d.rules.taken) != 1 {
		t.Errorf("taken %v", d.rules.taken)
	}
}

func TestTheLineOfAProposalMovesNothing(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.keys("j")
	d.frame()
	before := strings.Split(d.text(), "\n")[:6]
	d.change(func(s *session.Snapshot) { s.Offered = readOnly() })
	d.frame()
	if after := strings.Split(d.text(), "\n")[:6]; fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("before\n%s\nafter\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

func TestNothingIsProposed(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.deliberately("p")
	if len(d.over) != 0 || fmt.Sprint(d.notes) != "[nothing is proposed now]" {
		t.Errorf("%d views above, told %q", len(d.over), d.notes)
	}
}

func remembered(n int) session.RuleState {
	return session.RuleState{
		ID: fmt.Sprintf("rem_%02d", n), Layer: gateway.LayerRemembered, Verdict: gateway.Allow, Why: "remembered",
		Text: `allow exec "npm test *" agent "claude" effects "read", "write", "unknown"`, Decided: 4, Uses: 3,
		Until: noon.Add(20 * time.Minute), Scope: session.ScopeAgent, By: fmt.Sprintf("apr_%02d", n),
	}
}

func TestUndoNamesTheLastRemembered(t *testing.T) {
	for _, size := range screenSizes {
		d := newDesk(t, size.cols, size.rows, three()...)
		d.change(func(s *session.Snapshot) {
			s.Rules = []session.RuleState{{ID: "src", Layer: gateway.LayerUser}, remembered(3), remembered(2)}
		})
		d.deliberately("u")
		d.golden("undo-" + size.name)
		d.keys("Escape")
		d.wait(time.Second)
		if len(d.rules.removed) != 0 {
			t.Fatalf("Escape took back %v", d.rules.removed)
		}
		d.deliberately("u")
		d.change(func(s *session.Snapshot) { s.Rules = append([]session.RuleState{remembered(4)}, s.Rules...) })
		d.deliberately("Enter") // it is about the one that it names
		if fmt.Sprint(d.rules.removed) != "[rem_03]" || d.notes[len(d.notes)-1] != "rem_03 is taken back" {
			t.Errorf("took back %v, told %q", d.rules.removed, d.notes)
		}
	}
}

func TestUndoWithNothingRemembered(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.change(func(s *session.Snapshot) { s.Rules = []session.RuleState{{ID: "src", Layer: gateway.LayerUser}} })
	d.deliberately("u")
	if len(d.over) != 0 || len(d.notes) != 1 || !strings.Contains(d.notes[0], "nothing is remembered in this session") {
		t.Errorf("%d views above, told %q", len(d.over), d.notes)
	}
}

// What was remembered for the project went into a file, and is taken out of it.
func TestUndoAfterARuleWentIntoAFile(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.change(func(s *session.Snapshot) {
		s.Rules = []session.RuleState{
			remembered(3),
			{ID: "rem_09", Layer: gateway.LayerProject, File: "/home/op/rules.toml", Line: 1},
			{ID: "rem_04", Layer: gateway.LayerProject, File: "/home/op/rules.toml", Line: 7, Scope: session.ScopeProject, By: "apr_02"},
		}
	})
	d.deliberately("u")
	d.has("Undo rem_04", "project at apr_02", "/home/op/rules.toml:7", "It is taken out of that file")
	d.deliberately("Enter")
	if fmt.Sprint(d.rules.removed) != "[rem_04]" {
		t.Errorf("took back %v", d.rules.removed)
	}
}
