package main

// nearest is the name that s was most likely meant to be, "" where none is near:
// at most a third of its letters may be wrong.
func nearest(s string, names []string) string {
	best, at := "", 0
	for _, n := range names {
		d := letters(s, n)
		if d <= max(1, max(len(s), len(n))/3) && (best == "" || d < at) {
			best, at = n, d
		}
	}
	return best
}

// letters counts the letters to change, add, take away or swap with their
// neighbour to make b of a.
func letters(a, b string) int {
	x, y := []rune(a), []rune(b)
	var older, old []int
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		older, old, row = old, row, make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(old[j+1]+1, row[j]+1, old[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], older[j-1]+1)
			}
		}
	}
	return row[len(y)]
}
