package diff

import (
	"bytes"
	"fmt"
	"strings"
)

// Context is how many unchanged lines are shown around a change.
const Context = 3

const noNewline = "\\ No newline at end of file\n"

// Unified gives the hunks of a unified diff, without the lines that name the
// files, and how many lines are added and removed. It is nil where nothing
// differs. The bytes are those of the texts: what goes to a screen passes package
// display first.
func Unified(before, after []byte) (hunks []byte, plus, minus int) {
	old, now := Lines(before), Lines(after)
	regions := Compare(old, now)
	plus, minus = Count(regions)
	var b bytes.Buffer
	for first := 0; first < len(regions); {
		last := first // of the hunk: changes whose contexts meet belong together
		for last+1 < len(regions) && regions[last+1].OldAt-(regions[last].OldAt+regions[last].Old) <= 2*Context {
			last++
		}
		head := min(Context, regions[first].OldAt)
		end := regions[last].OldAt + regions[last].Old
		tail := min(Context, len(old)-end)
		oldAt, newAt := regions[first].OldAt-head, regions[first].NewAt-head
		newEnd := regions[last].NewAt + regions[last].New
		fmt.Fprintf(&b, "@@ -%s +%s @@\n", span(oldAt, end+tail-oldAt), span(newAt, newEnd+tail-newAt))
		at := oldAt
		for _, r := range regions[first : last+1] {
			write(&b, ' ', old[at:r.OldAt])
			write(&b, '-', old[r.OldAt:r.OldAt+r.Old])
			write(&b, '+', now[r.NewAt:r.NewAt+r.New])
			at = r.OldAt + r.Old
		}
		write(&b, ' ', old[at:at+tail])
		first = last + 1
	}
	return b.Bytes(), plus, minus
}

func write(b *bytes.Buffer, sign byte, lines []string) {
	for _, l := range lines {
		b.WriteByte(sign)
		b.WriteString(l)
		if !strings.HasSuffix(l, "\n") {
			b.WriteString("\n" + noNewline)
		}
	}
}

// span is a range of lines as the head of a hunk names it.
func span(at, n int) string {
	switch n {
	case 0:
		return fmt.Sprintf("%d,0", at)
	case 1:
		return fmt.Sprint(at + 1)
	}
	return fmt.Sprintf("%d,%d", at+1, n)
}
