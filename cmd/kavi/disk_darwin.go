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
	return disk{
		remote: s.Flags&unix.MNT_LOCAL == 0,
		noexec: s.Flags&unix.MNT_NOEXEC != 0,
		free:   s.Bavail * uint64(s.Bsize),
	}, nil
}
