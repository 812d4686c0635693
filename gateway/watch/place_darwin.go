package watch

import "golang.org/x/sys/unix"

// passThrough opens a folder that may only be walked through, not listed.
const passThrough = unix.O_SEARCH

// openWithoutLinks would open a folder in one call: each component has to be.
func openWithoutLinks(int, string) (fd int, err error) { return -1, unix.ENOSYS }
