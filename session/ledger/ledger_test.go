package ledger

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestAppendAndRead(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if h := l.Head(); h != (Head{}) {
		t.Errorf("a new ledger's head is %v", h)
	}
	code := 3
	first := Entry{
		Time: time.Date(2026, 1, 2, 15, 4, 5, 123456000, time.UTC), Boot: 12345, Kind: CallRequested, Witness: WitnessShim,
		Agent: "claude", Call: "call_1", Approval: "apr_01", Inside: "apr_00", Left: "apr_07",
		By:     &By{Kind: ByOperator, Rule: "r1", Layer: "user", File: "ab", Client: "attach 2", Terminal: "/dev/pts/3", Shown: time.Second},
		Action: "prompt", Verdict: Allowed, Tool: "exec", What: "Run: make", Command: "make", Argv: []string{"make", "all"}, Cwd: "/p",
		Program: "/usr/bin/make", Path: "a", To: "b", URL: "https://h", Parts: []Part{{Text: "make", Effects: []string{"unknown"}}},
		Risk: "medium", Level: "always", Why: "it runs code", Reason: "because", Seal: "00ff", Nonce: "aa", Process: "1@2",
		ExitCode: &code, For: time.Minute, Data: map[string]string{"k": "v"},
	}
	last := add(t, l, first, Entry{Kind: CallDecided})
	if last.Seq != 2 || last.Kind != CallDecided || last.Hash != l.Head().Hash {
		t.Errorf("last is %+v, head %v", last, l.Head())
	}
	for _, when := range []string{"open", "opened again"} {
		got := all(t, l, 0)
		if len(got) < 2 {
			t.Fatalf("%s: %d entries", when, len(got))
		}
		if diff := cmp.Diff(first, got[0], cmpopts.IgnoreUnexported(Entry{}), cmpopts.IgnoreFields(Entry{}, "Seq", "Hash", "Prev")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
		if got[0].Seq != 1 || got[0].Prev != (Hash{}) || got[1].Prev != got[0].Hash || got[1].Hash != last.Hash {
			t.Errorf("%s: the chain is wrong", when)
		}
		if got[1].Time.IsZero() || got[1].Boot == 0 {
			t.Errorf("%s: an entry has no time", when)
		}
		if r := verify(t, l); !r.OK() {
			t.Errorf("%s: %s", when, r)
		}
		closed(t, l)
		l = open(t, dir)
		if w := l.Warnings(); w != nil {
			t.Errorf("%s: %q", when, w)
		}
	}
}

func TestAppendersDoNotMix(t *testing.T) {
	const writers, rounds = 50, 40
	l := open(t, t.TempDir())
	var mu sync.Mutex
	var order []uint64
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range rounds {
				done := make(chan error, 1)
				e := Entry{Agent: strconv.Itoa(w), Call: strconv.Itoa(i)}
				a, b, c := e, e, e
				a.Kind, b.Kind, c.Kind = CallRequested, CallDecided, CallDelivered
				l.Append([]Entry{a, b, c}, func(last Entry, err error) {
					mu.Lock()
					order = append(order, last.Seq)
					mu.Unlock()
					done <- err
				})
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for i := 1; i < len(order); i++ {
		if order[i] <= order[i-1] {
			t.Fatalf("done was called for %d after %d", order[i], order[i-1])
		}
	}
	next := map[string]int{}
	var list []Entry
	for _, e := range all(t, l, 1) {
		if e.Kind != Checkpoint {
			list = append(list, e)
		}
	}
	if len(list) != 3*writers*rounds {
		t.Fatalf("%d entries", len(list))
	}
	for i := 0; i < len(list); i += 3 {
		a, b, c := list[i], list[i+1], list[i+2]
		if a.Agent != b.Agent || b.Agent != c.Agent || a.Kind != CallRequested || b.Kind != CallDecided || c.Kind != CallDelivered {
			t.Fatalf("an append was torn apart at %d", a.Seq)
		}
		if a.Call != strconv.Itoa(next[a.Agent]) {
			t.Fatalf("%s: %s comes after %d", a.Agent, a.Call, next[a.Agent]-1)
		}
		next[a.Agent]++
	}
	if r := verify(t, l); !r.OK() || r.Count < 3*writers*rounds {
		t.Error(r)
	}
}

func TestAppendRefuses(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if _, err := tryAdd(t, l, make([]Entry, maxBatch+1)...); !errors.Is(err, ErrTooBig) {
		t.Errorf("too many entries: %v", err)
	}
	big := make([]Entry, 10)
	for i := range big {
		big[i] = Entry{Kind: CallRequested, Command: string(make([]byte, 10<<10))} // each byte becomes \u0000
	}
	if _, err := tryAdd(t, l, big...); !errors.Is(err, ErrTooBig) {
		t.Errorf("too many bytes: %v", err)
	}
	if e := add(t, l, Entry{Kind: Problem}); e.Seq != 1 {
		t.Errorf("after what was too big: %d", e.Seq)
	}
	closed(t, l)
	if _, err := tryAdd(t, l, Entry{Kind: Problem}); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := l.Entries(1, func(Entry) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("reading after Close: %v", err)
	}
	if _, err := l.Verify(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("verifying after Close: %v", err)
	}
	closed(t, l)
	ended, err := OpenEnded(dir, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	defer ended.Close()
	if _, err := tryAdd(t, ended, Entry{Kind: Problem}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("to an ended session: %v", err)
	}
}

// What was appended before Close is stored, and its done called, before Close returns.
func TestCloseStoresTheQueue(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	var mu sync.Mutex
	n := 0
	for range 3000 {
		l.Append([]Entry{{Kind: CallRequested}}, func(_ Entry, err error) {
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				n++
			}
		})
	}
	closed(t, l)
	mu.Lock()
	defer mu.Unlock()
	if n != 3000 {
		t.Errorf("%d of 3000 were stored", n)
	}
	l = open(t, dir)
	last, err := l.Last(1)
	if err != nil || len(last) != 1 || last[0].Kind != Checkpoint {
		t.Errorf("the end is %+v (%v), not a checkpoint", last, err)
	}
}

func TestCheckpoints(t *testing.T) {
	o := testOptions()
	o.Every = 10
	l := openWith(t, t.TempDir(), o)
	for range 25 {
		add(t, l, Entry{Kind: CallRequested})
	}
	var at []uint64
	for _, e := range all(t, l, 1) {
		if e.Kind == Checkpoint {
			at = append(at, e.Seq)
		}
	}
	if diff := cmp.Diff([]uint64{11, 22}, at); diff != "" {
		t.Error(diff)
	}
}

func TestLastAndSince(t *testing.T) {
	l := open(t, t.TempDir())
	start := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for i := range 1500 {
		l.Append([]Entry{{Kind: CallRequested, Call: strconv.Itoa(i), Time: start.Add(time.Duration(i) * time.Second)}}, nil)
	}
	add(t, l)
	for _, c := range []struct {
		t    time.Time
		want string
	}{{time.Time{}, "0"}, {start, "0"}, {start.Add(10 * time.Second), "10"}, {start.Add(1400500 * time.Millisecond), "1401"}} {
		seq, err := l.Since(c.t)
		if err != nil {
			t.Fatal(err)
		}
		if got := all(t, l, seq)[0]; got.Call != c.want {
			t.Errorf("since %s: %s, want %s", c.t, got.Call, c.want)
		}
	}
	if seq, err := l.Since(time.Now().Add(time.Hour)); err != nil || seq != l.Head().Seq+1 {
		t.Errorf("since tomorrow: %d, %v", seq, err)
	}
	for _, n := range []int{0, 1, 700, 5000} {
		got, err := l.Last(n)
		if err != nil {
			t.Fatal(err)
		}
		if want := min(n, int(l.Head().Seq)); len(got) != want {
			t.Errorf("last %d: %d entries", n, len(got))
		}
		if n > 0 && got[len(got)-1].Seq != l.Head().Seq {
			t.Errorf("last %d ends at %d", n, got[len(got)-1].Seq)
		}
	}
}

func TestWatch(t *testing.T) {
	l := open(t, t.TempDir())
	nudge, cancel := l.Watch()
	add(t, l, Entry{Kind: CallRequested})
	add(t, l, Entry{Kind: CallRequested})
	<-nudge
	select {
	case <-nudge:
		t.Error("two nudges wait")
	default:
	}
	cancel()
	add(t, l, Entry{Kind: CallRequested})
	select {
	case <-nudge:
		t.Error("a nudge after cancel")
	default:
	}
	again, cancel := l.Watch()
	defer cancel()
	closed(t, l)
	<-again
}

// A slow reader sees what was there when it began; it holds up neither writers nor Close.
func TestSlowReader(t *testing.T) {
	l := open(t, t.TempDir())
	fill(t, l, 2*chunkEntries)
	last := l.Head().Seq
	reading, goOn := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	n := uint64(0)
	go func() {
		done <- l.Entries(1, func(e Entry) error {
			if n++; n == 1 {
				close(reading)
				<-goOn
			}
			return nil
		})
	}()
	<-reading
	add(t, l, Entry{Kind: CallRequested})
	close(goOn)
	if err := <-done; err != nil || n != last {
		t.Errorf("%d of %d, %v", n, last, err)
	}
	stop := errors.New("enough")
	if err := l.Entries(1, func(Entry) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	err := l.Entries(1, func(e Entry) error { return l.Close() })
	if !errors.Is(err, ErrClosed) {
		t.Errorf("closed while reading: %v", err)
	}
}

func TestFullDiskRefusesAndRecovers(t *testing.T) {
	l := open(t, t.TempDir())
	add(t, l, Entry{Kind: CallRequested})
	l.need.Store(1 << 62)
	for range 3 {
		if _, err := tryAdd(t, l, Entry{Kind: CallRequested}, Entry{Kind: CallDecided}); !errors.Is(err, ErrFull) {
			t.Fatalf("a full disk: %v", err)
		}
	}
	if p := l.Problem(); p == "" {
		t.Error("no problem is told")
	} else {
		t.Log(p)
	}
	if h := l.Head(); h.Seq != 1 {
		t.Errorf("head is %d", h.Seq)
	}
	l.need.Store(minFree)
	if e := add(t, l, Entry{Kind: CallRequested}); e.Seq != 3 {
		t.Errorf("goes on with %d", e.Seq)
	}
	if p := l.Problem(); p != "" {
		t.Errorf("still a problem: %s", p)
	}
	over := all(t, l, 2)[0]
	if over.Kind != ProblemOver || over.Data["refused"] != "6" || over.For <= 0 {
		t.Errorf("the gap is recorded as %+v", over)
	}
	if r := verify(t, l); !r.OK() {
		t.Error(r)
	}
}

// Closing the database writes, and a full disk would end the process: it stays as after a crash.
func TestCloseOnFullDisk(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, Entry{Kind: CallRequested})
	l.need.Store(1 << 62)
	if err := l.Close(); !errors.Is(err, ErrFull) {
		t.Errorf("Close on a full disk: %v", err)
	}
	if _, err := Open(dir, testOptions()); !errors.Is(err, ErrLocked) {
		t.Errorf("opened beside what still runs: %v", err)
	}
	if had, _, err := readHead(dir); err != nil || !had.open {
		t.Errorf("HEAD says %+v, %v", had, err)
	}
	if err := errors.Join(l.db.Close(), l.lock.Close()); err != nil { // what the end of the process does
		t.Fatal(err)
	}
	l = open(t, dir)
	if r := verify(t, l); !r.OK() || r.Head.Seq != 1 {
		t.Error(r)
	}
}

// A disk that does not answer is told while the commit still waits.
func TestStuckDisk(t *testing.T) {
	l := open(t, t.TempDir())
	_, awake := Clocks()
	l.busy.Store(int64(awake - stuck/2))
	if p := l.Problem(); p != "" {
		t.Errorf("too early: %s", p)
	}
	l.busy.Store(int64(awake - 2*stuck))
	if p := l.Problem(); p == "" {
		t.Error("nothing is told")
	}
	l.busy.Store(0)
}

func ExampleLedger_Verify() {
	fmt.Println(Report{Count: 2, Head: Head{Seq: 2}, Bad: 1, Why: "entry 1 is not what was written"})
	// Output: entry 1 is not what was written (2 entries read, head 2 0000000000000000000000000000000000000000000000000000000000000000)
}
