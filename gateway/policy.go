package gateway

import (
	"fmt"
	"slices"

	"kavi/gateway/display"
	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// Policy is what the operator says about calls: an immutable value. A change makes
// a new one with the next Generation. The zero Policy is the documented defaults.
type Policy struct {
	Generation uint64
	FullAccess bool // prompts are answered with yes, whatever the level; denials hold
	// Broken says that rules of the operator could not be read and none are known
	// from before: then no prompt is answered for them, neither by full access nor
	// by the level none.
	Broken string

	rules []*Rule // all, in the order given
	sets  sets
}

// sets are the rules by the step of the evaluation that they belong to.
type sets struct{ deny, always, remembered, prompt, allow ruleSet }

// Default is the documented defaults and nothing else.
func Default() *Policy { return &Policy{} }

// With is the policy with these rules instead of its own. The order of rules means
// nothing. An error names the rule.
func (p *Policy) With(rules []Rule) (*Policy, error) {
	next := &Policy{Generation: p.Generation + 1, FullAccess: p.FullAccess, Broken: p.Broken}
	for i := range rules {
		r := rules[i]
		r.agents, r.tools, r.paths, r.commands, r.hosts, r.unless = nil, nil, nil, nil, nil, nil
		if err := r.compile(); err != nil {
			return nil, fmt.Errorf("rule %s: %w", orElse(r.ID, r.String()), err)
		}
		next.rules = append(next.rules, &r)
		set := &next.sets.allow
		switch {
		case r.Verdict == Deny:
			set = &next.sets.deny
		case r.Verdict == Prompt && r.Always:
			set = &next.sets.always
		case r.Verdict == Prompt:
			set = &next.sets.prompt
		case r.Layer == LayerRemembered:
			set = &next.sets.remembered
		}
		set.add(&r)
	}
	return next, nil
}

// Rules are the policy's rules.
func (p *Policy) Rules() []Rule {
	out := make([]Rule, len(p.rules))
	for i, r := range p.rules {
		out[i] = *r
	}
	return out
}

// opinion is what the policy says of one part, before levels answer prompts.
type opinion struct {
	action Action
	layer  string
	rule   string
	why    string
	caps   []shell.Kind // of an allow
	used   []*Rule      // that said so
}

// judging is one evaluation.
type judging struct {
	p     *Policy
	c     *Call
	who   Asker
	w     World
	parts []Part
	subj  []subject
	rides []bool // the part needs no rule of its own beside the others
}

// Action says what the policy says of a call, and why. It is total: what goes
// wrong in it denies. It has no effects and looks at nothing but w; it may be
// called from any goroutine.
//
// The order, for each part: what must never happen, deny, prompt with always,
// remembered allow, prompt, allow, then the level or the documented defaults; a
// level is a floor under what a file's rules allow. The strictest part decides.
// Then the call that covers this one may allow it; then full access, or the level
// none, answers what is left to ask.
func (p *Policy) Action(c *Call, who Asker, w World) (j Judgement) {
	defer func() {
		if r := recover(); r != nil {
			j = refused(fmt.Sprintf("judging it failed (%.80v)", r))
		}
	}()
	if c.Door == wire.DoorUnknown || c.Door > wire.DoorKernel {
		return refused("it came through no known door")
	}
	ju := newJudging(p, c, who, w)
	j = ju.alone()
	if j.Action != Deny {
		j = ju.covered(j)
	}
	if j.Action == Prompt {
		j = ju.answered(j)
	}
	return j
}

func newJudging(p *Policy, c *Call, who Asker, w World) *judging {
	ju := &judging{p: p, c: c, who: who, w: w, parts: partsOf(c, w)}
	ju.rides = make([]bool, len(ju.parts))
	ju.ride()
	if len(p.rules) > 0 {
		ju.subj = ju.subjects()
	}
	ju.alight()
	return ju
}

// refused is a denial of a call that could not be judged at all.
func refused(why string) Judgement {
	return Judgement{Action: Deny, Layer: "built-in", Why: display.Safe(why), Part: -1, Risk: High}
}

// alone judges the call for itself: the strictest of its parts decides, among
// those the gravest, among those the first.
func (ju *judging) alone() Judgement {
	j := Judgement{Action: Allow, Parts: ju.parts, Part: -1, Risk: riskOf(ju.parts)}
	var decided opinion
	var caps [][]shell.Kind
	opinions := make([]opinion, len(ju.parts))
	for i := range ju.parts {
		o := ju.part(i)
		opinions[i] = o
		if j.Part < 0 || o.action < decided.action || o.action == decided.action && ju.graverPart(i, j.Part) {
			j.Part, decided = i, o
		}
		if !ju.rides[i] {
			caps = append(caps, o.caps)
		}
	}
	if decided.action == Allow {
		for i := range ju.parts {
			j.use(opinions[i].used)
		}
	} else {
		j.use(decided.used)
	}
	j.Caps = common(caps)
	j.Action, j.Rule, j.Layer, j.Why = decided.action, decided.rule, decided.layer, decided.why
	if j.Action != Allow {
		j.Caps = nil
	}
	return j
}

// use notes rules that decided, once each.
func (j *Judgement) use(rules []*Rule) {
	for _, r := range rules {
		if n := (RuleName{r.Layer, r.ID}); !slices.Contains(j.Used, n) {
			j.Used = append(j.Used, n)
		}
	}
}

// common are the kinds that are in every list.
func common(lists [][]shell.Kind) []shell.Kind {
	if len(lists) == 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(lists[0]), func(k shell.Kind) bool {
		return slices.ContainsFunc(lists[1:], func(list []shell.Kind) bool { return !slices.Contains(list, k) })
	})
}

func (ju *judging) graverPart(i, k int) bool {
	return graver(worst(ju.parts[i]), worst(ju.parts[k]))
}

// fallback is the last step: the level, else the documented defaults.
func (ju *judging) fallback(i int) opinion {
	l, p := ju.who.Level, ju.parts[i]
	o := opinion{action: Allow, layer: "default", caps: l.caps()}
	if l != LevelDefault {
		o.layer = "level"
	}
	var asks Effect
	for _, e := range p.Effects {
		a := l.effect(e)
		if a < o.action || a == o.action && a != Allow && graver(e, asks) {
			o.action, asks = a, e
		}
	}
	switch {
	case o.action != Allow && l == LevelAlways && riskOfEffect(asks) == Low:
		o.why = "everything asks at the level always: " + quote(ju.parts, i)
	case o.action != Allow:
		o.why = ju.because(i, asks)
	case ju.c.Tool == wire.ToolExec && l.commands() && !ju.rides[i] && !ju.gitReads():
		o.action = Prompt
		e := worst(p)
		o.why = "it is a command: " + quote(ju.parts, i) + " " + display.Safe(e.Why)
	default:
		e := worst(p)
		o.why = "it only " + display.Safe(e.Why)
	}
	if o.action != Allow {
		o.caps = nil
	}
	return o
}

// gitReads tells whether the call is one of git itself that is proven to read
// only. Agents make dozens of them a turn, and the git shim is there for commits,
// tags and pushes: they pass.
func (ju *judging) gitReads() bool {
	if ju.c.Door != wire.DoorShim || ju.c.Name != "git" {
		return false
	}
	for _, p := range ju.parts {
		for _, e := range p.Effects {
			if e.Kind != shell.Read {
				return false
			}
		}
	}
	return true
}

// because explains an effect of part i.
func (ju *judging) because(i int, e Effect) string {
	return says(e) + ": " + quote(ju.parts, i) + " " + display.Safe(e.Why)
}

// covered lets a call that is not denied for itself ride on the allowed call that it
// is nested in, see Cover.
func (ju *judging) covered(j Judgement) Judgement {
	cover := ju.w.Cover
	if cover == nil {
		return j
	}
	for _, p := range ju.parts {
		for _, e := range p.Effects {
			if !ju.within(cover, e) {
				return j
			}
		}
	}
	by := cover.CallID
	if cover.ApprovalID != "" {
		by = cover.ApprovalID
	}
	j.Action, j.Rule, j.Layer, j.Covered, j.Used = Allow, "", "covered", true, nil
	j.Why = "it runs inside " + display.Safe(by)
	j.Caps = nil
	return j
}

// within tells whether what covers a call reaches as far as one effect of it.
func (ju *judging) within(cover *Cover, e Effect) bool {
	switch {
	case e.Never, e.Protected:
		return false
	case cover.ByOperator:
		return e.Kind != shell.Commit || ju.who.Level != LevelOnCommit
	case e.Outside && !slices.Contains(cover.Effects, Outside):
		return false
	}
	return slices.Contains(cover.Effects, e.Kind)
}

// Outside and Protected are no kinds of effects but modifiers of them. Among what
// a rule's allow covers they stand beside the kinds.
const (
	Outside   shell.Kind = "outside"
	Protected shell.Kind = "protected"
)

// answered says yes to a prompt where the operator said so beforehand.
func (ju *judging) answered(j Judgement) Judgement {
	switch {
	case ju.p.Broken != "":
		// What the operator denies is not known, so nothing is answered for them.
		return j
	case ju.p.FullAccess:
		j.Layer = "full access"
	case ju.who.Level == LevelNone:
		j.Layer = "level"
	default:
		return j
	}
	j.Action, j.Used = Allow, nil
	j.Caps = []shell.Kind{
		shell.Read, shell.Write, shell.Overwrite, shell.Delete, shell.Network, shell.Commit, shell.Unknown, shell.Opaque, shell.Privilege,
		Outside, Protected,
	}
	return j
}
