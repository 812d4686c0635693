package vt

import (
	"sync/atomic"
	"unicode"

	"github.com/mattn/go-runewidth"
	"github.com/rivo/uniseg"
)

// prop is what printing must know of a rune: its width, and whether it may join
// the cluster before it.
type prop uint8

const (
	propWidth    prop = 3      // 0 joins whatever stands before it
	propPict     prop = 1 << 2 // an emoji: joins one that ends with a joiner
	propRegional prop = 1 << 3 // a letter of a flag: two make one
	propModifier prop = 1 << 4 // a skin tone: joins an emoji
	propJoins         = propPict | propRegional | propModifier
)

const (
	joiner   = 0x200d
	selector = 0xfe0f // VS16: show the character before as an emoji
)

// propPages holds the properties of 256 runes a page, worked out when a page is
// first needed: nearly all of Unicode never is.
var propPages [(unicode.MaxRune + 1) >> 8]atomic.Pointer[[256]prop] //nolint:gochecknoglobals // a table, filled lazily

func propOf(r rune) prop {
	page := propPages[uint32(r)>>8].Load()
	if page == nil {
		page = makePropPage(r &^ 0xff)
		propPages[uint32(r)>>8].Store(page) // a second maker makes the same
	}
	return page[r&0xff]
}

func makePropPage(from rune) *[256]prop {
	page := new([256]prop)
	// The zero condition: no East Asian locale, whatever this process's is.
	wide := &runewidth.Condition{}
	for i := range page {
		r := from + rune(i)
		switch {
		case zeroWidth(r):
		case wide.RuneWidth(r) == 2:
			page[i] = 2
		default:
			page[i] = 1
		}
		switch {
		case r >= 0x1f1e6 && r <= 0x1f1ff:
			page[i] |= propRegional
		case r >= 0x1f3fb && r <= 0x1f3ff:
			page[i] |= propModifier
		case page[i] != 0 && r >= 0xa9 && joinsAfter("\U0001f468\u200d", r) && !joinsAfter("a", r):
			page[i] |= propPict
		}
	}
	return page
}

// zeroWidth follows the usual wcwidth: marks and format characters, but not those
// that can be seen, and the middles and ends of Hangul syllables.
func zeroWidth(r rune) bool {
	switch {
	case r == 0xad, r >= 0x600 && r <= 0x605, r == 0x6dd, r == 0x70f, r == 0x890, r == 0x891, r == 0x8e2, r == 0x110bd, r == 0x110cd:
		return false
	case r >= 0x1160 && r <= 0x11ff, r >= 0xd7b0 && r <= 0xd7ff, r == 0x2028, r == 0x2029, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf)
}

// joinsAfter tells whether r is of the same grapheme cluster as the text before it.
func joinsAfter(text string, r rune) bool {
	_, rest, _, _ := uniseg.FirstGraphemeClusterInString(text+string(r), -1)
	return rest == ""
}
