package pty_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"kavi/pty"
	"kavi/pty/proc"
)

// markTells skips where the whole login has the mark's limit.
func markTells(t *testing.T) {
	t.Helper()
	if marked, err := proc.Marked(os.Getpid()); err != nil || marked {
		t.Skipf("the mark tells nothing here: marked %v, %v", marked, err)
	}
}

// An attack: the agent dials its keeper to type at itself, to take its own gate, or to dismiss the keeper.
func TestAnAgentMayNotDial(t *testing.T) {
	markTells(t)
	for _, how := range [][]string{{"dial"}, {"escape", "dial"}} {
		s := spec(t)
		s.Argv = append(append([]string{self(t)}, how...), s.Dir)
		if how[0] == "escape" { // the agent must outlive its orphan's try
			s.Argv = []string{"sh", "-c", strings.Join(s.Argv, " ") + "; read x"}
		}
		keep(t, s)
		h := newServer()
		dial(t, s, 0, h)
		h.until(t, "the agent was refused", func() bool { return h.has("dialled: ") && h.has("refused: ") && len(h.refused) > 0 })
		r := h.refused[0]
		if exe, _ := os.Executable(); r.Peer.PID == 0 || r.UID != os.Getuid() || r.Exe != exe || !strings.Contains(r.Why, "mark") {
			t.Errorf("%q: %+v", how, r)
		}
		if h.lost {
			t.Error("and it took the server's place")
		}
	}
}

// The same where only ancestry tells, because every process here has the mark's limit.
func TestAnAgentMayNotDialWithoutAMarkToTellIt(t *testing.T) {
	for _, how := range []string{"", "escape "} {
		s := spec(t)
		s.Argv = []string{"sh", "-c", self(t) + " " + how + "dial " + s.Dir + " > out; read x"}
		serverProcess(t, s, "marked")
		out := filepath.Join(s.Cwd, "out")
		until(t, "the agent was refused", func() bool { b, _ := os.ReadFile(out); return strings.Contains(string(b), "refused: this agent's") })
	}
}

func TestAnotherSessionsAgentMayNotDial(t *testing.T) {
	markTells(t)
	s := spec(t, "cat")
	keep(t, s)
	cmd := exec.Command(self(t), "marked", "dial", s.Dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 200)
	n, err := out.Read(b)
	if err != nil || !strings.Contains(string(b[:n]), "refused: ") {
		t.Errorf("%q, %v", b[:n], err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	// Nobody was there to be told: the next server is.
	h := newServer()
	dial(t, s, 0, h)
	h.until(t, "the refusal", func() bool { return len(h.refused) == 1 && h.refused[0].Peer.PID == cmd.Process.Pid })
}

// The other way round: an agent that puts a socket of its own in the keeper's place is not taken for a keeper.
func TestAServerDoesNotDialAnAgent(t *testing.T) {
	markTells(t)
	dir := folder(t)
	cmd := exec.Command(self(t), "marked", "pose", dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	until(t, "the impostor listens, and is found out", func() bool {
		l, err := pty.Dial(dir, 0, newServer())
		if err == nil {
			l.Close()
			t.Fatal("it was taken for a keeper")
		}
		return strings.Contains(err.Error(), "no keeper")
	})
}

func TestAnEscapedProcessIsStillTheKeepersDescendant(t *testing.T) {
	s := spec(t)
	s.Argv = []string{"sh", "-c", self(t) + " escape say; read x"}
	keeper := keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "the orphan runs", func() bool { return h.has("said by ") })
	orphan, err := below(keeper, "say")
	if err != nil {
		t.Fatal(err)
	}
	chain, err := proc.Ancestors(orphan.PID)
	if err != nil || !slices.Contains(chain, keeper) || slices.Contains(chain, l.Agent()) {
		t.Errorf("ancestors %v, %v", chain, err)
	}
	if marked, err := proc.Marked(orphan.PID); err != nil || !marked {
		t.Errorf("marked: %v, %v", marked, err)
	}
}

func TestKillEndsTheWholeTree(t *testing.T) {
	s := spec(t)
	s.Argv = []string{"sh", "-c", self(t) + " escape say; trap '' HUP TERM INT; while :; do sleep 0.02; done"}
	keeper := keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "the orphan runs", func() bool { return h.has("said by ") })
	orphan, err := below(keeper, "say")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Kill(); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the agent is gone", func() bool { return len(h.exits) == 1 && h.exits[0].Signal == 9 })
	until(t, "all are reaped", func() bool { return len(proc.Tree(keeper)) == 1 })
	if _, err := proc.Of(orphan.PID); err == nil {
		t.Error("the orphan is left, or its zombie")
	}
}

// A keeper that is killed and dismissed in one breath does not end before the last of what it keeps.
func TestAKeeperEndsAfterWhatItKills(t *testing.T) {
	s := spec(t)
	s.Argv = []string{"sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do " + self(t) + " escape say; done; read x"}
	keeper := keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "the orphans run", func() bool { return strings.Count(string(h.out), "said by ") == 10 })
	tree := proc.Tree(keeper)[1:]
	if err := errors.Join(l.Kill(), l.Dismiss()); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the keeper is gone", func() bool { return h.lost })
	until(t, "the keeper is gone", func() bool { return !keeper.Alive() })
	for _, id := range tree {
		if id.Alive() {
			t.Errorf("%v is alive", id)
		}
	}
	if len(tree) < 11 || len(h.exits) != 1 { // the last orphan's parent may have been there still
		t.Errorf("a tree of %d; %v", len(tree), h.exits)
	}
}

// What a dismissed keeper still has for its server, the agent's end last of all, is
// not lost because the server is slow to read.
func TestADismissedKeeperTellsTheEndFirst(t *testing.T) {
	s := spec(t)
	wrote := filepath.Join(s.Cwd, "wrote")
	s.Argv = []string{"sh", "-c", "head -c 2000000 /dev/zero | tr '\\0' x; echo > wrote; read x"}
	keeper := keep(t, s)
	h := newServer()
	hold := make(chan struct{})
	h.hold = hold
	l := dial(t, s, 0, h)
	until(t, "the output is written", func() bool { _, err := os.Stat(wrote); return err == nil })
	if err := errors.Join(l.Kill(), l.Dismiss()); err != nil {
		t.Fatal(err)
	}
	until(t, "the agent is gone", func() bool { return !l.Agent().Alive() })
	close(hold)
	h.until(t, "the keeper is gone", func() bool { return h.lost })
	until(t, "the keeper is gone", func() bool { return !keeper.Alive() })
	if len(h.exits) != 1 || h.next != 2000000 {
		t.Errorf("%d bytes of 2000000; exits %v", h.next, h.exits)
	}
}

// clinging is an agent that outlives a hangup, with an orphan and a session of another's that do too.
func clinging(t *testing.T) pty.Spec {
	s := spec(t)
	s.Env[0] = "PATH=" + filepath.Join(s.Dir, "bin") + ":" + os.Getenv("PATH")
	s.Argv = []string{"sh", "-c", "trap '' HUP; " + self(t) + " escape say; setsid sh -c 'trap \"\" HUP; sleep 1000' & while :; do sleep 0.02; done"}
	return s
}

func TestWhatADeadKeeperLeavesIsKilled(t *testing.T) {
	s := clinging(t)
	keeper := keep(t, s)
	h := newServer()
	l := dial(t, s, 0, h)
	h.until(t, "the orphan runs", func() bool { return h.has("said by ") })
	if err := pty.KillTree(s.Dir, keeper, l.Agent()); err == nil || !strings.Contains(err.Error(), "alive") {
		t.Errorf("with a live keeper: %v", err)
	}
	tree := proc.Tree(keeper)[1:]
	if len(tree) < 4 {
		t.Fatalf("only %v", tree)
	}
	if err := proc.Signal(keeper, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	h.until(t, "the link breaks", func() bool { return h.lost && h.lostErr != nil })
	if err := pty.KillTree(s.Dir, keeper, l.Agent()); err != nil {
		t.Fatal(err)
	}
	for _, id := range tree {
		if id.Alive() {
			argv, _ := proc.Argv(id.PID)
			t.Errorf("%v %q is alive", id, argv)
		}
	}
}

// below is the process below root that runs a helper's role as an orphan.
func below(root proc.ID, role string) (proc.ID, error) {
	for _, id := range proc.Tree(root) {
		argv, err := proc.Argv(id.PID)
		if err == nil && len(argv) > 2 && argv[1] == "adopted" && argv[2] == role {
			return id, nil
		}
	}
	return proc.ID{}, proc.ErrGone
}
