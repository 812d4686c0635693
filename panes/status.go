package panes

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/gateway/display"
	"kavi/keymap"
	"kavi/session"
)

// statusBar is the last row of the screen: which session this is, what waits,
// and whether everything is as it should be.
type statusBar struct {
	*tview.Box
	*views
	m       model
	regions []region
}

// region is a part of the bar that can be pressed.
type region struct {
	from, to int // columns, the second not included
	does     click
}

func newStatusBar(v *views) *statusBar { return &statusBar{Box: tview.NewBox(), views: v} }

// Update gives the bar the truth to draw from.
func (s *statusBar) Update(m model) { s.m = m }

// piece is one thing that the bar says. Those with the highest number go first
// where the bar is too narrow; those with 0 never.
type piece struct {
	text row
	does click
	drop int
}

// Draw draws the bar.
func (s *statusBar) Draw(screen tcell.Screen) {
	x, y, width, height := s.GetRect()
	s.regions = s.regions[:0]
	fill(screen, s.look.style(bar, false), x, y, width, height)
	pieces := s.pieces()
	for total(pieces) > width {
		worst := 0
		for n, p := range pieces {
			if p.drop > pieces[worst].drop {
				worst = n
			}
		}
		if pieces[worst].drop == 0 {
			break
		}
		pieces = append(pieces[:worst], pieces[worst+1:]...)
	}
	at := x
	for n, p := range pieces {
		if n > 0 {
			at += put(screen, s.look, at, y, x+width-at, words(separator, bar))
		} else {
			at += put(screen, s.look, at, y, x+width-at, words(" ", bar))
		}
		from := at
		at += put(screen, s.look, at, y, max(x+width-at, 0), p.text)
		if p.does != clickNothing {
			s.regions = append(s.regions, region{from, at, p.does})
		}
	}
}

const (
	separator = " · "
	maxWrong  = 40 // cells of what is wrong; all of it is in the inbox
)

func total(pieces []piece) int {
	n := 1
	for i, p := range pieces {
		if i > 0 {
			n += len([]rune(separator))
		}
		n += p.text.width()
	}
	return n
}

// At says what a press of the mouse at that place of the screen is for.
func (s *statusBar) At(x, y int) click {
	_, top, _, height := s.GetRect()
	if y < top || y >= top+height {
		return clickNothing
	}
	for _, r := range s.regions {
		if x >= r.from && x < r.to {
			return r.does
		}
	}
	return clickNothing
}

func (s *statusBar) pieces() []piece {
	snap := s.m.snap
	var ps []piece
	if snap.FullAccess {
		ps = append(ps, piece{text: words(fullAccess(s.m), alert)})
	}
	if snap.Degraded {
		ps = append(ps, piece{text: words(" all is denied: the ledger cannot be written ", alert)})
	}
	if s.m.prefixed {
		return append(ps, s.prefixPieces()...)
	}
	if s.m.note != "" {
		return append(ps, piece{text: words(clip(s.m.note), bar)})
	}
	ps = append(ps, piece{text: words("kavi "+snap.Name, bar)},
		piece{text: words(display.Count(len(snap.Agents), "agent"), bar), drop: 3})
	for _, a := range snap.Agents {
		if !a.Gated && !ended(a) {
			ps = append(ps, piece{text: words(" "+a.Name+" "+orElse(a.Gate, "not gated")+" ", alert)})
		}
	}
	n := count(snap)
	if alarm := n.alarm(); alarm != "" {
		ps = append(ps, piece{text: words(alarm, alert), does: clickInbox})
	}
	look := bar
	if n.pending+n.changes > 0 && s.m.narrow {
		look = chosen
	}
	ps = append(ps, piece{text: words(n.String(), look), does: clickInbox})
	if snap.Watching != "" {
		ps = append(ps, piece{text: words("watch degraded: "+clip(snap.Watching), warning).cut(maxWrong)})
	}
	if snap.Denied > 0 {
		ps = append(ps, piece{text: words(fmt.Sprintf("%d denied", snap.Denied), bar), drop: 4})
	}
	if len(snap.Banner) > 0 {
		ps = append(ps, piece{text: words(clip(snap.Banner[0]), warning).cut(maxWrong)})
	}
	ps = append(ps, piece{text: words("prefix "+s.m.prefix, bar), drop: 2},
		piece{text: words(s.hint(keymap.Help, "help"), bar), does: clickHelp, drop: 1},
		piece{text: words(s.hint(keymap.Detach, "detach"), bar), does: clickDetach, drop: 5})
	return ps
}

func (s *statusBar) hint(a keymap.Action, what string) string {
	if key := s.keys.Show(keymap.Prefix, a); key != "" {
		return key + " " + what
	}
	return what
}

// prefixPieces say what may follow the prefix.
func (s *statusBar) prefixPieces() []piece {
	ps := []piece{{text: words(s.m.prefix, accent)}}
	for n, p := range []struct {
		action keymap.Action
		what   string
	}{
		{keymap.OpenInbox, "inbox"},
		{keymap.Help, "help"},
		{keymap.Detach, "detach"},
		{keymap.NewAgent, "new agent"},
		{keymap.CloseAgent, "close"},
		{keymap.Zoom, "zoom"},
		{keymap.CopyMode, "scroll"},
		{keymap.OpenLedger, "ledger"},
		{keymap.FullAccess, "full access"},
		{keymap.SetLevel, "level"},
		{keymap.NextPane, "next pane"},
	} {
		ps = append(ps, piece{text: words(s.hint(p.action, p.what), bar), drop: n + 1})
	}
	return ps
}

// strip is the one line above the status bar that names what should be looked at
// first: a change of a protected file, the oldest approval, another change;
// where the screen is too narrow to show the inbox beside the panes.
type strip struct {
	*tview.Box
	*views
	m model
}

func newStrip(v *views) *strip { return &strip{Box: tview.NewBox(), views: v} }

// Update gives the strip the truth to draw from.
func (s *strip) Update(m model) { s.m = m }

// Draw draws the strip; it is empty while nothing waits.
func (s *strip) Draw(screen tcell.Screen) {
	x, y, width, height := s.GetRect()
	fill(screen, s.look.style(plain, false), x, y, width, height)
	for _, it := range items(s.m.snap) {
		if it.asks != nil && it.asks.State != session.Pending {
			continue
		}
		hint := words(fmt.Sprintf("  %s %s: inbox", s.m.prefix, s.keys.Show(keymap.Prefix, keymap.OpenInbox)), accent)
		if more := s.others(it); more != "" && !it.protected() { // that needs the room
			hint = line(words("  and "+more, faint), hint)
		}
		n := put(screen, s.look, x, y, max(width-hint.width(), 0), s.named(it, width-hint.width()))
		put(screen, s.look, x+n, y, width-n, hint)
		return
	}
}

// named is the item that the strip names.
func (s *strip) named(it item, width int) row {
	if c := it.change; c != nil {
		look, left := plain, line(words("▸ ", warning), words(c.ID+" ", strong))
		if c.Protected {
			look, left = danger, line(words(" PROTECTED ", alert), words(" "+c.ID+" ", strong))
		}
		ago := words(" "+age(s.m.now.Sub(c.Since))+" ago", faint)
		return line(left, changeRow(c, max(width-left.width()-ago.width(), 0), look), ago)
	}
	a := it.asks
	return line(words("▸ ", warning), words(a.ID+" ", strong), words(a.Agent+" ", accent),
		words(orElse(a.Text.Verb, "Run")+" "+clip(a.Text.Object), riskRole(a)), words(" "+age(s.m.now.Sub(a.Since))+" ago", faint))
}

// others is how much waits beside the item that the strip names, "" for nothing.
func (s *strip) others(it item) string {
	n := count(s.m.snap)
	pending, changes := n.pending, n.changes
	word := "%d more"
	if it.change != nil {
		changes, word = changes-1, "%d pending"
	} else {
		pending--
	}
	var parts []string
	if pending > 0 {
		parts = append(parts, fmt.Sprintf(word, pending))
	}
	if changes > 0 {
		parts = append(parts, display.Count(changes, "change"))
	}
	return strings.Join(parts, ", ")
}
