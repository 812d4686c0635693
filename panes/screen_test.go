package panes

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/google/go-cmp/cmp"

	"kavi/pty/vt"
)

// remote is a terminal at the other end of a line: what is written to it shows on
// a screen of pty/vt. It can stop reading, as a client over a dead network does.
type remote struct {
	mu      sync.Mutex
	cols    int
	rows    int
	screen  *vt.Terminal
	got     []byte
	stopped chan struct{} // not nil: it reads nothing until that is closed
	typed   chan []byte
	resized chan struct{}
	closed  chan struct{}
	once    sync.Once
}

func newRemote(cols, rows int) *remote {
	return &remote{
		cols: cols, rows: rows, screen: vt.New(cols, rows, vt.Options{}),
		typed: make(chan []byte, 64), resized: make(chan struct{}, 1), closed: make(chan struct{}),
	}
}

func (l *remote) Read(p []byte) (int, error) {
	select {
	case b := <-l.typed:
		return copy(p, b), nil
	case <-l.closed:
		return 0, io.EOF
	}
}

func (l *remote) Write(p []byte) (int, error) {
	l.mu.Lock()
	stopped := l.stopped
	l.mu.Unlock()
	if stopped != nil {
		select {
		case <-stopped:
		case <-l.closed:
			return 0, errors.New("closed")
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.got = append(l.got, p...)
	return l.screen.Write(p)
}

func (l *remote) Size() (int, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cols, l.rows
}

func (l *remote) Resized() <-chan struct{} { return l.resized }

func (l *remote) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *remote) resize(cols, rows int) {
	l.mu.Lock()
	l.cols, l.rows = cols, rows
	l.screen.Resize(cols, rows)
	l.mu.Unlock()
	select {
	case l.resized <- struct{}{}:
	default:
	}
}

// hold stops reading until the function returned is called.
func (l *remote) hold() (release func()) {
	c := make(chan struct{})
	l.mu.Lock()
	l.stopped = c
	l.mu.Unlock()
	return func() {
		l.mu.Lock()
		l.stopped = nil
		l.mu.Unlock()
		close(c)
	}
}

func (l *remote) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := string(l.got)
	l.got = nil
	return s
}

func (l *remote) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.screen.Text()
}

// screenOn gives a screen on such a line, with its writer running.
func screenOn(t testing.TB, l *remote) *screen {
	t.Helper()
	tt := newTTY(l, func(uint64) {})
	go tt.run()
	ti := describe(map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"})
	under, err := tcell.NewTerminfoScreenFromTtyTerminfo(tt, ti)
	if err != nil {
		t.Fatal(err)
	}
	s := newScreen(under, tt, newEncoder(ti))
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Fini()
		tt.finish()
		<-tt.idle
		_ = l.Close()
	})
	return s
}

// show shows a frame and waits until it is with the client.
func show(t testing.TB, s *screen, l *remote) string {
	t.Helper()
	wait(t, "the line to be idle", func() bool { return !s.tty.busy() })
	l.take()
	if !s.show() {
		t.Fatal("the frame was skipped")
	}
	wait(t, "the frame to be sent", func() bool { return !s.tty.busy() })
	return l.take()
}

// wait waits until something is so.
func wait(t testing.TB, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	end := time.After(10 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited too long for %s", what)
		}
	}
}

func drawText(s *screen, rows ...string) {
	s.Size()
	s.Clear()
	for y, r := range rows {
		s.PutStr(0, y, r)
	}
}

func TestAnUnchangedFrameSendsNothing(t *testing.T) {
	l := newRemote(200, 60)
	s := screenOn(t, l)
	rows := make([]string, 60)
	for i := range rows {
		rows[i] = strings.Repeat(fmt.Sprint("row ", i, " "), 20)
	}
	drawText(s, rows...)
	if got := show(t, s, l); len(got) < 60*100 {
		t.Fatalf("the first frame has only %d bytes", len(got))
	}
	drawText(s, rows...)
	if got := show(t, s, l); got != "" {
		t.Errorf("an unchanged frame sends %d bytes: %q", len(got), got)
	}
	rows[30] = "row thirty" + rows[30][10:]
	drawText(s, rows...)
	got := show(t, s, l)
	if n := len(got); n == 0 || n > 100 {
		t.Errorf("ten changed cells send %d bytes: %q", n, got)
	}
	drawText(s, rows...)
	s.ShowCursor(3, 4)
	if n := len(show(t, s, l)); n == 0 || n > 100 {
		t.Errorf("a moved cursor sends %d bytes", n)
	}
}

func TestWhatIsSentIsWhatWasDrawn(t *testing.T) {
	l := newRemote(20, 4)
	s := screenOn(t, l)
	for i, frame := range [][]string{
		{"hello", "wörld", "中文字 x", "e\u0301tude"},
		{"hell", "中文", "a中b文c", "─│┌"},
		{"中文中文中文中文中文", "xx", "", "👍🏽ok"},
		{"x中文中文中文中文中x", "", "a", "b"},
		{"", "", "", ""},
	} {
		drawText(s, frame...)
		show(t, s, l)
		want := make([]string, 4)
		for y := range want {
			want[y] = strings.TrimRight(frame[y], " ")
		}
		if diff := cmp.Diff(strings.TrimRight(strings.Join(want, "\n"), "\n"), strings.TrimRight(l.text(), "\n")); diff != "" {
			t.Errorf("frame %d:\n%s", i, diff)
		}
	}
}

func TestWideCharactersThatAreCutBecomeBlank(t *testing.T) {
	s := screenOn(t, newRemote(10, 1))
	s.Size()
	s.PutStr(0, 0, "中文")
	s.SetContent(1, 0, 'x', nil, tcell.StyleDefault)
	s.SetContent(2, 0, 'y', nil, tcell.StyleDefault)
	s.PutStr(8, 0, "a中")
	var got strings.Builder
	for x := range 10 {
		text, _, _ := s.Get(x, 0)
		got.WriteString(text)
	}
	if got.String() != " xy     a " {
		t.Errorf("%q", got.String())
	}
}

func TestControlCharactersNeverReachTheTerminal(t *testing.T) {
	l := newRemote(20, 2)
	s := screenOn(t, l)
	s.Size()
	for i, r := range []rune{0x1b, 0x07, 0x9b, 0x7f, '\n', 0x200b, 0x202e, 0} {
		s.SetContent(i, 0, r, nil, tcell.StyleDefault)
		s.SetContent(i, 1, 'a', []rune{r}, tcell.StyleDefault)
	}
	for _, r := range show(t, s, l) {
		if r == 0x07 || r == 0x9b || r == 0x7f || r == '\n' {
			t.Fatalf("%U was sent", r)
		}
	}
}

func TestASlowClientMissesFramesButNotTheLast(t *testing.T) {
	l := newRemote(40, 5)
	s := screenOn(t, l)
	drawText(s, "one")
	show(t, s, l)
	release := l.hold()
	drawText(s, "two")
	if !s.show() {
		t.Fatal("the frame before the client stopped reading was skipped")
	}
	for i := range 100 {
		drawText(s, fmt.Sprint("lost ", i))
		if s.show() {
			t.Fatal("a frame was made for a client that does not read")
		}
	}
	release()
	drawText(s, "last")
	show(t, s, l)
	if got := strings.TrimSpace(l.text()); got != "last" {
		t.Errorf("the client shows %q", got)
	}
}

func TestANewSizeIsAWholeFrame(t *testing.T) {
	l := newRemote(20, 3)
	s := screenOn(t, l)
	drawText(s, strings.Repeat("x", 20), strings.Repeat("x", 20), strings.Repeat("x", 20))
	show(t, s, l)
	for _, size := range [][2]int{{30, 5}, {10, 2}, {30, 5}} {
		l.resize(size[0], size[1])
		if w, h := s.Size(); w != size[0] || h != size[1] {
			t.Fatalf("size %dx%d", w, h)
		}
		drawText(s, "small", "right"+strings.Repeat(" ", size[0]-6)+"e")
		show(t, s, l)
		want := "small\nright" + strings.Repeat(" ", size[0]-6) + "e"
		if got := strings.TrimRight(l.text(), "\n"); got != want {
			t.Errorf("at %v:\n%s", size, got)
		}
	}
}

func TestForgetDrawsAllAgain(t *testing.T) {
	l := newRemote(20, 2)
	s := screenOn(t, l)
	drawText(s, "kavi", "was here")
	show(t, s, l)
	if _, err := l.Write([]byte("\x1b[2J\x1b[1;1Hgarbage")); err != nil {
		t.Fatal(err)
	}
	drawText(s, "kavi", "was here")
	s.Forget()
	show(t, s, l)
	if got := strings.TrimRight(l.text(), "\n"); got != "kavi\nwas here" {
		t.Errorf("%q", got)
	}
}

// tcell leaves a hyperlink open at the end of a frame and forgets about it; what
// is drawn next would become part of it.
func TestALinkEndsWithItsFrame(t *testing.T) {
	l := newRemote(20, 2)
	s := screenOn(t, l)
	s.Size()
	link := tcell.StyleDefault.Url("https://example.com").UrlId("1")
	s.Link(link, "1", "https://example.com/\x1b]0;x\x07")
	s.PutStrStyled(0, 0, "link", link)
	if got := show(t, s, l); !strings.Contains(got, "\x1b]8;id=1;https://example.com/]0;x\x1b\\\x1b[0mlink"+closeLink) && !strings.Contains(got, "link"+closeLink) {
		t.Errorf("%q", got)
	}
	if c := l.screen.Cell(0, 0); l.screen.Link(c.Style.Link) != "https://example.com/]0;x" {
		t.Errorf("the client has a link to %q", l.screen.Link(c.Style.Link))
	}
	s.PutStr(0, 1, "no link")
	if got := show(t, s, l); strings.Contains(got, "example.com") {
		t.Errorf("%q", got)
	}
}

func TestTheTerminalIsLeftAsItWas(t *testing.T) {
	l := newRemote(20, 2)
	tt := newTTY(l, func(uint64) {})
	go tt.run()
	under, err := tcell.NewTerminfoScreenFromTtyTerminfo(tt, describe(nil))
	if err != nil {
		t.Fatal(err)
	}
	s := newScreen(under, tt, newEncoder(describe(nil)))
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	s.Size()
	s.show()
	s.Fini()
	tt.finish()
	<-tt.idle
	got := l.take()
	if strings.Contains(got, "9001h") {
		t.Error("the Windows console's input mode was asked for")
	}
	// Each mode that was switched on is switched off afterwards.
	for _, m := range []struct{ on, off string }{
		{"\x1b[?1049h", "\x1b[?1049l"},
		{"\x1b[?1000h", "\x1b[?1000l"},
		{"\x1b[?1002h", "\x1b[?1002l"},
		{"\x1b[?1006h", "\x1b[?1006l"},
		{"\x1b[?2004h", "\x1b[?2004l"},
		{"\x1b[?1004h", "\x1b[?1004l"},
		{"\x1b[>5u", "\x1b[<u"},
		{"\x1b[>4;1m", "\x1b[>4;0m"},
		{"\x1b[?25l", "\x1b[?25h"},
		{"\x1b[?2026h", "\x1b[?2026l"},
	} {
		on, off := strings.LastIndex(got, m.on), strings.LastIndex(got, m.off)
		if on < 0 || off < on {
			t.Errorf("%q is on at %d, %q off at %d", m.on, on, m.off, off)
		}
	}
	modes := l.screen.Modes()
	if modes.AltScreen || modes.BracketedPaste || modes.Focus || modes.Mouse != vt.MouseNone || modes.Kitty != 0 || modes.ModifyOtherKeys != 0 {
		t.Errorf("left on: %+v", modes)
	}
	if !l.screen.Cursor().Visible {
		t.Error("the cursor is left hidden")
	}
	_ = l.Close()
}

func TestStylesAreBounded(t *testing.T) {
	l := newRemote(10, 1)
	s := screenOn(t, l)
	for i := range 3 * maxStyles {
		s.Size()
		s.SetContent(0, 0, 'x', nil, tcell.StyleDefault.Foreground(tcell.NewHexColor(int32(i))))
		s.prune()
	}
	if len(s.looks) > maxStyles+1 || len(s.styles) > maxStyles+1 {
		t.Errorf("%d styles, %d of them in the table", len(s.looks), len(s.styles))
	}
	s.SetContent(0, 0, 'x', nil, tcell.StyleDefault.Foreground(tcell.ColorRed))
	if _, st, _ := s.Get(0, 0); st != tcell.StyleDefault.Foreground(tcell.ColorRed) {
		t.Error("a style is another one after the table was cleared")
	}
}

func TestAnUnknownTerminalIsAnXterm(t *testing.T) {
	for _, c := range []struct {
		env       map[string]string
		name      string
		truecolor bool
		xterm     bool
	}{
		{nil, "xterm-256color", false, false},
		{map[string]string{"TERM": "no-such-terminal"}, "xterm-256color", false, false},
		{map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "xterm-256color", true, false},
		{map[string]string{"TERM": "xterm-256color"}, "xterm-256color", false, false},
		{map[string]string{"TERM": "screen-256color", "TMUX": "/tmp/x,1,0"}, "screen-256color", false, true},
		{map[string]string{"TERM": "linux"}, "linux", false, false},
	} {
		ti := describe(c.env)
		if ti.Name != c.name || (ti.SetFgRGB != "") != c.truecolor || c.xterm && !ti.XTermLike {
			t.Errorf("%v: %s, true colour %q, like xterm %v", c.env, ti.Name, ti.SetFgRGB, ti.XTermLike)
		}
	}
}

func TestOnlyANamedCharsetIsBelieved(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "C"}, false},
		{map[string]string{"LANG": "de_DE.UTF-8"}, false},
		{map[string]string{"LANG": "de_DE.utf8@euro"}, false},
		{map[string]string{"LANG": "de_DE.ISO-8859-1"}, true},
		{map[string]string{"LANG": "de_DE.ISO-8859-1", "LC_ALL": "C.UTF-8"}, false},
	} {
		if got := ascii(c.env); got != c.want {
			t.Errorf("%v: %v", c.env, got)
		}
	}
}

func benchmarkFrame(b *testing.B, change func(s *screen, i int)) {
	l := newRemote(200, 60)
	s := screenOn(b, l)
	rows := make([]string, 60)
	for i := range rows {
		rows[i] = strings.Repeat(fmt.Sprint("row ", i, " of text "), 15)[:190]
	}
	drawText(s, rows...)
	show(b, s, l)
	l.mu.Lock()
	l.screen = vt.New(1, 1, vt.Options{}) // what the client does with it costs the server nothing
	l.mu.Unlock()
	sent := 0
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		drawText(s, rows...)
		change(s, i)
		if !s.show() {
			b.Fatal("skipped")
		}
		for s.tty.busy() {
			runtime.Gosched()
		}
		sent += len(l.take())
	}
	b.ReportMetric(float64(sent)/float64(b.N), "B/frame")
}

func BenchmarkFrameUnchanged(b *testing.B) { benchmarkFrame(b, func(*screen, int) {}) }

func BenchmarkFrameOneRow(b *testing.B) {
	benchmarkFrame(b, func(s *screen, i int) { s.PutStr(0, 30, fmt.Sprintf("%060d", i)) })
}

func BenchmarkFrameAll(b *testing.B) {
	benchmarkFrame(b, func(s *screen, i int) {
		for y := range 60 {
			s.PutStr(0, y, strings.Repeat(string(rune('a'+(i+y)%26)), 200))
		}
	})
}
