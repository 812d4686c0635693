package session

import (
	"context"
	"time"

	"kavi/pty/vt"
	"kavi/session/ledger"
)

// Session owns everything that is true of a session: agents, approvals, policy
// and ledger, in one loop.
type Session struct{}

// Notice is something that the operator should be told now, on each attached terminal.
type Notice struct {
	NeedsYou bool   // else: something is done
	Title    string // safe to display
	Text     string // safe to display
}

func (s *Session) Snapshot() *Snapshot                              { panic("session: being written") }
func (s *Session) Watch() (nudge <-chan struct{}, cancel func())    { panic("session: being written") } // capacity 1, carries nothing
func (s *Session) Notices() (n <-chan Notice, cancel func())        { panic("session: being written") } // the oldest are dropped for a slow reader
func (s *Session) Decide(ctx context.Context, d Decision) []Outcome { panic("session: being written") } // blocks until it is in the ledger
func (s *Session) Type(agent string, b []byte) error                { panic("session: being written") } // queued; never blocks
func (s *Session) Resize(agent string, cols, rows int) error        { panic("session: being written") }
func (s *Session) StartAgent(ctx context.Context, a AgentSpec) (string, error) {
	panic("session: being written")
}
func (s *Session) RestartAgent(ctx context.Context, name string) error {
	panic("session: being written")
}
func (s *Session) CloseAgent(ctx context.Context, name string) error { panic("session: being written") } // ends it and takes its pane away
func (s *Session) SetFullAccess(ctx context.Context, on bool, by Operator) (redecided int, err error) {
	panic("session: being written")
}
func (s *Session) Resume(ctx context.Context, agent string, by Operator) error {
	panic("session: being written")
} // ends a pause
// View calls f with the agent's screen under its lock; f must not block or keep it. False: no such agent.
func (s *Session) View(agent string, f func(*vt.Terminal)) bool { panic("session: being written") }

// Drawn is a number that grows when the agent's screen changed.
func (s *Session) Drawn(agent string) uint64 { panic("session: being written") }
func (s *Session) Ledger() *ledger.Ledger    { panic("session: being written") }

// Attached records that an operator came; the function returned, that they went.
func (s *Session) Attached(by Operator) (gone func()) { panic("session: being written") }

// LastAttached is when the last client went away; zero if one is there or none ever was.
func (s *Session) LastAttached() time.Time                     { panic("session: being written") }
func (s *Session) Stop(ctx context.Context, by Operator) error { panic("session: being written") } // ends agents, keepers, ledger
func (s *Session) Done() <-chan struct{}                       { panic("session: being written") }
