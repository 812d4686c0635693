package panes

import (
	"bytes"
	"time"
	"unicode/utf8"

	"kavi/pty/vt"
)

// What a client's terminal sends, taken apart. The times are when it arrived.
type (
	keyIn struct {
		key vt.Key
		at  time.Time
	}
	pasteIn struct {
		text string
		cut  bool // it was longer than maxPaste
		at   time.Time
	}
	mouseIn struct {
		vt.Mouse // in cells of the screen
		at       time.Time
	}
	focusIn struct {
		on bool
		at time.Time
	}
)

const (
	// escapeWait is how long an Escape may be the beginning of something longer:
	// over a slow line a key's bytes come in pieces.
	escapeWait = 50 * time.Millisecond

	// replyWait is the same for a sequence of which more than that has come. What
	// is incomplete then is thrown away: it is no key that anybody typed.
	replyWait = time.Second

	maxSequence = 4096         // bytes of a sequence; longer ones are thrown away
	maxPaste    = 1<<20 - 4096 // bytes of a paste; a longer one is refused. An agent's queue holds 1 MiB
)

// input takes apart the bytes of a terminal: keys in all three ways of sending
// them (the old one, xterm's modifyOtherKeys, kitty's), the mouse, the focus,
// and pastes, of which every byte counts. What a terminal answers to questions
// is swallowed. It is a pure machine; the zero input is ready.
type input struct {
	buf     []byte // not yet understood
	pasting bool
	paste   []byte
	cut     bool
	since   time.Time // when what is now at the head of buf came
	button  vt.Button // held, as far as the terminal said
}

// feed takes bytes as they came and gives what is complete.
func (in *input) feed(b []byte, at time.Time) []any {
	in.buf = append(in.buf, b...)
	return in.parse(at, false)
}

// deadline says until when to wait for more before expire must be called; zero
// is for ever.
func (in *input) deadline() time.Time {
	switch {
	case len(in.buf) == 0 || in.pasting:
		return time.Time{}
	case len(in.buf) <= 2:
		return in.since.Add(escapeWait)
	}
	return in.since.Add(replyWait)
}

// expire gives what the bytes that are left mean when no more come.
func (in *input) expire(at time.Time) []any { return in.parse(at, true) }

func (in *input) parse(at time.Time, last bool) (out []any) {
	if in.since.IsZero() {
		in.since = at
	}
	for len(in.buf) > 0 {
		if in.pasting {
			if !in.takePaste() {
				break
			}
			out = append(out, pasteIn{string(in.paste), in.cut, at})
			in.pasting, in.paste, in.cut = false, nil, false
			continue
		}
		n, ev := in.one(in.buf, last)
		if n == 0 {
			if last || len(in.buf) > maxSequence {
				n = len(in.buf)
			} else {
				break
			}
		}
		in.buf, in.since = in.buf[n:], at
		switch ev := ev.(type) {
		case vt.Key:
			out = append(out, keyIn{ev, at})
		case vt.Mouse:
			out = append(out, mouseIn{ev, at})
		case focusIn:
			ev.at = at
			out = append(out, ev)
		}
	}
	if len(in.buf) == 0 {
		in.buf, in.since = nil, time.Time{}
	}
	return out
}

// takePaste moves what has come into the paste; true at its end.
func (in *input) takePaste() bool {
	const end = "\x1b[201~"
	i := bytes.Index(in.buf, []byte(end))
	take, skip := i, i+len(end)
	if i < 0 {
		// The end itself may come in pieces.
		take = len(in.buf)
		for k := min(len(end)-1, len(in.buf)); k > 0; k-- {
			if bytes.HasSuffix(in.buf, []byte(end[:k])) {
				take -= k
				break
			}
		}
		skip = take
	}
	part := in.buf[:take]
	if room := maxPaste - len(in.paste); len(part) > room {
		part, in.cut = part[:room], true
	}
	in.paste = append(in.paste, part...)
	in.buf = in.buf[skip:]
	return i >= 0
}

// one takes the first thing apart: how many bytes it has (0: more must come) and
// what it is (nil: nothing to hand on).
func (in *input) one(b []byte, last bool) (int, any) {
	if b[0] != 0x1b {
		return character(b, last)
	}
	if len(b) == 1 {
		if last {
			return 1, vt.Key{Code: vt.KeyEscape}
		}
		return 0, nil
	}
	alone := func() (int, any) { // Escape-this is Alt and a key
		n, ev := character(b[1:], last)
		if n == 0 {
			return 0, nil
		}
		return n + 1, alt(ev)
	}
	switch c := b[1]; c {
	case '[':
		if len(b) == 2 && last {
			return alone()
		}
		return in.csi(b)
	case 'O':
		if len(b) == 2 {
			if last {
				return alone()
			}
			return 0, nil
		}
		return ss3(b)
	case ']', 'P', '_':
		// An answer begins in its own way; a key that is held down does not.
		if len(b) == 2 {
			if last {
				return alone()
			}
			return 0, nil
		}
		if begins := map[byte]string{']': "0123456789", 'P': "0123456789>!$+", '_': "G"}[c]; bytes.IndexByte([]byte(begins), b[2]) < 0 {
			return alone()
		}
		return answer(b), nil
	case 0x1b:
		// Two Escapes, or Alt and a key that is a sequence itself.
		if len(b) == 2 {
			if last {
				return 1, vt.Key{Code: vt.KeyEscape}
			}
			return 0, nil
		}
		if b[2] != '[' && b[2] != 'O' {
			return 1, vt.Key{Code: vt.KeyEscape}
		}
		n, ev := in.one(b[1:], last)
		if n == 0 {
			return 0, nil
		}
		return n + 1, alt(ev)
	}
	return alone()
}

func alt(ev any) any {
	if k, ok := ev.(vt.Key); ok {
		k.Mods |= vt.Alt
		return k
	}
	return ev
}

// answer gives the length of a string that ends with ST or BEL, 0 if it has not
// ended; any other Escape ends it too.
func answer(b []byte) int {
	for i := 2; i < len(b); i++ {
		switch b[i] {
		case 0x07:
			return i + 1
		case 0x1b:
			if i+1 == len(b) {
				return 0
			}
			if b[i+1] == '\\' {
				return i + 2
			}
			return i
		}
	}
	return 0
}

// character is one character or control code.
func character(b []byte, last bool) (int, any) {
	switch c := b[0]; {
	case c == '\r':
		return 1, vt.Key{Code: vt.KeyEnter}
	case c == '\t':
		return 1, vt.Key{Code: vt.KeyTab}
	case c == 0x7f:
		return 1, vt.Key{Code: vt.KeyBackspace}
	case c == 0:
		return 1, vt.Key{Rune: ' ', Mods: vt.Ctrl}
	case c == 0x1b:
		return 1, vt.Key{Code: vt.KeyEscape}
	case c < 0x1b:
		return 1, vt.Key{Rune: rune(c) + 'a' - 1, Mods: vt.Ctrl}
	case c < ' ':
		return 1, vt.Key{Rune: rune(c) + '@', Mods: vt.Ctrl}
	case c < utf8.RuneSelf:
		return 1, vt.Key{Rune: rune(c)}
	}
	if !utf8.FullRune(b) && !last {
		return 0, nil
	}
	r, n := utf8.DecodeRune(b)
	if r == utf8.RuneError && n == 1 || r >= 0x80 && r < 0xa0 {
		return n, nil // no keyboard sends this
	}
	return n, vt.Key{Rune: r}
}

// ss3 is a key of the keypad or a function key in the old way: ESC O, perhaps
// modifiers, a letter.
func ss3(b []byte) (int, any) {
	i, mod := 2, 1
	if b[i] >= '2' && b[i] <= '8' {
		mod = int(b[i] - '0')
		if i++; i == len(b) {
			return 0, nil
		}
	}
	k, ok := letterKeys[b[i]]
	if !ok {
		if k, ok = keypadKeys[b[i]]; !ok {
			if i == 2 {
				return 2, vt.Key{Rune: 'O', Mods: vt.Alt}
			}
			return i + 1, nil
		}
	}
	k.Mods |= modifiers(mod)
	return i + 1, k
}
