package vt

import (
	"strconv"
	"unicode"
)

// kittyNumbers are the keys that kitty numbers in its own way; the other function
// keys are as in xterm.
var kittyNumbers = map[KeyCode]int{
	KeyEscape: 27, KeyEnter: 13, KeyTab: 9, KeyBackspace: 127,
	KeyPrint: 57361, KeyPause: 57362, KeyMenu: 57363,
}

// kittyKey is what a key sends under the kitty keyboard protocol
// (sw.kovidgoyal.net/kitty/keyboard-protocol).
func (t *Terminal) kittyKey(k Key) []byte {
	flags := t.s.kitty.flags
	all := flags&kittyAllKeys != 0
	if k.Event != Press && flags&kittyEvents == 0 {
		if k.Event == Release {
			return nil
		}
		k.Event = Press
	}
	if !all {
		k.Mods &^= lockMods
	}
	// These are more than functions.
	//exhaustive:ignore
	switch k.Code {
	case KeyNone:
		return t.kittyRune(k, flags)
	case KeyEnter, KeyTab, KeyBackspace:
		if !all && (k.Mods == 0 || flags&kittyDisambiguate == 0) {
			if k.Event == Release {
				return nil
			}
			return t.legacyKey(k)
		}
	case KeyEscape:
		if flags&(kittyDisambiguate|kittyAllKeys) == 0 {
			if k.Event == Release {
				return nil
			}
			return t.legacyKey(k)
		}
	}
	if n, ok := kittyNumbers[k.Code]; ok {
		return kittyForm(strconv.Itoa(n), k, "", 'u')
	}
	if k.Code >= KeyF1+12 && k.Code < KeyF1+24 {
		return kittyForm(strconv.Itoa(57376+int(k.Code-KeyF1-12)), k, "", 'u')
	}
	var none Mod
	f := functionOf(k.Code, &none)
	switch {
	case f.number == 0:
		return nil
	case k.Code == KeyF1+2:
		f = function{13, '~'} // CSI R is a cursor report
	case f.number == 1 && k.Mods == 0 && k.Event == Press:
		if flags&(kittyDisambiguate|kittyAllKeys) == 0 {
			return t.legacyKey(k)
		}
		return []byte{0x1b, '[', f.final}
	}
	return kittyForm(strconv.Itoa(f.number), k, "", f.final)
}

// kittyRune is a key that is a character.
func (t *Terminal) kittyRune(k Key, flags uint8) []byte {
	if k.Rune == 0 {
		return nil
	}
	all := flags&kittyAllKeys != 0
	if !all && (k.Mods&^Shift == 0 || flags&kittyDisambiguate == 0) {
		if k.Event == Release {
			return nil
		}
		return t.legacyRune(k.Rune, k.Mods&(Shift|Alt|Ctrl), k.Keypad)
	}
	// The protocol wants the key without Shift. For letters that can be known.
	typed := k.Rune
	if low := unicode.ToLower(typed); low != typed {
		k.Rune = low
		if k.Mods&CapsLock == 0 {
			k.Mods |= Shift
		}
	} else if k.Mods&Shift != 0 {
		typed = unicode.ToUpper(typed)
	}
	code := strconv.Itoa(int(k.Rune))
	if flags&kittyAlternates != 0 && k.Mods&Shift != 0 && typed != k.Rune {
		code += ":" + strconv.Itoa(int(typed))
	}
	text := ""
	if flags&kittyText != 0 && all && k.Event != Release && k.Mods&^(Shift|lockMods) == 0 {
		text = strconv.Itoa(int(typed))
	}
	return kittyForm(code, k, text, 'u')
}

// kittyForm is CSI code ; modifiers : event ; text final, without what is not needed.
func kittyForm(code string, k Key, text string, final byte) []byte {
	b := append([]byte("\x1b["), code...)
	if k.Mods != 0 || k.Event != Press || text != "" {
		b = append(b, ';')
		if k.Mods != 0 || k.Event != Press {
			b = strconv.AppendInt(b, int64(k.Mods)+1, 10)
		}
		if k.Event != Press {
			b = append(b, ':')
			b = strconv.AppendInt(b, int64(k.Event)+1, 10)
		}
		if text != "" {
			b = append(append(b, ';'), text...)
		}
	}
	return append(b, final)
}
