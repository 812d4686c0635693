package watch

import (
	"fmt"
	"time"

	"kavi/gateway/display"
)

// Status is how well the watch sees.
type Status struct {
	Folders   int
	Files     int // and links
	Polled    int // folders that the system does not tell of
	Overflows int // times that it dropped what it had to tell
	Waiting   int // files whose content is not yet kept
	Large     int // files whose content is not kept, and why not
	Unread    int
	NoRoom    int
	Bytes     int64         // that the baseline takes of the disk
	Look      time.Duration // how long a look at everything took last

	lastOverflow time.Time
}

// Degraded says in words, safe to display, that changes may be seen late, or that
// what files held cannot be brought back any more, or "".
func (s Status) Degraded() string {
	switch {
	case s.Polled > 0:
		return fmt.Sprintf("%d of %d folders are only looked at from time to time: the system has no watches left", s.Polled, s.Folders)
	case !s.lastOverflow.IsZero() && time.Since(s.lastOverflow) < time.Minute:
		return "too much changed at once: everything was looked at again"
	case s.NoRoom > 0:
		return "there is no room to keep what " + display.Count(s.NoRoom, "file") + " held: a change of them cannot be taken back"
	}
	return ""
}

// LeftOut says in words, safe to display, of what no content is kept, or "".
func (s Status) LeftOut() string {
	text := ""
	add := func(n int, what string) {
		if n == 0 {
			return
		}
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("%d %s", n, what)
	}
	add(s.Large, string(Large))
	add(s.Unread, string(Unreadable))
	add(s.NoRoom, "for which there is "+string(Full))
	if text == "" {
		return ""
	}
	return "files that cannot be restored: " + text
}

// Status says how well the watch sees now.
func (w *Watch) Status() Status { return *w.status.Load() }

// note changes the status. The settling goroutine and the listening one do.
func (w *Watch) note(f func(*Status)) {
	for {
		old := w.status.Load()
		var s Status
		if old != nil {
			s = *old
		}
		f(&s)
		if w.status.CompareAndSwap(old, &s) {
			return
		}
	}
}

// publish brings the status up to date.
func (w *Watch) publish() {
	bytes := w.store.Size()
	w.note(func(s *Status) {
		s.Folders, s.Files, s.Polled = len(w.tree), w.count.files, w.count.polled
		s.Waiting = w.count.left[isWaiting]
		s.Large, s.Unread, s.NoRoom = w.count.left[isLarge], w.count.left[isUnreadable], w.count.left[isFull]
		s.Bytes, s.Look = bytes, w.lookTook
	})
}

// counts is kept as folders change.
type counts struct {
	files, polled int
	left          [len(leftWords)]int
}

// add counts the names of a folder n times: -1 for those that it had.
func (c *counts) add(entries []entry, n int) {
	for _, e := range entries {
		if !e.isFolder() {
			c.files += n
			c.left[e.left] += n
		}
	}
}
