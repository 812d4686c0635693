package panes

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway/display"
	"kavi/keymap"
)

// editor is one line of text that the operator types.
type editor struct {
	text []rune
	at   int // the cursor, 0 to len(text)
	left int // the first rune that is drawn
	most int // characters that it takes; more is not taken
}

// maxLine is how many characters a line takes; one that begins with more takes some still.
const maxLine = 2000

func newEditor(text string) *editor {
	e := &editor{most: max(maxLine, len(text)+200)}
	e.paste(text)
	return e
}

func (e *editor) String() string { return string(e.text) }

// key takes a key; false: it means nothing in a line.
func (e *editor) key(ev *tcell.EventKey) bool {
	switch k := pressed(ev); k {
	case keymap.Name(keymap.KeyLeft, 0), keymap.Char('b', keymap.Ctrl):
		e.at = max(e.at-1, 0)
	case keymap.Name(keymap.KeyRight, 0), keymap.Char('f', keymap.Ctrl):
		e.at = min(e.at+1, len(e.text))
	case keymap.Name(keymap.KeyHome, 0), keymap.Char('a', keymap.Ctrl):
		e.at = 0
	case keymap.Name(keymap.KeyEnd, 0), keymap.Char('e', keymap.Ctrl):
		e.at = len(e.text)
	case keymap.Name(keymap.KeyBackspace, 0), keymap.Char('h', keymap.Ctrl):
		e.cut(e.at-1, e.at)
	case keymap.Name(keymap.KeyDelete, 0), keymap.Char('d', keymap.Ctrl):
		e.cut(e.at, e.at+1)
	case keymap.Char('u', keymap.Ctrl):
		e.cut(0, e.at)
	case keymap.Char('k', keymap.Ctrl):
		e.cut(e.at, len(e.text))
	case keymap.Char('w', keymap.Ctrl):
		e.cut(e.wordStart(), e.at)
	default:
		if k.Rune == 0 || k.Mod&^keymap.Shift != 0 {
			return false
		}
		e.insert([]rune{k.Rune})
	}
	return true
}

// wordStart is where the word before the cursor begins.
func (e *editor) wordStart() int {
	from := e.at
	for from > 0 && unicode.IsSpace(e.text[from-1]) {
		from--
	}
	for from > 0 && !unicode.IsSpace(e.text[from-1]) {
		from--
	}
	return from
}

// paste takes a pasted text as part of the line: its line ends become blanks.
func (e *editor) paste(text string) {
	text = strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\r\n")
	var rs []rune
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			rs = append(rs, ' ')
		case r == utf8.RuneError || unicode.IsControl(r):
		default:
			rs = append(rs, r)
		}
	}
	e.insert(rs)
}

func (e *editor) insert(rs []rune) {
	rs = rs[:min(len(rs), e.most-len(e.text))]
	rest := append(rs[:len(rs):len(rs)], e.text[e.at:]...)
	e.text = append(e.text[:e.at:e.at], rest...)
	e.at += len(rs)
}

func (e *editor) cut(from, to int) {
	from, to = max(from, 0), min(to, len(e.text))
	if from >= to {
		return
	}
	e.text = append(e.text[:from:from], e.text[to:]...)
	e.at = from
}

// draw shows the part of the line around the cursor, and the terminal's cursor
// where the line has the keys.
func (e *editor) draw(screen tcell.Screen, t *theme, x, y, width int, active bool) {
	if width < 2 {
		return
	}
	before := func(from int) int { return display.Width(display.Row(string(e.text[from:e.at]))) }
	// No more than four characters share a cell, so that neither more nor others matter.
	most := 4 * width
	e.left = max(min(e.left, e.at), e.at-most)
	for before(e.left) > width-2 {
		e.left++
	}
	put(screen, t, x, y, width-1, words(string(e.text[e.left:min(len(e.text), e.left+most)]), strong))
	if active {
		screen.ShowCursor(x+before(e.left), y)
	}
}
