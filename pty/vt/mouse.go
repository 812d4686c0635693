package vt

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
