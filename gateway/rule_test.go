package gateway

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kavi/gateway/shell"
	"kavi/gateway/wire"
)

// parse reads rules as they stand in a file.
func parse(t testing.TB, text string) []Rule {
	t.Helper()
	rules, err := ParseRules([]byte(text), "rules.toml", LayerUser)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// documented are rules as the documentation shows them.
const documented = `
[[rule]]
id    = "src"
allow = "write"
path  = ["src/**", "test/**"]

[[rule]]
id     = "config"
prompt = "write"
path   = ["config/**"]
why    = "deploy settings"

[[rule]]
id      = "read-only-shell"
allow   = "exec"
command = ["*"]
effects = ["read"]

[[rule]]
id      = "tests"
allow   = "exec"
agent   = ["tester", "builder-*"]
command = ["go test *", "npm run test *"]
match    = ["go test ./..."]
no_match = ["go test ./... > ~/.bashrc"]

[[rule]]
id      = "push-topic"
allow   = "exec"
command = ["git push origin topic/*"]
effects = ["network", "unknown"]

[[rule]]
id     = "cloud"
deny   = "exec"
command = ["aws *", "gcloud *"]
unless  = ["aws s3 ls *"]

[[rule]]
id   = "secrets"
deny = "read"
path = ["**/.env", "~/.ssh/**", "**/*.pem"]

[[rule]]
id      = "release"
prompt  = "exec"
command = ["npm publish *", "git tag *"]
always  = true

[[rule]]
id    = "docs"
allow = "network"
host  = ["pkg.go.dev", "*.python.org"]

[[rule]]
id    = "tickets"
allow = "mcp"
tool  = ["tracker__get_*", "tracker__list_*"]
`

func TestDocumentedRules(t *testing.T) {
	p := with(t, parse(t, documented)...)
	mcp := func(name string) *Call {
		return &Call{Door: wire.DoorHook, Tool: wire.ToolMCP, Name: name, Cwd: "/proj"}
	}
	fetch := func(url string) *Call {
		return &Call{Door: wire.DoorHook, Tool: wire.ToolFetch, Name: "WebFetch", URL: url, Cwd: "/proj"}
	}
	for _, c := range []struct {
		name  string
		agent string
		call  *Call
		want  Action
		rule  string
	}{
		{"a write in src", "a", file(wire.ToolWrite, "src/new.go"), Allow, "src"},
		{"an overwrite in src is more than a write", "a", file(wire.ToolWrite, "src/a.go"), Prompt, ""},
		{"a write in config", "a", file(wire.ToolWrite, "config/new.toml"), Prompt, "config"},
		{"an overwrite there", "a", file(wire.ToolWrite, "config/app.toml"), Prompt, "config"},
		{"a delete there", "a", file(wire.ToolDelete, "config/app.toml"), Prompt, "config"},
		{"a command that writes there", "a", command("echo x >> config/app.toml"), Prompt, "config"},
		{"a command that deletes a folder above", "a", command("rm -rf ../proj/config"), Prompt, "config"},
		{"a command that reads", "a", command("ls -l | sort"), Allow, "read-only-shell"},
		{"cd within the project", "a", command("cd src && ls"), Allow, "read-only-shell"},
		{"cd out of it and a command that only reads", "a", command("cd /tmp && ls"), Allow, "read-only-shell"},
		{"a command that reads a secret", "a", command("cat .env"), Deny, "secrets"},
		{"and its key", "a", command("cat ~/.ssh/id_rsa"), Deny, "secrets"},
		{"a file tool that reads it", "a", file(wire.ToolRead, "src/../.env"), Deny, "secrets"},
		{"a path known only when it runs", "a", command(`cat "$F"`), Prompt, "secrets"},
		{"tests of the tester", "tester", command("go test ./..."), Allow, "tests"},
		{"tests of another builder", "builder-7", command("npm run test -- --watch"), Allow, "tests"},
		{"tests of somebody else", "a", command("go test ./..."), Prompt, ""},
		{"tests and a redirection out", "tester", command("go test ./... > ~/.bashrc"), Prompt, ""},
		{"tests and a redirection in the project", "tester", command("go test ./... > out.new"), Allow, "tests"},
		{"a push to a topic", "a", command("git push origin topic/x"), Allow, "push-topic"},
		{"a push elsewhere", "a", command("git push origin main"), Prompt, ""},
		{"a push to two", "a", command("git push origin topic/x main"), Prompt, ""},
		{"the cloud", "a", command("aws ec2 terminate-instances"), Deny, "cloud"},
		{"through a wrapper", "a", command("timeout 5 env A=b aws ec2 x"), Deny, "cloud"},
		{"with its whole path and quotes", "a", command(`/usr/bin/"aw"s ec2 x`), Deny, "cloud"},
		{"in the last of many parts", "a", command(strings.Repeat("true && ", 50) + "gcloud x"), Deny, "cloud"},
		{"in a substitution", "a", command("echo $(gcloud x)"), Deny, "cloud"},
		{"by another shell", "a", command(`bash -c "gcloud x"`), Deny, "cloud"},
		{"the exception", "a", command("aws s3 ls bucket"), Prompt, ""},
		{"what cannot be known may be the cloud", "a", command(`$CLOUD x`), Prompt, "cloud"},
		{"a release", "a", command("npm publish"), Prompt, "release"},
		{"docs", "a", fetch("https://pkg.go.dev/os"), Allow, "docs"},
		{"a subdomain", "a", fetch("https://docs.Python.org./3/"), Allow, "docs"},
		{"the domain itself", "a", fetch("https://python.org/"), Prompt, ""},
		{"a host that ends alike", "a", fetch("https://evilpkg.go.dev/"), Prompt, ""},
		{"a user that looks like a host", "a", fetch("https://pkg.go.dev@evil.example/"), Prompt, ""},
		{"a ticket", "a", mcp("tracker__get_issue"), Allow, "tickets"},
		{"a ticket's end", "a", mcp("tracker__delete_issue"), Prompt, ""},
		{"a built-in refusal stays", "a", command("rm -rf /"), Deny, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			j := p.Action(c.call, Asker{Agent: c.agent}, world(t))
			if j.Action != c.want || j.Rule != c.rule {
				t.Errorf("%s by %q, want %s by %q: %s", j.Action, j.Rule, c.want, c.rule, j.Why)
			}
		})
	}
}

// A level given is a floor under what files allow; what was remembered in the
// session goes below it, but at always; denials hold everywhere.
func TestLevelsAreAFloor(t *testing.T) {
	text := `
[[rule]]
id = "pushes"
allow = "exec"
command = ["git push *"]
effects = ["network", "unknown", "write"]
[[rule]]
id = "no-cloud"
deny = "exec"
command = ["aws *"]
[[rule]]
id = "release"
prompt = "exec"
command = ["npm publish *"]
always = true
`
	rules := parse(t, text)
	remembered := rules[0]
	remembered.ID, remembered.Layer, remembered.Command = "m1", LayerRemembered, []string{"git fetch *"}
	publish := remembered
	publish.ID, publish.Command = "m2", []string{"npm publish *"}
	p := with(t, append(rules, remembered, publish)...)
	for _, c := range []struct{ command, want string }{ // at default, none, on-write, on-commit, always
		{"git push", "aappp"},
		{"git fetch", "aaaap"},
		{"aws x", "ddddd"},
		{"npm publish", "pappp"}, // always, whatever was remembered
	} {
		got := ""
		for _, l := range []Level{LevelDefault, LevelNone, LevelOnWrite, LevelOnCommit, LevelAlways} {
			got += p.Action(command(c.command), Asker{Agent: "a", Level: l}, world(t)).Action.String()[:1]
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.command, got, c.want)
		}
	}
	full := *p
	full.FullAccess = true
	if j := full.Action(command("aws x"), Asker{}, world(t)); j.Action != Deny {
		t.Errorf("full access lifts a denial: %+v", j)
	}
	if j := full.Action(command("npm publish"), Asker{}, world(t)); j.Action != Allow || j.Layer != "full access" {
		t.Errorf("full access asks: %+v", j)
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	rules := parse(t, documented)
	reversed := make([]Rule, len(rules))
	for i, r := range rules {
		reversed[len(rules)-1-i] = r
	}
	a, b := with(t, rules...), with(t, reversed...)
	for _, c := range corpus(t) {
		for _, agent := range []string{"tester", "a"} {
			w := c.world(corpusFS(t))
			x, y := a.Action(c.call(), Asker{Agent: agent}, w), b.Action(c.call(), Asker{Agent: agent}, w)
			if x.Action != y.Action {
				t.Errorf("%s: %s, reversed %s", c.ID, x.Action, y.Action)
			}
		}
	}
}

// A rule more can never make a prompt of an allow that denies, nor widen an allow
// where it only tightens.
func TestTighteningRulesOnlyTighten(t *testing.T) {
	base := with(t, parse(t, documented)...)
	tight := with(t, append(base.Rules(), parse(t, "[[rule]]\nid = \"t1\"\ndeny = \"exec\"\ncommand = [\"git *\"]\n[[rule]]\nid = \"t2\"\nprompt = \"any\"\npath = [\"src/**\"]\n[[rule]]\nid = \"t3\"\nprompt = \"network\"\n")...)...)
	for _, c := range corpus(t) {
		w := c.world(corpusFS(t))
		x, y := base.Action(c.call(), Asker{Agent: "tester"}, w), tight.Action(c.call(), Asker{Agent: "tester"}, w)
		if y.Action > x.Action {
			t.Errorf("%s: %s became %s", c.ID, x.Action, y.Action)
		}
	}
}

// What is no pattern in a rule file is not taken for a bad one.
func TestRuleFilesThatAreRight(t *testing.T) {
	for _, text := range []string{
		"deny = \"write\"\npath = [\"config\"]\nmatch = [\"config\", \"echo x > config\", \"cp a config\"]\nno_match = [\"src/config\", \"echo x > src/config\", \"cat config\"]\n",
		"deny = \"read\"\npath = [\"my files/**\"]\nmatch = [\"my files/a\", \"cat 'my files/a'\"]\nno_match = [\"my own/a\", \"ls src\"]\n",
		"deny = \"network\"\nhost = [\"evil.example\"]\nmatch = [\"https://evil.example/x\", \"curl https://evil.example/\"]\nno_match = [\"curl https://good.example/\"]\n",
		"allow = \"exec\"\ncommand = [\"[ *\", \"[[ -f x\", \"jq '.[0]'\", \"jq .\\\\[0]\", \"ls a?b\"]\nmatch = [\"jq '.[0]'\", \"[ -f x ]\"]\n",
		"allow = \"mcp\"\ntool = [\"a\\\\[b\"]\nmatch = [\"a[b\"]\n",
		"deny = \"read\"\npath = [\"./~root/x\", \"~\", \"~/x\"]\nmatch = [\"./~root/x\", \"~\", \"~/x\"]\nno_match = [\"./~root\"]\n",
		"deny = \"read\"\nmatch = []\nno_match = []\n",
	} {
		if _, err := ParseRules([]byte("[[rule]]\n"+text), "f", LayerUser); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		rules, err := Preset(name) // its examples are checked
		if err != nil || len(rules) == 0 {
			t.Errorf("%s: %v", name, err)
		}
		for _, r := range rules {
			if r.Layer != LayerPreset || r.Why == "" {
				t.Errorf("%s: %+v", name, r)
			}
		}
	}
	if _, err := Preset("overnigth"); err == nil || !strings.Contains(err.Error(), `did you mean "overnight"?`) {
		t.Error(err)
	}
	overnight, err := Preset("overnight")
	if err != nil {
		t.Fatal(err)
	}
	p := with(t, overnight...)
	p.FullAccess = true
	for _, c := range []struct {
		call *Call
		want Action
	}{
		{command("git -C src push"), Deny},
		{command("rm -rf build"), Allow},
		{command("echo x >> ~/.bashrc"), Deny},
		{file(wire.ToolWrite, ".git/hooks/pre-commit"), Deny},
		{command("npm test"), Allow},
	} {
		if j := p.Action(c.call, Asker{}, world(t)); j.Action != c.want {
			t.Errorf("overnight: %s%s: %s (%s)", c.call.Command, c.call.Path, j.Action, j.Why)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, c := range []struct {
		glob, text string
		want       bool
	}{
		{"a", "a", true},
		{"a", "ab", false},
		{"a*", "a", true},
		{"a*", "abc", true},
		{"*a", "ba", true},
		{"*a", "ab", false},
		{"a*b*c", "axxbyyc", true},
		{"a*b*c", "ac", false},
		{"*", "", true},
		{"topic/*", "topic/a/b", true},
		{`a\*`, "a*", true},
		{`a\*`, "ab", false},
		{"a*a", "a", false},
		{"", "", true},
		{"", "x", false},
	} {
		if got := newGlob(c.glob).match(c.text); got != c.want {
			t.Errorf("%q, %q: %v", c.glob, c.text, got)
		}
	}
}

func TestCommandPattern(t *testing.T) {
	words := func(s string) (argv []shell.Word) {
		for _, w := range strings.Fields(s) {
			argv = append(argv, shell.Word{Text: strings.ReplaceAll(w, "_", " "), Known: !strings.HasPrefix(w, "$")})
		}
		return argv
	}
	for _, c := range []struct {
		pattern, argv string
		want          certainty
	}{
		{"go test *", "go test", yes},
		{"go test *", "go test ./... -v", yes},
		{"go test *", "go build", no},
		{"go test", "go test x", no},
		{"go test *", "go $X", maybe},
		{"go test *", "go test $X", yes},
		{"go *", "go $X", yes},
		{"* x", "$A x", yes},
		{"* x", "a y", no},
		{"*", "anything at all", yes},
		{"git commit -m 'a b'", "git commit -m a_b", yes},
		{"git commit -m 'a *'", "git commit -m a_b", no},
		{`git commit -m a\ *`, "git commit -m a_b", yes},
		{"ls ''", "ls", no},
	} {
		p, err := newCommandPattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.match(words(c.argv)); got != c.want {
			t.Errorf("%q, %q: %d", c.pattern, c.argv, got)
		}
	}
}

func FuzzQuotedWordsMatchThemselves(f *testing.F) {
	f.Add("git", "fix 'x' * \"y\"", `a\b`)
	f.Fuzz(func(t *testing.T, a, b, c string) {
		argv := []shell.Word{{Text: a, Known: true}, {Text: b, Known: true}, {Text: c, Known: true}}
		text := quoteWords([]string{a, b, c})
		p, err := newCommandPattern(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if p.match(argv) != yes {
			t.Errorf("%q does not match what it was made of: %q %q %q", text, a, b, c)
		}
		other := append([]shell.Word(nil), argv...)
		other[1].Text += "x"
		if p.match(other) != no {
			t.Errorf("%q matches %q", text, other[1].Text)
		}
	})
}

func TestPathPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, path        string
		match, reaches, over bool
	}{
		{"src/**", "/proj/src/a/b.go", true, true, true},
		{"src/**", "/proj/src", true, true, true},
		{"src/**", "/proj", false, true, false},
		{"src/**", "/proj/srcx/a", false, false, false},
		{"src/*", "/proj/src/a", true, false, false},
		{"src/*", "/proj/src/a/b", false, false, false},
		{"**/.env", "/proj/.env", true, true, false},
		{"**/.env", "/proj/a/b/.env", true, true, false},
		{"**/.env", "/proj/a/b", false, true, false},
		{"**/*.pem", "/proj/x.pem", true, true, false},
		{"~/.ssh/**", "/home/dev/.ssh/id", true, true, true},
		{"~/.ssh/**", "/home/dev", false, true, false},
		{"~/.ssh/**", "/proj/.ssh/id", false, false, false},
		{"/etc/**", "/etc/passwd", true, true, true},
		{"/etc/**", "/", false, true, false},
		{"config/{a,b}.toml", "/proj/config/b.toml", true, false, false},
		{"README.md", "/proj/README.md", true, false, false},
		{"README.md", "/proj/docs/README.md", false, false, false},
		{`a\*b`, "/proj/a*b", true, false, false},
		{`a\*b`, "/proj/axb", false, false, false},
	} {
		p, err := newPathPattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		in := placeOf(c.path, "/proj", "/home/dev")
		at := &in
		if got := p.match(at); got != c.match {
			t.Errorf("%q matches %q: %v", c.pattern, c.path, got)
		}
		if got := p.reachesBelow(at); got && !c.reaches || !got && c.reaches {
			t.Errorf("%q reaches below %q: %v", c.pattern, c.path, got)
		}
		if got := p.coversBelow(at); got != c.over {
			t.Errorf("%q covers what is below %q: %v", c.pattern, c.path, got)
		}
	}
}

// The project may be reached through a symlink.
func TestPathsOfALinkedProject(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir+"/real/.env", "x")
	if err := os.Symlink("real", dir+"/link"); err != nil {
		t.Fatal(err)
	}
	p := with(t, parse(t, "[[rule]]\nid = \"s\"\ndeny = \"read\"\npath = [\".env\"]\n")...)
	w := World{FS: OS(), Root: dir + "/link", Home: "/home/dev"}
	c := file(wire.ToolRead, ".env")
	c.Cwd = dir + "/link"
	if j := p.Action(c, Asker{}, w); j.Action != Deny {
		t.Errorf("%+v", j)
	}
}

func FuzzParseRules(f *testing.F) {
	f.Add([]byte(documented))
	f.Add([]byte("[[rule]]\nallow = \"any\"\nunless = [\"x\"]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rules, err := ParseRules(text, "f", LayerUser)
		if err != nil {
			return
		}
		if _, err := Default().With(rules); err != nil {
			t.Fatalf("rules that were read are refused: %v", err)
		}
	})
}

func BenchmarkActionWith1000Rules(b *testing.B) {
	var text strings.Builder
	for i := range 250 {
		fmt.Fprintf(&text, "[[rule]]\nid = \"a%d\"\nallow = \"exec\"\ncommand = [\"tool%d sub%d *\"]\n", i, i, i)
		fmt.Fprintf(&text, "[[rule]]\nid = \"d%d\"\ndeny = \"exec\"\ncommand = [\"danger%d *\"]\nunless = [\"danger%d ls *\"]\n", i, i, i)
		fmt.Fprintf(&text, "[[rule]]\nid = \"p%d\"\nprompt = \"write\"\npath = [\"folder%d/**\", \"**/file%d.txt\"]\n", i, i, i)
		fmt.Fprintf(&text, "[[rule]]\nid = \"r%d\"\ndeny = \"read\"\npath = [\"secret%d/**\"]\n", i, i)
	}
	rules, err := ParseRules([]byte(text.String()), "f", LayerUser)
	if err != nil {
		b.Fatal(err)
	}
	p := with(b, rules...)
	w := world(b)
	for name, c := range map[string]*Call{
		"git status": shimCall("git", "status"),
		"pipeline":   command("grep -rn TODO src | sort | uniq -c | head -20"),
		"file write": file(wire.ToolWrite, "src/new.go"),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				p.Action(c, Asker{Agent: "a"}, w)
			}
		})
	}
}
