package watch

import (
	"slices"
	"strings"
	"time"
)

// How says how well a change is explained.
type How string

// The ways, best first. The zero How explains nothing.
const (
	Announced    How = "announced"    // a hook said that this content would be there
	Inferred     How = "inferred"     // just one allowed call could have done it
	Ambiguous    How = "ambiguous"    // several could have
	Unsanctioned How = "unsanctioned" // none could have: perhaps the operator's own editor
)

// Call is an allowed call as far as it can explain a change.
type Call struct {
	ID    string // "call_12"
	Agent string
	What  string // what it is, on one line, for whoever reads who could have made a change
	Under string // the call that it is nested in, or ""
	// Alive tells whether the call was going on at any time from since until until:
	// a process of its tree was running, or the agent had not said that it was done.
	Alive func(since, until time.Time) bool
	// Announced is what the call was said to make of files, by a hook or, of an undo,
	// by kavi.
	Announced Announcements
	// At is when the call was allowed. What happened before is not its doing.
	At time.Time
	// May is where the call's effects may write.
	May []Place
}

// Place is where a call may write. The zero Place is one file without a name: none.
type Place struct {
	Path Path // relative to the project; "" with Tree: anywhere in it
	Tree bool // everything below, too
}

// covers says that the place has a path. What is protected has to be named: that a
// program may write anywhere does not say that it may decide what git runs.
func (p Place) covers(path Path, protected bool) bool {
	if p.Path == "" {
		return p.Tree && !protected && within(string(path), "")
	}
	return p.Path == path || p.Tree && within(string(path), string(p.Path))
}

// Explanation says who made a change, as far as it can be known: the system tells
// what was written, never by whom.
type Explanation struct {
	How   How
	Calls []Call // one; or those that could have, where that is ambiguous
	Could []Call // of an unsanctioned one: those that were running, though nothing allowed them to write there
}

// Agent is who made the change, or "" where that is not known.
func (e Explanation) Agent() string {
	agent := ""
	for i, c := range e.Calls {
		if i > 0 && c.Agent != agent {
			return ""
		}
		agent = c.Agent
	}
	return agent
}

// slack is how late a sign may be seen: a call that ended that long before it may
// have been the cause. Where the file itself tells when it was written, no more than
// its clock may be late or early.
const slack = 250 * time.Millisecond

// when is between which times a change was made. What stands in a folder that came
// too was perhaps written there, and perhaps came with it: then not before anything
// was heard, unless all of it was heard of late.
func (c Change) when() (since, until time.Time) {
	heard := c.First.Add(-slack)
	if c.Wrote.IsZero() {
		return heard, c.Time
	}
	since, until = c.Wrote.Add(-racyWithin), c.Wrote.Add(racyWithin)
	if c.Came.After(c.Wrote) {
		until = c.Came.Add(racyWithin)
		if heard.After(since) && heard.Before(until) {
			since = heard
		}
	}
	return since, until
}

// Explain finds which of the allowed calls made a change. It is pure but for Alive
// and for what was announced, which explains one change only. An unsanctioned
// change must never be taken back without the operator: it may be their own.
func Explain(c Change, calls []Call) Explanation {
	var said, could, running []Call
	since, until := c.when()
	for _, call := range calls {
		if until.Before(call.At) || call.Alive == nil || !call.Alive(since, until) {
			continue
		}
		if call.Announced.explain(c, false) || call.stagesIn(c) {
			said = append(said, call)
			continue
		}
		if call.Agent == "" && len(call.May) == 0 {
			continue // an undo, which does what it says and nothing else
		}
		running = append(running, call)
		if call.may(c.Path, c.Protected) && (c.Kind != Renamed || call.may(c.From, c.Protected)) {
			could = append(could, call)
		} else if c.Kind == Created && c.After.Type == Folder && call.mayWithin(c.Path) {
			could = append(could, call)
		}
	}
	for _, call := range slices.Backward(said) { // the last that said so: an agent may write the same twice
		if call.Announced.Take(c) || call.stagesIn(c) {
			return Explanation{How: Announced, Calls: []Call{call}}
		}
	}
	could = innermost(could)
	switch len(could) {
	case 0:
		return Explanation{How: Unsanctioned, Could: innermost(running)}
	case 1:
		return Explanation{How: Inferred, Calls: could}
	}
	return Explanation{How: Ambiguous, Calls: could}
}

// stagesIn says that the change is a content that the call announced, still under
// the name of the file that is about to take the announced one's place.
func (c Call) stagesIn(change Change) bool {
	if change.Kind != Created || change.After.Type != File || change.Protected {
		return false
	}
	for path, a := range c.Announced {
		if a.content != (Hash{}) && isStage(change.Path, path) && a.explains(State{}, change.After, false) {
			return true
		}
	}
	return false
}

// isStage says that a file looks like what is written beside another one to take
// its place by a rename: its name holds the other's.
func isStage(p, of Path) bool {
	dir, name := split(string(p))
	folder, base := split(string(of))
	return dir == folder && name != base && strings.Contains(name, base)
}

// may says that a call's effects may write at a path.
func (c Call) may(path Path, protected bool) bool {
	return slices.ContainsFunc(c.May, func(p Place) bool { return p.covers(path, protected) })
}

// mayWithin says that the call may write below a folder, which it has to make first.
func (c Call) mayWithin(folder Path) bool {
	return slices.ContainsFunc(c.May, func(p Place) bool { return p.Path != "" && within(string(p.Path), string(folder)) })
}

// innermost leaves out calls in which another one of the list is nested: while a
// nested call runs, so does the one around it.
func innermost(calls []Call) []Call {
	under := map[string]string{}
	for _, c := range calls {
		under[c.ID] = c.Under
	}
	around := map[string]bool{}
	for _, c := range calls {
		for at, steps := c.Under, 0; at != "" && steps < len(calls); at, steps = under[at], steps+1 {
			around[at] = true
		}
	}
	return slices.DeleteFunc(calls, func(c Call) bool { return around[c.ID] })
}
