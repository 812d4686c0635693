package display

import (
	"strings"
	"unicode"
)

// script is a class of letters that belong together in one word.
type script uint8

const (
	latin script = 1 << iota
	greek
	cyrillic
	han
	kana
	bopomofo
	hangul
	another
)

// eastAsian may stand together and beside Latin, as in the "highly restrictive"
// level of Unicode's UTS 39: "Tシャツ" is an ordinary word.
const eastAsian = latin | han | kana | bopomofo | hangul

// imitates holds letters that are drawn like a Latin one: Cyrillic, Greek,
// Armenian, Cherokee, Lisu.
const imitates = "асеһіјӏорԛѕухԝѵԁ" + "АВСЕНІЈКӀМОРԚЅТХУԜ" +
	"αγινορυχϲϳ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" +
	"օոսհցզյք" + "ԼՕՍՏ" +
	"ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᏀᏂᏃᏎᏏᏒᏔᏙᏚᏞᏟᏢᏦᏭᏮᏳᏴ" +
	"ꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓞꓟꓠꓡꓢꓣꓤꓥꓦꓧꓨꓩꓪꓫꓬꓮꓰꓲꓳꓴ"

// word is what is known of the letters since the last separator.
type word struct {
	scripts   script
	letters   int
	lookalike int  // letters of another script that look like a Latin one
	disguised bool // a full-width or mathematical form of an ASCII character
}

// add takes r into the word; false means that r separates words.
func (w *word) add(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		w.scripts |= latin
		w.letters++
		return true
	case '0' <= r && r <= '9':
		return true
	case r < 0x80:
		return false
	case disguise(r):
		w.disguised = true
		return true
	case unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd):
		return true
	case !unicode.IsLetter(r):
		return false
	}
	w.letters++
	w.scripts |= scriptOf(r)
	if strings.ContainsRune(imitates, r) {
		w.lookalike++
	}
	return true
}

func scriptOf(r rune) script {
	switch {
	case unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	case unicode.Is(unicode.Greek, r):
		return greek
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return kana
	case unicode.Is(unicode.Bopomofo, r):
		return bopomofo
	case unicode.Is(unicode.Hangul, r):
		return hangul
	case unicode.In(r, unicode.Common, unicode.Inherited):
		return 0 // "ー" and the like belong to any script
	}
	return another
}

// suspicious reports whether the word mixes scripts or passes for what it is not.
func (w *word) suspicious() bool {
	if w.disguised || w.lookalike > 0 && w.lookalike == w.letters {
		return true
	}
	one := w.scripts&(w.scripts-1) == 0
	return !one && w.scripts&^eastAsian != 0
}

// disguise reports whether r reads as an ASCII letter, digit or slash without being one.
func disguise(r rune) bool {
	switch {
	case 0xff10 <= r && r <= 0xff19, 0xff21 <= r && r <= 0xff3a, 0xff41 <= r && r <= 0xff5a, // full width
		0x1d400 <= r && r <= 0x1d7ff,                       // mathematical
		0x24b6 <= r && r <= 0x24e9,                         // circled
		0x2160 <= r && r <= 0x217f,                         // Roman numerals
		r == 0x2044, r == 0x2215, r == 0x29f8, r == 0xff0f, // slashes
		r == 0x0237, r == 0x0251, r == 0x0261, r == 0x0269, // Latin j, a, g, i of phonetics
		r == 0x01c3, r == 0x2113, r == 0x212a, r == 0x212f, r == 0x2134: // !, l, K, e, o
		return true
	}
	return false
}
