package panes

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kavi/keymap"
	"kavi/pty/vt"
	"kavi/session"
)

func TestEveryKeyBelongsToTheAgent(t *testing.T) {
	for _, c := range []struct {
		name, modes, typed, want string
	}{
		{"text", "", "ls -l\r", "ls -l\r"},
		{"Ctrl-C, Ctrl-D, Ctrl-Z, Ctrl-\\", "", "\x03\x04\x1a\x1c", "\x03\x04\x1a\x1c"},
		{"what tview would take", "", "\t\x1b[Z\x1b", "\t\x1b[Z\x1b"},
		{"arrows", "", "\x1b[A\x1b[1;5C", "\x1b[A\x1b[1;5C"},
		{"arrows in application mode", "\x1b[?1h", "\x1b[A", "\x1bOA"},
		{"backspace and Alt-Enter", "", "\x7f\x1b\r", "\x7f\x1b\r"},
		{"Shift-Enter for a program that can tell", "\x1b[>1u", "\x1b[13;2u", "\x1b[13;2u"},
		{"Shift-Enter for one that cannot", "", "\x1b[13;2u", "\r"},
		{"Alt-], which begins a sequence", "", "\x1b]\x1bX", "\x1b]\x1bX"},
		{"other scripts", "", "ü中", "ü中"},
		{"F5", "", "\x1b[15~", "\x1b[15~"},
		{"the terminal's answers are not typed", "", "\x1b[?62;1c\x1b]11;rgb:0/0/0\x07x", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, 120, 40, "claude", "codex")
			s.writes("claude", c.modes)
			s.paint()
			s.types(c.typed)
			if got := s.took("claude"); got != c.want {
				t.Errorf("%q typed gives %q, want %q", c.typed, got, c.want)
			}
			if got := s.took("codex"); got != "" {
				t.Errorf("codex got %q", got)
			}
		})
	}
}

func TestThePrefix(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2", "a3")
	at := func(agent string, inbox bool) {
		t.Helper()
		if s.app.agent != agent || s.app.inInbox != inbox {
			t.Errorf("the keys are with %s, inbox %v; want %s, %v", s.app.agent, s.app.inInbox, agent, inbox)
		}
	}
	s.types("\x00\x00")
	if got := s.took("a1"); got != "\x00" {
		t.Errorf("prefix twice sends %q", got)
	}
	for _, c := range []struct {
		keys  string
		agent string
		inbox bool
	}{
		{"\x00j", "a2", false},
		{"\x00\x1b[B", "a3", false},
		{"\x00j", "a3", false},
		{"\x00n", "a1", false},
		{"\x00p", "a3", false},
		{"\x00k", "a2", false},
		{"\x001", "a1", false},
		{"\x003", "a3", false},
		{"\x009", "a3", false},
		{"\x00l", "a3", true},
		{"\x00h", "a3", false},
		{"\x00i", "a3", true},
		{"\x00\x1b[D", "a3", false},
		{"\x00i\x002", "a2", false},
		{"\x00i\x00\x00", "a2", true},
		{"\x1b", "a2", false},
		{"\x1b[32;5uk", "a1", false},
	} {
		s.types(c.keys)
		at(c.agent, c.inbox)
	}
	for _, name := range []string{"a1", "a2", "a3"} {
		if got := s.took(name); got != "" {
			t.Errorf("%s got %q", name, got)
		}
	}
}

func TestAnUnknownKeyAfterThePrefixIsSaidAndGoesNowhere(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.types("\x00\x1b[15~")
	if got := s.took("a1"); got != "" || !strings.Contains(s.app.note, "C-Space F5 is no command") {
		t.Errorf("sent %q, said %q", got, s.app.note)
	}
	s.types("\x00\x1bx")
	if got := s.took("a1"); got != "" {
		t.Errorf("after Escape took the prefix back: %q", got)
	}
}

func TestCommandsOpenTheirViews(t *testing.T) {
	for _, c := range []struct {
		key  string
		want any
	}{
		{"c", &ask{}}, {"x", &ask{}}, {"t", &ledgerView{}}, {"?", &help{}},
	} {
		s := newStage(t, 120, 40, "a1")
		s.types("\x00" + c.key)
		if len(s.app.over) != 1 {
			t.Errorf("%s shows %d views", c.key, len(s.app.over))
			continue
		}
		s.paint()
		s.types("z")
		if got := s.took("a1"); got != "" {
			t.Errorf("below the view of %s the agent got %q", c.key, got)
		}
		s.types("\x1b")
		if len(s.app.over) != 0 {
			t.Errorf("Escape does not close the view of %s", c.key)
		}
		s.types("z")
		if got := s.took("a1"); got != "z" {
			t.Errorf("after the view of %s the agent got %q", c.key, got)
		}
	}
}

func TestDetach(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.types("\x00d")
	if !s.app.ended || s.app.why != Detached {
		t.Errorf("ended %v, %s", s.app.ended, s.app.why)
	}
}

func TestAPaste(t *testing.T) {
	const text = "rm -rf x\ry\x1b[31mz"
	for _, c := range []struct{ modes, want string }{
		{"\x1b[?2004h", "\x1b[200~" + text + "\x1b[201~"},
		{"", text},
	} {
		s := newStage(t, 120, 40, "a1")
		s.writes("a1", c.modes)
		s.types("\x1b[200~" + text + "\x1b[201~")
		var want string
		s.app.host.view("a1", func(v *vt.Terminal) { want = string(v.PasteBytes(text)) })
		if got := s.took("a1"); got != want || !strings.Contains(got, "rm -rf x") || strings.Contains(c.modes, "2004") != strings.HasPrefix(got, "\x1b[200~") {
			t.Errorf("modes %q: sent %q", c.modes, got)
		}
	}
}

func TestAPasteIntoTheInboxDecidesNothing(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.change(func(snap *session.Snapshot) { snap.Approvals = []*session.Approval{approval("apr_01", "a1", "make")} })
	s.do(snapIn{})
	s.types("\x00i")
	s.pass(time.Second)
	s.types("\x1b[200~a\x1b[201~")
	s.pass(time.Second)
	if len(s.decided) != 0 || s.took("a1") != "" {
		t.Errorf("decided %v", s.decided)
	}
	s.types("a")
	s.pass(time.Second)
	if len(s.decided) != 1 || !s.decided[0].Allow || s.decided[0].Choices[0].ID != "apr_01" {
		t.Errorf("a key of its own decided %v", s.decided)
	}
}

// An agent's pane has the keys; approvals come; the operator goes on typing.
func TestTypingIntoAPaneDecidesNothing(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	for i := range 20 {
		s.change(func(snap *session.Snapshot) {
			snap.Approvals = append(snap.Approvals, approval("apr_0"+string(rune('a'+i)), "a1", "make"))
		})
		s.do(snapIn{})
		s.pass(500 * time.Millisecond)
		s.types("a")
	}
	s.pass(time.Second)
	if len(s.decided) != 0 || s.app.inInbox {
		t.Errorf("decided %v, inbox has the keys: %v", s.decided, s.app.inInbox)
	}
	if got := s.took("a1"); got != strings.Repeat("a", 20) {
		t.Errorf("the agent got %q", got)
	}
}

func TestATooLongPasteIsRefusedAsAWhole(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.types("\x1b[200~" + strings.Repeat("x", maxPaste+1) + "\x1b[201~")
	if got := s.took("a1"); got != "" || !strings.Contains(s.app.note, "too long") {
		t.Errorf("%d bytes were sent, said %q", len(got), s.app.note)
	}
}

func TestEnterRestartsAnAgentThatEnded(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.agent("a1", func(a *session.Agent) { a.State = session.Exited })
	s.types("x\r")
	if got := s.took("a1"); got != "" || len(s.started) != 1 {
		t.Errorf("sent %q, started %v", got, s.started)
	}
}

func TestFocusIsToldToTheAgentThatAsked(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2")
	s.writes("a1", "\x1b[?1004h")
	s.writes("a2", "\x1b[?1004h")
	for _, c := range []struct{ typed, a1, a2 string }{
		{"\x00j", "\x1b[O", "\x1b[I"},
		{"\x1b[O", "", "\x1b[O"},
		{"\x1b[I", "", "\x1b[I"},
		{"\x00i", "", "\x1b[O"},
		{"\x1b", "", "\x1b[I"},
	} {
		s.types(c.typed)
		if a1, a2 := s.took("a1"), s.took("a2"); a1 != c.a1 || a2 != c.a2 {
			t.Errorf("%q: a1 got %q, a2 %q", c.typed, a1, a2)
		}
	}
}

func TestWhatCannotBeTypedIsSaid(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.app.host.send = func(string, []byte) error { return errors.New("its terminal is full\x1b[2J") }
	s.types("x")
	if !strings.Contains(s.app.note, "its terminal is full") || strings.Contains(s.app.note, "\x1b") {
		t.Errorf("said %q", s.app.note)
	}
}

func TestAttentionRingsOnceAndEndsWhenItsPaneIsSeen(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2")
	s.agent("a2", func(a *session.Agent) { a.Attention = true })
	s.paint()
	if len(s.seen) != 0 {
		t.Errorf("seen %v before anybody looked", s.seen)
	}
	s.types("\x00j")
	s.paint()
	s.paint()
	if len(s.seen) != 1 || s.seen[0] != "a2" {
		t.Errorf("seen %v", s.seen)
	}
}

func TestAnAgentThatGoesLeavesTheFocusToItsNeighbour(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2", "a3")
	s.types("\x002")
	s.change(func(snap *session.Snapshot) { snap.Agents = append(snap.Agents[:1:1], snap.Agents[2:]...) })
	s.do(snapIn{})
	if s.app.agent != "a3" {
		t.Errorf("the focus went to %s", s.app.agent)
	}
	s.change(func(snap *session.Snapshot) { snap.Agents = nil })
	s.do(snapIn{})
	s.types("x\x00x\x00z\x00[")
	s.paint()
	if s.app.agent != "" || len(s.app.over) != 0 {
		t.Errorf("without agents: focus %q, views %d", s.app.agent, len(s.app.over))
	}
}

// Each key that the status bar, the help or the configuration can name is the
// key that comes from the keyboard, whichever way the terminal sends it.
func TestKeysHaveTheSameNameEverywhere(t *testing.T) {
	for _, k := range []vt.Key{
		char('a', 0), char('A', 0), char(' ', vt.Ctrl), char(']', vt.Ctrl), char('\\', vt.Ctrl), char('f', vt.Ctrl), char('x', vt.Alt),
		{Code: vt.KeyEnter},
		{Code: vt.KeyTab},
		{Code: vt.KeyTab, Mods: vt.Shift},
		{Code: vt.KeyEscape},
		{Code: vt.KeyBackspace},
		{Code: vt.KeyUp},
		{Code: vt.KeyPageDown},
		{Code: vt.KeyHome},
		{Code: vt.KeyDelete},
		{Code: vt.KeyF(5)},
	} {
		name := keymapKey(k)
		if again := pressed(eventKey(k)); again != name {
			t.Errorf("%+v is %v for the panes and %v for the views", k, name, again)
		}
		parsed, err := keymap.Parse(name.String())
		if err != nil || parsed != name {
			t.Errorf("%v is read back as %v: %v", name, parsed, err)
		}
	}
}
