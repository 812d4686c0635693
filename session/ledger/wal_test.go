package ledger

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"
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
		log, err := io.ReadAll(io.NewSectionReader(l.wal.file, 0, 1<<30))
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
