package gateway

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"kavi/gateway/display"
	"kavi/gateway/wire"
)

// edited gives what a file will hold once edits are applied to its text, as the
// agents do it. problem says, in words that are safe to display, where they cannot
// be applied as they stand; after is then what they come to where they can.
func edited(before []byte, edits []wire.Edit) (after []byte, problem string) {
	text := string(before)
	switch {
	case len(edits) == 0:
		return before, ""
	case edits[0].Lines:
		return patched(text, edits)
	}
	for i, e := range edits {
		var why string
		switch {
		case e.Cell != "" || e.Insert && e.Old != "":
			why = "is of a kind that cannot be shown"
		case e.Insert:
			text, why = inserted(text, e)
		default:
			text, why = replaced(text, e)
		}
		if why != "" && problem == "" {
			if len(edits) > 1 {
				why = fmt.Sprintf("(change %d of %d) %s", i+1, len(edits), why)
			}
			problem = "it will not apply as written: the text to replace " + why
		}
	}
	return []byte(text), problem
}

// replaced puts new text in the place of old text that is found once, or with All
// wherever it is.
func replaced(text string, e wire.Edit) (string, string) {
	if e.Old == "" {
		if text == "" {
			return e.New, ""
		}
		return text, "is not given, and the file is not empty"
	}
	found, cr := strings.Count(text, e.Old), false
	if found == 0 && strings.Contains(text, "\r\n") && !strings.Contains(e.Old, "\r") {
		// Agents read such files without the CR, and write it again.
		if n := strings.Count(strings.ReplaceAll(text, "\r\n", "\n"), e.Old); n > 0 {
			text, found, cr = strings.ReplaceAll(text, "\r\n", "\n"), n, true
		}
	}
	why := ""
	switch {
	case found == 0:
		return text, "is not in the file"
	case e.All:
		text = strings.ReplaceAll(text, e.Old, e.New)
	default:
		if found > 1 {
			why = fmt.Sprintf("is in the file %d times", found)
		}
		text = strings.Replace(text, e.Old, e.New, 1)
	}
	if cr {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text, why
}

// inserted puts lines in after a line.
func inserted(text string, e wire.Edit) (string, string) {
	rows := strings.SplitAfter(text, "\n")
	if rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	if e.Line > len(rows) {
		return text, fmt.Sprintf("would stand after line %d of %d", e.Line, len(rows))
	}
	more := e.New
	if e.Line < len(rows) && !strings.HasSuffix(more, "\n") {
		more += "\n"
	}
	if e.Line > 0 && !strings.HasSuffix(rows[e.Line-1], "\n") {
		more = "\n" + more
	}
	return strings.Join(slices.Insert(rows, e.Line, more), ""), ""
}

// patched applies a patch of whole lines: each change is looked for below the one
// before it, first as it stands, then with less and less regard to blanks and
// signs that look alike (codex, apply-patch, seek_sequence).
func patched(text string, edits []wire.Edit) (after []byte, problem string) {
	rows := strings.Split(text, "\n")
	if rows[len(rows)-1] == "" {
		rows = rows[:len(rows)-1]
	}
	type change struct {
		at, gone int
		come     []string
	}
	var changes []change
	at := 0
	for i, e := range edits {
		old, now := rowsOf(e.Old), rowsOf(e.New)
		fail := func(why string) {
			if problem == "" {
				problem = fmt.Sprintf("it will not apply as written: change %d of %d %s", i+1, len(edits), why)
			}
		}
		if e.After != "" {
			n := seek(rows, []string{e.After}, at, false)
			if n < 0 {
				fail("stands below a line that is not in the file: " + display.Cut(display.Safe(e.After), quoteCells))
				continue
			}
			at = n + 1
		}
		if len(old) == 0 {
			end := len(rows)
			if end > 0 && rows[end-1] == "" {
				end--
			}
			changes = append(changes, change{end, 0, now})
			continue
		}
		n := seek(rows, old, at, e.End)
		if n < 0 && old[len(old)-1] == "" {
			old = old[:len(old)-1]
			if len(now) > 0 && now[len(now)-1] == "" {
				now = now[:len(now)-1]
			}
			n = seek(rows, old, at, e.End)
		}
		if n < 0 {
			fail("replaces lines that are not in the file")
			continue
		}
		changes = append(changes, change{n, len(old), now})
		at = n + len(old)
	}
	slices.SortStableFunc(changes, func(a, b change) int { return a.at - b.at })
	for _, c := range slices.Backward(changes) {
		rows = slices.Replace(rows, min(c.at, len(rows)), min(c.at+c.gone, len(rows)), c.come...)
	}
	if len(rows) == 0 || rows[len(rows)-1] != "" {
		rows = append(rows, "")
	}
	return []byte(strings.Join(rows, "\n")), problem
}

// rowsOf are the lines of a patch's text, each of which ends with a newline.
func rowsOf(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}

// seek finds lines within lines, from a line on; with end only at the end.
func seek(rows, want []string, from int, end bool) int {
	if len(want) > len(rows) {
		return -1
	}
	if end {
		from = len(rows) - len(want)
	}
	for _, plain := range []func(string) string{
		func(s string) string { return s },
		func(s string) string { return strings.TrimRightFunc(s, unicode.IsSpace) },
		strings.TrimSpace,
		alike,
	} {
		for i := from; i+len(want) <= len(rows); i++ {
			if slices.EqualFunc(rows[i:i+len(want)], want, func(a, b string) bool { return plain(a) == plain(b) }) {
				return i
			}
		}
	}
	return -1
}

// alike is a line with the signs replaced that are written for ASCII ones.
func alike(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2015', '\u2212':
			return '-'
		case '\u2018', '\u2019', '\u201a', '\u201b':
			return '\''
		case '\u201c', '\u201d', '\u201e', '\u201f':
			return '"'
		case '\u00a0', '\u2002', '\u2003', '\u2004', '\u2005', '\u2006', '\u2007', '\u2008', '\u2009', '\u200a', '\u202f', '\u205f', '\u3000':
			return ' '
		}
		return r
	}, strings.TrimSpace(s))
}

// pieces are the edits themselves, for where they cannot be applied.
func pieces(edits []wire.Edit) (b body, plus, minus int) {
	for _, e := range edits {
		if e.After != "" {
			b.add("", "@@ "+e.After)
		} else if len(edits) > 1 || e.Lines {
			b.add("", "@@")
		}
		part, p, m := unified(ended(e.Old), ended(e.New))
		rows := part.rows
		if len(rows) > 0 && strings.HasPrefix(rows[0], "@@") {
			rows = rows[1:]
		}
		b.rows, b.cut = append(b.rows, rows...), b.cut+part.cut
		plus, minus = plus+p, minus+m
	}
	return b, plus, minus
}

// ended is a text that ends with a newline, where there is any.
func ended(s string) []byte {
	if s == "" || strings.HasSuffix(s, "\n") {
		return []byte(s)
	}
	return []byte(s + "\n")
}
