package session

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/gateway/hook"
	"kavi/session/ledger"
)

// What a Decision can run into.
var (
	// ErrGone: the approval was decided, withdrawn or never there.
	ErrGone = errGone
	// ErrChanged: what was shown is not what would run now. It was withdrawn and is asked again under a new id.
	ErrChanged = errors.New("what it would do changed since it was shown; it is asked again")
	// ErrSeal: the decision names something else than what is pending.
	ErrSeal = errors.New("it is not what was shown")
	// ErrRememberOne: what is remembered is read off one call.
	ErrRememberOne = errors.New("one decision at a time can be remembered")
	// ErrEnded: the session has ended.
	ErrEnded = errors.New("the session has ended")
)

// grantLife is how long an approved lapsed call may be taken up.
const grantLife = 30 * time.Minute

// Decide answers approvals. Each is answered once: the first answer counts. It
// blocks until every outcome is durable, or ctx ends (the decision may then
// still be made).
func (s *Session) Decide(ctx context.Context, d Decision) []Outcome {
	out := make([]Outcome, len(d.Choices))
	left := make(chan int, len(d.Choices))
	if d.Remember != nil && len(d.Choices) != 1 {
		for i, c := range d.Choices {
			out[i] = Outcome{ID: c.ID, Err: ErrRememberOne}
		}
		return out
	}
	for i, c := range d.Choices {
		out[i] = Outcome{ID: c.ID, Err: ErrEnded}
		s.post(func() {
			done := func(err error) {
				out[i].Err = err
				s.catchUp()
				left <- i
			}
			if d.Remember == nil {
				s.choose(c, d, nil, done)
			} else {
				s.chooseAndRemember(c, d, &out[i], done)
			}
		})
	}
	final := make([]Outcome, len(out))
	for i, c := range d.Choices {
		final[i] = Outcome{ID: c.ID, Err: ErrEnded}
	}
	for range d.Choices {
		select {
		case i := <-left:
			final[i] = out[i]
		case <-ctx.Done():
			for i := range final {
				if errors.Is(final[i].Err, ErrEnded) {
					final[i].Err = ctx.Err()
				}
			}
			return final
		case <-s.done:
			return final
		}
	}
	return final
}

// chooseAndRemember answers one approval and makes rules of the answer: first the
// rules, since a pattern that cannot be is no answer either.
func (s *Session) chooseAndRemember(c Choice, d Decision, out *Outcome, done func(error)) {
	k := s.approvals[c.ID]
	if k == nil {
		done(ErrGone)
		return
	}
	h := heldCall{k.req, k.agentName, k.judged.nest}
	s.wg.Go(func() {
		rules, err := s.remembering(h, d.Allow, *d.Remember)
		s.post(func() {
			if err != nil {
				done(fmt.Errorf("not decided: %w", err))
				return
			}
			a := s.number(rules, d.Remember.scope(), c.ID)
			a.out = out
			s.choose(c, d, a, done)
		})
	})
}

// choose answers one approval. What is to be remembered of it is added, or nil.
func (s *Session) choose(c Choice, d Decision, a *adding, done func(error)) {
	k := s.approvals[c.ID]
	switch {
	case k == nil || (k.phase != held && k.phase != lapsed):
		done(ErrGone)
		return
	case c.Seal != k.approval.Seal || c.Seal == (gateway.Seal{}):
		done(ErrSeal)
		return
	}
	by := ledger.By{Kind: ledger.ByOperator, Client: d.By.Client, Terminal: d.By.Terminal, Shown: d.By.Shown}
	s.answeredBy(k, d.Allow, d.By)
	if !d.Allow {
		k.adding = a
		k.waiters = append(k.waiters, done)
		s.reject(k, d.Reason, by)
		return
	}
	was := k.phase
	k.phase = deciding
	s.setState(k, Deciding, "")
	s.rejudge(k, func(j judged) { s.rechecked(k, was, j, by, a, done) })
}

// reject denies a held call, or closes a lapsed one.
func (s *Session) reject(k *call, reason string, by ledger.By) {
	s.history.add(k.asked(true))
	s.decide(k, gateway.Verdict{Reason: k.refusedWith(display.Safe(reason))}, by)
}

// refusedWith is what the caller is told of the operator's no; reason is safe to display.
func (k *call) refusedWith(reason string) string {
	switch {
	case k.hooked != nil:
		return hook.Refusal("the operator", reason)
	case reason != "":
		return "denied by the operator: " + reason
	}
	return "denied by the operator"
}

// rechecked goes on with an approval after the world was looked at again: what
// the operator read must be what would run.
func (s *Session) rechecked(k *call, was phase, j judged, by ledger.By, a *adding, done func(error)) {
	if k.phase != deciding || s.approvals[k.approvalID()] != k {
		done(ErrGone)
		return
	}
	if j.policy != s.policy.Load() {
		s.rejudge(k, func(j judged) { s.rechecked(k, was, j, by, a, done) })
		return
	}
	if was == held && k.door == nil && !k.peer.Alive() { // it gave up while it was looked at
		was = lapsed
	} // one that lives comes back with its nonce, and is told then
	switch {
	case j.Action == gateway.Deny:
		k.waiters = append(k.waiters, func(err error) {
			if err == nil {
				err = ErrChanged
			}
			done(err)
		})
		s.decideBy(k, j.Judgement)
		return
	case j.Action == gateway.Prompt && !k.approval.shows(j):
		s.withdraw(k, j, done)
		return
	}
	k.waiters = append(k.waiters, done)
	k.judged.leaves = j.leaves
	k.adding = a
	s.history.add(k.asked(false))
	if was == lapsed {
		s.grant(k, by)
		return
	}
	s.decide(k, gateway.Verdict{Allow: true}, by)
}

// shows tells whether the approval shows what was judged now. The text is in the
// seal; it is compared too, and so are the parts, for what was shown may come from
// pending/, and that is a file like any other.
func (a *Approval) shows(j judged) bool {
	return j.seal == a.Seal && j.Risk == a.Judged.Risk && reflect.DeepEqual(j.text, a.Text) &&
		slices.EqualFunc(j.Parts, a.Judged.Parts, func(x, y gateway.Part) bool {
			return x.Text == y.Text && x.Start == y.Start && x.End == y.End && x.Inert == y.Inert &&
				slices.Equal(x.Argv, y.Argv) && slices.Equal(x.Full, y.Full) && slices.Equal(x.Effects, y.Effects)
		})
}

// withdraw replaces an approval by a new one, because its call changed.
func (s *Session) withdraw(k *call, j judged, done func(error)) {
	old := k.approval
	delete(s.approvals, old.ID)
	s.dropPending(old.ID)
	e := ledger.Entry{Kind: ledger.CallWithdrawn, Agent: k.agentName, Call: k.id, Approval: old.ID, Why: "what it would do changed while it was held"}
	s.commit([]ledger.Entry{e}, func(err error) {
		if err == nil {
			err = ErrChanged
		}
		done(err)
	})
	if k.req.ScriptSize > 0 && k.door != nil {
		// Only its caller can say what the script is now: hung up, it reads it anew and asks.
		delete(s.calls, k.key())
		s.replaces[k.peer] = old.ID
		_ = k.door.conn.Close()
		k.door = nil
		return
	}
	k.judged = j
	k.again = old.ID
	k.timedOut = false
	k.since = time.Now()
	s.ask(k, "")
}

// grant closes a lapsed approval with a yes: the next call of the same agent
// process that is the same in everything may run.
func (s *Session) grant(k *call, by ledger.By) {
	id := k.approval.ID
	k.phase = deciding
	e := s.decision(k, gateway.Verdict{Allow: true}, by)
	e.Kind = callGranted
	entries := []ledger.Entry{e}
	if k.adding != nil {
		entries = append(entries, k.adding.entries(by)...)
	}
	s.commit(entries, func(err error) {
		delete(s.approvals, id)
		delete(s.calls, k.key())
		s.unpause(k.agentName)
		s.changed = true
		if a := s.agents[k.agentName]; err == nil && a != nil {
			a.grants = append(a.grants, &grant{seal: k.approval.Seal, until: time.Now().Add(grantLife), by: by, process: a.process(), approval: id, callID: k.id})
		}
		s.answerWaiters(k, err)
		if d := k.door; d != nil { // its caller came back in the meantime: this is the next such call
			next := &call{agentName: k.agentName, req: k.req, peer: k.peer, door: d, since: time.Now()}
			d.owner.Store(next)
			s.rejudgeNew(next, k.judged)
		}
	})
}

// reevaluate judges everything held again, after a rule, a level or full access
// changed, and reports how many were decided by that.
func (s *Session) reevaluate(agent string, done func(int)) {
	left, n := 0, 0
	var again func(k *call, j judged)
	again = func(k *call, j judged) {
		if k.phase == held && j.policy != s.policy.Load() { // it moved on meanwhile
			s.rejudge(k, func(j judged) { again(k, j) })
			return
		}
		left--
		if k.phase == held && j.Action != gateway.Prompt {
			paused := s.agents[k.agentName] != nil && s.agents[k.agentName].paused != "" && !s.fullAccess
			if j.Action == gateway.Deny {
				n++
				s.denied++
				s.decideBy(k, j.Judgement)
			} else if !paused {
				n++
				s.allowed++
				k.judged.Caps, k.judged.leaves = j.Caps, j.leaves
				s.decideBy(k, j.Judgement)
			}
		}
		if left == 0 {
			done(n)
		}
	}
	for _, k := range s.approvals {
		if k.phase != held || (agent != "" && k.agentName != agent) {
			continue
		}
		left++
		s.rejudge(k, func(j judged) { again(k, j) })
	}
	if left == 0 {
		done(0)
	}
}

// byPolicy says which rule or default decided.
func (s *Session) byPolicy(j gateway.Judgement) ledger.By {
	by := ledger.By{Kind: decider(j.Layer), Rule: j.Rule, Layer: j.Layer}
	for _, f := range s.rules.loaded {
		if j.Rule != "" && string(f.layer) == j.Layer {
			by.File = f.Hash
		}
	}
	return by
}

// decider is the ledger's word for the layer that decided.
func decider(layer string) ledger.Decider {
	switch layer {
	case "built-in":
		return ledger.ByBuiltin
	case "default":
		return ledger.ByDefault
	case "level":
		return ledger.ByLevel
	case "full access":
		return ledger.ByFullAccess
	case "covered":
		return ledger.ByCovered
	case layerService:
		return ledger.ByService
	case "remembered":
		return ledger.ByRemembered
	}
	return ledger.ByRule
}

// SetFullAccess switches full access and says how many held calls that decided.
func (s *Session) SetFullAccess(ctx context.Context, on bool, by Operator) (int, error) {
	return ask(ctx, s, func(reply func(int, error)) {
		if s.fullAccess == on {
			reply(0, nil)
			return
		}
		kind := ledger.FullAccessOff
		if on {
			kind = ledger.FullAccessOn
		}
		e := ledger.Entry{Kind: kind, By: &ledger.By{Kind: ledger.ByOperator, Client: by.Client, Terminal: by.Terminal}}
		s.commit([]ledger.Entry{e}, func(err error) {
			if err != nil {
				reply(0, err)
				return
			}
			s.setFullAccess(on, time.Now())
			s.reevaluate("", func(n int) { reply(n, nil) })
		})
	})
}

// setFullAccess puts the value into the policy; from here it is only a value in it.
func (s *Session) setFullAccess(on bool, since time.Time) {
	s.fullAccess = on
	s.fullSince = since
	p := *s.policy.Load()
	p.Generation++
	p.FullAccess = on
	s.policy.Store(&p)
	s.changed = true
	if on {
		for name := range s.agents {
			s.unpause(name)
		}
	}
}

// SetLevel changes an agent's approval level and says how many held calls that decided.
func (s *Session) SetLevel(ctx context.Context, agent string, l gateway.Level, by Operator) (int, error) {
	return ask(ctx, s, func(reply func(int, error)) {
		a := s.agents[agent]
		if a == nil {
			reply(0, fmt.Errorf("agent %s: there is none of that name", display.Safe(agent)))
			return
		}
		e := ledger.Entry{Kind: ledger.LevelChanged, Agent: agent, Level: string(l), By: &ledger.By{Kind: ledger.ByOperator, Client: by.Client, Terminal: by.Terminal}}
		s.commit([]ledger.Entry{e}, func(err error) {
			if err != nil {
				reply(0, err)
				return
			}
			a.spec.Level = l
			s.tellProcs(a)
			s.reevaluate(agent, func(n int) { reply(n, nil) })
		})
	})
}

// ask runs f in the loop and waits for its reply. Who is told that something is so
// finds it so in the Snapshot.
func ask[T any](ctx context.Context, s *Session, f func(reply func(T, error))) (T, error) {
	type answer struct {
		v   T
		err error
	}
	c := make(chan answer, 1)
	var zero T
	if !s.post(func() { f(func(v T, err error) { s.catchUp(); c <- answer{v, err} }) }) {
		return zero, ErrEnded
	}
	select {
	case a := <-c:
		return a.v, a.err
	case <-ctx.Done():
		return zero, ctx.Err()
	case <-s.done:
	}
	select {
	case a := <-c: // the last thing that the loop did
		return a.v, a.err
	default:
		return zero, ErrEnded
	}
}
