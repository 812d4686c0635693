package ledger

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// syncHeadAlways: badger's msync leaves data in the disk's cache here. Syncing
// any file by F_FULLFSYNC, as os.File.Sync does, empties it.
const syncHeadAlways = true

// storeSyncs: nothing says that fsync writes here what was changed through a map, so badger's msync does.
const storeSyncs = true

func syncData(f *os.File) error { return f.Sync() }

// names says whether a path, not followed, is that very file.
func names(path string, f os.FileInfo) bool {
	now, err := os.Lstat(path)
	return err == nil && os.SameFile(now, f)
}

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
	switch name := unix.ByteSliceToString(s.Fstypename[:]); name {
	case "nfs", "smbfs", "webdav", "afpfs", "cifs":
		return name
	}
	return ""
}

// Clocks are the time since the machine started, with and without the time it
// slept. Where their difference grows, the machine slept.
func Clocks() (boot, awake time.Duration) {
	return clock(unix.CLOCK_MONOTONIC), clock(unix.CLOCK_UPTIME_RAW)
}

func clock(id int32) time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(id, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
