package ledger

import (
	"context"
	"fmt"
	"time"
)

// Report is what Verify found.
type Report struct {
	Count uint64        `json:"count"` // entries that were read
	Head  Head          `json:"head"`  // keep it elsewhere to see later that nothing up to it changed
	Bad   uint64        `json:"bad,omitempty"`
	Why   string        `json:"why,omitempty"` // what is wrong at Bad, the first sequence that is; "" when all is well
	Took  time.Duration `json:"took_ns"`
}

// OK says that every entry is the one that was written, up to Head.
func (r Report) OK() bool { return r.Why == "" }

// String is the report in one line.
func (r Report) String() string {
	if r.OK() {
		return fmt.Sprintf("%d entries verified, head %s", r.Count, r.Head)
	}
	return fmt.Sprintf("%s (%d entries read, head %s)", r.Why, r.Count, r.Head)
}

// Verify computes every hash again and compares the end with HEAD. It reads the
// whole ledger, 0.3 s for 100,000 entries, and ends early only when ctx does.
func (l *Ledger) Verify(ctx context.Context) (Report, error) {
	start := time.Now()
	last := l.Head()
	r := Report{Head: last}
	bad := func(seq uint64, why string) {
		if r.Why == "" {
			r.Bad, r.Why = seq, why
		}
	}
	c := newChain(Head{})
	err := l.scan(1, last.Seq, func(s stored) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.Count++
		prev := c.head.Hash
		if want := c.head.Seq + 1; s.seq != want {
			why := missing(want, s.seq-1)
			if e, err := s.entry(); err == nil {
				if from, to, ok := e.Gap(); ok && from == want && to == s.seq-1 {
					why += fmt.Sprintf(", as entry %d of %s says", s.seq, e.Time.Format(time.RFC3339))
					prev, _ = e.prev()
				}
			}
			bad(want, why)
		}
		switch {
		case s.bad != "":
			bad(s.seq, fmt.Sprintf("entry %d cannot be read: %s", s.seq, s.bad))
		case c.of(prev, s.seq, s.json) != s.hash:
			bad(s.seq, fmt.Sprintf("entry %d is not what was written, or does not follow the one before it", s.seq))
		}
		c.head = Head{Seq: s.seq, Hash: s.hash}
		return nil
	})
	if err != nil {
		return r, err
	}
	if c.head.Seq < last.Seq {
		bad(c.head.Seq+1, missing(c.head.Seq+1, last.Seq))
	} else if c.head != last {
		bad(last.Seq, fmt.Sprintf("entry %d changed while the ledger was open", last.Seq))
	}
	if err := l.verifyHead(bad); err != nil {
		return r, err
	}
	r.Took = time.Since(start)
	return r, nil
}

func (l *Ledger) verifyHead(bad func(uint64, string)) error {
	l.readers.RLock()
	defer l.readers.RUnlock()
	if l.gone {
		return ErrClosed
	}
	f, err := besideHead(l.db, l.dir, l.Head)
	if err == nil && f.why != "" {
		bad(f.seq, f.why)
	}
	return err
}
