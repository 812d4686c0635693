package session

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"kavi/gateway"
	"kavi/gateway/watch"
	"kavi/gateway/wire"
	"kavi/pty/proc"
)

// door is one connection on which a call came. Its goroutine reads the call,
// finds out who asks and in what it is nested, judges it on the policy of that
// moment, and hands it to the loop; then it waits for what the caller says next.
// Verdicts are written by a goroutine of their own: no loop waits for a door.
type door struct {
	conn  *net.UnixConn
	in    *bufio.Reader // of conn
	peer  proc.Peer
	owner atomic.Pointer[call] // the call that it speaks for
}

// How long a caller may take to send its whole call, and to read its verdict.
// Held calls wait without limit; these are about a caller that stalls in mid-frame.
const (
	readPatience  = 10 * time.Second
	writePatience = 10 * time.Second
)

// doorBuffer is what of a call is read at once: most have no more.
const doorBuffer = 1 << 10

// judged is a call with everything that was found out about it outside the loop.
type judged struct {
	gateway.Judgement
	policy *gateway.Policy // what it was judged by
	level  gateway.Level
	text   gateway.Text // of what is asked about, and of what is no command
	seal   gateway.Seal // of what is asked about
	nest   nesting
	preset string                // that would have decided it
	leaves map[string]watch.Hash // what files hold after a hook's call, by path; the zero hash: nothing
}

// maxDoors is how many calls one agent may have at once, held ones included; more
// wait in the kernel. It keeps one agent from taking all descriptors from the
// others and from the operator.
const maxDoors = 2048

// maxIdle is how many goroutines of one agent wait for another call: the stack of
// one that has judged a call is as large already as judging needs.
const maxIdle = 8

// serveGate answers the calls of one agent until its listener is closed. A
// listener that cannot accept for want of file descriptors backs off: the
// callers queue in the kernel and wait, which is what a held call does anyway.
func (s *Session) serveGate(agent string, l *net.UnixListener) {
	room := make(chan struct{}, maxDoors)
	idle := make(chan struct{}, maxIdle)
	next := make(chan *net.UnixConn)
	defer close(next)
	for {
		select {
		case room <- struct{}{}:
		case <-s.ctx.Done():
			return
		}
		c, err := l.AcceptUnix()
		if err == nil {
			select {
			case next <- c:
			default:
				s.wg.Go(func() {
					for more := true; more; {
						s.serveCall(agent, c)
						<-room
						c, more = another(next, idle)
					}
				})
			}
			continue
		}
		<-room
		if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ECONNABORTED) {
			s.log.Warn("accepting a call", "agent", agent, "err", err)
			select {
			case <-time.After(100 * time.Millisecond):
				continue
			case <-s.ctx.Done():
				return
			}
		}
		if !errors.Is(err, net.ErrClosed) {
			s.log.Error("the gate of an agent closed", "agent", agent, "err", err)
		}
		return
	}
}

// another is the next connection for a goroutine that is done with one; not ok:
// enough of them wait already, or there will be none.
func another(next <-chan *net.UnixConn, idle chan struct{}) (c *net.UnixConn, ok bool) {
	select {
	case idle <- struct{}{}:
		defer func() { <-idle }()
		c, ok = <-next
		return c, ok
	default:
		return nil, false
	}
}

// serveCall serves one connection from its call to the end of what it ran.
func (s *Session) serveCall(agent string, conn *net.UnixConn) {
	stop := context.AfterFunc(s.ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	d := &door{conn: conn, in: bufio.NewReaderSize(conn, doorBuffer)}
	if err := s.readCall(agent, d); err != nil && !errors.Is(err, errNextServer) {
		if !errors.Is(err, io.EOF) {
			s.log.Warn("a call was refused", "agent", agent, "err", err)
		}
		_ = d.say(gateway.Verdict{Reason: err.Error()}) // a caller that does not read it is denied all the same
	}
	d.peer.Close()
}

// readCall reads the call of a connection, submits it, and follows it. An error
// is a denial whose text the caller is told.
func (s *Session) readCall(agent string, d *door) error {
	var err error
	if d.peer, err = proc.PeerOf(d.conn); err != nil {
		return fmt.Errorf("it is not known who asks: %w", err)
	}
	if err := d.conn.SetReadDeadline(time.Now().Add(readPatience)); err != nil {
		return err
	}
	m, err := wire.Read(d.in)
	if err != nil {
		return fmt.Errorf("the call cannot be read: %w", err)
	}
	if m.Call == nil {
		return errors.New("the call cannot be read: not a call")
	}
	if err := d.conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	ancestors, err := d.peer.AncestorsTo(s.procs.known)
	if err != nil {
		return fmt.Errorf("it is not known who asks: %w", err)
	}
	if !s.procs.belongs(agent, ancestors) {
		s.strange(agent, d.peer.ID, m.Call)
		return fmt.Errorf("this process is not one of %s's", agent)
	}
	k := &call{agentName: agent, req: m.Call, peer: d.peer.ID, door: d, since: time.Now()}
	var j judged
	if k.doomed = s.doomed(k.peer); k.doomed != "" {
		j = judged{policy: s.policy.Load()}
	} else if m.Call.Door == wire.DoorHook {
		told, err := s.readHook(k, ancestors)
		if told || err != nil {
			return err
		}
		j = judged{policy: s.policy.Load()}
		s.judgeIn(k, &j)
	} else {
		j = s.judge(k, ancestors)
	}
	d.owner.Store(k)
	if !s.post(func() { s.arrive(k, j) }) {
		return errNextServer
	}
	s.follow(d)
	return nil
}

// errNextServer says that this server goes while the session may not: the caller is
// hung up on, told nothing, and asks the next one; where there is none it is denied.
var errNextServer = errors.New("the server goes")

// errServerEnds is what a caller is told while the session ends.
var errServerEnds = errors.New("the session ends")

// follow waits for what the caller says after its call: that it took the verdict
// and becomes the program, or nothing any more.
func (s *Session) follow(d *door) {
	m, err := wire.Read(d.in)
	k := d.owner.Load()
	r := k.running.Load()
	if err != nil || !m.Taken || r == nil { // no door says so without having been allowed
		s.post(func() { s.hungUp(d.owner.Load(), d) })
		return
	}
	s.covers.settle(r, true)
	s.post(func() { s.taken(k) })
	if k.hooked != nil {
		return // its end is told by another hook
	}
	code, known, seen := waitExit(s.ctx, d.peer)
	if seen && s.covers.end(r) { // else the sweep finds out, or did
		s.post(func() { s.endedRun(r, k.agentName, code, known) })
	}
}

// tell writes a verdict to the caller and says, in the loop, whether it could. A
// connection on which nothing was written yet takes it at once; for one that does
// not, a goroutine waits.
func (s *Session) tell(d *door, v gateway.Verdict, told func(error)) {
	frame := wire.AppendVerdict(nil, &v)
	n, err := d.offer(frame)
	if err != nil || n == len(frame) {
		told(err)
		return
	}
	s.wg.Go(func() {
		err := d.write(frame[n:])
		s.post(func() { told(err) })
	})
}

// offer writes what the connection takes without waiting.
func (d *door) offer(b []byte) (n int, err error) {
	raw, err := d.conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var werr error
	err = raw.Write(func(fd uintptr) bool {
		n, werr = unix.Write(int(fd), b)
		return true // not to wait, whatever it said
	})
	if errors.Is(werr, unix.EAGAIN) || errors.Is(werr, unix.EINTR) {
		werr = nil
	}
	return max(n, 0), errors.Join(err, werr)
}

// write writes all of b, or fails after a while in which the caller did not read.
func (d *door) write(b []byte) error {
	if err := d.conn.SetWriteDeadline(time.Now().Add(writePatience)); err != nil {
		return err
	}
	_, err := d.conn.Write(b)
	return err
}

// say is tell for the door's own goroutine, which may wait.
func (d *door) say(v gateway.Verdict) error { return d.write(wire.AppendVerdict(nil, &v)) }

// judge finds out everything about a call that the loop needs to decide it. It
// reads files and may run git, so it never runs in the loop.
func (s *Session) judge(k *call, ancestors []proc.ID) judged {
	j := judged{policy: s.policy.Load()}
	pgid, sid := k.door.peer.Group()
	var orphan proc.ID
	if n := len(ancestors); n > 1 && s.procs.isKeeper(k.agentName, ancestors[n-1]) {
		orphan = ancestors[n-2]
	}
	j.nest = s.covers.of(ancestors, orphan, pgid, sid)
	h := s.procs.hooks(k.agentName)
	if h != nil && j.nest.run == nil {
		if k.announced, k.instead = h.second(k.req, k.peer, ancestors); k.announced == nil {
			if in := s.unseen(k, h, ancestors); in.run != nil {
				j.nest, k.instead = in, ""
			}
		}
	}
	if h != nil && j.nest.run == nil {
		k.service, k.readOnly = h.service(k.req, homeOf(s.procs.env(k.agentName), s.home))
	}
	s.judgeIn(k, &j)
	return j
}

// judgeIn judges a call whose nesting is known.
func (s *Session) judgeIn(k *call, j *judged) {
	agent, c := k.agentName, k.req
	who, w := s.asker(agent), s.worldOf(agent, j.nest)
	j.level = who.Level
	if k.announced != nil {
		// It was judged when it was announced; what is denied since then is denied.
		j.Judgement = j.policy.Action(k.announced.req, who, w)
		if j.Action != gateway.Deny {
			j.Action, j.Layer, j.Rule, j.Used = gateway.Allow, layerAnnounced, "", nil
			j.Why = "its hook announced it as " + k.announced.callID
			return
		}
	} else {
		j.Judgement = j.policy.Action(c, who, w)
	}
	// A rule that asks is the operator's word about this shell too.
	if k.service && j.Action == gateway.Prompt && j.Rule == "" && (!k.readOnly || onlyReads(j.Judgement)) {
		j.Action, j.Layer, j.Rule, j.Used, j.Caps = gateway.Allow, layerService, "", nil, nil
		j.Why = "a shell that the agent starts for itself"
		return
	}
	if j.Action != gateway.Deny {
		s.capture(agent, j.Judgement)
		j.leaves = leavesOf(c, w)
	}
	if j.Action == gateway.Prompt {
		j.preset = s.presetFor(c, who, w, j.policy)
	}
	asks := j.Action == gateway.Prompt || s.procs.paused(agent)
	if asks || c.Door == wire.DoorHook && c.Tool != wire.ToolExec { // the ledger tells a command by its text
		j.text = gateway.Describe(c, j.Judgement, w)
	}
	if asks {
		j.seal = gateway.SealOf(c, j.Judgement, j.text)
	}
}

// rejudge judges a held call again by the policy of now, elsewhere than in the
// loop, and hands the loop the answer.
func (s *Session) rejudge(k *call, then func(judged)) {
	// What the loop may change of the call meanwhile does not count here.
	nest, now := k.judged.nest, &call{agentName: k.agentName, req: k.req, announced: k.announced, service: k.service, readOnly: k.readOnly}
	s.wg.Go(func() {
		j := judged{policy: s.policy.Load(), nest: nest}
		if nest.run != nil && !nest.run.id.Alive() {
			j.nest = nesting{left: nest.run}
		}
		s.judgeIn(now, &j)
		s.post(func() { then(j) })
	})
}

// isKavi tells whether a process is a server, a keeper or a client of a session:
// it runs a copy of kavi, and not as the shim that stands for a held call.
func (s *Session) isKavi(pid int) bool {
	exe, err := proc.Exe(pid)
	if err != nil {
		return false
	}
	exe = strings.TrimSuffix(exe, " (deleted)")
	return filepath.Dir(filepath.Dir(exe)) == filepath.Dir(string(s.opts.Dir)) || pid == os.Getpid()
}

// leavesOf says what a hook's call will leave in files.
func leavesOf(c *gateway.Call, w gateway.World) map[string]watch.Hash {
	if c.Door != wire.DoorHook || c.Tool == wire.ToolExec {
		return nil
	}
	out := make(map[string]watch.Hash)
	for path, text := range gateway.Leaves(c, w) {
		if text == nil {
			out[path] = watch.Hash{}
		} else {
			out[path] = watch.Sum(text)
		}
	}
	return out
}

// asker is who an agent is to the policy.
func (s *Session) asker(agent string) gateway.Asker {
	return gateway.Asker{Agent: agent, Level: s.procs.level(agent)}
}

// worldOf is what judging a call of an agent may look at.
func (s *Session) worldOf(agent string, nest nesting) gateway.World {
	in, project := s.trees.of(agent), s.trees.named("")
	git, main := in.git.program, ""
	if in != project {
		main = project.root
		git = func() string { return cmp.Or(in.git.program(), project.git.program()) }
	}
	return gateway.World{
		FS:    gateway.OS(),
		Now:   time.Now(),
		Home:  s.home,
		Root:  in.Path,
		State: s.state,
		Kavi:  s.isKavi,
		Main:  main,
		Git:   git,
		Base:  s.procs.env(agent),
		Cover: nest.as,
	}
}
