package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/term"
)

// screen is the operator's terminal while a server draws on it. It remembers
// enough to put everything back, even if the server is killed in mid-frame.
type screen struct {
	in, out *os.File
	state   *term.State
	alt     altWatch

	once sync.Once
	err  error
}

// takeScreen makes the terminal raw and saves its title.
func takeScreen(in, out *os.File) (*screen, error) {
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, fmt.Errorf("terminal: %w", err)
	}
	s := &screen{in: in, out: out, state: state}
	if _, err := out.WriteString("\x1b[22;0t"); err != nil {
		return nil, errors.Join(fmt.Errorf("terminal: %w", err), s.restore())
	}
	return s, nil
}

// raw makes the terminal raw again, after a shell had it in between.
func (s *screen) raw() error {
	_, err := term.MakeRaw(int(s.in.Fd()))
	return err
}

func (s *screen) draw(b []byte) error {
	s.alt.write(b)
	_, err := s.out.Write(b)
	return err
}

// What a drawer may have left behind. cutShort ends a sequence that the server
// died in the middle of; the kitty flags are a stack of the alternate screen and
// go before it does; each title that was saved comes back.
const (
	cutShort = "\x18\x1b\\"
	modesOff = "\x1b[?2026l" + // synchronized output
		"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l\x1b[?1016l" + // mouse
		"\x1b[?1004l" + // focus events
		"\x1b[?2004l" + // bracketed paste
		"\x1b[>4m" + // modifyOtherKeys
		"\x1b[?1l\x1b>" + // cursor keys and keypad
		"\x1b[?7h\x1b[4l" + // wrap, insert
		"\x1b(B\x0f\x1b[0m" // characters and colours
	// Origin mode and the scroll region move the cursor home: on the main screen,
	// where the shell goes on, they are left alone.
	leaveAlt = "\x1b[?6l" + "\x1b[<9u" + "\x1b[r" + "\x1b[?1049l"
	shown    = "\x1b[?25h\x1b[0 q\x1b[23;0t" // cursor, its shape, title
)

// restore puts the terminal back. It does so once; further calls say what the
// first one found.
func (s *screen) restore() error {
	s.once.Do(func() {
		back := cutShort + modesOff
		if s.alt.on {
			back += leaveAlt
		}
		_, s.err = s.out.WriteString(back + shown)
		// Answers of the terminal to the last questions must not be typed into the shell.
		flushInput(int(s.in.Fd()))
		if err := term.Restore(int(s.in.Fd()), s.state); err != nil && s.err == nil {
			s.err = err
		}
		if s.err != nil {
			s.err = fmt.Errorf("terminal: %w", s.err)
		}
	})
	return s.err
}

// altWatch follows whether the alternate screen is on. Sequences may be split
// between writes.
type altWatch struct {
	on   bool
	tail []byte
}

func (w *altWatch) write(b []byte) {
	const enter, leave = "\x1b[?1049h", "\x1b[?1049l"
	if len(w.tail) > 0 {
		b = append(w.tail, b...)
	}
	in, out := bytes.LastIndex(b, []byte(enter)), bytes.LastIndex(b, []byte(leave))
	if in >= 0 || out >= 0 {
		w.on = in > out
	}
	keep := min(len(b), len(enter)-1)
	w.tail = append([]byte(nil), b[len(b)-keep:]...)
}
