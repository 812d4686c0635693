package gateway

import (
	"path"
	"slices"
	"strings"
	"time"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// subject is one part of a call as rules see it; made once, matched often.
type subject struct {
	part   *Part
	exec   bool
	mcp    bool
	names  [2]string // the tool as the agent names it, and what that means
	agent  string
	argvs  [][]shell.Word // the ways in which its command may be written
	places []place        // of each effect with a path

	now        time.Time
	fs         shell.FS
	root, home string // resolved
	looked     *int   // names looked at in this evaluation; see maxLooked
	kinds      kindSet
}

// subjects prepares the parts of a call.
func (ju *judging) subjects() []subject {
	root, home := ju.w.Root, ju.w.Home
	if ju.w.FS != nil {
		env := shell.Env{Cwd: "/", FS: ju.w.FS}
		if p, ok := shell.Resolve(root, env); ok {
			root = p
		}
		if p, ok := shell.Resolve(home, env); ok {
			home = p
		}
	}
	list, looked := make([]subject, len(ju.parts)), new(int)
	for i := range ju.parts {
		p := &ju.parts[i]
		s := &list[i]
		*s = subject{part: p, exec: ju.c.Tool == wire.ToolExec, mcp: ju.c.Tool == wire.ToolMCP, names: [2]string{ju.c.Name, string(ju.tool(i))}, agent: ju.who.Agent}
		s.now, s.fs, s.root, s.home, s.looked = ju.w.Now, ju.w.FS, root, home, looked
		s.argvs = spellings(p)
		s.places = make([]place, len(p.Effects))
		for k, e := range p.Effects {
			s.kinds |= bit(e.Kind)
			if e.Outside {
				s.kinds |= bit(Outside)
			}
			if e.Protected {
				s.kinds |= bit(Protected)
			}
			if e.Path != "" {
				s.places[k] = placeOf(e.Path, root, home)
			}
		}
	}
	return list
}

// tool is what part i of the call does, in a canonical tool's name: of a call about
// several files each has its own.
func (ju *judging) tool(i int) wire.Tool {
	if i < len(ju.c.Files) {
		return ju.c.Files[i].Tool
	}
	return ju.c.Tool
}

// spellings are the argument vectors under which a rule may know a part: after
// unwrapping, as written (sudo …), and for git without what stands before its
// subcommand.
func spellings(p *Part) [][]shell.Word {
	var list [][]shell.Word
	for _, argv := range [][]shell.Word{p.Argv, p.Full} {
		if len(argv) == 0 {
			continue
		}
		if argv[0].Known && systemFolder(path.Dir(argv[0].Text)) {
			argv = append([]shell.Word{{Text: path.Base(argv[0].Text), Known: true}}, argv[1:]...)
		}
		list = append(list, argv)
		if g, ok := parseGit(argv); ok && len(argv) != len(g.rest)+2 {
			short := append([]shell.Word{{Text: "git", Known: true}, {Text: g.sub, Known: true}}, g.rest...)
			list = append(list, short)
		}
	}
	return list
}

// isFor tells whether a rule is in force, and for the agent and the tool of a part.
func (r *Rule) isFor(s *subject) bool {
	if r.over(s.now) || !anyGlob(r.agents, s.agent) {
		return false
	}
	return len(r.tools) == 0 || anyGlob(r.tools, s.names[0]) || anyGlob(r.tools, s.names[1])
}

// matches tells whether a rule that denies or prompts is about a part, and which
// effect made it so (-1: none in particular).
func (r *Rule) matches(s *subject) (certainty, int) {
	if !r.isFor(s) {
		return no, -1
	}
	c, at := r.matchesKind(s)
	if c != no && r.excepts(s, at) {
		return no, -1
	}
	return c, at
}

func (r *Rule) matchesKind(s *subject) (best certainty, at int) {
	if r.Kind == Exec {
		if !s.exec {
			return no, -1
		}
		c := r.command(s)
		if c != no && r.effects != 0 && r.anyEffect(s) < 0 {
			return no, -1
		}
		return c, r.anyEffect(s)
	}
	if r.Kind == MCP {
		if s.mcp {
			return yes, -1
		}
		return no, -1
	}
	if r.Kind == Any {
		if len(r.commands) > 0 {
			return r.command(s), -1
		}
		if len(r.paths) == 0 && len(r.hosts) == 0 && r.effects == 0 {
			return yes, -1
		}
	}
	best, at = no, -1
	for i := range s.part.Effects {
		if c := r.effect(s, &s.part.Effects[i], &s.places[i]); c > best {
			best, at = c, i
		}
	}
	return best, at
}

// excepts tells whether the rule's exceptions take the part out, for certain.
func (r *Rule) excepts(s *subject, at int) bool {
	if r.unless == nil {
		return false
	}
	if at >= 0 && len(r.unless.paths)+len(r.unless.hosts) > 0 {
		one := *s.part
		one.Effects = one.Effects[at : at+1]
		lone := *s
		lone.part, lone.places = &one, s.places[at:at+1]
		// What is recursive is excepted only as a whole.
		if e := one.Effects[0]; e.Recursive || e.Unsure || e.Path == "" && e.Host == "" {
			return false
		}
		c, _ := r.unless.matchesKind(&lone)
		return c == yes
	}
	c, _ := r.unless.matches(s)
	return c == yes
}

// anyEffect gives the first effect of the part that the rule's list names, or -1.
func (r *Rule) anyEffect(s *subject) int {
	for i := range s.part.Effects {
		if r.names(&s.part.Effects[i]) {
			return i
		}
	}
	return -1
}

// names tells whether the rule's effects name an effect, by kind or modifier.
func (r *Rule) names(e *Effect) bool {
	return r.effects.has(e.Kind) || e.Outside && r.effects.has(Outside) || e.Protected && r.effects.has(Protected)
}

// command tells whether the rule's patterns know the part's words.
func (r *Rule) command(s *subject) certainty {
	if len(r.commands) == 0 {
		return yes
	}
	best := no
	for _, argv := range s.argvs {
		for _, p := range r.commands {
			if c := p.match(argv); c > best {
				if best = c; best == yes {
					return yes
				}
			}
		}
	}
	if best == no && len(s.argvs) == 0 && r.anyCommand() {
		return yes // a redirection alone
	}
	return best
}

// anyCommand tells whether the rule is about every command.
func (r *Rule) anyCommand() bool {
	for _, p := range r.commands {
		if p.open && len(p.words) == 0 {
			return true
		}
	}
	return len(r.commands) == 0
}

// effect tells whether a rule that denies or prompts is about an effect.
func (r *Rule) effect(s *subject, e *Effect, at *place) certainty {
	if r.effects != 0 && !r.names(e) {
		return no
	}
	best := yes
	if len(r.paths) > 0 {
		best = r.path(s, e, at)
	}
	if len(r.hosts) > 0 && best != no {
		switch {
		case e.Kind != shell.Network:
			return no
		case e.Host == "":
			return maybe
		case !r.host(e.Host):
			return no
		}
	}
	return best
}

func (r *Rule) path(s *subject, e *Effect, at *place) certainty {
	if !onFiles(e.Kind) {
		return no
	}
	if e.Path == "" {
		if e.Unsure {
			return maybe
		}
		return no // it is about no file that has a name
	}
	for i := range r.paths {
		if !e.Unsure && r.paths[i].match(at) {
			return yes
		}
	}
	if !e.Recursive && !e.Unsure {
		return no
	}
	switch {
	case !r.mayHold(at) && !r.anyPath(at):
		return no
	case e.Unsure:
		return maybe
	case e.Kind != shell.Read:
		return yes // whoever deletes the folder deletes what is in it
	case s.fs == nil || r.below(s, at):
		return maybe // a search reads a folder, but not all of it perhaps
	}
	return no
}

func (r *Rule) host(host string) bool {
	for _, h := range r.hosts {
		if h.match(host) {
			return true
		}
	}
	return false
}

// lets tells whether an allow rule lets a part's program run, whatever it does.
func (r *Rule) lets(s *subject) bool {
	switch {
	case !r.isFor(s) || r.Kind != Exec && r.Kind != Any && r.Kind != MCP:
		return false
	case r.Kind == MCP:
		return s.mcp && !r.excepts(s, -1)
	case r.Kind == Any && !s.exec:
		return len(r.commands) == 0 && len(r.paths) == 0 && len(r.hosts) == 0 && !r.excepts(s, -1)
	case !s.exec:
		return false
	}
	return r.command(s) == yes && !r.excepts(s, -1)
}

// covers tells whether an allow rule covers one effect.
func (r *Rule) covers(s *subject, i int) bool {
	e := &s.part.Effects[i]
	kind := r.effects.has(e.Kind)
	if e.Kind == shell.Commit && !kind {
		// A push is a commit, for the level on-commit, that goes over the network:
		// whoever allows its network has allowed it.
		kind = r.effects.has(shell.Network) && hasNetwork(s.part)
	}
	switch {
	case e.Never, !kind, e.Outside && !r.effects.has(Outside), e.Protected && !r.effects.has(Protected):
		return false
	}
	if len(r.paths) > 0 && (r.Kind != Exec || changes(e.Kind)) {
		if !onFiles(e.Kind) || e.Path == "" || e.Unsure || !r.coversPath(e, &s.places[i]) {
			return false
		}
	}
	if len(r.hosts) > 0 && (e.Host == "" || !r.host(e.Host)) {
		return false
	}
	return r.unless == nil || r.Kind == Exec || !r.exceptsSome(s, e, &s.places[i])
}

// changes tells whether an effect of the kind changes files.
func changes(k shell.Kind) bool { return k == shell.Write || k == shell.Overwrite || k == shell.Delete }

func hasNetwork(p *Part) bool {
	return slices.ContainsFunc(p.Effects, func(e Effect) bool { return e.Kind == shell.Network })
}

func (r *Rule) coversPath(e *Effect, at *place) bool {
	for _, p := range r.paths {
		if p.match(at) && (!e.Recursive || p.coversBelow(at)) {
			return true
		}
	}
	return false
}

// exceptsSome tells whether an allow's exceptions take an effect out, or part of it.
func (r *Rule) exceptsSome(s *subject, e *Effect, at *place) bool {
	u := r.unless
	if len(u.paths) == 0 && len(u.hosts) == 0 {
		return false
	}
	lone := *u
	lone.effects = 0
	return lone.effect(s, e, at) != no
}

// about what a rule is, in words, when it decides. The words of a repository that
// the operator does not trust are marked as such: they stand where kavi explains.
func (r *Rule) because() string {
	switch why := strings.TrimSpace(r.Why); {
	case why == "":
	case r.Layer == LayerRepository:
		return `the repository says "` + strings.ReplaceAll(why, `"`, "'") + `"`
	default:
		return why
	}
	switch r.Verdict {
	case Deny:
		return "a rule denies it"
	case Prompt:
		return "a rule asks"
	case Allow:
	}
	return "a rule allows it"
}
