package shell

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// The bounds of an analysis. Past one of them the answer is opaque.
const (
	maxBytes   = 128 << 10
	maxNesting = 100
	maxParts   = 2000
	maxWords   = 1000  // of one command
	maxSteps   = 20000 // nodes walked, files looked at
	maxText    = 16    // times maxBytes that expansions make and that parts show, in all
	maxBraces  = 64    // words that one brace expansion makes
	maxInner   = 4     // times maxBytes that sh -c, eval and functions may parse in all
)

// prescan says why a command line is not even parsed, or "". The parser is
// recursive and dies, unrecoverably, on deep nesting, so brackets are counted
// here first. The count is crude, quotes are not understood; what gets past it
// meets the depth check of feeder.
func prescan(s string) string {
	if len(s) > maxBytes {
		return fmt.Sprintf("longer than %d bytes", maxBytes)
	}
	depth, deepest := 0, 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			switch c {
			case '(', '{':
				depth++
				deepest = max(deepest, depth)
			case ')', '}':
				depth = max(0, depth-1)
			case '\t', '\n':
			case 0:
				return "holds a NUL byte"
			default:
				if c < ' ' || c == 0x7f {
					return fmt.Sprintf("holds the control character %#02x", c)
				}
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size <= 1 {
			return "is not valid UTF-8"
		}
		if hidden(r) {
			return fmt.Sprintf("holds the invisible or misleading character U+%04X", r)
		}
		i += size
	}
	if deepest > maxNesting {
		return fmt.Sprintf("nests deeper than %d", maxNesting)
	}
	return ""
}

// hidden reports characters that a reader does not see, or sees elsewhere than
// where they stand: blanks other than the space, format characters (zero
// width, direction), line separators, C1 controls, private use, blank letters.
func hidden(r rune) bool {
	switch {
	case r < 0xa0:
		return r >= 0x80
	case unicode.Is(unicode.Zs, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r),
		unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), unicode.Is(unicode.Variation_Selector, r):
		return true
	}
	switch r {
	case 0x115f, 0x1160, 0x3164, 0xffa0, 0x2800, 0x034f, 0x17b4, 0x17b5:
		return true
	}
	return false
}
