package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kavi/gateway"
	"kavi/session"
)

// operator writes config files for a test and reads them as start does.
func operator(t *testing.T, own, project string) (config, []string, error) {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	write := func(path, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root := filepath.Join(home, "garden")
	if own != "" {
		write(filepath.Join(home, "config", "kavi", "config.toml"), own)
	}
	if project != "" {
		write(filepath.Join(root, ".kavi", "config.toml"), project)
	}
	return loadConfig(root)
}

func TestWithoutAFileTheDocumentedDefaultsHold(t *testing.T) {
	c, notes, err := operator(t, "", "")
	if err != nil || notes != nil {
		t.Fatal(err, notes)
	}
	want := config{Timeout: 30 * time.Minute, Notify: true, Sound: true}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
}

func TestEveryKeyOfTheConfigIsTaken(t *testing.T) {
	c, _, err := operator(t, `
agents = ["claude", "codex"]
prefix = "C-a"
keep_awake = true
presets = ["read-only-shell", "secrets"]

[keys.inbox]
approve = ["y", "Y"]

[approvals]
timeout = 0
notify = false
sound = false

[tasks]
default_approval = "always"

[namespaces.oss]
path = "/srv/oss"
approval = "on-commit"

[namespaces.work]
path = "/srv/work"
default_approval = "on-write"
approval = "on-write"
`, "")
	if err != nil {
		t.Fatal(err)
	}
	want := config{
		Agents:    []string{"claude", "codex"},
		Prefix:    "C-a",
		Keys:      map[string]map[string]any{"inbox": {"approve": []any{"y", "Y"}}},
		KeepAwake: true,
		Presets:   []string{"read-only-shell", "secrets"},
		Level:     gateway.LevelAlways,
		Namespaces: []namespace{
			{Name: "oss", Path: "/srv/oss", Level: gateway.LevelOnCommit},
			{Name: "work", Path: "/srv/work", Level: gateway.LevelOnWrite},
		},
	}
	if d := cmp.Diff(want, c); d != "" {
		t.Error(d)
	}
}

func TestTheLevelComesFromFlagNamespaceTasksInThatOrder(t *testing.T) {
	c := config{
		Level: gateway.LevelOnWrite,
		Namespaces: []namespace{
			{Name: "all", Path: "/srv", Level: gateway.LevelOnCommit},
			{Name: "inner", Path: "/srv/inner", Level: gateway.LevelAlways},
			{Name: "loose", Level: gateway.LevelNone},
			{Name: "silent", Path: "/opt"},
		},
	}
	for _, x := range []struct {
		flag, space, project string
		want                 gateway.Level
	}{
		{"", "", "/home/u/p", gateway.LevelOnWrite},
		{"", "", "/srv/p", gateway.LevelOnCommit},
		{"", "", "/srv/inner/p", gateway.LevelAlways},
		{"", "", "/srv/inner", gateway.LevelAlways},
		{"", "", "/srv/inner_evil", gateway.LevelOnCommit},
		{"", "", "/srvx", gateway.LevelOnWrite},
		{"", "", "/opt/p", gateway.LevelOnWrite},
		{"", "loose", "/srv/inner/p", gateway.LevelNone},
		{"always", "loose", "/srv/p", gateway.LevelAlways},
		{"none", "", "/srv/inner", gateway.LevelNone},
	} {
		got, err := c.level(x.flag, x.space, x.project)
		if err != nil || got != x.want {
			t.Errorf("%+v: %q, %v", x, got, err)
		}
	}
	if _, err := c.level("", "gone", "/srv"); exitCode(err) != exitUsage {
		t.Errorf("an unknown namespace: %v", err)
	}
}

func TestARepositoryMayOnlyTighten(t *testing.T) {
	for name, c := range map[string]struct {
		own, project string
		level        gateway.Level
		timeout      time.Duration
		ignored      []string
	}{
		"stricter holds": {
			own: "[tasks]\ndefault_approval = \"on-commit\"", project: "[tasks]\ndefault_approval = \"always\"\n[approvals]\ntimeout = \"5m\"",
			level: gateway.LevelAlways, timeout: 5 * time.Minute,
		},
		"looser does not": {
			own: "[tasks]\ndefault_approval = \"always\"", project: "[tasks]\ndefault_approval = \"none\"\n[approvals]\ntimeout = 0",
			level: gateway.LevelAlways, timeout: 30 * time.Minute, ignored: []string{"approvals.timeout", "tasks.default_approval"},
		},
		"neither of two that hold different things": {
			project: "[tasks]\ndefault_approval = \"on-write\"",
			level:   gateway.LevelDefault, timeout: 30 * time.Minute, ignored: []string{"tasks.default_approval"},
		},
		"no level of a repository loosens the documented defaults": {
			project: "[tasks]\ndefault_approval = \"on-commit\"",
			level:   gateway.LevelDefault, timeout: 30 * time.Minute, ignored: []string{"tasks.default_approval"},
		},
		"what is the operator's alone": {
			project: "agents = [\"/tmp/evil\"]\nprefix = \"C-b\"\nkeep_awake = true\npresets = [\"tests\"]\n[approvals]\nnotify = false\nsound = false\n[keys.inbox]\napprove = \"j\"\n[namespaces.x]\npath = \"/\"\napproval = \"none\"",
			level:   gateway.LevelDefault, timeout: 30 * time.Minute,
			ignored: []string{"agents", "prefix", "keep_awake", "presets", "keys", "approvals.notify", "approvals.sound", "namespaces"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes, err := operator(t, c.own, c.project)
			if err != nil {
				t.Fatal(err)
			}
			if got.Level != c.level || got.Timeout != c.timeout {
				t.Errorf("level %q, timeout %v; want %q, %v", got.Level, got.Timeout, c.level, c.timeout)
			}
			if got.Agents != nil || got.Prefix != "" || got.Keys != nil || got.KeepAwake || got.Namespaces != nil || !got.Notify || !got.Sound {
				t.Errorf("taken from a repository: %+v", got)
			}
			if len(notes) != len(c.ignored) {
				t.Errorf("notes %q, want one for each of %q", notes, c.ignored)
			}
			for _, key := range c.ignored {
				if !strings.Contains(strings.Join(notes, "\n"), ": "+key+" is ignored") {
					t.Errorf("nothing said of %s in %q", key, notes)
				}
			}
		})
	}
}

func TestARepositorysLevelTightensANamespaceToo(t *testing.T) {
	c, _, err := operator(t, "[namespaces.loose]\npath = \"~\"\napproval = \"none\"", "[tasks]\ndefault_approval = \"always\"")
	if err != nil {
		t.Fatal(err)
	}
	level, err := c.level("", "loose", "/anywhere")
	if err != nil || level != gateway.LevelAlways {
		t.Errorf("%q, %v; want always", level, err)
	}
}

func TestABrokenFileOfTheRepositoryIsAnError(t *testing.T) {
	_, _, err := operator(t, "", "[approvals]\ntimout = \"5m\"")
	if err == nil || !strings.Contains(err.Error(), ".kavi/config.toml:2: unknown key approvals.timout: did you mean timeout?") {
		t.Errorf("%v", err)
	}
}

// A link that leads nowhere must not end without a word what the operator set, and
// nothing that a repository can bring may make kavi wait or fill the memory.
func TestAConfigThatIsNoFileIsAnError(t *testing.T) {
	link := func(to string) func(string) error {
		return func(path string) error { return os.Symlink(to, path) }
	}
	for _, c := range []struct {
		name string
		make func(path string) error
		want string
	}{
		{"a link that leads nowhere", link("/nonexistent/config.toml"), "config.toml: it leads to /nonexistent/config.toml, and there is nothing"},
		{"a device", link(os.DevNull), "config.toml: it is no file"},
		{"a pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "config.toml: it is no file"},
		{"a folder", func(path string) error { return os.Mkdir(path, 0o700) }, "config.toml: it is no file"},
		{"a long one", func(path string) error { return os.WriteFile(path, make([]byte, maxConfig+1), 0o600) }, "config.toml: larger than 1 MB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
			for _, dir := range []string{filepath.Join(home, "config", "kavi"), filepath.Join(home, "garden", ".kavi")} {
				if err := os.MkdirAll(dir, 0o700); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(dir, "config.toml")
				if err := c.make(path); err != nil {
					t.Fatal(err)
				}
				if _, _, err := loadConfig(filepath.Join(home, "garden")); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, c.want)) {
					t.Errorf("%s: %v, want %q", dir, err, c.want)
				}
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func TestAValueOfTheWrongKindIsRefusedInWords(t *testing.T) {
	for text, want := range map[string]string{
		`agents = "claude"`:                 `:1: agents: want a list, as in ["one", "two"]`,
		`presets = [1]`:                     `:1: presets: want a list, as in ["one", "two"]`,
		`prefix = 5`:                        ":1: prefix: want a text in quotes",
		"[approvals]\nnotify = \"yes\"":     ":2: approvals.notify: want true or false",
		"[namespaces.work]\npath = 5":       ":2: namespaces.work.path: want a text in quotes",
		"approvals = 5":                     ":1: approvals: want a table: [approvals]",
		"[keys]\ninbox = 5":                 ":2: keys.inbox: want a table: [keys.inbox]",
		"[[approvals]]\nnotify = true":      ":1: approvals: want a table: [approvals]",
		"[keys.inbox]\n\napprove = [\"j\"]": ":3: keys.inbox.approve: j is already down",
		"[keys.inbox]\n\napprove = [\"r\"]": ":3: keys.inbox.approve: r is already reject",
	} {
		_, _, err := operator(t, text, "")
		if err == nil || !strings.Contains(err.Error(), "config.toml"+want) || strings.Contains(err.Error(), "type ") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestTheServersPartOfTheConfig(t *testing.T) {
	t.Setenv("SHELL", "/usr/bin/fish")
	c := config{Timeout: time.Minute, Notify: true, KeepAwake: true}
	got := c.session(gateway.LevelOnWrite)
	want := session.DefaultConfig()
	want.Timeout, want.Notify, want.KeepAwake, want.Level, want.Shell = time.Minute, true, true, gateway.LevelOnWrite, "fish"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestNearest(t *testing.T) {
	names := []string{"timeout", "notify", "sound", "work"}
	for in, want := range map[string]string{
		"timout": "timeout", "Timeout": "timeout", "notfiy": "notify", "wrok": "work", "zzz": "", "": "", "t": "",
	} {
		if got := nearest(in, names); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
