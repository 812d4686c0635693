package wire

import (
	"errors"
	"strconv"
)

// A frame is four bytes of length (big-endian, of what follows), a byte of
// version, a byte of type, then fields: a byte of tag, four bytes of length, the
// value. A field that has its zero value is left out; those of a list repeat. A
// reader refuses whatever it does not know: both ends are the same kavi, the
// session's own copy, so a difference is an accident or an attack.

// Version is the version of the format that this package writes and reads.
const Version = 2

// Types of frames.
const (
	typeCall byte = 1 + iota
	typeVerdict
	typeTaken
)

const headerSize = 4

// Errors of Read; each is a denial.
var (
	ErrTooLarge = errors.New("wire: frame too large")
	ErrShort    = errors.New("wire: connection closed within a frame")
	ErrVersion  = errors.New("wire: another version of kavi is at the other end")
	ErrType     = errors.New("wire: unknown type of frame")
)

// fieldError says which field of a frame is wrong.
type fieldError struct {
	tag tag
	why string
}

func (e *fieldError) Error() string {
	return "wire: field " + strconv.Itoa(int(e.tag)) + ": " + e.why
}

// reader is io.Reader, whose package is not needed for more.
type reader interface {
	Read(p []byte) (int, error)
}

// Read reads one frame. It blocks as r does. Where r ends before the first byte
// its error is returned as it is (io.EOF); later it is ErrShort. It never reads
// beyond its frame, and no more than MaxFrame is allocated, in steps as bytes arrive.
func Read(r reader) (Message, error) {
	var head [headerSize]byte
	if n, err := readFull(r, head[:]); err != nil {
		if n > 0 {
			return Message{}, ErrShort
		}
		return Message{}, err
	}
	size := int(head[0])<<24 | int(head[1])<<16 | int(head[2])<<8 | int(head[3])
	if size > MaxFrame {
		return Message{}, ErrTooLarge
	}
	if size < 2 {
		return Message{}, ErrShort
	}
	// A caller that claims 8 MiB and sends ten bytes costs ten bytes.
	const step = 64 << 10
	body := make([]byte, 0, min(size, step))
	for len(body) < size {
		n := min(size-len(body), max(step, len(body)))
		start := len(body)
		body = append(body, make([]byte, n)...)
		if _, err := readFull(r, body[start:]); err != nil {
			return Message{}, ErrShort
		}
	}
	return Parse(body)
}

// errStuck stands for a reader that gives neither bytes nor an error.
var errStuck = errors.New("wire: the reader returns nothing")

func readFull(r reader, p []byte) (n int, err error) {
	for idle := 0; n < len(p); {
		m, err := r.Read(p[n:])
		if m < 0 || m > len(p)-n {
			return n, errStuck
		}
		n += m
		if n == len(p) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if m > 0 {
			idle = 0
		} else if idle++; idle > 100 {
			return n, errStuck
		}
	}
	return n, nil
}

// Parse reads a frame without its four bytes of length. What it returns shares
// no memory with b.
func Parse(b []byte) (Message, error) {
	if len(b) < 2 {
		return Message{}, ErrShort
	}
	if len(b) > MaxFrame {
		return Message{}, ErrTooLarge
	}
	if b[0] != Version {
		return Message{}, ErrVersion
	}
	fields := b[2:]
	switch b[1] {
	case typeCall:
		c, err := parseCall(fields)
		if err != nil {
			return Message{}, err
		}
		return Message{Call: c}, nil
	case typeVerdict:
		v, err := parseVerdict(fields)
		if err != nil {
			return Message{}, err
		}
		return Message{Verdict: v}, nil
	case typeTaken:
		if len(fields) != 0 {
			return Message{}, ErrType
		}
		return Message{Taken: true}, nil
	}
	return Message{}, ErrType
}

// AppendCall appends the frame of c. Whoever sends it checks Fits first.
func AppendCall(b []byte, c *Call) []byte {
	return appendFrame(b, typeCall, func(b []byte) []byte { return appendCall(b, c) })
}

// Fits tells whether a frame made by AppendCall is one that Read takes, and if
// not, why in words.
func Fits(c *Call, frame []byte) (why string, ok bool) {
	switch {
	case len(frame)-headerSize > MaxFrame:
		return "the call is larger than " + strconv.Itoa(MaxFrame>>20) + " MiB", false
	case len(c.Argv) > MaxWords:
		return "it has more than " + strconv.Itoa(MaxWords) + " arguments", false
	case len(c.Env) > MaxWords:
		return "it has more than " + strconv.Itoa(MaxWords) + " variables", false
	case len(c.Files) > MaxWords, len(c.Edits) > MaxWords:
		return "it changes more than " + strconv.Itoa(MaxWords) + " places", false
	}
	for i := range c.Files {
		if len(c.Files[i].Edits) > MaxWords {
			return "it changes more than " + strconv.Itoa(MaxWords) + " places", false
		}
	}
	return "", true
}

// AppendVerdict appends the frame of v.
func AppendVerdict(b []byte, v *Verdict) []byte {
	return appendFrame(b, typeVerdict, func(b []byte) []byte { return appendVerdict(b, v) })
}

// AppendTaken appends the frame by which a door says that it takes an allow.
func AppendTaken(b []byte) []byte {
	return appendFrame(b, typeTaken, func(b []byte) []byte { return b })
}

func appendFrame(b []byte, typ byte, fields func([]byte) []byte) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0, Version, typ)
	b = fields(b)
	putLen(b[start:], len(b)-start-headerSize)
	return b
}

func putLen(b []byte, n int) {
	b[0], b[1], b[2], b[3] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
}
