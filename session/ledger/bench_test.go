package ledger

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func sample() Entry {
	return Entry{
		Kind: CallRequested, Witness: WitnessShim, Agent: "claude", Call: "call_12", Action: "prompt", Tool: "exec",
		What: "Run: npm install jsonwebtoken", Argv: []string{"bash", "-c", "npm install jsonwebtoken"}, Cwd: "/home/me/project",
		Risk: "medium", Why: "it installs a package", Nonce: strings.Repeat("0a", 16), Process: "12345@678901",
	}
}

// What one decision costs: requested and decided in one append, synced.
func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			l := open(b, b.TempDir())
			var mu sync.Mutex
			var took []time.Duration
			var group sync.WaitGroup
			next := make(chan struct{})
			b.ResetTimer()
			for range writers {
				group.Go(func() {
					for range next {
						start := time.Now()
						done := make(chan error, 1)
						l.Append([]Entry{sample(), {Kind: CallDecided, Agent: "claude", Call: "call_12", Verdict: Allowed, By: &By{Kind: ByRule, Rule: "r1"}}},
							func(_ Entry, err error) { done <- err })
						if err := <-done; err != nil {
							b.Error(err)
						}
						d := time.Since(start)
						mu.Lock()
						took = append(took, d)
						mu.Unlock()
					}
				})
			}
			for range b.N {
				next <- struct{}{}
			}
			close(next)
			group.Wait()
			b.StopTimer()
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "appends/s")
		})
	}
}

// hundredThousand is a closed ledger with 100,000 entries.
func hundredThousand(b *testing.B) (dir string) {
	b.Helper()
	dir = b.TempDir()
	l := open(b, dir)
	for range 100_000 / 100 {
		list := make([]Entry, 100)
		for i := range list {
			list[i] = sample()
		}
		l.Append(list, nil)
	}
	add(b, l)
	closed(b, l)
	return dir
}

func BenchmarkLarge(b *testing.B) {
	dir := hundredThousand(b)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			l := open(b, dir)
			b.StopTimer()
			closed(b, l)
			b.StartTimer()
		}
	})
	l := open(b, dir)
	b.Run("verify", func(b *testing.B) {
		for b.Loop() {
			if r, err := l.Verify(b.Context()); err != nil || !r.OK() {
				b.Fatal(r, err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			for _, err := range l.All(1) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("since", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Since(time.Now().Add(-time.Hour)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("last", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.Last(100); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// What a server's restart after kill -9 takes here, the probe's process included.
func BenchmarkOpenAfterKill(b *testing.B) {
	dir := b.TempDir()
	l := open(b, dir)
	fill(b, l, 2000)
	closed(b, l)
	for b.Loop() {
		b.StopTimer()
		h, err := openHead(dir, Head{})
		if err != nil {
			b.Fatal(err)
		}
		r, _, err := readHead(dir)
		if err != nil {
			b.Fatal(err)
		}
		if err := h.write(r.Head, true); err != nil {
			b.Fatal(err)
		}
		if err := h.close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		l := open(b, dir)
		b.StopTimer()
		closed(b, l)
		b.StartTimer()
	}
}
