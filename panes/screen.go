package panes

import (
	"sync"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"
)

// screen stands between tview and tcell. tview clears and draws everything each
// time, which makes tcell send everything each time; this screen keeps what was
// sent last and sends only the cells that differ. A frame in which nothing
// differs sends nothing, and a frame that comes while an earlier one is still on
// its way is dropped as a whole: the next one is compared with what was sent.
// tcell switches the terminal's modes on and off; it draws nothing.
//
// It is also the way by which events reach tview's loop: see PollEvent.
type screen struct {
	tcell.Screen // the real one
	tty          *tty
	enc          *encoder
	mono, ascii  bool // no colours; only ASCII

	w, h        int
	back, front []cell
	styles      map[tcell.Style]uint32
	looks       []look      // by their number in styles
	last        tcell.Style // the style that was looked up last, and its number
	lastID      uint32
	cursor, set cursor          // wanted, and as it was sent
	stale       bool            // nothing is known of what the terminal shows
	skip        bool            // the next Show shows nothing
	shown       uint64          // the number of the last frame that differed
	after       func(sent bool) // called after each Show that was not to be skipped

	wake    chan struct{} // capacity 1: something is in the queue
	done    chan struct{}
	drained chan struct{}
	ticket  *tcell.EventKey
	initial sync.Once
	final   sync.Once
}

// cell is one place: its text ("" for the right half of a wide one before it)
// and the number of its style.
type cell struct {
	text  string
	style uint32
}

// look is a style and how the client's terminal is told of it.
type look struct {
	style tcell.Style
	sgr   string
	link  string // begins the hyperlink, if it is one
}

type cursor struct {
	x, y  int
	style tcell.CursorStyle
}

func hiddenCursor() cursor { return cursor{x: -1, y: -1} }

// maxStyles bounds the table of styles: a program that fades through all colours
// would fill memory otherwise.
const maxStyles = 1 << 14

func newScreen(under tcell.Screen, t *tty, enc *encoder) *screen {
	s := &screen{
		Screen: under, tty: t, enc: enc,
		wake: make(chan struct{}, 1), done: make(chan struct{}), drained: make(chan struct{}),
		ticket: tcell.NewEventKey(tcell.KeyRune, 0, tcell.ModNone),
		cursor: hiddenCursor(), set: hiddenCursor(),
	}
	s.resetStyles()
	return s
}

// Init is part of tcell.Screen; tview calls it.
func (s *screen) Init() error {
	var err error
	s.initial.Do(func() {
		if err = s.Screen.Init(); err != nil {
			close(s.drained)
			return
		}
		// tcell's own events are of no use, but its queue must not fill up.
		go func() {
			defer close(s.drained)
			for s.Screen.PollEvent() != nil {
			}
		}()
		s.EnableMouse(tcell.MouseButtonEvents | tcell.MouseDragEvents)
		s.EnablePaste()
		s.EnableFocus()
		s.Size()
	})
	return err
}

// Fini is part of tcell.Screen. What it writes restores the terminal.
func (s *screen) Fini() {
	s.final.Do(func() {
		close(s.done)
		s.tty.last()
		s.Screen.Fini()
		<-s.drained
	})
}

// PollEvent is part of tcell.Screen. All events wait in the application's queue,
// where none of them is lost as tview would lose them; what tview gets is always
// the same key, which says that the queue is not empty.
func (s *screen) PollEvent() tcell.Event {
	select {
	case <-s.wake:
		return s.ticket
	case <-s.done:
		return nil
	}
}

// Size is part of tcell.Screen. A changed size takes effect here, before tview
// draws for it.
func (s *screen) Size() (int, int) {
	ws, _ := s.tty.WindowSize() // never fails
	if ws.Width != s.w || ws.Height != s.h {
		s.w, s.h = ws.Width, ws.Height
		s.back = make([]cell, s.w*s.h)
		s.front = make([]cell, s.w*s.h)
		s.Clear()
		s.stale = true
	}
	return s.w, s.h
}

// Forget makes the next frame a whole one: somebody else wrote to the terminal.
func (s *screen) Forget() { s.stale = true }

// Clear is part of tcell.Screen.
func (s *screen) Clear() { s.Fill(' ', tcell.StyleDefault) }

// Fill is part of tcell.Screen.
func (s *screen) Fill(r rune, style tcell.Style) {
	if len(s.back) == 0 || s.skip {
		return
	}
	s.back[0] = cell{runeText(r), s.number(style)}
	for n := 1; n < len(s.back); n *= 2 {
		copy(s.back[n:], s.back[:n])
	}
	s.cursor = hiddenCursor()
}

// SetContent is part of tcell.Screen.
func (s *screen) SetContent(x, y int, r rune, more []rune, style tcell.Style) {
	if len(more) == 0 {
		s.place(x, y, runeText(r), runeWidth(r), style)
		return
	}
	s.Put(x, y, string(r)+string(more), style)
}

// runeWidth is how many cells a character fills by itself, 0 for what cannot be shown.
func runeWidth(r rune) int {
	switch {
	case r < ' ' || r == 0x7f:
		return 0
	case r < 0x7f || r >= 0x2500 && r < 0x2600: // letters, borders, blocks: most of any screen
		return 1
	}
	return uniseg.StringWidth(string(r))
}

// Put is part of tcell.Screen.
func (s *screen) Put(x, y int, str string, style tcell.Style) (string, int) {
	if str != "" && str[0] >= ' ' && str[0] < 0x7f && (len(str) == 1 || str[1] < utf8.RuneSelf) {
		s.place(x, y, str[:1], 1, style)
		return str[1:], 1
	}
	text, rest, w, _ := uniseg.FirstGraphemeClusterInString(str, -1)
	s.place(x, y, text, w, style)
	return rest, w
}

// PutStr, PutStrStyled and SetCell are part of tcell.Screen.
func (s *screen) PutStr(x, y int, str string) { s.PutStrStyled(x, y, str, tcell.StyleDefault) }

func (s *screen) PutStrStyled(x, y int, str string, style tcell.Style) {
	for w := 0; str != "" && x < s.w; x += w {
		if str, w = s.Put(x, y, str, style); w == 0 {
			return
		}
	}
}

func (s *screen) SetCell(x, y int, style tcell.Style, ch ...rune) {
	if len(ch) == 0 {
		ch = []rune{' '}
	}
	s.SetContent(x, y, ch[0], ch[1:], style)
}

// place sets one cell, and the one that its wide text reaches into. What it cuts
// in half becomes blank.
func (s *screen) place(x, y int, text string, width int, style tcell.Style) {
	s.placeAs(x, y, text, width, s.number(style))
}

// placeAs is place with a style's number.
func (s *screen) placeAs(x, y int, text string, width int, id uint32) {
	if x < 0 || y < 0 || x >= s.w || y >= s.h {
		return
	}
	i := y*s.w + x
	if s.ascii {
		text = plainText(text)
	}
	if width != 1 || text == "" {
		text, width = s.odd(x, text, width)
	}
	if x > 0 && s.back[i].text == "" {
		s.back[i-1].text = " "
	}
	s.back[i] = cell{text, id}
	end := i + 1
	if width == 2 {
		s.back[end] = cell{"", id}
		end++
	}
	if end < (y+1)*s.w && s.back[end].text == "" {
		s.back[end].text = " "
	}
}

// blank makes a rectangle blank.
func (s *screen) blank(x, y, width, height int, style tcell.Style) {
	right, bottom := min(x+width, s.w), min(y+height, s.h)
	x = max(x, 0)
	if x >= right {
		return
	}
	none := cell{" ", s.number(style)}
	for y = max(y, 0); y < bottom; y++ {
		s.placeAs(x, y, none.text, 1, none.style)
		s.placeAs(right-1, y, none.text, 1, none.style)
		row := s.back[y*s.w+x : y*s.w+right]
		for i := range row {
			row[i] = none
		}
	}
}

// odd makes something that can be shown of a text that is not one cell wide.
func (s *screen) odd(x int, text string, width int) (string, int) {
	switch {
	case width == 2 && x+1 < s.w && !s.ascii:
		return text, 2
	case width == 2 && x+1 < s.w:
		return "?", 1
	}
	return " ", 1
}

// GetContent and Get are part of tcell.Screen: what is drawn, not what was sent.
func (s *screen) GetContent(x, y int) (rune, []rune, tcell.Style, int) {
	text, style, w := s.Get(x, y)
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case text == "":
		return ' ', nil, style, w
	case n == len(text):
		return r, nil, style, w
	}
	return r, []rune(text[n:]), style, w
}

func (s *screen) Get(x, y int) (string, tcell.Style, int) {
	if x < 0 || y < 0 || x >= s.w || y >= s.h {
		return "", tcell.StyleDefault, 0
	}
	c := s.back[y*s.w+x]
	w := 1
	if x+1 < s.w && c.text != "" && s.back[y*s.w+x+1].text == "" {
		w = 2
	}
	return c.text, s.looks[c.style].style, w
}

// ShowCursor, HideCursor and SetCursorStyle are part of tcell.Screen.
func (s *screen) ShowCursor(x, y int) { s.cursor.x, s.cursor.y = x, y }
func (s *screen) HideCursor()         { s.cursor = hiddenCursor() }
func (s *screen) SetCursorStyle(style tcell.CursorStyle, _ ...tcell.Color) {
	s.cursor.style = style
}

// Show is part of tcell.Screen.
func (s *screen) Show() {
	if s.skip {
		return
	}
	sent := s.show()
	if s.after != nil {
		s.after(sent)
	}
}

// show sends what differs; false: it could not, because the last frame is still
// on its way.
func (s *screen) show() bool {
	if s.tty.busy() && s.shown > 0 {
		return false
	}
	if s.cursor.x < 0 || s.cursor.y < 0 || s.cursor.x >= s.w || s.cursor.y >= s.h {
		s.cursor = hiddenCursor()
	}
	if !s.stale && s.same() {
		return true
	}
	s.enc.begin(s.stale)
	if s.stale {
		blank := cell{" ", s.number(tcell.StyleDefault)}
		for i := range s.front {
			s.front[i] = blank
		}
		s.stale = false
	}
	for i := range s.back {
		if c := s.back[i]; c != s.front[i] {
			s.front[i] = c
			if c.text != "" {
				s.send(i, c)
			}
		}
	}
	s.set = s.cursor
	s.shown = s.tty.send(s.enc.end(s.cursor))
	return true
}

func (s *screen) send(i int, c cell) {
	x, y, width := i%s.w, i/s.w, 1
	if x+1 < s.w && s.back[i+1].text == "" {
		width = 2
	}
	l := &s.looks[c.style]
	if l.sgr == "" {
		l.sgr = s.enc.sgr(l.style)
	}
	s.enc.cell(x, y, c.text, width, l.sgr, l.link)
	if x+width >= s.w {
		s.enc.x = -1 // at the margin
	}
}

func (s *screen) same() bool {
	if s.cursor != s.set {
		return false
	}
	for i := range s.back {
		if s.back[i] != s.front[i] {
			return false
		}
	}
	return true
}

// number gives a style its number. Most cells look like the one before.
func (s *screen) number(style tcell.Style) uint32 {
	if s.mono {
		_, _, attrs := style.Decompose()
		style = tcell.StyleDefault.Attributes(attrs).Underline(style.GetUnderlineStyle())
	}
	if style == s.last {
		return s.lastID
	}
	id, ok := s.styles[style]
	if !ok {
		id = uint32(len(s.looks))
		s.styles[style] = id
		s.looks = append(s.looks, look{style: style})
	}
	s.last, s.lastID = style, id
	return id
}

// Link says where a style leads that has a hyperlink; tcell's styles keep that
// for themselves.
func (s *screen) Link(style tcell.Style, id, url string) {
	s.looks[s.number(style)].link = linkTo(id, url)
}

func (s *screen) resetStyles() {
	s.styles = map[tcell.Style]uint32{tcell.StyleDefault: 0}
	s.looks = []look{{style: tcell.StyleDefault}}
	s.last, s.lastID = tcell.StyleDefault, 0
}

// prune forgets all styles when there are too many; it is called between frames.
func (s *screen) prune() {
	if len(s.looks) > maxStyles {
		s.resetStyles()
		s.stale = true
	}
}

// asciiText holds each character that a cell may have as its own text, so that none
// has to be allocated.
const asciiText = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

// boxText holds the characters that lines are drawn with, from U+2500 on, three bytes each.
const boxText = "─━│┃┄┅┆┇┈┉┊┋┌┍┎┏┐┑┒┓└┕┖┗┘┙┚┛├┝┞┟┠┡┢┣┤┥┦┧┨┩┪┫┬┭┮┯┰┱┲┳┴┵┶┷┸┹┺┻┼┽┾┿" +
	"╀╁╂╃╄╅╆╇╈╉╊╋╌╍╎╏═║╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬╭╮╯╰╱╲╳╴╵╶╷╸╹╺╻╼╽╾╿"

// runeText is the text of one character; a control character is a blank.
func runeText(r rune) string {
	switch {
	case r >= ' ' && r < 0x7f:
		return asciiText[r-' ' : r-' '+1]
	case r < 0xa0:
		return " "
	case r >= 0x2500 && r < 0x2580:
		at := 3 * (r - 0x2500)
		return boxText[at : at+3]
	}
	return string(r)
}

// plainText is what stands for a text where only ASCII can be shown.
func plainText(text string) string {
	r, _ := utf8.DecodeRuneInString(text)
	switch {
	case text == "" || r < utf8.RuneSelf:
		return text
	case r == '─' || r == '…' || r == '━':
		return "-"
	case r == '│' || r == '┃':
		return "|"
	case r >= '┌' && r <= '╋':
		return "+"
	case r == '▸' || r == '▶':
		return ">"
	case r == '●' || r == '•':
		return "*"
	case r == '○':
		return "o"
	case r == '·':
		return "."
	}
	return "?"
}
