package vt

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Button is a button of the mouse.
type Button uint8

// The buttons.
const (
	NoButton Button = iota // motion without a button
	ButtonLeft
	ButtonMiddle
	ButtonRight
	WheelUp
	WheelDown
	WheelLeft
	WheelRight
	ButtonBack
	ButtonForward
)

// MouseEvent tells what the mouse did.
type MouseEvent uint8

// What a mouse does.
const (
	MousePress MouseEvent = iota
	MouseRelease
	MouseMotion // with Button held, or none
)

// Mouse is one event of the mouse, in cells of this pane.
type Mouse struct {
	X, Y   int
	Button Button
	Event  MouseEvent
	Mods   Mod
}

// mouseForm is how events are written.
type mouseForm uint8

const (
	mousePlain  mouseForm = iota
	mouseUTF8             // 1005
	mouseSGR              // 1006
	mouseURXVT            // 1015
	mousePixels           // 1016
)

var mouseModes = map[uint16]MouseMode{9: MouseX10, 1000: MouseClicks, 1002: MouseDrag, 1003: MouseAny}

var mouseForms = map[uint16]mouseForm{1005: mouseUTF8, 1006: mouseSGR, 1015: mouseURXVT, 1016: mousePixels}

// setMouse and setMouseForm follow xterm: the last one set counts, and unsetting
// any of them unsets it.
func (m *modes) setMouse(n uint16, on bool) {
	m.mouse = MouseNone
	if on {
		m.mouse = mouseModes[n]
	}
}

func (m *modes) setMouseForm(n uint16, on bool) {
	m.mouseForm = mousePlain
	if on {
		m.mouseForm = mouseForms[n]
	}
}

// wheelRows is how many arrow keys a step of the wheel is on the alternate screen.
const wheelRows = 3

// MouseBytes is what the program must be sent for an event of the mouse; nil if
// it does not want to know. On the alternate screen with AltScroll the wheel
// becomes arrow keys.
func (t *Terminal) MouseBytes(m Mouse) []byte {
	mode := t.modes.mouse
	if mode == MouseNone {
		return t.wheelKeys(m)
	}
	wheel := m.Button >= WheelUp && m.Button <= WheelRight
	m.X, m.Y = min(max(m.X, 0), t.cols-1), min(max(m.Y, 0), t.rows-1)
	switch m.Event {
	case MousePress:
	case MouseRelease:
		if mode == MouseX10 || wheel {
			return nil
		}
	case MouseMotion:
		if mode < MouseDrag || mode == MouseDrag && m.Button == NoButton || wheel {
			return nil
		}
		if last := t.mouse; last.X == m.X && last.Y == m.Y && last.Button == m.Button {
			return nil
		}
	}
	if mode == MouseX10 && (m.Button < ButtonLeft || m.Button > ButtonRight) {
		return nil
	}
	t.mouse = m
	if m.Event == MouseRelease {
		t.mouse.Button = NoButton
	}
	return t.writeMouse(m, mode)
}

func (t *Terminal) wheelKeys(m Mouse) []byte {
	if !t.modes.altScroll || t.s != &t.alt || m.Event != MousePress {
		return nil
	}
	if m.Button == WheelUp {
		return bytes.Repeat(t.KeyBytes(Key{Code: KeyUp}), wheelRows)
	}
	if m.Button == WheelDown {
		return bytes.Repeat(t.KeyBytes(Key{Code: KeyDown}), wheelRows)
	}
	return nil
}

// mouseCode is the button, the modifiers and the motion as one number.
func mouseCode(m Mouse, mode MouseMode) int {
	code := 3
	switch {
	case m.Button >= ButtonBack:
		code = 128 + int(m.Button-ButtonBack)
	case m.Button >= WheelUp:
		code = 64 + int(m.Button-WheelUp)
	case m.Button >= ButtonLeft:
		code = int(m.Button - ButtonLeft)
	}
	if m.Event == MouseMotion {
		code += 32
	}
	if mode == MouseX10 {
		return code
	}
	if m.Mods&Shift != 0 {
		code |= 4
	}
	if m.Mods&(Alt|Meta) != 0 {
		code |= 8
	}
	if m.Mods&Ctrl != 0 {
		code |= 16
	}
	return code
}

func (t *Terminal) writeMouse(m Mouse, mode MouseMode) []byte {
	code := mouseCode(m, mode)
	x, y := m.X+1, m.Y+1
	form := t.modes.mouseForm
	if form == mousePixels {
		x, y = m.X*t.o.CellWidth+t.o.CellWidth/2+1, m.Y*t.o.CellHeight+t.o.CellHeight/2+1
	}
	if form == mouseSGR || form == mousePixels {
		final := 'M'
		if m.Event == MouseRelease {
			final = 'm'
		}
		return fmt.Appendf(nil, "\x1b[<%d;%d;%d%c", code, x, y, final)
	}
	if m.Event == MouseRelease {
		code = code&^(128|64|3) | 3
	}
	if form == mouseURXVT {
		return fmt.Appendf(nil, "\x1b[%d;%d;%dM", code+32, x, y)
	}
	b := []byte{0x1b, '[', 'M', byte(code + 32)}
	for _, v := range []int{x + 32, y + 32} {
		switch {
		case form == mouseUTF8 && v <= 0x7ff:
			b = utf8.AppendRune(b, rune(v))
		case v <= 0xff:
			b = append(b, byte(v))
		default:
			return nil // cannot be said
		}
	}
	return b
}
