package session

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session/ledger"
)

// rulebook is every rule that is in force, where it comes from, and how often it
// decided. It is the loop's; the doors see the policy that is made of it.
type rulebook struct {
	files      RuleFiles
	loaded     []RuleFile // as they are now, or the last that could be read
	stamps     []stamp    // of what was loaded
	looking    bool       // somebody looks whether the files changed
	presets    []gateway.Rule
	taken      []remembered // presets taken for this session
	remembered []remembered // the oldest first
	filed      []remembered // those that were written into the project's file
	seq        uint64       // of remembered rules
	used       map[gateway.RuleName]int
	limits     map[gateway.RuleName]int // of rules that may decide only so often
	counted    bool                     // used changed since the states were made
	banner     []string                 // what is wrong with the files
	states     []RuleState
	deny       []string
}

// remembered is a rule that was made in this session.
type remembered struct {
	rule  gateway.Rule
	scope Scope
	by    string // the approval at which it was made, or a preset's name
}

// Kinds of entries about rules beside RuleAdded and RuleRemoved.
const rulesLoaded ledger.Kind = "rules loaded" // the files of rules were read; Data has their hashes

// openRules reads the rules of a session that begins or comes back. Of one that
// begins a broken file of the operator is an error; one that comes back asks
// about everything until it is mended.
func (s *Session) openRules(fresh bool) error {
	b := &s.rules
	var err error
	if b.files, err = RuleFilesOf(s.opts.Project); err != nil {
		return err
	}
	if b.presets, err = Presets(s.opts.Config.Presets); err != nil {
		return err
	}
	b.stamps = b.files.stamps()
	files := b.files.Load()
	if fresh {
		for _, f := range files {
			if f.Err != nil && f.layer != gateway.LayerRepository {
				return fmt.Errorf("the rules cannot be read: %w", f.Err)
			}
		}
	}
	s.takeFiles(files)
	s.rebuild()
	return s.led.Store(loadedEntry(files))
}

// takeFiles puts files in the place of what was loaded. One that cannot be read
// leaves the last that could.
func (s *Session) takeFiles(files []RuleFile) {
	b := &s.rules
	b.banner = nil
	broken := ""
	for i, f := range files {
		if f.Note != "" {
			b.banner = append(b.banner, f.Note)
		}
		if f.Err == nil {
			continue
		}
		last := slices.IndexFunc(b.loaded, func(o RuleFile) bool { return o.Path == f.Path && o.Err == nil })
		why := display.Safe(firstLine(f.Err))
		switch {
		case last >= 0:
			b.banner = append(b.banner, "the rules before hold: "+why)
			files[i] = b.loaded[last]
		case f.layer == gateway.LayerRepository:
			b.banner = append(b.banner, "the repository's rules do not hold: "+why)
		default:
			b.banner = append(b.banner, "your rules do not hold, so everything asks: "+why)
			broken = why
		}
	}
	b.loaded = files
	p := *s.policy.Load()
	p.Broken = broken
	s.policy.Store(&p)
}

func firstLine(err error) string {
	line, _, more := strings.Cut(err.Error(), "\n")
	if more {
		line += " …"
	}
	return line
}

func loadedEntry(files []RuleFile) ledger.Entry {
	e := ledger.Entry{Kind: rulesLoaded, Data: map[string]string{}}
	n := 0
	for _, f := range files {
		n += len(f.Rules)
		if f.Hash != "" {
			e.Data[f.Path] = f.Hash
		}
		if f.Err != nil {
			e.Data["error "+f.Path] = f.Err.Error()
		}
	}
	e.What = fmt.Sprintf("rules in force from files: %d", n)
	return e
}

// all are the rules in force, remembered ones first.
func (b *rulebook) all() []gateway.Rule {
	var out []gateway.Rule
	for _, r := range slices.Backward(b.remembered) {
		out = append(out, r.rule)
	}
	for _, f := range slices.Backward(b.loaded) {
		out = append(out, f.Rules...)
	}
	for _, r := range b.taken {
		out = append(out, r.rule)
	}
	out = append(out, b.presets...)
	now := time.Now()
	return slices.DeleteFunc(out, func(r gateway.Rule) bool { return b.spent(&r) || !r.Ends.IsZero() && !now.Before(r.Ends) })
}

// spent tells whether a rule has decided as many calls as it may.
func (b *rulebook) spent(r *gateway.Rule) bool {
	return r.Uses > 0 && b.used[name(r)] >= r.Uses
}

func name(r *gateway.Rule) gateway.RuleName { return gateway.RuleName{Layer: r.Layer, ID: r.ID} }

// rebuild makes the policy of the rules as they are now.
func (s *Session) rebuild() {
	rules := s.rules.all()
	s.rules.limits = make(map[gateway.RuleName]int)
	for i := range rules {
		if r := &rules[i]; r.Uses > 0 {
			s.rules.limits[name(r)] = r.Uses
		}
	}
	p, err := s.policy.Load().With(rules)
	if err != nil { // every rule was compiled before it came here
		s.log.Error("the rules", "err", err)
		bad := *s.policy.Load()
		bad.Generation++
		bad.Broken = err.Error()
		p = &bad
	}
	s.policy.Store(p)
	s.rules.counted = false
	s.rules.states, s.rules.deny = s.rules.show()
	s.changed = true
}

// show makes what lists say of the rules.
func (b *rulebook) show() (states []RuleState, deny []string) {
	made := make(map[gateway.RuleName]remembered, len(b.remembered)+len(b.taken))
	for _, r := range slices.Concat(b.remembered, b.taken) {
		made[name(&r.rule)] = r
	}
	for _, r := range b.filed {
		made[gateway.RuleName{Layer: gateway.LayerProject, ID: r.rule.ID}] = r
	}
	for _, r := range b.all() {
		n := name(&r)
		st := RuleState{
			ID: r.ID, Layer: r.Layer, Verdict: r.Verdict, Text: display.Safe(r.String()), Why: display.Safe(r.Why),
			Line: r.Line, Decided: b.used[n], Until: r.Ends, Scope: made[n].scope, By: made[n].by,
		}
		if r.Layer != gateway.LayerPreset && r.Layer != gateway.LayerRemembered {
			st.File = r.File
		}
		if r.Uses > 0 {
			st.Uses = r.Uses - b.used[n]
		}
		states = append(states, st)
		if r.Verdict == gateway.Deny {
			deny = append(deny, st.Text)
		}
	}
	return states, deny
}

// count notes that rules decided a call, and ends those that may decide no more.
func (s *Session) count(used []gateway.RuleName) {
	b := &s.rules
	again := false
	for _, n := range used {
		b.used[n]++
		b.counted = true
		again = again || b.limits[n] > 0 && b.used[n] >= b.limits[n]
	}
	if again {
		s.rebuild()
	}
}

// usedWords are rules that decided beside the one that the ledger's entry names.
func usedWords(j gateway.Judgement) string {
	var words []string
	for _, n := range j.Used {
		if n.ID != j.Rule || string(n.Layer) != j.Layer {
			words = append(words, string(n.Layer)+"/"+n.ID)
		}
	}
	return strings.Join(words, "\n")
}

// tickRules ends what only time ends, and looks whether the files changed.
func (s *Session) tickRules(second bool) {
	b := &s.rules
	now := time.Now()
	for _, r := range slices.Clone(b.remembered) {
		if b.spent(&r.rule) || !r.rule.Ends.IsZero() && !now.Before(r.rule.Ends) {
			s.record(ledger.Entry{
				Kind: ledger.RuleRemoved, What: r.rule.String(), Why: "it ended", By: &ledger.By{Kind: ledger.ByTimeout},
				Data: map[string]string{"id": r.rule.ID, "layer": string(r.rule.Layer)},
			})
			s.drop(r)
		}
	}
	if b.counted {
		b.counted = false
		b.states, b.deny = b.show()
		s.changed = true
	}
	if second && !b.looking {
		b.looking = true
		old := b.stamps
		s.wg.Go(func() { s.lookAtFiles(old) })
	}
}

// drop takes a rule that was made in this session out of force.
func (s *Session) drop(r remembered) {
	b := &s.rules
	same := func(o remembered) bool { return name(&o.rule) == name(&r.rule) }
	b.remembered = slices.DeleteFunc(b.remembered, same)
	b.taken = slices.DeleteFunc(b.taken, same)
	b.filed = slices.DeleteFunc(b.filed, same)
	s.rebuild()
}

// lookAtFiles reads the files of rules again when one of them is not what it was.
func (s *Session) lookAtFiles(old []stamp) {
	b := &s.rules
	now := b.files.stamps()
	if slices.Equal(old, now) {
		s.post(func() { b.looking = false })
		return
	}
	files := b.files.Load()
	if again := b.files.stamps(); !slices.Equal(again, now) {
		s.post(func() { b.looking = false }) // somebody writes: look again in a second
		return
	}
	s.post(func() {
		b.stamps = now
		s.commit([]ledger.Entry{loadedEntry(files)}, func(err error) {
			b.looking = false
			if err != nil {
				b.stamps = old // not recorded, so not in force: try again
				return
			}
			before := len(s.rules.states)
			s.takeFiles(files)
			s.rebuild()
			// An agent that found a way past the doors might have written it: say so.
			s.notify(Notice{Title: "the rules changed", Text: fmt.Sprintf("in force now: %d, before: %d", len(s.rules.states), before)})
			s.reevaluate("", func(int) {})
		})
	})
}

// stamps tell the files from what was written over them.
func (f RuleFiles) stamps() []stamp {
	var out []stamp
	for _, path := range []string{f.User, f.Project, f.Repository, f.trusted} {
		st, err := stampOf(path)
		switch {
		case err == nil:
			out = append(out, st)
		case errors.Is(err, os.ErrNotExist):
			out = append(out, stamp{})
		default:
			out = append(out, stamp{size: -1})
		}
	}
	return out
}

// rulesAgain brings back the rules of a session whose server was gone: those of
// its files as they are now, those made in it as the ledger has them.
func (s *Session) rulesAgain(p *past) error {
	b := &s.rules
	b.used = p.used
	for _, e := range p.rules {
		r, err := ruleOf(e)
		if err != nil {
			s.banner = append(s.banner, fmt.Sprintf("the rule %s of this session could not be brought back: %v", display.Safe(e.Data["id"]), err))
			continue
		}
		switch {
		case r.scope == ScopeProject: // it stands in its file, or does not any more
			b.filed = append(b.filed, r)
		case r.rule.Layer == gateway.LayerPreset:
			b.taken = append(b.taken, r)
		default:
			b.remembered = append(b.remembered, r)
		}
	}
	for _, a := range p.history.all() {
		s.history.add(a)
	}
	return s.openRules(false)
}

// ruleOf reads a rule that was made in the session from the entry that says so.
func ruleOf(e ledger.Entry) (remembered, error) {
	layer := gateway.Layer(e.Data["layer"])
	rules, err := gateway.ParseRules([]byte(e.Data["rule"]), "the ledger", layer)
	if err != nil {
		return remembered{}, err
	}
	if len(rules) != 1 {
		return remembered{}, fmt.Errorf("it holds %d rules", len(rules))
	}
	r := remembered{rule: rules[0], scope: Scope(e.Data["scope"]), by: e.Data["by"]}
	r.rule.File, r.rule.Line = "", 0
	if at := e.Data["ends"]; at != "" {
		if r.rule.Ends, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return r, err
		}
	}
	return r, nil
}
