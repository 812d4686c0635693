package watch

import "golang.org/x/sys/unix"

// passThrough opens a folder that may only be walked through, not listed.
const passThrough = unix.O_SEARCH
