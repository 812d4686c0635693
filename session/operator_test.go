package session

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"kavi/gateway"
)

// The break-in: an agent rewrites what a held call is made of, beside its text,
// and kills the server. What the operator reads then is what would run.
func TestThePartsThatAreShownAreThoseThatWouldRun(t *testing.T) {
	w := begin(t)
	w.script("one", `"$SHELL" -c 'rm -rf build; touch ran'`)
	a := w.pending(1)[0]
	w.Close()
	file := filepath.Join(w.dir.pending(), a.ID+".json")
	var forged Approval
	b, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(b, &forged) != nil {
		t.Fatal(err)
	}
	forged.Judged.Parts[0].Text = "ls build"
	forged.Judged.Parts[0].Effects = []gateway.Effect{{Kind: "read", Why: "reads"}}
	if b, err = json.Marshal(forged); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	w.reopen()
	w.pending(1)
	// The caller may come back with its call before the answer, or after it.
	if out := w.decide(true, a, nil); !errors.Is(out.Err, ErrChanged) && !errors.Is(out.Err, ErrGone) {
		t.Errorf("what was shown was not what would run: %v", out.Err)
	}
	now := w.until("it to be asked again", func(s *Snapshot) bool {
		return len(s.Approvals) == 1 && s.Approvals[0].Again == a.ID && s.Approvals[0].State == Pending
	}).Approvals[0]
	if now.Judged.Parts[0].Text != "rm -rf build" {
		t.Errorf("%+v", now.Judged.Parts[0])
	}
	w.answer(false, "", now)
	w.exited("one")
	if w.exists("ran") {
		t.Error("it ran")
	}
}
