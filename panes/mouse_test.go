package panes

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kavi/pty/vt"
	"kavi/session"
)

// sgr is a mouse event as a terminal sends it; x and y count from 0.
func sgr(button, x, y int, final byte) string {
	return fmt.Sprintf("\x1b[<%d;%d;%d%c", button, x+1, y+1, final)
}

func TestTheMouseReachesTheProgramThatAsksForIt(t *testing.T) {
	for _, c := range []struct {
		name, modes, typed, want string
	}{
		{"click", "\x1b[?1000h\x1b[?1006h", sgr(0, 5, 3, 'M') + sgr(0, 5, 3, 'm'), sgr(0, 4, 2, 'M') + sgr(0, 4, 2, 'm')},
		{"no motion unless asked", "\x1b[?1000h\x1b[?1006h", sgr(0, 5, 3, 'M') + sgr(32, 6, 3, 'M') + sgr(0, 6, 3, 'm'), sgr(0, 4, 2, 'M') + sgr(0, 5, 2, 'm')},
		{
			"drag", "\x1b[?1002h\x1b[?1006h", sgr(0, 5, 3, 'M') + sgr(32, 6, 3, 'M') + sgr(0, 6, 3, 'm'),
			sgr(0, 4, 2, 'M') + sgr(32, 5, 2, 'M') + sgr(0, 5, 2, 'm'),
		},
		{
			"drag out of the pane", "\x1b[?1002h\x1b[?1006h", sgr(0, 5, 3, 'M') + sgr(32, 110, 39, 'M') + sgr(0, 110, 39, 'm'),
			sgr(0, 4, 2, 'M') + sgr(32, 78, 35, 'M') + sgr(0, 78, 35, 'm'),
		},
		{"wheel", "\x1b[?1000h\x1b[?1006h", sgr(64, 5, 3, 'M'), sgr(64, 4, 2, 'M')},
		{"all motion", "\x1b[?1003h\x1b[?1006h", sgr(35, 5, 3, 'M'), sgr(35, 4, 2, 'M')},
		{"with modifiers", "\x1b[?1000h\x1b[?1006h", sgr(16, 5, 3, 'M'), sgr(16, 4, 2, 'M')},
		{"the old way", "\x1b[?1000h", sgr(0, 5, 3, 'M'), "\x1b[M %#"},
		{"on the frame", "\x1b[?1000h\x1b[?1006h", sgr(0, 5, 0, 'M') + sgr(0, 5, 0, 'm'), ""},
		{"wheel in a full-screen program", "\x1b[?1049h\x1b[?1007h", sgr(64, 5, 3, 'M'), "\x1b[A\x1b[A\x1b[A"},
		{"not asked for", "", sgr(0, 5, 3, 'M') + sgr(0, 5, 3, 'm'), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, 120, 40, "a1")
			s.writes("a1", c.modes)
			s.pass(settled)
			s.types(c.typed)
			if got := s.took("a1"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAClickGivesTheKeys(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2")
	s.types(sgr(0, 5, 30, 'M') + sgr(0, 5, 30, 'm'))
	if s.app.agent != "a2" {
		t.Errorf("a click into the second pane: %s", s.app.agent)
	}
	s.types(sgr(0, 5, 0, 'M') + sgr(0, 5, 0, 'm'))
	if s.app.agent != "a1" {
		t.Errorf("a click on a title: %s", s.app.agent)
	}
	s.types(sgr(0, 100, 10, 'M') + sgr(0, 100, 10, 'm'))
	if !s.app.inInbox {
		t.Error("a click into the inbox does not give it the keys")
	}
	s.types(sgr(0, 5, 5, 'M') + sgr(0, 5, 5, 'm'))
	if s.app.inInbox || s.app.agent != "a1" {
		t.Error("a click into a pane leaves the keys with the inbox")
	}
}

func TestClicksInTheStatusBar(t *testing.T) {
	for _, c := range []struct {
		what string
		done func(a *app) bool
	}{
		{"pending", func(a *app) bool { return a.inInbox }},
		{"help", func(a *app) bool { return len(a.over) == 1 }},
		{"detach", func(a *app) bool { return a.ended }},
	} {
		s := newStage(t, 120, 40, "a1")
		rows := strings.Split(s.text(), "\n")
		x := strings.Index(rows[39], c.what)
		if x < 0 {
			t.Fatalf("the status bar does not say %q: %s", c.what, rows[39])
		}
		x = len([]rune(rows[39][:x]))
		s.types(sgr(0, x+1, 39, 'M') + sgr(0, x+1, 39, 'm'))
		if !c.done(s.app) {
			t.Errorf("a click on %q does nothing", c.what)
		}
	}
}

func TestAClickOnTheStripOpensTheInbox(t *testing.T) {
	s := newStage(t, 80, 24, "a1")
	s.change(func(snap *session.Snapshot) { snap.Approvals = []*session.Approval{approval("apr_01", "a1", "make")} })
	s.do(snapIn{})
	before := len(s.resized)
	s.types(sgr(0, 3, 22, 'M') + sgr(0, 3, 22, 'm'))
	s.pass(time.Second)
	if !s.app.inInbox || !strings.Contains(s.text(), "Approvals (1 pending)") {
		t.Error("the inbox is not there")
	}
	s.types("\x1b")
	s.pass(time.Second)
	if s.app.inInbox || len(s.resized) != before {
		t.Errorf("inbox %v; showing it changed sizes: %v", s.app.inInbox, s.resized[before:])
	}
}

func fill100(s *stage, name string) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "line %d of the output\r\n", i)
	}
	s.writes(name, b.String())
	s.paint()
}

func TestTheWheelScrollsBackAndReturns(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	fill100(s, "a1")
	s.types(strings.Repeat(sgr(64, 5, 5, 'M'), 3))
	if got := s.text(); !strings.Contains(got, "line 56 ") || strings.Contains(got, "line 99 ") || !strings.Contains(got, "[9/65]") {
		t.Errorf("scrolled back:\n%s", got)
	}
	s.writes("a1", "new\r\nnew\r\nnew\r\n")
	if got := s.text(); !strings.Contains(got, "line 56 ") || strings.Contains(got, "new") {
		t.Errorf("what is read moves when the agent writes:\n%s", got)
	}
	s.types(strings.Repeat(sgr(65, 5, 5, 'M'), 5))
	if s.app.panes["a1"].copy != nil || !strings.Contains(s.text(), "new") {
		t.Errorf("the wheel does not lead back:\n%s", s.text())
	}
	if got := s.took("a1"); got != "" {
		t.Errorf("the agent got %q", got)
	}
}

func TestADragSelectsAndCopies(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.writes("a1", "hello wonderful 世界\r\nsecond line")
	s.paint()
	s.types(sgr(0, 7, 1, 'M') + sgr(32, 10, 1, 'M') + sgr(32, 6, 2, 'M') + sgr(0, 6, 2, 'm'))
	if len(s.clip) != 1 || s.clip[0] != "wonderful 世界\nsecond" {
		t.Errorf("copied %q", s.clip)
	}
	if s.app.panes["a1"].copy != nil {
		t.Error("it stays in copy mode")
	}
	double := sgr(0, 9, 1, 'M') + sgr(0, 9, 1, 'm')
	s.now = s.now.Add(time.Second)
	s.types(double + double)
	if len(s.clip) != 2 || s.clip[1] != "wonderful" {
		t.Errorf("a double click copied %q", s.clip[1:])
	}
	s.now = s.now.Add(time.Second)
	s.types(double + double + double)
	if got := s.clip[len(s.clip)-1]; got != "hello wonderful 世界" {
		t.Errorf("a triple click copied %q", got)
	}
}

func TestCopyMode(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"from a search", "?line 42\rvwwy", "line 42 o"},
		{"lines", "gVjy", "line 0 of the output\nline 1 of the output\n"},
		{"to the end", "?line 99\rv$y", "line 99 of the output"},
		{"back by words", "?line 42\r$vby", "output"},
		{"up and again", "?line 4\rnVy", "line 48 of the output\n"},
		{"and the other way", "?line 4\rnNVy", "line 49 of the output\n"},
		{"Enter copies too", "g0vlll\r", "line"},
		{"half a page", "gv\x04\x15y", "l"},
		{"arrows and Home", "g\x1b[C\x1b[Cv\x1b[Cy", "ne"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, 120, 40, "a1")
			fill100(s, "a1")
			s.types("\x00[")
			s.types(c.keys)
			if len(s.clip) != 1 || s.clip[0] != c.want {
				t.Errorf("copied %q, want %q", s.clip, c.want)
			}
			if s.app.panes["a1"].copy != nil {
				t.Error("it stays in copy mode")
			}
			if got := s.took("a1"); got != "" {
				t.Errorf("the agent got %q", got)
			}
		})
	}
}

func TestCopyModeShowsWhereItIsAndLeaves(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	fill100(s, "a1")
	s.types("\x00[\x1b[5~")
	s.golden("copy-120x40")
	s.types("v")
	s.types("\x1b") // takes the selection back first
	if s.app.panes["a1"].copy == nil {
		t.Fatal("the first Escape left copy mode")
	}
	s.types("\x1b")
	s.types("x")
	if got := s.took("a1"); got != "x" || s.app.panes["a1"].copy != nil {
		t.Errorf("after Escape the agent got %q", got)
	}
	s.types("\x00[")
	s.types("/nothing")
	if !strings.Contains(s.text(), "/nothing") {
		t.Error("what is searched for is not shown")
	}
	s.types("\x1b[200~ at all\x1b[201~")
	if got := s.took("a1"); got != "" || !strings.Contains(s.text(), "/nothing at all") {
		t.Errorf("a paste into the search: the agent got %q\n%s", got, s.text())
	}
	s.types("\r")
	if !strings.Contains(s.text(), "nothing here holds: nothing at all") {
		t.Errorf("that there is nothing is not said:\n%s", s.text())
	}
	s.types("\x1b[200~pasted\x1b[201~")
	if got := s.took("a1"); got != "pasted" {
		t.Errorf("a paste in copy mode: %q", got)
	}
}

func TestASearchFindsAllThatThereIs(t *testing.T) {
	for _, c := range []struct{ name, text, keys, want string }{
		{"below the last one at the top again", "one\r\ntwo\r\nthree", "/one\rv$y", "one"},
		{"above the first one at the bottom again", "one\r\ntwo\r\nthree", "g?two\rv$y", "two"},
		{"each in a row", "no\r\nred, reed, rest", "g/re\rnnv$y", "rest"},
		{"and back", "no\r\nred, reed, rest", "g/re\rnnNvwhhy", "reed,"},
		{"in the row of the cursor", "a b c", "g/c\rvy", "c"},
		{"over the margin", strings.Repeat("x", 75) + "wonderful", "g/wonder\rvy", "w"},
		{"a blank at the margin", strings.Repeat("x", 75) + "ab cd", "g/b c\rvy", "b"},
		{"over the margin of a wide character", strings.Repeat("x", 76) + "z日本", "g/z日本\rvy", "z"},
		{"small letters for large ones", "say Hello", "g/hello\rv$y", "Hello"},
		{"not large ones for small ones", "say hello Hello", "g/Hello\rv$y", "Hello"},
		{"behind letters that grow by being small", "İİİ key", "g/key\rv$y", "key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, 80, 24, "a1")
			s.app.zoom = true
			s.writes("a1", c.text)
			s.paint()
			s.types("\x00[")
			s.types(c.keys)
			if len(s.clip) != 1 || s.clip[0] != c.want {
				t.Errorf("copied %q, want %q", s.clip, c.want)
			}
		})
	}
}

// A program that was killed leaves the modes that it asked for. Nobody takes the
// mouse, the focus or a paste any more: the wheel scrolls, a drag selects.
func TestAProgramThatEndedAsksForNothing(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2")
	fill100(s, "a1")
	s.writes("a1", "\x1b[?1003h\x1b[?1006h\x1b[?1004h\x1b[?2004h")
	s.paint()
	s.agent("a1", func(a *session.Agent) { a.State = session.Exited })
	s.took("a1")
	s.types("\x00n\x00p\x1b[O\x1b[I")
	s.types(sgr(35, 6, 6, 'M') + sgr(2, 5, 5, 'M') + sgr(2, 5, 5, 'm'))
	s.types("\x1b[200~pasted\x1b[201~")
	if got := s.took("a1"); got != "" {
		t.Errorf("what ended got %q", got)
	}
	if !strings.Contains(s.text(), "a1 has ended: nothing was pasted") {
		t.Errorf("that nothing was pasted is not said:\n%s", s.text())
	}
	s.types(sgr(64, 5, 5, 'M'))
	if s.app.panes["a1"].copy == nil {
		t.Error("the wheel does not scroll")
	}
	s.types("q")
	s.types(sgr(0, 1, 3, 'M') + sgr(32, 7, 3, 'M') + sgr(0, 7, 3, 'm'))
	if len(s.clip) != 1 || s.clip[0] != "line 85" {
		t.Errorf("a drag copied %q", s.clip)
	}
}

// Somebody else's terminal may change a pane's width at any moment. A key that was
// meant for copy mode must not reach the agent then.
func TestCopyModeOutlivesANewWidth(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	for i := range 100 {
		s.writes("a1", fmt.Sprintf("line %d %s.\r\n", i, strings.Repeat("x", i)))
	}
	s.paint()
	s.types("\x00[?line 60\rV")
	s.paint()
	for _, cols := range []int{140, 84, 60, 200, 120} {
		s.screen.SetSize(cols, 40)
		s.pass(time.Second)
		if got := s.text(); !strings.Contains(got, "line 60 ") {
			t.Fatalf("%d columns: line 60 is not shown any more:\n%s", cols, got)
		}
	}
	s.screen.SetSize(90, 20)
	s.pass(time.Second)
	s.types("y")
	if got := s.took("a1"); got != "" {
		t.Errorf("the agent got %q", got)
	}
	if want := "line 60 " + strings.Repeat("x", 60) + ".\n"; len(s.clip) != 1 || s.clip[0] != want {
		t.Errorf("copied %q, want %q", s.clip, want)
	}
}

func TestAllMotionIsAskedForOnlyWhereWanted(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2")
	p := s.app.panes["a2"]
	s.writes("a2", "\x1b[?1003h")
	s.paint()
	if p.modes.Mouse != vt.MouseAny {
		t.Fatal("the mode was not read")
	}
	s.types(sgr(35, 5, 5, 'M'))
	if got := s.took("a1") + s.took("a2"); got != "" {
		t.Errorf("sent %q", got)
	}
}

func TestAClickOnARowOfTheInboxChoosesIt(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.change(func(snap *session.Snapshot) {
		snap.Approvals = []*session.Approval{approval("apr_01", "a1", "make"), approval("apr_02", "a1", "make install")}
	})
	s.do(snapIn{})
	rows := strings.Split(s.text(), "\n")
	for y, r := range rows {
		if x := strings.Index(r, "apr_02"); x >= 0 {
			s.types(sgr(0, len([]rune(r[:x])), y, 'M') + sgr(0, len([]rune(r[:x])), y, 'm'))
			break
		}
	}
	if !s.app.inInbox || s.app.inbox.cursor != "apr_02" {
		t.Errorf("the inbox has the keys: %v, the cursor is on %s", s.app.inInbox, s.app.inbox.cursor)
	}
	if !strings.Contains(s.text(), "▸ apr_02") {
		t.Error("it is not shown")
	}
}
