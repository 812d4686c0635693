package main

import "context"

// checkKernel says what macOS lacks.
func checkKernel(context.Context) finding {
	return less("decide in an attached terminal",
		"macOS has no /proc, pidfd or subreaper: a process can hide that an agent started it, so the command line does not decide")
}
