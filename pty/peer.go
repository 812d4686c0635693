package pty

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"syscall"
	"time"

	"kavi/pty/proc"
)

// Refusal is a process that a keeper did not let dial.
type Refusal struct {
	Peer proc.ID   `json:"peer"` // zero when not even that could be known
	UID  int       `json:"uid"`
	Exe  string    `json:"exe"` // a stranger's text
	Why  string    `json:"why"`
	At   time.Time `json:"at"`
}

// handshake is how long a process that may dial has to say hello.
const handshake = 5 * time.Second

// peer is a server's end of the link, as its keeper sees it. Its fields are the loop's.
type peer struct {
	conn   *net.UnixConn
	who    proc.ID
	since  time.Time
	ready  bool
	left   bool // it said goodbye
	sender *sender
}

// accepting takes connections until the listener closes.
func (k *keeper) accepting(l *net.UnixListener) {
	for {
		c, err := l.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // no descriptors or no memory
			k.log.Error("accept", "err", err)
			select {
			case <-time.After(100 * time.Millisecond):
				continue
			case <-k.over:
				return
			}
		}
		select {
		case k.slots <- struct{}{}:
			go k.serve(c)
		case <-k.over:
			_ = c.Close()
			return
		}
	}
}

// serve is one connection, from its accept to its end.
func (k *keeper) serve(c *net.UnixConn) {
	slot := true
	defer func() {
		_ = c.Close()
		if slot {
			<-k.slots
		}
	}()
	who, refusal := k.admit(c)
	if refusal != nil {
		k.refuse(c, *refusal)
		return
	}
	_ = c.SetDeadline(time.Now().Add(handshake))
	r := bufio.NewReaderSize(c, 16<<10)
	from, err := greet(r)
	if err != nil {
		k.log.Warn("a dial that failed", "peer", who.String(), "err", err)
		_, _ = c.Write(appendFrame(nil, frameBad, []byte(err.Error())...))
		return
	}
	_ = c.SetDeadline(time.Time{})
	<-k.slots
	slot = false
	p := &peer{conn: c, who: who}
	if !k.on(func() { k.attach(p, from) }) {
		return
	}
	for {
		kind, payload, err := readFrame(r)
		if err == nil && !k.on(func() { err = k.handle(p, kind, payload) }) {
			return
		}
		if err != nil {
			k.on(func() { k.detach(p, err) })
			return
		}
	}
}

// greet reads the hello.
func greet(r *bufio.Reader) (from uint64, err error) {
	kind, payload, err := readFrame(r)
	if err != nil {
		return 0, err
	}
	var h hello
	if err := json.Unmarshal(payload, &h); kind != frameHello || err != nil {
		return 0, errFrame
	}
	if h.Protocol != protocol {
		return 0, fmt.Errorf("this keeper speaks version %d of the protocol, the server %d", protocol, h.Protocol)
	}
	return h.From, nil
}

// admit says who connected, or why that one is refused. Whatever cannot be read is a refusal.
func (k *keeper) admit(c *net.UnixConn) (proc.ID, *Refusal) {
	peer, err := proc.PeerOf(c)
	if err != nil {
		return proc.ID{}, &Refusal{UID: -1, Why: err.Error()}
	}
	defer peer.Close()
	r := &Refusal{Peer: peer.ID, UID: peer.UID}
	r.Exe, _ = proc.Exe(peer.PID)
	if r.Why = k.barred(peer); r.Why != "" {
		return proc.ID{}, r
	}
	if !peer.Alive() { // what was read might be another's
		r.Why = "it is gone"
		return proc.ID{}, r
	}
	return peer.ID, nil
}

// barred is why a process may not dial, or "".
func (k *keeper) barred(peer proc.Peer) string {
	if peer.UID != os.Getuid() {
		return "another user's process"
	}
	if k.markTells {
		switch marked, err := proc.Marked(peer.PID); {
		case err != nil:
			return err.Error()
		case marked:
			return "an agent's process: it has the mark"
		}
	}
	chain, err := proc.Ancestors(peer.PID)
	if err != nil {
		return err.Error()
	}
	var agent proc.ID
	var servers []proc.ID
	if !k.on(func() { agent, servers = k.agent, k.revival.below() }) {
		return "the keeper is ending"
	}
	for _, id := range chain {
		switch {
		case id == agent:
			return "this agent's process"
		case slices.Contains(servers, id):
			return "" // a server that this keeper started, where that is its child
		case id == k.self:
			return "this agent's process, by its keeper"
		}
	}
	return ""
}

// maxRefusals is how many wait for a server to be told.
const maxRefusals = 64

// refusals are those that wait for a server, and how many there were in this second: an agent can dial as often as it
// likes, and shall fill neither the log nor the ledger.
type refusals struct {
	waiting []Refusal
	second  time.Time
	count   int
}

const refusalsASecond = 10

func (k *keeper) refuse(c *net.UnixConn, r Refusal) {
	r.At = time.Now()
	_ = c.SetWriteDeadline(r.At.Add(time.Second))
	_, _ = c.Write(appendFrame(nil, frameBad, []byte("refused: "+r.Why)...))
	k.on(func() {
		n := &k.refusals
		if r.At.Sub(n.second) > time.Second {
			n.second, n.count = r.At, 0
		}
		if n.count++; n.count > refusalsASecond {
			return
		}
		k.log.Warn("refused", "peer", r.Peer.String(), "uid", r.UID, "exe", r.Exe, "why", r.Why)
		switch {
		case k.server == nil:
			if len(n.waiting) < maxRefusals {
				n.waiting = append(n.waiting, r)
			}
		case !k.server.sender.full():
			k.server.sender.add(jsonFrame(frameRefused, r), -1, 0)
		}
	})
}

// attach makes p the server, in the place of the one that was.
func (k *keeper) attach(p *peer, from uint64) {
	if k.server != nil {
		k.log.Warn("another server took over", "old", k.server.who.String(), "new", p.who.String())
		k.server.sender.close() // it sends from the ring no more
	}
	k.server = nil
	k.revived()
	if err := k.sockets(); err != nil { // the gate, if it was given up
		k.log.Error("sockets", "err", err)
	}
	start := k.ring.attach(from)
	p.since, p.sender = time.Now(), newSender(k.ring, p.conn)
	k.server = p
	p.sender.add(jsonFrame(frameWelcome, welcome{Agent: k.agent.String(), Queued: k.queued, Sizes: k.sizes}), -1, 0)
	k.handGate()
	if start != from {
		gap := binary.BigEndian.AppendUint64(nil, from)
		p.sender.add(appendFrame(nil, frameGap, binary.BigEndian.AppendUint64(gap, start)...), -1, 0)
	}
	for _, r := range k.refusals.waiting {
		p.sender.add(jsonFrame(frameRefused, r), -1, 0)
	}
	k.refusals.waiting = nil
	if k.status != nil {
		p.sender.add(jsonFrame(frameExited, *k.status), -1, k.drained)
	}
	go p.sender.run()
	k.log.Info("server attached", "server", p.who.String(), "from", from, "start", start)
}

// detach takes the end of a link.
func (k *keeper) detach(p *peer, err error) {
	if p.sender != nil {
		p.sender.close()
	}
	if k.server != p {
		return
	}
	k.server = nil
	k.ring.detach()
	k.log.Info("server gone", "server", p.who.String(), "goodbye", p.left, "err", err)
	k.bereaved(p)
}

// maxInput is how much input a link may have on its way to the terminal.
const maxInput = 1 << 20

// input types at the agent.
func (k *keeper) input(b []byte) error {
	if k.queued += len(b); k.queued > 2*maxInput {
		return errors.New("more input than the link may send")
	}
	k.feed.add(b)
	return nil
}

// handle does what a server asks. An error ends the link.
func (k *keeper) handle(p *peer, kind byte, b []byte) error {
	if k.server != p {
		return net.ErrClosed
	}
	switch {
	case kind == frameInput:
		return k.input(b)
	case kind == frameReply && len(b) >= 8:
		// A server that replays output comes upon queries that the one before it answered.
		if at := binary.BigEndian.Uint64(b); at > k.answered {
			k.answered = at
			return k.input(b[8:])
		}
		k.queued += len(b) - 8
		k.typed(len(b) - 8)
	case kind == frameResize && len(b) == 4:
		cols, rows := int(binary.BigEndian.Uint16(b)), int(binary.BigEndian.Uint16(b[2:]))
		k.sized(cols, rows)
		if err := k.tty.resize(cols, rows); err != nil {
			k.log.Warn("resize", "err", err)
		}
	case kind == frameSignal && len(b) == 2:
		if err := k.waits.signal(k.agent, syscall.Signal(b[0]), b[1] != 0); err != nil {
			k.log.Warn("signal", "err", err)
		}
	case kind == frameReady:
		p.ready = true
	case kind == frameGoodbye:
		p.left = true
		return net.ErrClosed
	case kind == frameDismiss:
		k.dismissed = true
	case kind == frameKill:
		k.kill()
	default:
		return fmt.Errorf("frame %q of %d bytes: %w", kind, len(b), errFrame)
	}
	return nil
}

// sized remembers that what is written from now on is for another size: a server
// that replays the output needs to know from where on.
func (k *keeper) sized(cols, rows int) {
	k.sizes = append(k.sizes, size{At: k.ring.end(), Cols: cols, Rows: rows})
	k.sizes = k.sizes[max(0, len(k.sizes)-maxSizes):]
}
