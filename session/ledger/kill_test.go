package ledger

import (
	"math/rand/v2"
	"testing"
	"time"
)

// kill -9 at any moment loses nothing that was acknowledged, tears no append
// apart and leaves a ledger that opens without a warning.
func TestKill(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	dir := t.TempDir()
	acked := map[uint64]Hash{}
	var slowest time.Duration
	for range rounds {
		for seq, hash := range killed(t, dir, 1+rand.IntN(300)) {
			acked[seq] = hash
		}
		start := time.Now()
		l := open(t, dir)
		slowest = max(slowest, time.Since(start))
		if w := l.Warnings(); len(w) > 0 {
			t.Fatalf("warnings: %q", w)
		}
		found := 0
		var half Entry
		for _, e := range all(t, l, 1) {
			if want, ok := acked[e.Seq]; ok {
				found++
				if e.Hash != want {
					t.Fatalf("entry %d is not the one that was acknowledged", e.Seq)
				}
			}
			switch {
			case e.Kind == CallRequested:
				half = e
			case e.Kind == CallDecided && (e.Agent != half.Agent || e.Call != half.Call || e.Seq != half.Seq+1):
				t.Fatalf("an append was torn apart at %d", e.Seq)
			case e.Kind == CallDecided:
				half = Entry{}
			}
		}
		if half.Seq != 0 {
			t.Fatalf("half an append at the end, %d", half.Seq)
		}
		if found != len(acked) {
			t.Fatalf("%d of %d acknowledged entries are there", found, len(acked))
		}
		if r := verify(t, l); !r.OK() {
			t.Fatal(r)
		}
		closed(t, l)
	}
	t.Logf("%d acknowledged, slowest open %s", len(acked), slowest)
}

// A burst of kills, nobody closing in between: badger leaves a log file behind each time.
func TestKillBurst(t *testing.T) {
	dir := t.TempDir()
	n := 0
	for range 8 {
		n += len(killed(t, dir, 5))
	}
	start := time.Now()
	l := open(t, dir)
	t.Logf("opened in %s", time.Since(start))
	if r := verify(t, l); !r.OK() || r.Count < uint64(2*n) || len(l.Warnings()) > 0 {
		t.Errorf("%s; %q", r, l.Warnings())
	}
}
