package watch

import (
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"

	"kavi/gateway/watch/baseline"
)

// entry is what is known of one name in a folder.
type entry struct {
	name  string
	mode  uint32 // type and permissions as stat gives them
	size  int64
	ctime int64 // ns; any write, chmod or rename moves it, and nobody can set it
	mtime int64 // ns; with the inode it tells a renamed file from another one
	ino   uint64
	at    int64 // where the baseline keeps the content
	left  leftCode
	racy  bool // read in the moment in which it was written: its ctime proves nothing
	links bool // it has other names; only known of what was looked at just now
}

// leftCode is a Left in one byte.
type leftCode uint8

const (
	isKept leftCode = iota
	isWaiting
	isLarge
	isUnreadable
	isFull
	isMoving
)

var leftWords = [...]Left{isKept: Whole, isWaiting: Waiting, isLarge: Large, isUnreadable: Unreadable, isFull: Full, isMoving: Moving}

func (e entry) isFolder() bool  { return e.mode&unix.S_IFMT == unix.S_IFDIR }
func (e entry) isRegular() bool { return e.mode&unix.S_IFMT == unix.S_IFREG }
func (e entry) isLink() bool    { return e.mode&unix.S_IFMT == unix.S_IFLNK }
func (e entry) perm() uint32    { return e.mode & 0o7777 }

// sameType says that both are a file, both a link, and so on.
func (e entry) sameType(o entry) bool { return e.mode&unix.S_IFMT == o.mode&unix.S_IFMT }

// sameStat says that nothing has happened to it, as far as stat can tell.
func (e entry) sameStat(o entry) bool {
	if e.isFolder() && o.isFolder() {
		return e.mode == o.mode && e.ino == o.ino
	}
	return e.mode == o.mode && e.size == o.size && e.ctime == o.ctime && e.ino == o.ino && !e.racy
}

// folder is what is known of one folder. There may be 20,000 of them with 200,000
// names, so the names are packed, and unpacked where something happens.
type folder struct {
	packed []byte
	ino    uint64
	polled bool // it has no watch: it is looked at from time to time
}

func pack(entries []entry) []byte {
	b := make([]byte, 0, 40*len(entries))
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(len(e.name)))
		b = append(b, e.name...)
		b = binary.AppendUvarint(b, uint64(e.mode))
		b = binary.AppendUvarint(b, uint64(e.size))
		b = binary.LittleEndian.AppendUint64(b, uint64(e.ctime))
		b = binary.AppendUvarint(b, e.ino)
		flags := byte(e.left)
		if e.racy {
			flags |= 0x80
		}
		b = append(b, flags)
		b = binary.AppendUvarint(b, uint64(e.at))
		b = binary.AppendVarint(b, e.ctime-e.mtime) // mostly 0
	}
	return slices.Clip(b)
}

// unpack reads what pack wrote. What it cannot read it leaves out: it comes from a
// file with a checksum, and what is not known is only reported once more.
func unpack(packed []byte) []entry {
	text := string(packed) // the names are parts of it
	var entries []entry
	b := packed
	number := func() uint64 {
		n, used := binary.Uvarint(b)
		if used <= 0 {
			b = nil
			return 0
		}
		b = b[used:]
		return n
	}
	fixed := func() int64 {
		if len(b) < 8 {
			b = nil
			return 0
		}
		n := binary.LittleEndian.Uint64(b)
		b = b[8:]
		return int64(n)
	}
	for len(b) > 0 {
		var e entry
		n := number()
		if n == 0 || n > uint64(len(b)) {
			return entries
		}
		start := len(text) - len(b)
		e.name = text[start : start+int(n)]
		b = b[n:]
		e.mode = uint32(number())
		e.size = int64(number())
		e.ctime = fixed()
		e.ino = number()
		if len(b) == 0 {
			return entries
		}
		e.left, e.racy = leftCode(b[0]&0x7f), b[0]&0x80 != 0
		b = b[1:]
		e.at = int64(number())
		delta, used := binary.Varint(b)
		if used <= 0 || int(e.left) >= len(leftWords) {
			return entries
		}
		e.mtime = e.ctime - delta
		b = b[used:]
		entries = append(entries, e)
	}
	return entries
}

// tree is all that is known.
type tree map[string]*folder

// logged is the folder as the baseline's log has it.
func (t tree) logged(dir string) baseline.Folder {
	f := t[dir]
	if f == nil {
		return baseline.Folder{Path: dir}
	}
	data := binary.AppendUvarint(make([]byte, 0, len(f.packed)+10), f.ino)
	return baseline.Folder{Path: dir, Data: append(data, f.packed...)}
}

// restore takes a folder from the log.
func (t tree) restore(l baseline.Folder) {
	ino, used := binary.Uvarint(l.Data)
	if l.Data == nil || used <= 0 {
		delete(t, l.Path)
		return
	}
	t[l.Path] = &folder{ino: ino, packed: l.Data[used:]}
}
