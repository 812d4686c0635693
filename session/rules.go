package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session/ledger"
)

// Scope says for whom a remembered decision holds.
type Scope string

// The scopes, as Tab cycles through them.
const (
	ScopeAgent   Scope = "this agent"
	ScopeSession Scope = "all agents, this session"
	ScopeProject Scope = "this project" // written into the operator's own file for it
)

// Remember is what the operator wants remembered of a decision.
type Remember struct {
	Patterns []string // one for each rule of the offer, as edited; nil: as offered
	Scope    Scope    // "" is ScopeAgent
	Uses     int      // it ends after so many calls; 0: never
	For      time.Duration
	Why      string // of a denial: what the agent is told
}

// RememberOffer is what may be remembered of an approval.
type RememberOffer struct {
	Patterns []string // one for each part that asks; none where None says why
	Rules    []string // the same as whole rules on one line each, safe to display
	None     string   // "asked every time: it deletes"
}

// Trial is what a remembered decision would mean, before it is one.
type Trial struct {
	Covers  []Covered // one for each rule
	Past    int       // calls of this session that it would have decided
	Denied  []string  // of these, what the operator denied: "apr_04 Run: npm install x"
	Pending []string  // ids of other approvals that it would decide now
}

// Covered is what one rule is about.
type Covered struct {
	What     string   // in words, safe to display
	Examples []string // up to three commands, paths or the like that it decides, safe to display
}

// RuleState is a rule in force, for lists.
type RuleState struct {
	ID      string // unique in its layer; "rem_01" for a remembered one
	Layer   gateway.Layer
	Verdict gateway.Action
	Text    string    // the rule on one line, safe to display
	Why     string    // safe to display
	File    string    // "" for built-in, preset and remembered ones
	Line    int       // of the rule in File
	Decided int       // calls of this session that it decided
	Uses    int       // calls that it may still decide; 0: no limit
	Until   time.Time // when it ends; zero: with its layer
	Scope   Scope     // of one that was made in this session, and can be taken back
	By      string    // of such a one: the approval at which it was, or the preset's name
}

// Offered is something that kavi proposes to the operator: a preset that would
// have decided what waits, or the rule that would have covered what was approved
// in a row. It is proposed until it is answered, or something else is; a preset
// only as long as what it would have decided waits.
type Offered struct {
	ID    string   // names it in TakeOffer
	Line  string   // one line for the inbox: `preset read-only-shell would have allowed this`
	Title string   // over the rules
	Rules []string // one line each, safe to display
}

// held is what has to be known of an approval to judge it elsewhere than in the loop.
type heldCall struct {
	req   *gateway.Call
	agent string
	nest  nesting
}

func (s *Session) held(ctx context.Context, approval string) (heldCall, error) {
	return ask(ctx, s, func(reply func(heldCall, error)) {
		k := s.approvals[approval]
		if k == nil {
			reply(heldCall{}, ErrGone)
			return
		}
		reply(heldCall{k.req, k.agentName, k.judged.nest}, nil)
	})
}

// Offer says what may be remembered of a decision of an approval. It blocks for as
// long as judging a call does.
func (s *Session) Offer(ctx context.Context, approval string, allow bool) (RememberOffer, error) {
	h, err := s.held(ctx, approval)
	if err != nil {
		return RememberOffer{}, err
	}
	o := s.offerOf(h, allow)
	out := RememberOffer{None: o.None}
	for i := range o.Rules {
		out.Patterns = append(out.Patterns, o.Rules[i].Pattern())
		out.Rules = append(out.Rules, display.Safe(o.Rules[i].String()))
	}
	return out, nil
}

func (s *Session) offerOf(h heldCall, allow bool) gateway.Offer {
	verdict := gateway.Deny
	if allow {
		verdict = gateway.Allow
	}
	return s.policy.Load().Offer(h.req, s.asker(h.agent), s.worldOf(h.agent, h.nest), verdict)
}

// remembering makes the rules of what the operator wants remembered, without ids.
func (s *Session) remembering(h heldCall, allow bool, r Remember) ([]gateway.Rule, error) {
	o := s.offerOf(h, allow)
	if o.None != "" {
		return nil, errors.New(o.None)
	}
	if r.Patterns != nil && len(r.Patterns) != len(o.Rules) {
		var offered []string
		for i := range o.Rules {
			offered = append(offered, display.Safe(o.Rules[i].Pattern()))
		}
		return nil, fmt.Errorf("%d patterns are needed, one for each part that asks: %s", len(o.Rules), strings.Join(offered, " · "))
	}
	p, w := s.policy.Load(), s.worldOf(h.agent, h.nest)
	for i := range o.Rules {
		if r.Patterns != nil {
			edited, err := p.Edited(o.Rules[i], r.Patterns[i], h.req, s.asker(h.agent), w)
			if err != nil {
				return nil, err
			}
			o.Rules[i] = edited
		}
		rule := &o.Rules[i]
		if r.Why != "" {
			rule.Why = r.Why
		}
		if r.Uses < 0 || r.For < 0 {
			return nil, errors.New("a rule is used once or more, and for some time")
		}
		rule.Uses = r.Uses
		if r.For > 0 {
			rule.Until = r.For.String()
			rule.Ends = time.Now().Add(r.For)
		}
		if r.Scope == ScopeSession || r.Scope == ScopeProject {
			rule.Agent = nil
		}
		if text := rule.TOML(); ledger.Redact(text) != text {
			// It would stand in the ledger without it, and decide something else tomorrow.
			return nil, errors.New("asked every time: it holds what looks like a secret")
		}
	}
	return o.Rules, nil
}

// Try says what remembering would mean, or why it cannot be remembered so. It
// blocks while it judges the calls of this session so far.
func (s *Session) Try(ctx context.Context, approval string, allow bool, r Remember) (Trial, error) {
	h, err := s.held(ctx, approval)
	if err != nil {
		return Trial{}, err
	}
	rules, err := s.remembering(h, allow, r)
	if err != nil {
		return Trial{}, err
	}
	var t Trial
	for i := range rules {
		rules[i].ID = fmt.Sprintf("tried-%d", i)
		c := Covered{What: display.Safe(rules[i].Covers())}
		for _, e := range rules[i].Examples() {
			c.Examples = append(c.Examples, display.Safe(e))
		}
		t.Covers = append(t.Covers, c)
	}
	pending, err := ask(ctx, s, func(reply func([]pastAsk, error)) {
		var out []pastAsk
		for id, k := range s.approvals {
			if id != approval && k.phase == held {
				out = append(out, pastAsk{req: k.req, agent: k.agentName, approval: id})
			}
		}
		reply(out, nil)
	})
	if err != nil {
		return t, err
	}
	for _, p := range s.wouldDecide(rules, pending) {
		t.Pending = append(t.Pending, p.approval)
	}
	slices.SortFunc(t.Pending, compareIDs)
	for _, p := range s.wouldDecide(rules, s.history.all()) {
		t.Past++
		if p.denied {
			t.Denied = append(t.Denied, p.approval+" "+p.what)
		}
	}
	return t, nil
}

// wouldDecide gives the calls that rules would have decided beside those in force.
func (s *Session) wouldDecide(rules []gateway.Rule, calls []pastAsk) (out []pastAsk) {
	if len(calls) == 0 {
		return nil
	}
	base := s.policy.Load()
	p, err := base.With(slices.Concat(rules, base.Rules()))
	if err != nil {
		return nil
	}
	for _, c := range calls {
		j := p.Action(c.req, s.asker(c.agent), s.worldOf(c.agent, nesting{}))
		if j.Action != gateway.Prompt && slices.ContainsFunc(j.Used, func(n gateway.RuleName) bool {
			return slices.ContainsFunc(rules, func(r gateway.Rule) bool { return name(&r) == n })
		}) {
			out = append(out, c)
		}
	}
	return out
}

// adding is rules on their way into the ledger and into force.
type adding struct {
	rules []remembered
	ids   []string
	out   *Outcome // of the decision with which they come, if there is one
}

// number gives rules their ids, which no rule in force has: the project's file may
// hold some of another session.
func (s *Session) number(rules []gateway.Rule, scope Scope, by string) *adding {
	a := &adding{}
	for _, r := range rules {
		for r.ID = ""; r.ID == "" || slices.ContainsFunc(s.rules.states, func(st RuleState) bool { return st.ID == r.ID }); {
			s.rules.seq++
			r.ID = fmt.Sprintf("rem_%02d", s.rules.seq)
		}
		r.Layer = gateway.LayerRemembered
		a.rules = append(a.rules, remembered{rule: r, scope: scope, by: by})
		a.ids = append(a.ids, r.ID)
	}
	return a
}

func (a *adding) entries(by ledger.By) (out []ledger.Entry) {
	for _, r := range a.rules {
		e := ledger.Entry{Kind: ledger.RuleAdded, What: r.rule.String(), By: &by, Data: map[string]string{
			"id": r.rule.ID, "layer": string(r.rule.Layer), "scope": string(r.scope), "by": r.by, "rule": r.rule.TOML(),
		}}
		if !r.rule.Ends.IsZero() {
			e.Data["ends"] = r.rule.Ends.UTC().Format(time.RFC3339Nano)
		}
		out = append(out, e)
	}
	return out
}

// adopt puts added rules in force and judges again what is held. Those for the
// project are written into its file, which blocks nobody.
func (s *Session) adopt(a *adding, done func(decided int, err error)) {
	var files []remembered
	for _, r := range a.rules {
		if r.scope == ScopeProject {
			files = append(files, r)
			continue
		}
		if r.rule.Layer == gateway.LayerPreset {
			s.rules.taken = append(s.rules.taken, r)
		} else {
			s.rules.remembered = append(s.rules.remembered, r)
		}
	}
	s.rebuild()
	if len(files) == 0 {
		s.reevaluate("", func(n int) { done(n, nil) })
		return
	}
	path := s.rules.files.Project
	s.rules.filed = append(s.rules.filed, files...)
	s.inFiles(func() (err error) {
		for _, r := range files {
			err = errors.Join(err, AddToFile(path, gateway.LayerProject, r.rule))
		}
		return err
	}, done)
}

// inFiles changes files of rules, reads them again and judges anew what is held.
func (s *Session) inFiles(change func() error, done func(decided int, err error)) {
	s.wg.Go(func() {
		err := change()
		loaded, stamps := s.rules.files.Load(), s.rules.files.stamps()
		s.post(func() {
			s.rules.stamps = stamps
			s.takeFiles(loaded)
			s.rebuild()
			s.reevaluate("", func(n int) { done(n, err) })
		})
	})
}

// RemoveRule takes back a rule that was made in this session, also out of the
// project's file where it was written there. What it denied or asked is judged
// without it from now on.
func (s *Session) RemoveRule(ctx context.Context, id string, by Operator) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		b := &s.rules
		all := slices.Concat(b.remembered, b.taken, b.filed)
		at := slices.IndexFunc(all, func(r remembered) bool { return r.rule.ID == id })
		if at < 0 {
			reply(struct{}{}, fmt.Errorf("rule %s: none of that id was made in this session", display.Safe(id)))
			return
		}
		r := all[at]
		who := ledger.By{Kind: ledger.ByOperator, Client: by.Client, Terminal: by.Terminal}
		e := ledger.Entry{Kind: ledger.RuleRemoved, What: r.rule.String(), By: &who, Data: map[string]string{"id": id, "layer": string(r.rule.Layer)}}
		s.commit([]ledger.Entry{e}, func(err error) {
			if err != nil {
				reply(struct{}{}, err)
				return
			}
			s.drop(r)
			if r.scope != ScopeProject {
				s.reevaluate("", func(int) { reply(struct{}{}, nil) })
				return
			}
			path := b.files.Project
			s.inFiles(func() error { return removeByID(path, gateway.LayerProject, id) }, func(_ int, err error) { reply(struct{}{}, err) })
		})
	})
	return err
}

// AddRule puts a rule that the operator wrote in force for this session. It gives
// its id, and how many held calls it decided.
func (s *Session) AddRule(ctx context.Context, r gateway.Rule, by Operator) (id string, decided int, err error) {
	if _, err := gateway.Default().With([]gateway.Rule{r}); err != nil {
		return "", 0, err
	}
	if text := r.TOML(); ledger.Redact(text) != text {
		return "", 0, errors.New("the rule holds what looks like a secret")
	}
	if r.Until != "" {
		if r.Ends, err = gateway.Until(r.Until, time.Now()); err != nil {
			return "", 0, err
		}
	}
	decided, err = ask(ctx, s, func(reply func(int, error)) {
		scope := ScopeSession
		if len(r.Agent) > 0 {
			scope = ScopeAgent
		}
		a := s.number([]gateway.Rule{r}, scope, "")
		id = a.ids[0]
		s.commitRules(a, by, reply)
	})
	return id, decided, err
}

// commitRules records rules and puts them in force.
func (s *Session) commitRules(a *adding, by Operator, reply func(int, error)) {
	who := ledger.By{Kind: ledger.ByOperator, Client: by.Client, Terminal: by.Terminal}
	s.commit(a.entries(who), func(err error) {
		if err != nil {
			reply(0, err)
			return
		}
		s.adopt(a, reply)
	})
}

// scope is whom it holds for; not said, only who asked.
func (r *Remember) scope() Scope {
	if r.Scope == "" {
		return ScopeAgent
	}
	return r.Scope
}
