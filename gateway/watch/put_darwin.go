package watch

import "golang.org/x/sys/unix"

func renameNoReplace(p place, name string, to place, newName string) error {
	return unix.RenameatxNp(int(p), name, int(to), newName, unix.RENAME_EXCL)
}

func renameExchange(p place, one, other string) error {
	return unix.RenameatxNp(int(p), one, int(p), other, unix.RENAME_SWAP)
}

// chmodUnread sets the mode of something that cannot be opened.
func (p place) chmodUnread(name string, perm uint32) error {
	return unix.Fchmodat(int(p), name, perm, unix.AT_SYMLINK_NOFOLLOW)
}
