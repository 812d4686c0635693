package panes

import (
	"strings"
	"testing"
	"time"

	"kavi/session"
)

const codexNote = `Codex asks once, "Hooks need review": answer "Trust all and continue". The hooks bring each of its calls to kavi.`

func TestNotesOfAStartLieOverThePaneUntilTheFirstKey(t *testing.T) {
	for _, size := range screenSizes {
		s := newStage(t, size.cols, size.rows, "claude", "codex")
		s.writes("codex", "Hooks need review\r\n> Trust all and continue\r\n")
		s.types("\x002")
		s.agent("codex", func(ag *session.Agent) {
			ag.Gate, ag.Gated = "hook unproven", false
			ag.Notes = []string{codexNote, "your settings \x1b[2J\u202e[red]switch\nhooks off"}
		})
		s.types("x") // was being typed when it came
		s.pass(2 * noteSeen)
		s.golden("notes-" + size.name)
		s.types("\x001y") // into the other pane
		s.pass(100 * time.Millisecond)
		if !strings.Contains(s.text(), "answer \"Trust all") {
			t.Error("a key for another agent took the note away")
		}
		s.took("codex")
		s.types("\x002z")
		if got := s.took("codex"); got != "z" {
			t.Errorf("the agent got %q", got)
		}
		if text := s.text(); strings.Contains(text, "Trust all and continue\".") || !strings.Contains(text, "Hooks need review") {
			t.Errorf("the note is still there:\n%s", text)
		}
		s.agent("codex", func(ag *session.Agent) { ag.State = session.Idle })
		if strings.Contains(s.text(), "takes this away") {
			t.Error("it came back")
		}
		s.agent("codex", func(ag *session.Agent) { ag.Notes = []string{"another start"} })
		if !strings.Contains(s.text(), "kavi: another start") {
			t.Error("what is new is not shown")
		}
	}
}

func TestNotesFitInAnyPane(t *testing.T) {
	s := newStage(t, 80, 24, "codex")
	s.agent("codex", func(ag *session.Agent) { ag.Notes = []string{strings.Repeat(codexNote, 20), "b", "c"} })
	for cols := 1; cols < 130; cols += 7 {
		for rows := 1; rows < 30; rows++ {
			s.screen.SetSize(cols, rows)
			s.paint()
		}
	}
	s.screen.SetSize(80, 24)
	if text := s.text(); !strings.Contains(text, "kavi: … and more") {
		t.Errorf("it does not say that there is more:\n%s", text)
	}
}
