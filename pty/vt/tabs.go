package vt

// defaultTabs sets a stop every eight columns, from column from on.
func (t *Terminal) defaultTabs(from int) {
	for x := from; x < MaxCols; x++ {
		t.tabs[x] = x%8 == 0
	}
}

// tab goes n stops forward, or to the margin. A pending wrap stays pending.
func (t *Terminal) tab(n int) {
	for ; n > 0 && t.cur.x < t.cols-1; n-- {
		t.cur.x++
		for t.cur.x < t.cols-1 && !t.tabs[t.cur.x] {
			t.cur.x++
		}
	}
}

// backTab goes n stops back, or to the first column.
func (t *Terminal) backTab(n int) {
	t.cur.wrap = false
	for ; n > 0 && t.cur.x > 0; n-- {
		t.cur.x--
		for t.cur.x > 0 && !t.tabs[t.cur.x] {
			t.cur.x--
		}
	}
}

// clearTabs is TBC.
func (t *Terminal) clearTabs(which int) {
	switch which {
	case 0:
		t.tabs[t.cur.x] = false
	case 3:
		clear(t.tabs[:])
	}
}
