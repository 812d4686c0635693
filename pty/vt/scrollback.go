package vt

// scrollback holds what left the top of the normal screen: the lines that the
// program wrote, however many rows each took, packed one behind the other into
// chunks. A change of width only counts their rows anew.
type scrollback struct {
	limit  int // rows
	max    int // chunks
	cols   int
	chunks [][]byte
	first  uint32 // number of chunks[0]
	spare  []byte // an empty chunk, to be used again

	lines []histLine
	head  int    // lines before it are gone
	start uint64 // rows that went before the first line
	gone  uint64 // lines that did

	tailStyle Style // in force at the end of the last line, where that goes on
	tailRows  int   // rows of the last line
	tailCol   int   // columns of its last row that are used
	version   uint64
	packer    packer // for one row after the other
}

const (
	chunkSize    = 32 << 10
	maxLineCells = 8192
	maxLineBytes = 24 << 10
)

// histLine is one line: where its text is and where its rows are.
type histLine struct {
	row   uint32 // number of its first row, counted from the first row ever, cut to 32 bits
	chunk uint32
	off   uint16
	size  uint16
	cells uint16
	flags lineFlags
}

type lineFlags uint8

const (
	lineWraps lineFlags = 1 << iota // goes on in the next line, or on the screen
	lineWide                        // has wide characters, so its rows cannot be reckoned
)

// reset empties the scrollback, with the limits of the options.
func (h *scrollback) reset(o Options, cols int) {
	*h = scrollback{
		limit:   o.Scrollback,
		max:     max(o.ScrollbackBytes/chunkSize, 2),
		cols:    cols,
		start:   h.start + uint64(h.rows()),
		gone:    h.gone + uint64(h.count()),
		version: h.version + 1,
		packer:  packer{b: h.packer.b},
	}
}

func (h *scrollback) clear() {
	h.start += uint64(h.rows())
	h.gone += uint64(h.count())
	h.lines, h.head = h.lines[:0], 0
	if len(h.chunks) > 0 {
		h.spare = h.chunks[0][:0]
	}
	h.first += uint32(len(h.chunks))
	h.chunks = nil
	h.tailRows, h.tailCol = 0, 0
	h.version++
}

func (h *scrollback) count() int { return len(h.lines) - h.head }

func (h *scrollback) line(i int) *histLine { return &h.lines[h.head+i] }

// rows is the number of rows at the present width.
func (h *scrollback) rows() int {
	n := h.count()
	if n == 0 {
		return 0
	}
	return int(h.line(n-1).row-h.line(0).row) + h.tailRows
}

// scrolled is the number of rows that ever came in.
func (h *scrollback) scrolled() uint64 { return h.start + uint64(h.rows()) }

// text is the packed text of a line.
func (h *scrollback) text(l *histLine) []byte {
	return h.chunks[l.chunk-h.first][l.off : l.off+l.size]
}

// close says that the next row is not the continuation of the last one.
func (h *scrollback) close() {
	if n := h.count(); n > 0 {
		h.line(n - 1).flags &^= lineWraps
	}
}

// push packs a row and appends it. Nothing is dropped: see trim. It says which line
// the row is part of, and how many cells of the line are before it.
func (h *scrollback) push(t *Terminal, r *row) (line, before int) {
	h.version++
	cells := r.cells[:r.used]
	fill := r.fill
	if r.wrapped {
		r.reach(t.cols, t.cols)
		cells, fill = r.cells, cell{}
		for len(cells) > 0 && cells[len(cells)-1].ch&cellPad != 0 {
			cells = cells[:len(cells)-1]
		}
	} else if fill == (cell{}) {
		for len(cells) > 0 && cells[len(cells)-1] == (cell{}) {
			cells = cells[:len(cells)-1]
		}
	}
	l := h.openLine()
	p := h.pack(t, cells, fill, l != nil)
	n := len(cells)
	if l != nil && (int(l.cells)+n > maxLineCells || int(l.size)+len(p.b) > maxLineBytes) {
		// The line is too long for one record. It stays one line to a reader, as it
		// is marked to go on, but the text is packed again from the default style.
		l = nil
		p = h.pack(t, cells, fill, false)
	}
	if l == nil {
		l = h.newLine()
	}
	h.append(l, p.b)
	l.cells += uint16(n)
	if p.wide {
		l.flags |= lineWide
	}
	l.flags &^= lineWraps
	if r.wrapped {
		l.flags |= lineWraps
		h.tailStyle = p.style
	}
	h.extend(cells)
	return h.count() - 1, int(l.cells) - n
}

// pack packs cells, behind the text of the last line if they go on with it. If that
// takes too much room it does without links and clusters.
func (h *scrollback) pack(t *Terminal, cells []cell, fill cell, on bool) *packer {
	p := &h.packer
	for bare := false; ; bare = true {
		p.begin(t, bare)
		if on {
			p.after(h.tailStyle)
		}
		p.cells(cells)
		p.fill(fill)
		if bare || len(p.b) <= maxLineBytes {
			return p
		}
	}
}

// openLine is the last line if the next row continues it.
func (h *scrollback) openLine() *histLine {
	if n := h.count(); n > 0 {
		if l := h.line(n - 1); l.flags&lineWraps != 0 {
			return l
		}
	}
	return nil
}

// newLine begins a line behind the last one. It is filled in its place, field by
// field: copied as one just after that, it would have to wait for its fields.
func (h *scrollback) newLine() *histLine {
	row := uint32(h.start) + uint32(h.rows())
	if h.head >= 4096 {
		h.lines = h.lines[:copy(h.lines, h.lines[h.head:])]
		h.head = 0
	}
	if len(h.chunks) == 0 {
		h.addChunk()
	}
	h.lines = append(h.lines, histLine{})
	l := &h.lines[len(h.lines)-1]
	l.row = row
	l.chunk = h.first + uint32(len(h.chunks)-1)
	l.off = uint16(len(h.chunks[len(h.chunks)-1]))
	h.tailRows, h.tailCol = 1, 0
	return l
}

func (h *scrollback) addChunk() {
	c := h.spare
	h.spare = nil
	if c == nil {
		c = make([]byte, 0, chunkSize)
	}
	h.chunks = append(h.chunks, c[:0])
}

// append adds packed text to the last line, l, which moves to a new chunk if it
// does not fit.
func (h *scrollback) append(l *histLine, b []byte) {
	last := h.chunks[len(h.chunks)-1]
	if len(last)+len(b) > chunkSize {
		old := h.text(l)
		h.chunks[len(h.chunks)-1] = last[:l.off]
		h.addChunk()
		l.chunk = h.first + uint32(len(h.chunks)-1)
		l.off = 0
		last = append(h.chunks[len(h.chunks)-1], old...)
	}
	h.chunks[len(h.chunks)-1] = append(last, b...)
	l.size += uint16(len(b))
}

// extend counts the rows of the last line after cells were added to it.
func (h *scrollback) extend(cells []cell) {
	if h.tailCol+len(cells) <= h.cols {
		h.tailCol += len(cells)
		return
	}
	for i := 0; i < len(cells); {
		w := max(cells[i].width(), 1)
		if h.tailCol+w > h.cols && h.tailCol > 0 {
			h.tailRows++
			h.tailCol = 0
		}
		h.tailCol += w
		i += w
	}
}

// trim drops the oldest lines that are beyond the limits.
func (h *scrollback) trim() {
	for h.count() > 0 && (h.limit == 0 || len(h.chunks) > h.max || h.count() > 1 && h.rows()-h.lineRows(0) >= h.limit) {
		h.dropFirst()
	}
}

func (h *scrollback) dropFirst() {
	n := h.lineRows(0)
	chunk := h.line(0).chunk
	h.head++
	h.start += uint64(n)
	h.gone++
	h.version++
	if h.count() == 0 {
		h.clear()
		return
	}
	for chunk != h.line(0).chunk {
		h.spare = h.chunks[0]
		h.chunks[0] = nil
		h.chunks = h.chunks[1:]
		h.first++
		chunk++
	}
}

// lineRows is the number of rows of line i.
func (h *scrollback) lineRows(i int) int {
	if i == h.count()-1 {
		return h.tailRows
	}
	return int(h.line(i+1).row - h.line(i).row)
}
