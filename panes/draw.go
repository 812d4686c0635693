package panes

import (
	"strings"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
	"github.com/rivo/uniseg"

	"kavi/gateway/display"
)

// seg is a piece of a row of text: what it says, what that is to the reader,
// and whether it stands for something that cannot be shown.
type seg struct {
	text   string
	role   role
	escape bool
}

// row is one row of a view. Rows are drawn cell by cell, never through tview's
// tags, so that "[red]" in a command is six characters.
type row []seg

// words makes a row of any text. Every text of every view goes through here,
// also those that are safe already: display.Spans leaves them as they are.
func words(s string, r role) row {
	spans := display.Spans(s)
	w := make(row, len(spans))
	for i, sp := range spans {
		w[i] = seg{sp.Text, r, sp.Escape}
	}
	return w
}

// clip shortens what will be cut to a row's width anyway: an agent's text may be
// megabytes long, and rows are made for each frame.
func clip(s string) string {
	const most = 4096
	if len(s) <= most {
		return s
	}
	end := most
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// blanks is a row of n blanks; words would count them.
func blanks(n int) row {
	if n <= 0 {
		return nil
	}
	return row{{text: strings.Repeat(" ", n)}}
}

// line joins pieces to one row.
func line(parts ...row) row {
	var r row
	for _, p := range parts {
		r = append(r, p...)
	}
	return r
}

func (r row) width() int {
	n := 0
	for _, s := range r {
		n += display.Width(s.text)
	}
	return n
}

func (r row) String() string {
	var b strings.Builder
	for _, s := range r {
		b.WriteString(s.text)
	}
	return b.String()
}

// cut shortens a row to at most cells, ending in "…" where anything is missing.
func (r row) cut(cells int) row {
	if r.width() <= cells {
		return r
	}
	var out row
	for _, s := range r {
		w := display.Width(s.text)
		if w >= cells {
			if w > cells {
				s.text = display.Cut(s.text, cells)
			} else {
				s.text = display.Cut(s.text+"…", cells)
			}
			return append(out, s)
		}
		out = append(out, s)
		cells -= w
	}
	return out
}

// wrap breaks a row into rows of at most width cells, the first of them shorter
// by first cells (a label stands before it). Nothing is left out. It breaks
// anywhere: where a word ends is the author's choice, and what is read here must
// not depend on it.
func (r row) wrap(width, first int) []row {
	if width < 1 {
		width = 1
	}
	var (
		out  []row
		cur  row
		left = width - first
	)
	for _, s := range r {
		piece, whole := s, 0
		piece.text = ""
		if s.escape { // stays in one piece
			whole = display.Width(s.text)
		}
		for rest, state := s.text, -1; rest != ""; {
			var cluster string
			var w int
			if whole > 0 && whole <= width {
				cluster, rest, w = s.text, "", whole
			} else {
				cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
			}
			if w > left && (len(cur) > 0 || piece.text != "" || left < width) {
				if piece.text != "" {
					cur = append(cur, piece)
					piece.text = ""
				}
				out, cur, left = append(out, cur), nil, width
			}
			piece.text += cluster
			left -= w
		}
		if piece.text != "" {
			cur = append(cur, piece)
		}
	}
	return append(out, cur)
}

// put draws a row from x on in at most width cells, cut with "…" where it does
// not fit, and says how many cells it took.
func put(screen tcell.Screen, t *theme, x, y, width int, r row) int {
	used := 0
	for _, s := range r.cut(width) {
		style := t.style(s.role, s.escape)
		for rest, state := s.text, -1; rest != ""; {
			var cluster string
			var w int
			cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
			runes := []rune(cluster)
			screen.SetContent(x+used, y, runes[0], runes[1:], style)
			used += w
		}
	}
	return used
}

// fill blanks a rectangle.
func fill(to tcell.Screen, style tcell.Style, x, y, width, height int) {
	if fast, ok := to.(*screen); ok {
		fast.blank(x, y, width, height, style)
		return
	}
	for j := y; j < y+height; j++ {
		for i := x; i < x+width; i++ {
			to.SetContent(i, j, ' ', nil, style)
		}
	}
}

// box blanks a rectangle and draws a frame with a title around it, joined to the
// lines that are there already if join is set. It gives the rectangle inside.
func box(screen tcell.Screen, t *theme, x, y, width, height int, title row, join bool) (ix, iy, iw, ih int) {
	if width < 2 || height < 2 {
		return x, y, 0, 0
	}
	style := t.style(frame, false)
	right, bottom := x+width-1, y+height-1
	edge := func(cx, cy int, ch rune) {
		if join {
			tview.PrintJoinedSemigraphics(screen, cx, cy, ch, style)
			return
		}
		screen.SetContent(cx, cy, ch, nil, style)
	}
	fill(screen, t.style(plain, false), x+1, y+1, width-2, height-2)
	for i := x + 1; i < right; i++ {
		edge(i, y, '─')
		edge(i, bottom, '─')
	}
	for j := y + 1; j < bottom; j++ {
		edge(x, j, '│')
		edge(right, j, '│')
	}
	edge(x, y, '┌')
	edge(right, y, '┐')
	edge(x, bottom, '└')
	edge(right, bottom, '┘')
	if width > 6 && len(title) > 0 {
		put(screen, t, x+1, y, width-2, line(words(" ", plain), title.cut(width-4), words(" ", plain)))
	}
	return x + 1, y + 1, width - 2, height - 2
}

// rule draws a horizontal line between the side lines of a box.
func rule(screen tcell.Screen, t *theme, x, y, width int) {
	style := t.style(frame, false)
	for i := x + 1; i < x+width-1; i++ {
		screen.SetContent(i, y, '─', nil, style)
	}
	tview.PrintJoinedSemigraphics(screen, x, y, '├', style)
	tview.PrintJoinedSemigraphics(screen, x+width-1, y, '┤', style)
}
