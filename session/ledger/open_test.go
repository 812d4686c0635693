package ledger

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"
)

func TestSecondOpen(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if _, err := Open(dir, testOptions()); !errors.Is(err, ErrLocked) {
		t.Errorf("a second Open: %v", err)
	}
	if _, err := OpenEnded(dir, testOptions()); !errors.Is(err, ErrLocked) {
		t.Errorf("reading beside a writer: %v", err)
	}
	closed(t, l)
	closed(t, open(t, dir))
}

func TestOpenEndedTouchesNothing(t *testing.T) {
	for _, end := range []string{"clean", "killed"} {
		t.Run(end, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			fill(t, l, 3000)
			closed(t, l)
			want := uint64(3000)
			if end == "killed" {
				for seq := range killed(t, dir, 200) {
					want = max(want, seq)
				}
			}
			before := picture(t, dir)
			a, err := OpenEnded(dir, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			b, err := OpenEnded(dir, testOptions()) // two at once
			if err != nil {
				t.Fatal(err)
			}
			if len(a.Warnings()) > 0 {
				t.Errorf("warnings: %q", a.Warnings())
			}
			if got := all(t, a, 1); uint64(len(got)) < want {
				t.Errorf("%d of %d entries", len(got), want)
			}
			if r := verify(t, b); !r.OK() {
				t.Error(r)
			}
			closed(t, a)
			closed(t, b)
			if diff := cmp.Diff(before, picture(t, dir)); diff != "" {
				t.Errorf("reading changed files (-before +after):\n%s", diff)
			}
		})
	}
	if _, err := OpenEnded(t.TempDir(), testOptions()); !errors.Is(err, ErrNoLedger) {
		t.Errorf("no ledger: %v", err)
	}
}

// picture is every file under dir with a hash of it.
func picture(t *testing.T, dir string) map[string]string {
	t.Helper()
	p := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		p[strings.TrimPrefix(path, dir)] = fmt.Sprintf("%d %x", len(b), sha256.Sum256(b))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Badger #2207: a kill at the wrong moment leaves files of 0 bytes, and the next Open fails once.
func TestEmptyFiles(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	fill(t, l, 10)
	closed(t, l)
	for _, name := range []string{"00099.mem", "000099.vlog"} {
		if err := os.WriteFile(filepath.Join(dir, storeName, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if db, err := badger.Open(storeOptions(filepath.Join(dir, storeName), discard())); err == nil {
			db.Close()
			t.Fatalf("badger opens %s at once: this test tests nothing", name)
		}
		if err := os.WriteFile(filepath.Join(dir, storeName, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		l := open(t, dir)
		if r := verify(t, l); !r.OK() || r.Count < 10 {
			t.Errorf("%s: %s", name, r)
		}
		closed(t, l)
		os.Remove(filepath.Join(dir, storeName, name))
	}
}

// One wrong byte in badger's log drops everything after it without a word.
func TestDamagedLog(t *testing.T) {
	dir := t.TempDir()
	killed(t, dir, 300)
	var log string
	for _, name := range glob(t, filepath.Join(dir, storeName), "*.mem") {
		log = filepath.Join(dir, storeName, name)
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	at := len(bytes.TrimRight(b, "\x00")) / 2
	b[at] ^= 0x20
	if err := os.WriteFile(log, b, 0o600); err != nil {
		t.Fatal(err)
	}
	had, _, err := readHead(dir)
	if err != nil {
		t.Fatal(err)
	}

	ended, err := OpenEnded(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if w := strings.Join(ended.Warnings(), "\n"); !strings.Contains(w, "are missing") {
		t.Errorf("an ended session's warnings: %q", w)
	}
	if r := verify(t, ended); r.OK() {
		t.Errorf("verified: %s", r)
	}
	closed(t, ended)

	l := open(t, dir)
	if w := strings.Join(l.Warnings(), "\n"); !strings.Contains(w, "are missing") {
		t.Errorf("warnings: %q", w)
	}
	e := add(t, l, Entry{Kind: CallRequested})
	if e.Seq != had.Seq+2 {
		t.Errorf("goes on with %d after %d: numbers are used twice", e.Seq, had.Seq)
	}
	var lost Entry
	var hole Entry
	for _, e := range all(t, l, 1) {
		switch e.Kind {
		case EntriesLost:
			lost = e
		case Damaged:
			hole = e
		}
	}
	from, to, ok := lost.Gap()
	if !ok || to != had.Seq || from < 2 || lost.Prev != had.Hash {
		t.Errorf("the loss is recorded as %+v", lost)
	}
	if hole.Seq != from {
		t.Errorf("reading shows the hole at %d, it is at %d", hole.Seq, from)
	}
	r := verify(t, l)
	if r.OK() || r.Bad != from || !strings.Contains(r.Why, fmt.Sprintf("as entry %d", lost.Seq)) {
		t.Errorf("verified: %s", r)
	}
	t.Log(r)
	kept := glob(t, dir, "HEAD.lost-*")
	if len(kept) != 1 {
		t.Fatalf("HEAD is kept as %q", kept)
	}
	if got := headNamed(t, filepath.Join(dir, kept[0])); got.Head != had.Head {
		t.Errorf("kept is the HEAD of %v, there was that of %v", got.Head, had.Head)
	}
	folders := glob(t, dir, "ledger.lost-*")
	if len(folders) != 1 {
		t.Fatalf("the database is kept as %q", folders)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, folders[0], filepath.Base(log))); err != nil || !bytes.Equal(kept, b) {
		t.Errorf("the log that is kept is not the one that was found: %v", err)
	}
	closed(t, l)

	l = open(t, dir)
	if w := l.Warnings(); len(w) > 0 {
		t.Errorf("said again: %q", w)
	}
	if got := glob(t, dir, "ledger.*"); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}

// headNamed reads a HEAD that has another name.
func headNamed(t *testing.T, path string) headRecord {
	t.Helper()
	dir := t.TempDir()
	if err := copyFile(path, filepath.Join(dir, headName)); err != nil {
		t.Fatal(err)
	}
	r, _, err := readHead(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestMissingManifest(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	fill(t, l, 1000)
	closed(t, l)
	store := filepath.Join(dir, storeName)
	if err := os.Rename(filepath.Join(store, badger.ManifestFilename), filepath.Join(dir, "m")); err != nil {
		t.Fatal(err)
	}
	before := picture(t, dir)
	if _, err := Open(dir, testOptions()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "MANIFEST") {
		t.Errorf("without MANIFEST: %v", err)
	}
	if _, err := OpenEnded(dir, testOptions()); !errors.Is(err, ErrDamaged) {
		t.Errorf("without MANIFEST, to read: %v", err)
	}
	if diff := cmp.Diff(before, picture(t, dir)); diff != "" {
		t.Errorf("files changed:\n%s", diff)
	}
	if err := os.Rename(filepath.Join(dir, "m"), filepath.Join(store, badger.ManifestFilename)); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir)
	if r := verify(t, l); !r.OK() || r.Count < 1000 {
		t.Error(r)
	}
}

// A MANIFEST that was cut names fewer tables; badger deletes the others.
func TestCutManifest(t *testing.T) {
	dir := t.TempDir()
	store := filepath.Join(dir, storeName)
	var size int64
	for range 2 {
		l := open(t, dir)
		fill(t, l, 500)
		closed(t, l)
		if info, err := os.Stat(filepath.Join(store, badger.ManifestFilename)); err != nil {
			t.Fatal(err)
		} else if size == 0 {
			size = info.Size()
		}
	}
	tables := glob(t, store, "*.sst")
	if err := os.Truncate(filepath.Join(store, badger.ManifestFilename), size); err != nil {
		t.Fatal(err)
	}
	l := open(t, dir)
	if w := strings.Join(l.Warnings(), "\n"); !strings.Contains(w, "are missing") {
		t.Errorf("warnings: %q", w)
	}
	kept := glob(t, dir, "ledger.lost-*")
	if len(kept) != 1 {
		t.Fatalf("kept as %q", kept)
	}
	if diff := cmp.Diff(tables, glob(t, filepath.Join(dir, kept[0]), "*.sst")); diff != "" {
		t.Errorf("tables that are kept (-want +got):\n%s", diff)
	}
}

// Badger #2201: a table that was cut makes Open panic where nothing catches it.
func TestCutTable(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	fill(t, l, 1000)
	closed(t, l)
	store := filepath.Join(dir, storeName)
	tables := glob(t, store, "*.sst")
	table := filepath.Join(store, tables[0])
	info, err := os.Stat(table)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(table, info.Size()-20); err != nil {
		t.Fatal(err)
	}
	// After a clean end nothing warns: the process dies, but only once.
	out, err := exec.Command(os.Args[0], "child-open", dir).CombinedOutput()
	if err == nil {
		t.Fatalf("it opens: this test tests nothing; %s", out)
	}
	before := picture(t, dir)
	for range 2 {
		_, err := Open(dir, testOptions())
		if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "nothing was touched") {
			t.Errorf("a cut table: %v", err)
		}
		t.Log(err)
	}
	if _, err := OpenEnded(dir, testOptions()); !errors.Is(err, ErrDamaged) {
		t.Errorf("a cut table, to read: %v", err)
	}
	if diff := cmp.Diff(before, picture(t, dir)); diff != "" {
		t.Errorf("files changed:\n%s", diff)
	}
	if left := glob(t, dir, copyPrefix+"*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestProbeFails(t *testing.T) {
	dir := t.TempDir()
	killed(t, dir, 10)
	for _, argv := range [][]string{{"/does/not/exist"}, {"false"}, {"true"}, {"echo", probeTag, "x"}} {
		o := testOptions()
		o.Probe = argv
		if l, err := Open(dir, o); err == nil {
			l.Close()
			t.Errorf("%q: opened", argv)
		}
	}
	o := testOptions()
	o.Probe = nil
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, l)
}

func TestOtherVersion(t *testing.T) {
	dir := t.TempDir()
	closed(t, open(t, dir))
	f, err := os.OpenFile(filepath.Join(dir, storeName, badger.ManifestFilename), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{0, schema + 1}, 4); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, testOptions()); !errors.Is(err, ErrVersion) {
		t.Errorf("another schema: %v", err)
	}
	if _, err := OpenEnded(dir, testOptions()); !errors.Is(err, ErrVersion) {
		t.Errorf("another schema, to read: %v", err)
	}
}

func TestHeadMissing(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"missing":    os.Remove,
		"unreadable": func(path string) error { return os.WriteFile(path, []byte("?"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			fill(t, l, 10)
			closed(t, l)
			if err := spoil(filepath.Join(dir, headName)); err != nil {
				t.Fatal(err)
			}
			ended, err := OpenEnded(dir, testOptions())
			if err != nil {
				t.Fatal(err)
			}
			if r := verify(t, ended); !strings.Contains(r.Why, name) {
				t.Errorf("verified: %s", r)
			}
			closed(t, ended)
			l = open(t, dir)
			add(t, l)
			last, err := l.Last(1)
			if err != nil || last[0].Kind != Problem || !strings.Contains(last[0].Why, name) || len(l.Warnings()) != 1 {
				t.Errorf("recorded as %+v, %v; warnings %q", last, err, l.Warnings())
			}
			if r := verify(t, l); !r.OK() {
				t.Error(r)
			}
		})
	}
}

// Somebody removed the whole database: it begins again after the last number, and says so.
func TestDatabaseGone(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	fill(t, l, 10)
	closed(t, l)
	if err := os.RemoveAll(filepath.Join(dir, storeName)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenEnded(dir, testOptions()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "HEAD names 11 entries") {
		t.Errorf("to read: %v", err)
	}
	l = open(t, dir)
	if e := add(t, l, Entry{Kind: CallRequested}); e.Seq != 13 {
		t.Errorf("goes on with %d", e.Seq)
	}
	if from, to, ok := all(t, l, 12)[0].Gap(); !ok || from != 1 || to != 11 {
		t.Errorf("the loss is recorded as %d to %d, %v", from, to, ok)
	}
	if r := verify(t, l); r.Bad != 1 || !strings.Contains(r.Why, "entries 1 to 11 are missing, as entry 12") {
		t.Error(r)
	}
}

// Copies that a killed `kavi log` left behind go; those in use stay.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	closed(t, open(t, dir))
	ended, err := OpenEnded(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, copyPrefix+"old", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	closed(t, open(t, dir))
	if diff := cmp.Diff([]string{filepath.Base(ended.copied)}, glob(t, dir, copyPrefix+"*")); diff != "" {
		t.Error(diff)
	}
	closed(t, ended)
	if left := glob(t, dir, copyPrefix+"*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}
