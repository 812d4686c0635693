package panes

import (
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
)

func FuzzWrapLosesNothing(f *testing.F) {
	f.Add("npm install jsonwebtoken", 7, 3)
	f.Add("世界 e\u0301 \x1b[2K \u202e", 1, 0)
	f.Add(strings.Repeat(" ", 300)+"rm -rf ~", 20, 19)
	f.Fuzz(func(t *testing.T, s string, width, first int) {
		width = 1 + (width&0xff)%120
		first = (first & 0xff) % width
		r := words(s, plain)
		var joined strings.Builder
		for i, p := range r.wrap(width, first) {
			joined.WriteString(p.String())
			room := width
			if i == 0 {
				room -= first
			}
			if w := p.width(); w > room && w > 2 {
				t.Errorf("row %d of %q is %d cells wide, its room %d", i, s, w, room)
			}
		}
		if got, want := joined.String(), r.String(); got != want {
			t.Errorf("wrapped at %d: %q became %q", width, want, got)
		}
	})
}

func TestCutIsSeen(t *testing.T) {
	r := line(words("apr_01 ", strong), words("Write src/auth", plain), words("/login.ts", danger))
	for cells := 1; cells < r.width(); cells++ {
		got := r.cut(cells)
		if got.width() > cells || !strings.HasSuffix(got.String(), "…") {
			t.Errorf("cut to %d cells it is %q", cells, got)
		}
	}
	if got := r.cut(r.width()); got.String() != r.String() {
		t.Errorf("what fits was cut to %q", got)
	}
}

func TestEscapesAreReversed(t *testing.T) {
	s := tcell.NewSimulationScreen("UTF-8")
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	defer s.Fini()
	s.SetSize(20, 1)
	for _, look := range []*theme{newTheme(256, false), newTheme(16, false), newTheme(8, false), newTheme(0, false), newTheme(256, true)} {
		for r := plain; r < roles; r++ {
			put(s, look, 0, 0, 20, words("a\x1b[8m", r))
			_, text, _ := s.Get(0, 0)
			_, escape, _ := s.Get(1, 0)
			_, _, a := text.Decompose()
			_, _, b := escape.Decompose()
			if a&tcell.AttrReverse == b&tcell.AttrReverse {
				t.Errorf("role %d: an escape looks like text", r)
			}
		}
	}
}

// Without colours nothing may be said by colour, and red must still stand out.
func TestThemeWithoutColours(t *testing.T) {
	for _, look := range []*theme{newTheme(256, true), newTheme(2, false)} {
		for r := plain; r < roles; r++ {
			fg, bg, _ := look.style(r, false).Decompose()
			if fg != tcell.ColorDefault || bg != tcell.ColorDefault {
				t.Errorf("role %d has a colour", r)
			}
		}
		for _, r := range []role{danger, alert, warning} {
			if look.style(r, false) == look.style(plain, false) {
				t.Errorf("role %d looks like plain text", r)
			}
		}
	}
}

func TestThemeUsesTheTerminalsOwnColours(t *testing.T) {
	for _, colors := range []int{8, 16, 256, 1 << 24} {
		look := newTheme(colors, false)
		for r := plain; r < roles; r++ {
			fg, bg, _ := look.style(r, false).Decompose()
			for _, c := range []tcell.Color{fg, bg} {
				if c != tcell.ColorDefault && (c < tcell.PaletteColor(0) || c >= tcell.PaletteColor(min(colors, 16))) {
					t.Errorf("with %d colours role %d has colour %v", colors, r, c)
				}
			}
		}
	}
}

func TestBoxTooSmallToDrawIsNotDrawn(t *testing.T) {
	d := newDesk(t, 80, 24, three()...)
	for cols := 1; cols < 30; cols++ {
		for rows := 3; rows < 12; rows++ {
			d.screen.SetSize(cols, rows)
			d.narrow = true
			d.frame()
			d.v.act.Push(newDetail(d.v, item{asks: d.snap.Approvals[0]}, true))
			d.frame()
			d.v.act.Pop(d.top())
			d.v.act.Push(newReject(d.v, d.snap.Approvals, nil))
			d.frame()
			d.v.act.Pop(d.top())
		}
	}
}
