package session

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// bootID names this run of the machine; "" where it is not known.
func bootID() string {
	tv, err := unix.SysctlTimeval("kern.boottime")
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%d.%06d", tv.Sec, tv.Usec)
}
