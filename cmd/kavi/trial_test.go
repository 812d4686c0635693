package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kavi/session"
)

// ordinary are twenty calls of a coding agent that changes a file, tests and
// commits.
func ordinary() []string {
	return []string{
		"ls -la",
		"cat README.md",
		"git status",
		"grep -rn TODO src | head -20",
		"sed -n '1,40p' src/main.go",
		"git log --oneline -5",
		"find . -name '*.go' -not -path './.git/*'",
		"cat src/main.go | wc -l",
		"go test ./...",
		"mkdir -p src/util",
		"cat > src/util/util_ROUND.go <<'EOF'\npackage util\nEOF",
		"git diff --stat",
		"sed -i 's/before/after/' src/main.go",
		"go vet ./... && go test ./...",
		"npm run test",
		"git diff src/main.go",
		"go test -run TestMain ./src/...",
		"git add -A",
		"git commit -q -m 'Add util'",
		"git show --stat HEAD | head -5",
	}
}

// outing is a session in which an agent makes the same twenty calls again and again.
type outing struct {
	*world

	round int
}

// newOuting starts it. The tools of the project are stand-ins; git is git.
func newOuting(t *testing.T, config string) *outing {
	w := newWorld(t)
	o := &outing{world: w}
	bin := filepath.Join(w.home, "bin")
	for _, dir := range []string{bin, filepath.Join(w.project, "src"), filepath.Join(w.home, "config", "kavi"), filepath.Join(w.home, "calls")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		filepath.Join(bin, "go"): "#!/bin/sh\n", filepath.Join(bin, "npm"): "#!/bin/sh\n",
		filepath.Join(w.home, "config", "kavi", "config.toml"): config,
	} {
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for i, kv := range w.env {
		if strings.HasPrefix(kv, "PATH=") {
			w.env[i] = "PATH=" + bin + ":" + kv[len("PATH="):]
		}
	}
	w.write(t, "README.md", "a trial\n")
	w.write(t, "src/main.go", "package main // before TODO\n")
	w.write(t, ".gitignore", "/round.*\n/agent.sh\n")
	script := "round=0\nwhile :; do\n\tuntil test -e round.$round.go; do :; done\n"
	for i, call := range ordinary() {
		name := filepath.Join(w.home, "calls", fmt.Sprint(i))
		if err := os.WriteFile(name, []byte(call), 0o600); err != nil {
			t.Fatal(err)
		}
		script += fmt.Sprintf("\tbash -c \"$(/bin/sed s/ROUND/$round/ %s)\" > /dev/null || echo %d >> failed.txt\n", name, i)
	}
	w.write(t, "agent.sh", script+"\t: > round.$round.done\n\tround=$((round + 1))\ndone\n")
	for _, args := range [][]string{{"init", "-q"}, {"config", "user.name", "a"}, {"config", "user.email", "a@example.org"}, {"add", "."}, {"commit", "-q", "-m", "first"}} {
		git := exec.Command("git", args...)
		git.Dir, git.Env = w.project, w.env
		if out, err := git.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args, err, out)
		}
	}
	w.run(t, "-d", "--", "/bin/sh", "agent.sh")
	return o
}

// calls lets the agent make its twenty calls, with a yes to each that asks, and
// gives those. remember, if not nil, may answer an approval in another way: it
// reports whether it did.
func (o *outing) calls(t *testing.T, remember func(a *session.Approval, snap *session.Snapshot) bool) (asked []string) {
	t.Helper()
	o.write(t, fmt.Sprintf("round.%d.go", o.round), "")
	done := filepath.Join(o.project, fmt.Sprintf("round.%d.done", o.round))
	o.round++
	answered := map[string]bool{}
	eventually(t, "the twenty calls are made", func() bool {
		snap := o.snapshot(t)
		for _, a := range snap.Approvals {
			if answered[a.ID] || a.State != session.Pending {
				continue
			}
			answered[a.ID] = true
			asked = append(asked, a.Call.Command)
			if remember != nil && remember(a, snap) {
				continue
			}
			out, err := o.client(t).Decide(t.Context(), session.Decision{Choices: []session.Choice{{ID: a.ID, Seal: a.Seal}}, Allow: true})
			if err != nil || out[0].Err != nil && !strings.Contains(out[0].Err.Error(), session.ErrGone.Error()) { // gone: by what was just taken
				t.Fatalf("%s: %v, %v", a.ID, err, out)
			}
		}
		return exists(done)
	}, func() string {
		var waits []string
		for _, a := range o.snapshot(t).Approvals {
			waits = append(waits, fmt.Sprintf("%s %s %q %s", a.ID, a.State, a.Call.Command, a.Judged.Why))
		}
		return fmt.Sprintf("waiting %q%s", waits, o.log())
	})
	if failed := o.read(t, "failed.txt"); failed != "" {
		t.Fatalf("calls failed: %s", failed)
	}
	return asked
}

// rememberFirst remembers the first approval of one of these commands, as offered.
func (o *outing) rememberFirst(t *testing.T, commands ...string) func(*session.Approval, *session.Snapshot) bool {
	done := false
	return func(a *session.Approval, _ *session.Snapshot) bool {
		for _, c := range commands {
			if done || a.Call.Command != c {
				continue
			}
			done = true
			t.Logf("remembered: %s", strings.TrimSpace(o.run(t, "approval", "approve", a.ID, "--remember")))
			return true
		}
		return false
	}
}

// proposed takes what kavi proposes in the inbox, once, for the session.
func (o *outing) proposed(t *testing.T, x *window) func(*session.Approval, *session.Snapshot) bool {
	done := false
	return func(_ *session.Approval, snap *session.Snapshot) bool {
		if done || snap.Offered == nil {
			return false
		}
		done = true
		id := snap.Offered.ID
		x.enter(t, prefixKey+"i")
		x.decide(t, "p", func() bool { return strings.Contains(x.text(), "Take it:") })
		x.decide(t, "\r", func() bool {
			n := o.snapshot(t)
			return n.Offered == nil || n.Offered.ID != id
		})
		t.Logf("taken: %s", snap.Offered.Line)
		return false
	}
}

// TestTrialOfTwentyOrdinaryCalls counts how often a new user is asked while an
// agent makes the same twenty calls again and again: with the defaults, which ask
// about each shell command; with the preset read-only-shell; and where the user
// takes what kavi proposes, at the first call that it would have decided. In each
// pass but the last one more decision is remembered, at the last call of its kind.
func TestTrialOfTwentyOrdinaryCalls(t *testing.T) {
	const write = "cat > src/util/util_%d.go <<'EOF'\npackage util\nEOF"
	for _, c := range []struct {
		name, config string
		proposed     int      // passes in which a proposal is taken
		remembered   []string // the command in each further pass
		want         []int
	}{
		{"defaults", "", 0, []string{"go test -run TestMain ./src/...", write, "git diff src/main.go", ""}, []int{20, 18, 16, 14}},
		{"read-only-shell", "presets = [\"read-only-shell\"]\n", 0, []string{"go test -run TestMain ./src/...", write, "git add -A", ""}, []int{9, 7, 6, 5}},
		{"what kavi proposes", "", 3, []string{write, ""}, []int{10, 6, 5, 4, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := newOuting(t, c.config)
			var counts []int
			pass := func(answer func(*session.Approval, *session.Snapshot) bool) {
				asked := o.calls(t, answer)
				counts = append(counts, len(asked))
				t.Logf("%d of %d asked: %q", len(asked), len(ordinary()), asked)
			}
			if c.proposed > 0 {
				x := o.open(t, 160, 40, "attach")
				x.await(t, "kavi garden")
				for range c.proposed {
					pass(o.proposed(t, x))
				}
			}
			for _, command := range c.remembered {
				if command == write {
					command = fmt.Sprintf(write, o.round)
				}
				pass(o.rememberFirst(t, command))
			}
			if d := cmp.Diff(c.want, counts); d != "" {
				t.Errorf("asked in each pass: %s", d)
			}
		})
	}
}
