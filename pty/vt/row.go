package vt

// row is one row of a screen. Only cells[:used] are real; every cell from used on
// is equal to fill, so that clearing and scrolling need not touch cells at all.
// cells is nil until something is written, and else as long as the screen is wide.
type row struct {
	cells   []cell
	used    int
	fill    cell
	wrapped bool // the text goes on in the next row
}

// clear makes all cells equal to c.
func (r *row) clear(c cell) {
	r.used, r.fill, r.wrapped = 0, c, false
}

// reach makes the cells before column x real.
func (r *row) reach(x, cols int) {
	if r.cells == nil {
		r.cells = make([]cell, cols)
	}
	if x <= r.used {
		return
	}
	fill := r.fill
	gap := r.cells[r.used:x]
	for i := range gap {
		gap[i] = fill
	}
	r.used = x
}

// part makes room for a write to columns from to to (not included): a wide
// character of which one half stays outside loses that half, too.
func (r *row) part(from, to int) {
	if from > 0 && from < r.used && r.cells[from].ch&cellSpacer != 0 {
		r.cells[from-1].ch = 0
	}
	if to < r.used && r.cells[to].ch&cellSpacer != 0 {
		r.cells[to].ch = 0
	}
}

// erase sets columns from to to (not included) to c.
func (r *row) erase(from, to, cols int, c cell) {
	if from >= to {
		return
	}
	r.part(from, to)
	if to < cols {
		if from >= r.used && r.fill == c {
			return
		}
		r.reach(to, cols)
		span := r.cells[from:to]
		for i := range span {
			span[i] = c
		}
		return
	}
	r.wrapped = false
	if r.fill != c {
		if from > 0 {
			r.reach(from, cols)
		}
		r.fill = c
	}
	r.used = min(r.used, from)
}

// insert shifts the cells from column x to the right and puts n blanks there.
func (r *row) insert(x, n, cols int, blank cell) {
	n = min(n, cols-x)
	if x >= r.used && r.fill == blank {
		return
	}
	r.part(x, x)
	used := cols
	if r.fill == blank {
		used = min(r.used+n, cols)
	}
	r.reach(used, cols)
	copy(r.cells[x+n:used], r.cells[x:])
	span := r.cells[x : x+n]
	for i := range span {
		span[i] = blank
	}
	if last := r.cells[used-1]; used == cols && last.ch&cellWide != 0 {
		r.cells[used-1].ch = 0 // its right half went over the margin
	}
}

// remove deletes n cells from column x; blanks come in at the margin.
func (r *row) remove(x, n, cols int, blank cell) {
	n = min(n, cols-x)
	if x >= r.used && r.fill == blank {
		return
	}
	r.part(x, x+n)
	r.wrapped = false
	if r.fill != blank {
		r.reach(cols, cols)
		r.fill = blank
	}
	if x+n >= r.used {
		r.used = min(r.used, x)
		return
	}
	copy(r.cells[x:], r.cells[x+n:r.used])
	r.used -= n
}

// resize gives the row another width without reflowing it.
func (r *row) resize(cols int) {
	r.wrapped = false
	if r.cells == nil || len(r.cells) == cols {
		return
	}
	r.used = min(r.used, cols)
	if r.used > 0 && r.cells[r.used-1].ch&cellWide != 0 {
		r.cells[r.used-1].ch = 0
	}
	cells := make([]cell, cols)
	copy(cells, r.cells[:r.used])
	r.cells = cells
}

// blank tells whether nothing can be seen on the row.
func (r *row) blank() bool { return r.used == 0 && r.fill == cell{} }
