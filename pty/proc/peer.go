package proc

import (
	"errors"
	"fmt"
	"net"
)

// Peer is who is at the other end of a unix socket, as the kernel says it. Close it after use.
type Peer struct {
	ID
	UID   int
	Pidfd int // a descriptor of the process; -1 where there is none

	stat stat // what was read of it when it was found out who it is
}

// PeerOf is the process that connected c, or on the connecting side the one that listens. It is an error when that
// process has gone, or cannot be told from another that got its pid: refuse then.
func PeerOf(c *net.UnixConn) (Peer, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return Peer{}, fmt.Errorf("peer: %w", err)
	}
	var peer Peer
	var perr error
	err = raw.Control(func(fd uintptr) { peer, perr = peerOf(int(fd)) })
	if err = errors.Join(err, perr); err != nil {
		return Peer{}, fmt.Errorf("peer: %w", err)
	}
	return peer, nil
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
