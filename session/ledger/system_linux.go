package ledger

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// The clocks that run since the machine started: one while it sleeps too, one only while it is awake.
const (
	bootClock  = unix.CLOCK_BOOTTIME
	awakeClock = unix.CLOCK_MONOTONIC
)

// syncHeadAlways: a commit reaches the disk by itself here, so HEAD is not needed for that.
const syncHeadAlways = false

// storeSyncs says whether badger syncs at each commit; else the committer does, see wal.
const storeSyncs = false

// syncData makes what was written to a file durable, also through a map of it.
func syncData(f *os.File) error {
	for {
		err := unix.Fdatasync(int(f.Fd()))
		if !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// names says whether a path, not followed, is that very file. It asks for no
// times: who was told a file's time makes the kernel give the next write one of
// its own, and so a sync of the folder's other files write inodes as well, each time.
func names(path string, f os.FileInfo) bool {
	var x unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_INO, &x)
	st, ok := f.Sys().(*syscall.Stat_t)
	if ok && err == nil {
		return x.Ino == st.Ino && unix.Mkdev(x.Dev_major, x.Dev_minor) == st.Dev
	}
	now, err := os.Lstat(path) // a system without that call
	return err == nil && os.SameFile(now, f)
}

// networkName is the name of a network file system, "" of any other.
func networkName(s *unix.Statfs_t) string {
	switch int64(s.Type) {
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "smb"
	case unix.AFS_SUPER_MAGIC, unix.CODA_SUPER_MAGIC, unix.NCP_SUPER_MAGIC, unix.CEPH_SUPER_MAGIC:
		return "network file system"
	}
	return ""
}
