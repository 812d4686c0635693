// Package diff compares texts line by line: what differs, as a unified diff that
// git and patch accept, and what comes out when two people changed one text.
//
// It is pure and a leaf. A line keeps its newline, so a text that ends without one
// differs from the same text that ends with one, and nothing is lost on the way
// back: joining the lines gives the bytes.
package diff

import (
	"bytes"
	"strings"
)

// Region is a place where two texts differ: lines OldAt to OldAt+Old of the one
// stand where the other has lines NewAt to NewAt+New. Lines count from 0.
type Region struct {
	OldAt, Old int
	NewAt, New int
}

// Bounds of the search for a short difference. Beyond them the difference is
// still right, only longer than it need be.
const (
	maxEdits = 1_000 // between two lines that both texts have just once
	maxDepth = 64    // of the search for such lines within one another
)

// Lines splits a text after each newline. Nothing has no lines.
func Lines(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	lines := strings.SplitAfter(string(text), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// Binary guesses, as git does, by a NUL among the first 8,000 bytes.
func Binary(text []byte) bool {
	return bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0
}

// Count says how many lines are added and removed.
func Count(regions []Region) (plus, minus int) {
	for _, r := range regions {
		plus += r.New
		minus += r.Old
	}
	return plus, minus
}

// Compare gives the regions in which two texts differ, in order; between two of
// them stands at least one line that both have. It takes time linear in the texts,
// but for a bounded search between lines that both have just once.
func Compare(old, now []string) []Region {
	number := make(map[string]int, len(old))
	s := search{old: numbered(old, number), now: numbered(now, number)}
	s.between(0, len(old), 0, len(now), maxDepth)
	return s.regions
}

// numbered gives each line the number that equal lines have.
func numbered(lines []string, number map[string]int) []int {
	all := make([]int, len(lines))
	for i, l := range lines {
		n, known := number[l]
		if !known {
			n = len(number)
			number[l] = n
		}
		all[i] = n
	}
	return all
}

// search holds the two texts with a number for each line, and what was found.
type search struct {
	old, now []int
	regions  []Region
}

// add notes a difference; one that touches the last belongs to it.
func (s *search) add(r Region) {
	if r.Old == 0 && r.New == 0 {
		return
	}
	if n := len(s.regions); n > 0 {
		last := &s.regions[n-1]
		if last.OldAt+last.Old == r.OldAt && last.NewAt+last.New == r.NewAt {
			last.Old += r.Old
			last.New += r.New
			return
		}
	}
	s.regions = append(s.regions, r)
}

// between compares old[a:b] with now[c:d]: what both begin and end with, then the
// lines that both have just once, then what is left between those.
func (s *search) between(a, b, c, d, depth int) {
	for a < b && c < d && s.old[a] == s.now[c] {
		a, c = a+1, c+1
	}
	for a < b && c < d && s.old[b-1] == s.now[d-1] {
		b, d = b-1, d-1
	}
	if a == b || c == d {
		s.add(Region{OldAt: a, Old: b - a, NewAt: c, New: d - c})
		return
	}
	var anchors [][2]int
	if depth > 0 {
		anchors = s.anchors(a, b, c, d)
	}
	if len(anchors) == 0 {
		s.myers(a, b, c, d)
		return
	}
	for _, at := range anchors {
		if at[0] < a || at[1] < c {
			continue // the lines before it went on until here
		}
		s.between(a, at[0], c, at[1], depth-1)
		a, c = at[0], at[1]
		for a < b && c < d && s.old[a] == s.now[c] {
			a, c = a+1, c+1
		}
	}
	s.between(a, b, c, d, depth-1)
}

// anchors are the lines that stand just once in either text, as long as they come
// in the same order: the longest such sequence (patience).
func (s *search) anchors(a, b, c, d int) [][2]int {
	type seen struct{ old, now, inOld, inNow int }
	lines := make(map[int]*seen, b-a)
	for i := a; i < b; i++ {
		l := lines[s.old[i]]
		if l == nil {
			l = &seen{}
			lines[s.old[i]] = l
		}
		l.old, l.inOld = i, l.inOld+1
	}
	for i := c; i < d; i++ {
		if l := lines[s.now[i]]; l != nil {
			l.now, l.inNow = i, l.inNow+1
		}
	}
	type pair struct {
		old, now int
		before   int // index of the pair that stands before it in the best sequence, or -1
	}
	var pairs []pair
	var ends []int // ends[n]: the pair with the smallest now that ends a sequence of n+1
	for i := a; i < b; i++ {
		l := lines[s.old[i]]
		if l.inOld != 1 || l.inNow != 1 {
			continue
		}
		low, high := 0, len(ends)
		for low < high {
			mid := (low + high) / 2
			if pairs[ends[mid]].now < l.now {
				low = mid + 1
			} else {
				high = mid
			}
		}
		p := pair{old: i, now: l.now, before: -1}
		if low > 0 {
			p.before = ends[low-1]
		}
		pairs = append(pairs, p)
		if low == len(ends) {
			ends = append(ends, 0)
		}
		ends[low] = len(pairs) - 1
	}
	if len(ends) == 0 {
		return nil
	}
	all := make([][2]int, len(ends))
	for i, at := len(ends)-1, ends[len(ends)-1]; at >= 0; i, at = i-1, pairs[at].before {
		all[i] = [2]int{pairs[at].old, pairs[at].now}
	}
	return all
}

// myers is the greedy algorithm of "An O(ND) difference algorithm", up to a bound:
// beyond it the two count as wholly different.
func (s *search) myers(a, b, c, d int) {
	n, m := b-a, d-c
	limit := min(n+m, maxEdits)
	reach := make([]int, 2*limit+2) // by diagonal: how far into old
	var trail [][]int
	for edits := 0; edits <= limit; edits++ {
		for k := -edits; k <= edits; k += 2 {
			x := 0
			switch {
			case edits == 0:
			case k == -edits || k != edits && reach[limit+k-1] < reach[limit+k+1]:
				x = reach[limit+k+1]
			default:
				x = reach[limit+k-1] + 1
			}
			for x < n && x-k < m && x-k >= 0 && s.old[a+x] == s.now[c+x-k] {
				x++
			}
			reach[limit+k] = x
			if x >= n && x-k >= m {
				s.walkBack(a, c, n, m, trail, edits)
				return
			}
		}
		trail = append(trail, append([]int(nil), reach[limit-edits:limit+edits+1]...))
	}
	s.add(Region{OldAt: a, Old: n, NewAt: c, New: m})
}

// walkBack reads the edits off the trail: row e holds how far diagonals -e to e
// reached with e edits.
func (s *search) walkBack(a, c, x, y int, trail [][]int, edits int) {
	var back []Region // single lines, last first
	for ; edits > 0; edits-- {
		row := trail[edits-1]
		at := func(k int) int {
			if k < -(edits-1) || k > edits-1 {
				return -1
			}
			return row[k+edits-1]
		}
		k := x - y
		if k == -edits || k != edits && at(k-1) < at(k+1) {
			x = at(k + 1)
			y = x - (k + 1)
			back = append(back, Region{OldAt: a + x, NewAt: c + y, New: 1})
		} else {
			x = at(k - 1)
			y = x - (k - 1)
			back = append(back, Region{OldAt: a + x, Old: 1, NewAt: c + y})
		}
	}
	for i := len(back) - 1; i >= 0; i-- {
		s.add(back[i])
	}
}
