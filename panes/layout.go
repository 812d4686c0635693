package panes

import "strconv"

// rect is a part of the screen, in cells.
type rect struct{ x, y, w, h int }

func (r rect) has(x, y int) bool {
	return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h
}

// inner is what is left of a frame for what it holds.
func (r rect) inner() rect { return rect{r.x + 1, r.y + 1, max(r.w-2, 0), max(r.h-2, 0)} }

// tile is one agent's place: the frame with its lines. Frames share the line
// between them. A tile of which only the title is shown has no room inside.
type tile struct {
	agent string
	frame rect
}

// layout says where everything is.
type layout struct {
	cols, rows int
	narrow     bool // the inbox is an overlay
	zoomed     bool
	panes      rect // all the frames
	tiles      []tile
	hidden     int  // agents for which there is not even a line
	inbox      rect // none where narrow
	keys       rect // the line of keys, or the strip that names the oldest approval
	status     rect
}

const (
	narrowBelow = 100 // columns: fewer, and the inbox lies over the panes
	minInbox    = 40  // columns of the inbox beside the panes
	wantedPane  = 82  // columns of a pane's frame: with less the inbox gives way
	minPane     = 9   // rows inside a pane: with less the panes become a stack
	minFocused  = 3   // rows inside the pane of a stack that has the focus, and half of all
)

// arrange lays out a screen: the agents' panes one above the other on the left,
// the inbox on the right, half of the width each unless a pane would get less
// than 80 columns by that. Where not every pane gets its least height, the
// focused one gets all there is and the others a line each.
func arrange(cols, rows int, agents []string, focus string, zoom bool) layout {
	l := layout{cols: cols, rows: rows, zoomed: zoom, narrow: cols < narrowBelow || zoom}
	bottom := max(rows-2, 0)
	l.keys = rect{0, bottom, cols, min(rows, 1)}
	l.status = rect{0, max(rows-1, 0), cols, min(rows, 1)}
	width := cols
	if !l.narrow {
		w := cols / 2
		if cols-w+1 < wantedPane {
			w = max(minInbox, cols-wantedPane+1)
		}
		width = cols - w + 1 // one line is of both
		l.inbox = rect{width - 1, 0, w, bottom}
	}
	l.panes = rect{0, 0, width, bottom}
	if zoom {
		agents = []string{focus}
	}
	l.tile(agents, focus)
	return l
}

// PaneSizes gives the columns and rows that n agents have in their panes on a
// terminal of that size, the first with the focus; 0, 0 for one of which only the
// title is shown, or not even that.
func PaneSizes(cols, rows, n int) [][2]int {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	sizes := make([][2]int, n)
	if n == 0 {
		return sizes
	}
	l := arrange(cols, rows, names, names[0], false)
	for i, name := range names {
		if t, ok := l.find(name); ok {
			if in := t.frame.inner(); in.w > 0 && in.h > 0 {
				sizes[i] = [2]int{in.w, in.h}
			}
		}
	}
	return sizes
}

func (l *layout) tile(agents []string, focus string) {
	n := len(agents)
	if n == 0 || l.panes.h < 2 {
		return
	}
	if room := l.panes.h - (n + 1); room >= n*minPane || n == 1 {
		y := 0
		for i, a := range agents {
			h := room / n
			if i < room%n {
				h++
			}
			l.tiles = append(l.tiles, tile{a, rect{0, y, l.panes.w, h + 2}})
			y += h + 1
		}
		return
	}
	at := 0
	for i, a := range agents {
		if a == focus {
			at = i
		}
	}
	// How many lines there are for the others, and which of them: those around the focus.
	lines := min(max(l.panes.h-2-max(minFocused, l.panes.h/2), 0), n-1)
	first := min(max(at-lines/2, 0), n-1-lines)
	l.hidden = n - 1 - lines
	y := 0
	for i := first; i <= first+lines; i++ {
		h := 0
		if i == at {
			h = max(l.panes.h-2-lines, 0)
		}
		l.tiles = append(l.tiles, tile{agents[i], rect{0, y, l.panes.w, h + 2}})
		y += h + 1
	}
}

// find gives an agent's tile.
func (l *layout) find(agent string) (tile, bool) {
	for _, t := range l.tiles {
		if t.agent == agent {
			return t, true
		}
	}
	return tile{}, false
}

// at gives the tile at a place of the screen. The line between two tiles is the
// title of the lower one.
func (l *layout) at(x, y int) (tile, bool) {
	for i := len(l.tiles) - 1; i >= 0; i-- {
		if l.tiles[i].frame.has(x, y) {
			return l.tiles[i], true
		}
	}
	return tile{}, false
}

// neighbour gives the agent to which a step up (-1) or down (1) leads, "" at the end.
func neighbour(agents []string, from string, step int) string {
	for i, a := range agents {
		if a == from && i+step >= 0 && i+step < len(agents) {
			return agents[i+step]
		}
	}
	return ""
}
