package shim

// given is what the parent left this process, as it was before Go's runtime
// changed it: the runtime catches signals that were ignored, unblocks blocked
// ones and opens /dev/null for standard streams that were closed.
//
// No Go code runs early enough to see it. So the copy of kavi that shims are
// linked to (package install makes it) begins at the function begin of
// entry_linux_*.s, which fills this in and goes on to where the program used to begin.
type given struct {
	_       [2]uint64 // by which package install finds it
	_       uintptr   // where the copy begins
	_       uintptr   // where it goes on; set in the copy's file
	known   uint64    // 1: begin ran and what follows is true
	ignored uint64    // bit n-1: signal n was ignored
	blocked uint64    // likewise
	closed  uint64    // bit n: descriptor n, 0 to 2, was closed
}
