package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kavi/gateway"
	"kavi/session/ledger"
)

// decide answers one approval and gives its outcome.
func (w *world) decide(allow bool, a *Approval, r *Remember) Outcome {
	w.t.Helper()
	return w.Decide(w.t.Context(), Decision{
		Allow: allow, Choices: []Choice{{ID: a.ID, Seal: a.Seal}}, Remember: r, By: Operator{Client: "test"},
	})[0]
}

func (w *world) rule(id string) *RuleState {
	for _, r := range w.Snapshot().Rules {
		if r.ID == id {
			return &r
		}
	}
	return nil
}

// loop is an agent that runs a command each time a file named after it appears.
const loop = `
run() { while ! test -e "$1"; do :; done; /bin/rm "$1"; shift; "$SHELL" -c "$1"; echo "$1 -> $?" >> log; }
`

func (w *world) log() string {
	b, _ := os.ReadFile(filepath.Join(w.project, "log"))
	return string(b)
}

// ran waits until the agent has logged n commands.
func (w *world) ran(n int) string {
	w.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if log := w.log(); strings.Count(log, "\n") >= n {
			return log
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			w.t.Fatalf("waited for %d commands; there are:\n%s", n, w.log())
		}
	}
}

func TestARememberedYesDecidesCallsLikeIt(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`
run go1 "ls -d one"; run go2 "ls -d two"; run go3 "ls -d three > /tmp/kv-never"`)
	w.touch("go1")
	a := w.pending(1)[0]
	o, err := w.Offer(t.Context(), a.ID, true)
	if err != nil || len(o.Patterns) != 1 || o.Patterns[0] != "ls *" {
		t.Fatalf("offer %+v %v", o, err)
	}
	if _, err := w.Try(t.Context(), a.ID, true, Remember{Patterns: []string{"*"}}); err == nil {
		t.Error("a pattern for every program was taken")
	}
	if out := w.decide(true, a, &Remember{Patterns: []string{"cat *"}}); out.Err == nil || !strings.Contains(out.Err.Error(), "does not match this call") {
		t.Errorf("a pattern that does not match the call: %+v", out)
	}
	out := w.decide(true, a, &Remember{})
	if out.Err != nil || len(out.Rules) != 1 || out.Rules[0] != "rem_01" {
		t.Fatalf("%+v", out)
	}
	w.touch("go2")
	w.ran(2)
	w.touch("go3") // the pattern matches, but it writes outside
	a = w.pending(1)[0]
	w.answer(false, "", a)
	w.exited("one")
	r := w.until("the count", func(*Snapshot) bool { r := w.rule("rem_01"); return r != nil && r.Decided == 1 }).Rules[0]
	if r.Layer != gateway.LayerRemembered || r.By != "apr_01" || r.Scope != ScopeAgent {
		t.Errorf("%+v", r)
	}
	var decided, added bool
	for _, e := range w.entries() {
		decided = decided || e.Kind == ledger.CallDecided && e.By.Kind == ledger.ByRemembered && e.By.Rule == "rem_01" && e.Verdict == ledger.Allowed
		added = added || e.Kind == ledger.RuleAdded && e.Data["id"] == "rem_01"
	}
	if !decided || !added {
		t.Errorf("the ledger says neither who decided (%v) nor what was remembered (%v)", decided, added)
	}
}

func TestARememberedNoHoldsForWhatWaitsToo(t *testing.T) {
	w := begin(t)
	for i := range 3 {
		w.script(fmt.Sprintf("a%d", i), fmt.Sprintf(`"$SHELL" -c 'npm install left-pad --x=%d' 2>err%d`, i, i))
	}
	as := w.pending(3)
	// "exact words" is what an install is remembered by; the operator widens a denial.
	out := w.decide(false, as[0], &Remember{Patterns: []string{"npm install *"}, Scope: ScopeSession, Why: "no installs tonight"})
	if out.Err != nil || out.Also != 2 {
		t.Fatalf("%+v", out)
	}
	for i := range 3 {
		w.exited(fmt.Sprintf("a%d", i))
	}
	told := 0
	for i := range 3 {
		b, err := os.ReadFile(filepath.Join(w.project, fmt.Sprintf("err%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "no installs tonight") {
			told++
		}
	}
	if told != 2 {
		t.Errorf("%d agents were told why, want the two that the rule denied", told)
	}
}

func TestARuleEndsAfterItsUses(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`for i in 1 2 3 4; do run go$i "ls -d t$i"; done`)
	w.touch("go1")
	if out := w.decide(true, w.pending(1)[0], &Remember{Uses: 2}); out.Err != nil {
		t.Fatal(out.Err)
	}
	w.touch("go2")
	w.ran(2)
	if r := w.until("the count", func(*Snapshot) bool { r := w.rule("rem_01"); return r != nil && r.Decided == 1 }).Rules[0]; r.Uses != 1 {
		t.Errorf("what is left is not shown: %+v", r)
	}
	w.touch("go3")
	w.ran(3)
	w.touch("go4")
	w.answer(false, "", w.pending(1)[0])
	w.exited("one")
	w.until("the rule to be gone", func(s *Snapshot) bool { return len(s.Rules) == 0 })
}

func TestARuleEndsWithItsTime(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`run go1 "ls -d a"; run go2 "ls -d b"`)
	w.touch("go1")
	if out := w.decide(true, w.pending(1)[0], &Remember{For: time.Millisecond}); out.Err != nil {
		t.Fatal(out.Err)
	}
	w.until("the rule to be gone", func(s *Snapshot) bool { return len(s.Rules) == 0 })
	w.touch("go2")
	w.answer(false, "", w.pending(1)[0])
	w.exited("one")
}

func TestUndoTakesARuleBack(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`run go1 "ls -d a"; run go2 "ls -d b"`)
	w.touch("go1")
	if out := w.decide(true, w.pending(1)[0], &Remember{}); out.Err != nil {
		t.Fatal(out.Err)
	}
	if err := w.RemoveRule(t.Context(), "rem_02", Operator{}); err == nil {
		t.Error("a rule that never was is removed")
	}
	if err := w.RemoveRule(t.Context(), "rem_01", Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	w.touch("go2")
	w.answer(false, "", w.pending(1)[0])
	w.exited("one")
}

// A remembered rule, its count and its limit survive the server; a rule that was
// taken back does not come back.
func TestRememberedRulesSurviveAServer(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`for i in 1 2 3 4 5; do run go$i "ls -d t$i"; done`)
	w.touch("go1")
	if out := w.decide(true, w.pending(1)[0], &Remember{Uses: 3}); out.Err != nil {
		t.Fatal(out.Err)
	}
	deny := gateway.Rule{Verdict: gateway.Deny, Kind: gateway.Exec, Command: []string{"npm publish *"}, Why: "not tonight"}
	id, _, err := w.AddRule(t.Context(), deny, Operator{Client: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.RemoveRule(t.Context(), id, Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	w.touch("go2")
	w.ran(2)
	w.Close()
	w.reopen()
	r := w.rule("rem_01")
	if r == nil || r.Decided != 1 || r.Uses != 2 || r.Text == "" || len(w.Snapshot().Rules) != 1 {
		t.Fatalf("the rules after the restart: %+v", w.Snapshot().Rules)
	}
	w.touch("go3")
	w.ran(3)
	if id, _, err = w.AddRule(t.Context(), deny, Operator{Client: "test"}); err != nil || id != "rem_03" {
		t.Errorf("the id of the next rule is %s, %v: an id is never used twice", id, err)
	}
	w.touch("go4")
	w.ran(4)
	w.touch("go5")
	w.answer(false, "", w.pending(1)[0])
	w.exited("one")
}

// reopen takes the session over from the server that its keepers start.
func (w *world) reopen() {
	w.t.Helper()
	var err error
	for {
		if w.Session, err = Open(context.Background(), options(w.dir)); !errors.Is(err, ErrLocked) {
			break
		}
		killServer(w.t, w.dir)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// userRules writes the operator's rules.toml.
func userRules(t testing.TB, text string) string {
	t.Helper()
	config, err := ConfigHome()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(config, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(config, "rules.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestFilesOfRulesAreReadAgainAndABrokenOneLeavesTheLast(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`for i in 1 2 3; do run go$i "ls -d t$i"; done`)
	w.touch("go1")
	w.pending(1)
	userRules(t, "[[rule]]\nid = \"m\"\nallow = \"exec\"\ncommand = [\"ls *\"]\n")
	w.until("what waits to be decided by the new rule", func(s *Snapshot) bool { return len(s.Approvals) == 0 })
	w.ran(1)
	userRules(t, "[[rule]]\nid = \"m\"\nallw = \"exec\"\n")
	w.until("a banner", func(s *Snapshot) bool {
		return len(s.Banner) == 1 && strings.Contains(s.Banner[0], `rules.toml:3: unknown key "allw": did you mean "allow"?`)
	})
	w.touch("go2")
	w.ran(2)
	userRules(t, "[[rule]]\nid = \"m\"\ndeny = \"exec\"\ncommand = [\"ls *\"]\n")
	w.until("the banner to go", func(s *Snapshot) bool { return len(s.Banner) == 0 && len(s.DenyRules) == 1 })
	w.touch("go3")
	if log := w.ran(3); !strings.Contains(log, "t3 -> 126") {
		t.Errorf("the deny rule did not hold:\n%s", log)
	}
	w.exited("one")
	for _, e := range w.entries() {
		if e.Kind == ledger.CallDecided && e.Verdict == ledger.Denied && (e.By.Layer != "user" || e.By.Rule != "m" || len(e.By.File) != 64) {
			t.Errorf("who denied: %+v", e.By)
		}
	}
}

func TestASessionDoesNotBeginWithBrokenRules(t *testing.T) {
	top := t.TempDir()
	t.Setenv("HOME", top)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(top, "config"))
	t.Setenv("XDG_STATE_HOME", filepath.Join(top, "state"))
	userRules(t, "[[rule]]\nid = \"x\"\ndeny = \"exce\"\n")
	project := filepath.Join(top, "project")
	if err := os.Mkdir(project, 0o755); err != nil {
		t.Fatal(err)
	}
	d, err := NewDir("", project)
	if err != nil {
		t.Fatal(err)
	}
	o := options(d)
	o.Project = project
	s, err := Open(context.Background(), o)
	if err == nil {
		s.Close()
		t.Fatal("it begins")
	}
	if !strings.Contains(err.Error(), `rules.toml:3: rule x: "exce" is no kind: did you mean "exec"?`) {
		t.Error(err)
	}
}

// The attack: a repository that brings rules which allow everything.
func TestARepositoryMayOnlyTightenUntilTrusted(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`for i in 1 2 3 4; do run go$i "ls -d t$i"; done; "$SHELL" -c 'npm publish'; echo "publish $?"`)
	files, err := RuleFilesOf(w.project)
	if err != nil {
		t.Fatal(err)
	}
	brings := "[[rule]]\nid = \"all\"\nallow = \"any\"\n\n[[rule]]\nid = \"pub\"\ndeny = \"exec\"\ncommand = [\"npm publish *\"]\n"
	if err := os.Mkdir(filepath.Dir(files.Repository), 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := os.WriteFile(files.Repository, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(brings)
	w.until("its deny alone", func(s *Snapshot) bool {
		return len(s.Rules) == 1 && s.Rules[0].ID == "pub" && len(s.Banner) == 1 && strings.Contains(s.Banner[0], "kavi rules trust")
	})
	w.touch("go1")
	w.answer(true, "", w.pending(1)[0])
	text, trusted, err := files.ReadRepository()
	if err != nil || trusted {
		t.Fatalf("trusted %v, %v", trusted, err)
	}
	if err := files.Trust(text); err != nil {
		t.Fatal(err)
	}
	w.until("its allow", func(s *Snapshot) bool { return len(s.Rules) == 2 && len(s.Banner) == 0 })
	w.touch("go2")
	w.ran(2)
	write(brings + "\n# changed\n")
	w.until("the trust to end", func(s *Snapshot) bool { return len(s.Rules) == 1 && len(s.Banner) == 1 })
	w.touch("go3")
	w.answer(true, "", w.pending(1)[0])
	w.ran(3)
	w.touch("go4")
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	if got := w.screen("one"); !strings.Contains(got, "publish 126") {
		t.Errorf("what the repository denies is not denied:\n%s", got)
	}
}

func TestARuleForTheProjectStandsInTheOperatorsFile(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`run go1 "ls -d a"; run go2 "ls -d b"`)
	w.script("two", loop+`run go3 "ls -d c"`)
	w.touch("go1")
	out := w.decide(true, w.pending(1)[0], &Remember{Scope: ScopeProject, For: time.Hour})
	if out.Err != nil {
		t.Fatal(out.Err)
	}
	files, err := RuleFilesOf(w.project)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(files.Project)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`command  = ["ls *"]`, `allow    = "exec"`, "until"} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is not in\n%s", want, b)
		}
	}
	w.touch("go2")
	w.touch("go3")
	w.ran(3)
	w.exited("one")
	w.exited("two")
	if r := w.Snapshot().Rules[0]; r.Layer != gateway.LayerProject || r.File != files.Project || time.Until(r.Until) < 50*time.Minute || r.By != "apr_01" {
		t.Errorf("%+v", r)
	}
	w.Close()
	w.reopen()
	if r := w.rule("rem_01"); r == nil || r.Scope != ScopeProject || r.By != "apr_01" {
		t.Fatalf("after the server: %+v", r)
	}
	if err := w.RemoveRule(t.Context(), "rem_01", Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(files.Project); err != nil || len(b) != 0 {
		t.Errorf("%v, it is still there: %s", err, b)
	}
	if r := w.rule("rem_01"); r != nil {
		t.Errorf("it still holds: %+v", r)
	}
}

// Whoever was told that something is so finds it so in the next snapshot.
func TestAnAnswerComesAfterTheSnapshotThatShowsIt(t *testing.T) {
	w := begin(t)
	told := make(chan struct{})
	defer close(told)
	if _, err := ask(t.Context(), w.Session, func(reply func(int, error)) {
		w.denied++
		w.changed = true
		reply(0, nil)
		<-told // the loop goes on only after the answer was looked at
	}); err != nil {
		t.Fatal(err)
	}
	if n := w.Snapshot().Denied; n != 1 {
		t.Errorf("the snapshot says %d", n)
	}
}

// A file may hold what another session remembered under the same number.
func TestARuleForTheProjectHasAnIDOfItsOwn(t *testing.T) {
	w := begin(t)
	files, err := RuleFilesOf(w.project)
	if err != nil {
		t.Fatal(err)
	}
	deny := gateway.Rule{ID: "rem_01", Verdict: gateway.Deny, Kind: gateway.Exec, Command: []string{"aws *"}}
	if err := AddToFile(files.Project, gateway.LayerProject, deny); err != nil {
		t.Fatal(err)
	}
	w.until("the rule", func(s *Snapshot) bool { return len(s.Rules) == 1 })
	w.script("one", `"$SHELL" -c "ls -d a"`)
	out := w.decide(true, w.pending(1)[0], &Remember{Scope: ScopeProject})
	if out.Err != nil || fmt.Sprint(out.Rules) != "[rem_02]" {
		t.Fatalf("%+v", out)
	}
	if r := w.rule("rem_01"); r == nil || r.Scope != "" {
		t.Errorf("the other: %+v", r)
	}
	if err := w.RemoveRule(t.Context(), "rem_01", Operator{}); err == nil {
		t.Error("what was not made in this session is taken back")
	}
	if err := w.RemoveRule(t.Context(), "rem_02", Operator{}); err != nil {
		t.Error(err)
	}
	w.exited("one")
}

// What a rule would have decided is tried against what was decided in this session,
// by the operator or without them.
func TestTryingARuleSaysWhatItWouldHaveDecided(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`for i in 1 2 3; do run go$i "ls -d t$i"; done`)
	w.script("two", `"$SHELL" -c 'ls -d other'`)
	waiting := w.pending(1)[0]
	rule := gateway.Rule{Verdict: gateway.Allow, Kind: gateway.Exec, Command: []string{"ls -d quiet"}}
	id, _, err := w.AddRule(t.Context(), rule, Operator{Client: "test"})
	if err != nil {
		t.Fatal(err)
	}
	w.script("three", `"$SHELL" -c 'ls -d quiet'`)
	w.exited("three")
	if err := w.RemoveRule(t.Context(), id, Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	for i, allow := range []bool{true, false} {
		w.touch(fmt.Sprintf("go%d", i+1))
		a := w.pending(2)[1]
		w.answer(allow, "", a)
		w.ran(i + 1)
	}
	w.touch("go3")
	a := w.pending(2)[1]
	tr, err := w.Try(t.Context(), a.ID, true, Remember{Scope: ScopeSession})
	if err != nil {
		t.Fatal(err)
	}
	if tr.Past != 3 || len(tr.Denied) != 1 || !strings.HasPrefix(tr.Denied[0], "apr_03 Run: ") || len(tr.Pending) != 1 || tr.Pending[0] != waiting.ID {
		t.Errorf("%+v", tr)
	}
	if len(tr.Covers) != 1 || len(tr.Covers[0].Examples) != 3 {
		t.Errorf("%+v", tr)
	}
	if tr, err = w.Try(t.Context(), a.ID, true, Remember{}); err != nil || len(tr.Pending) != 0 || tr.Past != 2 {
		t.Errorf("for this agent alone it would decide %v, %v", tr, err)
	}
	w.Close()
	w.reopen()
	if tr, err = w.Try(t.Context(), a.ID, true, Remember{Scope: ScopeSession}); err != nil || tr.Past != 3 || len(tr.Denied) != 1 {
		t.Errorf("after the server: %+v, %v", tr, err)
	}
	w.answer(false, "", a, waiting)
	w.exited("one")
}

func TestWhatIsNeverOffered(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'rm -rf build'`)
	w.script("two", `"$SHELL" -c 'curl -H "Authorization: Bearer sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" https://x.test/'`)
	for _, a := range w.pending(2) {
		o, err := w.Offer(t.Context(), a.ID, true)
		if err != nil {
			t.Fatal(err)
		}
		out := w.decide(true, a, &Remember{})
		if out.Err == nil || !strings.Contains(out.Err.Error(), "asked every time") || a.Agent == "one" && o.None == "" {
			t.Errorf("%s: offer %+v, outcome %+v", a.Text.Object, o, out)
		}
	}
	w.answer(false, "", w.pending(2)...)
}

// One agent's queue never holds up another's: with 300 calls of one held, those of
// the other are decided by the rules, and by the operator, as ever.
func TestOneAgentsQueueHoldsUpNobodyElse(t *testing.T) {
	w := begin(t)
	userRules(t, "[[rule]]\nid = \"l\"\nallow = \"exec\"\ncommand = [\"ls *\"]\n")
	w.until("the rule", func(s *Snapshot) bool { return len(s.Rules) == 1 })
	w.script("many", `i=0; while [ $i -lt 300 ]; do "$SHELL" -c "touch many" 2>/dev/null & i=$((i+1)); done; wait`)
	w.pending(300)
	w.script("other", `for i in 1 2 3 4 5; do "$SHELL" -c "ls -d $i"; done; "$SHELL" -c 'echo hi > out.txt'`)
	s := w.until("the other's own approval", func(s *Snapshot) bool { return len(s.Approvals) == 301 && s.Allowed == 5 })
	for _, a := range s.Approvals {
		if a.Agent == "other" {
			w.answer(true, "", a)
		}
	}
	w.exited("other")
	if !w.exists("out.txt") || w.exists("many") {
		t.Errorf("out.txt %v, many %v", w.exists("out.txt"), w.exists("many"))
	}
	w.answer(false, "", w.pending(300)...)
	w.exited("many")
}
