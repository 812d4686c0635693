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
// that would have spared most of them. Each preset is proposed once.
type proposals struct {
	mu    sync.Mutex
	done  map[string]bool            // presets that were proposed, or are in force
	with  map[string]*gateway.Policy // the policy of a generation with a preset beside
	of    *gateway.Policy            // that generation
	shown *proposal                  // the loop's
	seq   int                        // the loop's
	row   []heldCall                 // approved in a row, each within quickly; the loop's
}

type proposal struct {
	Offered
	preset string // its name, or ""
	rules  []gateway.Rule
}

// How many yeses in a row, and how quick each, make kavi propose a rule.
const (
	manyYeses = 10
	quickly   = time.Second
)

// presetFor names the preset that would have allowed a call that asks, if there
// is one that was not proposed yet. Not for the loop: it judges.
func (s *Session) presetFor(c *gateway.Call, who gateway.Asker, w gateway.World, p *gateway.Policy) string {
	if w.Cover != nil || who.Level == gateway.LevelAlways {
		return ""
	}
	for _, name := range gateway.Presets() {
		if q := s.proposals.policyWith(name, p); q != nil && q.Action(c, who, w).Action == gateway.Allow {
			return name
		}
	}
	return ""
}

// policyWith is a policy with a preset beside its rules; nil where that need not
// be asked: the preset allows nothing, is in force or was proposed.
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
	if err != nil || !slices.ContainsFunc(rules, func(r gateway.Rule) bool { return r.Verdict == gateway.Allow }) {
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

// proposePreset shows a preset at the approval that it would have spared.
func (s *Session) proposePreset(preset, approval string) {
	m := &s.proposals
	if preset == "" || m.shown != nil {
		return
	}
	m.mu.Lock()
	again := m.done[preset]
	m.done[preset] = true
	m.mu.Unlock()
	rules, err := gateway.Preset(preset)
	if again || err != nil {
		return
	}
	s.propose(proposal{preset: preset, rules: rules, Offered: Offered{
		Line:  fmt.Sprintf("the preset %s would have allowed %s", preset, approval),
		Title: "preset " + preset,
	}})
}

func (s *Session) propose(p proposal) {
	s.proposals.seq++
	p.ID = fmt.Sprintf("offer_%d", s.proposals.seq)
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
	if m.shown != nil {
		return
	}
	s.wg.Go(func() {
		rule, covers := s.spares(row)
		if covers <= manyYeses/2 {
			return
		}
		s.post(func() {
			if s.proposals.shown != nil {
				return
			}
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
		p := s.proposals.shown
		if p == nil || p.ID != id {
			reply(0, errors.New("that is not proposed any more"))
			return
		}
		s.proposals.shown = nil
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
		if p := s.proposals.shown; p != nil && p.ID == id {
			s.proposals.shown = nil
			s.changed = true
		}
		reply(struct{}{}, nil)
	})
	return err
}
