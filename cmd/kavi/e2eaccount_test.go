package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kavi/gateway/hook/model"
	"kavi/gateway/wire"
	"kavi/session/ledger"
)

// booked is what the ledger has of one call that the agent's hook asked about.
type booked struct {
	asked    ledger.Entry
	decided  []ledger.Entry
	executed map[ledger.Witness]int
	told     int // of a denial
}

// account compares the ledger with what the model asked for, call by call: each is
// there once, by the agent's hook, decided once, run once if it was allowed and told
// if it was not; its shell was seen at the shim as the same call, as far as that
// agent's shell passes there. Nothing else is there but shells that the agent starts
// for itself, and passed as those. It gives the calls in the model's order, or, of an agent
// that does not name them, in that in which it asked.
func (x *trial) account(t *testing.T, turns []model.Turn) []*booked {
	t.Helper()
	played := map[int]int{}
	for _, r := range x.model.Requests() {
		played[r.Turn]++
	}
	order := map[string]int{} // of the model's calls, by their names
	n := 0
	for i, turn := range turns {
		if played[i+1] != 1 {
			t.Errorf("the model said turn %d %d times", i+1, played[i+1])
		}
		for at := range turn.Calls {
			order[fmt.Sprintf("%scall_%d_%d", x.f.uses, i+1, at+1)] = n
			n++
		}
	}
	all, calls := x.booked(t), []*booked{}
	for _, b := range all {
		calls = append(calls, b)
		use := b.asked.Data["use"]
		if _, known := order[use]; !known && !x.f.unnamed {
			t.Errorf("the model did not ask for %s: %s", use, b.asked.Line())
		}
		delete(order, use)
		b.once(t, x.f)
	}
	if len(calls) != n || len(order) != 0 && !x.f.unnamed {
		t.Errorf("the model made %d calls, the ledger has %d, and lacks %v", n, len(calls), order)
	}
	slices.SortFunc(calls, func(a, b *booked) int { return cmp.Compare(a.asked.Seq, b.asked.Seq) })
	return calls
}

// booked reads the ledger's calls that the agent's hook asked about. Every other
// entry of a call has to be of a shell that the agent started for itself.
func (x *trial) booked(t *testing.T) map[string]*booked {
	t.Helper()
	all := map[string]*booked{}
	own := map[string]bool{}
	for i, e := range x.book(t) {
		b := all[e.Call]
		switch {
		case e.Kind == ledger.CallRequested && e.Witness == ledger.WitnessHook:
			if b != nil {
				t.Errorf("%s is asked about twice", e.Call)
			}
			e.Seq = uint64(i)
			all[e.Call] = &booked{asked: e, executed: map[ledger.Witness]int{}}
		case e.Kind == ledger.CallRequested:
			own[e.Call] = true
			if e.Action != "allow" || e.Data[ledger.OwnShell] == "" && e.Inside == "" {
				t.Errorf("the shim asked about %s", e.Line())
			}
		case e.Kind == ledger.CallRefused || e.Kind == ledger.CallLapsed || e.Kind == ledger.CallAbandoned || e.Kind == ledger.CallWithdrawn:
			t.Errorf("nothing of the kind was to be: %s", e.Line())
		case !strings.HasPrefix(string(e.Kind), "call ") || own[e.Call]:
		case b == nil:
			t.Errorf("nobody asked about it: %s", e.Line())
		case e.Kind == ledger.CallDecided:
			b.decided = append(b.decided, e)
		case e.Kind == ledger.CallExecuted:
			b.executed[e.Witness]++
		case e.Kind == ledger.CallDelivered:
			b.told++
		}
	}
	return all
}

// once wants one decision, the operator's, and that what it says was done.
func (b *booked) once(t *testing.T, f family) {
	t.Helper()
	id := b.asked.Call
	if len(b.decided) != 1 {
		t.Errorf("%s was decided %d times", id, len(b.decided))
		return
	}
	d := b.decided[0]
	if d.By == nil || d.By.Kind != ledger.ByOperator || d.Approval == "" || d.Approval != b.asked.Approval {
		t.Errorf("%s: asked as %q, decided as %q by %v", id, b.asked.Approval, d.Approval, d.By)
	}
	byHook, byShim, told := b.executed[ledger.WitnessHook], b.executed[ledger.WitnessShim], b.told
	want := 1
	if d.Verdict == ledger.Denied {
		want = 0
	}
	isExec := b.asked.Data["tool"] == ""
	if byHook != want || told != 1-want || byShim > byHook || byHook == 1 && isExec && f.shim && byShim != 1 {
		t.Errorf("%s was %s; it ran %d times by its hook, %d by its shell; its denial was told %d times", id, d.Verdict, byHook, byShim, told)
	}
}

// tells compares what the ledger says of a call with the step that it was.
func (b *booked) tells(t *testing.T, s step) {
	t.Helper()
	e := b.asked
	kind := cmp.Or(wire.Tool(e.Data["tool"]), wire.ToolExec)
	var path, lines string
	if kind != wire.ToolExec && len(e.Parts) == 1 { // of a patch the part says what it does, and to what
		lines = e.Parts[0].Lines
		if verb, at, ok := strings.Cut(e.Parts[0].Text, " /"); ok && kind != wire.ToolFetch {
			kind, path = wire.Tool(verb), "/"+at
		}
	}
	if kind != s.tool || path != s.path || lines != s.lines {
		t.Errorf("%s is in the ledger as %s of %q (%s), want %s of %q (%s); %+v", s.name, kind, path, lines, s.tool, s.path, s.lines, e.Parts)
	}
	if s.path != "" && !slices.ContainsFunc(e.Parts[0].Effects, func(effect string) bool { return strings.HasSuffix(effect, " "+s.path) }) {
		t.Errorf("%s has the effects %q, none on %s", s.name, e.Parts[0].Effects, s.path)
	}
	// A line of the log is what the operator reads in the morning.
	line := e.Line()
	wants := []string{s.lines}
	if s.tool == wire.ToolExec || s.tool == wire.ToolMCP {
		wants = s.shows
	}
	for _, want := range wants {
		if !strings.Contains(line, want) && !strings.Contains(e.Command, want) {
			t.Errorf("%s: the log does not show %q: %s", s.name, want, line)
		}
	}
}
