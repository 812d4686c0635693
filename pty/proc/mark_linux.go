package proc

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Mark marks this process and all that it will start, for ever. `kavi launch` calls it just before it becomes the agent.
func Mark() error {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MSGQUEUE, &r); err != nil {
		return fmt.Errorf("mark the agent: %w", err)
	}
	r.Max = min(r.Max, MarkLimit)
	r.Cur = min(r.Cur, r.Max)
	if err := unix.Setrlimit(unix.RLIMIT_MSGQUEUE, &r); err != nil {
		return fmt.Errorf("mark the agent: %w", err)
	}
	return nil
}

// Marked tells whether a process has the mark of any session's agents. An error means that nobody can tell: refuse.
// The pid must be held by a Peer, or its ID checked afterwards.
func Marked(pid int) (bool, error) {
	if pid <= 0 { // prlimit takes 0 for the caller
		return false, fmt.Errorf("mark of process %d: %w", pid, ErrGone)
	}
	var r unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_MSGQUEUE, nil, &r); err != nil {
		if errors.Is(err, unix.ESRCH) {
			err = ErrGone
		}
		return false, fmt.Errorf("mark of process %d: %w", pid, err)
	}
	return r.Max <= MarkLimit, nil
}

// MarkWorks tells whether a mark put on now keeps this process's children from what is closed to agents, and if
// not, why: one line for the operator.
func MarkWorks() (bool, string) {
	var r unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MSGQUEUE, &r); err != nil {
		return false, "there is no RLIMIT_MSGQUEUE here: " + err.Error()
	}
	if r.Max <= MarkLimit {
		return false, fmt.Sprintf("the hard limit of POSIX message queues (ulimit -Hq) is already %d: kavi's own processes look like agents", r.Max)
	}
	head := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&head, &data[0]); err != nil {
		return false, "capabilities cannot be read: " + err.Error()
	}
	if (data[0].Effective|data[0].Permitted)&(1<<unix.CAP_SYS_RESOURCE) != 0 {
		return false, "agents run as root (CAP_SYS_RESOURCE), who can take the mark off: only their ancestry tells them"
	}
	return true, ""
}
