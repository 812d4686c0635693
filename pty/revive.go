package pty

import (
	"os"
	"strconv"
	"syscall"
	"time"

	"kavi/pty/proc"
)

// How a lost server is brought back.
const (
	firstDelay = 100 * time.Millisecond
	lastDelay  = 5 * time.Second
	settled    = time.Second      // a link that holds so long is of a server that works
	attempts   = 5                // so many failures in a row: no more attempts
	others     = 10 * time.Second // how long another server, said to have the lock, has to dial
	unknown    = 5 * time.Second  // the same where nobody can say how the started one ended
	watching   = 50 * time.Millisecond
)

// revival is how far a keeper is in bringing back its server. Its fields are the loop's.
type revival struct {
	timer    *time.Timer // fires when something is to be done
	delay    time.Duration
	failures int // in a row, however long each of them took
	gaveUp   bool
	child    *child // started, and neither dialled nor ended yet
	waitsFor bool   // another server, until the timer fires
	blame    bool   // and if none dials it counts as a failure
	started  []proc.ID
}

// child is a server that was started. On Linux it is no child of this process, so that it is watched by a pidfd.
type child struct {
	proc.Peer
	since time.Time
	ended time.Time // zero: it runs
	code  int       // -1: nobody can say
}

// below are the servers that this process has below it: none on Linux, where they are its siblings.
func (r *revival) below() []proc.ID {
	if serversAreSiblings {
		return nil
	}
	return r.started
}

// bereaved: the link of p broke.
func (k *keeper) bereaved(p *peer) {
	r := &k.revival
	switch {
	case p.left:
		return
	case p.ready || time.Since(p.since) > settled:
		r.failures, r.delay = 0, 0
	default:
		k.failed("its link broke at once")
	}
	k.again()
}

// revived: a server dialled.
func (k *keeper) revived() {
	r := &k.revival
	r.timer.Stop()
	r.waitsFor = false
	if r.child != nil {
		r.child.Close()
		r.child = nil
	}
	if r.gaveUp {
		r.gaveUp, r.failures, r.delay = false, 0, 0
	}
}

// again sets the timer for the next attempt.
func (k *keeper) again() {
	r := &k.revival
	if r.gaveUp || k.dismissed || len(k.spec.Server.Argv) == 0 {
		return
	}
	r.delay = min(max(firstDelay, 2*r.delay), lastDelay)
	r.timer.Reset(r.delay)
}

// failed counts a server that came to nothing.
func (k *keeper) failed(why string) {
	r := &k.revival
	r.failures++
	k.log.Warn("server failed", "why", why, "failures", r.failures)
	if r.failures < attempts {
		return
	}
	r.gaveUp = true
	k.log.Error("gave up: calls of the agent are denied until a server comes")
	if k.gate != nil {
		k.gate.close()
		k.gate = nil
	}
}

// revive is what the timer does: start a server, look how it does, wait for another.
func (k *keeper) revive() {
	r := &k.revival
	switch {
	case k.server != nil:
	case r.waitsFor:
		r.waitsFor = false
		if r.blame {
			k.failed("no server dialled")
		}
		k.again()
	case r.child != nil:
		k.watch()
	default:
		k.startServer()
	}
}

func (k *keeper) startServer() {
	r := &k.revival
	out := uintptr(2)
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		k.failed(err.Error())
		k.again()
		return
	}
	defer func() { _ = null.Close() }()
	dir := k.spec.Server.Dir
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		dir = "/"
	}
	attr := &syscall.ProcAttr{
		Dir: dir, Env: k.spec.Server.Env, Files: []uintptr{null.Fd(), out, out},
		Sys: &syscall.SysProcAttr{Setsid: true},
	}
	c := &child{Peer: proc.Peer{Pidfd: -1}, since: time.Now(), code: -1}
	sibling(attr.Sys, &c.Pidfd)
	argv := k.spec.Server.Argv
	if c.ID, err = k.waits.start(image(argv[0]), argv, attr, !serversAreSiblings); err != nil {
		c.Close()
		k.failed(err.Error())
		k.again()
		return
	}
	k.log.Info("server started", "pid", c.PID)
	r.child = c
	r.started = append(r.started, c.ID)
	r.timer.Reset(watching)
}

// serverExited: where a server is this process's child, its end comes by the one that waits.
func (k *keeper) serverExited(e exit) {
	if c := k.revival.child; c != nil && c.ID == e.id {
		c.ended, c.code = e.at, statusOf(e.status, e.at).Code
	}
}

// watch looks whether a started server has ended before it dialled.
func (k *keeper) watch() {
	r := &k.revival
	c := r.child
	if c.ended.IsZero() {
		if c.Alive() {
			r.timer.Reset(max(watching, min(time.Since(c.since)/10, settled)))
			return
		}
		c.ended = time.Now()
	}
	if c.code < 0 && serversAreSiblings {
		// Its parent, the first process of the system as a rule, may be about to wait for it.
		code, ok := proc.EndOf(c.ID, c.Pidfd)
		if !ok && time.Since(c.ended) < settled {
			r.timer.Reset(watching)
			return
		}
		if ok {
			c.code = code
		}
	}
	code := c.code
	c.Close()
	r.child = nil
	switch code {
	case Taken, -1:
		r.waitsFor, r.blame = true, code < 0
		wait := others
		if code < 0 {
			wait = unknown
		}
		k.log.Info("server ended", "pid", c.PID, "code", code, "wait", wait)
		r.timer.Reset(wait)
	case Over:
		k.log.Info("the session has ended")
		k.dismissed = true
		k.kill()
	default:
		k.failed("it exited with code " + strconv.Itoa(code))
		k.again()
	}
}
