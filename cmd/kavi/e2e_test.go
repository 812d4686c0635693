package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// TestAgents drives the real agents, each against a scripted model on loopback,
// sealed (seal). KAVI_E2E=1 runs them, and then one that is missing is a failure.
// KAVI_E2E_AGENTS is the folder that .ci/agents filled; without it, the folder that
// .ci/run fills.
func TestAgents(t *testing.T) {
	if sealed() {
		// kavi itself, not this test under its name.
		if err := os.Setenv("PATH", sealedBin+":"+os.Getenv("PATH")); err != nil {
			t.Fatal(err)
		}
	}
	build := sync.OnceValues(func() (string, error) { return buildKavi(t) })
	for _, f := range families() {
		t.Run(string(f.name), func(t *testing.T) {
			t.Parallel() // much of it is waiting
			if sealed() {
				agentTests(t, f)
				return
			}
			agents := agentsFolder(t, string(f.name))
			kavi, err := build()
			if err != nil {
				t.Fatalf("building kavi: %v", err)
			}
			seal(t, t.Name(), kavi, agents)
		})
	}
}

// agentTests are the tests of one agent, headless and in a pane.
func agentTests(t *testing.T, f family) {
	f.prove(t)
	for _, m := range modes() {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			list := scenarios()
			if m == interactive {
				list = append(list, paneScenarios(f)...)
			}
			for _, s := range list {
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					s.run(t, f, m)
				})
			}
		})
	}
}

// mode is how an agent is started.
type mode string

const (
	headless    mode = "headless"    // does its task, prints and exits
	interactive mode = "interactive" // in its pane, as an operator has it
)

func modes() []mode { return []mode{headless, interactive} }

// agentsFolder is where the agents are installed; without them the test ends here.
func agentsFolder(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("KAVI_E2E_AGENTS")
	if dir == "" {
		cache := os.Getenv("KAVI_CI_CACHE")
		if cache == "" {
			own, err := os.UserCacheDir()
			if err != nil {
				own = os.TempDir()
			}
			cache = filepath.Join(own, "kavi-ci")
		}
		dir = filepath.Join(cache, "agents")
	}
	on := os.Getenv("KAVI_E2E") == "1"
	path := filepath.Join(dir, "node_modules", ".bin", name)
	_, err := os.Stat(path)
	switch {
	case !on && err != nil:
		t.Skipf("%s did not run: it is not installed. .ci/agents FOLDER installs it; then KAVI_E2E=1 KAVI_E2E_AGENTS=FOLDER", name)
	case !on:
		t.Skipf("%s did not run: it is in %s, and runs with KAVI_E2E=1", name, dir)
	case err != nil:
		t.Fatalf("%s is missing: %v; .ci/agents %s installs it", name, err, dir)
	}
	dir, err = filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// buildKavi builds kavi as the operator has it: not the test binary, no race detector.
func buildKavi(t testing.TB) (string, error) {
	path := filepath.Join(t.TempDir(), "kavi")
	c := exec.Command("go", "build", "-buildvcs=false", "-o", path, ".")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	c.Stderr = os.Stderr
	return path, c.Run()
}
