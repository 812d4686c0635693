package ledger

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// room is how many bytes an ordinary user can still write in the file system of path.
func room(path string) (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, fmt.Errorf("statfs %s: %w", path, err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

// network says which network file system path is on, "" if none.
func network(path string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return ""
	}
	return networkName(&s)
}

// Clocks are the time since the machine started, with and without the time it
// slept. Where their difference grows, the machine slept.
func Clocks() (boot, awake time.Duration) { return clock(bootClock), clock(awakeClock) }

func clock(id int32) time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(id, &t) != nil {
		return 0 // there is none where these clocks are not: they came with Linux 2.6.39
	}
	return time.Duration(t.Nano())
}
