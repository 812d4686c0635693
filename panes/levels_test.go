package panes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/session"
)

func TestLevelsAreListed(t *testing.T) {
	for _, size := range screenSizes {
		d := newDesk(t, size.cols, size.rows, three()...)
		d.change(func(s *session.Snapshot) {
			a := *s.Agents[0]
			a.Level = gateway.LevelOnWrite
			s.Agents = []*session.Agent{&a, s.Agents[1]}
		})
		d.v.act.Push(newLevels(d.v, "claude", gateway.LevelOnWrite))
		d.wait(time.Second)
		d.golden("levels-" + size.name)
		d.keys("Down", "Down")
		d.deliberately("Enter")
		d.golden("level-always-" + size.name)
	}
}

func TestALevelIsSetOnceItWasAsked(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"j", "j"}, "codex on-write"},
		{[]string{"Down", "Tab", "j"}, "codex on-commit"},
		{[]string{"k"}, "codex always"},
	} {
		d := newDesk(t, 80, 24, three()...)
		d.v.act.Push(newLevels(d.v, "codex", gateway.LevelDefault))
		d.frame()
		d.keys(c.keys...)
		d.deliberately("Enter")
		if len(d.rules.levels) != 0 {
			t.Fatalf("it was not asked: %v", d.rules.levels)
		}
		d.deliberately("Enter")
		if fmt.Sprint(d.rules.levels) != "["+c.want+"]" || len(d.over) != 0 {
			t.Errorf("%v: set %v, %d views above", c.keys, d.rules.levels, len(d.over))
		}
		if want := strings.Replace(c.want, " ", ": level ", 1) + "; decided 1 call that waited"; d.notes[len(d.notes)-1] != want {
			t.Errorf("told %q, want %q", d.notes, want)
		}
	}
}

func TestLevelNoneAsksForTheWord(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	d.v.act.Push(newLevels(d.v, "codex", gateway.LevelDefault))
	d.keys("j")
	d.deliberately("Enter")
	d.has("codex: approval level none", "Nothing of codex asks any more", "1 call of it that wait", "Type yes:")
	for _, wrong := range []string{"", "y", "YES"} {
		d.types(wrong)
		d.deliberately("Enter")
		if len(d.rules.levels) != 0 {
			t.Fatalf("%q set it", wrong)
		}
		d.keys("C-u")
	}
	d.types("yes")
	d.deliberately("Enter")
	if fmt.Sprint(d.rules.levels) != "[codex none]" {
		t.Errorf("set %v", d.rules.levels)
	}
}

func TestThePresentLevelIsNotSetAgain(t *testing.T) {
	d := newDesk(t, 80, 24)
	d.v.act.Push(newLevels(d.v, "codex", gateway.LevelDefault))
	d.deliberately("Enter")
	d.has("that is its level now")
	d.keys("Down", "Enter") // right after the mark moved
	d.wait(time.Second)
	if len(d.over) != 1 || len(d.rules.levels) != 0 {
		t.Errorf("%d views above, set %v", len(d.over), d.rules.levels)
	}
}

func TestEveryLevelCanBeChosen(t *testing.T) {
	if len(levels) != len(gateway.Levels())+1 {
		t.Errorf("%d can be chosen, there are %d and none given", len(levels), len(gateway.Levels()))
	}
	for _, l := range levels {
		if !l.Valid() || strings.Contains(levelText(l), "does not know") {
			t.Errorf("level %q: %s", l, levelText(l))
		}
	}
}

func TestThePaneSaysALevelThatIsNotTheDefault(t *testing.T) {
	s := newStage(t, 120, 30, "claude", "codex")
	top := func() string { return strings.Split(s.text(), "\n")[0] }
	if got := top(); strings.Contains(got, "level") || strings.Contains(got, "on-") {
		t.Errorf("with the defaults it says %q", got)
	}
	for level, want := range map[gateway.Level]string{
		gateway.LevelNone: "claude ● working · level none ", gateway.LevelOnCommit: "claude ● working · on-commit ", gateway.LevelAlways: "claude ● working · always ",
	} {
		s.agent("claude", func(a *session.Agent) { a.Level = level })
		if got := top(); !strings.Contains(got, want) {
			t.Errorf("it says %q, want %q", got, want)
		}
	}
}

func TestThePrefixAndLChooseTheLevelOfTheFocusedAgent(t *testing.T) {
	s := newStage(t, 80, 24, "claude", "codex")
	s.types("\x00n\x00L")
	s.pass(time.Second)
	if got := s.text(); !strings.Contains(got, "Approval level of codex") {
		t.Fatalf("\n%s", got)
	}
	s.types("jj")
	s.pass(time.Second)
	s.types("\r")
	s.pass(time.Second)
	s.types("\r")
	s.pass(time.Second)
	if fmt.Sprint(s.rules.levels) != "[codex on-write]" {
		t.Errorf("set %v\n%s", s.rules.levels, s.text())
	}
	if s.took("codex")+s.took("claude") != "" {
		t.Error("keys went to an agent")
	}
}
