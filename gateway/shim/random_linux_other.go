//go:build linux && !amd64

package shim

import "syscall"

const sysGetrandom = syscall.SYS_GETRANDOM
