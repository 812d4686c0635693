package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"kavi/gateway/hook"
	"kavi/gateway/wire"
	"kavi/pty"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

type proveFunc = func(context.Context, hook.ProveOptions) (hook.Proof, error)

func proving(f proveFunc) func(*Options) { return func(o *Options) { o.Prove = f } }

// script makes a program of a known family's name that runs a script.
func (w *world) known(script string) AgentSpec {
	w.t.Helper()
	program := filepath.Join(w.project, "claude")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		w.t.Fatal(err)
	}
	return AgentSpec{Argv: []string{program}}
}

// An update that dropped its hooks: it does not come to run at all.
func TestAnAgentWhoseHooksAreNotProvenIsNotStarted(t *testing.T) {
	w := begin(t, proving(func(context.Context, hook.ProveOptions) (hook.Proof, error) {
		return hook.Proof{}, errors.New("it used a tool without asking its hook\x1b[8m")
	}))
	spec := w.known("touch started\n")
	_, err := w.StartAgent(t.Context(), spec)
	if err == nil || !strings.Contains(err.Error(), "cannot be proven: it used a tool without asking its hook") || strings.Contains(err.Error(), "\x1b") {
		t.Fatalf("started: %v", err)
	}
	w.until("no agent to be there", func(s *Snapshot) bool { return len(s.Agents) == 0 })
	if w.exists("started") {
		t.Error("it ran")
	}
	spec.Ungated = true
	if _, err := w.StartAgent(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	w.exited("claude")
	a := w.Snapshot().Agents[0]
	if a.Gate != "not gated" || a.Gated || !strings.Contains(a.Why, "without asking") || !w.exists("started") {
		t.Errorf("%+v", a)
	}
	var said string
	for _, e := range w.entries() {
		if e.Kind == ledger.GateUngated {
			said = e.Why
		}
	}
	if !strings.Contains(said, "without asking") {
		t.Errorf("the ledger says %q", said)
	}
}

func TestAnAgentIsShownWhileItsHooksAreProven(t *testing.T) {
	begun, go_ := make(chan struct{}), make(chan struct{})
	w := begin(t, proving(func(_ context.Context, o hook.ProveOptions) (hook.Proof, error) {
		close(begun)
		<-go_
		p := hook.Proof{Family: hook.Claude, Program: o.Program, Binary: "b1"}
		if _, ok := o.Known(p); ok {
			t.Error("there is a proof already")
		}
		<-go_
		p.At = time.Now()
		return p, nil
	}))
	spec := w.known("true\n")
	done := make(chan error, 1)
	go func() {
		_, err := w.StartAgent(context.Background(), spec)
		done <- err
	}()
	<-begun
	s := w.until("the agent to be shown", func(s *Snapshot) bool { return len(s.Agents) == 1 })
	if a := s.Agents[0]; a.Name != "claude" || a.State != Starting || a.Why != "" {
		t.Errorf("%+v", a)
	}
	go_ <- struct{}{}
	s = w.until("its proof to be made", func(s *Snapshot) bool { return s.Agents[0].Why != "" })
	if a := s.Agents[0]; a.State != Starting || a.Why != "proving its hooks" {
		t.Errorf("%+v", a)
	}
	close(go_)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	s = w.until("the agent to run", func(s *Snapshot) bool { return s.Agents[0].State != Starting || s.Agents[0].Why == "" })
	if len(s.Agents) != 1 {
		t.Errorf("%d agents are shown", len(s.Agents))
	}
}

// A proof is made once for a program and what it is started with.
func TestAProofIsKept(t *testing.T) {
	made, fails := 0, true
	prove := func(_ context.Context, o hook.ProveOptions) (hook.Proof, error) {
		p := hook.Proof{Family: hook.Claude, Program: o.Program, Binary: "b1", Flags: strings.Join(o.Args, " ")}
		if known, ok := o.Known(p); ok {
			return known, nil
		}
		made++
		p.At = time.Now()
		if fails {
			p.Err = "it did not work out"
			return p, errors.New(p.Err)
		}
		return p, nil
	}
	w := begin(t, proving(prove))
	spec := w.known("true\n")
	start := func(args ...string) error {
		n := spec
		n.Argv = append(n.Argv[:1:1], args...)
		_, err := w.StartAgent(t.Context(), n)
		return err
	}
	if err := start(); err == nil {
		t.Error("a proof that fails does")
	}
	spec.Ungated = true
	if err := start(); err != nil || made != 1 {
		t.Errorf("with --ungated: %v; %d proofs were made", err, made)
	}
	w.exited("claude")
	if a := w.Snapshot().Agents[0]; a.Gated || a.Why != "it did not work out" {
		t.Errorf("%+v", a)
	}
	spec.Ungated, fails = false, false
	for _, args := range [][]string{nil, nil, {"--permission-mode=plan"}, nil} {
		if err := start(args...); err != nil {
			t.Error(err)
		}
	}
	if made != 3 {
		t.Errorf("%d proofs were made, want the one that failed and one for each way to start it", made)
	}
	folder := proofFolder(filepath.Dir(filepath.Dir(string(w.dir))))
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if fi, err := f.Info(); err != nil || fi.Mode().Perm() != 0o600 || !strings.HasPrefix(f.Name(), "claude-") {
			t.Errorf("%v %v", f, err)
		}
	}
	// What a server left that was killed in the middle of a proof.
	left := filepath.Join(folder, "run-old")
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(left, time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	clearProofs(folder)
	if _, err := os.Lstat(left); err == nil {
		t.Error("what an old proof left is there")
	}
	// An update: what was proven of the version before is forgotten.
	if err := keepProof(folder, hook.Proof{Family: hook.Claude, Program: spec.Argv[0], Binary: "b2", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if n := len(proofsIn(folder)); n != 1 {
		t.Errorf("%d proofs are kept after an update", n)
	}
}

// No agent may write what its own gate is trusted for.
func TestProofsLieWhereNoAgentMayWrite(t *testing.T) {
	w := begin(t)
	folder := proofFolder(filepath.Dir(filepath.Dir(string(w.dir))))
	w.claude(`hook t1 "{\"hook_event_name\":\"PreToolUse\",\"cwd\":\"$PWD\",\"tool_name\":\"Write\",\"tool_use_id\":\"t1\",\"tool_input\":{\"file_path\":\"` + folder + `/claude-0.json\",\"content\":\"{}\"}}"`)
	w.exited("claude")
	if got := w.file("t1.out"); !strings.Contains(got, `"permissionDecision":"deny"`) {
		t.Errorf("it was told %s", got)
	}
}

// The shells that an agent started for itself while it proved its hooks pass, in
// the operator's HOME too; no others do.
func TestAShellOfAProvenFormIsTheAgentsOwn(t *testing.T) {
	const script = `SNAPSHOT_FILE=%s/.claude/shell-snapshots/snapshot-bash-%s.sh; touch snap`
	text := func(home, name string) string {
		return strings.Replace(strings.Replace(script, "%s", home, 1), "%s", name, 1)
	}
	form, ok := hook.Form(&wire.Call{Door: wire.DoorShim, Name: "bash", HasCommand: true, Argv: []string{"bash", "-c", "-l", text("/proof/home", "1-a")}}, "/proof/home")
	if !ok {
		t.Fatal("no form")
	}
	w := begin(t, proving(func(context.Context, hook.ProveOptions) (hook.Proof, error) {
		return hook.Proof{At: time.Now(), Forms: []string{form}}, nil
	}))
	w.claude(`"$SHELL" -c -l "` + text("$HOME", "17-zz") + `"; wait_ go; "$SHELL" -c -l "` + text("$HOME", "17-zz") + `; touch evil"`)
	w.until("its own shell", func(*Snapshot) bool { return w.exists("snap") })
	if n := len(w.Snapshot().Approvals); n != 0 {
		t.Errorf("%d approvals for a shell of its own", n)
	}
	w.until("its end", func(*Snapshot) bool { return len(kindsOf(w.entries(), ledger.CallExited)) == 1 })
	var shown []string
	for _, e := range w.entries() {
		if e.Call != "" && !e.Aside() {
			shown = append(shown, e.Words())
		}
	}
	if len(shown) != 1 || !strings.HasPrefix(shown[0], "passes call_1: SNAPSHOT_FILE=") {
		t.Errorf("shown of it: %q", shown)
	}
	w.Close()
	w.reopen() // a new server knows the forms from the ledger
	w.touch("go")
	w.answer(false, "", w.pending(1)[0])
	w.exited("claude")
	if w.exists("evil") {
		t.Error("another shell passed as one of that form")
	}
}

func TestWhereStartUpFilesPutTheShim(t *testing.T) {
	for name, c := range map[string]struct {
		profile string // written with DECOY for the folder that stands for the shim's
		note    string
		gate    string
	}{
		"first":  {"PATH=DECOY:$PATH\n", "", "gated (hook, shim)"},
		"behind": {"echo hello; PATH=/usr/bin:/bin:$PATH\n", "before the shim", "gated (hook)"},
		"broken": {"exit 3\n", "end it before a command", "gated (hook)"},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t, proving(func(context.Context, hook.ProveOptions) (hook.Proof, error) {
				return hook.Proof{At: time.Now(), Reorders: true}, nil
			}), func(o *Options) { o.Config.Shell = "sh" })
			text := strings.ReplaceAll(c.profile, "DECOY", filepath.Join(w.dir.Agent("claude"), "place"))
			if err := os.WriteFile(filepath.Join(os.Getenv("HOME"), ".profile"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			w.claude(`use t1 "true"; shell "true"; wait_ end`)
			w.answer(true, "", w.pending(1)[0])
			w.until("the shell", func(*Snapshot) bool { return len(kindsOf(w.entries(), ledger.CallExecuted)) == 2 })
			w.gate(c.gate)
			notes := strings.Join(w.Snapshot().Agents[0].Notes, "\n")
			if (c.note == "") != (notes == "") || !strings.Contains(notes, c.note) {
				t.Errorf("notes: %q", notes)
			}
			w.touch("end")
			w.exited("claude")
		})
	}
}

// What a proof runs is ended with all that it started, wherever that went.
func TestNothingIsLeftOfAProof(t *testing.T) {
	w := begin(t)
	folder := filepath.Join(w.project, "agents", "proof")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	said, err := w.runMarked(t.Context(), folder, folder, []string{"/bin/sh", "-c", "setsid sleep 1000 > /dev/null 2>&1 & echo $!; head -c 100000 /dev/zero | tr '\\0' x; echo; exit 3"}, []string{"PATH=/usr/bin:/bin", "HOME=" + folder + "/home"})
	if err == nil || !strings.Contains(err.Error(), "exit status 3") || len(said) != maxTail {
		t.Errorf("%v, %d bytes", err, len(said))
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	said, err = w.runMarked(ctx, folder, folder, []string{"/bin/sh", "-c", "setsid sleep 1000 & echo $!; wait"}, []string{"PATH=/usr/bin:/bin", "HOME=" + folder + "/home"})
	if err == nil {
		t.Error("it ended by itself")
	}
	pid, perr := strconv.Atoi(strings.TrimSpace(said))
	if perr != nil {
		t.Fatalf("%q, %v", said, err)
	}
	if id, err := proc.Of(pid); err == nil && id.Alive() {
		t.Errorf("%v is left", id)
	}
}

// A proof has sockets, which lie in /tmp where paths are too long for them.
func TestNoFolderOfSocketsIsLeftOfAProof(t *testing.T) {
	folder := ""
	w := beginIn(t, filepath.Join(t.TempDir(), strings.Repeat("long", 25)), proving(func(_ context.Context, o hook.ProveOptions) (hook.Proof, error) {
		folder = o.Folder
		return hook.Proof{Family: hook.Claude, Program: o.Program, Binary: "b1", At: time.Now()}, nil
	}))
	if _, err := w.StartAgent(t.Context(), w.known("true\n")); err != nil {
		t.Fatal(err)
	}
	at := pty.SocketDir(folder)
	if at == folder {
		t.Fatalf("the sockets were in %s", at)
	}
	if _, err := os.Lstat(at); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is left: %v", at, err)
		_ = os.RemoveAll(at)
	}
}
