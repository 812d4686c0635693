package ledger

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"
)

// The test binary is also the processes that the tests need: one that may die of
// a damaged database, one that is killed while it writes.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 {
		var err error
		switch os.Args[1] {
		case "child-probe":
			err = Probe(os.Args[2], os.Stdout)
		case "child-open":
			var l *Ledger
			if l, err = Open(os.Args[2], testOptions()); err == nil {
				err = l.Close()
			}
		case "child-append":
			err = childAppend(os.Args[2])
		default:
			err = fmt.Errorf("there is no %s", os.Args[1])
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0"); err != nil { // for the children: theirs is a second
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m,
		// Badger leaves these behind when its Open fails; kavi tries twice at most.
		goleak.IgnoreTopFunction("github.com/dgraph-io/badger/v4.(*DB).updateSize"),
		goleak.IgnoreTopFunction("github.com/dgraph-io/badger/v4.(*DB).monitorCache"),
		goleak.IgnoreTopFunction("github.com/dgraph-io/badger/v4/y.(*WaterMark).process"),
		goleak.IgnoreTopFunction("github.com/dgraph-io/badger/v4.(*vlogThreshold).listenForValueThresholdUpdate"),
		goleak.IgnoreAnyFunction("github.com/dgraph-io/ristretto/v2.(*Cache[...]).processItems"),
		goleak.IgnoreAnyFunction("github.com/dgraph-io/ristretto/v2.(*defaultPolicy[...]).processItems"),
		goleak.IgnoreAnyFunction("github.com/dgraph-io/ristretto/v2/z.(*AllocatorPool).freeupAllocators"),
	)
}

func testOptions() Options {
	return Options{Name: "test", Probe: []string{os.Args[0], "child-probe"}, Journal: []string{}}
}

// childAppend writes until it is killed and prints the sequences of what was acknowledged.
func childAppend(dir string) error {
	l, err := Open(dir, testOptions())
	if err != nil {
		return err
	}
	var mu sync.Mutex
	out := bufio.NewWriter(os.Stdout)
	var writers sync.WaitGroup
	for w := range 8 {
		writers.Go(func() {
			for i := 0; ; i++ {
				acked := make(chan struct{})
				l.Append([]Entry{
					{Kind: CallRequested, Agent: "a" + strconv.Itoa(w), Call: "call_" + strconv.Itoa(i), Command: "make all"},
					{Kind: CallDecided, Agent: "a" + strconv.Itoa(w), Call: "call_" + strconv.Itoa(i), Verdict: Allowed},
				}, func(last Entry, err error) {
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						fmt.Fprintln(out, last.Seq, last.Hash)
						err = out.Flush()
					}
					if err != nil {
						fmt.Fprintln(os.Stderr, err)
						os.Exit(1)
					}
					close(acked)
				})
				<-acked
			}
		})
	}
	writers.Wait()
	return nil
}

// killed runs childAppend on dir and kills it after n acknowledgements, which it gives.
func killed(t *testing.T, dir string, n int) map[uint64]Hash {
	t.Helper()
	cmd := exec.Command(os.Args[0], "child-append", dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acked := map[uint64]Hash{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var seq uint64
		var hash string
		var h Hash
		if _, err := fmt.Sscan(lines.Text(), &seq, &hash); err != nil {
			break // cut off by the kill
		}
		if h.UnmarshalText([]byte(hash)) != nil {
			break
		}
		acked[seq] = h
		if len(acked) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // it was killed
	if len(acked) < n {
		t.Fatalf("the child ended after %d of %d", len(acked), n)
	}
	return acked
}

func open(t testing.TB, dir string) *Ledger {
	t.Helper()
	return openWith(t, dir, testOptions())
}

func openWith(t testing.TB, dir string, o Options) *Ledger {
	t.Helper()
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func closed(t testing.TB, l *Ledger) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// add appends and waits.
func add(t testing.TB, l *Ledger, entries ...Entry) Entry {
	t.Helper()
	e, err := tryAdd(t, l, entries...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func tryAdd(t testing.TB, l *Ledger, entries ...Entry) (last Entry, err error) {
	t.Helper()
	done := make(chan struct{})
	l.Append(entries, func(e Entry, bad error) {
		last, err = e, bad
		close(done)
	})
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("done was not called")
	}
	return last, err
}

// fill appends n entries.
func fill(t testing.TB, l *Ledger, n int) {
	t.Helper()
	for i := range n {
		l.Append([]Entry{{Kind: CallRequested, Agent: "claude", Call: "call_" + strconv.Itoa(i+1), Command: "npm install"}}, nil)
	}
	add(t, l)
}

func all(t testing.TB, l *Ledger, from uint64) (list []Entry) {
	t.Helper()
	for e, err := range l.All(from) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

func verify(t testing.TB, l *Ledger) Report {
	t.Helper()
	r, err := l.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// inside opens a closed ledger's database itself, as somebody with the user's rights could.
func inside(t *testing.T, dir string, f func(txn *badger.Txn) error) {
	t.Helper()
	o := storeOptions(filepath.Join(dir, storeName), discard())
	db, err := badger.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(f); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// glob gives the names in dir that fit the pattern.
func glob(t *testing.T, dir, pattern string) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range paths {
		names = append(names, filepath.Base(p))
	}
	return names
}
