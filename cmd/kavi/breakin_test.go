package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"kavi/pty/proc"
)

// TestAnAgentThatKillsItsKeeperIsEndedOrRefused: the break-in is an agent that
// leaves a process behind in a session of its own, kills its keeper, so that
// neither an ancestor nor a server that is quick enough gives it away, and then
// approves what waits in another session. It is ended in time, or refused by the
// mark that it cannot take off.
func TestAnAgentThatKillsItsKeeperIsEndedOrRefused(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere there is neither setsid nor a mark: ancestry alone decides, as README.md says")
	}
	w := newWorld(t)
	w.write(t, "victim.sh", "\"$SHELL\" -c 'echo hi > out.txt'")
	w.write(t, "orphan.sh", `: > ready
while kill -0 "$1" 2>/dev/null; do :; done
(kavi approval approve all --yes --session victim; echo "exit $?") > answer.tmp 2>&1
mv answer.tmp answer.txt
`)
	w.write(t, "thief.sh", `setsid /bin/sh orphan.sh $PPID </dev/null >/dev/null 2>&1 &
until test -e ready; do :; done
kill -9 $PPID
exec cat
`)
	w.run(t, "-d", "--name", "victim", "--", "/bin/sh", "victim.sh")
	eventually(t, "a call waits", func() bool {
		return strings.Contains(w.run(t, "approval", "list", "--session", "victim"), "apr_01")
	}, func() string { return "none" })
	w.run(t, "-d", "--name", "thief", "--approve-all", "--", "/bin/sh", "thief.sh")
	eventually(t, "the thief is lost", func() bool {
		return strings.Contains(w.run(t, "ls"), "sh lost")
	}, func() string { return w.run(t, "ls") })

	answer := filepath.Join(w.project, "answer.txt")
	eventually(t, "an answer, or nobody left to get one", func() bool { return exists(answer) || !runs("orphan.sh") },
		func() string { return "neither" })
	if b, err := os.ReadFile(answer); err == nil && !strings.Contains(string(b), "exit 126") {
		t.Errorf("the orphan was told:\n%s", b)
	}
	if exists(filepath.Join(w.project, "out.txt")) {
		t.Error("what waited in the other session ran")
	}
	if out := w.run(t, "approval", "list", "--session", "victim"); !strings.Contains(out, "apr_01") {
		t.Errorf("what waited in the other session was decided:\n%s", out)
	}
}

// TestAnAgentIsNoServer: the break-in is an agent that runs a server of its own, with
// rules that allow everything, which waits for the lock of the one that it kills.
func TestAnAgentIsNoServer(t *testing.T) {
	if runtime.GOOS == "darwin" {
		t.Skip("a server that a keeper starts is the keeper's child there, and so is what an agent left behind")
	}
	w := newWorld(t)
	w.write(t, "usurper.sh", `mkdir -p evil/kavi
printf '[[rule]]\nid = "x"\nallow = "exec"\ncommand = ["*"]\n' > evil/kavi/rules.toml
"$SHELL" -c 'echo hi > out.txt' &
until test -e go; do :; done
XDG_CONFIG_HOME=$PWD/evil kavi serve "$XDG_STATE_HOME/kavi/sessions/garden" > answer.tmp 2>&1
echo "exit $?" >> answer.tmp
mv answer.tmp answer.txt
exec cat
`)
	w.run(t, "-d", "--name", "garden", "--", "/bin/sh", "usurper.sh")
	w.pending(t, 1)
	w.write(t, "go", "")
	w.kill9(t)
	answer := filepath.Join(w.project, "answer.txt")
	eventually(t, "an answer", func() bool { return exists(answer) }, w.log)
	if b, err := os.ReadFile(answer); err != nil || !strings.Contains(string(b), "exit 126") {
		t.Errorf("it was told (%v):\n%s", err, b)
	}
	w.pending(t, 1)
	if exists(filepath.Join(w.project, "out.txt")) {
		t.Error("what waited ran")
	}
}

// runs says whether any process has that argument.
func runs(argument string) bool {
	root, err := proc.Of(1)
	if err != nil {
		return true
	}
	for _, id := range proc.Tree(root) {
		argv, err := proc.Argv(id.PID)
		if err != nil {
			continue
		}
		for _, a := range argv {
			if a == argument {
				return true
			}
		}
	}
	return false
}
