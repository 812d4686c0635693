package gateway

import (
	"fmt"
	"strings"

	"kavi/gateway/diff"
	"kavi/gateway/display"
)

// Bounds of what is shown: longer bodies are cut, and say how much is missing.
const (
	maxRows  = 20_000
	maxCells = 1_000 // of one row; what is longer goes on in the next
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

// lines splits a text at its newlines; nothing has no lines.
func lines(text []byte) []string {
	if len(text) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// unified writes the difference between two texts as rows of a unified diff, and
// counts the lines added and removed.
func unified(before, after []byte) (b body, plus, minus int) {
	if diff.Binary(before) || diff.Binary(after) {
		b.add("", fmt.Sprintf("binary: %d bytes become %d", len(before), len(after)))
		return b, 0, 0
	}
	hunks, plus, minus := diff.Unified(before, after)
	for line := range strings.Lines(string(hunks)) {
		b.add(line[:1], strings.TrimSuffix(line[1:], "\n"))
	}
	return b, plus, minus
}
