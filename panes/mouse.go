package panes

import (
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/pty/vt"
)

// mouse is what was pressed where, until it is let go.
type mouse struct {
	pane    *pane // the pane that gets what follows, nil: none
	forward bool  // the agent gets it
	x, y    int   // where it was pressed, in the pane
	at      time.Time
	clicks  int
}

// wheelRows is how many rows one turn of the wheel scrolls.
const wheelRows = 3

// mouseEvent takes one event of the mouse: it belongs to the topmost view, the
// status bar, the inbox, or the pane it is in. What begins in a pane stays its.
func (a *app) mouseEvent(in mouseIn) {
	press := in.Event == vt.MousePress && !wheel(in.Button)
	if press || wheel(in.Button) {
		a.active(in.at)
	}
	if p := a.mouse.pane; p != nil && !press && !wheel(in.Button) {
		a.paneMouse(p, in)
		if in.Event == vt.MouseRelease {
			a.mouse.pane = nil
		}
		return
	}
	switch {
	case a.lay.status.has(in.X, in.Y):
		if press && in.Button == vt.ButtonLeft {
			a.click(in.X, in.Y)
		}
	case len(a.over) > 0:
		a.viewMouse(a.over[len(a.over)-1], in)
	case a.inboxShown() && a.inboxRect().has(in.X, in.Y):
		if press {
			a.inInbox, a.dirty = true, true
			a.refocus(in.at)
		}
		a.viewMouse(a.inbox, in)
	case a.lay.narrow && a.lay.keys.has(in.X, in.Y):
		if press {
			a.openInbox()
		}
	default:
		if t, ok := a.lay.at(in.X, in.Y); ok && a.panes[t.agent] != nil {
			if press {
				a.goTo(t.agent)
			}
			a.paneMouse(a.panes[t.agent], in)
		}
	}
}

func wheel(b vt.Button) bool { return b >= vt.WheelUp && b <= vt.WheelRight }

func (a *app) inboxRect() rect {
	x, y, w, h := a.inbox.GetRect()
	return rect{x, y, w, h}
}

// click does what a place in the status bar says.
func (a *app) click(x, y int) {
	switch a.status.At(x, y) {
	case clickInbox:
		a.openInbox()
	case clickHelp:
		a.push(newHelp(a.views))
	case clickDetach:
		a.stop(Detached, nil)
	case clickNothing:
	}
}

// viewMouse hands an event to a view in tview's way, and the wheel as keys to a
// view that knows none of the mouse.
func (a *app) viewMouse(v view, in mouseIn) {
	var action tview.MouseAction
	var button tcell.ButtonMask
	key := vt.Key{Code: vt.KeyDown}
	switch {
	case in.Button == vt.WheelUp:
		action, button, key.Code = tview.MouseScrollUp, tcell.WheelUp, vt.KeyUp
	case in.Button == vt.WheelDown:
		action, button = tview.MouseScrollDown, tcell.WheelDown
	case in.Button == vt.ButtonLeft && in.Event == vt.MousePress:
		action, button = tview.MouseLeftClick, tcell.ButtonPrimary
	default:
		return
	}
	a.dirty = true
	if handler := v.MouseHandler(); handler != nil {
		ev := tcell.NewEventMouse(in.X, in.Y, button, tcell.ModNone)
		if used, _ := handler(action, ev, func(tview.Primitive) {}); used {
			return
		}
	}
	if action != tview.MouseLeftClick {
		v.Key(eventKey(key), in.at)
	}
}

// paneMouse is the mouse in a pane: the program gets what it asked for; else the
// wheel scrolls back, and a drag selects.
func (a *app) paneMouse(p *pane, in mouseIn) {
	press := in.Event == vt.MousePress && !wheel(in.Button)
	x, y := in.X-p.body.x, in.Y-p.body.y
	inside := x >= 0 && y >= 0 && x < p.w && y < p.h
	if press {
		again := in.at.Sub(a.mouse.at) < doubleClick && a.mouse.x == x && a.mouse.y == y
		clicks := 1
		if again {
			clicks = a.mouse.clicks%3 + 1
		}
		a.mouse = mouse{x: x, y: y, at: in.at, clicks: clicks}
		if !inside {
			return // on the frame
		}
		a.mouse.pane = p
	} else if a.mouse.pane == nil && !inside {
		return
	}
	if p.copy == nil && a.forward(p, in, x, y) {
		a.mouse.forward = a.mouse.forward || press
		return
	}
	if a.mouse.forward {
		return
	}
	a.selectMouse(p, in, x, y, press)
}

// forward gives the program an event that it asked for.
func (a *app) forward(p *pane, in mouseIn, x, y int) (wanted bool) {
	a.program(p.agent, func(t *vt.Terminal) {
		mode := t.Modes()
		if mode.Mouse == vt.MouseNone && (!wheel(in.Button) || !mode.AltScreen || !mode.AltScroll) {
			return
		}
		wanted = true
		m := in.Mouse
		m.X, m.Y = min(max(x, 0), max(p.w-1, 0))+p.offX, min(max(y, 0), max(p.h-1, 0))+p.offY
		if m.X < p.cols && m.Y < p.rows {
			a.emit(p.agent, t.MouseBytes(m))
		}
	})
	return wanted
}

// selectMouse scrolls and selects by the mouse.
func (a *app) selectMouse(p *pane, in mouseIn, x, y int, press bool) {
	a.dirty, p.stale = true, true
	a.host.view(p.agent, func(t *vt.Terminal) {
		switch {
		case in.Button == vt.WheelUp || in.Button == vt.WheelDown:
			p.wheelCopy(t, in.Button == vt.WheelUp)
		case in.Button != vt.ButtonLeft && in.Event == vt.MousePress:
		case press && a.mouse.clicks > 1:
			p.selectAround(t, x, y, a.mouse.clicks)
		case press && p.copy != nil:
			p.copy.from = nil
			s := p.copy.here(p, x, y)
			p.copy.x, p.copy.at = s.x, s.row
		case in.Event == vt.MouseMotion && in.Button == vt.ButtonLeft:
			p.dragCopy(t, a.mouse.x, a.mouse.y, x, y)
		case in.Event == vt.MouseRelease && p.copy != nil && p.copy.drag:
			text := p.copy.text(t)
			p.leaveCopy()
			if text != "" {
				a.clip(text)
			}
		}
	})
}

// wheelCopy scrolls back; going down again to the newest row ends it.
func (p *pane) wheelCopy(t *vt.Terminal, up bool) {
	if p.copy == nil {
		if !up || t.ScrollbackLen() == 0 {
			return
		}
		p.enterCopy(t)
		p.copy.wheel = true
	}
	p.copy.limits(t)
	by := wheelRows
	if up {
		by = -wheelRows
	}
	p.copy.scroll(p, by)
	if !up && p.copy.wheel && p.copy.from == nil && p.copy.atBottom(p) {
		p.leaveCopy()
	}
}

// dragCopy selects from where the mouse was pressed to where it is; beyond the
// pane's edge it scrolls.
func (p *pane) dragCopy(t *vt.Terminal, fromX, fromY, x, y int) {
	if p.copy == nil {
		p.enterCopy(t)
	}
	m := p.copy
	m.limits(t)
	if m.from == nil {
		s := m.here(p, fromX, fromY)
		m.from, m.drag = &s, true
	}
	switch {
	case y < 0:
		m.scroll(p, -1)
	case y >= p.h:
		m.scroll(p, 1)
	}
	s := m.here(p, x, y)
	m.x, m.at = s.x, min(s.row, m.newest)
}

// selectAround selects the word (two clicks) or the line (three) at a place.
func (p *pane) selectAround(t *vt.Terminal, x, y, clicks int) {
	if p.copy == nil {
		p.enterCopy(t)
	}
	m := p.copy
	at := m.here(p, x, y)
	base := int64(t.Scrolled())
	from, to := t.Word(vt.Pos{X: at.x, Y: int(at.row - base)})
	if clicks == 3 {
		from, to = t.WholeLine(int(at.row - base))
	}
	m.from, m.drag = &spot{from.X, int64(from.Y) + base}, true
	m.x, m.at = to.X, int64(to.Y)+base
}
