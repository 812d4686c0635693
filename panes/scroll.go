package panes

import (
	"fmt"
	"math"

	"github.com/gdamore/tcell/v2"

	"kavi/keymap"
)

// scroller is how far a run of rows is scrolled. Drawing sets how many rows
// there are and how many fit, so that keys cannot go beyond them.
type scroller struct{ top, rows, height int }

// fit takes the present size, and keeps top within it.
func (s *scroller) fit(rows, height int) {
	s.rows, s.height = rows, max(height, 0)
	s.top = min(max(s.top, 0), s.last())
}

// last is the top row at the end.
func (s *scroller) last() int { return max(s.rows-s.height, 0) }

// atEnd says whether the last row is among those that fit.
func (s *scroller) atEnd() bool { return s.height > 0 && s.top+s.height >= s.rows }

// scrolls holds how far each action that scrolls goes down.
var scrolls = map[keymap.Action]func(s *scroller) int{
	keymap.Up:       func(*scroller) int { return -1 },
	keymap.Down:     func(*scroller) int { return 1 },
	keymap.PageUp:   func(s *scroller) int { return -max(s.height-1, 1) },
	keymap.PageDown: func(s *scroller) int { return max(s.height-1, 1) },
	keymap.HalfUp:   func(s *scroller) int { return -max(s.height/2, 1) },
	keymap.HalfDown: func(s *scroller) int { return max(s.height/2, 1) },
	keymap.Top:      func(s *scroller) int { return -s.top },
	keymap.Bottom:   func(s *scroller) int { return math.MaxInt32 - s.top },
}

// move scrolls as an action asks; false: it is not one that scrolls.
func (s *scroller) move(a keymap.Action) bool {
	far := scrolls[a]
	if far == nil {
		return false
	}
	s.scroll(far(s))
	return true
}

// scroll goes down by rows, or up.
func (s *scroller) scroll(by int) {
	if s.top = max(s.top+by, 0); s.rows > 0 { // else nothing was drawn yet: fit does it
		s.top = min(s.top, s.last())
	}
}

// where says which rows are on the screen: "row 1–12 of 240".
func (s *scroller) where() string {
	if s.height <= 0 {
		return fmt.Sprintf("%d rows do not fit here", s.rows)
	}
	return fmt.Sprintf("row %d–%d of %d", s.top+1, min(s.top+s.height, s.rows), s.rows)
}

// draw draws the rows that the scroller shows.
func (s *scroller) draw(screen tcell.Screen, t *theme, x, y, width int, rows []row) {
	for i := s.top; i < len(rows) && i < s.top+s.height; i++ {
		put(screen, t, x, y+i-s.top, width, rows[i])
	}
}
