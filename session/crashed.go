package session

import (
	"fmt"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// A server that crashed is brought back by its keepers, and whoever waited asks
// again. Where what is asked, or what the ledger and the keepers hold, is what
// brings a server down, the next one falls too, and so for ever. So the ledger
// says of each server that took over whether the one before crashed, and a row of
// crashes ends: first what waited through them is denied, then no server takes
// over by itself, and the keepers give up, which denies everything. A server that
// was killed is not a crash: nothing that it was asked can have done that.
const (
	calm      = time.Minute // a server that lived so long is no part of a row
	denyAfter = 3           // so many crashes in a row: what waited is denied
	stayAfter = 6           // so many: no server takes over until the operator says so
)

// crashes is the row of crashes that a ledger ends with.
type crashes struct {
	row  int
	last time.Time // when a server took over, or the session was started
}

// tookOver counts a server that takes over now; crashed says how the last one ended.
func (c *crashes) tookOver(now time.Time, crashed bool) {
	if now.Sub(c.last) >= calm {
		c.row = 0
	}
	c.last = now
	if crashed {
		c.row++
	}
}

// careful looks at the row of crashes at whose end this server takes over. An
// error: it is too long for that.
func (s *Session) careful(c crashes) error {
	words := display.Safe(s.opts.Crashed)
	c.tookOver(time.Now(), words != "")
	if c.row >= stayAfter {
		return fmt.Errorf("its server crashed %d times in a row and is left alone; the last time: %s", c.row, words)
	}
	if c.row < denyAfter {
		return nil
	}
	s.doom = fmt.Sprintf("kavi crashed %d times in a row while this call, and perhaps others, waited", c.row)
	s.doomUntil = time.Now().Add(calm)
	said := fmt.Sprintf("kavi crashed %d times in a row: what waited was denied", c.row)
	if words != "" {
		said += " (" + words + ")"
	}
	s.banner = append(s.banner, said)
	return nil
}

// doomed says why a call is denied without a look at it: a process that was there
// before this server asks for it, and it may be what brought the others down.
func (s *Session) doomed(who proc.ID) string {
	if s.doom == "" || who.Start > s.procs.self.Start || time.Now().After(s.doomUntil) {
		return ""
	}
	return s.doom
}

// denyHeld denies what was held through a row of crashes.
func (s *Session) denyHeld() {
	if s.doom == "" {
		return
	}
	for _, k := range s.approvals {
		if k.phase == held {
			s.deny(k, s.doom)
		}
	}
}

func (s *Session) deny(k *call, why string) {
	s.denied++
	s.decide(k, gateway.Verdict{Reason: why}, ledger.By{Kind: ledger.ByRestart})
	s.changed = true
}
