package control

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// ErrLost says that the server went away without a word.
var ErrLost = errors.New("the server went away")

// Relay is the client's end of an attachment: it carries bytes between the
// operator's terminal and the server that draws.
type Relay struct {
	conn *net.UnixConn
	in   *bufio.Reader
	buf  []byte // Receive's own

	mu  sync.Mutex // one frame at a time
	out []byte
}

// Attach turns a connection into a relay. It returns when the server has agreed.
func (c *Client) Attach(ctx context.Context, screen Screen) (*Relay, error) {
	conn, in, err := c.open(ctx, request{Do: doAttach, Attach: &screen})
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if _, err := next(in); err != nil {
		_ = conn.Close()
		return nil, c.because(ctx, err)
	}
	return &Relay{conn: conn, in: in}, nil
}

// Receive gives the next bytes for the terminal, valid until the next call, or
// the server's last word. ErrLost: there was none. It blocks.
func (r *Relay) Receive() ([]byte, *Exit, error) {
	kind, payload, err := readFrame(r.in, &r.buf)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, nil, ErrLost
	case err != nil:
		return nil, nil, fmt.Errorf("%w: %w", ErrLost, err)
	case kind == frameExit:
		e, err := exitOf(payload)
		if err != nil {
			return nil, nil, err
		}
		return nil, &e, nil
	case kind != frameData:
		return nil, nil, fmt.Errorf("%w: %q", errFrame, kind)
	}
	return payload, nil, nil
}

// Send gives what was typed to the server. It blocks while the server does not
// read.
func (r *Relay) Send(p []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out = appendData(r.out[:0], p)
	_, err := r.conn.Write(r.out)
	return err
}

// Resize tells the terminal's new size.
func (r *Relay) Resize(cols, rows int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out = appendSize(r.out[:0], cols, rows)
	_, err := r.conn.Write(r.out)
	return err
}

// Close hangs up; a Receive that waits returns.
func (r *Relay) Close() error { return r.conn.Close() }
