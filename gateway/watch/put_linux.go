package watch

import (
	"fmt"

	"golang.org/x/sys/unix"
)

func renameNoReplace(p place, name string, to place, newName string) error {
	return unix.Renameat2(int(p), name, int(to), newName, unix.RENAME_NOREPLACE)
}

func renameExchange(p place, one, other string) error {
	return unix.Renameat2(int(p), one, int(p), other, unix.RENAME_EXCHANGE)
}

// chmodUnread sets the mode of something that cannot be opened.
func (p place) chmodUnread(name string, perm uint32) error {
	fd, err := unix.Openat(int(p), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(fd) }()
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT == unix.S_IFLNK {
		return unix.ELOOP
	}
	return unix.Fchmodat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), perm, 0)
}
