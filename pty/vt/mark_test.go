package vt

import (
	"fmt"
	"strings"
	"testing"
)

// A mark stays with its character, whatever is written and however rows are cut.
func TestAMarkStaysWithItsCharacter(t *testing.T) {
	term := New(20, 6, Options{Scrollback: 1000})
	const first, lines = 'Ā', 40
	for i := range lines {
		fmt.Fprintf(term, "%c %s日本 %c end\r\n", first+2*i, strings.Repeat("x", i), first+2*i+1)
	}
	marks := map[rune]Mark{}
	for y := -term.ScrollbackLen(); y < 6; y++ {
		for x := range 20 {
			p := Pos{x, y}
			if r := term.Cell(x, y).Rune; r >= first && r < first+2*lines {
				marks[r] = term.Mark(p)
			}
			if back := term.Marked(term.Mark(p)); back != p && term.Cell(x, y).Rune != ' ' {
				t.Fatalf("%v comes back at %v", p, back)
			}
		}
	}
	if len(marks) != 2*lines {
		t.Fatalf("%d characters are there", len(marks))
	}
	for _, size := range [][2]int{{33, 6}, {7, 6}, {80, 3}, {2, 9}, {20, 6}} {
		term.Resize(size[0], size[1])
		term.Write([]byte("more\r\n"))
		for want, m := range marks {
			p := term.Marked(m)
			if got := term.Cell(p.X, p.Y).Rune; got != want {
				t.Errorf("%v: %q is looked for at %v, where %q stands", size, want, p, got)
			}
		}
	}
	term.Write([]byte("\x1b[3J"))
	if p := term.Marked(marks[first]); p != (Pos{0, -term.ScrollbackLen()}) {
		t.Errorf("what is gone is at %v", p)
	}
	term.Write([]byte("\x1b[?1049h"))
	m := term.Mark(Pos{1, 3})
	term.Resize(40, 12)
	if p := term.Marked(m); p != (Pos{1, 3}) {
		t.Errorf("on the alternate screen: %v", p)
	}
}
