package pty

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// What a keeper and its server say to each other is frames: one byte of kind, four of length, the payload. Numbers
// are big-endian. What comes rarely is JSON.
const (
	protocol  = 1
	frameHead = 5
	maxFrame  = 1 << 20
)

// Frames of the server.
const (
	frameHello   = 'h' // JSON hello
	frameInput   = 'i' // bytes
	frameReply   = 'a' // offset of what is answered (8 bytes), then bytes
	frameResize  = 'r' // columns, rows: 2 bytes each
	frameSignal  = 's' // signal, then 1 for the whole group
	frameReady   = 'y'
	frameGoodbye = 'b'
	frameDismiss = 'd'
	frameKill    = 'k'
)

// Frames of the keeper.
const (
	frameWelcome = 'w' // JSON welcome
	frameGate    = 'g' // with a descriptor of the listening socket
	frameGap     = 'p' // from, to: 8 bytes each
	frameOutput  = 'o' // offset: 8 bytes; bytes
	frameTyped   = 't' // 4 bytes: so many of the input are in the terminal now
	frameExited  = 'x' // JSON Status
	frameRefused = 'n' // JSON Refusal
	frameBad     = 'e' // why this link ends
)

type hello struct {
	Protocol int    `json:"protocol"`
	From     uint64 `json:"from"`
}

type welcome struct {
	Agent  string `json:"agent"`  // proc.ID
	Queued int    `json:"queued"` // bytes of input that an earlier server sent and the agent has not read
	Sizes  []size `json:"sizes"`  // of the terminal, the oldest first
}

// size is what the terminal's size has been since a byte of output.
type size struct {
	At   uint64 `json:"at"`
	Cols int    `json:"cols"`
	Rows int    `json:"rows"`
}

// maxSizes is how many sizes a keeper remembers, the newest.
const maxSizes = 64

// appendFrame builds a small frame.
func appendFrame(b []byte, kind byte, payload ...byte) []byte {
	b = append(b, kind)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	return append(b, payload...)
}

func jsonFrame(kind byte, v any) []byte {
	payload, err := json.Marshal(v)
	if err != nil { // not for the types above
		payload = []byte("{}")
	}
	return appendFrame(nil, kind, payload...)
}

// readFrame reads one frame of a server.
func readFrame(r io.Reader) (kind byte, payload []byte, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrame {
		return 0, nil, fmt.Errorf("a frame of %d bytes: %w", n, errFrame)
	}
	payload = make([]byte, n)
	if _, err := io.ReadFull(r, payload); err != nil {
		return 0, nil, errors.Join(errFrame, err)
	}
	return head[0], payload, nil
}

var errFrame = errors.New("not a frame of this protocol")
