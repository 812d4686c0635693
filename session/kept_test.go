package session

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kavi/session/ledger"
)

// saysBanner waits until the banner and the ledger say something.
func (w *world) saysBanner(words string) {
	w.t.Helper()
	says := func(line string) bool { return strings.Contains(line, words) }
	w.until("the banner to say "+words, func(s *Snapshot) bool { return slices.ContainsFunc(s.Banner, says) })
	w.until("the ledger to say "+words, func(*Snapshot) bool {
		return slices.ContainsFunc(w.entries(), func(e ledger.Entry) bool { return e.Kind == ledger.Problem && says(e.Why) })
	})
}

// The break-in: something that came past the doors removes what is kept for undo. It
// is said, put back, and what was changed before can still be taken back.
func TestWhatIsKeptOfARunningSessionIsRemoved(t *testing.T) {
	w := beginWith(t, map[string]string{"a.txt": "one\n"})
	w.script("one", `"$SHELL" -c 'rm a.txt'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	w.changes(1, ChangesOf{Calls: []string{"call_1"}})
	if err := os.RemoveAll(w.dir.Baseline()); err != nil {
		t.Fatal(err)
	}
	w.saysBanner("it is put back, and nothing is lost")
	w.Close()
	w.reopen()
	w.watchedNow()
	for _, o := range w.undo(ChangesOf{Calls: []string{"call_1"}}) {
		if !o.Done {
			t.Errorf("%+v", o)
		}
	}
	if got := w.file("a.txt"); got != "one" {
		t.Errorf("a.txt holds %q", got)
	}
}

// What is lost for good is not made up: undo refuses, with the reason, and leaves the
// files as they are.
func TestWhatIsKeptOfARunningSessionIsWrittenOver(t *testing.T) {
	w := beginWith(t, map[string]string{"a.txt": "one\n", "b.txt": "one\n"})
	w.script("one", `"$SHELL" -c 'echo two > a.txt'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	w.changes(1, ChangesOf{Calls: []string{"call_1"}})
	if err := os.Truncate(filepath.Join(w.dir.Baseline(), "contents"), 0); err != nil {
		t.Fatal(err)
	}
	w.saysBanner("what changed until now cannot be taken back")
	plan, err := w.PlanUndo(t.Context(), ChangesOf{Calls: []string{"call_1"}})
	if err != nil || len(plan.Steps) != 1 || !strings.Contains(plan.Steps[0].Refused, "its content was not kept: ") || !strings.Contains(plan.Steps[0].Refused, "somebody wrote over it") {
		t.Errorf("%+v %v", plan, err)
	}
	for _, o := range w.undo(ChangesOf{Calls: []string{"call_1"}}) {
		if o.Done || o.Why == "" {
			t.Errorf("%+v", o)
		}
	}
	if got := w.file("a.txt"); got != "two" {
		t.Errorf("a.txt holds %q", got)
	}
	if rows, err := w.Difference(t.Context(), w.byHand("b.txt", "two\n").ID); err != nil || !slices.Contains(rows, "+two") || !slices.Contains(rows, "-one") {
		t.Errorf("what was kept since: %q, %v", rows, err)
	}
}

// byHand writes a file until that can be no call's doing.
func (w *world) byHand(name, text string) *Unexplained {
	w.t.Helper()
	w.byHandNow()
	if err := w.trees.named("").watch().Capture(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.write(name, text)
	return w.itemOf(name)
}

// What was kept goes while no server runs.
func TestWhatWasKeptIsGoneWhenAServerComesBack(t *testing.T) {
	w := beginWith(t, map[string]string{"a.txt": "one\n", "one.agent": ""})
	w.script("one", `while ! test -e stop; do :; done`)
	w.write("a.txt", "two\n")
	id := w.itemOf("a.txt").ID
	w.Close()
	if err := os.RemoveAll(w.dir.Baseline()); err != nil {
		t.Fatal(err)
	}
	w.reopen()
	w.saysBanner("what changed while nobody watched is not known")
	w.watchedNow()
	for _, o := range w.undo(ChangesOf{Item: id}) {
		if o.Done || !strings.Contains(o.Why, "its content was not kept: ") {
			t.Errorf("%+v", o)
		}
	}
	if got := w.file("a.txt"); got != "two" {
		t.Errorf("a.txt holds %q", got)
	}
	w.touch("stop")
	w.exited("one")
}
