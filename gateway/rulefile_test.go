package gateway

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestRuleFileErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"not TOML", "[[rule]]\nallow = \"exec\n", "rules.toml:2: "},
		{"an unknown key", "[[rule]]\nid = \"x\"\nallow = \"exec\"\ncomand = [\"ls\"]\n", `rules.toml:4: unknown key "comand": did you mean "command"?`},
		{"an unknown table", "[[rules]]\nallow = \"exec\"\n", `unknown key "rules": did you mean "rule"?`},
		{"no verdict", "\n[[rule]]\nid = \"x\"\npath = [\"a\"]\n", "rules.toml:2: rule x: has 0 of allow, prompt and deny"},
		{"two verdicts", "[[rule]]\nid = \"x\"\nallow = \"read\"\ndeny = \"read\"\n", "rules.toml:1: rule x: has 2 of allow"},
		{"an unknown kind", "[[rule]]\nid = \"x\"\nallow = \"wriet\"\n", `rules.toml:3: rule x: "wriet" is no kind: did you mean "write"?`},
		{"an unknown effect", "[[rule]]\nid = \"x\"\nallow = \"exec\"\neffects = [\"reed\"]\n", `"reed" is no effect: did you mean "read"?`},
		{"a bad path", "[[rule]]\nid = \"x\"\ndeny = \"read\"\npath = [\"src/[\"]\n", `path "src/[" is not a pattern`},
		{"a path that goes up", "[[rule]]\nid = \"x\"\ndeny = \"read\"\npath = [\"../x\"]\n", `path "../x" goes up`},
		{"a bad command", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\ncommand = [\"git 'x\"]\n", `has a quote that is not closed`},
		{"an empty command", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\ncommand = [\" \"]\n", `has no words`},
		{"a bad host", "[[rule]]\nid = \"x\"\nallow = \"network\"\nhost = [\"https://x\"]\n", `names no host`},
		{"a command on a read", "[[rule]]\nid = \"x\"\nallow = \"read\"\ncommand = [\"ls\"]\n", `a rule about read has no command: write allow = "exec"`},
		{"a path on a command", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\npath = [\"a\"]\n", `a rule about exec has no path`},
		{"always on an allow", "[[rule]]\nid = \"x\"\nallow = \"exec\"\nalways = true\n", `only a prompt can be always`},
		{"an id twice", "[[rule]]\nid = \"x\"\nallow = \"read\"\n[[rule]]\nid = \"x\"\nallow = \"read\"\n", `rules.toml:4: rule x: the id stands at line 1 already`},
		{"an example that fails", "[[rule]]\nid = \"x\"\nallow = \"exec\"\ncommand = [\"go test *\"]\nmatch = [\"go build\"]\n", `rules.toml:5: rule x: match: "go build" is not decided by it`},
		{"an example that must not match", "[[rule]]\nid = \"x\"\ndeny = \"read\"\npath = [\"**/.env\"]\nno_match = [\"a/.env\"]\n", `no_match: "a/.env" is decided by it`},
		{"the line of the key", "[[rule]]\nid = \"y\"\nallow = \"read\"\n\n[[rule]]\nid = \"x\"\ndeny = \"read\"\n# here\nuses = -1\n", `rules.toml:9: rule x: uses = -1`},
		{"of the list", "[[rule]]\nid = \"x\"\ndeny = \"read\"\n\"path\" = [\n  \"a\",\n  \"../x\",\n]\nunless = [\"b\"]\n", `rules.toml:4: rule x: path "../x" goes up`},
		{"of an exception", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\ncommand = [\"rm *\"]\nunless = [\"rm 'x\"]\n", `rules.toml:5: rule x: unless: command "rm 'x" has a quote`},
		{"of a time", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\nuntil = \"soon\"\n", `rules.toml:4: rule x: `},
		{"of a key that does not belong", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\nwhy = \"y\"\nhost = [\"a.b\"]\n", `rules.toml:5: rule x: a rule about exec has no host`},
		{"no commands", "[[rule]]\nid = \"x\"\nallow = \"exec\"\ncommand = []\n", `rules.toml:4: rule x: command is an empty list: leave the key out where it is to be about all`},
		{"no agents", "[[rule]]\nid = \"x\"\nallow = \"exec\"\nagent = []\n", `rules.toml:4: rule x: agent is an empty list`},
		{"no tools", "[[rule]]\nid = \"x\"\nallow = \"mcp\"\ntool = []\n", `rules.toml:4: rule x: tool is an empty list`},
		{"no paths", "[[rule]]\nid = \"x\"\nallow = \"write\"\npath = []\n", `rules.toml:4: rule x: path is an empty list`},
		{"no hosts", "[[rule]]\nid = \"x\"\nallow = \"network\"\nhost = []\n", `rules.toml:4: rule x: host is an empty list`},
		{"no effects", "[[rule]]\nid = \"x\"\nallow = \"exec\"\neffects = []\n", `rules.toml:4: rule x: effects is an empty list`},
		{"another user's home", "[[rule]]\nid = \"x\"\ndeny = \"read\"\npath = [\"~root/x\"]\n", `rules.toml:4: rule x: path "~root/x" names another user's home`},
		{"a class of characters in an agent", "[[rule]]\nid = \"x\"\nallow = \"exec\"\nagent = [\"build[er\"]\n", `rules.toml:4: rule x: agent "build[er" has a [`},
		{"alternatives in a tool", "[[rule]]\nid = \"x\"\nallow = \"mcp\"\ntool = [\"a__{b,c}\"]\n", `rules.toml:4: rule x: tool "a__{b,c}" has a {`},
		{"a tool's exceptions", "[[rule]]\nid = \"x\"\nallow = \"mcp\"\nunless = [\"a__?\"]\n", `rules.toml:4: rule x: unless "a__?" has a ?`},
		{"an agent without a name", "[[rule]]\nid = \"x\"\nallow = \"exec\"\nagent = [\"\"]\n", `rules.toml:4: rule x: agent "" is empty`},
		{"a class of characters in a command", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\ncommand = [\"rm [ab]*\"]\n", `rules.toml:4: rule x: command "rm [ab]*" has a [`},
		{"in an exception", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\ncommand = [\"rm *\"]\nunless = [\"rm [x\"]\n", `rules.toml:5: rule x: unless "rm [x" has a [`},
		{"single brackets", "\n[rule]\nid = \"x\"\nallow = \"read\"\n", `rules.toml:2: [rule] is a table of its own: write [[rule]], with two brackets`},
		{"a command that the rule decides", "[[rule]]\nid = \"x\"\ndeny = \"write\"\npath = [\"config\"]\nno_match = [\"echo x > config\"]\n", `no_match: "echo x > config" is decided by it`},
		{"a command that it does not", "[[rule]]\nid = \"x\"\ndeny = \"write\"\npath = [\"config\"]\nmatch = [\"echo x > other\"]\n", `match: "echo x > other" is not decided by it`},
		{"every error at once", "[[rule]]\nid = \"x\"\n[[rule]]\nid = \"y\"\n", "rules.toml:3: rule y"},
		{"a wrong type", "[[rule]]\nid = 7\nallow = \"read\"\n", "rules.toml:2: id: it has to be a text in quotes"},
		{"a number for a text", "[[rule]]\nid = \"x\"\ndeny = 1\n", "rules.toml:3: deny: it has to be a text in quotes"},
		{"a list for a text", "[[rule]]\nid = \"x\"\ndeny = [\"exec\"]\n", "rules.toml:3: deny: it has to be a text in quotes"},
		{"a number for a pattern", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\ncommand = 1\n", "rules.toml:4: command: it has to be a text in quotes, or a list of such"},
		{"a word that is not quoted", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\ncommand = true\n", "rules.toml:4: command: it has to be"},
		{"a number among patterns", "[[rule]]\nid = \"x\"\ndeny = \"exec\"\ncommand = [\n  \"a\", # one\n  2,\n]\n", "rules.toml:4: command: it has to be"},
		{"a text for true", "[[rule]]\nid = \"x\"\nprompt = \"exec\"\nalways = \"yes\"\n", "rules.toml:4: always: it has to be true or false"},
		{"half a use", "[[rule]]\nid = \"x\"\nallow = \"exec\"\nuses = 1.5\n", "rules.toml:4: uses: it has to be a number"},
		{"a time that is not quoted", "[[rule]]\nid = \"x\"\nallow = \"exec\"\nuntil = 07:30:00\n", "rules.toml:4: until: it has to be a text in quotes"},
		{"presets that are none", "presets = 3\n", "rules.toml:1: presets: it has to be"},
		{"a rule in one line", "rule = [{ id = \"x\", deny = 1 }]\n", "rules.toml:1: rule: it has to be a table: write [[rule]]"},
		{"rules that are none", "rule = 1\n", "rules.toml:1: rule: it has to be a table"},
		{"another case", "[[rule]]\nid = \"x\"\nDeny = \"read\"\n", `rules.toml:3: unknown key "Deny": did you mean "deny"?`},
		{"two cases", "[[rule]]\nid = \"x\"\nallow = \"read\"\nAllow = \"any\"\n", `rules.toml:4: unknown key "Allow": did you mean "allow"?`},
	} {
		t.Run(c.name, func(t *testing.T) {
			rules, err := ParseRules([]byte(c.text), "rules.toml", LayerUser)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v\nwant %s", err, c.want)
			}
			if rules != nil {
				t.Error("rules came with the error")
			}
		})
	}
	if _, err := ParseRules([]byte("[[rule]]\nallow = \"read\"\n"), ".kavi/rules.toml", LayerRepository); err == nil || !strings.Contains(err.Error(), "before it is trusted") {
		t.Errorf("a repository that allows: %v", err)
	}
	if _, err := ParseRules([]byte("[[rule]]\ndeny = \"network\"\n"), ".kavi/rules.toml", LayerRepository); err != nil {
		t.Errorf("a repository that denies: %v", err)
	}
	rules := parse(t, "# nothing\n\n[[rule]]\nallow = \"exec\"\ncommand = \"ls\"\n")
	if d := cmp.Diff([]Rule{{ID: "line-3", Verdict: Allow, Kind: Exec, Command: []string{"ls"}, Layer: LayerUser, File: "rules.toml", Line: 3}}, rules, cmpopts.IgnoreUnexported(Rule{})); d != "" {
		t.Error(d)
	}
	if rules := parse(t, "\uFEFF[[rule]]\r\nallow = \"exec\"\r\ncommand = [\"ls\", # that\r\n]\r\n"); len(rules) != 1 || rules[0].Line != 1 {
		t.Errorf("with a mark at the beginning, and other ends of lines: %v", rules)
	}
	if rules := parse(t, ""); len(rules) != 0 {
		t.Errorf("%v", rules)
	}
}
