package ledger

import (
	"bytes"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The file that the committer syncs is the one that badger wrote the entry to,
// also after badger began another: three times here.
func TestWALIsWhereTheEntryIs(t *testing.T) {
	if storeSyncs {
		t.Skip("badger syncs by itself here")
	}
	l := open(t, t.TempDir())
	first := l.wal.id
	text := strings.Repeat("x", 30_000)
	for n := 0; l.wal.id < first+3; n++ {
		if n > 1000 {
			t.Fatalf("after %d entries badger still writes log %d, the first was %d", n, l.wal.id, first)
		}
		e := add(t, l, Entry{Kind: CallRequested, Call: "call_" + strconv.Itoa(n), Why: text})
		add(t, l) // so that the commit before is over
		log, err := io.ReadAll(io.NewSectionReader(l.wal.file, max(0, l.wal.used-100_000), 100_000))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(log, e.raw) {
			t.Fatalf("entry %d is not in %s", n, l.wal.file.Name())
		}
	}
	if r := verify(t, l); !r.OK() {
		t.Fatal(r)
	}
}

// What the committer fills ahead of badger has its place on the disk, and is read as nothing.
func TestWALHasItsPlaceOnTheDisk(t *testing.T) {
	if storeSyncs {
		t.Skip("badger syncs by itself here")
	}
	dir := t.TempDir()
	l := open(t, dir)
	text := strings.Repeat("x", 3000)
	for range 200 { // 0.6 MB
		add(t, l, Entry{Kind: CallRequested, Why: text})
		add(t, l) // so that the commit before is over
		hole, err := l.wal.file.Seek(0, unix.SEEK_HOLE)
		if err != nil {
			t.Skipf("no holes are told here: %v", err)
		}
		if hole < l.wal.used || hole < walChunk {
			t.Fatalf("%d bytes have their place, about %d are in use", hole, l.wal.used)
		}
	}
	if used, size := l.wal.used, int64(200*(3000+200)); used < 200*3000 || used > size+100_000 {
		t.Errorf("%d bytes are thought to be in use", used)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	if err := copyStore(filepath.Join(dir, storeName), copied, false); err != nil { // as after a kill
		t.Fatal(err)
	}
	at, err := probe(copied, discard())
	if err != nil || at.Seq != 200 {
		t.Errorf("read again: %v, %v", at, err)
	}
}
