package ledger

import (
	"os"

	"golang.org/x/sys/unix"
)

// The clocks that run since the machine started: one while it sleeps too, one only while it is awake.
const (
	bootClock  = unix.CLOCK_MONOTONIC
	awakeClock = unix.CLOCK_UPTIME_RAW
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

// networkName is the name of a network file system, "" of any other.
func networkName(s *unix.Statfs_t) string {
	switch name := unix.ByteSliceToString(s.Fstypename[:]); name {
	case "nfs", "smbfs", "webdav", "afpfs", "cifs":
		return name
	}
	return ""
}
