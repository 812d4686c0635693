package watch

import (
	"context"
	"errors"
	"slices"
	"time"

	"kavi/gateway/watch/baseline"
)

const (
	slice      = 10 * time.Millisecond // of taking contents, between two looks for something more urgent
	pollEvery  = time.Second           // folders without a watch
	pollShare  = 20                    // and at least so many times as long as it takes
	sweepShare = 100
	// A sync makes others wait who write to the same disk, so there are few of them:
	// in a power cut the last contents are lost, and their undo is then refused.
	syncEvery = 3 * time.Second
)

// loop settles what was heard, else takes contents, else looks at everything once
// in a while.
func (w *Watch) loop(ctx context.Context) {
	w.out.nudge = func() { w.pend.do(func(*hints) {}) }
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		w.record()
		now := time.Now()
		wait, none := w.pend.ripe(now)
		if !none && wait == 0 && !w.out.full() {
			w.settle(ctx, w.pend.take(now))
			continue
		}
		if next, due := w.nextLook(now); none || due {
			if due {
				continue
			}
			wait = next
		}
		if w.out.full() {
			wait = time.Minute // the consumer's next step nudges
		}
		if w.takeSome(ctx) {
			select { // there is more to take, but somebody may want something first
			case c := <-w.asked:
				w.captures = append(w.captures, c)
			default:
			}
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-w.pend.nudge:
		case c := <-w.asked:
			w.captures = append(w.captures, c)
		}
	}
}

// record writes down what the consumer has done with.
func (w *Watch) record() {
	folders, idle := w.out.acknowledged()
	if err := w.log.Append(folders); err != nil {
		w.opts.Log.Error("watch: after a restart some changes will be reported again", "error", err)
	}
	if idle && (w.logGone || w.log.Long()) {
		w.logGone = false
		if err := w.log.Rewrite(w.folders); err != nil {
			w.opts.Log.Error("watch: the log of folders is not written anew", "error", err)
		}
	}
}

// nextLook says how long it is until folders have to be looked at without a hint;
// due says that they were put among the hints.
func (w *Watch) nextLook(now time.Time) (wait time.Duration, due bool) {
	wait = w.lastSync.Add(syncEvery).Sub(now)
	if wait <= 0 {
		w.lastSync = now
		w.mend()
		if err := w.store.Sync(); err != nil {
			w.opts.Log.Error("watch: contents may be lost in a power cut", "error", err)
		}
		wait = syncEvery
	}
	if w.opts.Sweep > 0 || w.soon {
		after := max(w.opts.Sweep, sweepShare*w.lookTook)
		if w.soon {
			after = pollShare * w.lookTook
		}
		sweep := w.lastLook.Add(after).Sub(now)
		wait = min(wait, sweep)
		if sweep <= 0 {
			w.pend.do(func(h *hints) { h.allChanged(span{now, now}) })
			w.lastLook, w.soon = now, false
			return 0, true
		}
	}
	if w.count.polled > 0 {
		poll := w.lastPoll.Add(max(pollEvery, pollShare*w.lookTook)).Sub(now)
		if poll <= 0 {
			w.pend.do(func(h *hints) {
				for dir, f := range w.tree {
					if f.polled {
						h.add(dir, everything, span{now, now})
					}
				}
			})
			w.lastPoll = now
			return 0, true
		}
		wait = min(wait, poll)
	}
	return wait, false
}

// capture is somebody who waits for contents.
type capture struct {
	paths []string
	done  chan struct{}
}

// Capture returns when what is now at the paths, and below them, is kept or known
// not to be: before a call that names them is let go. Without paths it waits for
// everything, as Ready does. It does not wait for the consumer.
func (w *Watch) Capture(ctx context.Context, paths ...Path) error {
	c := capture{done: make(chan struct{})}
	for _, p := range paths {
		c.paths = append(c.paths, string(p))
	}
	if len(paths) == 0 {
		c.paths = []string{""}
	}
	select {
	case w.asked <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
		return errEnded
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
		return errEnded
	}
}

var errEnded = errors.New("watch: ended")

// wants says that the capture needs something of a folder.
func (c capture) wants(dir string) bool {
	return slices.ContainsFunc(c.paths, func(p string) bool {
		parent, _ := split(p)
		return p == "" || within(dir, p) || dir == parent
	})
}

// takeSome keeps contents for a while, of folders that somebody waits for first. It
// says whether there is more to do.
func (w *Watch) takeSome(ctx context.Context) bool {
	if len(w.toTake) == 0 {
		for _, c := range w.captures {
			close(c.done)
		}
		w.captures = nil
		if !w.isReady {
			w.isReady = true
			w.publish()
			close(w.ready)
		}
		return false
	}
	until := time.Now().Add(slice)
	if len(w.captures) > 0 {
		c := w.captures[0]
		for i := 0; i < len(w.toTake) && ctx.Err() == nil; {
			dir := w.toTake[i]
			if !c.wants(dir) {
				i++
				continue
			}
			if !w.takeFolder(dir, until) {
				return true
			}
			w.toTake = slices.Delete(w.toTake, i, i+1)
		}
		close(c.done)
		w.captures = w.captures[1:]
		return true
	}
	for len(w.toTake) > 0 && ctx.Err() == nil {
		if !w.takeFolder(w.toTake[0], until) {
			break
		}
		w.toTake = w.toTake[1:]
	}
	w.publish()
	return true
}

// takeFolder keeps the contents of a folder that wait, until it is late. It says
// whether it got to the end.
func (w *Watch) takeFolder(dir string, until time.Time) bool {
	f := w.tree[dir]
	if f == nil {
		return true
	}
	if time.Now().After(until) {
		return false
	}
	entries := unpack(f.packed)
	if !slices.ContainsFunc(entries, func(e entry) bool { return e.left == isWaiting }) {
		return true
	}
	p, err := w.root.open(dir)
	if err != nil {
		return true // it is gone, or not readable: what settles says so
	}
	defer func() { _ = p.Close() }()
	late := false
	for i, known := range entries {
		if known.left != isWaiting {
			continue
		}
		if time.Now().After(until) {
			late = true
			break
		}
		now, _, err := w.take(p, known.name, 0)
		if err != nil || !known.sameStat(now) && !known.racy {
			now := time.Now()
			w.pend.do(func(h *hints) { h.add(dir, known.name, span{now, now}) })
			continue // it changed before its turn came
		}
		entries[i] = now
	}
	w.set(dir, f, entries)
	if !late {
		if err := w.log.Append([]baseline.Folder{w.tree.logged(dir)}); err != nil {
			w.opts.Log.Error("watch: after a restart some contents will be taken again", "error", err)
		}
	}
	return !late
}
