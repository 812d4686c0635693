package gateway

import (
	"path"
	"slices"

	"kavi/gateway/display"
	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// part judges one part by everything but full access and what covers the call.
func (ju *judging) part(i int) opinion {
	for _, e := range ju.parts[i].Effects {
		if e.Never {
			return opinion{action: Deny, layer: string(LayerBuiltIn), why: ju.because(i, e)}
		}
	}
	if len(ju.p.rules) == 0 {
		return ju.fallback(i)
	}
	set, s := &ju.p.sets, &ju.subj[i]
	var may *Rule // a deny that may be about this part: known only when it runs
	for r := range set.deny.about(s) {
		switch c, at := r.matches(s); c {
		case yes:
			return ju.ruled(i, r, Deny, at)
		case maybe:
			may = r
		case no:
		}
	}
	for r := range set.always.about(s) {
		if c, at := r.matches(s); c != no {
			return ju.ruled(i, r, Prompt, at)
		}
	}
	if may != nil {
		o := ju.ruled(i, may, Prompt, -1)
		o.why = "whether this is denied is known only when it runs (" + o.why + ")"
		return o
	}
	if by, ok := ju.allowed(i, &set.remembered); ok {
		if ju.who.Level == LevelAlways {
			return ju.fallback(i)
		}
		return ju.permits(by)
	}
	for r := range set.prompt.about(s) {
		if c, at := r.matches(s); c != no {
			return ju.ruled(i, r, Prompt, at)
		}
	}
	if by, ok := ju.allowed(i, &set.allow); ok {
		if l := ju.who.Level; l != LevelDefault && l != LevelNone {
			if floor := ju.fallback(i); floor.action < Allow {
				return floor
			}
		}
		return ju.permits(by)
	}
	return ju.fallback(i)
}

// ruled is what a rule that denies or prompts says of part i.
func (ju *judging) ruled(i int, r *Rule, a Action, at int) opinion {
	effects := ju.parts[i].Effects
	var e Effect
	if at >= 0 && at < len(effects) {
		e = effects[at]
	} else {
		e = worst(ju.parts[i])
	}
	return opinion{
		action: a, layer: string(r.Layer), rule: r.ID, used: []*Rule{r},
		why: display.Safe(r.because()) + ": " + quote(ju.parts, i) + " " + display.Safe(e.Why),
	}
}

// grants are the rules that allow a part together: the first lets it run, or
// covers its gravest effect.
type grants []*Rule

func (ju *judging) permits(by grants) opinion {
	r := by[0]
	return opinion{action: Allow, layer: string(r.Layer), rule: r.ID, why: display.Safe(r.because()), caps: r.kinds(), used: by}
}

// allowed tells whether rules of a set allow part i, and names them.
//
// A command needs a rule that lets it run, and each of its effects has to be
// covered: by that rule, or by one about such effects. What a file tool does
// needs only the latter, where the defaults do not allow it anyway.
func (ju *judging) allowed(i int, set *ruleSet) (by grants, ok bool) {
	if len(set.all) == 0 {
		return nil, false
	}
	s := &ju.subj[i]
	if s.exec || s.mcp {
		for r := range set.about(s) {
			if !r.lets(s) {
				continue
			}
			if s.mcp {
				return grants{r}, true
			}
			if by, ok := ju.coverAll(r, i); ok {
				return by, true
			}
		}
		return nil, false
	}
	for k, e := range s.part.Effects {
		r := ju.coverer(i, k, set)
		if r == nil {
			if LevelDefault.effect(e) == Allow {
				continue
			}
			return nil, false
		}
		if graver(e, s.part.Effects[0]) {
			by = append(grants{r}, by...)
		} else {
			by = append(by, r)
		}
	}
	return by, len(by) > 0 // else nothing but the defaults
}

// coverAll gives the rules that cover everything that part i does, given that r
// lets it run.
func (ju *judging) coverAll(r *Rule, i int) (grants, bool) {
	s := &ju.subj[i]
	by := grants{r}
	for k := range s.part.Effects {
		if r.covers(s, k) {
			continue
		}
		also := ju.coverer(i, k, &ju.p.sets.allow)
		if also == nil {
			also = ju.coverer(i, k, &ju.p.sets.remembered)
		}
		if also == nil {
			return nil, false
		}
		by = append(by, also)
	}
	return by, true
}

// coverer finds a rule about effects, not commands, that covers effect k of part i.
func (ju *judging) coverer(i, k int, set *ruleSet) *Rule {
	s := &ju.subj[i]
	for _, r := range set.rest {
		if r.Kind != Exec && r.Kind != MCP && (r.Kind != Any || !s.exec) && r.isFor(s) && r.covers(s, k) {
			return r
		}
	}
	return nil
}

// kinds are the effects that an allow covers, for what is nested in it.
func (r *Rule) kinds() []shell.Kind {
	out := make([]shell.Kind, 0, len(EffectKinds()))
	for _, k := range EffectKinds() {
		if r.effects.has(k) {
			out = append(out, k)
		}
	}
	return out
}

// ride finds the parts of a command that need no rule of their own, because
// others do the work: cd within the project, X=1, and redirections, whose effects
// are still judged.
func (ju *judging) ride() {
	if ju.c.Tool != wire.ToolExec {
		return
	}
	at := []string{ju.c.Cwd}
	riders := 0
	for i, p := range ju.parts {
		switch {
		case p.Start < 0 && len(p.Argv) == 0:
			// a variable of the environment, a script: never beside the point
		case len(p.Argv) == 0:
			ju.rides[i] = true
		case p.Inert && isCd(p):
			ju.rides[i] = ju.staysInside(p, &at)
		case p.Inert:
			ju.rides[i] = true
		}
		if ju.rides[i] {
			riders++
		}
	}
	if riders == len(ju.parts) {
		clear(ju.rides)
	}
}

// alight has riders judged for themselves that change more than every part beside
// which they ride may: what is allowed to read does not write by { ls; } > f.
func (ju *judging) alight() {
	rides := func(i int) bool {
		return ju.rides[i] && slices.ContainsFunc(ju.parts[i].Effects, func(e Effect) bool { return e.Kind != shell.Read })
	}
	first := 0
	for first < len(ju.parts) && !rides(first) {
		first++
	}
	if first == len(ju.parts) {
		return
	}
	var caps [][]shell.Kind
	for i := range ju.parts {
		if ju.rides[i] {
			continue
		}
		o := ju.part(i)
		if o.action != Allow {
			return // it is asked about anyway
		}
		caps = append(caps, o.caps)
	}
	may := common(caps)
	for i := first; i < len(ju.parts); i++ {
		if rides(i) && slices.ContainsFunc(ju.parts[i].Effects, func(e Effect) bool { return e.Kind != shell.Read && !slices.Contains(may, e.Kind) }) {
			ju.rides[i] = false
		}
	}
}

func isCd(p Part) bool {
	return p.Argv[0].Known && (p.Argv[0].Text == "cd" || p.Argv[0].Text == "pushd" || p.Argv[0].Text == "popd")
}

// staysInside follows a cd from every folder in which it may be run. What a rule
// allows in the project it does not allow in another folder.
func (ju *judging) staysInside(p Part, at *[]string) bool {
	const most = 16
	if len(p.Argv) != 2 || !p.Argv[1].Known || p.Argv[1].Text == "-" || len(*at) > most {
		return false
	}
	env := shellEnv(ju.c, ju.w)
	root, ok := shell.Resolve(ju.w.Root, env)
	if !ok {
		return false
	}
	for _, dir := range slices.Clone(*at) {
		env.Cwd = dir
		to, ok := shell.Resolve(p.Argv[1].Text, env)
		if !ok || !below(root, to) {
			return false
		}
		if to = path.Clean(to); !slices.Contains(*at, to) {
			*at = append(*at, to)
		}
	}
	return true
}
