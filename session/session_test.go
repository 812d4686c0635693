package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/pty/proc"
	"kavi/pty/vt"
	"kavi/session/ledger"
)

type vtTerminal = vt.Terminal

func TestNothingRunsBeforeItIsApproved(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'echo hi > out.txt'; echo "code $?"`)
	a := w.pending(1)[0]
	if w.exists("out.txt") {
		t.Fatal("out.txt is there before the approval")
	}
	if a.Agent != "one" || a.ID != "apr_01" || !strings.Contains(a.Text.Object, "echo hi > out.txt") {
		t.Errorf("approval %+v", a)
	}
	w.answer(true, "", a)
	w.exited("one")
	if !w.exists("out.txt") {
		t.Error("out.txt is not there after the approval")
	}
	if got := w.screen("one"); !strings.Contains(got, "code 0") {
		t.Errorf("the agent saw:\n%s", got)
	}
}

func TestARejectionIsAnOrdinaryFailureWithItsReason(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'echo hi > out.txt' 2>err.txt; echo "code $?"`)
	a := w.pending(1)[0]
	w.answer(false, "use \x1b[31mnotes.txt", a)
	w.exited("one")
	if w.exists("out.txt") {
		t.Error("out.txt is there after the rejection")
	}
	if got := w.screen("one"); !strings.Contains(got, "code 126") {
		t.Errorf("the agent saw:\n%s", got)
	}
	b, err := os.ReadFile(filepath.Join(w.project, "err.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "kavi: denied: denied by the operator: use \\x1b[31mnotes.txt\n"; string(b) != want {
		t.Errorf("stderr %q, want %q", b, want)
	}
}

// What a shell's text is given is shown and recorded with it, redacted as it.
func TestWhatAShellsTextIsGivenIsShownAndRecorded(t *testing.T) {
	const key = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789"
	w := begin(t)
	w.script("one", `sh -c 'touch "$1"' sh "out file" `+key)
	a := w.pending(1)[0]
	if want := `sh -c 'touch "$1"' sh 'out file' ` + key; a.Text.Object != want {
		t.Errorf("shown: %s, want %s", a.Text.Object, want)
	}
	w.answer(true, "", a)
	w.exited("one")
	for _, e := range w.entries() {
		if e.Kind != ledger.CallRequested {
			continue
		}
		want := []string{"sh", "-c", `touch "$1"`, "sh", "out file"}
		if len(e.Argv) != len(want)+1 || !slices.Equal(e.Argv[:len(want)], want) || strings.Contains(e.Argv[len(want)], key) {
			t.Errorf("recorded: %q", e.Argv)
		}
		return
	}
	t.Error("the call was not recorded")
}

func TestADecisionNamesWhatWasShown(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'echo hi > out.txt'`)
	a := w.pending(1)[0]
	seal := a.Seal
	seal[0] ^= 1
	for name, c := range map[string]struct {
		choice Choice
		want   error
	}{
		"another seal": {Choice{a.ID, seal}, ErrSeal},
		"no seal":      {Choice{a.ID, gateway.Seal{}}, ErrSeal},
		"another id":   {Choice{"apr_02", a.Seal}, ErrGone},
		"no id":        {Choice{"", a.Seal}, ErrGone},
	} {
		out := w.Decide(t.Context(), Decision{Choices: []Choice{c.choice}, Allow: true})
		if !errors.Is(out[0].Err, c.want) {
			t.Errorf("%s: %v, want %v", name, out[0].Err, c.want)
		}
	}
	if w.exists("out.txt") {
		t.Error("it ran")
	}
	w.answer(true, "", a)
	if out := w.Decide(t.Context(), Decision{Choices: []Choice{{a.ID, a.Seal}}}); !errors.Is(out[0].Err, ErrGone) {
		t.Errorf("answered twice: %v, want %v", out[0].Err, ErrGone)
	}
	w.exited("one")
}

func TestAScriptThatChangesWhileHeldIsAskedAgain(t *testing.T) {
	w := begin(t)
	if err := os.WriteFile(filepath.Join(w.project, "x.sh"), []byte("echo good > out.txt\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w.script("one", `sh x.sh`)
	a := w.pending(1)[0]
	if err := os.WriteFile(filepath.Join(w.project, "x.sh"), []byte("echo evil > out.txt\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := w.Decide(t.Context(), Decision{Choices: []Choice{{a.ID, a.Seal}}, Allow: true, By: Operator{Client: "test"}})
	if w.exists("out.txt") {
		t.Fatal("the changed script ran")
	}
	// Either the session saw the change when it looked again, or the shim did just before exec.
	b := w.until("the new question", func(s *Snapshot) bool {
		return len(s.Approvals) == 1 && s.Approvals[0].ID != a.ID && s.Approvals[0].State == Pending
	}).Approvals[0]
	if out[0].Err != nil && !errors.Is(out[0].Err, ErrChanged) {
		t.Errorf("deciding on the changed script: %v", out[0].Err)
	}
	if !strings.Contains(strings.Join(b.Text.Body, "\n"), "evil") {
		t.Errorf("the new question does not show the new script: %+v", b.Text)
	}
	w.answer(true, "", b)
	w.exited("one")
	if got, _ := os.ReadFile(filepath.Join(w.project, "out.txt")); string(got) != "evil\n" {
		t.Errorf("out.txt is %q", got)
	}
}

// A yes that a server committed and could not tell before it was killed is about
// what was shown then: it is asked again where that is no longer what would run.
func TestAYesThatWasNeverToldIsAskedAgainWhenTheWorldChanged(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c "echo told > out.txt"`)
	a := w.pending(1)[0]
	w.touch("out.txt") // so that it would replace a file
	w.post(func() {    // what recovery makes of an allow without an end, whose caller lives
		k := w.approvals[a.ID]
		delete(w.approvals, a.ID)
		k.phase, k.verdict, k.oldSeal = decided, gateway.Verdict{Allow: true, Call: k.id}, a.Seal
		k.past = &ledger.Entry{Kind: ledger.CallDecided, Call: k.id, Approval: a.ID}
		k.approval = nil
		_ = k.door.conn.Close() // and asks again
		k.door = nil
	})
	b := w.until("the new question", func(s *Snapshot) bool {
		return len(s.Approvals) == 1 && s.Approvals[0].ID != a.ID && s.Approvals[0].State == Pending
	}).Approvals[0]
	if b.Again != a.ID || b.CallID == a.CallID {
		t.Errorf("%s of %s asks again for %q, want %s and a call of its own", b.ID, b.CallID, b.Again, a.ID)
	}
	w.answer(true, "", b)
	one := w.exited("one")
	if got, _ := os.ReadFile(filepath.Join(w.project, "out.txt")); one.ExitCode != 0 || string(got) != "told\n" {
		t.Errorf("exited %d, out.txt is %q", one.ExitCode, got)
	}
}

func TestACallInsideAnApprovedOneIsCoveredAndRecorded(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'bash -c "echo a > a.txt"; sh -c "echo b > b.txt"; (sh -c "echo c > c.txt" &) ; :'`)
	a := w.pending(1)[0]
	w.answer(true, "", a)
	w.exited("one")
	if !w.exists("a.txt") || !w.exists("b.txt") {
		t.Errorf("what it started did not run:\n%s", w.screens())
	}
	covered := 0
	for _, e := range w.entries() {
		if e.Kind == ledger.CallDecided && e.By.Kind == ledger.ByCovered {
			covered++
		}
		if e.Kind == ledger.CallRequested && e.Call != a.CallID && e.Inside != a.ID && e.Left != a.ID {
			t.Errorf("a nested call does not say in what: %+v", e)
		}
	}
	if covered < 2 {
		t.Errorf("%d covered calls in the ledger, want at least 2", covered)
	}
}

func TestFullAccessIsAValueNotAWayRound(t *testing.T) {
	w := begin(t, func(o *Options) { o.FullAccess = true })
	w.script("one", `"$SHELL" -c 'echo hi > out.txt'; "$SHELL" -c 'rm -rf /'; echo "code $?"`)
	w.exited("one")
	if !w.exists("out.txt") {
		t.Errorf("it did not run:\n%s", w.screens())
	}
	if got := w.screen("one"); !strings.Contains(got, "code 126") {
		t.Errorf("what is never allowed was not denied:\n%s", got)
	}
	var by []ledger.Decider
	for _, e := range w.entries() {
		if e.Kind == ledger.CallDecided {
			by = append(by, e.By.Kind)
		}
	}
	if len(by) != 2 || by[0] != ledger.ByFullAccess || by[1] != ledger.ByBuiltin {
		t.Errorf("decided by %v", by)
	}
}

func TestFullAccessDecidesWhatIsHeld(t *testing.T) {
	w := begin(t)
	w.script("one", `for i in 1 2 3; do "$SHELL" -c "echo $i > $i.txt" & done; wait`)
	w.pending(3)
	n, err := w.SetFullAccess(t.Context(), true, Operator{Client: "test"})
	if err != nil || n != 3 {
		t.Errorf("full access decided %d (%v), want 3", n, err)
	}
	w.exited("one")
	if s := w.Snapshot(); !s.FullAccess || len(s.Approvals) != 0 {
		t.Errorf("snapshot %+v", s)
	}
}

func TestACallerThatGivesUpLapsesAndMayComeAgainOnce(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'echo hi >> out.txt' & p=$!
while ! test -e go; do :; done; kill $p; wait $p
while ! test -e again; do :; done
"$SHELL" -c 'echo hi >> out.txt'; echo "second $?"
"$SHELL" -c 'echo hi >> out.txt'; echo "third $?"`)
	a := w.pending(1)[0]
	w.touch("go")
	l := w.until("it to lapse", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].State == Lapsed }).Approvals[0]
	if l.ID != a.ID || l.Seal != a.Seal {
		t.Errorf("the lapsed approval is another one: %+v", l)
	}
	w.answer(true, "", l)
	w.touch("again")
	third := w.until("the third call", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].ID != a.ID }).Approvals[0]
	// What it wrote before it asked may come after the call.
	w.until("the granted call to have run", func(*Snapshot) bool { return strings.Contains(w.screen("one"), "second 0") })
	w.answer(false, "once is enough", third)
	w.exited("one")
	if b, _ := os.ReadFile(filepath.Join(w.project, "out.txt")); string(b) != "hi\n" {
		t.Errorf("out.txt is %q, want one line", b)
	}
}

func TestWhatWasGrantedIsAskedAgainOnceItChanged(t *testing.T) {
	w := begin(t)
	put := func(text string) {
		if err := os.WriteFile(filepath.Join(w.project, "tool.sh"), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put("#!/bin/sh\necho good > out.txt\n")
	w.script("one", `"$SHELL" -c './tool.sh' & p=$!
while ! test -e go; do :; done; kill $p; wait $p
while ! test -e again; do :; done
"$SHELL" -c './tool.sh'; echo "second $?"`)
	w.pending(1)
	w.touch("go")
	l := w.until("it to lapse", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].State == Lapsed }).Approvals[0]
	w.answer(true, "", l)
	put("#!/bin/sh\necho evil > out.txt\n")
	w.touch("again")
	second := w.until("the second call", func(s *Snapshot) bool { return len(s.Approvals) == 1 && s.Approvals[0].ID != l.ID }).Approvals[0]
	w.answer(false, "", second)
	w.exited("one")
	if w.exists("out.txt") {
		t.Error("another program ran than was approved")
	}
}

func (w *world) touch(name string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.project, name), nil, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func TestAnUnansweredApprovalPausesItsAgent(t *testing.T) {
	w := begin(t, func(o *Options) { o.Config.Timeout = 300 * time.Millisecond })
	w.script("one", `"$SHELL" -c 'echo a > a.txt' & while ! test -e go; do :; done; cat a.agent; "$SHELL" -c 'true'; wait`)
	a := w.pending(1)[0]
	w.until("the pause", func(s *Snapshot) bool { return s.Agents[0].State == Paused })
	if n, err := w.SetLevel(t.Context(), "one", gateway.LevelNone, Operator{}); err != nil || n != 0 {
		t.Errorf("a level of none decided %d held calls of a paused agent (%v)", n, err)
	}
	w.touch("go")
	two := w.pending(2)
	if two[1].Judged.Action == gateway.Deny || !strings.Contains(two[1].Judged.Why, "paused") {
		t.Errorf("the second call does not say why it is held: %+v", two[1].Judged)
	}
	w.answer(true, "", a)
	w.exited("one") // the second runs by its level once the pause is over
	kinds := fmt.Sprint(kindsOf(w.entries(), ledger.AgentPaused, ledger.AgentResumed))
	if kinds != "[agent paused agent resumed]" {
		t.Errorf("the ledger says %s", kinds)
	}
}

func kindsOf(es []ledger.Entry, want ...ledger.Kind) []ledger.Kind {
	var out []ledger.Kind
	for _, e := range es {
		for _, k := range want {
			if e.Kind == k {
				out = append(out, k)
			}
		}
	}
	return out
}

func TestManyParallelCallsAreEachDecidedOnce(t *testing.T) {
	w := begin(t)
	const agents, each = 3, 67
	for i := range agents {
		w.script(fmt.Sprintf("a%d", i), fmt.Sprintf(`i=0; while [ $i -lt %d ]; do "$SHELL" -c "echo x >> out-%d-$i.txt" & i=$((i+1)); done; wait`, each, i))
	}
	all := w.pending(agents * each)
	w.answer(true, "", all...)
	for i := range agents {
		w.exited(fmt.Sprintf("a%d", i))
	}
	for i := range agents {
		for j := range each {
			if b, _ := os.ReadFile(filepath.Join(w.project, fmt.Sprintf("out-%d-%d.txt", i, j))); string(b) != "x\n" {
				t.Errorf("call %d of agent %d ran other than once: %q", j, i, b)
			}
		}
	}
	decided := make(map[string]int)
	requested := make(map[string]bool)
	for _, e := range w.entries() {
		switch e.Kind {
		case ledger.CallRequested:
			requested[e.Call] = true
		case ledger.CallDecided:
			if !requested[e.Call] {
				t.Errorf("%s was decided before it was requested", e.Call)
			}
			decided[e.Call]++
		case ledger.CallExecuted:
			if decided[e.Call] != 1 {
				t.Errorf("%s ran after %d decisions", e.Call, decided[e.Call])
			}
		}
	}
	if len(decided) != agents*each {
		t.Errorf("%d calls were decided, want %d", len(decided), agents*each)
	}
	if r, err := w.Ledger().Verify(t.Context()); err != nil || r.Bad != 0 {
		t.Errorf("the chain does not hold: %+v %v", r, err)
	}
}

// What waits of one agent is bounded; the others are not in its way.
func TestAnAgentThatAsksForTooMuchIsDenied(t *testing.T) {
	w := begin(t)
	const each, waits = 40, maxHeld >> 20
	if err := os.WriteFile(filepath.Join(w.project, "large.sh"), append([]byte("#"), make([]byte, 1<<20-1)...), 0o600); err != nil {
		t.Fatal(err)
	}
	w.script("greedy", fmt.Sprintf(`i=0; while [ $i -lt %d ]; do sh large.sh 2>> err.txt & i=$((i+1)); done; wait`, each))
	s := w.until("denials", func(s *Snapshot) bool { return s.Denied > 0 && s.Denied+len(s.Approvals) == each })
	if n := len(s.Approvals); n > waits || n < waits-1 {
		t.Errorf("%d calls of a megabyte wait, want about %d", n, waits)
	}
	w.script("modest", `"$SHELL" -c 'echo hi > out.txt'`)
	all := w.pending(len(s.Approvals) + 1)
	w.answer(true, "", all[len(all)-1])
	w.exited("modest")
	w.answer(false, "", all[:len(all)-1]...)
	w.exited("greedy")
	b, err := os.ReadFile(filepath.Join(w.project, "err.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "too much of this agent waits"); n != s.Denied {
		t.Errorf("%d were told why, of %d:\n%s", n, s.Denied, b)
	}
}

func TestAnAgentCannotAskOnAnothersSocket(t *testing.T) {
	w := begin(t)
	w.script("victim", `while ! test -e stop; do :; done`)
	w.script("thief", fmt.Sprintf(`%s/bin/sh -c 'echo stolen > out.txt'; echo "code $?"`, w.dir.Agent("victim")))
	w.exited("thief")
	w.touch("stop")
	if w.exists("out.txt") {
		t.Error("it ran")
	}
	if got := w.screen("thief"); !strings.Contains(got, "code 126") {
		t.Errorf("the thief saw:\n%s", got)
	}
	w.exited("victim")
	w.until("the refusal in the ledger", func(*Snapshot) bool { return len(kindsOf(w.entries(), ledger.CallRefused)) > 0 })
	if got := kindsOf(w.entries(), ledger.CallRefused); len(got) != 1 {
		t.Errorf("refusals in the ledger: %v", got)
	}
}

func TestParallelCallsThatAppendToOneFileDoNotDisturbEachOther(t *testing.T) {
	w := begin(t)
	w.touch("log.txt")
	w.script("one", `for i in 1 2 3 4 5 6; do "$SHELL" -c "echo $i >> log.txt" & done; wait`)
	w.answer(true, "", w.pending(6)...)
	w.exited("one")
	if b, _ := os.ReadFile(filepath.Join(w.project, "log.txt")); strings.Count(string(b), "\n") != 6 {
		t.Errorf("log.txt is %q, want six lines", b)
	}
}

func TestASecondServerIsTurnedAway(t *testing.T) {
	w := begin(t)
	o := options(w.dir)
	if s, err := Open(t.Context(), o); !errors.Is(err, ErrLocked) {
		t.Errorf("a second server: %v, %v, want %v", s, err, ErrLocked)
	}
}

func TestWhatACallLeftRunningIsJudgedAloneAndSaysSo(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c '(while ! test -e go; do :; done; bash -c "echo left > left.txt") & echo gone'; echo "code $?"; while ! test -e left.txt; do :; done`)
	a := w.pending(1)[0]
	w.answer(true, "", a)
	w.until("the call's end", func(*Snapshot) bool { return len(kindsOf(w.entries(), ledger.CallExited)) == 1 })
	w.touch("go")
	b := w.pending(1)[0]
	if b.Left != a.ID || b.Inside != "" {
		t.Errorf("left by %q, inside %q; want left by %s", b.Left, b.Inside, a.ID)
	}
	w.answer(true, "", b)
	w.exited("one")
	if !w.exists("left.txt") {
		t.Error("it did not run")
	}
}

// The break-in: an agent rewrites what lies beside the ledger (its own level, the
// project, the configuration) and kills the server.
func TestAServerThatComesBackTrustsTheLedgerNotTheFilesBesideIt(t *testing.T) {
	w := begin(t, func(o *Options) { o.Keep = "as started" })
	w.script("one", `while ! test -e stop; do :; done`)
	w.Close()
	for name, change := range map[string][2]string{
		"session.json":          {`"project": "` + w.project + `"`, `"project": "/"`},
		"agents/one/agent.json": {`"Level": ""`, `"Level": "none"`},
	} {
		file := filepath.Join(string(w.dir), name)
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		forged := strings.Replace(string(b), change[0], change[1], 1)
		if forged == string(b) {
			t.Fatalf("%s does not hold %s:\n%s", name, change[0], b)
		}
		if err := os.WriteFile(file, []byte(forged), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := options(w.dir)
	o.Keep, o.Config.Level = "forged", gateway.LevelNone
	var err error
	for { // the keeper has started a server of its own, which must go first
		if w.Session, err = Open(context.Background(), o); !errors.Is(err, ErrLocked) {
			break
		}
		killServer(t, w.dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	n := w.Snapshot()
	if n.Project != w.project || n.Agents[0].Level != gateway.LevelDefault || w.Kept() != "as started" || w.opts.Config.Level != gateway.LevelDefault {
		t.Errorf("project %s, level %q, kept %q, config %+v", n.Project, n.Agents[0].Level, w.Kept(), w.opts.Config)
	}
	w.touch("stop")
	w.exited("one")
}

// killServer ends the server that a keeper started for a session.
func killServer(t testing.TB, d Dir) {
	t.Helper()
	all, err := proc.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range all {
		if argv, err := proc.Argv(id.PID); err == nil && len(argv) == 3 && argv[1] == "serve" && argv[2] == string(d) {
			_ = proc.Signal(id, syscall.SIGKILL)
		}
	}
}

// A server that goes denies nothing that another one may yet decide.
func TestAServerThatGoesLeavesCallsToTheNext(t *testing.T) {
	w := begin(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w.script("one", fmt.Sprintf(`while ! test -e stop; do :; done
		%q callers %q 1 1 answered; test -e answered || "$SHELL" -c "echo asked > out.txt"`, self, filepath.Join(w.dir.Agent("one"), "gate.sock")))
	w.post(func() { w.ended = true }) // it takes nothing any more, and is not closed yet
	<-w.done
	w.touch("stop")
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !strings.Contains(w.screen("one"), "EOF") { // hung up on
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("answered: %v; the screen:\n%s", w.exists("answered"), w.screen("one"))
		}
	}
	w.Close()
	w.reopen()
	w.answer(true, "", w.pending(1)[0])
	if one := w.exited("one"); one.ExitCode != 0 || !w.exists("out.txt") {
		t.Errorf("exited %d", one.ExitCode)
	}
}
