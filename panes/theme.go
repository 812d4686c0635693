package panes

import "github.com/gdamore/tcell/v2"

// role is what a piece of text is to its reader; the theme says how that looks.
type role uint8

// The roles.
const (
	plain role = iota
	faint
	strong
	frame   // borders, rules
	accent  // ids, labels, what can be pressed
	good    // added, approved
	gone    // removed in a diff
	warning // risk high, lapsed, paused
	danger  // full access, not gated, destructive: the only use of red on a ground
	alert   // a line that must not be overlooked, red on a ground
	chosen  // the row under the cursor
	bar     // the status bar
	roles   // how many
)

// theme maps roles to styles for one attached terminal. It uses the terminal's
// own 16 colours, which its owner has chosen to be readable, and says nothing
// by colour alone: without colours the same is bold, underlined or reverse.
type theme struct{ styles [roles]tcell.Style }

// newTheme makes the theme for a terminal of that many colours; noColor is the
// client's NO_COLOR.
func newTheme(colors int, noColor bool) *theme {
	d := tcell.StyleDefault
	t := &theme{}
	t.styles[plain] = d
	t.styles[faint] = d.Dim(true)
	t.styles[strong] = d.Bold(true)
	t.styles[frame] = d
	t.styles[accent] = d.Bold(true)
	t.styles[good] = d
	t.styles[gone] = d.Dim(true)
	t.styles[warning] = d.Bold(true)
	t.styles[danger] = d.Bold(true).Underline(true)
	t.styles[alert] = d.Bold(true).Reverse(true)
	t.styles[chosen] = d.Bold(true)
	t.styles[bar] = d.Reverse(true)
	if noColor || colors < 8 {
		return t
	}
	// Bright colours are 8 to 15 where there are 16, else bold makes them so.
	colour := func(n int) tcell.Color {
		if colors >= 16 {
			n += 8
		}
		return tcell.PaletteColor(n)
	}
	const red, green, yellow, cyan = 1, 2, 3, 6
	t.styles[accent] = d.Foreground(tcell.PaletteColor(cyan))
	t.styles[good] = d.Foreground(tcell.PaletteColor(green))
	t.styles[gone] = d.Foreground(tcell.PaletteColor(red))
	t.styles[warning] = d.Foreground(tcell.PaletteColor(yellow)).Bold(true)
	t.styles[danger] = d.Foreground(colour(red)).Bold(true)
	t.styles[alert] = d.Background(tcell.PaletteColor(red)).Foreground(colour(7)).Bold(true)
	return t
}

// style gives the look of a role. An escape stands for what is not text, so it
// is shown reversed whatever its role.
func (t *theme) style(r role, escape bool) tcell.Style {
	s := t.styles[r]
	if escape {
		_, _, attrs := s.Decompose()
		s = s.Reverse(attrs&tcell.AttrReverse == 0)
	}
	return s
}
