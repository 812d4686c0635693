package panes

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"kavi/gateway/display"
	"kavi/session"
)

// item is one thing that waits in the inbox: an approval, or changes of files
// that nothing explains. The zero item is nothing.
type item struct {
	asks   *session.Approval
	change *session.Unexplained
}

func (it item) none() bool { return it.asks == nil && it.change == nil }

func (it item) id() string {
	switch {
	case it.asks != nil:
		return it.asks.ID
	case it.change != nil:
		return it.change.ID
	}
	return ""
}

// protected says that it is a change of a setting that decides what runs.
func (it item) protected() bool { return it.change != nil && it.change.Protected }

// items are what waits, in the order of the list: what decides what runs and was
// changed, the approvals by age, the other changes.
func items(snap *session.Snapshot) []item {
	list := make([]item, 0, len(snap.Approvals)+len(snap.Unexplained))
	changes := func(protected bool) {
		for _, c := range snap.Unexplained {
			if c.Protected == protected {
				list = append(list, item{change: c})
			}
		}
	}
	changes(true)
	for _, a := range snap.Approvals {
		list = append(list, item{asks: a})
	}
	changes(false)
	return list
}

// findChange gives the unexplained changes with that id, nil where there are none.
func findChange(snap *session.Snapshot, id string) *session.Unexplained {
	for _, c := range snap.Unexplained {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// standing names changes as they stand: what comes to them must be read anew.
func (v *views) standing(c *session.Unexplained) string {
	if s, ok := v.prints[c]; ok {
		return s
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %v %q", c.ID, c.Protected, c.Could)
	for _, f := range c.Files {
		fmt.Fprintf(h, "%q %q %q %d %d %d %v", f.Path, f.From, f.Kind, f.Plus, f.Minus, f.Seq, f.Protected)
	}
	s := string(h.Sum(nil))
	v.prints[c] = s
	return s
}

// subjectOf names an item in one view, as it stands, for the guard.
func (v *views) subjectOf(where string, it item) string {
	switch {
	case it.asks != nil:
		return subject(where, it.asks)
	case it.change != nil:
		return where + " " + it.change.ID + " " + v.standing(it.change)
	}
	return ""
}

// end is an item whose last row was drawn.
type end struct{ id, standing string }

// ending gives what is noted when the last row of an item is on the screen.
func (v *views) ending(it item) end {
	switch {
	case it.asks != nil:
		return end{it.asks.ID, string(it.asks.Seal[:])}
	case it.change != nil:
		return end{it.change.ID, v.standing(it.change)}
	}
	return end{}
}

// seen says whether the last row of an item was on the screen.
func (v *views) seen(it item) bool {
	e := v.ending(it)
	return e.id != "" && v.read[e.id] == e.standing
}

// shutChange says why changes cannot be kept now; "" is that they can. What
// decides what runs is read to its end first, as what destroys is.
func (v *views) shutChange(c *session.Unexplained) string {
	if c.Protected && !v.seen(item{change: c}) {
		return "not read to its end"
	}
	return ""
}

// counts is how much waits.
type counts struct {
	pending, lapsed, changes int
	protected                int // of the changes
}

func count(snap *session.Snapshot) (n counts) {
	for _, a := range snap.Approvals {
		if a.State == session.Lapsed {
			n.lapsed++
		} else {
			n.pending++
		}
	}
	n.changes = len(snap.Unexplained)
	for _, c := range snap.Unexplained {
		if c.Protected {
			n.protected++
		}
	}
	return n
}

// String is "3 pending, 1 lapsed, 1 change"; what is none but the pending is left out.
func (n counts) String() string {
	parts := []string{fmt.Sprintf("%d pending", n.pending)}
	if n.lapsed > 0 {
		parts = append(parts, fmt.Sprintf("%d lapsed", n.lapsed))
	}
	if n.changes > 0 {
		parts = append(parts, display.Count(n.changes, "change"))
	}
	return strings.Join(parts, ", ")
}

// alarm is what the inbox's title, the strip and the status bar say loudly while
// a protected file was changed, "" else.
func (n counts) alarm() string {
	switch n.protected {
	case 0:
		return ""
	case 1:
		return " PROTECTED FILE CHANGED "
	}
	return fmt.Sprintf(" %d CHANGES OF PROTECTED FILES ", n.protected)
}
