package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kavi/session/ledger"
)

// copilot starts an agent of that name, whose shells stand at an absolute path: run
// starts one as Copilot does, as a child of the agent.
func (w *world) copilot(script string) {
	w.t.Helper()
	bin := filepath.Join(w.project, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		w.t.Fatal(err)
	}
	program := filepath.Join(bin, "copilot")
	const head = `#!/bin/sh
dir=${SHELL%/*}
ask() { printf '%s' "{\"sessionId\":\"talk-1\",\"cwd\":\"$PWD\",\"toolName\":\"bash\",\"toolArgs\":{\"command\":\"$1\"}$2}" | "$dir/kavi-hook" copilot ${3:-604800} > hook.out 2> hook.err; }
use() { ask "$1"; }
done_() { ask "$1" ',"toolResult":{"resultType":"success"}' notice; }
run() { /bin/bash --norc --noprofile -c "$1" < /dev/null; echo "$1 -> $?" >> log; }
wait_() { while ! test -e "$1"; do :; done; /bin/rm "$1"; }
`
	if err := os.WriteFile(program, []byte(head+script), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(w.project, "sub"), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.StartAgent(w.t.Context(), AgentSpec{Argv: []string{program}}); err != nil {
		w.t.Fatal(err)
	}
}

// One call, two doors, one prompt, also where the shell passes no door: what it
// starts is the announced call.
func TestWhatAnUnseenShellStartsIsTheAnnouncedCall(t *testing.T) {
	for name, command := range map[string]string{
		"a child of it":                   `sh -c 'touch one'; sh -c 'touch two'; true`,
		"a child, then itself":            `sh -c 'touch one' && sh -c 'touch two'`,
		"itself":                          `sh -c 'touch one && touch two'`,
		"itself, in another folder":       `cd sub && sh -c 'touch ../one ../two'`,
		"a child, in another folder":      `cd sub; sh -c 'touch ../one'; sh -c 'touch ../two'; true`,
		"a child of a subshell":           `(cd sub; sh -c 'touch ../one'; true); sh -c 'touch two'; true`,
		"a child of a program, in a pipe": `echo x | xargs sh -c 'touch one two'; true`,
		"itself, with a variable":         `X=1 sh -c 'touch one two' x 'a  b'`,
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			w.copilot(`use "` + command + `"; run "` + command + `"; done_ "` + command + `"; wait_ end`)
			a := w.pending(1)[0]
			if a.Call.Command != command || w.exists("one") {
				t.Errorf("held: %q, one is there: %v", a.Call.Command, w.exists("one"))
			}
			w.answer(true, "", a)
			w.until("the call to end", func(s *Snapshot) bool {
				if len(s.Approvals) > 0 {
					t.Fatalf("asked again: %s", s.Approvals[0].Call.Argv)
				}
				return slices.ContainsFunc(w.entries(), func(e ledger.Entry) bool { return e.Kind == ledger.CallExited && e.Call == a.CallID })
			})
			w.touch("end")
			w.exited("copilot")
			if got := w.file("log"); got != command+" -> 0" || !w.exists("one") || !w.exists("two") {
				t.Errorf("the shell: %s; one %v, two %v", got, w.exists("one"), w.exists("two"))
			}
			var seen []string
			for _, e := range w.entries() {
				if e.Call == a.CallID && (e.Kind == ledger.CallExecuted || e.Kind == ledger.CallExited) {
					seen = append(seen, string(e.Kind)+" "+string(e.Witness))
				}
			}
			if got, want := strings.Join(seen, ","), "call executed hook,call executed shim,call exited "; got != want {
				t.Errorf("the ledger has %q, want %q", got, want)
			}
		})
	}
}

// Nothing but a process that really runs the announced command, once, as
// it was judged, is that call.
func TestWhatOnlyLooksLikeAnUnseenShellIsJudgedAlone(t *testing.T) {
	const said = `sh -c 'touch one'; true`
	const bash = `/bin/bash --norc --noprofile -c`
	for name, c := range map[string]struct {
		script string
		before bool // what it does is done before the command is announced
	}{
		"another text":                 {script: bash + ` "` + said + `; true"`},
		"another last command":         {script: `/bin/bash --norc --noprofile -c "sh -c 'touch one' x"`},
		"the same, twice":              {script: bash + ` "` + said + `"; rm one; ` + bash + ` "` + said + `"`},
		"other options":                {script: `/bin/bash -c "` + said + `"`},
		"no child of the agent":        {script: `/bin/sh -c '/bin/bash --norc --noprofile -c "$0"; true' "` + said + `"`},
		"another variable":             {script: `GIT_SSH_COMMAND=evil ` + bash + ` "` + said + `"`},
		"a variable of several lines":  {script: "GIT_EDITOR='a\nb' " + bash + ` "` + said + `"`},
		"another PATH":                 {script: `PATH="$PWD/bin:$PATH" ` + bash + ` "` + said + `"`},
		"another folder":               {script: `(cd sub; ` + bash + ` "` + said + `")`},
		"another program by that name": {script: `cp /bin/bash mybash; /bin/bash -c 'exec -a /bin/bash ./mybash --norc --noprofile -c "$0"' "` + said + `"`},
		"a program by another path":    {script: `cp /bin/bash mybash; ./mybash --norc --noprofile -c "` + said + `"`},
		"a shell from before":          {before: true, script: `/bin/bash -c 'while ! test -e told; do :; done; exec ` + bash + ` "$0"' "` + said + `" &`},
	} {
		t.Run(name, func(t *testing.T) {
			w := begin(t)
			script, then := `use "`+said+`"; touch told; `+c.script, ``
			if c.before {
				script, then = c.script+` use "`+said+`"; touch told`, `; wait`
			}
			w.copilot(script + ` < /dev/null` + then)
			w.answer(true, "", w.pending(1)[0])
			a := w.pending(1)[0]
			if a.Call.Name != "sh" || w.exists("one") || w.exists("two") {
				t.Errorf("held: %q; one is there: %v", a.Call.Argv, w.exists("one"))
			}
			w.answer(false, "", a)
			w.exited("copilot")
			if w.exists("one") || w.exists("two") {
				t.Error("what was denied has run")
			}
		})
	}
}

// A command that a rule allowed is covered as far as that rule goes. It does not get
// further by becoming the shell of another, that the operator approved meanwhile.
func TestACommandCannotBecomeTheShellOfAnother(t *testing.T) {
	w := begin(t)
	userRules(t, "[[rule]]\nid = \"tests\"\nallow = \"exec\"\ncommand = [\"./evil\"]\n")
	w.until("the rule", func(*Snapshot) bool { return w.rule("tests") != nil })
	const said = `sh -c 'touch one'; true`
	evil := "#!/bin/bash\nexec /bin/bash --norc --noprofile -c \"" + said + "\"\n"
	if err := os.WriteFile(filepath.Join(w.project, "evil"), []byte(evil), 0o755); err != nil {
		t.Fatal(err)
	}
	w.copilot(`use "` + said + `"; use ./evil; run ./evil`)
	w.answer(true, "", w.pending(1)[0])
	a := w.pending(1)[0]
	if a.Call.Name != "sh" || w.exists("one") {
		t.Errorf("held: %q; one is there: %v", a.Call.Argv, w.exists("one"))
	}
	w.answer(false, "", a)
}
