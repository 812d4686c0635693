package panes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/session"
)

func TestLayoutsAsDrawn(t *testing.T) {
	for _, c := range []struct {
		name       string
		cols, rows int
		agents     []string
		keys       string
	}{
		{"one-80x24", 80, 24, []string{"claude"}, ""},
		{"two-80x24", 80, 24, []string{"claude", "codex"}, ""},
		{"two-80x24-second", 80, 24, []string{"claude", "codex"}, "\x00j"},
		{"two-80x24-inbox", 80, 24, []string{"claude", "codex"}, "\x00i"},
		{"two-120x40", 120, 40, []string{"claude", "codex"}, ""},
		{"two-200x50", 200, 50, []string{"claude", "codex"}, ""},
		{"two-200x50-inbox", 200, 50, []string{"claude", "codex"}, "\x00l"},
		{"two-200x50-zoomed", 200, 50, []string{"claude", "codex"}, "\x00z"},
		{"six-200x50", 200, 50, []string{"a1", "a2", "a3", "a4", "a5", "a6"}, "\x003"},
		{"many-80x12", 80, 12, []string{"a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1", "b2", "b3"}, "\x007"},
		{"none-120x40", 120, 40, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, c.cols, c.rows, c.agents...)
			for i, name := range c.agents {
				s.writes(name, fmt.Sprintf("\x1b]2;%s's title\x07this is %s\r\n中文 and \x1b[1mbold\x1b[m\r\n$ ", name, name))
				state := []session.State{session.Waiting, session.Working, session.Idle}[i%3]
				s.agent(name, func(ag *session.Agent) { ag.State, ag.Title = state, name+"'s title" })
			}
			if len(c.agents) > 0 {
				s.change(func(snap *session.Snapshot) {
					snap.Approvals = []*session.Approval{approval("apr_01", c.agents[0], "npm install jsonwebtoken"), approval("apr_02", c.agents[0], "make")}
					for _, a := range snap.Approvals {
						a.Since = s.now // ages are not what this is about
					}
				})
			}
			s.do(snapIn{})
			s.types(c.keys)
			s.pass(3 * settled)
			s.golden(c.name)
		})
	}
}

func TestStatesOfAgentsInTheirBorders(t *testing.T) {
	s := newStage(t, 120, 70, "claude", "codex", "gemini", "bash", "open")
	for name, f := range map[string]func(*session.Agent){
		"claude": func(a *session.Agent) { a.State, a.ExitCode = session.Exited, 130 },
		"codex":  func(a *session.Agent) { a.State, a.Gate, a.Gated = session.Working, "not gated", false },
		"gemini": func(a *session.Agent) { a.State, a.Gate = session.Paused, "partly (shim)" },
		"bash": func(a *session.Agent) {
			a.State, a.Attention, a.Title = session.Idle, true, "a[red]b\x1b[2J\u202e\u202ex"
		},
		"open": func(a *session.Agent) { a.State = session.Lost },
	} {
		s.agent(name, f)
	}
	s.golden("states-120x70")
}

// The border names the branch of an agent's worktree, as far as there is room.
func TestWorktreesInTheirBorders(t *testing.T) {
	for cols, want := range map[int]string{200: "claude ○ idle on kavi/app/claude ", 36: "claude ○ idle worktree "} {
		s := newStage(t, cols, 24, "claude")
		s.agent("claude", func(a *session.Agent) {
			a.State, a.Gate, a.Gated, a.Branch, a.Worktree = session.Idle, "gated (hook, shim)", true, "kavi/app/claude", "/state/kavi/sessions/app/worktrees/claude"
		})
		if text := s.text(); !strings.Contains(text, want) {
			t.Errorf("%d columns: no %q in\n%s", cols, want, text)
		}
	}
}

func TestGatesInTheirBorders(t *testing.T) {
	gates := []string{"gated (hook, shim)", "gated (hook)", "partly (shim)", "hook unproven", "not gated"}
	for _, cols := range []int{80, 200} {
		s := newStage(t, cols, 70, "a1", "a2", "a3", "a4", "a5")
		for n, gate := range gates {
			s.agent([]string{"a1", "a2", "a3", "a4", "a5"}[n], func(a *session.Agent) { a.Gate, a.Gated = gate, n < 3 })
		}
		text := s.text()
		for _, gate := range gates {
			if !strings.Contains(text, gate) {
				t.Errorf("%d columns: no border says %q:\n%s", cols, gate, text)
			}
		}
		if rows := strings.Split(strings.TrimRight(text, "\n"), "\n"); !strings.Contains(rows[len(rows)-1], "a4 hook unproven  ·  a5 not gated") {
			t.Errorf("%d columns: the status bar says %q", cols, rows[len(rows)-1])
		}
	}
}

func TestNoSizeIsTooSmall(t *testing.T) {
	s := newStage(t, 80, 24, "claude", "codex", "gemini")
	s.change(func(snap *session.Snapshot) {
		snap.Approvals = []*session.Approval{approval("apr_01", "claude", strings.Repeat("x", 200))}
	})
	s.do(snapIn{})
	for _, keys := range []string{"", "\x00z", "\x00z\x00i", "\x00?", "q\x00[", "q\x00t"} {
		s.types(keys)
		for _, cols := range []int{1, 2, 3, 5, 9, 20, 41, 99, 100, 101, 130} {
			for _, rows := range []int{1, 2, 3, 4, 5, 7, 9, 13} {
				s.screen.SetSize(cols, rows)
				s.paint()
			}
		}
	}
}

func TestArrangeFillsTheScreenWithoutOverlap(t *testing.T) {
	for n := range 15 {
		var agents []string
		for i := range n {
			agents = append(agents, fmt.Sprint("a", i))
		}
		for cols := 1; cols < 220; cols += 9 {
			for rows := 1; rows < 70; rows += 3 {
				for _, zoom := range []bool{false, true} {
					focus := ""
					if n > 0 {
						focus = agents[n/2]
					}
					if zoom && n == 0 {
						continue
					}
					l := arrange(cols, rows, agents, focus, zoom)
					at := fmt.Sprintf("%d agents, %dx%d, zoom %v", n, cols, rows, zoom)
					y := 0
					seen := false
					for _, tl := range l.tiles {
						if tl.frame.y != y || tl.frame.x != 0 || tl.frame.w != l.panes.w || tl.frame.h < 2 {
							t.Fatalf("%s: %+v does not follow at row %d", at, tl, y)
						}
						y += tl.frame.h - 1
						seen = seen || tl.agent == focus
					}
					if len(l.tiles) > 0 && (y+1 != l.panes.h || !seen) {
						t.Fatalf("%s: the tiles end at row %d of %d, the focused one seen: %v", at, y, l.panes.h, seen)
					}
					if !l.narrow && (l.inbox.x != l.panes.w-1 || l.inbox.x+l.inbox.w != cols || l.inbox.w < minInbox) {
						t.Fatalf("%s: inbox %+v beside panes %+v", at, l.inbox, l.panes)
					}
					if n > 0 && !zoom && len(l.tiles) > 0 && len(l.tiles)+l.hidden != n {
						t.Fatalf("%s: %d tiles and %d hidden", at, len(l.tiles), l.hidden)
					}
				}
			}
		}
	}
}

func TestTheInboxBesideThePanesIsWideWhereThereIsRoom(t *testing.T) {
	got := map[int][2]int{}
	for _, cols := range []int{99, 100, 120, 163, 200} {
		l := arrange(cols, 50, []string{"a"}, "a", false)
		got[cols] = [2]int{l.tiles[0].frame.inner().w, l.inbox.w}
	}
	want := map[int][2]int{99: {97, 0}, 100: {59, 40}, 120: {79, 40}, 163: {81, 81}, 200: {99, 100}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
