package vt

// Color is a colour as a program asked for it: the terminal's default (0), one of
// the palette (1<<24 | index), or a fixed one (2<<24 | 0xRRGGBB).
type Color uint32

const (
	colorIndexed Color = 1 << 24
	colorRGB     Color = 2 << 24
	colorKind    Color = 3 << 24
)

// Indexed is colour i of the palette.
func Indexed(i uint8) Color { return colorIndexed | Color(i) }

// RGB is a colour that no palette changes.
func RGB(r, g, b uint8) Color {
	return colorRGB | Color(r)<<16 | Color(g)<<8 | Color(b)
}

// Default tells whether c is the terminal's own foreground or background.
func (c Color) Default() bool { return c&colorKind == 0 }

// Index is the place in the palette; false for other colours.
func (c Color) Index() (uint8, bool) { return uint8(c), c&colorKind == colorIndexed }

// RGB takes the parts of a fixed colour; false for other colours.
func (c Color) RGB() (r, g, b uint8, ok bool) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c), c&colorKind == colorRGB
}

// Attr is a set of attributes. A styled underline has Underline set too.
type Attr uint16

// The attributes of SGR.
const (
	Bold Attr = 1 << iota
	Dim
	Italic
	Blink
	Reverse
	Hidden
	Strike
	Overline
	Underline
	DoubleUnderline
	CurlyUnderline
	DottedUnderline
	DashedUnderline

	anyUnderline = Underline | DoubleUnderline | CurlyUnderline | DottedUnderline | DashedUnderline
)

// LinkID names a hyperlink (OSC 8) until the next Write; 0 is none.
type LinkID uint32

// Style is how a cell looks. Comparable: equal styles look the same.
type Style struct {
	Fg, Bg    Color
	Underline Color // of the line under the text; the default follows Fg
	Attr      Attr
	Link      LinkID
}
