package shim

import (
	"strconv"
	"syscall"
)

// identity is device, inode, mode, size and both times of a file.
func identity(st *syscall.Stat_t) string {
	b := make([]byte, 0, 96)
	for _, n := range [...]int64{
		int64(st.Dev), int64(st.Ino), int64(st.Mode), st.Size,
		int64(st.Mtim.Sec), int64(st.Mtim.Nsec), int64(st.Ctim.Sec), int64(st.Ctim.Nsec),
	} {
		if len(b) > 0 {
			b = append(b, ':')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
}
