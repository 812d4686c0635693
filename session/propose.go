package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session/ledger"
)

// proposals are what kavi proposes to the operator by itself: a preset at the
// first prompt that it would have decided, and after a row of quick yeses the rule
// that would have spared most of them. What is proposed at an approval goes with
// it, and comes again at the next until the operator has answered: a preset is
// asked about once.
type proposals struct {
	mu    sync.Mutex
	done  map[string]bool            // presets that the operator took or does not want
	with  map[string]*gateway.Policy // the policy of a generation with a preset beside
	of    *gateway.Policy            // that generation
	shown *proposal                  // the loop's
	seq   int                        // the loop's
	row   []heldCall                 // approved in a row, each within quickly; the loop's
}

type proposal struct {
	Offered
	preset   string // its name, or ""
	approval string // at which it is proposed; "" for a row of yeses
	since    time.Time
	rules    []gateway.Rule
}

// How many yeses in a row, and how quick each, make kavi propose a rule; and how
// long that stands before the next proposal may take its place.
const (
	manyYeses = 10
	quickly   = time.Second
	rowStands = time.Minute
)

// presetFor names the preset that would have decided a call that asks, if there
// is one that the operator was not asked about: one that denies it before one that
// allows it. Not for the loop: it judges.
func (s *Session) presetFor(c *gateway.Call, who gateway.Asker, w gateway.World, p *gateway.Policy) (preset string) {
	if w.Cover != nil || who.Level == gateway.LevelAlways {
		return ""
	}
	would := gateway.Prompt
	for _, name := range gateway.Presets() {
		q := s.proposals.policyWith(name, p)
		if q == nil {
			continue
		}
		switch a := q.Action(c, who, w).Action; {
		case a == gateway.Deny:
			return name
		case a == gateway.Allow && would == gateway.Prompt:
			preset, would = name, a
		}
	}
	return preset
}

// policyWith is a policy with a preset beside its rules; nil where that need not
// be asked: the preset is in force, or the operator has answered.
func (m *proposals) policyWith(preset string, p *gateway.Policy) *gateway.Policy {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done[preset] {
		return nil
	}
	if m.of != p {
		m.of, m.with = p, make(map[string]*gateway.Policy)
	}
	q, made := m.with[preset]
	if !made {
		q = withPreset(preset, p)
		m.with[preset] = q
	}
	return q
}

func withPreset(preset string, p *gateway.Policy) *gateway.Policy {
	rules, err := gateway.Preset(preset)
	if err != nil {
		return nil
	}
	inForce := p.Rules()
	for _, r := range rules {
		if slices.ContainsFunc(inForce, func(o gateway.Rule) bool { return name(&o) == name(&r) }) {
			return nil
		}
	}
	q, err := p.With(slices.Concat(inForce, rules))
	if err != nil {
		return nil
	}
	return q
}

// offered is what is proposed now, nil for nothing.
func (s *Session) offered() *proposal {
	m := &s.proposals
	if m.shown != nil && m.shown.approval != "" && s.approvals[m.shown.approval] == nil {
		m.shown = nil
	}
	return m.shown
}

// answered notes that the operator was asked about what is proposed.
func (m *proposals) answered() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown.preset != "" {
		m.done[m.shown.preset] = true
	}
	m.shown = nil
}

// proposePreset shows a preset at the approval that it would have spared.
func (s *Session) proposePreset(preset, approval string) {
	m := &s.proposals
	if now := s.offered(); preset == "" || now != nil && (now.approval != "" || time.Since(now.since) < rowStands) {
		return
	}
	m.mu.Lock()
	done := m.done[preset]
	m.mu.Unlock()
	rules, err := gateway.Preset(preset)
	if done || err != nil {
		return
	}
	would := "denied"
	if slices.ContainsFunc(rules, func(r gateway.Rule) bool { return r.Verdict == gateway.Allow }) {
		would = "allowed"
	}
	s.propose(proposal{preset: preset, approval: approval, rules: rules, Offered: Offered{
		Line:  fmt.Sprintf("the preset %s would have %s %s", preset, would, approval),
		Title: "preset " + preset,
	}})
}

func (s *Session) propose(p proposal) {
	s.proposals.seq++
	p.ID = fmt.Sprintf("offer_%d", s.proposals.seq)
	p.since = time.Now()
	for i := range p.rules {
		p.Rules = append(p.Rules, display.Safe(p.rules[i].String()))
	}
	s.proposals.shown = &p
	s.changed = true
}

// answeredBy watches for a row of quick yeses.
func (s *Session) answeredBy(k *call, allow bool, by Operator) {
	m := &s.proposals
	if !allow || by.Shown <= 0 || by.Shown > quickly {
		m.row = nil
		return
	}
	m.row = append(m.row, heldCall{k.req, k.agentName, k.judged.nest})
	if len(m.row) < manyYeses {
		return
	}
	row := m.row
	m.row = nil
	s.wg.Go(func() {
		rule, covers := s.spares(row)
		if covers <= manyYeses/2 {
			return
		}
		s.post(func() {
			s.propose(proposal{rules: []gateway.Rule{rule}, Offered: Offered{
				Line:  fmt.Sprintf("one rule would have allowed %d of the last %d: %s", covers, manyYeses, display.Safe(rule.Pattern())),
				Title: "Allow from now on: " + display.Safe(rule.Covers()),
			}})
		})
	})
}

// spares finds the rule that would have allowed most of what was approved.
func (s *Session) spares(row []heldCall) (best gateway.Rule, covers int) {
	asks := make([]pastAsk, len(row))
	for i, h := range row {
		asks[i] = pastAsk{req: h.req, agent: h.agent}
	}
	tried := make(map[string]bool)
	for _, h := range row {
		o := s.offerOf(h, true)
		for _, r := range o.Rules {
			text := r.String()
			if tried[text] || ledger.Redact(text) != text {
				continue
			}
			tried[text] = true
			r.ID = "proposed"
			if n := len(s.wouldDecide([]gateway.Rule{r}, asks)); n > covers {
				best, covers = r, n
			}
		}
	}
	return best, covers
}

// TakeOffer puts what was proposed in force, for the session or the project, and
// says how many held calls that decided.
func (s *Session) TakeOffer(ctx context.Context, id string, scope Scope, by Operator) (int, error) {
	return ask(ctx, s, func(reply func(int, error)) {
		p := s.offered()
		if p == nil || p.ID != id {
			reply(0, errors.New("that is not proposed any more"))
			return
		}
		s.proposals.answered()
		s.changed = true
		if scope != ScopeProject {
			scope = ScopeSession
		}
		if p.preset == "" {
			if scope == ScopeSession && len(p.rules[0].Agent) > 0 {
				scope = ScopeAgent // as it was proposed
			}
			s.commitRules(s.number(p.rules, scope, ""), by, reply)
			return
		}
		a := &adding{}
		for _, r := range p.rules {
			a.rules = append(a.rules, remembered{rule: r, scope: scope, by: p.preset})
			a.ids = append(a.ids, r.ID)
		}
		s.commitRules(a, by, reply)
	})
}

// DropOffer says that the operator does not want what was proposed.
func (s *Session) DropOffer(ctx context.Context, id string) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		if p := s.offered(); p != nil && p.ID == id {
			s.proposals.answered()
			s.changed = true
		}
		reply(struct{}{}, nil)
	})
	return err
}
