package main

import "kavi/panes"

// quiet is a terminal whose bell the operator does not want to hear. A bell that
// ends a title or another string is none, and passes.
type quiet struct {
	panes.Terminal
	in region
}

// region is where in the stream of a terminal the next byte stands.
type region uint8

const (
	ground   region = iota
	escape          // after ESC
	inString        // in an OSC, DCS, APC, PM or SOS
	maybeEnd        // after ESC in one of those
)

// Write takes all of p. It blocks for as long as the client does not read.
func (q *quiet) Write(p []byte) (int, error) {
	out := make([]byte, 0, len(p))
	for _, b := range p {
		if b == '\a' && (q.in == ground || q.in == escape) {
			continue
		}
		q.in = q.in.after(b)
		out = append(out, b)
	}
	if len(out) == 0 {
		return len(p), nil
	}
	if _, err := q.Terminal.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (r region) after(b byte) region {
	switch {
	case b == 0x18 || b == 0x1a: // CAN and SUB end everything
		return ground
	case r == inString && b == 0x1b:
		return maybeEnd
	case r == inString && b != '\a', r == maybeEnd && b != '\\' && b != '\a':
		return inString
	case r == inString, r == maybeEnd:
		return ground
	case b == 0x1b:
		return escape
	case r == escape:
		switch b {
		case ']', 'P', '_', '^', 'X':
			return inString
		}
	}
	return ground
}
