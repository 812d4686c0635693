package panes

import (
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/keymap"
	"kavi/pty/vt"
	"kavi/session"
)

// root is all of the screen, as tview knows it.
type root struct {
	*tview.Box
	app *app
}

// Draw is part of tview.Primitive.
func (r *root) Draw(to tcell.Screen) {
	_, _, cols, rows := r.GetRect()
	r.app.paint(to, cols, rows, time.Now())
}

// model is what views draw from now.
func (a *app) model(now time.Time) model {
	return model{
		snap: a.snap, now: now, pane: a.agent, prefix: a.keys.keys.Prefix().String(),
		prefixed: a.keys.waiting, note: a.note, narrow: a.lay.narrow,
	}
}

// arrange lays the screen out, and notes when that changes.
func (a *app) arrange(cols, rows int, now time.Time) {
	old := a.lay
	a.lay = arrange(cols, rows, a.names(), a.agent, a.zoom)
	for _, t := range a.lay.tiles {
		if was, ok := old.find(t.agent); ok && was.frame != t.frame {
			a.sizes.moved(now)
		}
	}
	for name, p := range a.panes {
		t, _ := a.lay.find(name)
		p.place(t.frame.inner())
	}
}

// paint draws one frame.
func (a *app) paint(to tcell.Screen, cols, rows int, now time.Time) {
	a.second = now.Unix()
	a.arrange(cols, rows, now)
	m := a.model(now)
	for _, t := range a.lay.tiles {
		if p := a.panes[t.agent]; p.h > 0 {
			// The number first: what comes between the two is drawn twice, not never.
			if n := a.host.drawn(t.agent); n != p.seen || p.stale || p.due(now) || p.copy != nil {
				p.seen = n
				a.host.view(t.agent, func(v *vt.Terminal) { p.read(v, now) })
			}
		}
	}
	a.paintPanes(to, now)
	a.inbox.Update(m)
	a.line.Update(m)
	a.strip.Update(m)
	a.status.Update(m)
	switch {
	case !a.lay.narrow:
		a.inbox.SetRect(a.lay.inbox.x, a.lay.inbox.y, a.lay.inbox.w, a.lay.inbox.h)
		a.inbox.Draw(to)
	case a.inInbox:
		a.inbox.SetRect(a.inbox.Place(cols, rows))
		a.inbox.Draw(to)
	}
	if a.inboxShown() {
		a.line.SetRect(a.lay.keys.x, a.lay.keys.y, a.lay.keys.w, a.lay.keys.h)
		a.line.Draw(to)
	} else {
		a.strip.SetRect(a.lay.keys.x, a.lay.keys.y, a.lay.keys.w, a.lay.keys.h)
		a.strip.Draw(to)
	}
	for _, v := range a.over {
		v.Update(m)
		v.SetRect(v.Place(cols, rows))
		v.Draw(to)
	}
	a.status.SetRect(a.lay.status.x, a.lay.status.y, a.lay.status.w, a.lay.status.h)
	a.status.Draw(to)
	a.paintCursor(to)
}

// paintPanes draws the agents' panes: first the lines, those of the focused pane
// last so that they are seen as its, then what the lines hold.
func (a *app) paintPanes(to tcell.Screen, now time.Time) {
	if len(a.lay.tiles) == 0 {
		a.paintEmpty(to)
		return
	}
	active := a.top() == nil
	for _, t := range a.lay.tiles {
		frameLines(to, t.frame, a.theme.style(frame, false))
	}
	if t, ok := a.lay.find(a.agent); ok && active && len(a.lay.tiles) > 1 {
		frameLines(to, t.frame, a.theme.style(accent, false))
	}
	for _, t := range a.lay.tiles {
		p := a.panes[t.agent]
		p.draw(to, a.theme.style(faint, false))
		if ag := a.find(t.agent); ag != nil && p.copy == nil {
			a.paintNotes(to, ag, p.body, now)
		}
		a.paintTitle(to, t, p, active && t.agent == a.agent)
	}
	if last := a.lay.tiles[len(a.lay.tiles)-1].frame; a.lay.hidden > 0 {
		put(to, a.theme, last.x+2, last.y+last.h-1, last.w-4, words(" and "+display.Count(a.lay.hidden, "agent")+" more ", faint))
	}
}

// paintEmpty is the place of the panes where there is no agent.
func (a *app) paintEmpty(to tcell.Screen) {
	r := a.lay.panes
	if r.w < 2 || r.h < 2 {
		return
	}
	frameLines(to, r, a.theme.style(frame, false))
	put(to, a.theme, r.x+2, r.y+1, r.w-4, line(words("no agents: ", faint),
		words(a.keys.keys.Prefix().String()+" "+a.keys.keys.Show(keymap.Prefix, keymap.NewAgent), accent),
		words(" starts one", faint)))
}

// frameLines draws the four lines of a frame, joined to those that are there.
func frameLines(to tcell.Screen, f rect, st tcell.Style) {
	right, bottom := f.x+f.w-1, f.y+f.h-1
	for x := f.x + 1; x < right; x++ {
		tview.PrintJoinedSemigraphics(to, x, f.y, '─', st)
		tview.PrintJoinedSemigraphics(to, x, bottom, '─', st)
	}
	for y := f.y + 1; y < bottom; y++ {
		tview.PrintJoinedSemigraphics(to, f.x, y, '│', st)
		tview.PrintJoinedSemigraphics(to, right, y, '│', st)
	}
	tview.PrintJoinedSemigraphics(to, f.x, f.y, '┌', st)
	tview.PrintJoinedSemigraphics(to, right, f.y, '┐', st)
	tview.PrintJoinedSemigraphics(to, f.x, bottom, '└', st)
	tview.PrintJoinedSemigraphics(to, right, bottom, '┘', st)
}

// paintTitle writes into a pane's upper line: who it is and what it does on the
// left, how it is gated on the right; between them what it calls itself, where
// there is room.
func (a *app) paintTitle(to tcell.Screen, t tile, p *pane, active bool) {
	ag := a.find(t.agent)
	if ag == nil {
		return
	}
	look := plain
	if active {
		look = strong
	}
	state, role := stateText(ag)
	left := line(words(" "+ag.Name+" ", look), words(state+" ", role))
	switch ag.Level {
	case gateway.LevelDefault:
	case gateway.LevelNone:
		left = line(left, words("· level none ", danger))
	case gateway.LevelOnWrite, gateway.LevelOnCommit, gateway.LevelAlways:
		left = line(left, words("· "+string(ag.Level)+" ", accent))
	}
	switch {
	case p.copy != nil:
		left = line(left, words(p.copy.where(p)+" ", warning))
	case p.cropped():
		what := "its size: "
		if p.cols > p.w || p.rows > p.h {
			what = "cropped: "
		}
		left = line(left, words(what+itoa(int64(p.cols))+"x"+itoa(int64(p.rows))+" ", warning))
	}
	if ag.Attention && !active {
		left = line(left, words("! ", warning))
	}
	if a.lay.zoomed {
		left = line(left, words("zoomed ", faint))
	}
	gate, gateRole := orElse(ag.Gate, "not gated"), faint
	if !ag.Gated {
		gateRole = alert
	}
	right := line(words(" "+gate+" ", gateRole))
	room := t.frame.w - 4
	if ag.Gated && left.width()+right.width() > room {
		right = nil // what is wrong is never left out, what is right may be
	}
	left = line(left, whereText(ag, room-left.width()-right.width()))
	left = left.cut(max(room-right.width(), 0))
	n := put(to, a.theme, t.frame.x+1, t.frame.y, room, left)
	if right != nil {
		put(to, a.theme, t.frame.x+t.frame.w-2-right.width(), t.frame.y, right.width(), right)
	}
	if free := room - n - right.width() - 3; ag.Title != "" && ag.Title != ag.Name && free > 8 && p.copy == nil {
		put(to, a.theme, t.frame.x+2+n, t.frame.y, free, words(" "+ag.Title+" ", faint).cut(free))
	}
}

// whereText says on which branch an agent works that has a worktree of its own, or
// that it has one, as there is room.
func whereText(ag *session.Agent, room int) row {
	if ag.Branch == "" {
		return nil
	}
	if on := line(words("on "+ag.Branch+" ", faint)); on.width() <= room {
		return on
	}
	return line(words("worktree ", faint))
}

// stateText says what an agent does.
func stateText(ag *session.Agent) (string, role) {
	switch ag.State {
	case session.Waiting:
		return "● waiting", warning
	case session.Working:
		return "● working", good
	case session.Starting:
		return "○ starting", faint
	case session.Idle:
		return "○ idle", faint
	case session.Paused:
		return "‖ paused", warning
	case session.Exited:
		if ag.ExitCode == 0 {
			return "○ exited 0, Enter restarts", faint
		}
		return "○ exited " + itoa(int64(ag.ExitCode)) + ", Enter restarts", danger
	case session.Lost:
		return "○ lost, Enter restarts", danger
	}
	return "○ " + string(ag.State), faint
}

// paintCursor shows the cursor of the pane that has the keys. Views show their own.
func (a *app) paintCursor(to tcell.Screen) {
	p := a.panes[a.agent]
	if a.top() != nil || p == nil || p.h == 0 {
		return
	}
	if ag := a.find(a.agent); ag != nil && ended(ag) && p.copy == nil {
		return
	}
	if x, y, shape, ok := p.cursorAt(); ok {
		to.SetCursorStyle(shape)
		to.ShowCursor(x, y)
	}
}
