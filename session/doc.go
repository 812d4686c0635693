// Package session is what is true: which agents run, what waits for the operator,
// what was decided, under which policy.
//
// One goroutine, the loop, owns all of that. Doors, keepers, clients, the ledger's
// committer and the clock post to its queue and never wait for it; it never waits
// for them:
//
//	doors ──judged calls──▶ loop ──entries──▶ committer
//	          ▲               │ ◀──durable───────┘
//	          └──verdicts─────┘──Snapshot──▶ whoever draws or lists
//
// A door's goroutine does what takes time (tracing its caller, judging, reading
// files, asking git) before it posts; a decision leaves only after the committer
// said that it is on the disk. Everybody else sees a Snapshot, which is immutable,
// and a nudge that there is a newer one.
//
// What survives a crash: the ledger (session/ledger), the keepers with their agents
// (pty), and beside them session.json, agents/NAME/agent.json, each screen as it
// was a second ago, and in pending/ what each approval showed. Open reads it all
// back; see recover.go.
package session
