package proc

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// peerOf asks SO_PEERPIDFD. Before Linux 6.5 the descriptor is opened by pid, so that a peer which exits between its
// connect and our accept could be taken for the process that got its pid in between; there is no way to tell on such a kernel.
func peerOf(sock int) (Peer, error) {
	cred, err := unix.GetsockoptUcred(sock, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil {
		return Peer{}, err
	}
	pid := int(cred.Pid)
	if pid <= 0 {
		return Peer{}, errors.New("the process is in another pid namespace")
	}
	pidfd, err := unix.GetsockoptInt(sock, unix.SOL_SOCKET, unix.SO_PEERPIDFD)
	if errors.Is(err, unix.ENOPROTOOPT) {
		pidfd, err = unix.PidfdOpen(pid, 0)
		if errors.Is(err, unix.ENOSYS) {
			pidfd, err = -1, nil
		}
	}
	if err != nil {
		if errors.Is(err, unix.ESRCH) {
			err = ErrGone
		}
		return Peer{}, fmt.Errorf("process %d: %w", pid, err)
	}
	p := Peer{UID: int(cred.Uid), Pidfd: pidfd}
	// The descriptor is of the peer. If that still runs after the start time was read, the start time is the peer's.
	p.stat, err = read(pid)
	p.ID = p.stat.id
	if err == nil && !p.Alive() {
		err = fmt.Errorf("process %d: %w", pid, ErrGone)
	}
	if err != nil {
		p.Close()
		return Peer{}, err
	}
	return p, nil
}

// Alive tells whether the peer still runs. It never takes another process for it.
func (p Peer) Alive() bool {
	if p.Pidfd < 0 {
		return p.ID.Alive()
	}
	fds := []unix.PollFd{{Fd: int32(p.Pidfd), Events: unix.POLLIN}}
	n, err := again(func() (int, error) { return unix.Poll(fds, 0) })
	return err == nil && n == 0
}

// Close gives the descriptor back.
func (p Peer) Close() {
	if p.Pidfd >= 0 {
		_ = unix.Close(p.Pidfd)
	}
}
