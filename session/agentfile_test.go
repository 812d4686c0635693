package session

import (
	"os"
	"path/filepath"
	"testing"
)

// An agent's SHELL is one that its commands can be run by: the shim of a shell that
// is not there fails each of them.
func TestAnAgentGetsAShellThatIsThere(t *testing.T) {
	for _, c := range []struct {
		own, want string
		there     []string
	}{
		{"fish", "fish", []string{"fish", "bash", "sh"}},
		{"fish", "bash", []string{"bash", "sh"}},
		{"fish", "sh", []string{"sh"}},
		{"tcsh", "bash", []string{"tcsh", "bash", "sh"}},
		{"git", "sh", []string{"git", "sh"}},
		{"", "bash", []string{"bash", "sh"}},
	} {
		path := t.TempDir()
		for _, name := range c.there {
			if err := os.WriteFile(filepath.Join(path, name), nil, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("PATH", path)
		for _, where := range []string{path, "/nowhere:" + path} {
			s := &Session{opts: Options{Dir: "/d", Config: Config{Shell: c.own}}}
			env := s.agentEnv(AgentSpec{Name: "one", Env: []string{"PATH=" + where}})
			if got := shellOf(env); got != c.want {
				t.Errorf("yours is %q, there are %v: SHELL is %q, want %q", c.own, c.there, got, c.want)
			}
		}
		// What the agent itself would not find is not there either.
		s := &Session{opts: Options{Dir: "/d", Config: Config{Shell: c.own}}}
		if got := shellOf(s.agentEnv(AgentSpec{Name: "one", Env: []string{"PATH=/nowhere"}})); got != "sh" {
			t.Errorf("with nothing on its PATH its SHELL is %q", got)
		}
	}
}
