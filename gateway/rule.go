package gateway

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kavi/gateway/shell"
)

// Layer says where a rule comes from.
type Layer string

// The layers. Rules of the repository may only tighten, until the operator trusts
// that exact file; then they are of the layer Trusted.
const (
	LayerBuiltIn    Layer = "built-in"
	LayerPreset     Layer = "preset"
	LayerUser       Layer = "user"
	LayerProject    Layer = "project" // the operator's own file for this project
	LayerRepository Layer = "repository"
	LayerTrusted    Layer = "repository, trusted"
	LayerRemembered Layer = "remembered"
)

// Kinds of rules beside the kinds of effects.
const (
	Exec shell.Kind = "exec" // commands, by their words
	MCP  shell.Kind = "mcp"  // tools of MCP servers, by their names
	Any  shell.Kind = "any"
)

// Rule is one thing that the operator says about calls; the README's "Rules" shows the file.
// A Policy keeps copies: a rule that is in one never changes.
type Rule struct {
	ID      string
	Verdict Action
	Kind    shell.Kind // an effect's, Outside, Protected, Exec, MCP or Any
	Agent   []string   // patterns of agents' names; none: every agent
	Tool    []string   // patterns of tools' names
	Path    []string   // patterns of paths, of rules about effects on files; of an allow of commands: what they may change
	Command []string   // patterns of words, of rules about commands
	Host    []string   // patterns of hosts, of rules about the network
	Effects []shell.Kind
	Unless  []string // exceptions: commands, paths, hosts or tools, as the kind has them
	Always  bool     // of a prompt: asked every time, whatever was remembered
	Why     string   // told to the operator, and to the agent on a denial
	Match   []string // examples that it must match, and must not
	NoMatch []string
	Uses    int    // it ends after it decided so many calls; 0: never. Whoever owns the policy counts
	Until   string // when it ends, as written: "20m" after its file was, or a time of day, "07:30"

	// Ends is Until as a moment; zero: never. A rule is out of force from then on.
	Ends time.Time

	Layer Layer
	File  string
	Line  int // of the [[rule]] in File

	agents, tools []glob
	paths         []pathPattern
	commands      []commandPattern
	hosts         []hostPattern
	effects       kindSet
	onEffects     bool  // the kind is one of an effect
	unless        *Rule // the exceptions as a rule of the same kind
}

// EffectKinds are the kinds that a rule may have, or list as effects.
func EffectKinds() []shell.Kind {
	return []shell.Kind{
		shell.Read, shell.Write, shell.Overwrite, shell.Delete, shell.Network, shell.Commit, shell.Unknown, shell.Opaque, shell.Privilege,
		Outside, Protected,
	}
}

// RuleKinds are all that may stand behind allow, prompt or deny.
func RuleKinds() []shell.Kind { return append(EffectKinds(), Exec, MCP, Any) }

// onFiles tells whether a rule of the kind may have paths.
func onFiles(k shell.Kind) bool {
	return slices.Contains([]shell.Kind{shell.Read, shell.Write, shell.Overwrite, shell.Delete, Outside, Protected, Any}, k)
}

// compile reads the patterns. It is the only place where a rule can be wrong.
func (r *Rule) compile() error {
	if !slices.Contains(RuleKinds(), r.Kind) {
		return wrong(r.Verdict.String(), "%q is no kind: %s", r.Kind, nearest(string(r.Kind), names(RuleKinds())))
	}
	switch {
	case len(r.Path) > 0 && !onFiles(r.Kind) && (r.Kind != Exec || r.Verdict != Allow):
		return wrong("path", "a rule about %s has no path", r.Kind)
	case len(r.Command) > 0 && r.Kind != Exec && r.Kind != Any:
		return wrong("command", "a rule about %s has no command: write %s = %q", r.Kind, r.Verdict, Exec)
	case len(r.Host) > 0 && r.Kind != shell.Network && r.Kind != Any:
		return wrong("host", "a rule about %s has no host: write %s = %q", r.Kind, r.Verdict, shell.Network)
	case r.Always && r.Verdict != Prompt:
		return wrong("always", "only a prompt can be always")
	case r.Uses < 0:
		return wrong("uses", "uses = %d: a rule can be used so often, or without end when it is not said", r.Uses)
	case len(r.Effects) > 0 && r.Kind == MCP:
		return wrong("effects", "what a tool of an MCP server does is not known: no effects")
	case r.Layer == LayerRepository && r.Verdict == Allow:
		return wrong("allow", "a repository's file may not allow before it is trusted")
	}
	if r.Until != "" {
		if _, err := Until(r.Until, time.Time{}); err != nil {
			return &atKey{"until", err}
		}
	}
	r.agents, r.tools = globs(r.Agent), globs(r.Tool)
	for _, s := range r.Path {
		p, err := newPathPattern(s)
		if err != nil {
			return wrong("path", "path %q %w", s, err)
		}
		r.paths = append(r.paths, p)
	}
	for _, s := range r.Command {
		p, err := newCommandPattern(s)
		if err != nil {
			return wrong("command", "command %q %w", s, err)
		}
		r.commands = append(r.commands, p)
	}
	for _, s := range r.Host {
		h, err := newHostPattern(s)
		if err != nil {
			return wrong("host", "host %q %w", s, err)
		}
		r.hosts = append(r.hosts, h)
	}
	for _, k := range r.Effects {
		if !slices.Contains(EffectKinds(), k) {
			return wrong("effects", "effects: %q is no effect: %s", k, nearest(string(k), names(EffectKinds())))
		}
	}
	r.caps()
	return r.compileUnless()
}

// caps fixes which effects the rule is about: those of an allow that covers no
// more, or those of which another rule wants at least one.
func (r *Rule) caps() {
	list := r.Effects
	if len(list) == 0 {
		switch {
		case r.Verdict == Allow && (r.Kind == Exec || r.Kind == Any):
			list = []shell.Kind{shell.Read, shell.Write, shell.Unknown, shell.Commit}
		case r.Verdict == Allow:
			list = []shell.Kind{r.Kind}
		case r.Kind == shell.Write:
			list = []shell.Kind{shell.Write, shell.Overwrite, shell.Delete}
		case r.Kind != Exec && r.Kind != Any && r.Kind != MCP:
			list = []shell.Kind{r.Kind}
		}
	}
	r.effects = kindsOf(list)
	r.onEffects = r.Kind != Exec && r.Kind != Any && r.Kind != MCP
}

func (r *Rule) compileUnless() error {
	if len(r.Unless) == 0 {
		return nil
	}
	u := Rule{Verdict: Deny, Kind: r.Kind}
	switch {
	case r.Kind == MCP:
		u.Tool = r.Unless
	case r.Kind == shell.Network:
		u.Host = r.Unless
	case r.Kind == Exec, r.Kind == Any && len(r.Path) == 0:
		u.Command = r.Unless
	case onFiles(r.Kind):
		u.Path = r.Unless
	default:
		return wrong("unless", "a rule about %s has no exceptions", r.Kind)
	}
	if err := u.compile(); err != nil {
		return wrong("unless", "unless: %w", err)
	}
	r.unless = &u
	return nil
}

// String is the rule on one line, for lists: `deny exec "aws *" unless "aws s3 ls *"`.
func (r *Rule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", r.Verdict, r.Kind)
	list := func(name string, values []string) {
		if len(values) == 0 {
			return
		}
		b.WriteString(name)
		for i, v := range values {
			if i > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, " %q", v)
		}
	}
	list("", r.Command)
	if r.Kind == Exec {
		list(" path", r.Path)
	} else {
		list("", r.Path)
	}
	list("", r.Host)
	list(" tool", r.Tool)
	list(" agent", r.Agent)
	list(" effects", names(r.Effects))
	list(" unless", r.Unless)
	if r.Always {
		b.WriteString(" always")
	}
	if r.Uses > 0 {
		fmt.Fprintf(&b, " uses %d", r.Uses)
	}
	if r.Until != "" {
		fmt.Fprintf(&b, " until %q", r.Until)
	}
	return b.String()
}

func names(kinds []shell.Kind) []string {
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

// nearest says which of the known words is meant, or lists them.
func nearest(word string, known []string) string {
	best, at := "", 3
	for _, k := range known {
		if d := distance(strings.ToLower(word), k); d < at {
			best, at = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "one of " + strings.Join(known, ", ")
}

// distance is how many letters have to be changed, added, taken away or swapped.
func distance(a, b string) int {
	prev2, prev := []int(nil), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, row
	}
	return prev[len(b)]
}
