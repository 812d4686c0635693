package panes

import (
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/google/go-cmp/cmp"

	"kavi/pty/vt"
	"kavi/session"
)

func TestStylesComeThrough(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.writes("a1", "\x1b[1;3;4mA\x1b[m\x1b[38;2;1;2;3;48;5;200mB\x1b[m\x1b[4:3;58:2::9:8:7mC\x1b[m\x1b[7;9mD\x1b[m\x1b[8mE\x1b[m"+
		"\x1b]8;;https://example.com/x\x1b\\F\x1b]8;;\x1b\\G")
	s.paint()
	d := tcell.StyleDefault
	want := []struct {
		text  string
		style tcell.Style
	}{
		{"A", d.Bold(true).Italic(true).Underline(tcell.UnderlineStyleSolid)},
		{"B", d.Foreground(tcell.NewRGBColor(1, 2, 3)).Background(tcell.PaletteColor(200))},
		{"C", d.Underline(tcell.UnderlineStyleCurly).Underline(tcell.NewRGBColor(9, 8, 7))},
		{"D", d.Reverse(true).StrikeThrough(true)},
		{" ", d},
		{"F", d.Url("https://example.com/x")},
		{"G", d},
	}
	for i, w := range want {
		text, style, _ := s.screen.Get(1+i, 1)
		if text != w.text {
			t.Errorf("cell %d is %q, want %q", i, text, w.text)
		}
		if w.text == "F" {
			if style == d {
				t.Error("the link is lost")
			}
			continue
		}
		if style != w.style {
			t.Errorf("%q is %+v, want %+v", w.text, style, w.style)
		}
	}
}

func TestAChangedPaletteIsFollowed(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.writes("a1", "\x1b[31mA\x1b[m")
	s.paint()
	s.writes("a1", "\x1b]4;1;rgb:12/34/56\x1b\\")
	s.paint()
	if _, style, _ := s.screen.Get(1, 1); style != tcell.StyleDefault.Foreground(tcell.NewRGBColor(0x12, 0x34, 0x56)) {
		t.Errorf("%+v", style)
	}
}

func TestWideCharactersTakeTheirPlaces(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.writes("a1", "a中b👍🏽c❤️d\u0301e")
	got := strings.Split(s.text(), "\n")[1]
	want := strings.Split(s.terms["a1"].Text(), "\n")[0]
	got = strings.TrimRight(strings.Split(got, "│")[1], " ")
	if diff := cmp.Diff(strings.ReplaceAll(want, "\ufe0f", ""), strings.ReplaceAll(got, "\ufe0f", "")); diff != "" {
		t.Error(diff)
	}
}

func TestTheCursorIsThatOfTheFocusedPane(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2")
	s.writes("a1", "ab\x1b[5 q")
	s.writes("a2", "\r\nxyz")
	cursorIs := func(what string, x, y int, visible bool) {
		t.Helper()
		s.paint()
		if gx, gy, v := s.screen.GetCursor(); v != visible || visible && (gx != x || gy != y) {
			t.Errorf("%s: cursor at %d,%d, visible %v; want %d,%d, %v", what, gx, gy, v, x, y, visible)
		}
	}
	cursorIs("first pane", 3, 1, true)
	s.types("\x00j")
	cursorIs("second pane", 4, 21, true)
	s.writes("a2", "\x1b[?25l")
	cursorIs("hidden by the program", 0, 0, false)
	s.types("\x00k\x00i")
	cursorIs("the inbox has the keys", 0, 0, false)
	s.types("\x1b")
	s.agent("a1", func(a *session.Agent) { a.State = session.Exited })
	cursorIs("ended", 0, 0, false)
}

func TestAnUnfinishedFrameIsNotShown(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.writes("a1", "before")
	s.paint()
	s.writes("a1", "\x1b[?2026h\x1b[2J\x1b[Hhalf")
	s.pass(hold / 2)
	if got := s.text(); !strings.Contains(got, "before") || strings.Contains(got, "half") {
		t.Errorf("half a frame is shown:\n%s", got)
	}
	s.writes("a1", " and whole\x1b[?2026l")
	if got := s.text(); !strings.Contains(got, "half and whole") {
		t.Errorf("the whole frame is not shown:\n%s", got)
	}
	s.writes("a1", "\x1b[?2026h\x1b[2J\x1b[Hnever ends")
	s.pass(hold + 2*interval)
	if got := s.text(); !strings.Contains(got, "never ends") {
		t.Errorf("a frame that never ends is never shown:\n%s", got)
	}
}

// A program that begins the next frame at once is between frames only for
// moments that nobody draws in.
func TestFrameAfterFrameIsShownAllTheSame(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.writes("a1", "\x1b[?2026h")
	shown := 0
	last := ""
	for i := range 60 {
		s.writes("a1", "\x1b[Hframe "+strings.Repeat("i", i%7+1)+"   \x1b[?2026l\x1b[?2026h")
		s.now = s.now.Add(interval)
		if got := s.text(); got != last {
			last = got
			shown++
		}
	}
	if shown < 5 {
		t.Errorf("in a second %d frames were shown", shown)
	}
}

func TestALargerTerminalIsCroppedAndSaidSo(t *testing.T) {
	s := newStage(t, 80, 24, "a1")
	s.pass(time.Second)
	s.terms["a1"].Resize(120, 50)
	s.agent("a1", func(a *session.Agent) { a.Cols, a.Rows = 120, 50 })
	s.writes("a1", "\x1b[2J\x1b[Htop left\x1b[50;100Hcorner")
	got := s.text()
	if !strings.Contains(got, "cropped: 120x50") || !strings.Contains(got, "corner") || strings.Contains(got, "top left") {
		t.Errorf("the part with the cursor is not shown:\n%s", got)
	}
	s.writes("a1", "\x1b[H")
	if got := s.text(); !strings.Contains(got, "top left") {
		t.Errorf("the part with the cursor is not shown:\n%s", got)
	}
	s.terms["a1"].Resize(20, 5)
	s.writes("a1", "\x1b[2J\x1b[Hsmall")
	s.golden("smaller-80x24")
}

func TestTheClientThatWasActiveLastSetsTheSizes(t *testing.T) {
	s := newStage(t, 120, 40, "a1", "a2")
	s.pass(time.Second)
	if got := strings.Join(s.resized, ", "); got != "a1 79x18, a2 79x17" {
		t.Fatalf("after attaching: %s", got)
	}
	s.resized = nil
	// Another client takes over.
	s.terms["a1"].Resize(100, 30)
	s.agent("a1", func(a *session.Agent) { a.Cols, a.Rows = 100, 30 })
	s.screen.SetSize(120, 44)
	s.pass(time.Second)
	if len(s.resized) != 0 {
		t.Errorf("it fights with the other client: %v", s.resized)
	}
	if !strings.Contains(s.text(), "cropped: 100x30") {
		t.Error("it is not said to be cropped")
	}
	s.types("x")
	s.pass(time.Second)
	if got := strings.Join(s.resized, ", "); got != "a1 79x20, a2 79x19" {
		t.Errorf("after typing: %s", got)
	}
	s.resized = nil
	s.types("\x00z")
	s.pass(time.Second)
	if got := strings.Join(s.resized, ", "); got != "a1 118x40" {
		t.Errorf("zoomed: %s", got)
	}
	s.resized = nil
	s.types("\x00?")
	s.pass(time.Second)
	s.types("q\x00i")
	s.pass(time.Second)
	if len(s.resized) != 0 {
		t.Errorf("overlays change sizes: %v", s.resized)
	}
}

func TestADraggedWindowChangesSizesOnce(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	s.pass(time.Second)
	s.resized = nil
	for i := range 30 {
		s.screen.SetSize(121+i, 40)
		s.now = s.now.Add(interval)
		s.paint()
	}
	s.pass(time.Second)
	if len(s.resized) != 1 {
		t.Errorf("%v", s.resized)
	}
}

func TestTwoClientsDoNotTakeTurnsForEver(t *testing.T) {
	s := newStage(t, 120, 40, "a1")
	for range 20 {
		s.pass(100 * time.Millisecond)
		s.terms["a1"].Resize(60, 20)
		s.agent("a1", func(a *session.Agent) { a.Cols, a.Rows = 60, 20 })
	}
	if len(s.resized) > 1 {
		t.Errorf("%v", s.resized)
	}
}

func BenchmarkPaint(b *testing.B) {
	for _, c := range []struct {
		name  string
		write func(i int) string
	}{
		{"unchanged", func(int) string { return "" }},
		{"scrolling", func(i int) string { return strings.Repeat(string(rune('a'+i%26)), 90) + "\r\n" }},
	} {
		b.Run(c.name, func(b *testing.B) {
			term := vt.New(99, 46, vt.Options{})
			for i := range 46 {
				_, _ = term.Write([]byte(strings.Repeat(string(rune('a'+i%26)), 90) + "\r\n"))
			}
			snap := &session.Snapshot{Seq: 1, Name: "p", Agents: []*session.Agent{{Name: "a1", Gated: true, Cols: 99, Rows: 46}}}
			a := newApp(Options{}, host{
				snapshot: func() *session.Snapshot { return snap },
				view:     func(_ string, f func(*vt.Terminal)) bool { f(term); return true },
				drawn:    func(string) uint64 { return term.Changes() },
				resize:   func(string, int, int) error { return nil },
			})
			l := newRemote(200, 50)
			scr := screenOn(b, l)
			now := time.Now()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				_, _ = term.Write([]byte(c.write(i)))
				scr.Size()
				scr.Clear()
				a.paint(scr, 200, 50, now)
				scr.show()
			}
		})
	}
}
