package control

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// After the request "attach" was answered, both sides send frames: a byte that
// says what it is, four bytes of length, the payload.
const (
	frameData = 'd' // bytes of the terminal, in either direction
	frameSize = 'r' // to the server: columns and rows, two bytes each
	frameExit = 'x' // to the client: an Exit as JSON; nothing follows
)

// maxFrame bounds a payload: a frame that says more is not one of ours.
const maxFrame = 1 << 20

// dataChunk is how much one data frame carries.
const dataChunk = 64 << 10

var errFrame = errors.New("frame: not understood")

// Exit is the last word of a server to an attached client.
type Exit struct {
	Code int    `json:"code"` // for the client's process
	Text string `json:"text"` // safe to display; "" says nothing
}

func appendFrame(b []byte, kind byte, payload []byte) []byte {
	b = append(b, kind)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	return append(b, payload...)
}

// appendData appends p as one data frame or more.
func appendData(b, p []byte) []byte {
	for len(p) > 0 {
		n := min(len(p), dataChunk)
		b = appendFrame(b, frameData, p[:n])
		p = p[n:]
	}
	return b
}

func appendSize(b []byte, cols, rows int) []byte {
	var p [4]byte
	binary.BigEndian.PutUint16(p[:2], clampSize(cols))
	binary.BigEndian.PutUint16(p[2:], clampSize(rows))
	return appendFrame(b, frameSize, p[:])
}

// clampSize keeps a size that no terminal has from becoming a size that no
// screen can be drawn at.
func clampSize(n int) uint16 { return uint16(min(max(n, 1), 4096)) }

// readFrame reads one frame into buf, which it may grow; the payload is valid
// until the next call with the same buf.
func readFrame(r io.Reader, buf *[]byte) (kind byte, payload []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("%w: %d bytes", errFrame, n)
	}
	if cap(*buf) < int(n) {
		*buf = make([]byte, n)
	}
	payload = (*buf)[:n]
	if _, err := io.ReadFull(r, payload); err != nil {
		return 0, nil, fmt.Errorf("frame cut short: %w", err)
	}
	return head[0], payload, nil
}

func sizeOf(payload []byte) (cols, rows int, err error) {
	if len(payload) != 4 {
		return 0, 0, fmt.Errorf("%w: a size of %d bytes", errFrame, len(payload))
	}
	cols = int(clampSize(int(binary.BigEndian.Uint16(payload[:2]))))
	rows = int(clampSize(int(binary.BigEndian.Uint16(payload[2:]))))
	return cols, rows, nil
}

func exitOf(payload []byte) (Exit, error) {
	var e Exit
	if err := json.Unmarshal(payload, &e); err != nil {
		return Exit{}, fmt.Errorf("%w: %w", errFrame, err)
	}
	return e, nil
}
