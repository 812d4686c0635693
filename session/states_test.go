package session

import (
	"os"
	"path/filepath"
	"testing"

	"kavi/session/ledger"
)

// What an agent says of itself by OSC 7501 comes before what its silence or its
// noise seem to say.
func TestAnAgentSaysItsStateByItself(t *testing.T) {
	w := begin(t)
	w.script("codex-like", `
wait_() { while ! test -e "$1"; do echo noise; /bin/sleep 0.05; done; }
say() { printf '\033]7501;state=%s:app=codex\033\\' "$1"; }
say working; while ! test -e a; do :; done
say blocked; wait_ b
say idle; wait_ c
say working; say done; wait_ d
say working; say clear; wait_ e`)
	for _, c := range []struct {
		what string
		want State
		next string
	}{
		{"working, though it is silent", Working, "a"},
		{"blocked", Waiting, "b"},
		{"idle, though it makes noise", Idle, "c"},
		{"done", Idle, "d"},
		{"no state, with noise", Working, "e"},
	} {
		w.until(c.what, func(s *Snapshot) bool { return s.Agents[0].State == c.want })
		w.touch(c.next)
	}
	w.exited("codex-like")
}

// Who comes back after a crash finds the titles by which they know their agents, and
// the states that agents said of themselves: a program that waits says neither again.
func TestWhatAnAgentSaysOfItselfOutlivesItsServer(t *testing.T) {
	w := begin(t)
	w.script("codex-like", `printf '\033]2;fix the parser\007\033]7501;state=blocked:app=codex\033\\'
while ! test -e end; do /bin/sleep 0.05; done`)
	said := func(s *Snapshot) bool { return s.Agents[0].Title == "fix the parser" && s.Agents[0].State == Waiting }
	w.until("it to say both", said)
	w.until("its screen to be saved", func(*Snapshot) bool {
		_, err := os.Stat(filepath.Join(w.dir.Agent("codex-like"), "screen"))
		return err == nil
	})
	w.Close()
	w.reopen()
	w.until("the next server to know both", said)
	w.touch("end")
	w.exited("codex-like")
}

// Agents that know no OSC 7501 say it by their hooks.
func TestAnAgentsHooksSayItsState(t *testing.T) {
	w := begin(t)
	w.claude(`say() { hook s "{\"hook_event_name\":\"$1\",\"session_id\":\"talk-1\",\"cwd\":\"$PWD\"$2}" notice; }
say UserPromptSubmit ",\"prompt\":\"go\""; wait_ a
say Notification ",\"message\":\"Claude needs your permission\",\"notification_type\":\"permission_prompt\""; wait_ b
say UserPromptSubmit ",\"prompt\":\"go\""; wait_ c
say Stop; wait_ d
say UserPromptSubmit ",\"prompt\":\"go\""; wait_ e
say Notification ",\"message\":\"Claude is waiting for your input\",\"notification_type\":\"idle_prompt\""; wait_ f`)
	for _, c := range []struct {
		want State
		next string
	}{{Working, "a"}, {Waiting, "b"}, {Working, "c"}, {Idle, "d"}, {Working, "e"}, {Idle, "f"}} {
		w.until(string(c.want), func(s *Snapshot) bool { return s.Agents[0].State == c.want })
		w.touch(c.next)
	}
	w.exited("claude")
}

// A model that says more while its call is held did not wait for it (Codex, after
// 30 s). The call is held as before.
func TestAnAgentThatWentOnIsShownAsThat(t *testing.T) {
	w := begin(t)
	words := filepath.Join(w.project, "words.jsonl")
	say := func(text string) {
		f, err := os.OpenFile(words, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(`{"type":"assistant","message":{"role":"assistant","content":[{"type":"text","text":"` + text + `"}]}}` + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	w.claude(`hook t1 "{\"hook_event_name\":\"PreToolUse\",\"session_id\":\"talk-1\",\"transcript_path\":\"$PWD/words.jsonl\",\"cwd\":\"$PWD\",\"tool_name\":\"Bash\",\"tool_use_id\":\"t1\",\"tool_input\":{\"command\":\"touch one\"}}"
shell "touch one"`)
	a := w.pending(1)[0]
	say("I touch it.") // written late, as agents do
	w.until("the words to be read", func(*Snapshot) bool {
		read := make(chan bool)
		w.post(func() {
			k := w.approvals[a.ID]
			read <- k.hooked.words != nil
		})
		return <-read
	})
	if got := w.pending(1)[0].Why; got != "" {
		t.Errorf("before it went on: %q", got)
	}
	say("I do something else.")
	w.until("it to be seen", func(s *Snapshot) bool { return s.Approvals[0].Why == WentOn })
	w.answer(true, "", a)
	w.exited("claude")
	w.until("its end", func(*Snapshot) bool { return len(kindsOf(w.entries(), ledger.CallExited)) == 1 })
	if n := len(kindsOf(w.entries(), callOutrun)); n != 1 || !w.exists("one") {
		t.Errorf("that it went on is in the ledger %d times; it ran: %v", n, w.exists("one"))
	}
}
