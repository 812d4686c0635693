package vt

// Options of a Terminal. The zero value is good.
type Options struct {
	Scrollback      int    // rows kept; 0: 10,000, negative: none
	ScrollbackBytes int    // memory for their text; 0: 1.5 MiB. The oldest lines go first
	SnapshotRows    int    // rows of the scrollback in a Snapshot; 0: 500, negative: none
	Clipboard       bool   // report OSC 52 writes; reads are never answered
	CellWidth       int    // pixels, for programs that ask; 0: 9
	CellHeight      int    // 0: 18
	Colors          Colors // what to say the terminal's colours are
	Version         string // told by XTVERSION: kavi(Version)
}

func (o Options) withDefaults() Options {
	set := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
		*p = max(*p, 0)
	}
	set(&o.Scrollback, 10_000)
	set(&o.ScrollbackBytes, 3<<19)
	set(&o.SnapshotRows, 500)
	set(&o.CellWidth, 9)
	set(&o.CellHeight, 18)
	return o
}

// The largest screen; a larger size is cut to it, a smaller than 1x1 raised.
const (
	MaxCols = 1000
	MaxRows = 1000
)

// Terminal is the screen of one pane. See the package's comment for its rules.
type Terminal struct {
	o          Options
	cols, rows int

	normal, alt screen
	s           *screen // the one that is shown
	cur         cursor
	pen         uint32 // number of cur.style, if penOK
	penOK       bool
	modes       modes
	tabs        [MaxCols]bool

	run  bool // the cell before the cursor was printed just now
	last rune // what REP repeats; 0: nothing yet

	styles   styles
	clusters clusters
	links    links
	limit    roomLimit
	scratch  []byte

	history scrollback
	view    view // a line of the history, unpacked

	p       parser
	offset  uint64 // input bytes before the present Write
	at      uint64 // input bytes up to the end of the sequence that is carried out
	changes uint64

	title      string
	titles     []string // pushed by CSI 22 t
	colors     Colors   // as the program changed them; 0: Options.Colors
	palette    map[uint8]Color
	status     ProgramStatus
	frame      uint64 // synchronized frames begun
	mouse      Mouse  // last reported, so that motion inside a cell is not reported again
	replies    []Reply
	replyBytes int
	events     []Event
}

// cursor is what DECSC saves and DECRC restores.
type cursor struct {
	x, y   int
	wrap   bool // at the margin: the next character goes to the next row
	origin bool // DECOM
	style  Style
	gl     uint8 // which of g is in use
	shift  uint8 // SS2, SS3: for one character; 0: none
	g      [4]charset
}

// screen is one of the two screens.
type screen struct {
	rows        []*row
	track       []*row // longer than rows, which slides along it; nil until then
	top, bottom int    // DECSTBM, both included
	saved       cursor
	left        cursor // where the cursor was when the other screen was shown
	kitty       kitty
}

// init makes the screen empty: so many rows of blank. Rows of that width that are
// there already are used again.
func (s *screen) init(cols, rows int, blank cell) {
	s.top, s.bottom = 0, rows-1
	if len(s.rows) != rows {
		s.rows = make([]*row, rows)
	}
	for y, r := range s.rows {
		if r == nil || r.cells != nil && len(r.cells) != cols {
			r = new(row)
			s.rows[y] = r
		}
		r.clear(blank)
	}
}

// New makes a terminal with an empty screen.
func New(cols, rows int, o Options) *Terminal {
	t := &Terminal{o: o.withDefaults()}
	t.cols, t.rows = clampSize(cols, rows)
	t.reset()
	return t
}

func clampSize(cols, rows int) (int, int) {
	return min(max(cols, 1), MaxCols), min(max(rows, 1), MaxRows)
}

// reset is RIS: everything as it was at the start, but for the offset and what
// waits to be taken.
func (t *Terminal) reset() {
	t.normal.kitty, t.normal.saved, t.normal.left, t.alt = kitty{}, cursor{}, cursor{}, screen{}
	t.normal.init(t.cols, t.rows, cell{})
	t.s = &t.normal
	t.cur = cursor{}
	t.penOK = false
	t.modes = modes{wrap: true, cursor: true, altScroll: true}
	t.run, t.last = false, 0
	t.defaultTabs(0)
	t.styles, t.clusters, t.links = newStyles(), clusters{}, links{}
	t.limit = roomLimit{}
	t.history.reset(t.o, t.cols)
	t.view = view{}
	t.title, t.titles = "", nil
	t.colors, t.palette = Colors{}, nil
	t.status = ProgramStatus{}
	t.changes++
}

// Write takes what the program wrote. It takes all of it and never fails.
func (t *Terminal) Write(b []byte) (int, error) {
	t.changes++
	t.parse(b)
	t.offset += uint64(len(b))
	return len(b), nil
}

// Size is the number of columns and rows.
func (t *Terminal) Size() (cols, rows int) { return t.cols, t.rows }

// Offset is the number of bytes ever written, over restores too.
func (t *Terminal) Offset() uint64 { return t.offset }

// Changes grows whenever something that can be seen may have changed.
func (t *Terminal) Changes() uint64 { return t.changes }

// Row is row y of what is shown: 0 to rows-1 is the screen, -1 the newest row of
// the scrollback, -ScrollbackLen() the oldest. Others are empty.
func (t *Terminal) Row(y int) Row {
	switch {
	case y >= t.rows || y < -t.ScrollbackLen():
		return Row{t: t, cols: t.cols}
	case y < 0:
		return t.historyRow(t.history.rows() + y)
	}
	r := t.s.rows[y]
	return Row{t: t, cells: r.cells[:r.used], fill: r.fill, cols: t.cols, wrapped: r.wrapped}
}

// Line is row n of the scrollback, counted from the oldest.
func (t *Terminal) Line(n int) Row { return t.Row(n - t.ScrollbackLen()) }

// Cell is Row(y).Cell(x).
func (t *Terminal) Cell(x, y int) Cell { return t.Row(y).Cell(x) }

// ScrollbackLen is the number of rows above the screen, at the present width; 0
// on the alternate screen.
func (t *Terminal) ScrollbackLen() int {
	if t.s == &t.alt {
		return 0
	}
	return t.history.rows()
}

// Scrolled is the number of rows that ever left the top of the screen, at the
// present width: Scrolled()+y names a row for as long as the width stays.
func (t *Terminal) Scrolled() uint64 { return t.history.scrolled() }

// Cursor is where the cursor is and how it looks.
func (t *Terminal) Cursor() Cursor {
	m := t.modes
	return Cursor{X: t.cur.x, Y: t.cur.y, Visible: m.cursor, Shape: m.shape, Blink: m.blink}
}

// Synchronized tells whether the program is in the middle of a frame (mode 2026),
// and how often it began one. A drawer keeps what it last drew, up to a limit of
// time of its own.
func (t *Terminal) Synchronized() (held bool, frame uint64) { return t.modes.sync, t.frame }

// Title is what the program called its window: a stranger's text, one line.
func (t *Terminal) Title() string { return t.title }

// Status is what the program last said of itself by OSC 7501.
func (t *Terminal) Status() ProgramStatus { return t.status }

// Link is the target of a hyperlink: a stranger's text, one line.
func (t *Terminal) Link(id LinkID) string { return t.links.at(id).uri }

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
