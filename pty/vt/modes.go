package vt

// MouseMode says which events of the mouse the program wants.
type MouseMode uint8

// The mouse modes; each wants what those before it want, too.
const (
	MouseNone   MouseMode = iota
	MouseX10              // 9: presses only
	MouseClicks           // 1000: presses and releases
	MouseDrag             // 1002: motion with a button held
	MouseAny              // 1003: all motion
)

// Modes is what a drawer or a keyboard needs to know of the terminal's modes.
type Modes struct {
	AltScreen       bool // 47, 1047, 1049: a full-screen program; it has no scrollback
	AppCursor       bool // DECCKM
	AppKeypad       bool // DECKPAM
	BracketedPaste  bool // 2004
	Focus           bool // 1004
	Mouse           MouseMode
	AltScroll       bool // 1007: the wheel sends arrow keys on the alternate screen
	Synchronized    bool // 2026: hold the frame; see [Terminal.Synchronized]
	ReverseScreen   bool // DECSCNM
	Graphemes       bool // 2027
	Kitty           uint8
	ModifyOtherKeys uint8
}
