package panes

import (
	"time"

	"kavi/session"
)

// sizes decides when the ptys get the sizes of this client's panes: those of the
// client that was active last hold, the others see what fits.
type sizes struct {
	mine  bool              // this client was active last
	asked map[string][2]int // what the agents were last told from here
	taken map[string]bool   // and whether they have it
	told  time.Time         // when they were
	since time.Time         // when the layout last changed: zero once that was dealt with
}

// retell is how long to wait for a size that was asked for before it is asked
// for again: another client may have asked for its own at the same time.
const retell = 500 * time.Millisecond

// settled is how long the layout must have been the same before the ptys follow:
// while a window is dragged each size would cut all lines anew.
const settled = 50 * time.Millisecond

// take makes this client the one whose sizes hold.
func (s *sizes) take() { s.mine, s.asked, s.taken = true, nil, nil }

// moved notes that the layout may have changed.
func (s *sizes) moved(now time.Time) { s.since = now }

// learn takes the size that an agent has now. Where it had this client's and has
// another, another client took over.
func (s *sizes) learn(ag *session.Agent) {
	want, ok := s.asked[ag.Name]
	switch has := [2]int{ag.Cols, ag.Rows}; {
	case !ok:
	case has == want:
		if s.taken == nil {
			s.taken = map[string]bool{}
		}
		s.taken[ag.Name] = true
	case s.taken[ag.Name]:
		s.mine = false
	}
}

func (s *sizes) forget(agent string) {
	delete(s.asked, agent)
	delete(s.taken, agent)
}

// outsized tells whether an agent that is shown has another size than its pane.
func (a *app) outsized() bool {
	for _, t := range a.lay.tiles {
		if ag := a.find(t.agent); ag != nil && t.frame.h > 2 && [2]int{ag.Cols, ag.Rows} != [2]int{t.frame.w - 2, t.frame.h - 2} {
			return true
		}
	}
	return false
}

// settleSizes tells the agents what sizes their panes have, where this client's
// hold. A pane of which only the title is shown keeps its size, and so does
// everything while an overlay is shown.
func (a *app) settleSizes(now time.Time) {
	if !a.sizes.mine || now.Sub(a.sizes.since) < settled {
		return
	}
	for _, t := range a.lay.tiles {
		body := t.frame.inner()
		ag := a.find(t.agent)
		if body.w < 1 || body.h < 1 || ag == nil || ended(ag) {
			continue
		}
		want := [2]int{body.w, body.h}
		if a.sizes.asked[t.agent] == want || a.sizes.asked[t.agent] == [2]int{} && want == [2]int{ag.Cols, ag.Rows} {
			continue
		}
		if a.sizes.asked == nil {
			a.sizes.asked = map[string][2]int{}
		}
		a.sizes.asked[t.agent], a.sizes.told = want, now
		delete(a.sizes.taken, t.agent)
		if err := a.host.resize(t.agent, body.w, body.h); err != nil {
			a.say(t.agent + " could not be given its size: " + err.Error())
		}
	}
}
