package vt

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Mod is a set of modifiers.
type Mod uint8

// The modifiers, with the bits of the kitty protocol.
const (
	Shift Mod = 1 << iota
	Alt
	Ctrl
	Super
	Hyper
	Meta
	CapsLock
	NumLock

	lockMods = CapsLock | NumLock
)

// KeyCode names a key that is not a character. 0: the key is Key.Rune.
type KeyCode uint8

// Keys that are not characters.
const (
	KeyNone KeyCode = iota
	KeyEnter
	KeyTab
	KeyBackspace
	KeyEscape
	KeyUp
	KeyDown
	KeyRight
	KeyLeft
	KeyHome
	KeyEnd
	KeyPageUp
	KeyPageDown
	KeyInsert
	KeyDelete
	KeyBegin // the middle of the keypad
	KeyMenu
	KeyPrint
	KeyPause
	KeyF1 // F2 is KeyF1+1, up to F24
)

// KeyF is the function key n, 1 to 24.
func KeyF(n int) KeyCode { return KeyF1 + KeyCode(n-1) }

// KeyEvent tells what happened to a key.
type KeyEvent uint8

// What happens to a key.
const (
	Press KeyEvent = iota
	Repeat
	Release
)

// Key is one key of the operator's keyboard.
type Key struct {
	Code   KeyCode
	Rune   rune // the character typed, with Shift applied: 'A' and Shift, or 'A' alone
	Mods   Mod
	Event  KeyEvent
	Keypad bool // a character of the numeric keypad
}

// KeyBytes is what the program must be sent for a key, per its modes; nil if it
// does not want to know.
func (t *Terminal) KeyBytes(k Key) []byte {
	k = k.normal()
	if t.s.kitty.flags != 0 {
		return t.kittyKey(k)
	}
	if k.Event == Release {
		return nil
	}
	k.Mods &^= lockMods
	if b := t.otherKey(k); b != nil {
		return b
	}
	return t.legacyKey(k)
}

// normal makes one form of the several that a control key can come in.
func (k Key) normal() Key {
	if k.Code != KeyNone {
		return k
	}
	switch r := k.Rune; {
	case r == '\r':
		k.Code = KeyEnter
	case r == '\t':
		k.Code = KeyTab
	case r == 0x1b:
		k.Code = KeyEscape
	case r == 0x7f:
		k.Code = KeyBackspace
	case r > 0 && r < 0x20:
		k.Mods |= Ctrl
		k.Rune = unicode.ToLower(r + '@')
	}
	return k
}

// legacyKey is what xterm sends by default.
func (t *Terminal) legacyKey(k Key) []byte {
	mods := k.Mods & (Shift | Alt | Ctrl)
	// The others are functions.
	//exhaustive:ignore
	switch k.Code {
	case KeyNone:
		return t.legacyRune(k.Rune, mods, k.Keypad)
	case KeyEnter:
		if t.modes.newline {
			return escaped(mods, "\r\n")
		}
		return escaped(mods, "\r")
	case KeyTab:
		if mods&Shift != 0 {
			return escaped(mods, "\x1b[Z")
		}
		return escaped(mods, "\t")
	case KeyBackspace:
		if t.modes.backspace != (mods&Ctrl != 0) {
			return escaped(mods, "\b")
		}
		return escaped(mods, "\x7f")
	case KeyEscape:
		return escaped(mods, "\x1b")
	}
	f := functionOf(k.Code, &mods)
	if f.number == 0 {
		return nil
	}
	m := strconv.Itoa(int(mods) + 1)
	switch {
	case f.final == '~' && mods == 0:
		return []byte("\x1b[" + strconv.Itoa(f.number) + "~")
	case f.final == '~':
		return []byte("\x1b[" + strconv.Itoa(f.number) + ";" + m + "~")
	case mods != 0:
		return []byte("\x1b[1;" + m + string(f.final))
	case f.final >= 'P' && f.final <= 'S' || t.modes.appCursor:
		return []byte("\x1bO" + string(f.final))
	}
	return []byte("\x1b[" + string(f.final))
}

// escaped puts ESC before what a key sends, if Alt is held.
func escaped(mods Mod, s string) []byte {
	if mods&Alt != 0 {
		s = "\x1b" + s
	}
	return []byte(s)
}

func (t *Terminal) legacyRune(r rune, mods Mod, keypad bool) []byte {
	if r == 0 || !utf8.ValidRune(r) {
		return nil
	}
	if keypad && t.modes.appKeypad && mods == 0 {
		if final := keypadFinal(r); final != 0 {
			return []byte{0x1b, 'O', final}
		}
	}
	if mods&Ctrl != 0 {
		if c, ok := control(r); ok {
			return escaped(mods, string(rune(c)))
		}
	}
	return escaped(mods, string(r))
}

// keypadFinal is what the keypad sends in application mode, behind SS3.
func keypadFinal(r rune) byte {
	switch {
	case r >= '0' && r <= '9':
		return 'p' + byte(r-'0')
	case r >= '*' && r <= '/': // * + , - . /
		return 'j' + byte(r-'*')
	case r == '=':
		return 'X'
	}
	return 0
}

// control is the control character of Ctrl and r, as xterm has it.
func control(r rune) (byte, bool) {
	switch {
	case r >= 'a' && r <= 'z' || r >= '@' && r <= '_':
		return byte(r) & 0x1f, true
	case r == ' ' || r == '2' || r == '`':
		return 0, true
	case r >= '3' && r <= '7':
		return byte(r-'3') + 0x1b, true
	case r == '/' || r == '-':
		return 0x1f, true
	case r == '8' || r == '?':
		return 0x7f, true
	}
	return 0, false
}

// function is a function key: CSI number final, where the number 1 is left out.
type function struct {
	number int
	final  byte
}

var functions = [...]function{
	KeyUp: {1, 'A'}, KeyDown: {1, 'B'}, KeyRight: {1, 'C'}, KeyLeft: {1, 'D'},
	KeyHome: {1, 'H'}, KeyEnd: {1, 'F'}, KeyBegin: {1, 'E'},
	KeyInsert: {2, '~'}, KeyDelete: {3, '~'}, KeyPageUp: {5, '~'}, KeyPageDown: {6, '~'}, KeyMenu: {29, '~'},
	KeyF1: {1, 'P'}, KeyF1 + 1: {1, 'Q'}, KeyF1 + 2: {1, 'R'}, KeyF1 + 3: {1, 'S'},
	KeyF1 + 4: {15, '~'}, KeyF1 + 5: {17, '~'}, KeyF1 + 6: {18, '~'}, KeyF1 + 7: {19, '~'},
	KeyF1 + 8: {20, '~'}, KeyF1 + 9: {21, '~'}, KeyF1 + 10: {23, '~'}, KeyF1 + 11: {24, '~'},
}

// functionOf finds a key's function. F13 to F24 are F1 to F12 with Shift, as
// xterm-256color has them.
func functionOf(c KeyCode, mods *Mod) function {
	if c >= KeyF1+12 && c < KeyF1+24 {
		c -= 12
		*mods |= Shift
	}
	if int(c) < len(functions) {
		return functions[c]
	}
	return function{}
}

// otherKey is modifyOtherKeys: keys with modifiers that the usual way cannot tell
// from others. Nil: the usual way.
func (t *Terminal) otherKey(k Key) []byte {
	level := t.modes.otherKeys
	mods := k.Mods
	if level == 0 || mods == 0 {
		return nil
	}
	code := int(k.Rune)
	// The others say their modifiers anyway.
	//exhaustive:ignore
	switch k.Code {
	case KeyNone:
		_, known := control(k.Rune)
		switch {
		case mods == Shift || k.Rune <= 0:
			return nil
		case level == 1 && (mods&^(Alt|Shift) == 0 || mods&^(Alt|Shift) == Ctrl && known && mods&Shift == 0):
			return nil
		}
	case KeyTab:
		if mods == Shift {
			return nil
		}
		code = '\t'
	case KeyEnter:
		code = '\r'
	case KeyEscape:
		code = 0x1b
	case KeyBackspace:
		if level == 1 && mods&^(Ctrl|Alt) == 0 {
			return nil
		}
		code = 0x7f
	default:
		return nil
	}
	m := strconv.Itoa(int(mods) + 1)
	if t.modes.otherForm == 1 {
		return []byte("\x1b[" + strconv.Itoa(code) + ";" + m + "u")
	}
	return []byte("\x1b[27;" + m + ";" + strconv.Itoa(code) + "~")
}
