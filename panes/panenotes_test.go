package panes

import (
	"errors"
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

// Why an agent cannot be started again is longer than the status bar, so it stands
// in its pane, until the next try.
func TestWhyAnAgentWasNotStartedAgainIsReadInFull(t *testing.T) {
	s := newStage(t, 80, 24, "claude")
	why := errors.New("agent claude: its gate cannot be proven: " + strings.Repeat("one reason after the other, ", 4) + "and the last word")
	var answer func(error)
	s.app.host.restart = func(_ string, done func(error)) { answer = done }
	s.agent("claude", func(a *session.Agent) { a.State = session.Exited })
	s.types("\r")
	answer(why)
	s.pass(2 * time.Second)
	if got := s.text(); !strings.Contains(got, "not started: agent claude") || !strings.Contains(got, "last word") {
		t.Errorf("the reason is not shown:\n%s", got)
	}
	s.types("\r")
	if got := s.text(); strings.Contains(got, "last word") {
		t.Errorf("the next try shows it still:\n%s", got)
	}
	answer(why)
	if got := s.text(); !strings.Contains(got, "last word") {
		t.Errorf("the same reason is not shown again:\n%s", got)
	}
	s.agent("claude", func(a *session.Agent) { a.State = session.Working })
	if got := s.text(); strings.Contains(got, "last word") {
		t.Errorf("it runs, and the reason is shown:\n%s", got)
	}
}
