package panes

import (
	"fmt"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/session"
)

// rulesDesk is what the session says of rules in a test, and what was said to it.
type rulesDesk struct {
	offer    session.RememberOffer
	offerErr error
	trial    func(r session.Remember) (session.Trial, error)
	slow     bool            // answers to Try wait in late
	late     []func()        //
	tried    []string        // what was asked, in order
	became   []string        // the ids of what is remembered next
	also     int             // and how many others that decides
	removed  []string        //
	taken    []string        //
	dropped  []string        //
	levels   []string        //
	asked    map[string]bool // for which approvals what may be remembered was asked
}

func (x *rulesDesk) actions() *actions {
	return &actions{
		Offer: func(id string, allow bool, done func(session.RememberOffer, error)) {
			if x.asked == nil {
				x.asked = map[string]bool{}
			}
			x.asked[id] = allow
			done(x.offer, x.offerErr)
		},
		Try: func(id string, allow bool, r session.Remember, done func(session.Trial, error)) {
			x.tried = append(x.tried, fmt.Sprintf("%s %v %s", id, allow, said(r)))
			answer := func() {
				if x.trial == nil {
					done(session.Trial{}, nil)
					return
				}
				done(x.trial(r))
			}
			if x.slow {
				x.late = append(x.late, answer)
				return
			}
			answer()
		},
		RemoveRule: func(id string, done func(error)) { x.removed = append(x.removed, id); done(nil) },
		TakeOffer: func(id string, s session.Scope, done func(int, error)) {
			x.taken = append(x.taken, id+" "+string(s))
			done(2, nil)
		},
		DropOffer: func(id string, done func(error)) { x.dropped = append(x.dropped, id); done(nil) },
		SetLevel: func(agent string, l gateway.Level, done func(int, error)) {
			x.levels = append(x.levels, agent+" "+levelWord(l))
			done(1, nil)
		},
	}
}

// said writes what is to be remembered on one line.
func said(r session.Remember) string {
	out := strings.Join(r.Patterns, " | ")
	if r.Patterns == nil {
		out = "as offered"
	}
	out += ", " + string(r.Scope)
	if r.Uses > 0 {
		out += fmt.Sprintf(", %d times", r.Uses)
	}
	if r.For > 0 {
		out += fmt.Sprintf(", for %v", r.For.Round(time.Second))
	}
	if r.Why != "" {
		out += ", because " + r.Why
	}
	return out
}
