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
	AltScroll       bool  // 1007: the wheel sends arrow keys on the alternate screen
	Synchronized    bool  // 2026: hold the frame; see [Terminal.Synchronized]
	ReverseScreen   bool  // DECSCNM: foreground and background swapped
	Graphemes       bool  // 2027
	Kitty           uint8 // flags of the kitty keyboard protocol
	ModifyOtherKeys uint8
}

// Modes are the modes that others need.
func (t *Terminal) Modes() Modes {
	m := &t.modes
	return Modes{
		AltScreen:       t.s == &t.alt,
		AppCursor:       m.appCursor,
		AppKeypad:       m.appKeypad,
		BracketedPaste:  m.paste,
		Focus:           m.focus,
		Mouse:           m.mouse,
		AltScroll:       m.altScroll,
		Synchronized:    m.sync,
		ReverseScreen:   m.reverse,
		Graphemes:       m.graphemes,
		Kitty:           t.s.kitty.flags,
		ModifyOtherKeys: m.otherKeys,
	}
}

// modes are the modes that are not part of the cursor or a screen.
type modes struct {
	insert      bool // IRM
	newline     bool // LNM
	wrap        bool // DECAWM
	reverseWrap bool // 45
	cursor      bool // DECTCEM
	shape       CursorShape
	blink       bool
	reverse     bool // DECSCNM
	appCursor   bool // DECCKM
	appKeypad   bool // DECKPAM, DECNKM
	backspace   bool // DECBKM: the key sends BS
	paste       bool
	focus       bool
	mouse       MouseMode
	mouseForm   mouseForm
	altScroll   bool
	sync        bool
	graphemes   bool
	scheme      bool // 2031: tell when dark turns light
	otherKeys   uint8
	otherForm   uint8 // formatOtherKeys

	saved map[uint16]bool // XTSAVE
}

// setANSI is SM and RM.
func (t *Terminal) setANSI(on bool) {
	for i := range t.p.count() {
		switch t.p.params[i] {
		case 4:
			t.modes.insert = on
		case 20:
			t.modes.newline = on
		}
	}
}

// setPrivate is DECSET and DECRST.
func (t *Terminal) setPrivate(on bool) {
	for i := range t.p.count() {
		t.setMode(t.p.params[i], on)
	}
}

// flag is the mode of that number if it is nothing but a flag.
func (m *modes) flag(n uint16) *bool {
	switch n {
	case 1:
		return &m.appCursor
	case 5:
		return &m.reverse
	case 7:
		return &m.wrap
	case 12:
		return &m.blink
	case 25:
		return &m.cursor
	case 45:
		return &m.reverseWrap
	case 66:
		return &m.appKeypad
	case 67:
		return &m.backspace
	case 1004:
		return &m.focus
	case 1007:
		return &m.altScroll
	case 2004:
		return &m.paste
	case 2026:
		return &m.sync
	case 2027:
		return &m.graphemes
	case 2031:
		return &m.scheme
	}
	return nil
}

func (t *Terminal) setMode(n uint16, on bool) {
	m := &t.modes
	switch n {
	case 6:
		t.cur.origin = on
		t.goTo(0, t.originTop())
	case 9, 1000, 1002, 1003:
		m.setMouse(n, on)
	case 1005, 1006, 1015, 1016:
		m.setMouseForm(n, on)
	case 47, 1047:
		t.switchScreen(on)
	case 1048:
		t.saveOrRestore(on)
	case 1049:
		if on {
			t.saveCursor()
			t.switchScreen(true)
		} else {
			t.switchScreen(false)
			t.restoreCursor()
		}
	case 2026:
		if on && !m.sync {
			t.frame++
		}
		m.sync = on
	default:
		if f := m.flag(n); f != nil {
			*f = on
		}
	}
}

func (t *Terminal) saveOrRestore(save bool) {
	if save {
		t.saveCursor()
	} else {
		t.restoreCursor()
	}
}

// switchScreen shows the alternate screen, which is always empty at first, or the
// normal one. The cursor stays where it is.
func (t *Terminal) switchScreen(alt bool) {
	if alt == (t.s == &t.alt) {
		return
	}
	if !alt {
		t.s = &t.normal
		return
	}
	t.normal.left = t.cur
	t.alt.kitty = kitty{}
	t.alt.init(t.cols, t.rows, t.blank())
	t.s = &t.alt
}

// modeState is what DECRQM answers: 0 unknown, 1 set, 2 reset, 3 always, 4 never.
func (t *Terminal) modeState(n uint16) int {
	state := func(on bool) int {
		if on {
			return 1
		}
		return 2
	}
	m := &t.modes
	switch n {
	case 3, 40: // 132 columns: the size is the operator's
		return 4
	case 6:
		return state(t.cur.origin)
	case 9, 1000, 1002, 1003:
		return state(m.mouse == mouseModes[n])
	case 1005, 1006, 1015, 1016:
		return state(m.mouseForm == mouseForms[n])
	case 47, 1047, 1049:
		return state(t.s == &t.alt)
	case 1048:
		return 1
	case 1036, 1039:
		return 3 // Alt sends ESC
	}
	if f := m.flag(n); f != nil {
		return state(*f)
	}
	return 0
}

// savePrivate is XTSAVE and XTRESTORE, for the modes that DECRQM knows.
func (t *Terminal) savePrivate(save bool) {
	for i := range t.p.count() {
		n := t.p.params[i]
		state := t.modeState(n)
		if state != 1 && state != 2 {
			continue
		}
		if save {
			if t.modes.saved == nil {
				t.modes.saved = make(map[uint16]bool)
			}
			t.modes.saved[n] = state == 1
		} else if on, ok := t.modes.saved[n]; ok {
			t.setMode(n, on)
		}
	}
}

// softReset is DECSTR.
func (t *Terminal) softReset() {
	m := &t.modes
	m.insert, m.cursor, m.appCursor, m.appKeypad = false, true, false, false
	m.wrap, m.reverseWrap = true, false
	t.s.top, t.s.bottom = 0, t.rows-1
	t.cur.origin = false
	t.cur.style = Style{}
	t.cur.gl, t.cur.shift, t.cur.g = 0, 0, [4]charset{}
	t.s.saved = cursor{}
	t.penOK = false
}
