package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// Case is a call that is put to the rules without an agent: a line of `kavi rules
// check --json`, and of the corpus that the rules are tested with. Keys that it
// does not have are passed over: a line may hold what its writer expects, and why.
type Case struct {
	ID      string   `json:"id"`
	Agent   string   `json:"agent"`
	Tool    string   `json:"tool"` // canonical; another one is a tool that kavi does not know
	Args    CaseArgs `json:"args"`
	Cwd     string   `json:"cwd"`
	Root    string   `json:"project_root"`
	Home    string   `json:"home"`
	Level   Level    `json:"approval_level"`
	Profile string   `json:"profile"` // one of Profiles; "" is everything that the case brings

	// Rules are rules as a file has them, with the layer that each is of: user,
	// repo, repo-trusted.
	Rules []json.RawMessage `json:"rules"`

	// Remember is a call that was asked about before, in the same session, and
	// decided; what was offered was remembered.
	Remember *Case  `json:"remember"`
	Decision string `json:"decision"` // of Remember: allow or deny
}

// CaseArgs are the arguments of a case's tool.
type CaseArgs struct {
	Command   string  `json:"command"`
	B64       string  `json:"command_b64"` // in base64, where it is no valid text
	Gen       *Repeat `json:"command_gen"` // generated, where it is large
	Path      string  `json:"path"`
	To        string  `json:"to"`
	Content   string  `json:"content"`
	URL       string  `json:"url"`
	Name      string  `json:"name"` // of a tool of an MCP server
	Pattern   string  `json:"pattern"`
	Text      string  `json:"text"` // nothing but text to show
	Recursive any     `json:"recursive"`
}

// Repeat is a generated text: a prefix, something so many times, a suffix.
type Repeat struct {
	Prefix string `json:"prefix"`
	Repeat string `json:"repeat"`
	Times  int    `json:"times"`
	Suffix string `json:"suffix"`
}

// maxGenerated bounds what a case may have generated, in bytes.
const maxGenerated = 64 << 20

// The profiles of rules that a case may be judged by.
const (
	ProfileDefaults   = "defaults"   // the documented defaults and nothing else
	ProfileReadonly   = "readonly"   // and the preset read-only-shell
	ProfilePermissive = "permissive" // and commands that read, write in the project, commit or run what is not seen
	ProfileRules      = "rules"      // and the case's rules
	ProfileLevel      = "level"      // at the case's level
	ProfileAfter      = "after"      // after the decision that was remembered
)

// Profiles are all of them.
func Profiles() []string {
	return []string{ProfileDefaults, ProfileReadonly, ProfilePermissive, ProfileRules, ProfileLevel, ProfileAfter}
}

// ParseCase reads one case. It fails for what is no case at all; errors in its
// rules are Judge's.
func ParseCase(line []byte) (*Case, error) {
	if !utf8.Valid(line) {
		return nil, errors.New("it is not valid UTF-8 (command_b64 takes any bytes)")
	}
	var c Case
	if err := json.Unmarshal(line, &c); err != nil {
		return nil, inPlainWords(err)
	}
	c.Root = orElse(c.Root, c.Cwd)
	c.Cwd = orElse(c.Cwd, c.Root)
	if err := c.check(); err != nil {
		return nil, err
	}
	c.Root, c.Cwd = path.Clean(c.Root), path.Clean(c.Cwd)
	if c.Home != "" {
		c.Home = path.Clean(c.Home)
	}
	return &c, nil
}

// inPlainWords says of JSON that cannot be read what is wrong, and no words of Go.
func inPlainWords(err error) error {
	var t *json.UnmarshalTypeError
	if !errors.As(err, &t) {
		return fmt.Errorf("it is no JSON: %w", err)
	}
	wanted := map[reflect.Kind]string{
		reflect.String: "a text", reflect.Int: "a whole number", reflect.Struct: "an object", reflect.Pointer: "an object", reflect.Slice: "a list",
	}[t.Type.Kind()]
	if t.Field == "" {
		return fmt.Errorf("%s is wanted, not %s", wanted, t.Value)
	}
	return fmt.Errorf("%s: %s is wanted, not %s", t.Field, wanted, t.Value)
}

func (c *Case) check() error {
	switch {
	case c.Tool == "":
		return errors.New("tool: none is given")
	case !path.IsAbs(c.Cwd), !path.IsAbs(c.Root):
		return errors.New("cwd, project_root: absolute paths are wanted")
	case c.Home != "" && !path.IsAbs(c.Home):
		return errors.New("home: an absolute path is wanted")
	case !c.Level.Valid():
		_, err := ParseLevel(string(c.Level))
		return err
	case c.Profile != "" && !slices.Contains(Profiles(), c.Profile):
		return fmt.Errorf("profile %q: %s", c.Profile, nearest(c.Profile, Profiles()))
	}
	if m := c.Remember; m != nil {
		m.Cwd, m.Root, m.Home = orElse(m.Cwd, c.Cwd), orElse(m.Root, c.Root), orElse(m.Home, c.Home)
		if m.Decision != Allow.String() && m.Decision != Deny.String() {
			return fmt.Errorf("remember: decision %q: allow or deny", m.Decision)
		}
		m.Remember = nil
		if err := m.check(); err != nil {
			return fmt.Errorf("remember: %w", err)
		}
	}
	return nil
}

// Call is the case's call as a hook would send it.
func (c *Case) Call() (*Call, error) {
	k := &Call{
		Nonce: [16]byte{1}, Door: wire.DoorHook, Name: orElse(c.Args.Name, c.Tool), Tool: wire.Tool(c.Tool), Cwd: c.Cwd,
		Path: c.Args.Path, To: c.Args.To, URL: c.Args.URL, Pattern: c.Args.Pattern, Args: c.Args.Text,
	}
	switch v := c.Args.Recursive.(type) {
	case nil:
	case bool:
		k.Recursive = v
	case string:
		k.Recursive = v == "true"
	default:
		return nil, fmt.Errorf("args.recursive: %v is neither true nor false", v)
	}
	if c.Args.Content != "" {
		k.Content = []byte(c.Args.Content)
	}
	if k.Tool != wire.ToolExec {
		return k, nil
	}
	k.Name, k.Command, k.HasCommand = "Bash", c.Args.Command, true
	if c.Args.B64 != "" {
		b, err := base64.StdEncoding.DecodeString(c.Args.B64)
		if err != nil {
			return nil, fmt.Errorf("args.command_b64: %w", err)
		}
		k.Command = string(b)
	}
	if g := c.Args.Gen; g != nil {
		if g.Times < 0 || len(g.Repeat) > 0 && g.Times > maxGenerated/len(g.Repeat) {
			return nil, fmt.Errorf("args.command_gen: %d times %d bytes, the limit is %d MB", g.Times, len(g.Repeat), maxGenerated>>20)
		}
		k.Command = g.Prefix + strings.Repeat(g.Repeat, g.Times) + g.Suffix
	}
	return k, nil
}

// CaseRules reads the case's rules. What a repository's rule would allow before it
// is trusted is left out: such a rule does not hold.
func (c *Case) CaseRules() ([]Rule, error) {
	var rules []Rule
	for i, raw := range c.Rules {
		r, err := ruleOfJSON(raw, fmt.Sprintf("rule-%d", i+1))
		if err != nil {
			return nil, fmt.Errorf("rules[%d]: %w", i, err)
		}
		rules = append(rules, r...)
	}
	return rules, nil
}

// ruleOfJSON reads a rule that is written as JSON: the keys are those of a file's.
func ruleOfJSON(raw []byte, id string) ([]Rule, error) {
	var keys map[string]any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&keys); err != nil {
		return nil, err
	}
	layer := LayerUser
	switch name := keys["layer"]; name {
	case nil, "user":
	case "repo":
		if _, allows := keys["allow"]; allows {
			return nil, nil
		}
		layer = LayerRepository
	case "repo-trusted":
		layer = LayerTrusted
	default:
		return nil, fmt.Errorf("layer %v: one of user, repo, repo-trusted", name)
	}
	delete(keys, "layer")
	if _, named := keys["id"]; !named {
		keys["id"] = id
	}
	for k, v := range keys {
		if n, ok := v.(json.Number); ok {
			whole, err := n.Int64()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", k, err)
			}
			keys[k] = whole
		}
	}
	text, err := toml.Marshal(map[string]any{"rule": []any{keys}})
	if err != nil {
		return nil, err
	}
	rules, err := ParseRules(text, "", layer)
	if err != nil {
		_, why, _ := strings.Cut(err.Error(), ": ") // without a line of a file that there is not
		return nil, errors.New(why)
	}
	for i := range rules {
		rules[i].Line = 0
	}
	return rules, nil
}

// Judge says what the case's profile makes of its call, and which patterns remember
// would offer for it. base are the rules that hold where no profile is named. Home
// and project of w are the caller's.
//
// Where nothing in the call asks, the patterns are those that would be offered if
// it did; of a denial there are none. After a remembered decision they begin with
// what was offered there.
func (c *Case) Judge(base *Policy, w World) (j Judgement, offer []string, err error) {
	call, err := c.Call()
	if err != nil {
		return j, nil, err
	}
	p, who, err := c.rulesFor(base)
	if err != nil {
		return j, nil, err
	}
	if m := c.Remember; m != nil && (c.Profile == "" || c.Profile == ProfileAfter) {
		before, err := m.Call()
		if err != nil {
			return j, nil, fmt.Errorf("remember: %w", err)
		}
		verdict := Allow
		if m.Decision == Deny.String() {
			verdict = Deny
		}
		o := p.Offer(before, Asker{Agent: m.Agent, Level: who.Level}, w, verdict)
		if len(o.Rules) == 0 {
			o.Rules = ifItAsked(before, m.Agent, w)
		} else if p, err = p.With(append(p.Rules(), remembered(o.Rules)...)); err != nil {
			return j, nil, fmt.Errorf("remember: %w", err)
		}
		offer = patternsOf(offer, o.Rules)
	}
	j = p.Action(call, who, w)
	switch j.Action {
	case Prompt:
		offer = patternsOf(offer, p.Offer(call, who, w, Allow).Rules)
	case Allow:
		offer = patternsOf(offer, ifItAsked(call, c.Agent, w))
	case Deny:
	}
	return j, offer, nil
}

// rulesFor are the case's policy and asker before anything is remembered.
func (c *Case) rulesFor(base *Policy) (*Policy, Asker, error) {
	who := Asker{Agent: c.Agent, Level: c.Level}
	var rules []Rule
	var err error
	switch c.Profile {
	case ProfileDefaults, ProfileReadonly, ProfilePermissive:
		base, who.Level = Default(), LevelDefault
		switch c.Profile {
		case ProfileReadonly:
			rules, err = Preset("read-only-shell")
		case ProfilePermissive:
			rules = []Rule{{ID: "permissive", Verdict: Allow, Kind: Exec, Command: []string{"*"}, Layer: LayerUser}}
		}
	case "":
		rules, err = c.CaseRules()
		rules = append(base.Rules(), rules...)
	default:
		base = Default()
		rules, err = c.CaseRules()
	}
	if err != nil || len(rules) == 0 {
		return base, who, err
	}
	p, err := base.With(rules)
	return p, who, err
}

// ifItAsked are the rules that would be offered for a call if every part of it
// asked.
func ifItAsked(c *Call, agent string, w World) []Rule {
	p, err := Default().With([]Rule{{ID: "ask", Verdict: Prompt, Kind: Any, Layer: LayerBuiltIn}})
	if err != nil {
		return nil
	}
	return p.Offer(c, Asker{Agent: agent}, w, Allow).Rules
}

func remembered(rules []Rule) []Rule {
	out := slices.Clone(rules)
	for i := range out {
		out[i].ID = fmt.Sprintf("rem_%02d", i+1)
	}
	return out
}

func patternsOf(list []string, rules []Rule) []string {
	for i := range rules {
		if p := rules[i].Pattern(); !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// Kinds are the kinds of effects of a judgement's parts, their modifiers among
// them, in the usual order.
func (j *Judgement) Kinds() []shell.Kind {
	const never shell.Kind = "never"
	found := map[shell.Kind]bool{}
	for _, p := range j.Parts {
		for _, e := range p.Effects {
			found[e.Kind] = true
			found[Outside] = found[Outside] || e.Outside
			found[Protected] = found[Protected] || e.Protected
			found[never] = found[never] || e.Never
		}
	}
	return slices.DeleteFunc(append(EffectKinds(), never), func(k shell.Kind) bool { return !found[k] })
}
