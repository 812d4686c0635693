package watch

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"kavi/gateway/watch/baseline"
)

// racyWithin is how young a file may be for its times to prove that it did not
// change since: clocks of file systems tick every 1 to 10 ms.
const racyWithin = 20 * time.Millisecond

// take reads one file or link and keeps its content. known is where the baseline
// keeps the content that it had, or 0. The error says that it is gone, or written at
// this moment; what cannot be read or kept is no error, the entry says so.
func (w *Watch) take(p place, name string, known int64) (e entry, content []byte, err error) {
	content, e, err = p.read(name, w.opts.MaxFile, w.buf)
	if int64(cap(content)) <= 1<<20 && cap(content) > cap(w.buf) {
		w.buf = content[:0]
	}
	switch {
	case errors.Is(err, errLarge):
		e.left = isLarge
		return e, nil, nil
	case errors.Is(err, fs.ErrNotExist):
		return e, nil, err
	case errors.Is(err, errMoved), errors.Is(err, unix.ELOOP), errors.Is(err, unix.ENXIO):
		e.left = isMoving
		return e, nil, errMoved
	case err != nil:
		e.left = isUnreadable
		return e, nil, nil
	}
	if time.Now().Add(-racyWithin).UnixNano() < e.ctime {
		e.racy = true
	}
	sum := baseline.Sum(content)
	if known != 0 {
		if old, err := w.store.Sum(known); err == nil && old == sum {
			e.at, e.left = known, isKept
			return e, content, nil
		}
	}
	e.at, err = w.store.Put(content, sum)
	if err != nil {
		e.at, e.left = 0, isFull
		w.full(err)
		return e, content, nil
	}
	e.left = isKept
	return e, content, nil
}

// full says once that there is no room.
func (w *Watch) full(err error) {
	if w.count.left[isFull] == 0 {
		w.opts.Log.Error("watch: contents are no longer kept, so later changes cannot be taken back", "error", err)
	}
}

// set replaces what is known of a folder.
func (w *Watch) set(dir string, f *folder, entries []entry) {
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	w.count.add(unpack(f.packed), -1)
	w.count.add(entries, +1)
	f.packed = pack(entries)
	w.tree[dir] = f
}

// state is an entry as others see it. sum is the hash of its content, or zero.
func (w *Watch) state(e entry) State {
	s := State{Perm: e.perm(), Size: e.size, At: e.at, Left: leftWords[e.left]}
	switch {
	case e.isRegular():
		s.Type = File
	case e.isLink():
		s.Type, s.Perm = Link, 0
	case e.isFolder():
		s.Type = Folder
	default:
		s.Type = Special
	}
	if e.at != 0 {
		if sum, err := w.store.Sum(e.at); err == nil {
			s.Hash = Hash(sum)
		} else {
			s.At = 0
		}
	}
	if e.left != isKept {
		s.Stamp = e.mtime
	}
	return s
}
