package baseline

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func open(t testing.TB, dir string, limits Limits) *Store {
	t.Helper()
	limits.Spare = 1
	s, err := OpenStore(dir, limits)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closed(t testing.TB, s interface{ Close() error }) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreGivesBackWhatWasPut(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Limits{})
	random := make([]byte, 300_000)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	contents := [][]byte{{}, []byte("x"), bytes.Repeat([]byte("package main\n"), 10_000), random}
	var at []int64
	for _, c := range contents {
		n, err := s.Put(c, Sum(c))
		if err != nil || n == 0 {
			t.Fatalf("Put(%d bytes): %d, %v", len(c), n, err)
		}
		at = append(at, n)
	}
	size := s.Size()
	if again, err := s.Put(random, Sum(random)); err != nil || again != at[3] || s.Size() != size {
		t.Errorf("put twice: %d, %v, size %d, want %d, size %d", again, err, s.Size(), at[3], size)
	}
	if size > 310_000+10_000 {
		t.Errorf("130,000 repeated bytes and 300,000 random ones take %d", size)
	}
	closed(t, s)

	s = open(t, dir, Limits{})
	defer closed(t, s)
	for i, c := range contents {
		got, err := s.Get(at[i])
		if err != nil || !bytes.Equal(got, c) {
			t.Errorf("content %d: %d bytes, %v, want %d", i, len(got), err, len(c))
		}
		if sum, err := s.Sum(at[i]); err != nil || sum != Sum(c) {
			t.Errorf("hash of content %d: %x, %v", i, sum, err)
		}
	}
}

func TestADamagedContentIsNotGiven(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Limits{})
	defer closed(t, s)
	content := bytes.Repeat([]byte("all work and no play\n"), 100)
	at, err := s.Put(content, Sum(content))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, contentsName), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, f)
	for _, offset := range []int64{0, 4, 8, 20, headerSize + 3, headerSize + 30} {
		var b [1]byte
		if _, err := s.file.ReadAt(b[:], at+offset); err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteAt([]byte{b[0] ^ 0x5a}, at+offset); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(at); !errors.Is(err, ErrNotKept) && !bytes.Equal(got, content) {
			t.Errorf("byte %d damaged: %d bytes, %v", offset, len(got), err)
		}
		if _, err := f.WriteAt(b[:], at+offset); err != nil {
			t.Fatal(err)
		}
	}
	for _, at := range []int64{0, 3, at + 1, 1 << 40, -7} {
		if _, err := s.Get(at); !errors.Is(err, ErrNotKept) {
			t.Errorf("Get(%d): %v", at, err)
		}
	}
}

func TestAStoreStopsAtItsLimit(t *testing.T) {
	s := open(t, t.TempDir(), Limits{Bytes: 10_000})
	defer closed(t, s)
	for i := range 300 {
		content := make([]byte, 100)
		if _, err := rand.Read(content); err != nil {
			t.Fatal(err)
		}
		at, err := s.Put(content, Sum(content))
		if errors.Is(err, ErrFull) {
			if at != 0 || i < 50 {
				t.Errorf("full at content %d, at %d", i, at)
			}
			if s.Size() > 10_000 {
				t.Errorf("%d bytes, above the limit", s.Size())
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Error("a store of 10,000 bytes took 30,000")
}

func TestAStoreLeavesTheDiskItsSpare(t *testing.T) {
	s, err := OpenStore(t.TempDir(), Limits{Spare: 1 << 60})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	if _, err := s.Put([]byte("x"), Sum([]byte("x"))); !errors.Is(err, ErrFull) {
		t.Errorf("on a disk with too little left: %v", err)
	}
}

func readLog(t *testing.T, dir string) (map[string]string, *Log, error) {
	t.Helper()
	got := map[string]string{}
	l, _, err := OpenLog(dir, func(f Folder) {
		if f.Data == nil {
			delete(got, f.Path)
		} else {
			got[f.Path] = string(f.Data)
		}
	})
	if l == nil {
		t.Fatal(err)
	}
	return got, l, err
}

func TestALogGivesBackWhatWasAppended(t *testing.T) {
	dir := t.TempDir()
	_, l, err := readLog(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append([]Folder{{"", []byte("root")}, {"a", []byte("one")}, {"b\xff\n", []byte{}}}); err != nil {
		t.Fatal(err)
	}
	if err := l.Append([]Folder{{"a", []byte("two")}, {"", nil}}); err != nil {
		t.Fatal(err)
	}
	closed(t, l)
	want := map[string]string{"a": "two", "b\xff\n": ""}
	got, l, err := readLog(t, dir)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	if err := l.Rewrite(func(yield func(Folder) bool) {
		_ = yield(Folder{"a", []byte("two")}) && yield(Folder{"c", []byte("three")})
	}); err != nil {
		t.Fatal(err)
	}
	if err := l.Append([]Folder{{"d", []byte("four")}}); err != nil {
		t.Fatal(err)
	}
	closed(t, l)
	want = map[string]string{"a": "two", "c": "three", "d": "four"}
	got, l, err = readLog(t, dir)
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("after Rewrite: %v\n%s", err, d)
	}
	closed(t, l)
}

// Cut at any byte, as by a crash, or with any byte changed, a log gives the whole
// records before that, and takes new ones.
func TestADamagedLogKeepsItsBeginning(t *testing.T) {
	dir := t.TempDir()
	_, l, err := readLog(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if err := l.Append([]Folder{{fmt.Sprint(i), []byte("data")}}); err != nil {
			t.Fatal(err)
		}
	}
	closed(t, l)
	name := filepath.Join(dir, foldersName)
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, text []byte) {
		t.Helper()
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		got, l, _ := readLog(t, dir)
		for i := range 5 {
			k := fmt.Sprint(i)
			if v, known := got[k]; known && v != "data" || known != (i < len(got)) {
				t.Fatalf("%s: %v", what, got)
			}
		}
		if err := l.Append([]Folder{{"new", []byte("data")}}); err != nil {
			t.Fatal(err)
		}
		closed(t, l)
		again, l, err := readLog(t, dir)
		if err != nil || len(again) != len(got)+1 || again["new"] != "data" {
			t.Fatalf("%s: after an append: %v, %v", what, again, err)
		}
		closed(t, l)
	}
	for i := range whole {
		try(fmt.Sprintf("cut at %d", i), whole[:i])
		changed := bytes.Clone(whole)
		changed[i] ^= 0x41
		try(fmt.Sprintf("byte %d changed", i), changed)
	}
}

func BenchmarkPut(b *testing.B) {
	s := open(b, b.TempDir(), Limits{Bytes: 1 << 40})
	defer closed(b, s)
	content := bytes.Repeat([]byte("func main() { fmt.Println(x) }\n"), 300)
	b.SetBytes(int64(len(content)))
	for i := 0; b.Loop(); i++ {
		copy(content, fmt.Sprint(i, " "))
		if _, err := s.Put(content, Sum(content)); err != nil {
			b.Fatal(err)
		}
	}
}
