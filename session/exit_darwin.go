package session

import (
	"context"

	"kavi/pty/proc"
)

// waitExit cannot tell on macOS: a process that is no child of ours is only seen
// to be gone, by the sweep.
func waitExit(context.Context, proc.Peer) (code int, known, seen bool) { return 0, false, false }
