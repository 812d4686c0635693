package diff

import (
	"slices"
	"strings"
)

// Names are what the two sides are called where they conflict.
type Names struct{ Ours, Theirs string }

// Merge does to ours what leads from base to theirs, as `git merge-file` does.
// Where both changed the same lines, or lines that touch, differently, both stand
// in the result between markers, and conflicts counts those places.
func Merge(base, ours, theirs []byte, names Names) (merged []byte, conflicts int) {
	m := merge{base: Lines(base), ours: Lines(ours), theirs: Lines(theirs), names: names}
	m.run(Compare(m.base, m.ours), Compare(m.base, m.theirs))
	return []byte(m.out.String()), m.conflicts
}

type merge struct {
	base, ours, theirs []string
	names              Names
	out                strings.Builder
	conflicts          int
}

// run walks both lists of changes along the base. Changes of the two sides that
// overlap or touch are taken together, with everything that touches those.
func (m *merge) run(a, b []Region) {
	at := 0                  // in base
	toOurs, toTheirs := 0, 0 // what has to be added to a line of base to have it in the others
	for len(a) > 0 || len(b) > 0 {
		start := len(m.base)
		for _, side := range [][]Region{a, b} {
			if len(side) > 0 {
				start = min(start, side[0].OldAt)
			}
		}
		end, na, nb := start, 0, 0
		for grown := true; grown; {
			grown = false
			for na < len(a) && a[na].OldAt <= end {
				end, na, grown = max(end, a[na].OldAt+a[na].Old), na+1, true
			}
			for nb < len(b) && b[nb].OldAt <= end {
				end, nb, grown = max(end, b[nb].OldAt+b[nb].Old), nb+1, true
			}
		}
		ourEnd, theirEnd := toOurs+delta(a[:na]), toTheirs+delta(b[:nb])
		ours := m.ours[start+toOurs : end+ourEnd]
		theirs := m.theirs[start+toTheirs : end+theirEnd]
		m.write(m.base[at:start])
		switch {
		case nb == 0, slices.Equal(ours, theirs):
			m.write(ours)
		case na == 0:
			m.write(theirs)
		default:
			m.conflict(ours, theirs)
		}
		at, toOurs, toTheirs = end, ourEnd, theirEnd
		a, b = a[na:], b[nb:]
	}
	m.write(m.base[at:])
}

// delta is by how many lines the regions make a text longer.
func delta(regions []Region) int {
	plus, minus := Count(regions)
	return plus - minus
}

func (m *merge) write(lines []string) {
	for _, l := range lines {
		m.out.WriteString(l)
	}
}

// side writes lines of which the last must end with a newline, for a marker follows.
func (m *merge) side(lines []string) {
	m.write(lines)
	if n := len(lines); n > 0 && !strings.HasSuffix(lines[n-1], "\n") {
		m.out.WriteByte('\n')
	}
}

func (m *merge) conflict(ours, theirs []string) {
	m.conflicts++
	m.out.WriteString("<<<<<<< " + m.names.Ours + "\n")
	m.side(ours)
	m.out.WriteString("=======\n")
	m.side(theirs)
	m.out.WriteString(">>>>>>> " + m.names.Theirs + "\n")
}
