package pty_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"kavi/pty"
	"kavi/pty/proc"
)

func lines(path string) []string {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	return strings.Fields(string(b))
}

// serverProcess starts a server of its own process, which starts the keeper, as in a session.
func serverProcess(t *testing.T, s pty.Spec, role ...string) (*exec.Cmd, proc.ID) {
	t.Helper()
	b, err := json.Marshal(s)
	if err == nil {
		err = os.MkdirAll(s.Dir, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(s.Dir, "spec.json"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(s.Binary, append(role, "serve-start", s.Dir)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	until(t, "the server has dialled", func() bool { return len(lines(filepath.Join(s.Dir, "served"))) > 0 })
	keeper, err := proc.ParseID(lines(filepath.Join(s.Dir, "keeper"))[0])
	if err != nil {
		t.Fatal(err)
	}
	ends(t, s, keeper)
	return cmd, keeper
}

// pid is the process that wrote the nth line of a file, once it is there.
func pid(t *testing.T, path string, n int) int {
	t.Helper()
	until(t, "line "+strconv.Itoa(n)+" of "+path, func() bool { return len(lines(path)) >= n })
	p, err := strconv.Atoi(lines(path)[n-1])
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAKilledServerIsBroughtBackAndTheAgentNoticesNothing(t *testing.T) {
	s := spec(t, "sh", "-c", "while read x; do echo got $x.; done")
	s.Server = pty.ServerSpec{Argv: []string{self(t), "serve", s.Dir, "0"}, Env: []string{"GORACE=atexit_sleep_ms=0"}, Dir: "/nowhere"}
	cmd, keeper := serverProcess(t, s)
	served := filepath.Join(s.Dir, "served")
	victim := cmd.Process.Pid
	for n := 2; n <= 6; n++ { // five in a row, each as soon as it serves
		if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if n == 2 {
			_ = cmd.Wait()
		}
		victim = pid(t, served, n)
	}
	for _, id := range proc.Tree(keeper) {
		if id.PID == victim {
			t.Error("the server is below the keeper, where only the agent's processes are")
		}
	}
	if _, sid, err := proc.Group(victim); err != nil || sid != victim {
		t.Errorf("the server is in session %d, %v", sid, err)
	}
	// This test is a server as well, and takes over. The agent is still the same.
	h := newServer()
	l := dial(t, s, 0, h)
	if err := l.Write([]byte("it\r")); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the agent answers", func() bool { return h.has("got it.") })
	if l.Keeper() != keeper {
		t.Errorf("keeper = %v, was %v", l.Keeper(), keeper)
	}
}

func TestTheStatusWaitsForAServer(t *testing.T) {
	s := spec(t, "sh", "-c", "read x; echo bye.; exit 3")
	keeper := keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	agent := l.Agent()
	if err := l.Write([]byte("go\r")); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the last output", func() bool { return h.has("bye.") })
	l.Close()
	until(t, "the agent is gone", func() bool { return !agent.Alive() })
	for range 2 { // the first server may have died before it wrote it down
		h := newServer()
		l := dial(t, s, 0, h)
		h.until(t, "the status", func() bool { return len(h.exits) > 0 })
		if h.exits[0].Code != 3 || !h.has("bye.") || l.Agent() != agent {
			t.Errorf("%v %+v %q", l.Agent(), h.exits, h.text())
		}
		l.Close()
		h.until(t, "lost", func() bool { return h.lost })
	}
	h = newServer()
	l = dial(t, s, h.next, h)
	if err := l.Dismiss(); err != nil {
		t.Fatal(err)
	}
	until(t, "the keeper is gone", func() bool { return !keeper.Alive() })
	h.until(t, "lost by its own wish", func() bool { return h.lost && h.lostErr == nil })
	for _, name := range []string{"keep.sock", "gate.sock"} {
		if _, err := os.Lstat(filepath.Join(s.Dir, name)); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", name, err)
		}
	}
}

// failing has the keeper start servers that exit with a code.
func failing(t *testing.T, code string) (pty.Spec, string) {
	s := spec(t, "cat")
	starts := filepath.Join(s.Cwd, "starts")
	s.Server = pty.ServerSpec{Argv: []string{self(t), "exit", code}, Env: []string{"STARTS=" + starts, "GORACE=atexit_sleep_ms=0"}, Dir: s.Cwd}
	return s, starts
}

// ready says that the server works, and sees that the keeper has heard it.
func ready(t *testing.T, l *pty.Link, h *server) {
	t.Helper()
	err := l.Ready()
	if err == nil {
		err = l.Write([]byte("ready"))
	}
	if err != nil {
		t.Fatal(err)
	}
	h.until(t, "the echo", func() bool { return h.has("ready") })
}

func TestAfterFiveFailuresTheGateClosesAndTheAgentLives(t *testing.T) {
	s, starts := failing(t, "3")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	ready(t, l, h)
	l.Close()
	gate := filepath.Join(s.Dir, "gate.sock")
	until(t, "the gate is closed", func() bool { _, err := os.Lstat(gate); return os.IsNotExist(err) })
	if n := len(lines(starts)); n != 5 {
		t.Errorf("%d servers were started", n)
	}
	// It stays so, though removed sockets come back.
	if err := os.Remove(filepath.Join(s.Dir, "keep.sock")); err != nil {
		t.Fatal(err)
	}
	until(t, "keep.sock is back", func() bool { _, err := os.Lstat(filepath.Join(s.Dir, "keep.sock")); return err == nil })
	if _, err := os.Lstat(gate); !os.IsNotExist(err) {
		t.Errorf("the gate: %v", err)
	}
	// A server that comes later finds everything.
	h = newServer()
	l = dial(t, s, 0, h)
	if err := l.Write([]byte("alive\r")); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the agent answers through a new gate's keeper", func() bool { return h.has("alive") && len(h.gates) == 1 })
	call(t, s, h)
}

func TestAServerThatFoundTheLockTakenIsNoFailure(t *testing.T) {
	s, starts := failing(t, strconv.Itoa(pty.Taken))
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	ready(t, l, h)
	l.Close()
	log := filepath.Join(s.Dir, "keep.log")
	until(t, "its end is seen", func() bool {
		return slices.Contains(lines(log), "code=75")
	})
	if slices.Contains(lines(log), "failed\"") || len(lines(starts)) != 1 {
		b, _ := os.ReadFile(log)
		t.Errorf("%d starts, and the log says\n%s", len(lines(starts)), b)
	}
}

func TestAKeeperEndsWithItsSession(t *testing.T) {
	s, _ := failing(t, strconv.Itoa(pty.Over))
	keeper := keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	ready(t, l, h)
	l.Close()
	until(t, "the keeper and its agent are gone", func() bool { return !keeper.Alive() && !l.Agent().Alive() })
}

func TestAfterAGoodbyeNoServerIsStarted(t *testing.T) {
	s, starts := failing(t, "3")
	keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	ready(t, l, h)
	if err := l.Write([]byte("last")); err != nil { // and what was written before is typed
		t.Fatal(err)
	}
	if err := l.Goodbye(); err != nil {
		t.Fatal(err)
	}
	h.until(t, "lost by its own wish", func() bool { return h.lost && h.lostErr == nil })
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 40 { // four times the first delay
		<-tick.C
		if n := len(lines(starts)); n > 0 {
			t.Fatalf("%d servers were started", n)
		}
	}
	h = newServer()
	dial(t, s, 0, h)
	h.until(t, "the input", func() bool { return h.has("last") })
}

func TestOneKeeperAFolder(t *testing.T) {
	s := spec(t, "cat")
	keep(t, s)
	if id, err := pty.Start(s); err == nil || !strings.Contains(err.Error(), "another keeper") {
		t.Errorf("Start = %v, %v", id, err)
	}
}

func TestStartSaysWhyNot(t *testing.T) {
	for _, c := range []struct {
		change func(*pty.Spec)
		want   string
	}{
		{func(s *pty.Spec) { s.Cwd += "/gone" }, "not there"},
		{func(s *pty.Spec) { s.Argv = nil }, "no program"},
		{func(s *pty.Spec) { s.Dir = "relative" }, "absolute"},
		{func(s *pty.Spec) { s.Binary = "" }, "kavi's binary is missing"},
		{func(s *pty.Spec) { s.Cols = 0 }, "no size"},
		{func(*pty.Spec) { t.Setenv("MUTE", "1") }, "without a word"}, // the last: those after it are mute too
	} {
		s := spec(t, "cat")
		c.change(&s)
		if id, err := pty.Start(s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("want %q: %v, %v", c.want, id, err)
		}
	}
}
