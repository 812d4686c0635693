package vt

// Cell is one place of the screen, as a drawer needs it.
type Cell struct {
	Rune  rune   // the (first) character; ' ' where nothing was written
	Text  string // the whole cluster if it is more than Rune, else ""
	Width int    // 1, 2, or 0 for the right half of the wide cell before it
	Style Style
}

// Row is a view of one row, valid until the next call of Row, Line, Write, Resize
// or Restore on its Terminal.
type Row struct{}

// Len is the number of columns.
func (r Row) Len() int { return 0 }

// Used is the number of columns from the left that may be other than blank in
// the default style.
func (r Row) Used() int { return 0 }

// Cell is the cell in column x; a blank one beyond the row's end. It does not allocate.
func (r Row) Cell(x int) Cell { return Cell{Rune: ' ', Width: 1} }

// Wrapped tells whether the text goes on in the next row because it met the margin.
func (r Row) Wrapped() bool { return false }

// String is the row's text without blanks at its end.
func (r Row) String() string { return "" }

// Pos is a place: column X of row Y, where Y is as for [Terminal.Row].
type Pos struct{ X, Y int }

// CursorShape is what DECSCUSR asked for.
type CursorShape uint8

// The shapes of a cursor.
const (
	Block CursorShape = iota
	Underscore
	Bar
)

// Cursor is where the cursor stands. X is below the number of columns, also when
// the next character will wrap.
type Cursor struct {
	X, Y    int
	Visible bool
	Shape   CursorShape
	Blink   bool
}
