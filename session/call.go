package session

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"kavi/gateway"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// The life of a call, all of it in the loop:
//
//	arrive -> judged allow or deny -> decide -> committed -> deliver -> taken -> ended
//	       -> judged prompt        -> ask    -> committed -> held
//	held   -> the operator, a new rule, full access        -> decide
//	       -> its caller hangs up                          -> lapsed
//
// Deciding is a state: the answer closes the approval, the entries go to the
// committer, and its completion comes back as an event.

type phase uint8

const (
	asking    phase = iota // its request is on the way into the ledger
	held                   // an approval that waits for the operator
	deciding               // answered; the ledger has not said yes yet
	decided                // in the ledger; its caller has not been told
	delivered              // told
	lapsed                 // its caller hung up before an answer
)

// call is one call in the loop's hands.
type call struct {
	id        string // "call_12"
	agentName string
	req       *gateway.Call
	peer      proc.ID
	door      *door // nil: nobody waits for the answer now
	judged    judged
	phase     phase
	since     time.Time
	approval  *Approval // while it is one
	again     string    // the approval that this one replaced
	timedOut  bool      // it waited longer than approvals.timeout
	recorded  bool      // its request is in the ledger
	verdict   gateway.Verdict
	running   atomic.Pointer[run] // set when an allow leaves; read by its door
	waiters   []func(error)       // Decide calls that wait for the outcome
	adding    *adding             // what is remembered with the decision
	others    string              // the rules that decided beside the one that the ledger names
	oldSeal   gateway.Seal        // of a verdict that a former server committed
	past      *ledger.Entry       // that verdict
	grant     string              // the lapsed approval whose grant it takes up
	hooked    *hooked             // it came by the agent's own hook
	announced *announced          // the call of a hook whose shell this is
	instead   string              // what a hook announced that this shell is not
	service   bool                // a shell that the agent starts for itself, by its form
	readOnly  bool                // as such it may only read
	doomed    string              // why it is denied without having been judged
}

// own tells whether the call is a shell that the agent starts for itself and that
// passed as such.
func (k *call) own() bool { return k.judged.Layer == layerService }

// key names a call at its door.
type key struct {
	agent string
	nonce [16]byte
}

func (k *call) key() key { return key{k.agentName, k.req.Nonce} }

// arrive takes a call from its door.
func (s *Session) arrive(k *call, j judged) {
	a := s.agents[k.agentName]
	if a == nil || s.stopping {
		s.refuseCall(k, errServerEnds.Error())
		return
	}
	if old := s.calls[k.key()]; old != nil {
		s.askedAgain(old, k, j)
		return
	}
	if k.doomed != "" {
		k.id, k.judged = s.nextCall(), j
		s.calls[k.key()] = k
		s.deny(k, k.doomed)
		return
	}
	if j.policy != s.policy.Load() || j.level != a.spec.Level {
		s.rejudgeNew(k, j)
		return
	}
	k.judged = j
	hold := a.paused != "" && !s.fullAccess
	if hold && j.seal == (gateway.Seal{}) && j.Action != gateway.Deny {
		s.rejudgeNew(k, j) // paused in the meantime: it needs its text and seal
		return
	}
	if k.announced != nil && j.Action == gateway.Allow {
		if k.hooked != nil {
			s.permittedUse(k)
		} else {
			s.witnessed(k)
		}
		return
	}
	k.id = s.nextCall()
	if a.rebuke != "" && j.Action != gateway.Deny && (k.hooked != nil || a.hooks == nil && j.nest.run == nil) {
		told := k.refusedWith(a.rebuke)
		a.rebuke = ""
		s.calls[k.key()] = k
		s.denied++
		s.decide(k, gateway.Verdict{Reason: told}, ledger.By{Kind: ledger.ByOperator})
		s.changed = true
		return
	}
	k.again = s.replaces[k.peer]
	delete(s.replaces, k.peer)
	s.calls[k.key()] = k
	switch {
	case j.Action == gateway.Deny:
		s.denied++
		s.decideBy(k, j.Judgement)
	case j.Action == gateway.Prompt:
		if g := a.takeGrant(j); g != nil {
			k.grant = g.approval
			s.decide(k, gateway.Verdict{Allow: true}, g.by)
			s.dropPending(g.approval)
			return
		}
		s.hold(k)
	case hold:
		k.judged.Why = k.agentName + " is paused: " + a.paused
		s.hold(k)
	default:
		s.allowed++
		s.decideBy(k, j.Judgement)
	}
	s.changed = true
}

// decideBy decides a call as the policy says, and counts the rules that did.
func (s *Session) decideBy(k *call, j gateway.Judgement) {
	v := gateway.Verdict{Allow: j.Action == gateway.Allow}
	if !v.Allow {
		v.Reason = denial(j)
		if k.hooked != nil {
			v.Reason = refusal(j)
		}
	}
	k.others = usedWords(j)
	s.count(j.Used)
	if !j.Covered {
		s.history.add(pastAsk{req: k.req, agent: k.agentName})
	}
	s.decide(k, v, s.byPolicy(j))
}

func (s *Session) rejudgeNew(k *call, j judged) {
	k.judged = j
	s.rejudge(k, func(j judged) { s.arrive(k, j) })
}

// denial is what the agent is told of a denial without an operator.
func denial(j gateway.Judgement) string {
	if j.Why != "" {
		return j.Why
	}
	return "not allowed here"
}

// askedAgain serves a caller that lost its connection (or its server) and asks
// with the same nonce: the same process gets the same answer, once.
func (s *Session) askedAgain(old, k *call, j judged) {
	if old.peer != k.peer || old.phase == delivered {
		s.refuseCall(k, "this call was answered already")
		return
	}
	switch old.phase {
	case held, lapsed, asking, deciding:
		old.door = k.door
		old.req, old.hooked = k.req, k.hooked
		k.becomes(old)
		if old.phase == lapsed {
			old.phase = held
			s.setState(old, Pending, "")
			s.record(ledger.Entry{Kind: callHeldAgain, Agent: old.agentName, Call: old.id, Approval: old.approvalID()})
		}
		if k.doomed != "" && old.phase == held {
			s.deny(old, k.doomed)
			return
		}
		old.judged.nest = j.nest
		if old.phase == held && j.Action == gateway.Prompt && !old.approval.shows(j) {
			s.withdraw(old, j, func(error) {})
		}
	case decided:
		if old.verdict.Allow && old.past != nil && changedSince(old, j) {
			// The former server's yes never reached its caller: it is a call like any other, judged as things are now.
			s.abandon(old, "what it would do changed after it was allowed")
			if j.Action == gateway.Prompt {
				s.replaces[k.peer] = old.past.Approval
			}
			s.arrive(k, j)
			return
		}
		old.door = k.door
		old.req, old.judged, old.hooked = k.req, j, k.hooked
		k.becomes(old)
		s.deliver(old)
	case delivered:
	}
}

// changedSince tells whether a verdict of a former server is no longer about
// what would run now: its seal is checked again.
func changedSince(old *call, j judged) bool {
	switch j.Action {
	case gateway.Allow:
		return false
	case gateway.Prompt:
		return old.oldSeal != (gateway.Seal{}) && old.oldSeal != j.seal
	case gateway.Deny:
	}
	return true
}

// becomes lets the new connection's goroutine act for the old call.
func (k *call) becomes(old *call) { k.door.owner.Store(old) }

// refuseCall denies a call that never became one.
func (s *Session) refuseCall(k *call, reason string) {
	s.tell(k.door, gateway.Verdict{Reason: reason}, func(error) {})
}

// ask makes an approval of a call. Its id is durable before anybody sees it, so
// that no id is ever used twice.
func (s *Session) ask(k *call, why string) {
	s.approvalSeq++
	a := &Approval{
		ID:     fmt.Sprintf("apr_%02d", s.approvalSeq),
		CallID: k.id,
		Agent:  k.agentName,
		State:  Pending,
		Since:  k.since,
		Call:   k.req,
		Judged: k.judged.Judgement,
		Text:   k.judged.text,
		Seal:   k.judged.seal,
		Why:    why,
		Again:  k.again,

		Announced: k.instead,
	}
	if r := k.judged.nest.run; r != nil {
		a.Inside = r.name()
	}
	if r := k.judged.nest.left; r != nil {
		a.Left = r.name()
	}
	k.approval = a
	k.phase = asking
	e := s.requested(k)
	var task string
	var sc *screen
	if ag := s.agents[k.agentName]; ag != nil {
		task, sc = ag.spec.Task, ag.screen
	}
	s.wg.Go(func() {
		a.context(task, sc) // nobody else has it yet; the call is the loop's
		err := s.savePending(a)
		s.post(func() {
			if err != nil {
				s.asked(k, err)
				return
			}
			s.commit([]ledger.Entry{e}, func(err error) { s.asked(k, err) })
		})
	})
}

// name is how a run is called when something runs inside of it.
func (r *run) name() string {
	if r.approval != "" {
		return r.approval
	}
	return r.callID
}

// asked: the request is in the ledger, so the approval may be shown.
func (s *Session) asked(k *call, err error) {
	if err != nil {
		s.dropPending(k.approval.ID)
		k.approval = nil
		s.settle(k, gateway.Verdict{Reason: notRecorded(err)}, err)
		return
	}
	k.recorded = true
	k.phase = held
	s.approvals[k.approval.ID] = k
	s.changed = true
	if a := s.agents[k.agentName]; a != nil && a.state != s.stateOf(a) {
		s.setAgentState(a, s.stateOf(a))
	}
	s.proposePreset(k.judged.preset, k.approval.ID)
	s.notifyApproval(k)
	if k.door == nil {
		s.lapse(k, gaveUp)
	}
}

func notRecorded(err error) string {
	return "the ledger cannot record it: " + err.Error()
}

// decide closes a call: the entries go to the committer, and only when they are
// durable is anybody told.
func (s *Session) decide(k *call, v gateway.Verdict, by ledger.By) {
	v.Call = k.id
	k.phase = deciding
	k.verdict = v
	if k.approval != nil {
		s.setState(k, Deciding, "")
	}
	var entries []ledger.Entry
	if k.adding != nil {
		entries = k.adding.entries(by)
	}
	if !k.recorded {
		entries = append(entries, s.requested(k))
		k.recorded = true
	}
	entries = append(entries, s.decision(k, v, by))
	s.commit(entries, func(err error) {
		if err != nil {
			v = gateway.Verdict{Reason: notRecorded(err), Call: k.id}
		}
		s.settle(k, v, err)
	})
}

// settle: the decision is durable, or could not be made so and is a denial.
func (s *Session) settle(k *call, v gateway.Verdict, err error) {
	k.verdict = v
	k.phase = decided
	if k.approval != nil {
		delete(s.approvals, k.approval.ID)
		s.dropPending(k.approval.ID)
		s.unpause(k.agentName)
	}
	s.changed = true
	s.deliver(k)
	s.answerWaiters(k, err)
}

// answerWaiters tells who decided a call what became of it; where it is remembered,
// after what else is held was judged by that.
func (s *Session) answerWaiters(k *call, err error) {
	waiters, a := k.waiters, k.adding
	k.waiters, k.adding = nil, nil
	tell := func(err error) {
		for _, w := range waiters {
			w(err)
		}
	}
	if a == nil || err != nil {
		tell(err)
		return
	}
	s.adopt(a, func(n int, err error) {
		a.out.Rules, a.out.Also = a.ids, n
		if err != nil {
			err = fmt.Errorf("decided, but not remembered: %w", err)
		}
		tell(err)
	})
}

// setState replaces the approval's shown value: what is shown never changes in place.
func (s *Session) setState(k *call, st ApprovalState, why string) {
	if k.approval == nil {
		return
	}
	n := *k.approval
	n.State = st
	if why != "" {
		n.Why = why
	}
	k.approval = &n
	s.changed = true
}

func (k *call) approvalID() string {
	if k.approval == nil {
		return ""
	}
	return k.approval.ID
}

var errGone = errors.New("it is no longer pending")
