package session

import (
	"strings"
	"testing"
)

// begins tells of a conversation as claude does, after which the agent ends.
func begins(id string) string {
	return `printf '%s\n' "$@" >> argv; echo -- >> argv
hook s "{\"hook_event_name\":\"SessionStart\",\"session_id\":\"` + id + `\",\"cwd\":\"$PWD\"}" notice`
}

// resumed is what --resume was given, of each start.
func (w *world) resumed() (ids []string) {
	for start := range strings.SplitSeq(w.file("argv"), "--\n") {
		id := ""
		if _, rest, ok := strings.Cut(start, "--resume\n"); ok {
			id, _, _ = strings.Cut(rest, "\n")
		}
		ids = append(ids, id)
	}
	return ids
}

func (w *world) restart() {
	w.t.Helper()
	if err := w.RestartAgent(w.t.Context(), "claude"); err != nil {
		w.t.Fatal(err)
	}
	w.exited("claude")
}

// After a crash of the server or a reboot as after an exit: the conversation goes on.
func TestARestartedAgentGoesOnWithItsConversation(t *testing.T) {
	w := begin(t)
	w.claude(begins("0b9f3c1e-aa01"))
	w.exited("claude")
	w.until("the conversation", func(*Snapshot) bool { return len(kindsOf(w.entries(), agentTalks)) == 1 })
	w.restart()
	w.Close()
	w.reopen() // it knows the conversation from the ledger alone
	w.exited("claude")
	w.restart()
	if got := strings.Join(w.resumed(), " "); got != " 0b9f3c1e-aa01 0b9f3c1e-aa01" {
		t.Errorf("resumed: %q", got)
	}
}

// Sub-agents have conversations of their own; what the operator talks with is not one.
func TestASubAgentsConversationIsNotTheAgents(t *testing.T) {
	w := begin(t)
	w.claude(begins("talk-1") + `
hook s2 "{\"hook_event_name\":\"SessionStart\",\"session_id\":\"talk-2\",\"agent_id\":\"a1\",\"cwd\":\"$PWD\"}" notice`)
	w.exited("claude")
	w.restart()
	if got := strings.Join(w.resumed(), " "); got != " talk-1" {
		t.Errorf("resumed: %q", got)
	}
}

// The id is the agent's own word: one that would be read as an option is none.
func TestAConversationIsNoOption(t *testing.T) {
	for _, id := range []string{"--dangerously-skip-permissions", "-p", "a b", "../../x", "x;y", ""} {
		t.Run(id, func(t *testing.T) {
			w := begin(t)
			w.claude(begins(id))
			w.exited("claude")
			w.restart()
			if got := strings.Join(w.resumed(), ""); got != "" {
				t.Errorf("resumed: %q", got)
			}
			if n := len(kindsOf(w.entries(), agentTalks)); n != 0 {
				t.Errorf("%d conversations are in the ledger", n)
			}
		})
	}
}
