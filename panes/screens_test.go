package panes

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/keymap"
	"kavi/session"
	"kavi/session/ledger"
)

func entries(from, to int) (lines []logLine) {
	for n := from; n <= to; n++ {
		lines = append(lines, logLine{Seq: uint64(n), Text: fmt.Sprintf("12:00:%02d call_%d allowed Run: make %d", n%60, n, n), Bad: n%7 == 0})
	}
	return lines
}

func TestLedgerFollowsItsEnd(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.log = entries(1, 700)
	l := newLedgerView(d.v)
	d.v.act.Push(l)
	d.frame()
	d.golden("ledger-80x24")
	d.log = entries(1, 702)
	d.change(func(*session.Snapshot) {})
	d.frame()
	d.has("call_702", "entry 683–702 of 702")
	d.keys("k")
	d.log = entries(1, 703)
	d.change(func(*session.Snapshot) {})
	d.frame()
	d.has("entry 683–702 of 703, not following")
	d.keys("G")
	d.frame()
	d.has("call_703")
	d.keys("q")
	if len(d.over) != 0 {
		t.Error("q does not leave it")
	}
}

func TestLedgerReadsBackToItsBeginning(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.log = entries(1, 1700)
	l := newLedgerView(d.v)
	d.v.act.Push(l)
	d.frame()
	d.has("entry 1681–1700 of 1700")
	for range 4 {
		d.keys("g")
		d.frame()
	}
	d.has("entry 1–20 of 1700", "call_1 ")
	for n, line := range l.lines {
		if line.Seq != uint64(n+1) {
			t.Fatalf("row %d is entry %d", n, line.Seq)
		}
	}
}

func TestLedgerCatchesUpWithMoreThanOneRun(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.log = entries(1, 10)
	l := newLedgerView(d.v)
	d.v.act.Push(l)
	d.frame()
	d.log = entries(1, 10+3*logRun)
	d.change(func(*session.Snapshot) {})
	d.frame()
	if n := len(l.lines); n != 10+3*logRun || l.lines[n-1].Seq != uint64(n) {
		t.Errorf("%d entries are here", n)
	}
}

func TestLedgerKeepsABoundedNumberOfEntries(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.log = entries(1, 10)
	l := newLedgerView(d.v)
	d.v.act.Push(l)
	d.frame()
	d.log = entries(1, logKept+2000)
	d.change(func(*session.Snapshot) {})
	d.frame()
	if len(l.lines) != logKept || l.lines[logKept-1].Seq != logKept+2000 {
		t.Errorf("%d entries are here, the last is %d", len(l.lines), l.lines[len(l.lines)-1].Seq)
	}
}

func TestLedgerSaysThatItCannotBeRead(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.v.act.ReadLog = func(_ uint64, _ int, done func(logPage)) { done(logPage{Err: errors.New("disk \x1b[2J full")}) }
	d.v.act.Push(newLedgerView(d.v))
	d.frame()
	d.has(`the ledger cannot be read: disk \x1b[2J full`)
}

func TestLedgerHasTheRulesOnItsSecondTab(t *testing.T) {
	for _, size := range screenSizes {
		d := newDesk(t, size.cols, size.rows)
		d.change(func(s *session.Snapshot) {
			s.DenyRules = []string{"deny read **/.env, ~/.ssh/**", "deny exec aws *"}
			s.Agents = []*session.Agent{{Name: "claude", Level: gateway.LevelOnWrite}, {Name: "codex"}}
		})
		d.v.act.Push(newLedgerView(d.v))
		d.keys("Tab")
		d.frame()
		d.golden("rules-" + size.name)
		d.keys("x")
		if len(d.notes) != 1 {
			t.Error("x neither does nor says anything")
		}
		d.keys("Tab")
		d.frame()
		d.hasNot("Approval levels")
	}
}

func TestHelpNamesEveryKey(t *testing.T) {
	for _, size := range screenSizes {
		d := newDesk(t, size.cols, size.rows)
		h := newHelp(d.v)
		d.v.act.Push(h)
		d.frame()
		d.has("After the prefix", "C-Space", "go to the pane of that number")
		var all strings.Builder
		for _, r := range h.text(size.cols - 2) {
			all.WriteString(r.String() + "\n")
		}
		for _, table := range keymap.Tables() {
			for _, a := range d.v.keys.Actions(table) {
				for _, k := range d.v.keys.Of(table, a) {
					if !strings.Contains(all.String(), k.String()) || !strings.Contains(all.String(), strings.Fields(a.Help())[0]) {
						t.Errorf("%s, %s, %v is not in the help", table, a, k)
					}
				}
			}
		}
		d.keys("G")
		d.frame()
		d.keys("Escape")
		if len(d.over) != 0 {
			t.Error("Escape does not leave it")
		}
	}
}

// kavi's own sentences are broken between words, at every width, and stand below
// where they began.
func TestHelpBreaksNoWord(t *testing.T) {
	h := newHelp(newDesk(t, 80, 24).v)
	known := map[string]bool{}
	for _, r := range h.text(1000) {
		for _, w := range strings.Fields(r.String()) {
			known[w] = true
		}
	}
	for width := 30; width < 260; width++ {
		for _, r := range h.text(width) {
			for _, w := range strings.Fields(r.String()) {
				if !known[w] {
					t.Errorf("at %d: %q stands in the row %q", width, w, r)
				}
			}
			if r.width() > width {
				t.Errorf("at %d: %q has %d cells", width, r, r.width())
			}
		}
		if t.Failed() {
			return
		}
	}
}

func TestStatusBar(t *testing.T) {
	d := newDesk(t, 120, 30, three()...)
	bar := func() string {
		rows := strings.Split(d.text(), "\n")
		return rows[len(rows)-2]
	}
	for _, c := range []struct {
		name  string
		m     func(*model)
		s     func(*session.Snapshot)
		width int
		want  string
	}{
		{
			"as drawn", nil, nil, 120,
			" kavi myproject · 2 agents · 3 pending · prefix C-Space · ? help · d detach",
		},
		{
			"one of each", nil, func(s *session.Snapshot) { s.Agents, s.Approvals = s.Agents[:1], s.Approvals[:1] }, 120,
			" kavi myproject · 1 agent · 1 pending · prefix C-Space · ? help · d detach",
		},
		{
			"denied", nil, func(s *session.Snapshot) { s.Denied = 12 }, 120,
			" kavi myproject · 2 agents · 3 pending · 12 denied · prefix C-Space · ? help · d detach",
		},
		{
			"full access", nil, func(s *session.Snapshot) { s.FullAccess, s.FullSince = true, noon.Add(-time.Hour) }, 120,
			"  FULL ACCESS for 1h  · kavi myproject · 2 agents · 3 pending · prefix C-Space · ? help · d detach",
		},
		{
			"full access, no room", nil, func(s *session.Snapshot) { s.FullAccess = true }, 48,
			"  FULL ACCESS  · kavi myproject · 3 pending",
		},
		{
			"full access while a command is awaited", func(m *model) { m.prefixed = true },
			func(s *session.Snapshot) { s.FullAccess = true }, 60,
			"  FULL ACCESS  · C-Space · i inbox · ? help · d detach",
		},
		{
			"a note and full access", func(m *model) { m.note = "apr_01 was not decided: \x1b it changed" },
			func(s *session.Snapshot) { s.FullAccess = true }, 120,
			`  FULL ACCESS  · apr_01 was not decided: \x1b it changed`,
		},
		{
			"degraded", nil, func(s *session.Snapshot) { s.Degraded = true }, 80,
			"  all is denied: the ledger cannot be written  · kavi myproject · 3 pending",
		},
		{
			"a broken file of rules", nil, func(s *session.Snapshot) {
				s.Banner = []string{"the rules before hold: /home/you/.config/kavi/rules.toml:3: unknown key"}
			}, 80,
			" kavi myproject · 3 pending · the rules before hold: /home/you/.confi… · ? help",
		},
		{
			"not gated", nil, func(s *session.Snapshot) { s.Agents = []*session.Agent{{Name: "codex", Gate: "not gated"}} }, 120,
			" kavi myproject · 1 agent ·  codex not gated  · 3 pending · prefix C-Space · ? help · d detach",
		},
		{
			"the prefix", func(m *model) { m.prefixed = true }, nil, 120,
			" C-Space · i inbox · ? help · d detach · c new agent · x close · z zoom · [ scroll · t ledger · ! full access · L level",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			old := d.snap
			defer func() { d.snap = old }()
			if c.s != nil {
				d.change(c.s)
			}
			m := d.model()
			if c.m != nil {
				c.m(&m)
			}
			d.screen.Clear()
			d.status.Update(m)
			d.status.SetRect(0, 29, c.width, 1)
			d.status.Draw(d.screen)
			d.screen.Show()
			if got := strings.TrimRight(bar(), " "); got != c.want {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestStatusBarCanBePressed(t *testing.T) {
	d := newDesk(t, 120, 30, three()...)
	rows := strings.Split(d.text(), "\n")
	text := []rune(rows[29])
	for want, of := range map[click]string{clickInbox: "3 pending", clickHelp: "? help", clickDetach: "d detach"} {
		at := len([]rune(string(text)[:strings.Index(string(text), of)]))
		for x := at; x < at+len(of); x++ {
			if got := d.status.At(x, 29); got != want {
				t.Errorf("%q at column %d is place %d, want %d", of, x, got, want)
			}
		}
		if d.status.At(at-1, 29) != clickNothing || d.status.At(at+len(of), 29) != clickNothing || d.status.At(at, 28) != clickNothing {
			t.Errorf("around %q there is something to press", of)
		}
	}
}

func TestStripNamesTheOldestApproval(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	draw := func() string {
		d.screen.Clear()
		d.strip.Update(d.model())
		d.strip.SetRect(0, 22, 80, 1)
		d.strip.Draw(d.screen)
		d.screen.Show()
		return strings.TrimRight(strings.Split(d.text(), "\n")[22], " ")
	}
	if got, want := draw(), "▸ apr_01 claude Write src/auth/login.ts (+45, -12…  and 2 more  C-Space i: inbox"; got != want {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	d.change(func(s *session.Snapshot) { s.Approvals = s.Approvals[2:] })
	if got, want := draw(), "▸ apr_03 codex Run npm install jsonwebtoken 30s ago  C-Space i: inbox"; got != want {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	d.change(func(s *session.Snapshot) { s.Approvals = nil })
	if got := draw(); got != "" {
		t.Errorf("with nothing waiting it says %q", got)
	}
}

func TestSummaryGoesAwayWithAKey(t *testing.T) {
	for _, key := range []string{"Enter", "Escape", "q"} {
		d := newDesk(t, 80, 24, three()...)
		rows := []string{"since 02:10, for 9h:", "  412 allowed: 400 by rules, 12 by the operator", "  3 denied", "  the machine slept 2h \x1b[2J"}
		d.v.act.Push(newSummary(d.v, "While you were away", textRows(rows...)))
		d.frame()
		d.golden("summary-80x24")
		d.keys(key)
		if len(d.over) != 0 {
			t.Errorf("%s does not leave it", key)
		}
	}
}

// What the first screen after a pause shows is what kavi log --summary prints: its
// columns are kavi's own, no stranger's padding.
func TestSummaryShowsTheLedgersRows(t *testing.T) {
	began := time.Date(2026, 1, 2, 10, 12, 0, 0, time.Local)
	code := 3
	quiet := []ledger.Entry{{Kind: ledger.CallDecided, Time: began.Add(time.Second), Verdict: ledger.Allowed, By: &ledger.By{Kind: ledger.ByRule}}}
	for name, list := range map[string][]ledger.Entry{
		"summary-quiet-80x24": quiet,
		"summary-gaps-80x24": append(slices.Clone(quiet),
			ledger.Entry{Kind: ledger.AgentExited, Time: began.Add(time.Minute), Agent: "claude", ExitCode: &code},
			ledger.Entry{Kind: ledger.AgentExited, Time: began.Add(2 * time.Minute), Agent: "a" + strings.Repeat(" ", 12) + "b"},
			ledger.Entry{Kind: ledger.MachineSlept, Time: began.Add(5 * time.Minute), For: 3 * time.Minute},
			ledger.Entry{Kind: ledger.GateLost, Time: began.Add(6 * time.Minute), Agent: "codex", Why: "its shell is not the shim's, which is told at such length that the row goes on"},
		),
	} {
		sum, err := ledger.Summarise(began, began.Add(11*time.Minute), func(yield func(ledger.Entry, error) bool) {
			for _, e := range list {
				if !yield(e, nil) {
					return
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		d := newDesk(t, 80, 24)
		d.v.act.Push(newSummary(d.v, "Since Fri 10:12", sum.Rows()))
		d.frame()
		d.has("From 10:12 to 10:23 (11m)")
		d.golden(name)
	}
}
