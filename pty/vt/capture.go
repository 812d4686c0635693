package vt

import "strings"

// Text is the screen as text, a line a row, without blanks at their ends.
func (t *Terminal) Text() string {
	var b strings.Builder
	for y := range t.rows {
		b.WriteString(t.Row(y).String())
		b.WriteByte('\n')
	}
	return b.String()
}

// ANSI is the screen as text with SGR and OSC 8 sequences, a line a row. Each row
// stands for itself: it begins and ends in the default style.
func (t *Terminal) ANSI() string {
	var b strings.Builder
	for y := range t.rows {
		t.appendANSI(&b, t.Row(y))
		b.WriteByte('\n')
	}
	return b.String()
}

func (t *Terminal) appendANSI(b *strings.Builder, r Row) {
	end := r.Len()
	if r.fill == (cell{}) {
		end = r.Used()
	}
	for end > 0 {
		if c := r.Cell(end - 1); c.Rune != ' ' || c.Text != "" || c.Width != 1 || c.Style != (Style{}) {
			break
		}
		end--
	}
	var st Style
	for x := range end {
		c := r.Cell(x)
		if c.Width == 0 {
			continue
		}
		if c.Style != st {
			t.changeStyle(b, st, c.Style)
			st = c.Style
		}
		b.WriteString(c.String())
	}
	if st != (Style{}) {
		t.changeStyle(b, st, Style{})
	}
}

// changeStyle writes what makes one style of another.
func (t *Terminal) changeStyle(b *strings.Builder, from, to Style) {
	if from.Link != to.Link {
		b.WriteString("\x1b]8;")
		if l := t.links.at(to.Link); l.uri != "" {
			if l.id != "" {
				b.WriteString("id=" + l.id)
			}
			b.WriteString(";" + l.uri)
		} else {
			b.WriteByte(';')
		}
		b.WriteString("\x1b\\")
	}
	from.Link, to.Link = 0, 0
	if from != to {
		b.WriteString("\x1b[" + sgrText(to) + "m")
	}
}
