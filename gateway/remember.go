package gateway

import (
	"path"
	"slices"
	"strings"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// Offer is what may be remembered of a decision.
type Offer struct {
	Rules []Rule // for each part that asked; of the layer remembered, for this agent
	None  string // why nothing is offered: "asked every time: …"
}

// Offer gives the rules that would decide calls like this one in the same way,
// for the agent that asks: the README's "Rules" says which. verdict is Allow or Deny.
func (p *Policy) Offer(c *Call, who Asker, w World, verdict Action) (o Offer) {
	defer func() {
		if r := recover(); r != nil {
			o = Offer{None: "asked every time: it cannot be said what it is"}
		}
	}()
	ju := newJudging(p, c, who, w)
	if c.Stdin != wire.StdinData {
		return Offer{None: "asked every time: a shell that is fed or typed into"}
	}
	if who.Level == LevelAlways {
		return Offer{None: "asked every time: the level is always"}
	}
	for i := range ju.parts {
		op := ju.part(i)
		if op.action != Prompt {
			continue
		}
		if r := ju.always(i); r != nil {
			return Offer{None: "asked every time: the rule " + r.ID + " says so"}
		}
		if r := ju.mayDeny(i); r != nil && verdict == Allow {
			return Offer{None: "asked every time: the rule " + r.ID + " may deny it, which is known only when it runs"}
		}
		rules, none := ju.offer(i, verdict)
		if none != "" {
			return Offer{None: "asked every time: " + none}
		}
		for _, r := range rules {
			if !slices.ContainsFunc(o.Rules, func(x Rule) bool { return x.String() == r.String() }) {
				o.Rules = append(o.Rules, r)
			}
		}
	}
	if len(o.Rules) == 0 {
		return Offer{None: "nothing in it asks"}
	}
	return o
}

// always gives the rule that asks about part i every time, if there is one.
func (ju *judging) always(i int) *Rule {
	if len(ju.p.rules) == 0 {
		return nil
	}
	for r := range ju.p.sets.always.about(&ju.subj[i]) {
		if m, _ := r.matches(&ju.subj[i]); m != no {
			return r
		}
	}
	return nil
}

// mayDeny gives a rule of which it is not known whether it denies part i: it asks
// before anything that is remembered allows.
func (ju *judging) mayDeny(i int) *Rule {
	if len(ju.p.rules) == 0 {
		return nil
	}
	for r := range ju.p.sets.deny.about(&ju.subj[i]) {
		if m, _ := r.matches(&ju.subj[i]); m == maybe {
			return r
		}
	}
	return nil
}

// offer is Offer for one part.
func (ju *judging) offer(i int, verdict Action) (rules []Rule, none string) {
	p := ju.parts[i]
	base := Rule{Verdict: verdict, Layer: LayerRemembered, Why: "remembered", Agent: []string{quoteGlob(ju.who.Agent)}}
	if verdict == Allow {
		if none := unforgettable(p); none != "" {
			return nil, none
		}
	}
	if ju.c.Tool == wire.ToolExec {
		r, none := ju.offerCommand(base, p)
		return []Rule{r}, none
	}
	if ju.c.Tool == wire.ToolMCP {
		base.Kind, base.Tool = MCP, []string{quoteGlob(ju.c.Name)}
		return []Rule{base}, ""
	}
	if ju.c.Tool == wire.ToolFetch {
		for _, e := range p.Effects {
			if e.Kind == shell.Network && e.Host != "" {
				base.Kind, base.Host = shell.Network, []string{e.Host}
				return []Rule{base}, ""
			}
		}
		return nil, "it cannot be said which host is asked"
	}
	for _, e := range p.Effects {
		if r, ok := ju.offerFile(base, e); ok {
			rules = append(rules, r)
		}
	}
	if len(rules) == 0 {
		return nil, "it cannot be said which file it is about"
	}
	return rules, ""
}

// unforgettable says why an allow of a part is not remembered, or "".
func unforgettable(p Part) string {
	for _, e := range p.Effects {
		switch {
		case e.Never:
			return "it must never happen"
		case e.Protected:
			return "it changes protected settings"
		case e.Kind == shell.Opaque:
			// A tool of an MCP server is known by its name alone; see offer.
			if len(p.Argv) > 0 || p.Start >= 0 {
				return "it cannot be said what it does"
			}
		case e.Kind == shell.Delete:
			return "it deletes"
		case e.Kind == shell.Privilege:
			return "it uses another user's rights"
		}
	}
	for _, w := range p.Argv {
		if !w.Known {
			return "it depends on what is known only when it runs"
		}
	}
	return ""
}

// offerCommand generalises a command: the first words of a program whose
// subcommands are known, else exactly these words.
func (ju *judging) offerCommand(base Rule, p Part) (Rule, string) {
	base.Kind = Exec
	argv := p.Argv
	if len(p.Full) > 0 {
		argv = p.Full // a wrapper is never generalised
	}
	if len(argv) == 0 {
		if p.Start < 0 {
			return base, "it depends on its environment, or on a script"
		}
		return base, "a redirection alone"
	}
	if slices.ContainsFunc(argv, func(w shell.Word) bool { return !w.Known }) {
		return base, "it depends on what is known only when it runs"
	}
	words := texts(argv)
	if g, ok := parseGit(argv); ok && len(g.rest)+2 != len(words) {
		return ju.exactly(base, words, p.Effects)
	}
	exact := len(p.Full) > 0
	var seen []shell.Kind
	for _, e := range p.Effects {
		switch e.Kind {
		case shell.Overwrite, shell.Network, shell.Commit, shell.Delete, shell.Opaque, shell.Privilege:
			exact = true
		case shell.Read, shell.Write, shell.Unknown:
			if !slices.Contains(seen, e.Kind) {
				seen = append(seen, e.Kind)
			}
		}
		exact = exact || e.Outside
	}
	n := arity(words)
	if exact || n == 0 || n > len(words) {
		return ju.exactly(base, words, p.Effects)
	}
	if !slices.Contains(seen, shell.Read) {
		seen = append(seen, shell.Read)
	}
	base.Command = []string{quoteWords(words[:n]) + " *"}
	if base.Verdict == Allow {
		base.Effects = sorted(seen)
	}
	return base, ""
}

// exactly is the rule about these words alone, with the effects that they have. What
// it replaces, or changes outside, is named too: the same words in another folder, or
// with another redirection, replace something else.
func (ju *judging) exactly(r Rule, words []string, effects []Effect) (Rule, string) {
	r.Command = []string{quoteWords(words)}
	if r.Verdict != Allow {
		return r, ""
	}
	kinds, named, unsure := []shell.Kind{shell.Read}, false, false
	for _, e := range effects {
		kinds = append(kinds, e.Kind)
		if e.Outside {
			kinds = append(kinds, Outside)
		}
		switch {
		case !changes(e.Kind):
			continue
		case e.Unsure || e.Path == "":
			unsure = true
			continue
		}
		named = named || e.Kind == shell.Overwrite || e.Outside
		at, _ := ju.exactPlace(e.Path)
		if e.Recursive {
			at += "/**"
		}
		if !slices.Contains(r.Path, at) {
			r.Path = append(r.Path, at)
		}
	}
	switch {
	case named && unsure:
		return r, "it changes some files that are known and others that are not"
	case !named:
		r.Path = nil
	}
	r.Effects = sorted(kinds)
	return r, ""
}

// sorted gives the kinds once each, in the usual order.
func sorted(kinds []shell.Kind) []shell.Kind {
	return slices.DeleteFunc(EffectKinds(), func(k shell.Kind) bool { return !slices.Contains(kinds, k) })
}

func quoteWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quotePattern(w)
	}
	return strings.Join(quoted, " ")
}

// quoteGlob writes a name so that a glob matches exactly it.
func quoteGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`, `?`, `\?`).Replace(s)
}

// offerFile generalises an effect on a file: its first folder in the project, the
// same kind only; a file in the root, outside or replaced: exactly that one.
func (ju *judging) offerFile(base Rule, e Effect) (Rule, bool) {
	if e.Path == "" || e.Unsure || LevelDefault.effect(e) == Allow && e.Kind == shell.Read {
		return base, false
	}
	base.Kind = e.Kind
	at, in := ju.exactPlace(e.Path)
	dir, _, deep := strings.Cut(at, "/")
	switch {
	case in && deep && e.Kind != shell.Overwrite:
		base.Path = []string{dir + "/**"}
	default:
		base.Path = []string{at}
		if !in && base.Verdict == Allow {
			base.Effects = sorted([]shell.Kind{e.Kind, Outside})
		}
	}
	return base, true
}

// exactPlace is the pattern of one resolved path alone: relative where it lies in the
// project.
func (ju *judging) exactPlace(p string) (pattern string, in bool) {
	root, ok := shell.Resolve(ju.w.Root, shellEnv(ju.c, ju.w))
	if rel, in := inside(root, p); ok && in {
		return exactPath(rel), true
	}
	return exactPath(path.Clean(p)), false
}

// exactPath writes a path so that a pattern matches exactly it.
func exactPath(p string) string {
	var b strings.Builder
	for i, r := range p {
		if strings.ContainsRune(`*?[]{}\`, r) || i == 0 && r == '~' {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
