package main

import (
	"strings"
	"testing"
)

// TestAnOperatorRemembersTakesBackAndSetsALevel goes through what keys say about
// rules, in a real session at the size of a plain terminal.
func TestAnOperatorRemembersTakesBackAndSetsALevel(t *testing.T) {
	w := newWorld(t)
	w.write(t, "agent.sh", "sh -c 'ls agent.sh' & sh -c 'ls -d .' &\nwait\nread x\nsh -c 'ls agent.sh'\necho it is over\nread x\n")
	x := w.open(t, 80, 24, "--", "/bin/sh", "agent.sh")
	shows := func(text string) func() bool { return func() bool { return strings.Contains(x.text(), text) } }

	x.await(t, "2 pending")
	x.enter(t, "\x00i")
	x.decide(t, "m", shows("ALLOW FROM NOW ON · apr_01"))
	x.await(t, "Pattern: ls *")
	x.await(t, "Decides now too: apr_02")
	x.enter(t, "\t")
	x.await(t, "▸ all agents, this session")
	x.enter(t, ", 20 min")
	x.await(t, "Ends: after 20 min")
	x.decide(t, "\r", shows("remembered rem_01; decided 1 other"))

	x.awaitGone(t, "Approvals (") // after the last one the keys go back to the pane
	x.enter(t, "\x00i")
	x.await(t, "No pending approvals")
	x.decide(t, "u", shows("Undo rem_01"))
	x.await(t, `allow exec "ls *"`)
	x.decide(t, "\r", shows("rem_01 is taken back"))

	x.enter(t, "q")
	x.awaitGone(t, "No pending approvals")
	x.enter(t, "\r")
	x.await(t, "1 pending") // it asks again

	x.enter(t, "\x00L")
	x.await(t, "▸ default (now)")
	x.enter(t, "jjj")
	x.await(t, "▸ on-commit")
	x.decide(t, "\r", shows("sh: approval level on-commit"))
	x.decide(t, "\r", shows("sh: level on-commit; decided 1 call that waited"))
	x.await(t, "it is over")
	x.await(t, "· on-commit")
}
