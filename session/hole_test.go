package session

import (
	"testing"

	"kavi/gateway"
	"kavi/session/ledger"
)

// What stands in front of a hole in the ledger may have been taken back in it: nobody
// keeps full access or a level through one.
func TestAHoleInTheLedgerTakesBackWhatWasGivenBefore(t *testing.T) {
	w := begin(t, func(o *Options) { o.FullAccess = true })
	w.script("one", `while ! test -e stop; do "$SHELL" -c 'echo ran >> ran.txt'; done`)
	w.until("a call that runs", func(*Snapshot) bool { return w.exists("ran.txt") })
	if err := w.led.Store(ledger.Entry{Kind: ledger.EntriesLost, Why: "a hole"}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	w.reopen()
	n := w.until("a call that is held", func(n *Snapshot) bool { return len(n.Approvals) > 0 })
	if n.FullAccess || n.Agents[0].Level != gateway.LevelAlways {
		t.Errorf("full access %v, level %q", n.FullAccess, n.Agents[0].Level)
	}
	w.touch("stop")
	w.answer(false, "", n.Approvals...)
	w.exited("one")
}
