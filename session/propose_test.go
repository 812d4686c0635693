package session

import (
	"strings"
	"testing"
	"time"

	"kavi/gateway"
)

func TestAPresetIsProposedOnceWhereItWouldHaveDecided(t *testing.T) {
	w := begin(t)
	w.script("one", loop+`run go1 "ls -la"; run go2 "ls src"; run go3 "cat log"`)
	w.touch("go1")
	w.pending(1)
	o := w.until("a proposal", func(s *Snapshot) bool { return s.Offered != nil }).Offered
	if !strings.Contains(o.Line, "read-only-shell") || !strings.Contains(o.Line, "apr_01") || len(o.Rules) != 1 {
		t.Errorf("%+v", o)
	}
	n, err := w.TakeOffer(t.Context(), o.ID, ScopeSession, Operator{Client: "test"})
	if err != nil || n != 1 {
		t.Fatalf("%d %v", n, err)
	}
	w.touch("go2")
	w.touch("go3")
	w.exited("one")
	w.ran(3)
	if _, err := w.TakeOffer(t.Context(), o.ID, ScopeSession, Operator{}); err == nil {
		t.Error("it can be taken twice")
	}
	w.Close()
	w.reopen()
	if r := w.rule("read-only-shell"); r == nil || r.Layer != gateway.LayerPreset {
		t.Errorf("the preset did not survive the server: %+v", w.Snapshot().Rules)
	}
}

// A proposal goes with the approval that it names, comes again until it is
// answered, and then no more.
func TestAProposalGoesWithItsApprovalAndComesUntilItIsAnswered(t *testing.T) {
	w := begin(t)
	w.script("one", `for i in 1 2 3; do "$SHELL" -c "ls -d $i"; done`)
	for i := range 3 {
		a := w.pending(1)[0]
		if i < 2 {
			o := w.until("the proposal", func(s *Snapshot) bool { return s.Offered != nil }).Offered
			if !strings.Contains(o.Line, "read-only-shell would have allowed "+a.ID) {
				t.Errorf("%+v", o)
			}
			if i == 1 {
				if err := w.DropOffer(t.Context(), o.ID); err != nil {
					t.Fatal(err)
				}
			}
		} else if o := w.Snapshot().Offered; o != nil {
			t.Errorf("it was answered, and comes again: %+v", o)
		}
		w.answer(true, "", a)
		w.until("it to go", func(s *Snapshot) bool {
			return s.Offered == nil && (len(s.Approvals) == 0 || s.Approvals[0].ID != a.ID) || s.Offered != nil && !strings.Contains(s.Offered.Line, a.ID)
		})
	}
	w.exited("one")
}

// What a preset would have denied it is proposed for too.
func TestAPresetThatDeniesIsProposed(t *testing.T) {
	w := begin(t)
	w.write(".env", "KEY=1\n")
	w.script("one", `"$SHELL" -c "cat .env"`)
	w.pending(1)
	o := w.until("the proposal", func(s *Snapshot) bool { return s.Offered != nil }).Offered
	if !strings.Contains(o.Line, "the preset secrets would have denied apr_01") {
		t.Errorf("%+v", o)
	}
	if n, err := w.TakeOffer(t.Context(), o.ID, ScopeSession, Operator{Client: "test"}); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	w.exited("one")
}

func TestTenQuickYesesProposeTheRuleThatWouldHaveSparedThem(t *testing.T) {
	w := begin(t)
	// A preset that is proposed before is no reason to keep silent.
	w.script("one", `i=0; while [ $i -lt 10 ]; do i=$((i+1)); if [ $i = 4 ]; then "$SHELL" -c 'touch a; rm a'; elif [ $i = 5 ]; then "$SHELL" -c 'ls'; else "$SHELL" -c "cargo zzz t$i"; fi; done`)
	for range 10 {
		a := w.pending(1)[0]
		w.decideQuickly(a)
		w.until("it to go", func(s *Snapshot) bool { return len(s.Approvals) == 0 || s.Approvals[0].ID != a.ID })
	}
	w.exited("one")
	o := w.until("a proposal", func(s *Snapshot) bool { return s.Offered != nil }).Offered
	if !strings.Contains(o.Line, "8 of the last 10") || !strings.Contains(o.Line, "cargo zzz *") {
		t.Errorf("%+v", o)
	}
	if err := w.DropOffer(t.Context(), o.ID); err != nil || w.Snapshot().Offered != nil && !w.gone() {
		t.Errorf("%v: it is still proposed", err)
	}
}

func (w *world) decideQuickly(a *Approval) {
	w.t.Helper()
	out := w.Decide(w.t.Context(), Decision{Allow: true, Choices: []Choice{{ID: a.ID, Seal: a.Seal}}, By: Operator{Client: "test", Shown: 200 * time.Millisecond}})
	if out[0].Err != nil {
		w.t.Fatal(out[0].Err)
	}
}

func (w *world) gone() bool {
	w.until("no proposal", func(s *Snapshot) bool { return s.Offered == nil })
	return true
}
