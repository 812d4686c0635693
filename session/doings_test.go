package session

import (
	"os/exec"
	"syscall"
	"testing"
	"time"

	"kavi/gateway/watch"
	"kavi/pty/proc"
)

// What an ended call left running explains changes as long as it runs. The changes of
// one batch are held against one look at the process table: with one look for each
// change and call, agents that run a hundred commands a second kept a whole processor busy.
func TestWhatACallLeftRunningIsLookedForOnce(t *testing.T) {
	in := &worktree{root: t.TempDir()}
	leave := func() (*run, func()) {
		c := exec.Command("sleep", "1000")
		c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		end := func() {
			_ = c.Process.Kill()
			_ = c.Wait() // it was killed
		}
		t.Cleanup(end)
		id, err := proc.Of(c.Process.Pid)
		if err != nil {
			t.Fatal(err)
		}
		r := &run{id: id} // its group still has a process: the one that stands for what it left
		r.over.Store(time.Now().UnixNano())
		return r, end
	}
	var d doings
	stays, _ := leave()
	goes, end := leave()
	for _, r := range []*run{stays, goes} {
		d.add(&doing{Call: watch.Call{At: time.Now()}, in: in, runs: []*run{r}})
	}
	alive := func(calls []watch.Call) [2]bool {
		now := time.Now().Add(time.Hour) // long after both had ended
		return [2]bool{calls[0].Alive(now, now), calls[1].Alive(now, now)}
	}

	batch := d.calls(in)
	if got := alive(batch); got != [2]bool{true, true} {
		t.Errorf("both left something: %v", got)
	}
	end()
	if got := alive(batch); got != [2]bool{true, true} {
		t.Errorf("of a change of the same batch: %v, the process table was read again", got)
	}
	if got := alive(d.calls(in)); got != [2]bool{true, false} {
		t.Errorf("of a later batch: %v, want only the one that goes on", got)
	}
}

// However many calls are over, the one that goes on still explains what it writes.
func TestACallThatGoesOnIsKeptAmongManyThatAreOver(t *testing.T) {
	in := &worktree{root: t.TempDir()}
	var d doings
	d.add(&doing{Call: watch.Call{ID: "goes on", At: time.Now()}, in: in, runs: []*run{{}}})
	for range 2 * maxDoings {
		r := &run{}
		r.over.Store(time.Now().UnixNano())
		d.add(&doing{Call: watch.Call{At: time.Now()}, in: in, runs: []*run{r}})
	}
	calls := d.calls(in)
	if len(calls) != maxDoings || calls[0].ID != "goes on" {
		t.Errorf("%d calls, the first is %q, want %d and the one that goes on", len(calls), calls[0].ID, maxDoings)
	}
}
