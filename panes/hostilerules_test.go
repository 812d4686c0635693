package panes

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/gateway/shell"
	"kavi/session"
)

// lies is a text that tries everything: control sequences, invisible and
// turning characters, rows of kavi's own, more blanks than a screen has.
const lies = "a\x1b[2J\u202e\u200b\u3000[red]b[-]\nRisk: low\r[Enter] cancel" + "\x9bx\x07"

func longLie() string { return lies + strings.Repeat(" ", 212) + strings.Repeat("x", 300) + lies }

// Whatever agents wrote into patterns, rules and proposals: on the screen stands
// only what can be shown, and kavi's own rows stay where they are.
func TestLiesOnTheSurfacesOfRules(t *testing.T) {
	rule := session.RuleState{
		ID: "rem_01", Layer: gateway.LayerRemembered, Text: "allow exec " + longLie(), Why: lies, File: lies, By: lies,
		Scope: session.Scope(lies), Uses: 1, Until: noon,
	}
	all := func(s *session.Snapshot) {
		s.Rules = []session.RuleState{rule, {ID: lies, Layer: gateway.LayerUser, Text: longLie(), File: lies, Why: lies}}
		s.Offered = &session.Offered{ID: "off", Line: longLie(), Title: longLie(), Rules: []string{longLie(), lies}}
	}
	for name, open := range map[string]func(d *desk){
		"inbox": func(*desk) {},
		"allow": func(d *desk) { d.deliberately("m") },
		"deny":  func(d *desk) { d.deliberately("M"); d.keys("Enter", "Enter") },
		"wrong": func(d *desk) {
			d.rules.trial = func(session.Remember) (session.Trial, error) {
				return session.Trial{}, errors.New(longLie())
			}
			d.deliberately("m")
		},
		"undo":  func(d *desk) { d.deliberately("u") },
		"offer": func(d *desk) { d.deliberately("p") },
		"rules": func(d *desk) { d.v.act.Push(newLedgerView(d.v)); d.keys("Tab") },
		"level": func(d *desk) { d.v.act.Push(newLevels(d.v, lies, gateway.LevelNone)) },
	} {
		for _, size := range screenSizes {
			d := newDesk(t, size.cols, size.rows, three()...)
			d.rules.offer = session.RememberOffer{Patterns: []string{longLie(), lies}, Rules: []string{longLie()}}
			d.rules.trial = func(session.Remember) (session.Trial, error) {
				return session.Trial{
					Covers: []session.Covered{{What: longLie(), Examples: []string{lies, longLie()}}}, Past: 2,
					Denied: []string{longLie()}, Pending: []string{lies},
				}, nil
			}
			d.change(all)
			open(d)
			for n := range 5 {
				if n > 0 {
					d.keys("PageDown")
				}
				d.frames(200*time.Millisecond, 2)
				screen := d.text()
				if i := strings.IndexAny(screen, forbidden); i >= 0 {
					t.Errorf("%s: the screen holds %q:\n%s", name, screen[i:i+1], screen)
				}
				for _, fake := range []string{"│Risk: low", "│[Enter] cancel"} { // behind the gutter there is a blank
					if strings.Contains(screen, fake) {
						t.Errorf("%s: a stranger's text begins a row:\n%s", name, screen)
					}
				}
			}
		}
	}
}

// Parts are texts of the agent, effects name its files: neither begins a row.
func TestPartsStandBehindTheirLabels(t *testing.T) {
	fakes := []string{"Risk: low", "Agent: kavi", "[a]pprove [r]eject", "Part 1 of 1: ls"}
	a := command("apr_01", "claude", "x", 0)
	a.Judged.Parts = nil
	for _, f := range fakes {
		a.Judged.Parts = append(a.Judged.Parts, gateway.Part{
			Text:    strings.Repeat(" ", 3) + f + strings.Repeat("       "+f, 5),
			Effects: []gateway.Effect{{Kind: shell.Delete, Why: "deletes x" + strings.Repeat("       "+f, 5)}},
		})
	}
	for width := 20; width < 120; width++ {
		for _, s := range []*sheet{layLong(&session.Snapshot{}, a, noon, width, true), layShort(&session.Snapshot{}, a, noon, width)} {
			for i, r := range s.rows {
				for _, f := range fakes {
					if strings.HasPrefix(r.String(), f) && !strings.HasPrefix(r.String(), "Risk: m") {
						t.Fatalf("%d cells wide: row %d reads %q", width, i, r)
					}
				}
				if w := r.width(); w > width {
					t.Fatalf("%d cells wide: row %d has %d cells: %q", width, i, w, r)
				}
			}
		}
	}
}
