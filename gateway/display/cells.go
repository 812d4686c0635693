package display

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Width is how many cells of a terminal the safe text s fills.
func Width(s string) int {
	return uniseg.StringWidth(s)
}

// Cut shortens the safe text s to at most cells, ending in "…" where anything is
// missing. It is for lists: what must be read whole before a decision is shown in
// rows and scrolled instead.
func Cut(s string, cells int) string {
	if cells <= 0 {
		return ""
	}
	if len(s) <= cells || Width(s) <= cells {
		return s
	}
	end, used := 0, 0
	for rest, state := s, -1; rest != ""; {
		var cluster string
		var w int
		cluster, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used+w > cells-1 {
			break
		}
		used += w
		end += len(cluster)
	}
	return s[:end] + "…"
}

// Pad cuts the safe text s to cells, or fills it up with blanks on the right.
func Pad(s string, cells int) string {
	s = Cut(s, cells)
	if n := cells - Width(s); n > 0 {
		s += strings.Repeat(" ", n)
	}
	return s
}
