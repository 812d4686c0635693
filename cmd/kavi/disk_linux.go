package main

import "golang.org/x/sys/unix"

// disk is what kavi must know of the file system that holds a folder.
type disk struct {
	remote bool   // locks and memory maps cannot be relied on
	noexec bool   // the shims could not run
	free   uint64 // bytes
}

func diskOf(path string) (disk, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return disk{}, err
	}
	d := disk{noexec: s.Flags&unix.ST_NOEXEC != 0, free: s.Bavail * uint64(s.Bsize)}
	switch int64(s.Type) {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC,
		unix.AFS_SUPER_MAGIC, unix.CODA_SUPER_MAGIC, unix.NCP_SUPER_MAGIC, unix.CEPH_SUPER_MAGIC:
		d.remote = true
	}
	return d, nil
}
