package session

import (
	"time"

	"kavi/session/ledger"
)

// What becomes of a call once it is decided: its caller is told and becomes the
// program, or is gone.

// deliver tells the caller its verdict. With nobody there it waits for the same
// process to come back; the tick abandons it when that process is gone.
func (s *Session) deliver(k *call) {
	if k.door == nil {
		return
	}
	d := k.door
	if k.verdict.Allow {
		r := s.newRun(k)
		switch {
		case k.hooked != nil:
			s.allowHook(k, r)
		case k.service:
			r.settled = make(chan struct{}) // what it starts is judged alone
		default:
			s.covers.add(r)
		}
		k.running.Store(r)
		if k.announced != nil {
			s.doings.join(k.announced.callID, r)
		} else {
			s.doings.begin(k, r, s.trees.of(k.agentName), time.Now())
		}
	}
	k.phase = delivered
	s.tell(d, k.verdict, func(err error) {
		if err != nil {
			s.undelivered(k, d)
			return
		}
		if !k.verdict.Allow {
			s.record(ledger.Entry{Kind: ledger.CallDelivered, Agent: k.agentName, Call: k.id})
			delete(s.calls, k.key())
		}
	})
}

// undelivered: the caller was not reached; it may come back with its nonce.
func (s *Session) undelivered(k *call, d *door) {
	if r := k.running.Load(); r != nil {
		s.covers.settle(r, false)
		k.running.Store(nil)
		s.disallowHook(k)
		s.doings.end(k.id)
	}
	if k.door == d {
		k.door = nil
	}
	k.phase = decided
}

// taken: the caller said that it becomes the program.
func (s *Session) taken(k *call) {
	delete(s.calls, k.key())
	if k.announced == nil { // else that was recorded before it was told
		e := ledger.Entry{Kind: ledger.CallExecuted, Agent: k.agentName, Call: k.id, Process: k.peer.String(), Witness: witness(k.req.Door)}
		s.record(ofOwnShell(e, k.own()))
	}
	if a := s.agents[k.agentName]; a != nil {
		a.running++
		s.changed = true
	}
}

// endedRun: the process of an allowed call is gone.
func (s *Session) endedRun(r *run, agent string, code int, known bool) {
	s.doings.end(r.callID)
	e := ledger.Entry{Kind: ledger.CallExited, Agent: agent, Call: r.callID}
	if known {
		e.ExitCode = &code
	}
	s.record(ofOwnShell(e, r.own))
	if a := s.agents[agent]; a != nil && a.running > 0 {
		a.running--
		s.changed = true
	}
}

// hungUp: the connection ended without the caller having taken a verdict.
func (s *Session) hungUp(k *call, d *door) {
	if k.door != d {
		return // it came back on another connection
	}
	k.door = nil
	switch k.phase {
	case held:
		s.lapse(k, gaveUp)
	case delivered:
		if k.verdict.Allow {
			if r := k.running.Load(); r != nil {
				s.covers.settle(r, false)
				s.disallowHook(k)
				s.doings.end(k.id)
			}
			s.abandon(k, "its caller ended without running it")
		}
	case asking, deciding, decided, lapsed:
	}
}

// abandon records that nothing came of a decided call.
func (s *Session) abandon(k *call, why string) {
	delete(s.calls, k.key())
	s.record(ledger.Entry{Kind: ledger.CallAbandoned, Agent: k.agentName, Call: k.id, Why: why})
}

// Why calls lapse, as far as it is known.
const (
	gaveUp     = "the agent gave up waiting"
	callerGone = "its server was lost, and its process has ended since"
)

// lapse: nobody waits for the answer any more. The approval stays in the inbox,
// marked; not where the agent itself ended while this server looked on
// (voidApprovals).
func (s *Session) lapse(k *call, why string) {
	if a := s.agents[k.agentName]; a != nil && (a.exit != nil || a.state == Lost && a.link != nil) {
		delete(s.approvals, k.approval.ID)
		s.dropPending(k.approval.ID)
		s.abandon(k, "the agent ended")
		s.unpause(k.agentName)
		s.changed = true
		return
	}
	s.lapses(k, why)
}

// lapses marks and records it.
func (s *Session) lapses(k *call, why string) {
	k.phase = lapsed
	s.setState(k, Lapsed, why)
	s.record(ledger.Entry{Kind: ledger.CallLapsed, Agent: k.agentName, Call: k.id, Approval: k.approval.ID, Why: why})
}

// newRun makes the run of an allowed call, nested where it was covered.
func (s *Session) newRun(k *call) *run {
	if k.past != nil {
		return pastRun(k, k.past, k.peer)
	}
	r := &run{
		id:       k.peer,
		agent:    k.agentName,
		callID:   k.id,
		approval: k.approvalID(),
		operator: k.approval != nil,
		effects:  k.judged.Caps,
		none:     k.req.Stdin != 0,
		own:      k.own(),
	}
	if a := k.announced; a != nil { // what the announced call covers, its shell does
		r.callID, r.approval, r.operator, r.effects = a.callID, a.run.approval, a.run.operator, a.run.effects
	}
	if k.judged.Covered {
		r.in = k.judged.nest.run
	}
	return r
}
