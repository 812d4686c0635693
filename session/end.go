package session

import (
	"errors"
	"fmt"
	"os"
	"time"

	"kavi/pty"
	"kavi/pty/proc"
)

// End ends a session for which no server can be started: its keepers and agents as
// their folders name them, then what is left on the disk. Its ledger does not have
// the end. It blocks until all are gone, some seconds at most; ErrLocked: a server
// runs, which is asked to Stop.
func End(d Dir) (err error) {
	lock, err := d.Lock(lockPatience) // the keepers may just be trying to start one
	if err != nil {
		return fmt.Errorf("session %s: %w", d.Name(), err)
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	names, err := os.ReadDir(d.Agents())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("session %s: %w", d.Name(), err)
	}
	var errs error
	for _, n := range names {
		f, _ := readAgent(d.Agent(n.Name())) // unread, its keeper is found all the same
		agent, _ := proc.ParseID(f.Agent)
		if err := pty.KillKept(d.Agent(n.Name()), agent); err != nil {
			errs = errors.Join(errs, fmt.Errorf("agent %s: %w", n.Name(), err))
		}
	}
	if errs != nil { // what lives must stay on record
		return errs
	}
	if err := d.leave(); err != nil {
		return fmt.Errorf("session %s: %w", d.Name(), err)
	}
	return nil
}

// leave removes what only a session that runs needs, and writes down that it has
// ended: in this order, since on a full disk the one makes room for the other. One
// that dies in between has no agents when it comes back, as is true.
func (d Dir) leave() error {
	_ = os.RemoveAll(d.pending())
	_ = os.RemoveAll(d.Agents()) // the ledger stays, and says what they did
	_ = os.Remove(d.Binary())
	_ = os.Remove(d.Binary() + "-shim")
	rec, err := d.ReadRecord()
	if err != nil {
		return err
	}
	rec.Ended = time.Now().UTC()
	return d.WriteRecord(rec)
}
