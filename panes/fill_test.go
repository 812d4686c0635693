package panes

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gdamore/tcell/v2"
)

// A rectangle that is blanked at once is what its cells are when each is made blank.
func TestABlankedRectangleIsThatOfItsCells(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	style := tcell.StyleDefault.Reverse(true)
	for range 500 {
		at, each := screenOn(t, newRemote(12, 5)), screenOn(t, newRemote(12, 5))
		for range 20 {
			x, y, text := rnd.IntN(12), rnd.IntN(5), []string{"a", "漢"}[rnd.IntN(2)]
			at.Put(x, y, text, tcell.StyleDefault)
			each.Put(x, y, text, tcell.StyleDefault)
		}
		x, y, w, h := rnd.IntN(18)-3, rnd.IntN(9)-2, rnd.IntN(16)-1, rnd.IntN(8)-1
		fill(at, style, x, y, w, h)
		for j := y; j < y+h; j++ {
			for i := x; i < x+w; i++ {
				each.SetContent(i, j, ' ', nil, style)
			}
		}
		if !slices.Equal(at.back, each.back) {
			t.Fatalf("%dx%d at %d,%d:\n%v\nwant\n%v", w, h, x, y, at.back, each.back)
		}
	}
}

// The texts that are kept are those of their characters.
func TestKeptTextsAreTheirCharacters(t *testing.T) {
	for r := rune(' '); r < 0x2700; r++ {
		if got := runeText(r); r != 0x7f && (r < 0x7f || r >= 0xa0) && got != string(r) {
			t.Errorf("%U: %q", r, got)
		}
	}
}
