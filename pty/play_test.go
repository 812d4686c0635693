package pty_test

import "fmt"

// play is what a helper does in one role.
func play(role string, args []string) error {
	switch role {
	default:
		return fmt.Errorf("no such role: %s %q", role, args)
	}
}
