package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"kavi/gateway/shell"
)

// ruleText is a rule as it stands in a file.
type ruleText struct {
	ID      string   `toml:"id"`
	Allow   *string  `toml:"allow"`
	Prompt  *string  `toml:"prompt"`
	Deny    *string  `toml:"deny"`
	Agent   patterns `toml:"agent"`
	Tool    patterns `toml:"tool"`
	Path    patterns `toml:"path"`
	Command patterns `toml:"command"`
	Host    patterns `toml:"host"`
	Effects patterns `toml:"effects"`
	Unless  patterns `toml:"unless"`
	Always  bool     `toml:"always"`
	Why     string   `toml:"why"`
	Match   patterns `toml:"match"`
	NoMatch patterns `toml:"no_match"`
	Uses    *int     `toml:"uses"`
	Until   *string  `toml:"until"`
}

type patterns []string

// MaxRuleFile bounds a file of rules, in bytes.
const MaxRuleFile = 4 << 20

// ParseRules reads a file of rules. file names it in errors, which have
// the form "file:line: what: why"; all that are found are joined. A file with any
// error gives no rules. The rules of the presets that it names come first.
//
// Of the layer LayerRepository an allow is refused; LayerTrusted takes it.
func ParseRules(text []byte, file string, layer Layer) ([]Rule, error) {
	if len(text) > MaxRuleFile {
		return nil, fmt.Errorf("%s: larger than %d MB", file, MaxRuleFile>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF")) // some editors begin a file with it
	if err := checkKeys(text, file); err != nil {
		return nil, err
	}
	var doc struct {
		Presets patterns   `toml:"presets"`
		Rule    []ruleText `toml:"rule"`
	}
	dec := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := dec.Decode(&doc); err != nil {
		return nil, decodeError(err, file)
	}
	at, single := layout(text)
	if single > 0 {
		return nil, fmt.Errorf("%s:%d: [rule] is a table of its own: write [[rule]], with two brackets, above each rule", file, single)
	}
	rules := make([]Rule, 0, len(doc.Rule))
	var errs []error
	for _, name := range doc.Presets {
		r, err := Preset(name)
		if layer == LayerRepository {
			err = errors.New("presets: a repository's file may name none before it is trusted")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", file, lineOf(text, "presets"), err))
		}
		rules = append(rules, r...)
	}
	ids := map[string]int{}
	for i, t := range doc.Rule {
		line, keys := 1, map[string]int(nil)
		if i < len(at) {
			line, keys = at[i].head, at[i].keys
		}
		fail := func(err error) {
			at := line
			var key *atKey
			if errors.As(err, &key) && keys[key.key] > 0 {
				at = keys[key.key]
			}
			errs = append(errs, fmt.Errorf("%s:%d: rule %s: %w", file, at, t.ID, err))
		}
		if t.ID == "" {
			t.ID = fmt.Sprintf("line-%d", line)
		}
		if other, ok := ids[t.ID]; ok {
			fail(fmt.Errorf("the id stands at line %d already", other))
			continue
		}
		ids[t.ID] = line
		r, err := t.rule()
		if err != nil {
			fail(err)
			continue
		}
		r.Layer, r.File, r.Line = layer, file, line
		if err := r.compile(); err != nil {
			fail(err)
			continue
		}
		if err := r.examples(); err != nil {
			fail(err)
			continue
		}
		rules = append(rules, r)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return rules, nil
}

// rule reads the text of one rule; its patterns are read later.
func (t *ruleText) rule() (Rule, error) {
	r := Rule{
		ID: t.ID, Agent: t.Agent, Tool: t.Tool, Path: t.Path, Command: t.Command, Host: t.Host, Unless: t.Unless,
		Always: t.Always, Why: t.Why, Match: t.Match, NoMatch: t.NoMatch,
	}
	for _, e := range t.Effects {
		r.Effects = append(r.Effects, shell.Kind(e))
	}
	if t.Uses != nil {
		if *t.Uses <= 0 {
			return r, wrong("uses", "uses = %d: it has to be 1 or more", *t.Uses)
		}
		r.Uses = *t.Uses
	}
	if t.Until != nil {
		r.Until = *t.Until
		if _, err := Until(r.Until, time.Time{}); err != nil {
			return r, &atKey{"until", err}
		}
	}
	verdicts := 0
	for _, v := range []struct {
		kind   *string
		action Action
	}{{t.Allow, Allow}, {t.Prompt, Prompt}, {t.Deny, Deny}} {
		if v.kind != nil {
			verdicts++
			r.Verdict, r.Kind = v.action, shell.Kind(*v.kind)
		}
	}
	if verdicts != 1 {
		return r, fmt.Errorf("has %d of allow, prompt and deny: it needs exactly one", verdicts)
	}
	return r, t.plausible()
}

// lineOf is the line on which a key of the file itself is set.
func lineOf(text []byte, key string) int {
	var p unstable.Parser
	p.Reset(text)
	for p.NextExpression() {
		e := p.Expression()
		if e.Kind != unstable.KeyValue {
			return 1 // the first table ends what belongs to the file
		}
		if k := e.Key(); k.Next() && string(k.Node().Data) == key {
			return p.Shape(k.Node().Raw).Start.Line
		}
	}
	return 1
}

// decodeError says where a file is no file of rules.
func decodeError(err error, file string) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var errs []error
		for _, e := range strict.Errors {
			row, _ := e.Position()
			key := e.Key()
			known := ruleKeys()
			if len(key) < 2 || key[0] != "rule" {
				known = fileKeys()
			}
			last := key[len(key)-1]
			errs = append(errs, fmt.Errorf("%s:%d: unknown key %q: %s", file, row, last, nearest(last, keys(known))))
		}
		return errors.Join(errs...)
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		row, _ := decode.Position()
		why := strings.TrimPrefix(decode.Error(), "toml: ")
		if key := decode.Key(); len(key) > 0 && strings.HasPrefix(why, "cannot decode") { // in the words of Go's types
			known := ruleKeys()
			if len(key) < 2 {
				known = fileKeys()
			}
			last := key[len(key)-1]
			why = last + ": it has to be " + orElse(known[last], "something else")
		}
		return fmt.Errorf("%s:%d: %s", file, row, why)
	}
	return fmt.Errorf("%s: %w", file, err)
}

// UnmarshalText lets one text stand for a list of one.
func (p *patterns) UnmarshalText(text []byte) error {
	*p = patterns{string(text)}
	return nil
}

// nothing is the file system of the project in which a rule's examples are read.
type nothing struct{}

func (nothing) Lstat(string) shell.File { return shell.File{} }

// examples checks the rule's own examples: those of Match must be decided by it
// as it says, those of NoMatch must not.
func (r *Rule) examples() error {
	check := func(text string, want bool) error {
		got, err := r.decides(text)
		if err != nil {
			return err
		}
		if got != want && want {
			return wrong("match", "match: %q is not decided by it", text)
		}
		if got != want {
			return wrong("no_match", "no_match: %q is decided by it", text)
		}
		return nil
	}
	for _, text := range r.Match {
		if err := check(text, true); err != nil {
			return err
		}
	}
	for _, text := range r.NoMatch {
		if err := check(text, false); err != nil {
			return err
		}
	}
	return nil
}
