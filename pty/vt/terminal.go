package vt

// Options of a Terminal. The zero value is good.
type Options struct {
	Scrollback      int    // rows kept; 0: 10,000, negative: none
	ScrollbackBytes int    // their memory; 0: 1.75 MiB. The oldest lines go first
	SnapshotRows    int    // rows of the scrollback in a Snapshot; 0: 500, negative: none
	Clipboard       bool   // report OSC 52 writes; reads are never answered
	CellWidth       int    // pixels, for programs that ask; 0: 9
	CellHeight      int    // 0: 18
	Colors          Colors // what to say the terminal's colours are
	Version         string // told by XTVERSION: kavi(Version)
}

// Colors answers the questions of OSC 10, 11 and 12. A zero Color takes a usual one.
type Colors struct{ Foreground, Background, Cursor Color }

// Terminal is the screen of one pane. See the package's comment for its rules.
type Terminal struct{}

// The largest screen; a larger size is cut to it, a smaller than 1x1 raised.
const (
	MaxCols = 1000
	MaxRows = 1000
)

// New makes a terminal with an empty screen.
func New(cols, rows int, o Options) *Terminal { return &Terminal{} }

// Write takes what the program wrote. It takes all of it and never fails.
func (t *Terminal) Write(b []byte) (int, error) { return len(b), nil }

// Resize changes the size, as the program sees it after SIGWINCH. Wrapped lines
// of the normal screen and the scrollback are cut anew.
func (t *Terminal) Resize(cols, rows int) {}

// Size is the number of columns and rows.
func (t *Terminal) Size() (cols, rows int) { return 0, 0 }

// Offset is the number of bytes ever written, over restores too.
func (t *Terminal) Offset() uint64 { return 0 }

// Changes grows whenever something that can be seen may have changed.
func (t *Terminal) Changes() uint64 { return 0 }

// Row is row y of what is shown: 0 to rows-1 is the screen, -1 the newest row of
// the scrollback, -ScrollbackLen() the oldest. Others are empty.
func (t *Terminal) Row(y int) Row { return Row{} }

// Line is row n of the scrollback, counted from the oldest.
func (t *Terminal) Line(n int) Row { return Row{} }

// Cell is Row(y).Cell(x).
func (t *Terminal) Cell(x, y int) Cell { return Cell{} }

// ScrollbackLen is the number of rows above the screen, at the present width; 0
// on the alternate screen.
func (t *Terminal) ScrollbackLen() int { return 0 }

// Scrolled is the number of rows that ever left the top of the screen, at the
// present width: Scrolled()+y names a row for as long as the width stays.
func (t *Terminal) Scrolled() uint64 { return 0 }

// Cursor is where the cursor is and how it looks.
func (t *Terminal) Cursor() Cursor { return Cursor{} }

// Modes are the modes that others need.
func (t *Terminal) Modes() Modes { return Modes{} }

// Synchronized tells whether the program is in the middle of a frame (mode 2026),
// and how often it began one. A drawer keeps what it last drew, up to a limit of
// time of its own.
func (t *Terminal) Synchronized() (held bool, frame uint64) { return false, 0 }

// Title is what the program called its window: a stranger's text, one line.
func (t *Terminal) Title() string { return "" }

// Link is the target of a hyperlink: a stranger's text, one line.
func (t *Terminal) Link(id LinkID) string { return "" }

// Colors are the default colours in force: the program may have changed them.
func (t *Terminal) Colors() Colors { return Colors{} }

// SetColors says what the operator's terminal looks like.
func (t *Terminal) SetColors(c Colors) {}

// Resolve replaces a colour of the palette that the program redefined (OSC 4) by
// its RGB value; every other colour is returned as it is.
func (t *Terminal) Resolve(c Color) Color { return c }

// TakeReplies takes the answers to the queries written so far, in the order of the
// queries. What is not taken is bounded: beyond 256 KiB new answers are dropped.
func (t *Terminal) TakeReplies() []Reply { return nil }

// TakeEvents takes what happened, in order. What is not taken is bounded: the
// oldest go.
func (t *Terminal) TakeEvents() []Event { return nil }

// Snapshot is the whole terminal as bytes: modes, both screens, the newest rows of
// the scrollback, the state of the parser and the offset. Replies and events that
// were not taken are not in it.
func (t *Terminal) Snapshot() []byte { return nil }

// Restore makes t what it was when the snapshot was taken. On an error t is as before.
func (t *Terminal) Restore(b []byte) error { return nil }

// KeyBytes is what the program must be sent for a key, per its modes; nil if it
// does not want to know.
func (t *Terminal) KeyBytes(k Key) []byte { return nil }

// MouseBytes is what the program must be sent for an event of the mouse; nil if
// it does not want to know. On the alternate screen with AltScroll the wheel
// becomes arrow keys.
func (t *Terminal) MouseBytes(m Mouse) []byte { return nil }

// PasteBytes is a pasted text as the program wants it, bracketed if it asked so.
// An end of paste inside the text is taken out.
func (t *Terminal) PasteBytes(s string) []byte { return nil }

// FocusBytes tells the program that its pane has the focus or lost it; nil if it
// did not ask.
func (t *Terminal) FocusBytes(focus bool) []byte { return nil }

// Text is the screen as text, a line a row, without blanks at their ends.
func (t *Terminal) Text() string { return "" }

// ANSI is the screen as text with SGR and OSC 8 sequences, a line a row.
func (t *Terminal) ANSI() string { return "" }

// SelectText is the text from one place to another, both included, in either
// order; rows that were wrapped are joined.
func (t *Terminal) SelectText(from, to Pos) string { return "" }

// Word is the extent of the word at p, over wrapped rows.
func (t *Terminal) Word(p Pos) (from, to Pos) { return p, p }

// WholeLine is the extent of the line that row y is part of.
func (t *Terminal) WholeLine(y int) (from, to Pos) { return Pos{}, Pos{} }
