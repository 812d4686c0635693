package keymap

import "strings"

// nearest is the name that s was most likely meant to be, or "" where none is
// near: at most a third of it may be wrong.
func nearest(s string, names []string) string {
	best, at := "", 0
	for _, n := range names {
		d := distance(strings.ToLower(s), strings.ToLower(n))
		if d <= max(1, max(len(s), len(n))/3) && (best == "" || d < at) {
			best, at = n, d
		}
	}
	return best
}

// distance counts the letters to change, add, take away or swap with their neighbour.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > 64 || len(y) > 64 {
		return max(len(x), len(y))
	}
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}
