package panes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"kavi/pty/vt"
)

// What an agent's terminal shows is what the operator's terminal shows.
func TestStylesArriveAsTheyWere(t *testing.T) {
	d := vt.Style{}
	styles := []vt.Style{
		d,
		{Attr: vt.Bold},
		{Attr: vt.Dim},
		{Attr: vt.Italic},
		{Attr: vt.Blink},
		{Attr: vt.Reverse},
		{Attr: vt.Strike},
		{Attr: vt.Underline},
		{Attr: vt.Underline | vt.DoubleUnderline},
		{Attr: vt.Underline | vt.CurlyUnderline},
		{Attr: vt.Underline | vt.DottedUnderline},
		{Attr: vt.Underline | vt.DashedUnderline},
		{Attr: vt.Bold | vt.Italic | vt.Reverse | vt.Underline | vt.Strike},
		{Fg: vt.Indexed(1)},
		{Fg: vt.Indexed(9)},
		{Fg: vt.Indexed(200)},
		{Fg: vt.RGB(1, 2, 3)},
		{Fg: vt.RGB(0, 0, 0)},
		{Bg: vt.Indexed(0)},
		{Bg: vt.Indexed(15)},
		{Bg: vt.Indexed(255)},
		{Bg: vt.RGB(254, 255, 0)},
		{Fg: vt.RGB(9, 8, 7), Bg: vt.Indexed(3), Attr: vt.Bold},
		{Attr: vt.Underline | vt.CurlyUnderline, Underline: vt.RGB(5, 6, 7)},
		{Attr: vt.Underline, Underline: vt.Indexed(77)},
	}
	l := newRemote(len(styles), 2)
	s := screenOn(t, l)
	s.Size()
	for i, st := range styles {
		s.SetContent(i, 0, 'x', nil, style(st))
		// and once more from the right, so that each follows another one
		s.SetContent(len(styles)-1-i, 1, 'x', nil, style(st))
	}
	show(t, s, l)
	for i, want := range styles {
		if got := l.screen.Cell(i, 0).Style; got != want {
			t.Errorf("%+v arrives as %+v", want, got)
		}
		if got := l.screen.Cell(len(styles)-1-i, 1).Style; got != want {
			t.Errorf("%+v arrives as %+v, after another one", want, got)
		}
	}
}

func TestColoursThatATerminalLacksBecomeTheNearest(t *testing.T) {
	red := tcell.NewRGBColor(250, 10, 10)
	for _, c := range []struct {
		env   map[string]string
		style tcell.Style
		want  string
	}{
		{map[string]string{"TERM": "xterm-256color", "COLORTERM": "truecolor"}, tcell.StyleDefault.Foreground(red), "\x1b[0;38;2;250;10;10m"},
		{map[string]string{"TERM": "xterm-256color"}, tcell.StyleDefault.Foreground(red), "\x1b[0;91m"},
		{map[string]string{"TERM": "xterm-256color"}, tcell.StyleDefault.Background(tcell.PaletteColor(100)), "\x1b[0;48;5;100m"},
		{map[string]string{"TERM": "linux"}, tcell.StyleDefault.Foreground(red), "\x1b[0;31m"},
		{map[string]string{"TERM": "linux"}, tcell.StyleDefault.Background(tcell.PaletteColor(12)), "\x1b[0;44m"},
		{map[string]string{"TERM": "linux"}, tcell.StyleDefault.Underline(tcell.UnderlineStyleCurly), "\x1b[0;4m"},
		{map[string]string{"TERM": "vt100"}, tcell.StyleDefault.Foreground(red).Bold(true), "\x1b[0;1m"},
	} {
		if got := newEncoder(describe(c.env)).sgr(c.style); got != c.want {
			t.Errorf("%v: %q, want %q", c.env, got, c.want)
		}
	}
}

func TestNoColour(t *testing.T) {
	l := newRemote(10, 1)
	s := screenOn(t, l)
	s.mono = true
	s.Size()
	s.SetContent(0, 0, 'x', nil, tcell.StyleDefault.Foreground(tcell.ColorRed).Bold(true).Reverse(true))
	show(t, s, l)
	if got := l.screen.Cell(0, 0).Style; got != (vt.Style{Attr: vt.Bold | vt.Reverse}) {
		t.Errorf("%+v", got)
	}
}

func TestASCIIWhereTheCharsetHasNoMore(t *testing.T) {
	l := newRemote(20, 1)
	s := screenOn(t, l)
	s.ascii = true
	s.Size()
	s.PutStr(0, 0, "┌─ ● ▸ü中│…·")
	got := show(t, s, l)
	for _, r := range got {
		if r > 0x7e {
			t.Fatalf("%q was sent", got)
		}
	}
	if text := strings.TrimRight(l.text(), "\n"); text != "+- * >?? |-." {
		t.Errorf("%q", text)
	}
}

func TestTheCursorHasItsShape(t *testing.T) {
	l := newRemote(10, 2)
	s := screenOn(t, l)
	for _, c := range []vt.Cursor{
		{X: 3, Y: 1, Visible: true, Shape: vt.Bar, Blink: true},
		{X: 0, Y: 0, Visible: true, Shape: vt.Underscore},
		{X: 9, Y: 1, Visible: true, Shape: vt.Block, Blink: true},
		{X: 1, Y: 1, Visible: true, Shape: vt.Block},
	} {
		s.Size()
		s.Clear()
		s.SetCursorStyle(cursorStyle(c))
		s.ShowCursor(c.X, c.Y)
		show(t, s, l)
		if got := l.screen.Cursor(); got != c {
			t.Errorf("%+v arrives as %+v", c, got)
		}
	}
	s.Clear()
	show(t, s, l)
	if l.screen.Cursor().Visible {
		t.Error("it is not hidden")
	}
}

// TestNoPaddingReachesATerminal: descriptions of old terminals say in the middle
// of a sequence how long to wait, for a program to take out.
func TestNoPaddingReachesATerminal(t *testing.T) {
	for _, name := range []string{"vt100", "vt220", "linux", "screen", "xterm"} {
		ti := describe(map[string]string{"TERM": name})
		if ti.Name != name {
			t.Errorf("%s is described as %s", name, ti.Name)
		}
		e := newEncoder(ti)
		e.begin(true)
		e.cell(3, 4, "x", 1, "", "")
		got := string(e.end(cursor{x: 5, y: 6}))
		for _, want := range []string{"J", "\x1b[5;4Hx", "\x1b[7;6H"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q lacks %q", name, got, want)
			}
		}
		if all := fmt.Sprint(*ti); strings.Contains(got+all, "$<") {
			t.Errorf("%s: padding is left in %q", name, all)
		}
	}
}
