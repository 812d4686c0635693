package gateway

import (
	"bytes"
	"fmt"
	"strings"

	"kavi/gateway/display"
)

// Bounds of what is shown: longer bodies are cut, and say how much is missing.
const (
	maxRows  = 20_000
	maxCells = 1_000 // of one row; what is longer goes on in the next
	maxEdits = 1_500 // lines that differ before two texts count as wholly different
	around   = 3     // unchanged lines shown around a change
)

// body collects rows up to a bound.
type body struct {
	rows []string
	cut  int
}

// add adds a line of text, in several rows if it is very long.
func (b *body) add(sign, line string) {
	for first := true; first || line != ""; first = false {
		piece := line
		if len(piece) > maxCells {
			piece = strings.ToValidUTF8(piece[:maxCells], "")
			if len(piece) < maxCells-4 { // it is not text anyway
				piece = line[:maxCells]
			}
		}
		line = line[len(piece):]
		if len(b.rows) >= maxRows {
			b.cut++
			continue
		}
		b.rows = append(b.rows, display.Row(sign+piece))
	}
}

// lines splits a text as diff does; nothing has no lines.
func lines(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// isBinary guesses as git does.
func isBinary(text []byte) bool {
	return bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0
}

// edit is a run of lines: kept, or removed and then added.
type edit struct {
	keep    int
	removed []string
	added   []string
}

// unified writes the difference between two texts as rows of a unified diff, and
// counts the lines added and removed.
func unified(before, after []byte) (b body, plus, minus int) {
	if isBinary(before) || isBinary(after) {
		b.add("", fmt.Sprintf("binary: %d bytes become %d", len(before), len(after)))
		return b, 0, 0
	}
	old := lines(before)
	edits := compare(old, lines(after))
	for _, e := range edits {
		plus += len(e.added)
		minus += len(e.removed)
	}
	at, shift := 0, 0 // position in old; lines added so far minus lines removed
	for i := 0; i < len(edits); {
		if edits[i].keep > 0 {
			at += edits[i].keep
			i++
			continue
		}
		// A hunk: this change and all that follow within twice the context.
		end, oldLines, newLines := i, 0, 0
		for end < len(edits) {
			e := edits[end]
			if e.keep > 0 && (end+1 == len(edits) || e.keep > 2*around) {
				break
			}
			oldLines += e.keep + len(e.removed)
			newLines += e.keep + len(e.added)
			end++
		}
		before := min(around, at)
		after := 0
		if end < len(edits) {
			after = min(around, edits[end].keep)
		}
		b.add("", fmt.Sprintf("@@ -%s +%s @@", span(at-before, oldLines+before+after), span(at-before+shift, newLines+before+after)))
		for _, l := range old[at-before : at] {
			b.add(" ", l)
		}
		for ; i < end; i++ {
			e := edits[i]
			for _, l := range old[at : at+e.keep] {
				b.add(" ", l)
			}
			for _, l := range e.removed {
				b.add("-", l)
			}
			for _, l := range e.added {
				b.add("+", l)
			}
			at += e.keep + len(e.removed)
			shift += len(e.added) - len(e.removed)
		}
		for _, l := range old[at : at+after] {
			b.add(" ", l)
		}
	}
	if ends := len(after) > 0 && !bytes.HasSuffix(after, []byte("\n")); plus+minus > 0 && ends {
		b.add("", `\ No newline at end of file`)
	}
	return b, plus, minus
}

// span is a range of lines as the head of a hunk names it.
func span(at, n int) string {
	if n == 0 {
		return fmt.Sprintf("%d,0", at)
	}
	if n == 1 {
		return fmt.Sprint(at + 1)
	}
	return fmt.Sprintf("%d,%d", at+1, n)
}

// compare gives the edits that lead from one text to another: what both begin and
// end with is kept, between that Myers' shortest script is looked for, as long as
// it is at most maxEdits long.
func compare(old, now []string) []edit {
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	var edits []edit
	if head > 0 {
		edits = append(edits, edit{keep: head})
	}
	edits = append(edits, myers(old[head:len(old)-tail], now[head:len(now)-tail])...)
	if tail > 0 {
		edits = append(edits, edit{keep: tail})
	}
	return edits
}

// myers is the greedy algorithm of "An O(ND) difference algorithm".
func myers(old, now []string) []edit {
	n, m := len(old), len(now)
	if n == 0 && m == 0 {
		return nil
	}
	if n == 0 || m == 0 {
		return []edit{{removed: old, added: now}}
	}
	limit := min(n+m, maxEdits)
	reach := make([]int, 2*limit+2) // by diagonal: how far into old
	var trail [][]int
	for d := 0; d <= limit; d++ {
		for k := -d; k <= d; k += 2 {
			x := 0
			switch {
			case d == 0:
			case k == -d || k != d && reach[limit+k-1] < reach[limit+k+1]:
				x = reach[limit+k+1]
			default:
				x = reach[limit+k-1] + 1
			}
			for x < n && x-k < m && x-k >= 0 && old[x] == now[x-k] {
				x++
			}
			reach[limit+k] = x
			if x >= n && x-k >= m {
				return walkBack(old, now, trail, d)
			}
		}
		trail = append(trail, append([]int(nil), reach[limit-d:limit+d+1]...))
	}
	return []edit{{removed: old, added: now}}
}

// walkBack reads the script off the trail: row d holds how far diagonals -d to d
// reached with d edits.
func walkBack(old, now []string, trail [][]int, d int) []edit {
	type step struct{ x, y int }
	steps := []step{{len(old), len(now)}}
	x, y := len(old), len(now)
	for ; d > 0; d-- {
		row := trail[d-1]
		at := func(k int) int {
			if k < -(d-1) || k > d-1 {
				return -1
			}
			return row[k+d-1]
		}
		k := x - y
		var px, py int
		if k == -d || k != d && at(k-1) < at(k+1) {
			px = at(k + 1)
			py = px - (k + 1)
		} else {
			px = at(k - 1)
			py = px - (k - 1)
		}
		steps = append(steps, step{px, py})
		x, y = px, py
	}
	// Each step is one edit followed by lines that both have.
	var edits []edit
	keep := func(n int) {
		if n > 0 {
			edits = append(edits, edit{keep: n})
		}
	}
	last := steps[len(steps)-1]
	keep(min(last.x, last.y)) // nothing but kept lines before the first edit
	for i := len(steps) - 1; i > 0; i-- {
		from, to := steps[i], steps[i-1]
		if len(edits) == 0 || edits[len(edits)-1].keep > 0 {
			edits = append(edits, edit{})
		}
		e := &edits[len(edits)-1]
		if to.x-to.y > from.x-from.y { // one line of old goes
			e.removed = append(e.removed, old[from.x])
			from.x++
		} else {
			e.added = append(e.added, now[from.y])
			from.y++
		}
		keep(to.x - from.x)
	}
	return edits
}
