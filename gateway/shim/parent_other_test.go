//go:build !linux

package shim

// strangeParent is for what only the copy made on Linux can keep.
func strangeParent() { panic("not on this system") }
