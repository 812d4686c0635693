package proc

import (
	"errors"
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// PeerOf is the process that connected c, or on the connecting side the one that listens, as LOCAL_PEERPID says.
// It is an error when that process has gone: refuse then.
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

func peerOf(sock int) (Peer, error) {
	cred, err := unix.GetsockoptXucred(sock, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	if err != nil {
		return Peer{}, err
	}
	pid, err := unix.GetsockoptInt(sock, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	if err != nil {
		return Peer{}, err
	}
	s, err := read(pid)
	if err != nil {
		return Peer{}, err
	}
	return Peer{ID: s.id, UID: int(cred.Uid), Pidfd: -1, stat: s}, nil
}

// Alive tells whether the peer still runs.
func (p Peer) Alive() bool { return p.ID.Alive() }

// Close gives back what the peer held.
func (p Peer) Close() {}
