package vt

// index moves the cursor down, and scrolls at the bottom of the region.
func (t *Terminal) index() {
	switch {
	case t.cur.y == t.s.bottom:
		t.s.rows[t.s.bottom].wrapped = false
		t.scrollUp(t.s.top, 1, true)
	case t.cur.y < t.rows-1:
		t.cur.y++
	}
}

// reverseIndex moves the cursor up, and scrolls at the top of the region.
func (t *Terminal) reverseIndex() {
	switch {
	case t.cur.y == t.s.top:
		t.scrollDown(t.s.top, 1)
	case t.cur.y > 0:
		t.cur.y--
	}
}

// scrollUp moves the rows from top to the bottom of the region up by n. What
// leaves the top of the normal screen goes to the scrollback, if keep. Whether the
// text of the lowest row goes on in the new one is the caller's to say before.
func (t *Terminal) scrollUp(top, n int, keep bool) {
	s := t.s
	bottom := s.bottom
	n = min(n, bottom-top+1)
	if keep && top == 0 && s == &t.normal {
		for _, r := range s.rows[:n] {
			t.keep(r)
		}
	} else {
		t.breakAbove(top)
	}
	blank := t.blank()
	if n == 1 {
		r := s.rows[top]
		if top == 0 && bottom == t.rows-1 {
			s.slide(r)
		} else {
			copy(s.rows[top:bottom], s.rows[top+1:bottom+1])
			s.rows[bottom] = r
		}
		r.clear(blank)
		return
	}
	rotate(s.rows[top:bottom+1], n)
	for _, r := range s.rows[bottom+1-n : bottom+1] {
		r.clear(blank)
	}
}

// slide takes the first row off and puts r behind the last. rows moves on along
// its track, so that most lines of a flood move no other row.
func (s *screen) slide(r *row) {
	if len(s.rows) == cap(s.rows) {
		if len(s.track) < 4*len(s.rows) {
			s.track = make([]*row, 4*len(s.rows))
		}
		s.rows = s.track[:copy(s.track, s.rows)]
	}
	s.rows = append(s.rows[1:], r)
}

// scrollDown moves the rows from top to the bottom of the region down by n.
func (t *Terminal) scrollDown(top, n int) {
	s := t.s
	n = min(n, s.bottom-top+1)
	t.breakAbove(top)
	rotate(s.rows[top:s.bottom+1], s.bottom+1-top-n)
	blank := t.blank()
	for _, r := range s.rows[top : top+n] {
		r.clear(blank)
	}
	s.rows[s.bottom].wrapped = false
}

// rotate moves the first n rows to the end.
func rotate(rows []*row, n int) {
	reverse := func(r []*row) {
		for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
			r[i], r[j] = r[j], r[i]
		}
	}
	reverse(rows[:n])
	reverse(rows[n:])
	reverse(rows)
}

// breakAbove says that row y is not the continuation of the row above it any more.
func (t *Terminal) breakAbove(y int) {
	switch {
	case y > 0:
		t.s.rows[y-1].wrapped = false
	case t.s == &t.normal:
		t.history.close()
	}
}

// keep puts a row that left the screen into the scrollback.
func (t *Terminal) keep(r *row) {
	if t.o.Scrollback == 0 {
		return
	}
	t.history.push(t, r)
	t.history.trim()
}
