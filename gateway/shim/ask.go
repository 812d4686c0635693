package shim

import (
	"errors"
	"syscall"

	"kavi/gateway/wire"
)

// How long the shim tries while nobody can be asked at all: the socket is gone or
// refuses, or there are no descriptors or buffers left. A keeper makes a removed
// socket again within a second; a session that ended does not.
const patience = 30 * second

// Pauses between tries, doubled from the first to the last.
const (
	firstPause = second / 100
	lastPause  = second
)

// second is in nanoseconds; package time comes too late for the early init.
const second = 1_000_000_000

// backoff counts time by its own pauses: no clock is read, so none can jump.
type backoff struct{ pause, spent, limit int64 }

// wait sleeps and reports whether trying again makes sense.
func (b *backoff) wait() bool {
	if b.spent >= b.limit {
		return false
	}
	b.pause = min(max(2*b.pause, firstPause), lastPause)
	b.spent += b.pause
	sleep(b.pause) // woken early by a signal, it only tries sooner
	return true
}

// link is a connection on which a verdict was given.
type link struct {
	fd    int
	until int64 // when waiting ends, on the clock of now; 0: never
}

// Read reads as io.Reader does.
func (l link) Read(p []byte) (int, error) {
	for {
		if err := l.hurry(); err != nil {
			return 0, err
		}
		n, err := retry(func() (int, error) { return syscall.Read(l.fd, p) })
		switch {
		case l.until != 0 && anyOf(err, syscall.EAGAIN, syscall.EWOULDBLOCK):
			continue
		case n <= 0 && err == nil:
			return 0, errClosed
		}
		return max(n, 0), err
	}
}

// hurry bounds the next wait on the connection by what is left of the time. Time
// that the machine sleeps does not count, for it does not count for agents either.
func (l link) hurry() error {
	if l.until == 0 {
		return nil
	}
	left := l.until - now()
	if left <= 0 {
		return errLate
	}
	tv := syscall.NsecToTimeval(left + second/1000) // 0 would be no limit
	for _, opt := range [...]int{syscall.SO_RCVTIMEO, syscall.SO_SNDTIMEO} {
		if err := syscall.SetsockoptTimeval(l.fd, syscall.SOL_SOCKET, opt, &tv); err != nil {
			return err
		}
	}
	return nil
}

var (
	errClosed = errors.New("the connection was closed")
	errSocket = errors.New("is not a socket of the agent's owner")
	errLate   = errors.New("there was no answer in time")
)

// ask sends a call and waits for the verdict. A connection that breaks before it
// is made again: the server is being replaced, or it saw that the call is no
// longer what was sent. call gives the frame to send each time; it is the same
// call under the same nonce, unless it changed. limit bounds the time, in
// nanoseconds, while there is nobody to ask; until, if not 0, is when waiting for
// the verdict ends, with errLate. The link of a verdict is the caller's to close.
func ask(agent string, call func() ([]byte, error), limit, until int64) (wire.Verdict, link, error) {
	b := backoff{limit: limit}
	for {
		if until != 0 && now() >= until {
			return wire.Verdict{}, link{fd: -1}, errLate
		}
		l, err := dial(agent, until)
		if err == nil {
			b.spent = 0 // somebody listens; pause stays, for one that hangs up at once
			frame, err := call()
			if err != nil {
				_ = syscall.Close(l.fd)
				return wire.Verdict{}, link{fd: -1}, err
			}
			v, again, err := exchange(l, frame)
			if !again {
				if err != nil {
					_ = syscall.Close(l.fd)
				}
				return v, l, err
			}
			_ = syscall.Close(l.fd)
		} else if !passing(err) {
			return wire.Verdict{}, link{fd: -1}, err
		}
		if !b.wait() {
			return wire.Verdict{}, link{fd: -1}, err
		}
	}
}

// passing tells whether an error of dial may go away by itself.
func passing(err error) bool {
	return anyOf(err, syscall.ECONNREFUSED, syscall.ENOENT, syscall.EAGAIN, syscall.ECONNRESET, syscall.ETIMEDOUT,
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EINTR)
}

func anyOf(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}

// exchange sends the call and reads the verdict; again means that the connection
// broke before.
func exchange(l link, frame []byte) (v wire.Verdict, again bool, err error) {
	// A server that denies without reading the whole call closes its end, so a
	// failed write is not yet the end: the verdict may be there.
	sendErr := send(l, frame)
	m, err := wire.Read(l)
	switch {
	case err == nil && m.Verdict != nil:
		return *m.Verdict, false, nil
	case err == nil:
		return wire.Verdict{}, false, wire.ErrType
	case errors.Is(err, errLate):
	case sendErr != nil, anyOf(err, errClosed, wire.ErrShort, syscall.ECONNRESET, syscall.EPIPE):
		return wire.Verdict{}, true, errClosed
	}
	return wire.Verdict{}, false, err
}

// dial connects to the agent's gate. A full backlog makes it wait; see the blocking socket.
func dial(agent string, until int64) (link, error) {
	addr, err := gate(agent)
	if err != nil {
		return link{fd: -1}, err
	}
	fd, err := newSocket()
	if err != nil {
		return link{fd: -1}, err
	}
	l := link{fd: fd, until: until}
	for {
		if err = l.hurry(); err == nil {
			err = syscall.Connect(fd, &syscall.SockaddrUnix{Name: addr})
		}
		if err == nil || errors.Is(err, syscall.EISCONN) {
			return l, nil
		}
		if !errors.Is(err, syscall.EINTR) {
			_ = syscall.Close(fd)
			return link{fd: -1}, err
		}
	}
}

// maxAddr is the longest path that an address of a socket holds everywhere.
const maxAddr = 103

// gate finds the agent's socket, which must belong to whom the agent's folder
// belongs: in the folder, or where that would be too long, in the one that the
// link "sock" beside it names.
func gate(agent string) (string, error) {
	const name = "/gate.sock"
	var dir, st syscall.Stat_t
	if err := syscall.Lstat(agent, &dir); err != nil {
		return "", err
	}
	addr := agent + name
	if len(addr) > maxAddr {
		target, err := readlink(agent + "/sock")
		if err != nil {
			return "", err
		}
		if err := syscall.Lstat(target, &st); err != nil {
			return "", err
		}
		if st.Mode&syscall.S_IFMT != syscall.S_IFDIR || st.Uid != dir.Uid || st.Mode&0o077 != 0 {
			return "", errSocket
		}
		if addr = trimSuffix(target, "/") + name; len(addr) > maxAddr {
			return "", syscall.ENAMETOOLONG
		}
	}
	if err := syscall.Lstat(addr, &st); err != nil {
		return "", err
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFSOCK || st.Uid != dir.Uid {
		return "", errSocket
	}
	return addr, nil
}

// above moves a new descriptor out of the range of the standard streams, one of
// which may have been closed, and closes it on exec.
func above(fd int) (int, error) {
	const dupfdCloexec = fDupfdCloexec
	if fd > 2 {
		return fd, nil
	}
	n, _, e := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), dupfdCloexec, 3)
	_ = syscall.Close(fd)
	if e != 0 {
		return -1, e
	}
	return int(n), nil
}

func readlink(path string) (string, error) {
	for size := 256; ; size *= 2 {
		buf := make([]byte, size)
		n, err := syscall.Readlink(path, buf)
		if err != nil {
			return "", err
		}
		if n < size {
			return string(buf[:n]), nil
		}
	}
}
