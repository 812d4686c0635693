package panes

import (
	"slices"
	"testing"
	"time"

	"kavi/session/ledger"
)

// A ledger most of which is about shells that an agent started for itself is read
// to its beginning all the same.
func TestTheLedgerIsReadPastWhatIsNotShown(t *testing.T) {
	book, err := ledger.Open(t.TempDir(), ledger.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := book.Close(); err != nil {
			t.Error(err)
		}
	}()
	write := func(list ...ledger.Entry) {
		written := make(chan error, 1)
		book.Append(list, func(_ ledger.Entry, err error) { written <- err })
		if err := <-written; err != nil {
			t.Fatal(err)
		}
	}
	own := ledger.Entry{Kind: ledger.CallExited, Agent: "opencode", Call: "call_1", Data: map[string]string{ledger.OwnShell: "yes"}}
	write(ledger.Entry{Kind: ledger.Problem, Why: "the first"})
	for range 5 {
		write(slices.Repeat([]ledger.Entry{own}, logRun/2)...)
	}
	d := newDesk(t, 80, 24)
	d.v.act.ReadLog = func(from uint64, most int, done func(logPage)) { done(readLog(book, from, most)) }
	d.v.act.Push(newLedgerView(d.v))
	d.wait(time.Second)
	d.keys("g") // where its beginning is not here yet, it is read
	d.frame()
	d.keys("g")
	d.frame()
	d.has("problem · the first")

	write(own, ledger.Entry{Kind: ledger.Problem, Why: "the last"})
	d.snap.Seq++
	d.wait(time.Second)
	d.has("problem · the first", "problem · the last")
}
