package ledger

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestHeadIsWrittenInTurns(t *testing.T) {
	dir := t.TempDir()
	h, err := openHead(dir, Head{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	for seq := range uint64(5) {
		at := Head{Seq: seq + 10, Hash: Hash{1, byte(seq)}}
		if err := h.write(at, seq%2 == 0); err != nil {
			t.Fatal(err)
		}
		r, slot, err := readHead(dir)
		if err != nil || r.Head != at || r.open != (seq%2 == 0) {
			t.Fatalf("wrote %v, read %+v, %v", at, r, err)
		}
		// Whatever a power cut leaves of the record that was being written, the one before it counts.
		path := filepath.Join(dir, headName)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(whole, []byte(headMagic)) || len(whole) != 2*recordSize {
			t.Fatalf("HEAD is %q", whole)
		}
		for _, n := range []int{0, 20, 60, 100} {
			torn := bytes.Clone(whole)
			copy(torn[slot*recordSize+n:(slot+1)*recordSize], make([]byte, recordSize))
			if err := os.WriteFile(path, torn, 0o600); err != nil {
				t.Fatal(err)
			}
			r, _, err := readHead(dir)
			if seq > 0 && (err != nil || r.Seq != at.Seq-1) {
				t.Errorf("torn at %d: %+v, %v", n, r, err)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHeadUnreadable(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := readHead(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("none: %v", err)
	}
	good := string(headRecord{Head: Head{Seq: 7}, write: 1}.append(nil))
	for _, text := range []string{
		"", "kavi", strings.Repeat(" ", 2*recordSize), strings.Repeat("x", 4096),
		strings.Replace(good, " 7 ", " 8 ", 1), strings.Replace(good, headShut, headOpen, 1), good[:recordSize-1],
	} {
		if err := os.WriteFile(filepath.Join(dir, headName), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, _, err := readHead(dir); !errors.Is(err, errHead) {
			t.Errorf("%.40q: %+v, %v", text, r, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, headName), []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, _, err := readHead(dir); err != nil || r.Seq != 7 {
		t.Errorf("one record: %+v, %v", r, err)
	}
}

// Somebody removes or replaces HEAD while the session runs: it is there again with the next entry, and that is recorded.
func TestHeadTakenAway(t *testing.T) {
	for _, how := range []string{"removed", "replaced"} {
		t.Run(how, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			add(t, l, Entry{Kind: CallRequested})
			path, other := filepath.Join(dir, headName), filepath.Join(t.TempDir(), headName)
			// In one step: it may be looked at in this moment.
			err := os.WriteFile(other, headRecord{Head: Head{Seq: 99}}.append(nil), 0o600)
			if how == "removed" {
				err = errors.Join(err, os.Remove(path))
			} else {
				err = errors.Join(err, os.Rename(other, path))
			}
			if err != nil {
				t.Fatal(err)
			}
			add(t, l, Entry{Kind: CallRequested})
			add(t, l)
			r, _, err := readHead(dir)
			if err != nil || r.Head != l.Head() {
				t.Errorf("HEAD is %+v, %v; the head %v", r, err, l.Head())
			}
			last, err := l.Last(2) // it is the last, or was seen before the last was stored
			if err != nil || !slices.ContainsFunc(last, func(e Entry) bool { return e.Kind == Problem && strings.Contains(e.Why, how) }) {
				t.Errorf("recorded as %+v, %v", last, err)
			}
			if kept := glob(t, dir, "HEAD.lost-*"); (how == "replaced") != (len(kept) == 1) {
				t.Errorf("kept %q", kept)
			}
			if v := verify(t, l); !v.OK() {
				t.Error(v)
			}
		})
	}
}

// A ledger whose folder is gone would take entries and lose them.
func TestFolderTakenAway(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, Entry{Kind: CallRequested})
	if err := os.Rename(filepath.Join(dir, storeName), filepath.Join(dir, "moved")); err != nil {
		t.Fatal(err)
	}
	if _, err := tryAdd(t, l, Entry{Kind: CallRequested}); err == nil || !strings.Contains(err.Error(), "removed or replaced") {
		t.Errorf("appended to a removed folder: %v", err)
	}
	if l.Problem() == "" {
		t.Error("no problem is told")
	}
	if err := os.Rename(filepath.Join(dir, "moved"), filepath.Join(dir, storeName)); err != nil {
		t.Fatal(err)
	}
	add(t, l, Entry{Kind: CallRequested})
}

func BenchmarkHeadWrite(b *testing.B) {
	h, err := openHead(b.TempDir(), Head{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := h.close(); err != nil {
			b.Error(err)
		}
	})
	for i := 0; b.Loop(); i++ {
		if err := h.write(Head{Seq: uint64(i)}, true); err != nil {
			b.Fatal(err)
		}
	}
}
