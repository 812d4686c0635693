package watch

import "golang.org/x/sys/unix"

// passThrough opens a folder that may only be walked through, not listed.
const passThrough = unix.O_PATH

// openWithoutLinks opens a folder in one call, on Linux 5.6 or newer.
func openWithoutLinks(at int, dir string) (fd int, err error) {
	if dir == "" {
		dir = "."
	}
	how := unix.OpenHow{Flags: unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS}
	return retry(func() (int, error) { return unix.Openat2(at, dir, &how) })
}
