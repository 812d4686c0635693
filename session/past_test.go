package session

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kavi/session/ledger"
)

// What an ended session changed is taken back, recorded, and undone in turn.
func TestAnEndedSessionsChangesAreTakenBack(t *testing.T) {
	w := beginWith(t, map[string]string{"src/a.txt": "one\n", "other.txt": "one\n"})
	w.script("one", `"$SHELL" -c 'rm -rf src'`)
	w.answer(true, "", w.pending(1)[0])
	w.exited("one")
	call := w.changes(2, ChangesOf{Agent: "one"})[0]
	if call.Calls[0] != "call_1" || call.What != "Run: rm -rf src" {
		t.Errorf("%+v", call)
	}
	if _, err := OpenPast(w.dir, ledger.Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("while it runs: %v, want ErrLocked", err)
	}
	if err := w.Stop(t.Context(), Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	p := w.past()
	if _, err := p.PlanUndo(ChangesOf{Calls: []string{"call_99"}}); err == nil {
		t.Error("what nobody did can be undone")
	}
	undo := func(of ChangesOf) {
		t.Helper()
		plan, err := p.PlanUndo(of)
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.Undo(context.Background(), nil, "too much", Operator{Client: "test", Terminal: "/dev/pts/3"})
		if err != nil || len(out) != len(plan.Steps) {
			t.Fatalf("%+v %v", out, err)
		}
		for _, o := range out {
			if !o.Done {
				t.Errorf("%+v", o)
			}
		}
	}
	undo(ChangesOf{Calls: []string{"call_1"}})
	if got := w.file("src/a.txt"); got != "one" {
		t.Errorf("src/a.txt holds %q", got)
	}
	undo(ChangesOf{Calls: []string{"undo_01"}})
	if w.exists("src/a.txt") {
		t.Error("the undo was not undone")
	}
	undo(ChangesOf{Calls: []string{"undo_02"}})
	list, err := ChangesIn(p.led, ChangesOf{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if want := strings.HasPrefix(strings.Join(f.Calls, " "), "undo_"); want != (f.How == howUndone) {
			t.Errorf("%+v", f)
		}
	}
	if r, err := p.led.Verify(t.Context()); err != nil || r.Bad != 0 || r.Why != "" {
		t.Errorf("%+v %v", r, err)
	}
	for _, f := range listOf(t, p, ChangesOf{Allowed: true}) {
		if f.Agent != "one" {
			t.Errorf("not of an allowed call: %+v", f)
		}
	}
}

func listOf(t *testing.T, p *Past, of ChangesOf) []FileChange {
	t.Helper()
	list, err := ChangesIn(p.led, of)
	if err != nil || len(list) == 0 {
		t.Fatalf("%d changes, %v", len(list), err)
	}
	return list
}

// What an agent wrote until it was ended is seen like everything before.
func TestTheLastChangesBeforeAStopAreInTheLedger(t *testing.T) {
	w := beginWith(t, nil)
	w.script("one", `"$SHELL" -c 'n=0; while :; do n=$((n+1)); : > n$n; done'`)
	w.answer(true, "", w.pending(1)[0])
	w.until("the call to write", func(*Snapshot) bool { return w.exists("n50") })
	if err := w.Stop(t.Context(), Operator{Client: "test"}); err != nil {
		t.Fatal(err)
	}
	written, err := filepath.Glob(filepath.Join(w.project, "n*"))
	if err != nil {
		t.Fatal(err)
	}
	p := w.past()
	list := listOf(t, p, ChangesOf{Calls: []string{"call_1"}})
	for _, path := range written {
		name := filepath.Base(path)
		if !slices.ContainsFunc(list, func(f FileChange) bool { return f.Path == name && f.Agent == "one" }) {
			t.Errorf("%s of %d files is not in the ledger", name, len(written))
		}
	}
	var last ledger.Entry
	err = p.led.Entries(1, func(e ledger.Entry) error {
		if e.Kind != ledger.Checkpoint {
			last = e
		}
		return nil
	})
	if err != nil || last.Kind != ledger.SessionEnded {
		t.Errorf("the ledger ends with %q, %v", last.Kind, err)
	}
}

// past opens the session once more, after its end.
func (w *world) past() *Past {
	w.t.Helper()
	p, err := OpenPast(w.dir, ledger.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := p.Close(); err != nil {
			w.t.Error(err)
		}
	})
	return p
}
