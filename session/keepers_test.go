package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/gateway/hook"
	"kavi/pty"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// keeper is the keeper of an agent, as its file names it.
func (w *world) keeper(agent string) proc.ID {
	w.t.Helper()
	f, err := readAgent(w.dir.Agent(agent))
	if err != nil {
		w.t.Fatal(err)
	}
	id, err := proc.ParseID(f.Keeper)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// A server was killed between recording how an agent ended and dismissing its keeper:
// nobody needs that keeper any more, and the end is recorded once.
func TestTheNextServerDismissesTheKeeperOfAnAgentThatEnded(t *testing.T) {
	w := begin(t)
	w.script("one", `while ! test -e stop; do :; done; exit 3`)
	keeper, code := w.keeper("one"), 3
	if err := w.led.Store(ledger.Entry{Kind: ledger.AgentExited, Agent: "one", ExitCode: &code}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	w.touch("stop")
	w.reopen()
	if one := w.exited("one"); one.ExitCode != 3 {
		t.Errorf("exited %d", one.ExitCode)
	}
	w.until("its keeper to end", func(*Snapshot) bool { return !keeper.Alive() })
	if n := len(kindsOf(w.entries(), ledger.AgentExited)); n != 1 {
		t.Errorf("recorded %d times", n)
	}
}

// The same, where the keeper could still be dismissed: how the agent ended is known
// from the ledger alone.
func TestHowAnAgentEndedIsKnownFromTheLedger(t *testing.T) {
	w := begin(t)
	w.script("one", `exit 3`)
	keeper := w.keeper("one")
	w.exited("one")
	w.until("its keeper to end", func(*Snapshot) bool { return !keeper.Alive() })
	w.Close()
	w.reopen()
	if one := w.exited("one"); one.ExitCode != 3 {
		t.Errorf("exited %d", one.ExitCode)
	}
	if n := len(kindsOf(w.entries(), ledger.AgentExited)); n != 1 {
		t.Errorf("recorded %d times", n)
	}
}

// What is being started again is not closed in the middle: it would come back alone.
func TestAnAgentThatIsBeingStartedIsNotClosed(t *testing.T) {
	again, proceed := make(chan struct{}), make(chan struct{})
	proofs := 0
	w := begin(t, func(o *Options) {
		o.Prove = func(context.Context, hook.ProveOptions) (hook.Proof, error) {
			if proofs++; proofs == 2 {
				close(again)
				<-proceed
			}
			return hook.Proof{At: time.Now()}, nil
		}
	})
	w.claude("exit 0\n")
	w.exited("claude")
	done := make(chan error, 1)
	go func() { done <- w.RestartAgent(context.Background(), "claude") }()
	<-again
	if err := w.CloseAgent(t.Context(), "claude"); err == nil || !strings.Contains(err.Error(), "being started") {
		t.Errorf("closed: %v", err)
	}
	close(proceed)
	if err := <-done; err != nil {
		t.Error(err)
	}
	w.exited("claude")
	if err := w.CloseAgent(t.Context(), "claude"); err != nil {
		t.Error(err)
	}
}

// A session that is stopped while an agent starts leaves neither it nor its keeper.
func TestAStopEndsWhatIsBeingStarted(t *testing.T) {
	proving := make(chan struct{})
	w := begin(t, func(o *Options) {
		o.Prove = func(ctx context.Context, _ hook.ProveOptions) (hook.Proof, error) {
			close(proving)
			<-ctx.Done()
			return hook.Proof{At: time.Now()}, nil // in the last moment: the agent starts
		}
	})
	claude := filepath.Join(w.project, "claude")
	if err := os.WriteFile(claude, []byte("#!/bin/sh\nwhile :; do /bin/sleep 1; done\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	go func() {
		defer close(started)
		_, _ = w.StartAgent(context.Background(), AgentSpec{Argv: []string{claude}})
	}()
	<-proving
	if err := w.Stop(t.Context(), Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	<-started
	all, err := proc.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range all {
		if argv, err := proc.Argv(id.PID); err == nil && len(argv) == 3 && argv[1] == "keep" && argv[2] == w.dir.Agent("claude") && id.Alive() {
			_ = pty.KillTree(w.dir.Agent("claude"), id, id)
			t.Errorf("its keeper %v lives", id)
		}
	}
}

// Who removes the record of a session makes no new one of it, with whatever they
// wrote beside it.
func TestASessionWithoutItsRecordComesBackAsTheLedgerHasIt(t *testing.T) {
	w := begin(t, func(o *Options) { o.Config.Level = gateway.LevelOnCommit })
	w.script("one", `while ! test -e stop; do :; done`)
	a := w.Snapshot().Agents[0]
	w.Close()
	if err := os.Remove(filepath.Join(string(w.dir), "session.json")); err != nil {
		t.Fatal(err)
	}
	for {
		o := options(w.dir)
		o.Begin, o.Project, o.Config.Level, o.FullAccess = false, "/", gateway.LevelNone, true
		var err error
		if w.Session, err = Open(context.Background(), o); err == nil {
			break
		}
		if !errors.Is(err, ErrLocked) {
			t.Fatal(err)
		}
		killServer(t, w.dir)
	}
	s := w.until("the agent", func(s *Snapshot) bool { return len(s.Agents) == 1 && s.Agents[0].State != Starting })
	if s.FullAccess || s.Project != w.project || s.Agents[0].Level != gateway.LevelOnCommit || s.Agents[0].Name != a.Name {
		t.Errorf("%+v with %+v", s, s.Agents[0])
	}
	if r, err := w.dir.ReadRecord(); err != nil || r.Project != w.project || r.Config.Level != gateway.LevelOnCommit {
		t.Errorf("%+v, %v", r, err)
	}
	w.touch("stop")
	w.exited("one")
}
