package session

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"kavi/gateway"
)

// RuleFiles are the files from which the rules of one project come, one
// for each layer. None of them need exist.
type RuleFiles struct {
	User       string // the operator's rules.toml
	Project    string // the operator's own file for this project, outside of it
	Repository string // what the repository brings: it may only tighten until it is trusted
	trusted    string // holds the hash of the repository's file that the operator trusts
}

// ConfigHome is the operator's folder of kavi's configuration,
// $XDG_CONFIG_HOME/kavi.
func ConfigHome() (string, error) {
	config := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		home, err := Home()
		if err != nil {
			return "", err
		}
		config = filepath.Join(home, ".config")
	}
	return filepath.Join(config, "kavi"), nil
}

// RuleFilesOf names the files of a project, by its root.
func RuleFilesOf(project string) (RuleFiles, error) {
	config, err := ConfigHome()
	if err != nil {
		return RuleFiles{}, err
	}
	hash := sha256.Sum256([]byte(project))
	own := filepath.Join(config, "projects", hex.EncodeToString(hash[:8]))
	return RuleFiles{
		User:       filepath.Join(config, "rules.toml"),
		Project:    filepath.Join(own, "rules.toml"),
		Repository: filepath.Join(project, ".kavi", "rules.toml"),
		trusted:    filepath.Join(own, "trusted"),
	}, nil
}

// RuleFile is one of them as it was read.
type RuleFile struct {
	Path  string
	Hash  string // SHA-256 of its text, hex; "" where there is no such file
	Rules []gateway.Rule
	Err   error  // it cannot be used: "path:line: what: why"
	Note  string // what the operator should know of it, safe to display; ""
	layer gateway.Layer
}

// Load reads all of them. It blocks for as long as reading them takes.
func (f RuleFiles) Load() []RuleFile {
	return []RuleFile{
		loadRules(f.User, gateway.LayerUser),
		loadRules(f.Project, gateway.LayerProject),
		f.loadRepository(),
	}
}

// Presets gives the rules of presets by their names.
func Presets(names []string) ([]gateway.Rule, error) {
	var rules []gateway.Rule
	for _, name := range names {
		r, err := gateway.Preset(name)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r...)
	}
	return rules, nil
}

func loadRules(path string, layer gateway.Layer) RuleFile {
	f := RuleFile{Path: path, layer: layer}
	text, at, err := readRules(path)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) {
			f.Err = err
		}
		return f
	}
	return f.parse(text, at, layer)
}

func (f RuleFile) parse(text []byte, at time.Time, layer gateway.Layer) RuleFile {
	hash := sha256.Sum256(text)
	f.Hash, f.layer = hex.EncodeToString(hash[:]), layer
	f.Rules, f.Err = gateway.ParseRules(text, f.Path, layer)
	for i := range f.Rules {
		r := &f.Rules[i]
		if r.Until == "" {
			continue
		}
		// From when the file was written: so it is the same after a restart.
		if r.Ends, f.Err = gateway.Until(r.Until, at); f.Err != nil {
			return f // not reached: the file would not have been read
		}
	}
	return f
}

// loadRepository reads what the repository brings. Until that exact file is
// trusted its allows are left out and said so; what it denies and asks holds.
func (f RuleFiles) loadRepository() RuleFile {
	r := RuleFile{Path: f.Repository, layer: gateway.LayerRepository}
	text, at, err := readRules(f.Repository)
	if err != nil {
		if !errors.Is(err, os.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR) {
			r.Err = err
		}
		return r
	}
	if f.trusts(text) {
		return r.parse(text, at, gateway.LayerTrusted)
	}
	strict := r.parse(text, at, gateway.LayerRepository)
	if strict.Err == nil {
		return strict
	}
	all := r.parse(text, at, gateway.LayerTrusted)
	if all.Err != nil {
		return all
	}
	all.layer = gateway.LayerRepository
	left := all.Rules[:0]
	for _, rule := range all.Rules {
		if rule.Verdict != gateway.Allow {
			rule.Layer = gateway.LayerRepository
			left = append(left, rule)
		}
	}
	all.Note = "what the repository's .kavi/rules.toml allows is left out until you trust it: kavi rules trust"
	all.Rules = left
	return all
}

// readRules reads a file of rules.
func readRules(path string) (text []byte, written time.Time, err error) {
	return ReadText(path, gateway.MaxRuleFile)
}

// trustOf is what stands for a repository's file in the file of trust: a hash of
// its path and text, so that neither another repository nor a change is trusted.
func (f RuleFiles) trustOf(text []byte) string {
	h := sha256.New()
	h.Write([]byte("kavi-trust-v1\x00" + f.Repository + "\x00"))
	h.Write(text)
	return hex.EncodeToString(h.Sum(nil))
}

func (f RuleFiles) trusts(text []byte) bool {
	b, err := os.ReadFile(f.trusted)
	return err == nil && strings.TrimSpace(string(b)) == f.trustOf(text)
}

// ReadRepository gives the repository's file as it is now, and whether it is
// trusted. os.ErrNotExist: it brings none.
func (f RuleFiles) ReadRepository() (text []byte, trusted bool, err error) {
	text, _, err = readRules(f.Repository)
	return text, err == nil && f.trusts(text), err
}

// Trust lets the repository's file allow, as long as it has exactly this text.
// The text must be a file of rules without errors.
func (f RuleFiles) Trust(text []byte) error {
	if _, err := gateway.ParseRules(text, f.Repository, gateway.LayerTrusted); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.trusted), 0o700); err != nil {
		return err
	}
	return writeFile(f.trusted, []byte(f.trustOf(text)+"\n"))
}

// Distrust takes trust back.
func (f RuleFiles) Distrust() error {
	if err := os.Remove(f.trusted); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// AddToFile writes a rule at the end of a file of rules, which it makes where
// there is none. The file is replaced at once, and only if all of it can be read
// then; everything else in it stays as it was.
func AddToFile(path string, layer gateway.Layer, r gateway.Rule) error {
	text, written, err := readRules(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if _, err := gateway.ParseRules(text, path, layer); err != nil {
		return fmt.Errorf("%w\nnothing was added", err)
	}
	r.ID = freeID(r.ID, text, path, layer)
	if !r.Ends.IsZero() {
		r.Until = r.Ends.Format(time.RFC3339)
	}
	if len(text) > 0 {
		text = append([]byte(strings.TrimRight(string(text), "\n")), "\n\n"...)
	}
	text = append(text, r.TOML()...)
	return replaceRules(path, layer, text, written)
}

// freeID is an id that no rule of a file has yet: ID, ID-2, ID-3 …
func freeID(id string, text []byte, path string, layer gateway.Layer) string {
	rules, err := gateway.ParseRules(text, path, layer)
	if err != nil {
		return id
	}
	for n, try := 2, id; ; n++ {
		if !slices.ContainsFunc(rules, func(r gateway.Rule) bool { return r.ID == try }) {
			return try
		}
		try = fmt.Sprintf("%s-%d", id, n)
	}
}

// RemoveFromFile takes the rule at a line ([[rule]]) out of a file of rules. What
// stands around it, comments included, stays.
func RemoveFromFile(path string, layer gateway.Layer, line int) error {
	text, written, err := readRules(path)
	if err != nil {
		return err
	}
	lines := strings.SplitAfter(string(text), "\n")
	if line < 1 || line > len(lines) {
		return fmt.Errorf("%s: it has no line %d", path, line)
	}
	rules, err := gateway.ParseRules(text, path, layer)
	if err != nil {
		return fmt.Errorf("%w\nnothing was removed", err)
	}
	end, found := len(lines), false
	for _, r := range rules {
		if r.File != path {
			continue // of a preset
		}
		if r.Line == line {
			found = true
		} else if r.Line > line {
			end = min(end, r.Line-1)
		}
	}
	if !found {
		return fmt.Errorf("%s:%d: no rule begins there", path, line)
	}
	// The comment right above the next rule is the next rule's.
	for end < len(lines) && end > line && strings.HasPrefix(strings.TrimSpace(lines[end-1]), "#") {
		end--
	}
	before, after := strings.Join(lines[:line-1], ""), strings.Join(lines[end:], "")
	if strings.TrimSpace(after) == "" { // it was the last: so is the blank line before it
		before, after = strings.TrimRight(before, "\n")+"\n", ""
	}
	if strings.TrimSpace(before) == "" { // it was the first
		before, after = "", strings.TrimLeft(after, "\n")
	}
	rest := before + after
	return replaceRules(path, layer, []byte(rest), written)
}

// removeByID takes the rule of an id out of a file of rules.
func removeByID(path string, layer gateway.Layer, id string) error {
	f := loadRules(path, layer)
	if f.Err != nil {
		return f.Err
	}
	at := slices.IndexFunc(f.Rules, func(r gateway.Rule) bool { return r.ID == id && r.File == path })
	if at < 0 {
		return fmt.Errorf("%s: it has no rule %s any more", path, id)
	}
	return RemoveFromFile(path, layer, f.Rules[at].Line)
}

// replaceRules writes a file of rules, through a link that the operator may have
// made of it, if it can be read. When the operator wrote it stays: from then on
// count the rules that end after some time.
func replaceRules(path string, layer gateway.Layer, text []byte, written time.Time) error {
	if _, err := gateway.ParseRules(text, path, layer); err != nil {
		return err
	}
	if to, err := filepath.EvalSymlinks(path); err == nil {
		path = to
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := writeFile(path, text); err != nil || written.IsZero() {
		return err
	}
	return os.Chtimes(path, time.Time{}, written)
}
