package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math"
	"sort"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// stored is one entry as the database has it.
type stored struct {
	seq  uint64
	hash Hash
	json []byte
	bad  string // why it cannot be read
}

// A reader holds nothing in the database while it works on what it got.
const (
	chunkEntries = 512
	chunkBytes   = 1 << 20
)

// chunk reads entries from seq on, up to and with last.
func (l *Ledger) chunk(seq, last uint64) (list []stored, err error) {
	l.readers.RLock()
	defer l.readers.RUnlock()
	if l.gone {
		return nil, ErrClosed
	}
	err = l.db.View(func(txn *badger.Txn) error {
		o := badger.DefaultIteratorOptions
		o.PrefetchValues, o.Prefix = false, []byte{keyPrefix} // values are in the tables: prefetching them only copies
		it := txn.NewIterator(o)
		defer it.Close()
		size := 0
		for it.Seek(key(seq)); it.Valid() && len(list) < chunkEntries && size < chunkBytes; it.Next() {
			s := stored{}
			if s.seq, err = parseKey(it.Item().Key()); err != nil {
				return err
			}
			if s.seq > last {
				return nil
			}
			err := it.Item().Value(func(v []byte) error {
				sum, json, err := splitValue(v)
				s.hash, s.json = sum, bytes.Clone(json)
				return err
			})
			if err != nil {
				s.bad = err.Error()
			}
			size += len(s.json)
			list = append(list, s)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: read: %w", err)
	}
	return list, nil
}

// scan calls fn for what is stored from seq to last, in order.
func (l *Ledger) scan(seq, last uint64, fn func(stored) error) error {
	for seq <= last {
		list, err := l.chunk(seq, last)
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := fn(s); err != nil {
				return err
			}
			seq = s.seq + 1
		}
		if len(list) == 0 {
			return nil
		}
	}
	return nil
}

// Entries calls fn for each entry from sequence from (0 and 1 are the first) to
// the newest at the time of the call, in order, and stops at fn's error, which it
// returns. What is missing or cannot be read is passed as an entry of kind
// Damaged with Why. fn may take its time: nothing is held while it runs. It
// blocks on the disk. ErrClosed when the ledger is closed meanwhile.
func (l *Ledger) Entries(from uint64, fn func(Entry) error) error {
	from = max(from, 1)
	last := l.Head().Seq
	want := from
	var prev Hash
	if from > 1 && from <= last {
		// one entry earlier, for Prev of the first
		list, err := l.chunk(from-1, from-1)
		if err != nil {
			return err
		}
		if len(list) == 1 {
			prev = list[0].hash
		}
	}
	hole := func(until uint64) error {
		if want > until {
			return nil
		}
		return fn(Entry{Seq: want, Kind: Damaged, Why: missing(want, until)})
	}
	err := l.scan(from, last, func(s stored) error {
		if err := hole(s.seq - 1); err != nil {
			return err
		}
		want = s.seq + 1
		e, err := s.entry()
		if err != nil {
			e = Entry{Seq: s.seq, Hash: s.hash, Kind: Damaged, Why: err.Error()}
		}
		e.Prev = prev
		if p, ok := e.prev(); ok {
			e.Prev = p
		}
		prev = s.hash
		return fn(e)
	})
	if err != nil {
		return err
	}
	return hole(last)
}

func missing(from, to uint64) string {
	if from == to {
		return fmt.Sprintf("entry %d is missing", from)
	}
	return fmt.Sprintf("entries %d to %d are missing", from, to)
}

func (s stored) entry() (Entry, error) {
	if s.bad != "" {
		return Entry{}, fmt.Errorf("entry %d cannot be read: %s", s.seq, s.bad)
	}
	return decode(s.seq, s.hash, s.json)
}

// prev is the hash that an EntriesLost entry follows: its predecessor is lost.
func (e Entry) prev() (h Hash, ok bool) {
	if e.Kind != EntriesLost {
		return h, false
	}
	return h, h.UnmarshalText([]byte(e.Data["prev"])) == nil
}

var errStop = errors.New("stop")

// All is Entries as an iterator; an error comes last, with a zero Entry.
func (l *Ledger) All(from uint64) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		err := l.Entries(from, func(e Entry) error {
			if !yield(e, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(Entry{}, err)
		}
	}
}

// Last gives the newest n entries, oldest first.
func (l *Ledger) Last(n int) ([]Entry, error) {
	if n <= 0 {
		return nil, nil
	}
	from := uint64(1)
	if last := l.Head().Seq; last > uint64(n) {
		from = last - uint64(n) + 1
	}
	var list []Entry
	err := l.Entries(from, func(e Entry) error {
		list = append(list, e)
		return nil
	})
	return list, err
}

// Since is the sequence of the first entry at or after t by the wall clock; one
// past the newest if there is none. It takes entries to be in order of time: a
// clock that was set back makes it give one too many, or too few, by as much.
func (l *Ledger) Since(t time.Time) (seq uint64, err error) {
	last := l.Head().Seq
	if last >= math.MaxInt {
		return 0, fmt.Errorf("%w: a sequence of %d", ErrDamaged, last)
	}
	n := sort.Search(int(last), func(i int) bool {
		if err != nil {
			return true
		}
		var at time.Time
		stop := l.scan(uint64(i)+1, last, func(s stored) error {
			e, err := s.entry()
			if err != nil {
				return nil // the next one that can be read tells
			}
			at = e.Time
			return errStop
		})
		if !errors.Is(stop, errStop) {
			err = stop
			return true
		}
		return !at.Before(t)
	})
	return uint64(n) + 1, err
}
