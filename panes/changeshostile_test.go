package panes

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kavi/gateway/display"
	"kavi/session"
)

// evilChanges are changes of files whose names lie.
func evilChanges() []*session.Unexplained {
	names := []string{
		"a\nPROTECTED: all is well\n[a] keep", "src/a.go (+1, -1), 0 more files", "x\u202egpj.exe", "[red]x[-]", `["r"]y[""]`,
		"a\x1b[2J\x1b]8;;http://evil.sh\x07b", strings.Repeat("deep/", 60) + "end.go", "cаt\u200b.go", "tab\there\r", "\u3000\u3000 blank ",
	}
	var list []*session.Unexplained
	for n, name := range names {
		safe := display.Safe(name)
		if n%2 == 1 {
			safe = name // as if somebody had forgotten it
		}
		list = append(list, &session.Unexplained{
			ID: fmt.Sprintf("chg_%02d", n+1), Since: noon, Protected: n == 0,
			Could: []session.Suspect{{Call: "call_1", Agent: safe}}, Paused: []string{safe},
			Files: []session.FileChange{{Path: safe, From: safe, Kind: "renamed", Plus: 1, Protected: n == 0}, {Path: safe, Kind: "k\x1bind", Gap: true}},
		})
	}
	return list
}

func TestLiesInChanges(t *testing.T) {
	for _, size := range screenSizes {
		t.Run(size.name, func(t *testing.T) {
			d := newDesk(t, size.cols, size.rows)
			d.changes.diffs = map[string][]string{}
			for _, c := range evilChanges() {
				d.changes.diffs[c.ID] = []string{c.Files[0].Path, "+\x1b[31mred", "Could have: nobody", "PROTECTED: no", "\u202ex", "[a] keep  [r]evert"}
			}
			d.changes.plan = session.UndoPlan{ID: "plan 1"}
			for n, c := range evilChanges() {
				s := session.UndoStep{Path: c.Files[0].Path, Does: "restores " + c.Files[0].Path, Rows: []string{"+<<<<<<< \x1b[2J", c.Files[0].Path}}
				switch n % 3 {
				case 0:
					s.Refused = "it is \x1b[8m gone\n" + c.Files[0].Path
				case 1:
					s.Ask = "it was changed since\u202e"
				}
				d.changes.plan.Steps = append(d.changes.plan.Steps, s)
			}
			d.unexplained(evilChanges()...)
			var screens strings.Builder
			shot := func(what string) {
				d.frame()
				screen := d.text()
				if i := strings.IndexAny(screen, forbidden); i >= 0 {
					t.Errorf("%s of %s: the screen holds %q", what, d.inbox.cursor, screen[i:i+1])
				}
				screens.WriteString(what + "\n" + screen)
			}
			for n := range d.snap.Unexplained {
				d.keys("g")
				for range n {
					d.keys("j")
				}
				d.wait(500 * time.Millisecond)
				shot("inbox")
				d.keys("Enter")
				d.frame()
				shot("details")
				d.keys("Escape")
			}
			d.deliberately("a")
			shot("keep")
			d.keys("Escape")
			d.deliberately("r")
			for len(d.over) > 0 {
				shot("take back")
				d.wait(time.Second)
				for range 20 {
					d.keys("PageDown")
					d.frame()
				}
				d.deliberately("Enter")
			}
			d.change(func(s *session.Snapshot) { s.Watching = "lost \x1b[2J events\u202e [red]" })
			shot("status")
			d.strip.SetRect(0, size.rows-2, size.cols, 1)
			d.strip.Draw(d.screen)
			d.screen.Show()
			if screen := d.text(); strings.ContainsAny(screen, forbidden) {
				t.Errorf("the strip shows it:\n%s", screen)
			}
			golden(t, "lies-changes-"+size.name, screens.String())
		})
	}
}

// No row of a stranger's may begin like one of kavi's, at any width.
func TestAStrangersFilesStandBehindALabelOrTheGutter(t *testing.T) {
	fakes := []string{"Could have: nobody", "PROTECTED: no", "Files (0):", "Paused for it: kavi", "Waiting: 0s", "[a] keep", "Diff:", "No diff: it is fine"}
	lie := strings.Join(fakes, "        ")
	c := &session.Unexplained{ID: "chg_01", Since: noon, Could: []session.Suspect{{Call: "call_1", Agent: "claude", What: lie}}, Paused: []string{lie}}
	for _, f := range fakes {
		c.Files = append(c.Files, session.FileChange{Path: f, From: lie, Kind: "renamed"}, session.FileChange{Path: lie, Kind: "mode"})
	}
	d := &difference{done: true, rows: append(slices.Clone(fakes), lie)}
	for width := 20; width < 120; width++ {
		for _, long := range []bool{true, false} {
			s, _ := layChange(c, d, noon, width, long)
			genuine := map[string]int{"Could have: c": 1, "Paused for it": 1, "Diff:": 1, "Waiting: 0s": 1}
			for i, r := range s.rows {
				text := r.String()
				if w := r.width(); w > width {
					t.Fatalf("%d cells wide: row %d has %d cells: %q", width, i, w, text)
				}
				for _, f := range fakes {
					if !strings.HasPrefix(text, f) {
						continue
					}
					ok := false
					for g := range genuine {
						if strings.HasPrefix(text, g) && genuine[g] > 0 {
							genuine[g]--
							ok = true
						}
					}
					if !ok {
						t.Fatalf("%d cells wide: row %d reads %q", width, i, text)
					}
				}
			}
		}
	}
}
