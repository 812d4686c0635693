package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kavi/gateway"
)

// A link to a file that is gone is not the same as no file: what it denied would
// end without a word.
func TestALinkToNowhereIsABrokenFileOfRules(t *testing.T) {
	dir := t.TempDir()
	path, to := filepath.Join(dir, "rules.toml"), filepath.Join(dir, "dotfiles.toml")
	if f := loadRules(path, gateway.LayerUser); f.Err != nil || f.Rules != nil {
		t.Errorf("no file: %+v", f)
	}
	if err := os.Symlink(to, path); err != nil {
		t.Fatal(err)
	}
	if f := loadRules(path, gateway.LayerUser); f.Err == nil || !strings.Contains(f.Err.Error(), to) {
		t.Errorf("a link to nowhere: %+v", f)
	}
	if err := os.WriteFile(to, []byte("[[rule]]\ndeny = \"network\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f := loadRules(path, gateway.LayerUser); f.Err != nil || len(f.Rules) != 1 {
		t.Errorf("a link to a file: %+v", f)
	}
}

// What stands around a rule stays when it is taken out, and no blank lines gather
// where it stood.
func TestARuleIsCutOutOfItsFile(t *testing.T) {
	const a, b = "[[rule]]\nid = \"a\"\ndeny = \"network\"\n", "[[rule]]\nid = \"b\"\ndeny = \"commit\"\n"
	for _, c := range []struct {
		name, text string
		line       int
		want       string
	}{
		{"the only one", a, 1, ""},
		{"the only one below a comment", "# mine\n\n" + a, 3, "# mine\n"},
		{"the first", a + "\n# about b\n" + b, 1, "# about b\n" + b},
		{"the last", a + "\n# about b\n" + b, 6, a + "\n# about b\n"},
		{"the first, below blank lines", "\n\n" + a + "\n" + b, 3, b},
	} {
		path := filepath.Join(t.TempDir(), "rules.toml")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := RemoveFromFile(path, gateway.LayerUser, c.line); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if got, _ := os.ReadFile(path); string(got) != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
