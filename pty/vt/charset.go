package vt

// charset is a set of 94 characters that ASCII can be mapped to.
type charset uint8

const (
	charsetASCII charset = iota
	charsetUK
	charsetLines // DEC special graphics
	charsets
)

func charset94(final byte) charset {
	switch final {
	case 'A':
		return charsetUK
	case '0', '2':
		return charsetLines
	}
	return charsetASCII
}

// lineGraphics are the characters 0x5f to 0x7e of DEC special graphics.
var lineGraphics = [32]rune{
	'\u00a0', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼',
	'⎺', '⎻', '─', '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
}

func (s charset) rune(c byte) rune {
	switch {
	case s == charsetUK && c == '#':
		return '£'
	case s == charsetLines && c >= 0x5f:
		return lineGraphics[c-0x5f]
	}
	return rune(c)
}
