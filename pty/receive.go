package pty

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// receiver takes a keeper's frames apart. Output is handed on as it comes, from the buffer into which it was read.
type receiver struct {
	conn *net.UnixConn
	buf  []byte
	r, w int // buf[r:w] was read and not taken
	oob  []byte
	fds  []int  // descriptors that came, in their order
	at   uint64 // of the frame of output that is being taken: the next byte's number
	left int    // and how many bytes of it are to come
}

func newReceiver(c *net.UnixConn) *receiver {
	return &receiver{conn: c, buf: make([]byte, chunk), oob: make([]byte, unix.CmsgSpace(16*4))}
}

// next is the next frame that is not output; output goes to the handler on the way. The payload is valid until the
// next call.
func (r *receiver) next(output func(offset uint64, b []byte)) (kind byte, payload []byte, err error) {
	for {
		if n := min(r.left, r.w-r.r); n > 0 {
			output(r.at, r.buf[r.r:r.r+n])
			r.r, r.at, r.left = r.r+n, r.at+uint64(n), r.left-n
			continue
		}
		b := r.buf[r.r:r.w]
		if r.left == 0 && len(b) >= frameHead {
			kind, n := b[0], int(binary.BigEndian.Uint32(b[1:]))
			switch {
			case kind == frameOutput && (n < 8 || output == nil), kind != frameOutput && n > len(r.buf)-frameHead:
				return 0, nil, fmt.Errorf("frame %q of %d bytes: %w", kind, n, errFrame)
			case kind == frameOutput && len(b) >= frameHead+8:
				r.at, r.left = binary.BigEndian.Uint64(b[frameHead:]), n-8
				r.r += frameHead + 8
				continue
			case kind != frameOutput && len(b) >= frameHead+n:
				r.r += frameHead + n
				return kind, b[frameHead : frameHead+n], nil
			}
		}
		if err := r.fill(); err != nil {
			return 0, nil, err
		}
	}
}

// fill reads more, with the descriptors that come with it.
func (r *receiver) fill() error {
	r.w = copy(r.buf, r.buf[r.r:r.w])
	r.r = 0
	n, oobn, _, _, err := r.conn.ReadMsgUnix(r.buf[r.w:], r.oob)
	r.w += n
	if oobn > 0 {
		if err := r.take(r.oob[:oobn]); err != nil {
			return err
		}
	}
	if err == nil && n == 0 {
		err = io.EOF
	}
	return err
}

func (r *receiver) take(oob []byte) error {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return err
	}
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return err
		}
		r.fds = append(r.fds, fds...)
	}
	return nil
}

// listener is the next descriptor that came, as a listener whose end removes no file.
func (r *receiver) listener() (*net.UnixListener, error) {
	if len(r.fds) == 0 {
		return nil, errors.New("a gate without its descriptor")
	}
	f := os.NewFile(uintptr(r.fds[0]), gateName)
	r.fds = r.fds[1:]
	l, err := net.FileListener(f)
	_ = f.Close()
	if err != nil {
		return nil, fmt.Errorf("the gate's descriptor: %w", err)
	}
	u, ok := l.(*net.UnixListener)
	if !ok {
		_ = l.Close()
		return nil, errors.New("the gate is no unix socket")
	}
	u.SetUnlinkOnClose(false)
	return u, nil
}

func (r *receiver) close() {
	for _, fd := range r.fds {
		closeFD(fd)
	}
}

// read is the goroutine that calls the handler.
func (l *Link) read(r *receiver, h Handler) {
	err := l.follow(r, h)
	r.close()
	_ = l.conn.Close()
	l.mu.Lock()
	l.closed = true
	if l.asked {
		err = nil
	}
	l.more.Signal()
	l.mu.Unlock()
	close(l.gone)
	h.Lost(err)
}

func (l *Link) follow(r *receiver, h Handler) error {
	for {
		kind, b, err := r.next(h.Output)
		if err != nil {
			return err
		}
		switch {
		case kind == frameGate:
			gate, err := r.listener()
			if err != nil {
				return err
			}
			h.Gate(gate)
		case kind == frameGap && len(b) == 16:
			h.Gap(binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]))
		case kind == frameTyped && len(b) == 4:
			l.mu.Lock()
			l.typed -= int(binary.BigEndian.Uint32(b))
			l.mu.Unlock()
		case kind == frameExited:
			var s Status
			if err := json.Unmarshal(b, &s); err != nil {
				return fmt.Errorf("the agent's exit status: %w", err)
			}
			h.Exited(s)
		case kind == frameRefused:
			var refusal Refusal
			if err := json.Unmarshal(b, &refusal); err != nil {
				return fmt.Errorf("a refusal: %w", err)
			}
			h.Refused(refusal)
		default:
			return fmt.Errorf("frame %q of %d bytes: %w", kind, len(b), errFrame)
		}
	}
}
