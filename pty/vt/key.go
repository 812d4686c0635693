package vt

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
	Keypad bool // on the numeric keypad
}
