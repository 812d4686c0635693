package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What nobody waits for shares the commit of what somebody waits for, in the order in which they came.
func TestAppendSoonWaitsForTheNextAppend(t *testing.T) {
	l := open(t, t.TempDir())
	const n = 50
	var got, want []string
	before, start := l.head.last, time.Now()
	for i := range n {
		call := fmt.Sprint("call_", i)
		want = append(want, call)
		l.AppendSoon([]Entry{{Kind: CallExecuted, Call: call}}, func(last Entry, err error) {
			if err != nil {
				t.Error(err)
			}
			got = append(got, last.Call)
		})
	}
	add(t, l, Entry{Kind: CallDecided})
	took := time.Since(start)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("before the append was done (-want +got):\n%s", diff)
	}
	if commits, most := l.head.last-before, 1+uint64(took/soon); commits > most {
		t.Errorf("%d commits in %s, more than %d", commits, took, most)
	}
	if list := all(t, l, 1); len(list) != n+1 || list[n].Kind != CallDecided || list[0].Call != "call_0" {
		t.Errorf("stored: %+v", list)
	}
}

// The wait that began with an entry which is stored by now, with a decision, is not
// that of the next one: that has its whole time to share a decision's commit.
func TestAppendSoonWaitsForItsOwnTime(t *testing.T) {
	l := open(t, t.TempDir())
	stored := make(chan time.Time, 1)
	start := time.Now()
	l.AppendSoon([]Entry{{Kind: CallDelivered}}, func(Entry, error) { stored <- time.Now() })
	l.fallDue()
	if took := (<-stored).Sub(start); took < soon {
		t.Errorf("stored alone after %s, before %s", took, soon)
	}
}

// With nothing else to come it is stored all the same: soon, and at the latest by Close.
func TestAppendSoonAlone(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	for range 3 { // each time anew
		done := make(chan error, 1)
		l.AppendSoon([]Entry{{Kind: CallExecuted}}, func(_ Entry, err error) { done <- err })
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("it was never stored")
		}
	}
	l.AppendSoon([]Entry{{Kind: CallExited}}, func(_ Entry, err error) {
		if err != nil {
			t.Error(err)
		}
	})
	closed(t, l)
	l = open(t, dir)
	if list := all(t, l, 1); len(list) < 4 || list[3].Kind != CallExited {
		t.Errorf("stored: %+v", list)
	}
	closed(t, l)
	late := make(chan error, 1)
	l.AppendSoon([]Entry{{Kind: CallExited}}, func(_ Entry, err error) { late <- err })
	if err := <-late; !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}
