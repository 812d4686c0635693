package ledger

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// Each is something that somebody with the user's rights could do to an ended session's ledger.
func TestVerifySees(t *testing.T) {
	set := func(txn *badger.Txn, seq uint64, value []byte) error {
		return txn.SetEntry(badger.NewEntry(key(seq), value))
	}
	get := func(txn *badger.Txn, seq uint64) ([]byte, error) {
		item, err := txn.Get(key(seq))
		if err != nil {
			return nil, err
		}
		return item.ValueCopy(nil)
	}
	for _, c := range []struct {
		name string
		do   func(txn *badger.Txn) error
		bad  uint64
		why  string
	}{
		{"nothing", func(*badger.Txn) error { return nil }, 0, ""},
		{"an edit", func(txn *badger.Txn) error {
			v, err := get(txn, 5)
			if err != nil {
				return err
			}
			return set(txn, 5, bytes.Replace(v, []byte("npm install"), []byte("npm instbll"), 1))
		}, 5, "not what was written"},
		{"an edit with its hash made to fit", func(txn *badger.Txn) error {
			v, err := get(txn, 5)
			if err != nil {
				return err
			}
			before, err := get(txn, 4)
			if err != nil {
				return err
			}
			json := bytes.Replace(v[hashSize:], []byte("npm install"), []byte("npm instbll"), 1)
			return set(txn, 5, newChain(Head{4, Hash(before[:hashSize])}).next(json))
		}, 6, "does not follow"},
		{"an entry taken out", func(txn *badger.Txn) error { return txn.Delete(key(5)) }, 5, "entry 5 is missing"},
		{"the first taken out", func(txn *badger.Txn) error { return txn.Delete(key(1)) }, 1, "entry 1 is missing"},
		{"two swapped", func(txn *badger.Txn) error {
			a, err := get(txn, 5)
			if err != nil {
				return err
			}
			b, err := get(txn, 6)
			if err != nil {
				return err
			}
			return errors.Join(set(txn, 5, b), set(txn, 6, a))
		}, 5, "not what was written"},
		{"the tail cut", func(txn *badger.Txn) error {
			return errors.Join(txn.Delete(key(20)), txn.Delete(key(21)))
		}, 20, "entries 20 to 21 are missing: HEAD names them"},
		{"a tail added", func(txn *badger.Txn) error {
			v, err := get(txn, 21)
			if err != nil {
				return err
			}
			return set(txn, 22, v)
		}, 22, "not what was written"},
		{"the end written again, hashes and all", func(txn *badger.Txn) error {
			v, err := get(txn, 19)
			if err != nil {
				return err
			}
			c := newChain(Head{19, Hash(v[:hashSize])})
			return errors.Join(set(txn, 20, c.next([]byte(`{"kind":"x"}`))), set(txn, 21, c.next([]byte(`{"kind":"y"}`))))
		}, 21, "rewritten"},
		{"a value that is too short", func(txn *badger.Txn) error { return set(txn, 5, []byte("x")) }, 5, "shorter than its hash"},
		{"a key that is no entry's", func(txn *badger.Txn) error {
			return txn.SetEntry(badger.NewEntry([]byte("extra"), []byte("x")))
		}, 0, "no entry's"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			fill(t, l, 20)
			closed(t, l) // a checkpoint is entry 21
			inside(t, dir, c.do)
			ended, err := OpenEnded(dir, testOptions())
			if err != nil {
				if c.bad == 0 && strings.Contains(err.Error(), c.why) {
					return
				}
				t.Fatal(err)
			}
			defer ended.Close()
			r, err := ended.Verify(t.Context())
			if err != nil {
				r.Why = err.Error()
			}
			if r.OK() != (c.why == "") || r.Bad != c.bad || !strings.Contains(r.Why, c.why) {
				t.Errorf("%+v", r)
			}
			n := 0
			if err := ended.Entries(1, func(Entry) error { n++; return nil }); n == 0 && c.why != "no entry's" {
				t.Errorf("nothing can be read any more: %v", err)
			}
		})
	}
}

// What a rewritten ledger is opened with: loudly, with the HEAD that knew better kept.
func TestOpenRewritten(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	fill(t, l, 20)
	closed(t, l)
	had, _, err := readHead(dir)
	if err != nil {
		t.Fatal(err)
	}
	inside(t, dir, func(txn *badger.Txn) error {
		c := newChain(Head{})
		for seq := range uint64(30) {
			if err := txn.SetEntry(badger.NewEntry(key(seq+1), c.next([]byte(`{"kind":"x"}`)))); err != nil {
				return err
			}
		}
		return nil
	})
	l = open(t, dir)
	if w := strings.Join(l.Warnings(), "\n"); !strings.Contains(w, "rewritten") {
		t.Errorf("warnings: %q", w)
	}
	add(t, l)
	last, err := l.Last(1)
	if err != nil || last[0].Kind != Problem || last[0].Seq != 31 {
		t.Errorf("recorded as %+v, %v", last, err)
	}
	kept := glob(t, dir, "HEAD.lost-*")
	if len(kept) != 1 {
		t.Fatalf("kept as %q", kept)
	}
	if got := headNamed(t, filepath.Join(dir, kept[0])); got.Head != had.Head {
		t.Errorf("kept is the HEAD of %v, there was that of %v", got.Head, had.Head)
	}
}

func TestVerifyEnds(t *testing.T) {
	l := open(t, t.TempDir())
	fill(t, l, 20)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Verifying while the ledger grows finds nothing wrong.
func TestVerifyWhileWriting(t *testing.T) {
	l := open(t, t.TempDir())
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				add(t, l, Entry{Kind: CallRequested})
			}
		}
	}()
	for range 30 {
		if r := verify(t, l); !r.OK() {
			t.Fatal(r)
		}
	}
	close(stop)
	<-done
}

// A commit whose HEAD cannot be written is the last one until it can be.
func TestHeadCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, Entry{Kind: CallRequested})
	if err := l.head.close(); err != nil {
		t.Fatal(err)
	}
	add(t, l, Entry{Kind: CallRequested}) // durable before HEAD is written, so this one counts
	if l.Problem() == "" {
		t.Error("no problem is told")
	}
	for range 3 {
		if _, err := tryAdd(t, l, Entry{Kind: CallRequested}); !errors.Is(err, errCommit) {
			t.Errorf("appended: %v", err)
		}
	}
	again, err := openHead(dir, Head{})
	if err != nil {
		t.Fatal(err)
	}
	l.head.become(again)
	var e Entry
	for e.Seq == 0 { // it is tried again after a second
		e, _ = tryAdd(t, l, Entry{Kind: CallRequested})
	}
	if e.Seq != 4 || l.Problem() != "" {
		t.Errorf("goes on with %d; problem %q", e.Seq, l.Problem())
	}
	if over := all(t, l, 3)[0]; over.Kind != ProblemOver || over.Data["refused"] == "" {
		t.Errorf("recorded as %+v", over)
	}
	if r := verify(t, l); !r.OK() {
		t.Error(r)
	}
}
