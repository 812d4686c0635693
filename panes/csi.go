package panes

import (
	"strconv"
	"strings"
	"unicode"

	"kavi/pty/vt"
)

// letterKeys are the keys that end in a letter: CSI A, CSI 1 ; 5 A, SS3 A.
var letterKeys = map[byte]vt.Key{
	'A': {Code: vt.KeyUp}, 'B': {Code: vt.KeyDown}, 'C': {Code: vt.KeyRight}, 'D': {Code: vt.KeyLeft},
	'E': {Code: vt.KeyBegin}, 'F': {Code: vt.KeyEnd}, 'H': {Code: vt.KeyHome},
	'P': {Code: vt.KeyF(1)}, 'Q': {Code: vt.KeyF(2)}, 'R': {Code: vt.KeyF(3)}, 'S': {Code: vt.KeyF(4)},
	'Z': {Code: vt.KeyTab, Mods: vt.Shift},
	'a': {Code: vt.KeyUp, Mods: vt.Shift}, 'b': {Code: vt.KeyDown, Mods: vt.Shift}, // rxvt
	'c': {Code: vt.KeyRight, Mods: vt.Shift}, 'd': {Code: vt.KeyLeft, Mods: vt.Shift},
}

// keypadKeys are those of the numeric keypad in application mode, after SS3.
var keypadKeys = map[byte]vt.Key{
	'M': {Code: vt.KeyEnter, Keypad: true}, 'X': {Rune: '=', Keypad: true}, 'j': {Rune: '*', Keypad: true},
	'k': {Rune: '+', Keypad: true}, 'l': {Rune: ',', Keypad: true}, 'm': {Rune: '-', Keypad: true},
	'n': {Rune: '.', Keypad: true}, 'o': {Rune: '/', Keypad: true},
	'p': {Rune: '0', Keypad: true}, 'q': {Rune: '1', Keypad: true}, 'r': {Rune: '2', Keypad: true},
	's': {Rune: '3', Keypad: true}, 't': {Rune: '4', Keypad: true}, 'u': {Rune: '5', Keypad: true},
	'v': {Rune: '6', Keypad: true}, 'w': {Rune: '7', Keypad: true}, 'x': {Rune: '8', Keypad: true},
	'y': {Rune: '9', Keypad: true},
}

// tildeKeys are those that end in a tilde: CSI 5 ~.
var tildeKeys = map[int]vt.KeyCode{
	1: vt.KeyHome, 2: vt.KeyInsert, 3: vt.KeyDelete, 4: vt.KeyEnd, 5: vt.KeyPageUp, 6: vt.KeyPageDown,
	7: vt.KeyHome, 8: vt.KeyEnd,
	11: vt.KeyF(1), 12: vt.KeyF(2), 13: vt.KeyF(3), 14: vt.KeyF(4), 15: vt.KeyF(5),
	17: vt.KeyF(6), 18: vt.KeyF(7), 19: vt.KeyF(8), 20: vt.KeyF(9), 21: vt.KeyF(10),
	23: vt.KeyF(11), 24: vt.KeyF(12), 25: vt.KeyF(13), 26: vt.KeyF(14),
	28: vt.KeyF(15), 29: vt.KeyF(16), 31: vt.KeyF(17), 32: vt.KeyF(18), 33: vt.KeyF(19), 34: vt.KeyF(20),
}

// codeKeys are the keys that kitty's protocol numbers and that are no characters.
var codeKeys = map[int]vt.Key{
	9: {Code: vt.KeyTab}, 13: {Code: vt.KeyEnter}, 27: {Code: vt.KeyEscape}, 8: {Code: vt.KeyBackspace}, 127: {Code: vt.KeyBackspace},
	57361: {Code: vt.KeyPrint}, 57362: {Code: vt.KeyPause}, 57363: {Code: vt.KeyMenu},
	57399: {Rune: '0', Keypad: true}, 57400: {Rune: '1', Keypad: true}, 57401: {Rune: '2', Keypad: true},
	57402: {Rune: '3', Keypad: true}, 57403: {Rune: '4', Keypad: true}, 57404: {Rune: '5', Keypad: true},
	57405: {Rune: '6', Keypad: true}, 57406: {Rune: '7', Keypad: true}, 57407: {Rune: '8', Keypad: true},
	57408: {Rune: '9', Keypad: true}, 57409: {Rune: '.', Keypad: true}, 57410: {Rune: '/', Keypad: true},
	57411: {Rune: '*', Keypad: true}, 57412: {Rune: '-', Keypad: true}, 57413: {Rune: '+', Keypad: true},
	57414: {Code: vt.KeyEnter, Keypad: true}, 57415: {Rune: '=', Keypad: true}, 57416: {Rune: ',', Keypad: true},
	57417: {Code: vt.KeyLeft, Keypad: true}, 57418: {Code: vt.KeyRight, Keypad: true},
	57419: {Code: vt.KeyUp, Keypad: true}, 57420: {Code: vt.KeyDown, Keypad: true},
	57421: {Code: vt.KeyPageUp, Keypad: true}, 57422: {Code: vt.KeyPageDown, Keypad: true},
	57423: {Code: vt.KeyHome, Keypad: true}, 57424: {Code: vt.KeyEnd, Keypad: true},
	57425: {Code: vt.KeyInsert, Keypad: true}, 57426: {Code: vt.KeyDelete, Keypad: true}, 57427: {Code: vt.KeyBegin, Keypad: true},
}

// modifiers reads a parameter that says which modifiers are held: 1 is none.
func modifiers(p int) vt.Mod {
	if p < 1 || p > 256 {
		return 0
	}
	return vt.Mod(p - 1)
}

// csi takes a control sequence apart.
func (in *input) csi(b []byte) (int, any) {
	i := 2
	if i < len(b) && b[i] == '[' { // the Linux console's function keys
		if len(b) < 4 {
			return 0, nil
		}
		if c := b[3]; c >= 'A' && c <= 'E' {
			return 4, vt.Key{Code: vt.KeyF(int(c-'A') + 1)}
		}
		return 4, nil
	}
	for i < len(b) && b[i] >= 0x20 && b[i] <= 0x3f {
		i++
	}
	if i == len(b) {
		return 0, nil
	}
	final, body := b[i], string(b[2:i])
	if final < '@' && final != '$' || final > '~' {
		return i, nil // broken off by what begins here
	}
	n := i + 1
	if final == 'M' && body == "" { // the mouse in the oldest way
		if len(b) < n+3 {
			return 0, nil
		}
		return n + 3, in.mouse(int(b[n])-32, int(b[n+1])-32, int(b[n+2])-32, true)
	}
	if strings.HasSuffix(body, "$") && final == '~' || strings.HasPrefix(body, "?") || strings.HasPrefix(body, ">") || strings.HasPrefix(body, "=") {
		return n, nil // an answer
	}
	if rest, ok := strings.CutPrefix(body, "<"); ok {
		p := numbers(rest)
		if (final == 'M' || final == 'm') && len(p) == 3 {
			return n, in.mouse(p[0], p[1], p[2], final == 'M')
		}
		return n, nil
	}
	return in.key(n, final, body)
}

// key is a control sequence that stands for a key, a focus or a paste.
func (in *input) key(n int, final byte, body string) (int, any) {
	p := numbers(body)
	arg := func(i, otherwise int) int {
		if i < len(p) && p[i] > 0 {
			return p[i]
		}
		return otherwise
	}
	mods := modifiers(arg(1, 1))
	switch final {
	case 'I', 'O':
		if body == "" {
			return n, focusIn{on: final == 'I'}
		}
	case 'u':
		return n, numbered(body, mods)
	case '~', '^', '@':
		switch code := arg(0, 0); {
		case code == 200 && final == '~':
			in.pasting = true
		case code == 27 && final == '~' && len(p) >= 3:
			return n, shifted(p[2], 0, mods)
		case tildeKeys[code] != 0:
			k := vt.Key{Code: tildeKeys[code], Mods: mods}
			if final != '~' { // rxvt
				k.Mods |= vt.Ctrl
			}
			if final == '@' {
				k.Mods |= vt.Shift
			}
			return n, k
		}
	default:
		k, ok := letterKeys[final]
		if !ok || len(p) > 0 && arg(0, 1) != 1 || len(p) > 2 {
			return n, nil // a position, or nothing that is known
		}
		k.Mods |= mods
		return n, k
	}
	return n, nil
}

// numbered is a key in kitty's way: code:shifted:base ; modifiers:event ; text.
func numbered(body string, mods vt.Mod) any {
	fields := strings.Split(body, ";")
	codes := numbers(strings.ReplaceAll(fields[0], ":", ";"))
	if len(codes) == 0 {
		return nil
	}
	if len(fields) > 1 {
		if _, event, ok := strings.Cut(fields[1], ":"); ok && event == "3" {
			return nil // released
		}
	}
	upper := 0
	if len(codes) > 1 {
		upper = codes[1]
	}
	return shifted(codes[0], upper, mods)
}

// shifted is a key by its number, with the character that Shift makes of it
// where the terminal said that.
func shifted(code, upper int, mods vt.Mod) any {
	if k, ok := codeKeys[code]; ok {
		k.Mods |= mods
		return k
	}
	if code >= 57376 && code <= 57387 {
		return vt.Key{Code: vt.KeyF(code - 57376 + 13), Mods: mods}
	}
	if code < ' ' || code >= 57344 && code <= 63743 || code > unicode.MaxRune {
		return nil // a modifier alone, a media key
	}
	k := vt.Key{Rune: rune(code), Mods: mods}
	if mods&vt.Shift != 0 {
		if upper > 0 {
			k.Rune = rune(upper)
		} else if mods&^(vt.Shift|vt.CapsLock|vt.NumLock) != 0 || unicode.IsLower(k.Rune) {
			k.Rune = unicode.ToUpper(k.Rune)
		}
	}
	return k
}

// numbers reads parameters; what is missing, no number or too large is 0, and
// of parts that are joined by colons the first counts.
func numbers(s string) []int {
	if s == "" {
		return nil
	}
	var out []int
	for f := range strings.SplitSeq(s, ";") {
		f, _, _ = strings.Cut(f, ":")
		n, err := strconv.Atoi(f)
		if err != nil || n < 0 || n > 1<<24 {
			n = 0
		}
		out = append(out, n)
	}
	return out
}

// mouse reads a button number as xterm sends it; x and y count from 1.
func (in *input) mouse(b, x, y int, press bool) any {
	m := vt.Mouse{X: min(max(x-1, 0), maxCols), Y: min(max(y-1, 0), maxRows)}
	for _, mod := range []struct {
		bit int
		mod vt.Mod
	}{{4, vt.Shift}, {8, vt.Alt}, {16, vt.Ctrl}} {
		if b&mod.bit != 0 {
			m.Mods |= mod.mod
		}
	}
	low := b & 3
	switch {
	case b < 0 || b > 255:
		return nil
	case b&64 != 0:
		m.Button = vt.WheelUp + vt.Button(low)
		if !press {
			return nil
		}
		return m
	case b&128 != 0:
		if m.Button = vt.ButtonBack; low == 1 {
			m.Button = vt.ButtonForward
		}
	case low == 3:
		m.Button = vt.NoButton
	default:
		m.Button = vt.ButtonLeft + vt.Button(low)
	}
	switch {
	case b&32 != 0:
		m.Event = vt.MouseMotion
	case !press || m.Button == vt.NoButton:
		m.Event = vt.MouseRelease
		if m.Button == vt.NoButton {
			m.Button = in.button // the oldest way does not say which
		}
		in.button = vt.NoButton
	default:
		in.button = m.Button
	}
	return m
}
