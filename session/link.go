package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"kavi/pty"
	"kavi/pty/vt"
	"kavi/session/ledger"
)

// link is the loop's side of one keeper: it carries what the keeper's link says
// to the screen at once, and to the loop as events.
type link struct {
	s      *Session
	name   string
	screen *screen
	ready  chan struct{} // closed when conn is set
	open   chan struct{} // closed when the loop knows the agent: calls are served from then on
	conn   *pty.Link
	drop   func() bool // takes back that the session's end is the link's

	// The loop's own: what came before it knew the agent.
	exit *pty.Status
	err  error
	out  atomic.Int64  // when it last wrote, in unix nanoseconds
	gone atomic.Bool   // ended on purpose: what it still says does not count
	over chan struct{} // closed when the link has ended
}

// Output implements pty.Handler.
func (l *link) Output(offset uint64, b []byte) {
	replies, events := l.screen.output(offset, b)
	l.out.Store(time.Now().UnixNano())
	l.s.watch.nudge()
	if len(replies) > 0 {
		<-l.ready
		for _, r := range joined(replies) {
			if err := l.conn.Reply(r.Offset, r.Data); err != nil {
				l.s.log.Warn("answering a query", "agent", l.name, "err", err)
			}
		}
	}
	if len(events) > 0 {
		l.s.post(func() { l.s.heard(l.name, events) })
	}
}

// joined makes one reply of those to one query: a keeper types one answer to each.
func joined(rs []vt.Reply) []vt.Reply {
	out := rs[:1]
	for _, r := range rs[1:] {
		if last := &out[len(out)-1]; last.Offset == r.Offset {
			last.Data = append(last.Data, r.Data...)
		} else {
			out = append(out, r)
		}
	}
	return out
}

// Sized implements pty.Handler.
func (l *link) Sized(at uint64, cols, rows int) { l.screen.sized(at, cols, rows) }

// Gap implements pty.Handler: output was lost while there was no server.
func (l *link) Gap(from, to uint64) {
	l.screen.gap(to)
	l.s.post(func() { l.s.gap(l.name, from, to) })
}

// Gate implements pty.Handler: the agent's listening socket, new or renewed.
func (l *link) Gate(u *net.UnixListener) {
	l.s.wg.Go(func() {
		ctx, cancel := context.WithCancel(l.s.ctx)
		defer cancel()
		defer context.AfterFunc(ctx, func() { _ = u.Close() })()
		select {
		case <-l.open:
			l.s.serveGate(l.name, u)
		case <-ctx.Done():
		}
	})
}

// Exited implements pty.Handler.
func (l *link) Exited(st pty.Status) {
	l.s.post(func() { l.s.exited(l, st) })
}

// Lost implements pty.Handler.
func (l *link) Lost(err error) {
	close(l.over)
	<-l.ready
	l.drop()
	if err != nil {
		l.s.post(func() { l.s.lost(l, err) })
	}
}

// Refused implements pty.Handler.
func (l *link) Refused(r pty.Refusal) {
	l.s.Refused(r.Peer, "hold the terminal of "+l.name, errors.New(r.Why))
}

// dial takes up the link to the agent's keeper, from a byte of its output on. The session's end closes it without a
// goodbye. It may block for five seconds.
func (l *link) dial(from uint64) error {
	conn, err := pty.Dial(l.s.opts.Dir.Agent(l.name), from, l)
	if err != nil {
		return err
	}
	l.screen.told()
	l.conn = conn
	l.drop = context.AfterFunc(l.s.ctx, func() {
		l.gone.Store(true)
		conn.Close()
	})
	close(l.ready)
	return nil
}

// endWait bounds how long a keeper that was told to end may take.
const endWait = 5 * time.Second

// end ends the agent with everything it started, and its keeper.
func (l *link) end() {
	l.gone.Store(true)
	_ = l.conn.Kill() // errors: the keeper is gone already
	_ = l.conn.Dismiss()
	t := time.NewTimer(endWait)
	defer t.Stop()
	select {
	case <-l.over:
	case <-t.C:
		l.s.log.Error("a keeper did not end", "agent", l.name, "keeper", l.conn.Keeper())
		l.conn.Close()
	}
}

func (s *Session) newLink(name string, sc *screen) *link {
	return &link{s: s, name: name, screen: sc, ready: make(chan struct{}), open: make(chan struct{}), over: make(chan struct{})}
}

// gap: output was lost while there was no server. The loss is said, and a size
// change there and back makes a full-screen program draw itself anew.
func (s *Session) gap(name string, from, to uint64) {
	a := s.agents[name]
	if a == nil || a.link == nil {
		return
	}
	s.record(ledger.Entry{Kind: ledger.Problem, Agent: name, Why: fmt.Sprintf("%d bytes of its output came while there was no server, and are lost", to-from)})
	cols, rows := a.screen.size()
	l := a.link
	s.wg.Go(func() {
		<-l.ready
		_ = l.conn.Resize(cols, max(1, rows-1))
		t := time.NewTimer(100 * time.Millisecond)
		defer t.Stop()
		select {
		case <-t.C:
		case <-s.ctx.Done():
		}
		if err := l.conn.Resize(cols, rows); err != nil {
			s.log.Warn("redrawing after a loss", "agent", name, "err", err)
		}
	})
}
