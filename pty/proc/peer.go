package proc

import "fmt"

// Peer is who is at the other end of a unix socket, as the kernel says it. Close it after use.
type Peer struct {
	ID
	UID   int
	Pidfd int // a descriptor of the process; -1 where there is none

	stat stat // what was read of it when it was found out who it is
}

// AncestorsTo is AncestorsTo of the peer, which still runs, or ErrGone.
func (p Peer) AncestorsTo(last func(ID) bool) ([]ID, error) {
	ids, err := chain(p.PID, &p.stat, maxChain+1, last)
	if err == nil && !p.Alive() {
		err = fmt.Errorf("ancestors of %d: %w", p.PID, ErrGone)
	}
	if err != nil {
		return nil, err
	}
	return ids, nil
}

// Group is the peer's process group and its session, as they were when PeerOf was asked.
func (p Peer) Group() (pgid, sid int) { return p.stat.pgid, p.stat.sid }
