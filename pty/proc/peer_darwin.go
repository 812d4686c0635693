package proc

import "golang.org/x/sys/unix"

// peerOf asks LOCAL_PEERPID.
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
