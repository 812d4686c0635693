package session

import "golang.org/x/sys/unix"

// mountSmall puts a disk of 128 MB over a folder.
func mountSmall(dir string) error {
	return unix.Mount("kavi-test", dir, "tmpfs", 0, "size=128m,mode=700")
}

func unmount(dir string) error { return unix.Unmount(dir, unix.MNT_DETACH) }
