package pty

import (
	"math/rand/v2"
	"testing"
)

// byteAt is what the nth byte of the test's output is.
func byteAt(n uint64) byte { return byte(n * 2654435761 >> 13) }

func (r *ring) put(t *testing.T, n int) {
	t.Helper()
	for n > 0 {
		b := r.reserve()
		b = b[:min(n, len(b))]
		for i := range b {
			b[i] = byteAt(r.head + uint64(i))
		}
		r.commit(len(b))
		n -= len(b)
	}
}

// get takes at most n bytes and checks each.
func (r *ring) get(t *testing.T, n int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for n > 0 {
		at, b := r.unsent()
		if len(b) == 0 {
			return
		}
		b = b[:min(n, len(b))]
		for i, c := range b {
			if c != byteAt(at+uint64(i)) {
				t.Fatalf("byte %d is %d, want %d", at+uint64(i), c, byteAt(at+uint64(i)))
			}
		}
		r.took(len(b))
		n -= len(b)
	}
}

func TestARingKeepsTheLastBytesUnderTheirNumbers(t *testing.T) {
	const size = 1 << 20
	r := newRing(size)
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		r.put(t, 1+rnd.IntN(300<<10))
		from := uint64(0)
		switch rnd.IntN(4) {
		case 0: // a server, for a while
			if r.head > 0 {
				from = rnd.Uint64N(r.head + 1)
			}
			start := r.attach(from)
			if start < from || start > r.head || r.head-start > size+chunk {
				t.Fatalf("from %d of [%d, %d): %d", from, r.tail, r.head, start)
			}
			if from < start && r.head-start < min(size, r.head) {
				t.Fatalf("only the last %d bytes of %d were kept", r.head-start, r.head)
			}
			for range rnd.IntN(20) {
				r.get(t, rnd.IntN(400<<10))
				if r.head-r.sent < size/2 {
					r.put(t, rnd.IntN(200<<10))
				}
			}
			if rnd.IntN(2) == 0 {
				r.get(t, 1<<30)
			}
			r.detach()
		}
	}
}

func TestAFullRingWaitsForItsServer(t *testing.T) {
	r := newRing(1 << 20)
	r.attach(0)
	full := make(chan uint64)
	go func() {
		for {
			b := r.reserve()
			if b == nil {
				close(full)
				return
			}
			for i := range b {
				b[i] = byteAt(r.head + uint64(i))
			}
			r.commit(len(b))
			select {
			case full <- r.head:
			default:
			}
		}
	}()
	r.mu.Lock()
	for uint64(len(r.buf))-(r.head-r.sent) >= room {
		r.moved.Wait()
	}
	r.mu.Unlock()
	r.get(t, 1<<30) // and every byte is right
	<-full          // it goes on
	r.detach()      // with nobody to wait for it does not stop
	for range 100 {
		<-full
	}
	r.close()
	for range full {
	}
}
