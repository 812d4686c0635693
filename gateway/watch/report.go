package watch

import (
	"cmp"
	"slices"
	"time"

	"kavi/gateway/diff"
)

// maxText is the size of a text whose lines are counted.
const maxText = 1 << 20

// changes makes changes of what was seen: a name that went and one that came are one
// renaming where they are the same file.
func (s *settling) changes() []Change {
	s.fold()
	from := s.renamings()
	taken := map[*sight]bool{}
	for _, old := range from {
		taken[old] = true
	}
	var all []Change
	for i := range s.sights {
		v := &s.sights[i]
		if taken[v] {
			continue
		}
		c := Change{Path: Path(v.path), First: v.span.first, Time: v.span.last, Gap: s.gap, Protected: s.scope.isProtected(v.path)}
		before := v.before
		if old := from[v]; old != nil {
			c.Kind, c.From, before = Renamed, Path(old.path), old.before
			c.Protected = c.Protected || s.scope.isProtected(old.path)
		}
		if before.mode != 0 {
			c.Before = s.state(before)
		}
		if v.after.mode != 0 {
			c.After = s.state(v.after)
			c.Wrote, c.Came = s.wrote(v)
			for _, at := range []time.Time{c.Wrote, c.Came} {
				if at.After(c.Time) { // after what led here, and before it was looked at
					c.Time = at
				}
			}
		}
		switch {
		case c.Kind == Renamed:
		case before.mode == 0:
			c.Kind = Created
			c.Revealed = v.revealed
		case v.after.mode == 0:
			c.Kind = Deleted
		case c.Before.sameContent(c.After), before.left != isKept && before.sameType(v.after) && before.size == v.after.size && before.mtime == v.after.mtime:
			c.Kind = Mode
		default:
			c.Kind = Modified
		}
		c.Plus, c.Minus = v.plus, v.minus
		switch {
		case c.Kind == Renamed && before.at == v.after.at || c.Kind == Mode:
			c.Plus, c.Minus = 0, 0
		case c.Kind == Deleted && before.isRegular():
			c.Plus, c.Minus = s.lines(before.at, nil, true)
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return all
}

// wrote is when a file was written, moved here or given its mode, which is often a
// good while before anybody heard of it. Nobody can set that time; a file system with
// a clock of its own tells nothing. It knows nothing of a move of a folder above:
// came is the last that happened to one of those that came too, if that was later.
func (s *settling) wrote(v *sight) (at, came time.Time) {
	at, now := time.Unix(0, v.after.ctime), time.Now()
	last := v.after.ctime
	for dir, below := split(v.path); below != ""; dir, below = split(dir) {
		ctime, has := s.came[dir]
		if !has {
			break
		}
		last = max(last, ctime)
	}
	if s.gap || v.revealed || v.after.isFolder() || time.Unix(0, last).After(now.Add(racyWithin)) || now.Sub(at) > oldest {
		return time.Time{}, time.Time{}
	}
	if last > v.after.ctime {
		came = time.Unix(0, last)
	}
	return at, came
}

// oldest is how late a change may be seen for its time to be believed.
const oldest = 2 * time.Minute

// fold makes one difference of several of one path; what comes to nothing goes. Only a
// folder that becomes something else, or the other way round, stays two.
func (s *settling) fold() {
	last := map[string]int{}
	var all []sight
	for _, v := range s.sights {
		i, known := last[v.path]
		if known {
			old := &all[i]
			folders := old.before.isFolder() != v.after.isFolder() && old.before.mode != 0 && v.after.mode != 0
			if !folders {
				old.after, old.span, old.folded = v.after, old.span.with(v.span), true
				continue
			}
		}
		last[v.path] = len(all)
		all = append(all, v)
	}
	s.sights = slices.DeleteFunc(all, func(v sight) bool {
		return v.folded && (v.before.mode == v.after.mode) && (v.before.mode == 0 || v.before.isFolder() || sameContent(v.before, v.after) ||
			v.before.at != 0 && v.after.at != 0 && s.sameSum(v.before.at, v.after.at))
	})
	for i := range s.sights {
		v := &s.sights[i]
		if !v.folded {
			continue
		}
		v.plus, v.minus = 0, 0
		if content, err := s.store.Get(v.after.at); v.after.mode != 0 && err == nil && (v.before.mode == 0 || v.before.at != 0) {
			v.plus, v.minus = s.lines(v.before.at, content, v.after.isRegular())
		}
	}
}

// renamings gives for names that came those that went and are the same file. An
// inode alone says little: the next file gets the one of a file that is gone. A
// folder is the same if something in it is.
func (s *settling) renamings() map[*sight]*sight {
	went := map[uint64]*sight{}
	times := map[string]int{} // a path that is seen twice has two changes, one after the other
	for i := range s.sights {
		times[s.sights[i].path]++
	}
	for i := range s.sights {
		if v := &s.sights[i]; v.after.mode == 0 && times[v.path] == 1 {
			went[v.before.ino] = v
		}
	}
	from := map[*sight]*sight{}
	if len(went) == 0 {
		return from
	}
	moved := map[[2]string]bool{} // folders, from and to
	match := func(folders bool) {
		taken := map[*sight]bool{}
		for i := range s.sights {
			v := &s.sights[i]
			old := went[v.after.ino]
			if v.before.mode != 0 || times[v.path] > 1 || old == nil || taken[old] || !v.after.sameType(old.before) || v.after.isFolder() != folders {
				continue
			}
			if folders && !moved[[2]string{old.path, v.path}] || !folders && !s.moved(old.before, v.after) {
				continue
			}
			from[v], taken[old] = old, true
			a, one := split(old.path)
			b, other := split(v.path)
			for one == other && a != b && !moved[[2]string{a, b}] {
				moved[[2]string{a, b}] = true
				a, one = split(a)
				b, other = split(b)
			}
		}
	}
	match(false)
	match(true)
	return from
}

// moved says that the file is the same, and not another one that got its inode.
func (s *settling) moved(before, after entry) bool {
	if !before.isRegular() {
		return before.mtime == after.mtime
	}
	return before.size == after.size && before.mtime == after.mtime && (before.at == after.at || before.at != 0 && after.at != 0 && s.sameSum(before.at, after.at))
}

func (s *settling) sameSum(a, b int64) bool {
	one, err := s.store.Sum(a)
	if err != nil {
		return false
	}
	other, err := s.store.Sum(b)
	return err == nil && one == other
}

// lines counts the lines added and removed. A content that is not kept, at 0, counts
// as nothing; so does what is no file.
func (s *settling) lines(at int64, now []byte, isFile bool) (plus, minus int) {
	var old []byte
	if at != 0 {
		var err error
		if old, err = s.store.Get(at); err != nil {
			return 0, 0
		}
	}
	if !isFile {
		now = nil
	}
	if len(old) > maxText || len(now) > maxText || diff.Binary(old) || diff.Binary(now) {
		return 0, 0
	}
	return diff.Count(diff.Compare(diff.Lines(old), diff.Lines(now)))
}
