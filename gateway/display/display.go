// Package display turns text that somebody else wrote into text that can be shown.
//
// All that an agent says, names or asks for reaches a screen, a log line, a
// notification or a listing through here. What comes out holds no control
// character, nothing invisible and nothing that moves the cursor or turns the
// direction of reading; what was there instead is visible as an escape: \x1b,
// \u{202e}, \n, ␣×212 for a run of blanks. A word that mixes scripts, or
// imitates Latin with another script, is followed by \{mixed-script}.
//
// The text is not escaped for tview: "[red]" is plain text here. Views that hand
// it to something that reads tags call tview.Escape last.
//
// Every function is total, takes time and space linear in its argument (at most
// MaxGrowth times its bytes) and leaves its own results as they are, so text may
// pass through twice.
package display

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxGrowth bounds how many bytes come out for each one that goes in.
const MaxGrowth = 9

const (
	maxBlanks = 8  // longer runs of blanks are counted instead of shown
	maxIndent = 40 // but for the indentation of a row
	tabStop   = 4
	maxMarks  = 3 // combining marks on one letter
	marker    = `\{mixed-script}`
)

// Span is a piece of a row. Escape says that Text is not what the author wrote
// but stands for it; it is drawn in reverse video.
type Span struct {
	Text   string
	Escape bool
}

// Safe gives s as one line; a newline in it reads \n.
func Safe(s string) string {
	if plain(s) {
		return s
	}
	var w writer
	w.write(s)
	return w.b.String()
}

// Rows gives s as rows, one for each of its lines and at least one. A newline at
// the very end begins no row. Unlike Safe it keeps a row's indentation, up to 40
// blanks and after the sign of a diff, and shows tabs as blanks up to the next of
// the stops that are four cells apart.
func Rows(s string) []string {
	s = strings.TrimSuffix(s, "\n")
	rows := make([]string, 0, strings.Count(s, "\n")+1)
	for line := range strings.SplitSeq(s, "\n") {
		rows = append(rows, Row(line))
	}
	return rows
}

// Row is Rows for a single row: a newline in it reads \n.
func Row(s string) string {
	if plain(s) {
		return s
	}
	w := writer{row: true}
	w.write(s)
	return w.b.String()
}

// Spans is Row in pieces. Escapes that s already holds as text (it may have been
// through Safe before) count as escapes, but for \n, which commands often hold.
func Spans(s string) []Span {
	if s == "" {
		return nil
	}
	w := writer{row: true, split: true}
	w.write(s)
	w.flush(false)
	return w.spans
}

// plain reports whether nothing in s needs a change, the common case.
func plain(s string) bool {
	blanks := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			if blanks++; blanks > maxBlanks {
				return false
			}
		case c < ' ' || c > '~':
			return false
		default:
			blanks = 0
		}
	}
	return true
}

// writer makes the safe text of one line.
type writer struct {
	b     strings.Builder
	row   bool // keep the indentation, expand tabs
	split bool // collect spans
	spans []Span
	cells int // for tab stops
	marks int // combining marks since the last letter; -1: no letter to carry one
	word  word
}

func (w *writer) write(s string) {
	w.marks = -1
	indent := 0
	if w.row {
		indent = indentation(s)
	}
	for i := 0; i < len(s); {
		if n := escapeAt(s[i:]); n > 0 {
			w.endWord(s[i:])
			w.escape(s[i:][:n])
			w.marks = -1
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case strings.HasPrefix(s[i:], `\n`): // as text: the n belongs to no word, whoever wrote it
			w.endWord(s[i:])
			w.text(s[i : i+1])
			w.text(s[i+1 : i+2])
			w.marks, n = -1, 2
		case r == utf8.RuneError && n == 1:
			w.endWord(s[i:])
			w.escape(hexByte(s[i]))
			w.marks = -1
		case r == ' ', r == '\t' && w.row:
			w.endWord(s[i:])
			n = w.blanks(s[i:], i >= indent)
		case r == '\n':
			w.endWord(s[i:])
			w.escape(`\n`)
			w.marks = -1
		case !w.visible(r):
			w.endWord(s[i:])
			w.escape(escapeRune(r))
		default:
			if !w.word.add(r) {
				w.endWord(s[i:])
			}
			w.text(s[i : i+n])
		}
		i += n
	}
	w.endWord("")
}

// indentation gives the length of the blanks and tabs that s begins with, after
// the sign of a diff, as long as they fill at most maxIndent cells.
func indentation(s string) int {
	i, cells := 0, 0
	if s != "" && (s[0] == '+' || s[0] == '-') {
		i = 1
	}
	for ; i < len(s) && (s[i] == ' ' || s[i] == '\t'); i++ {
		if cells++; s[i] == '\t' {
			cells += tabStop - 1
		}
		if cells > maxIndent {
			return 0
		}
	}
	return i
}

// visible reports whether r can be shown as itself, given what stands before it.
func (w *writer) visible(r rune) bool {
	switch {
	case unicode.In(r, unicode.Me), hidden(r):
		return false
	case unicode.In(r, unicode.Mn):
		if w.marks < 0 || w.marks >= maxMarks {
			return false // nothing to stand on, or a pile that covers other rows
		}
		w.marks++
		return true
	case unicode.In(r, unicode.Mc):
		return true // fills a cell of its own
	}
	w.marks = -1
	if unicode.IsLetter(r) {
		w.marks = 0
	}
	return unicode.IsPrint(r)
}

// hidden reports whether r is nothing to see although it is a letter, a mark or a symbol.
func hidden(r rune) bool {
	switch {
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, // joiners, fillers, inherent vowels
		r == 0x2800, r == 0x3164, r == 0xffa0, r == 0xfffc, // empty braille, Hangul fillers, object
		r == 0x1d159, // a musical head without ink
		0x180b <= r && r <= 0x180f,
		0xfe00 <= r && r <= 0xfe0f,
		0xe0000 <= r && r <= 0xe0fff: // tags and variation selectors
		return true
	}
	return false
}

func (w *writer) text(s string) {
	w.b.WriteString(s)
	w.cells++
}

// blanks writes the run of blanks that s begins with, counted if it is long and
// may be, and gives its length.
func (w *writer) blanks(s string, count bool) int {
	w.marks = -1
	n, end := 0, w.cells
	for ; n < len(s) && (s[n] == ' ' || s[n] == '\t' && w.row); n++ {
		if end++; s[n] == '\t' {
			end += (tabStop - end%tabStop) % tabStop
		}
	}
	cells := end - w.cells
	if cells > maxBlanks && count {
		w.escape("␣×" + strconv.Itoa(cells))
		return n
	}
	w.b.WriteString(strings.Repeat(" ", cells))
	w.cells = end
	return n
}

func (w *writer) escape(s string) {
	w.flush(false)
	w.b.WriteString(s)
	w.cells += utf8.RuneCountInString(s)
	w.flush(true)
}

// endWord marks the word that ends before rest, where it needs it and is not marked yet.
func (w *writer) endWord(rest string) {
	if w.word.suspicious() && !strings.HasPrefix(rest, marker) {
		w.escape(marker)
	}
	w.word = word{}
}

func (w *writer) flush(escape bool) {
	if !w.split || w.b.Len() == 0 {
		return
	}
	w.spans = append(w.spans, Span{Text: w.b.String(), Escape: escape})
	w.b.Reset()
}

// escapeAt gives the length of the escape, as this package writes them, that s begins with.
func escapeAt(s string) int {
	const run = "␣×"
	switch {
	case strings.HasPrefix(s, `\x`):
		if len(s) >= 4 && isHex(s[2]) && isHex(s[3]) {
			return 4
		}
	case strings.HasPrefix(s, `\u{`):
		n := 3
		for n < len(s) && n < 9 && isHex(s[n]) {
			n++
		}
		if n > 3 && n < len(s) && s[n] == '}' {
			return n + 1
		}
	case strings.HasPrefix(s, marker):
		return len(marker)
	case strings.HasPrefix(s, run):
		n := len(run)
		for n < len(s) && '0' <= s[n] && s[n] <= '9' {
			n++
		}
		if n > len(run) {
			return n
		}
	}
	return 0
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
}

func hexByte(c byte) string {
	const digits = "0123456789abcdef"
	return `\x` + string([]byte{digits[c>>4], digits[c&15]})
}

func escapeRune(r rune) string {
	if r < 0x80 {
		return hexByte(byte(r))
	}
	return `\u{` + strconv.FormatInt(int64(r), 16) + `}`
}
