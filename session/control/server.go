package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"kavi/pty/proc"
	"kavi/session"
)

// maxRequest bounds the line that a client sends: an environment and a command
// line fit, and a stranger cannot make us hold more.
const maxRequest = 4 << 20

// patience is how long a client may take over its request, and over one answer.
const patience = 10 * time.Second

// An agent can connect as often as it likes. Who connects is looked at before
// anything is waited for, so that one that says nothing takes no place from the
// operator; who is refused may say for a second what it wanted, for the record,
// unless as many do already.
const (
	maxLooking = 16 // connections that are looked at; more wait in the kernel
	maxRefused = 8
	maxServed  = 256 // of the operator's own

	refusedPatience = time.Second
	refusedRequest  = 64 << 10
)

// Options are what a server needs.
type Options struct {
	Session *session.Session // nil: nothing can be asked, only attached to
	Path    string           // the socket, at most 103 bytes

	// Guard looks at who connects; nil refuses everybody.
	Guard Guard

	// Refused records that a peer was refused what it asked.
	Refused func(peer proc.Peer, request string, why error)

	// Attach draws for one client until it goes or ctx ends, and says how the
	// client shall end; nil is no word at all, after which it looks for the next
	// server. A panic in it ends this client alone.
	Attach func(ctx context.Context, a *Attachment) *Exit

	// AttendedOnly refuses decisions from the command line: where a process can
	// hide that an agent started it, only an attached terminal decides.
	AttendedOnly bool

	// Stop is called when a client has asked for the session's end, and ended it.
	Stop func()

	Log *slog.Logger
}

type server struct {
	Options
	sock     *socket
	clients  sync.WaitGroup
	attached atomic.Int64

	looking, refusing, serving chan struct{} // full: no more of them
}

// Serve answers clients until ctx ends. It blocks; when it returns, no client is
// left. The socket's file is made again within a second when it goes.
func Serve(ctx context.Context, o Options) error {
	sock, err := listen(o.Path)
	if err != nil {
		return err
	}
	s := &server{
		Options: o, sock: sock,
		looking: make(chan struct{}, maxLooking), refusing: make(chan struct{}, maxRefused), serving: make(chan struct{}, maxServed),
	}
	ctx, cancel := context.WithCancel(ctx)
	defer s.clients.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = sock.Close() })()
	s.clients.Go(func() { s.keepSocket(ctx) })

	for {
		select {
		case s.looking <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		conn, err := s.accept(ctx)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		s.clients.Go(func() { s.client(ctx, conn) })
	}
}

func (s *server) keepSocket(ctx context.Context) {
	tick := time.NewTicker(renewal)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		renewed, err := s.sock.renew()
		if err != nil {
			s.Log.Error("control socket cannot be made again", "path", s.Path, "err", err)
		} else if renewed {
			s.Log.Warn("control socket was gone and is there again", "path", s.Path)
		}
	}
}

// accept waits out a lack of descriptors and follows the socket when it is made
// again; any other error is final.
func (s *server) accept(ctx context.Context) (*net.UnixConn, error) {
	for {
		l := s.sock.listener()
		if l == nil {
			return nil, net.ErrClosed
		}
		conn, err := l.AcceptUnix()
		switch {
		case err == nil:
			return conn, nil
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case errors.Is(err, net.ErrClosed) && s.sock.listener() != l:
			continue
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ECONNABORTED):
			select {
			case <-time.After(50 * time.Millisecond):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		default:
			return nil, fmt.Errorf("control socket: %w", err)
		}
	}
}

// client serves one connection.
func (s *server) client(ctx context.Context, conn *net.UnixConn) {
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	unhook := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer unhook()
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("a client's request panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()

	r := &reply{conn: conn}
	peer, err := s.look(conn)
	if err != nil {
		s.refuse(conn, peer, err)
		return
	}
	defer peer.Close()
	select {
	case s.serving <- struct{}{}:
		defer func() { <-s.serving }()
	default:
		r.fail(fmt.Errorf("%d clients are served already", maxServed), "")
		return
	}
	in := bufio.NewReader(io.LimitReader(conn, maxRequest))
	req, err := readRequest(conn, in, patience)
	switch {
	case errors.Is(err, ErrRequest):
		r.fail(err, "")
		return
	case err != nil:
		return // nothing was asked
	case !peer.Alive(): // what it has left to others is not theirs to ask with
		s.refused(peer, req.Do, Refuse("process %d is gone", peer.PID), r)
		return
	}
	if req.V != Version {
		r.fail(fmt.Errorf("%w: this client speaks %d, the server %d", ErrVersion, req.V, Version),
			"the session's own copy of kavi speaks it: "+ownPath())
		return
	}
	if req.Do == doAttach {
		// What is left of the limit must not end a long attachment.
		if in.Buffered() > 0 {
			r.fail(fmt.Errorf("%w: frames before the answer", ErrRequest), "")
			return
		}
		unhook() // the drawer ends by ctx itself, and then has a last word
		s.attach(ctx, conn, peer, req, r)
		return
	}
	if s.Session == nil && req.Do != doHello {
		r.fail(fmt.Errorf("%w: there is no session here", ErrRequest), "")
		return
	}
	s.answer(ctx, conn, req, r)
}

// look finds out who connected, and whether it may ask.
func (s *server) look(conn *net.UnixConn) (proc.Peer, error) {
	defer func() { <-s.looking }()
	peer, err := proc.PeerOf(conn)
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return peer, errors.New("the server has no file descriptors left")
	}
	known := err == nil
	if err = s.admit(peer, err); err != nil && known {
		peer.Close()
	}
	return peer, err
}

// readRequest reads a request; ErrRequest says that what came is none.
func readRequest(conn net.Conn, in *bufio.Reader, patience time.Duration) (*request, error) {
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	line, err := in.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	req := new(request)
	if err := json.Unmarshal(line, req); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	return req, nil
}

// refuse turns away who may not ask, after a moment in which it may say what.
func (s *server) refuse(conn *net.UnixConn, peer proc.Peer, why error) {
	asked := "connect"
	select {
	case s.refusing <- struct{}{}:
		defer func() { <-s.refusing }()
		if req, err := readRequest(conn, bufio.NewReader(io.LimitReader(conn, refusedRequest)), refusedPatience); err == nil {
			asked = req.Do
		}
	default:
	}
	r := &reply{conn: conn}
	if !errors.Is(why, ErrRefused) {
		r.fail(why, "try again; kavi log says who asks so much")
		return
	}
	s.refused(peer, asked, why, r)
}

// refused records a refusal, then says it.
func (s *server) refused(peer proc.Peer, asked string, why error, r *reply) {
	s.Log.Warn("refused", "peer", peer.PID, "request", asked, "err", why)
	if s.Refused != nil {
		s.Refused(peer, asked, why)
	}
	r.fail(why, "an approval is given by the operator, from outside of every agent")
}

// ownPath is the program that this server runs: the session's own copy.
func ownPath() string {
	path, err := os.Executable()
	if err != nil {
		return "in the session's folder"
	}
	return path
}

func (s *server) admit(peer proc.Peer, err error) error {
	if err != nil {
		return Refuse("the process that asks cannot be told: %v", err)
	}
	if s.Guard == nil {
		return Refuse("this server has no guard")
	}
	return s.Guard(peer)
}

func (s *server) attach(ctx context.Context, conn *net.UnixConn, peer proc.Peer, req *request, r *reply) {
	if req.Attach == nil {
		r.fail(fmt.Errorf("%w: attach without a screen", ErrRequest), "")
		return
	}
	if r.send(nil, false) != nil {
		return
	}
	by := session.Operator{Client: fmt.Sprintf("attach %d", s.attached.Add(1)), Terminal: req.Terminal}
	a := newAttachment(conn, conn, peer, *req.Attach, by)
	exit := &Exit{Code: 1, Text: "the screen's drawing failed; the session goes on: kavi attach"}
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("drawing for a client panicked", "client", by.Client, "panic", p, "stack", string(debug.Stack()))
		}
		a.exit(exit)
	}()
	exit = s.Attach(ctx, a)
}

// reply writes the answers of one connection. A client that does not read fails
// it, which ends that client's goroutine and nothing else.
type reply struct{ conn *net.UnixConn }

func (r *reply) send(result any, more bool) error {
	a := answer{V: Version, More: more}
	if result != nil {
		b, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		a.Result = b
	}
	return r.write(a)
}

func (r *reply) fail(err error, hint string) {
	var e *Error
	if errors.As(err, &e) && hint == "" {
		hint = e.Hint
	}
	_ = r.write(answer{V: Version, Error: err.Error(), Kind: kindOf(err), Hint: hint})
}

func (r *reply) write(a answer) error {
	b, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	_ = r.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err = r.conn.Write(append(b, '\n'))
	_ = r.conn.SetWriteDeadline(time.Time{})
	return err
}
