package vt

import "unicode"

// PasteBytes is a pasted text as the program wants it, bracketed if it asked so.
// Lines end in CR, as if typed. Control characters are taken out but for tabs and
// line ends, so that a paste can neither end itself nor press keys.
func (t *Terminal) PasteBytes(s string) []byte {
	if s == "" {
		return nil
	}
	b := make([]byte, 0, len(s)+12)
	if t.modes.paste {
		b = append(b, "\x1b[200~"...)
	}
	last := rune(0)
	for _, r := range s {
		switch {
		case r == '\n' && last == '\r':
		case r == '\n' || r == '\r':
			b = append(b, '\r')
		case r == '\t' || !unicode.IsControl(r):
			b = append(b, string(r)...)
		}
		last = r
	}
	if t.modes.paste {
		b = append(b, "\x1b[201~"...)
	}
	return b
}

// FocusBytes tells the program that its pane has the focus or lost it; nil if it
// did not ask.
func (t *Terminal) FocusBytes(focus bool) []byte {
	switch {
	case !t.modes.focus:
		return nil
	case focus:
		return []byte("\x1b[I")
	}
	return []byte("\x1b[O")
}
