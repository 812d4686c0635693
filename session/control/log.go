package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"time"

	"kavi/session/ledger"
)

// Range says which entries of a ledger are wanted.
type Range struct {
	From   uint64    `json:"from,omitempty"`   // sequence; 0: the first
	Since  time.Time `json:"since,omitzero"`   // later than From: wins
	Follow bool      `json:"follow,omitempty"` // wait for what is to come
}

// log streams entries, one answer each. A client that does not read fails its
// own stream; the ledger waits for nobody.
func (s *server) log(ctx context.Context, conn *net.UnixConn, want Range) error {
	l := s.Session.Ledger()
	nudge, cancel := l.Watch() // before the first read, so that nothing falls between
	defer cancel()
	next := max(want.From, 1)
	if !want.Since.IsZero() {
		seq, err := l.Since(want.Since)
		if err != nil {
			return err
		}
		next = max(next, seq)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		// A client sends nothing more; what comes is its end.
		_, _ = io.Copy(io.Discard, conn)
		stop()
	}()
	for {
		w := bufio.NewWriterSize(deadlined{conn}, dataChunk)
		err := l.Entries(next, func(e ledger.Entry) error {
			if ctx.Err() != nil {
				return errHungUp
			}
			next = e.Seq + 1
			b, err := json.Marshal(e)
			if err != nil {
				return err
			}
			line, err := json.Marshal(answer{V: Version, Result: b, More: true})
			if err != nil {
				return err
			}
			_, err = w.Write(append(line, '\n'))
			return err
		})
		if err == nil {
			err = w.Flush()
		}
		if want.Follow && errors.Is(err, ledger.ErrClosed) {
			return nil // the session ends; what is left, an ended session's ledger tells
		}
		if err != nil || !want.Follow {
			return err
		}
		select {
		case <-nudge:
		case <-ctx.Done():
			return nil
		}
	}
}

// deadlined gives each write to a client only so much time.
type deadlined struct{ conn *net.UnixConn }

func (d deadlined) Write(p []byte) (int, error) {
	_ = d.conn.SetWriteDeadline(time.Now().Add(patience))
	defer func() { _ = d.conn.SetWriteDeadline(time.Time{}) }()
	return d.conn.Write(p)
}

// Log gives the entries of the session's ledger as they are read, in order. With
// Follow it goes on until ctx ends (no error then) or the session does. An error
// is the last pair.
func (c *Client) Log(ctx context.Context, want Range) iter.Seq2[ledger.Entry, error] {
	return func(yield func(ledger.Entry, error) bool) {
		conn, in, err := c.open(ctx, request{Do: doLog, Range: &want})
		if err != nil {
			yield(ledger.Entry{}, err)
			return
		}
		defer func() { _ = conn.Close() }()
		defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
		for {
			a, err := next(in)
			if err != nil {
				if want.Follow && (ctx.Err() != nil || errors.Is(err, io.EOF)) {
					return
				}
				yield(ledger.Entry{}, c.because(ctx, err))
				return
			}
			if !a.More {
				return
			}
			var e ledger.Entry
			if err := json.Unmarshal(a.Result, &e); err != nil {
				yield(e, fmt.Errorf("entry from the server: %w", err))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// Verify has the server check its ledger's chain. It may take seconds.
func (c *Client) Verify(ctx context.Context) (ledger.Report, error) {
	var r ledger.Report
	return r, c.ask(ctx, request{Do: doVerify}, &r)
}
