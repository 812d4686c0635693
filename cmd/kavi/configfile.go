package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/pelletier/go-toml/v2"

	"kavi/gateway"
	"kavi/keymap"
	"kavi/session"
)

// file is config.toml as it is written. A pointer that is nil was not given.
type file struct {
	path string
	text string

	Agents    []string                  `toml:"agents"`
	Prefix    *string                   `toml:"prefix"`
	KeepAwake *bool                     `toml:"keep_awake"`
	Presets   []string                  `toml:"presets"`
	Keys      map[string]map[string]any `toml:"keys"`
	Approvals struct {
		Timeout any   `toml:"timeout"` // "30m", or 0
		Notify  *bool `toml:"notify"`
		Sound   *bool `toml:"sound"`
	} `toml:"approvals"`
	Tasks struct {
		DefaultApproval *string `toml:"default_approval"`
	} `toml:"tasks"`
	Namespaces map[string]struct {
		Path            *string `toml:"path"`
		DefaultApproval *string `toml:"default_approval"`
		Approval        *string `toml:"approval"` // another spelling of it
	} `toml:"namespaces"`
}

// keysOf are the keys that a table of the file knows, for "did you mean".
func keysOf(table string) []string {
	switch {
	case table == "":
		return []string{"agents", "prefix", "keep_awake", "presets", "keys", "approvals", "tasks", "namespaces"}
	case table == "approvals":
		return []string{"timeout", "notify", "sound"}
	case table == "tasks":
		return []string{"default_approval"}
	case strings.HasPrefix(table, "namespaces."):
		return []string{"path", "default_approval", "approval"}
	}
	return nil
}

// parseFile reads a file strictly: a key that kavi does not know is an error
// that names the nearest one that it does.
func parseFile(path string, b []byte) (*file, error) {
	if len(b) > maxConfig {
		return nil, fmt.Errorf("%s: larger than %d MB", path, maxConfig>>20)
	}
	f := &file{path: path, text: string(b)}
	d := toml.NewDecoder(strings.NewReader(f.text)).DisallowUnknownFields()
	err := d.Decode(f)
	var unknown *toml.StrictMissingError
	var wrong *toml.DecodeError
	switch {
	case err == nil:
		return f, f.exact()
	case errors.As(err, &unknown):
		var errs []error
		for _, e := range unknown.Errors {
			row, _ := e.Position()
			errs = append(errs, f.unknownKey(row, e.Key()))
		}
		return nil, inOrder(errs)
	case errors.As(err, &wrong):
		row, _ := wrong.Position()
		if want := wanted(wrong.Key()); want != "" && strings.Contains(wrong.Error(), "cannot ") {
			return nil, f.at(row, "%s: want %s", strings.Join(wrong.Key(), "."), want)
		}
		if key, word, ok := f.bare(row); ok {
			return nil, f.at(row, "%s: a text is written in quotes: %s = %q", key, key, word)
		}
		return nil, f.at(row, "%s", strings.TrimPrefix(wrong.Error(), "toml: "))
	}
	return nil, fmt.Errorf("%s: %w", path, err)
}

// bareText is a line that sets a key to a text without quotes.
var bareText = regexp.MustCompile(`^\s*([A-Za-z0-9_.-]+)\s*=\s*([A-Za-z0-9/~][^\s"'\[\]{}#=,]*)\s*(?:#.*)?$`)

// bare tells whether that line of the file sets a key to a text without quotes.
func (f *file) bare(row int) (key, text string, ok bool) {
	lines := strings.Split(f.text, "\n")
	if row < 1 || row > len(lines) {
		return "", "", false
	}
	m := bareText.FindStringSubmatch(lines[row-1])
	if m == nil || m[2] == "true" || m[2] == "false" || !strings.ContainsFunc(m[2], unicode.IsLetter) {
		return "", "", false
	}
	return m[1], m[2], true
}

// wanted says in words what the value of a key has to be.
func wanted(key []string) string {
	if len(key) == 0 {
		return ""
	}
	switch last := key[len(key)-1]; last {
	case "agents", "presets":
		return `a list, as in ["one", "two"]`
	case "keep_awake", "notify", "sound":
		return "true or false"
	case "prefix", "default_approval", "path", "approval":
		return "a text in quotes"
	case "keys", "approvals", "tasks", "namespaces":
		return "a table: [" + last + "]"
	}
	return "a table: [" + strings.Join(key, ".") + "]"
}

// exact refuses keys in another case than ours: the decoder would take Timeout
// and timeout for one key and say nothing when they differ.
func (f *file) exact() error {
	var all map[string]any
	if err := toml.Unmarshal([]byte(f.text), &all); err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	var errs []error
	var walk func(table string, m map[string]any)
	walk = func(table string, m map[string]any) {
		known := keysOf(table)
		for _, key := range sorted(m) {
			full := strings.TrimPrefix(table+"."+key, ".")
			if known != nil && !slices.Contains(known, key) {
				errs = append(errs, f.unknownKey(f.row(table, key), strings.Split(full, ".")))
			}
			if sub, ok := m[key].(map[string]any); ok {
				walk(full, sub)
			}
		}
	}
	walk("", all)
	return inOrder(errs)
}

// lineError is something wrong on one line of a file.
type lineError struct {
	path string
	row  int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.path, e.row, e.err) }

func (e *lineError) Unwrap() error { return e.err }

func (f *file) at(row int, format string, args ...any) error {
	return &lineError{f.path, row, fmt.Errorf(format, args...)}
}

// inOrder joins errors by the lines that they are about.
func inOrder(errs []error) error {
	row := func(err error) int {
		var e *lineError
		if errors.As(err, &e) {
			return e.row
		}
		return 0
	}
	sort.SliceStable(errs, func(i, j int) bool { return row(errs[i]) < row(errs[j]) })
	return errors.Join(errs...)
}

func (f *file) unknownKey(row int, key []string) error {
	if len(key) == 0 {
		return f.at(row, "a key without a name")
	}
	table, last := strings.Join(key[:len(key)-1], "."), key[len(key)-1]
	known := keysOf(table)
	if near := nearest(last, known); near != "" {
		return f.at(row, "unknown key %s: did you mean %s?", strings.Join(key, "."), near)
	}
	if len(known) > 0 {
		return f.at(row, "unknown key %s: there are %s", strings.Join(key, "."), strings.Join(known, ", "))
	}
	return f.at(row, "unknown key %s", strings.Join(key, "."))
}

// row finds the line on which a key of a table is set, for errors about its value.
func (f *file) row(table, key string) int {
	header := regexp.MustCompile(`^\s*\[\s*([^\]]*?)\s*\]`)
	setting := regexp.MustCompile(`^\s*"?` + regexp.QuoteMeta(key) + `"?\s*=`)
	in, at := "", 0
	for i, line := range strings.Split(f.text, "\n") {
		if m := header.FindStringSubmatch(line); m != nil {
			in = strings.ReplaceAll(m[1], `"`, "")
			if in == table {
				at = i + 1
			}
		} else if in == table && setting.MatchString(line) {
			return i + 1
		}
	}
	return max(at, 1)
}

// apply puts what the operator's own file says into c.
func (f *file) apply(c *config) error {
	var errs []error
	if f.Agents != nil {
		c.Agents = f.Agents
	}
	for _, name := range f.Agents {
		if strings.TrimSpace(name) == "" {
			errs = append(errs, f.at(f.row("", "agents"), "agents: an agent without a name"))
		}
	}
	if f.Prefix != nil {
		c.Prefix = *f.Prefix
	}
	c.Presets = f.Presets
	for _, name := range f.Presets {
		if _, err := gateway.Preset(name); err != nil {
			errs = append(errs, f.at(f.row("", "presets"), "presets: %w", err))
		}
	}
	c.Keys = f.Keys
	if _, err := keymap.New(c.Prefix, c.Keys); err != nil {
		errs = append(errs, f.keyErrors(err)...)
	}
	take(&c.KeepAwake, f.KeepAwake)
	take(&c.Notify, f.Approvals.Notify)
	take(&c.Sound, f.Approvals.Sound)
	if f.Approvals.Timeout != nil {
		d, err := wait(f.Approvals.Timeout)
		if err != nil {
			errs = append(errs, f.at(f.row("approvals", "timeout"), "approvals.timeout: %w", err))
		}
		c.Timeout = d
	}
	if l, err := f.level("tasks", "default_approval", f.Tasks.DefaultApproval); err != nil {
		errs = append(errs, err)
	} else if l != nil {
		c.Level = *l
	}
	for _, name := range sorted(f.Namespaces) {
		n, err := f.namespace(name)
		errs = append(errs, err)
		c.Namespaces = append(c.Namespaces, n)
	}
	return inOrder(errs)
}

func take(to, from *bool) {
	if from != nil {
		*to = *from
	}
}

func (f *file) namespace(name string) (namespace, error) {
	t, table := f.Namespaces[name], "namespaces."+name
	n := namespace{Name: name}
	if t.Path != nil {
		path, err := absolute(*t.Path)
		if err != nil {
			return n, f.at(f.row(table, "path"), "%s.path: %w", table, err)
		}
		n.Path = path
	}
	a, err := f.level(table, "default_approval", t.DefaultApproval)
	if err != nil {
		return n, err
	}
	b, err := f.level(table, "approval", t.Approval)
	if err != nil {
		return n, err
	}
	switch {
	case a != nil && b != nil && *a != *b:
		return n, f.at(f.row(table, "approval"), "%s: default_approval and approval are one key in two spellings, set to %q and %q", table, *a, *b)
	case a != nil:
		n.Level = *a
	case b != nil:
		n.Level = *b
	}
	return n, nil
}

func (f *file) level(table, key string, s *string) (*gateway.Level, error) {
	if s == nil {
		return nil, nil //nolint:nilnil // not given, and nothing wrong with that
	}
	l, err := gateway.ParseLevel(*s)
	if err != nil {
		return nil, f.at(f.row(table, key), "%s.%s: %w", table, key, err)
	}
	return &l, nil
}

// keyErrors gives each wrong key its line.
func (f *file) keyErrors(err error) []error {
	var all []error
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{f.at(1, "%w", err)}
	}
	for _, e := range joined.Unwrap() {
		var k *keymap.Error
		row := 1
		if errors.As(e, &k) {
			row = f.row("keys."+k.Table, k.Action)
			if k.Table == "" {
				row = f.row("", "prefix")
			}
		}
		all = append(all, f.at(row, "%w", e))
	}
	return all
}

// wait reads a length of time as Go writes it; the number 0 waits for ever.
func wait(given any) (time.Duration, error) {
	switch v := given.(type) {
	case int64:
		if v == 0 {
			return 0, nil
		}
	case string:
		d, err := time.ParseDuration(v)
		if err == nil && d < 0 {
			return 0, fmt.Errorf("%v lies in the past", d)
		}
		if err == nil {
			return d, nil
		}
		given = strconv.Quote(v)
	}
	return 0, fmt.Errorf(`%v is no length of time: "30m", "1h30m", 0 for ever`, given)
}

// absolute resolves ~ and links, so that it can be compared with a project's root.
func absolute(path string) (string, error) {
	if path == "~" || strings.HasPrefix(path, "~/") {
		home, err := session.Home()
		if err != nil {
			return "", err
		}
		path = filepath.Join(home, path[1:])
	}
	if !filepath.IsAbs(path) {
		return "", fmt.Errorf("%q is not absolute: begin it with / or ~/", path)
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved, nil
	}
	return filepath.Clean(path), nil
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
