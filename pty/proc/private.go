package proc

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Private is nil for a folder, itself and no link to one, that is this user's and that nobody else can enter.
func Private(dir string) error {
	var st unix.Stat_t
	if err := unix.Lstat(dir, &st); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	switch {
	case uint32(st.Mode)&unix.S_IFMT != unix.S_IFDIR:
		return fmt.Errorf("%s is not a folder: remove it", dir)
	case int(st.Uid) != os.Getuid():
		return fmt.Errorf("%s belongs to user %d: remove it", dir, st.Uid)
	case st.Mode&0o077 != 0:
		return fmt.Errorf("%s is open to others: chmod 700 it", dir)
	}
	return nil
}
