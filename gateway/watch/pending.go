package watch

import (
	"sync"
	"time"
)

// Names that may have changed gather until nothing came for quiet, at most for
// longest: so that an editor's temporary file and its rename are one change, and the
// operator sees it well within a second.
const (
	quiet      = 40 * time.Millisecond
	longest    = 250 * time.Millisecond
	maxPending = 1 << 15 // names; with more, everything is looked at again
)

// span is when something was seen: first and last.
type span struct{ first, last time.Time }

func (s span) with(o span) span {
	if o.first.IsZero() { // nothing was seen
		return s
	}
	if s.first.IsZero() || o.first.Before(s.first) {
		s.first = o.first
	}
	if o.last.After(s.last) {
		s.last = o.last
	}
	return s
}

// hints are names that may have changed.
type hints struct {
	names map[string]map[string]span // by folder; "." stands for all that is in it
	count int
	all   bool // everything may have changed
	span  span
	fence uint64 // the last Flush whose mark was seen
	now   bool   // somebody waits
	gap   bool   // nobody watched until now
}

const everything = "."

func (h *hints) add(dir, name string, s span) {
	h.span = h.span.with(s)
	if h.all {
		return
	}
	if h.names == nil {
		h.names = map[string]map[string]span{}
	}
	in := h.names[dir]
	if in == nil {
		in = map[string]span{}
		h.names[dir] = in
	}
	old, known := in[name]
	in[name] = old.with(s)
	if !known {
		h.count++
	}
	if h.count > maxPending {
		h.allChanged(s)
	}
}

func (h *hints) allChanged(s span) {
	h.span = h.span.with(s)
	h.all, h.names, h.count = true, nil, 0
}

// ripe says how long to wait before they are settled; none says there is nothing to settle.
func (h *hints) ripe(now time.Time) (wait time.Duration, none bool) {
	switch {
	case h.now:
		return 0, false
	case h.count == 0 && !h.all:
		return 0, true
	}
	wait = min(quiet-now.Sub(h.span.last), longest-now.Sub(h.span.first))
	return max(wait, 0), false
}

// pending is what was heard and not yet settled. It never grows without bound.
type pending struct {
	mu    sync.Mutex
	hints hints
	nudge chan struct{} // of capacity 1: something came
}

func (p *pending) do(f func(*hints)) {
	p.mu.Lock()
	f(&p.hints)
	p.mu.Unlock()
	select {
	case p.nudge <- struct{}{}:
	default:
	}
}

func (p *pending) ripe(now time.Time) (time.Duration, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hints.ripe(now)
}

// take takes what is to be settled now. In a burst that goes on, names that were
// heard of just now stay for another moment, so that a file is not seen half written.
func (p *pending) take(now time.Time) hints {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hints
	p.hints = hints{fence: h.fence}
	if h.now || h.all || now.Sub(h.span.last) >= quiet {
		return h
	}
	for dir, names := range h.names {
		for name, at := range names {
			if now.Sub(at.last) < quiet/2 && now.Sub(at.first) < longest {
				p.hints.add(dir, name, at)
				delete(names, name)
				h.count--
			}
		}
		if len(names) == 0 {
			delete(h.names, dir)
		}
	}
	return h
}
