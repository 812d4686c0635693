package panes

import (
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/pty/vt"
	"kavi/session"
)

// typing is what this round of events sends to an agent.
type typing struct {
	agent string
	bytes []byte
}

// shownFrame is a frame that is on its way to the client, and the views in it.
type shownFrame struct {
	frame uint64
	views []view
}

// focus is who has the keys: a view, or the pane of an agent.
type focus struct {
	view  view
	agent string
}

// attention is what became of an agent's call for attention.
type attention uint8

const (
	rang     attention = iota + 1 // this terminal was told
	answered                      // its pane has the keys since
)

// handle takes all events that wait. It runs in tview's loop, which draws
// afterwards unless the screen is told to skip that.
func (a *app) handle() {
	now := time.Now()
	for _, ev := range a.queue.take() {
		a.event(ev, now)
		a.refocus(now) // at once: the next key may be for somebody else
	}
	a.flush()
	a.scr.skip = a.ended || !a.dirty || now.Sub(a.drawnAt) < interval-time.Millisecond || a.tty.busy() && a.scr.shown > 0
	if !a.scr.skip {
		a.dirty, a.drawnAt = false, now
		a.scr.prune()
	}
	if a.ended {
		a.tv.Stop()
	}
}

func (a *app) event(ev any, now time.Time) {
	switch ev := ev.(type) {
	case keyIn:
		a.active(ev.at)
		a.key(ev)
	case pasteIn:
		a.active(ev.at)
		a.paste(ev)
	case mouseIn:
		a.mouseEvent(ev)
	case focusIn:
		a.outer = ev.on
		a.active(ev.at)
	case tickIn:
		a.tick(now)
	case snapIn:
		a.take()
		a.look(now)
	case session.Notice:
		a.notice(ev)
	case sentIn:
		a.sent(ev.at, now)
	case redraw:
		a.scr.Forget()
		a.sizes.moved(now)
		a.dirty = true
	case callIn:
		ev.f()
		a.dirty = true
	case stopIn:
		a.stop(ev.why, ev.err)
	}
}

// call has the loop do something; it may come from any goroutine.
func (a *app) call(f func()) { a.queue.post(callIn{f}) }

func (a *app) stop(why Reason, err error) {
	if !a.ended {
		a.ended, a.why, a.err = true, why, err
	}
}

// active notes that the operator is at this terminal: the panes get its size.
func (a *app) active(at time.Time) {
	if !a.sizes.mine || a.outsized() && at.Sub(a.sizes.told) > retell {
		a.sizes.take()
	}
	a.settleSizes(at)
}

// take reads the session's state.
func (a *app) take() {
	old := a.snap
	a.snap = a.host.snapshot()
	if old != nil && old.Seq == a.snap.Seq {
		return
	}
	a.dirty = true
	if a.snap.Ended {
		a.stop(Ended, nil)
	}
	there := map[string]bool{}
	for _, ag := range a.snap.Agents {
		there[ag.Name] = true
		if a.panes[ag.Name] == nil {
			a.panes[ag.Name] = newPane(ag.Name)
		}
		if ag.Attention && a.calls[ag.Name] == 0 {
			a.ring(1)
			a.calls[ag.Name] = rang
		} else if !ag.Attention {
			delete(a.calls, ag.Name)
		}
		a.sizes.learn(ag)
	}
	for name := range a.panes {
		if !there[name] {
			delete(a.panes, name)
			delete(a.calls, name)
			delete(a.starts, name)
			delete(a.failed, name)
			a.sizes.forget(name)
		}
	}
	if !there[a.agent] {
		a.agent, a.zoom = "", false
		if names := a.names(); len(names) > 0 {
			at := 0
			if old != nil {
				at = min(max(slices.IndexFunc(old.Agents, func(ag *session.Agent) bool { return !there[ag.Name] }), 0), len(names)-1)
			}
			a.agent = names[at]
		}
	}
}

// names lists the agents in the order of their panes.
func (a *app) names() []string {
	names := make([]string, len(a.snap.Agents))
	for i, ag := range a.snap.Agents {
		names[i] = ag.Name
	}
	return names
}

func (a *app) find(name string) *session.Agent {
	for _, ag := range a.snap.Agents {
		if ag.Name == name {
			return ag
		}
	}
	return nil
}

// top gives the view that has the keys, nil where a pane has them.
func (a *app) top() view {
	switch {
	case len(a.over) > 0:
		return a.over[len(a.over)-1]
	case a.inInbox:
		return a.inbox
	}
	return nil
}

// refocus tells views and agents when the keys went elsewhere.
func (a *app) refocus(now time.Time) {
	next := focus{view: a.top()}
	if next.view == nil && a.outer {
		next.agent = a.agent
	}
	old := a.focus
	a.focus = next
	if old.view != next.view {
		if old.view != nil {
			old.view.SetActive(false, now)
		}
		if next.view != nil {
			next.view.SetActive(true, now)
		}
		a.dirty = true
	}
	if old.agent != next.agent {
		a.tellFocus(old.agent, false)
		a.tellFocus(next.agent, true)
		a.dirty = true
	}
	if a.calls[next.agent] == rang {
		a.calls[next.agent] = answered
		a.host.seen(next.agent)
	}
}

func (a *app) tellFocus(agent string, on bool) {
	a.program(agent, func(t *vt.Terminal) { a.emit(agent, t.FocusBytes(on)) })
}

// program hands f the terminal of an agent whose program runs. One that ended
// takes nothing, whatever it asked for before.
func (a *app) program(agent string, f func(*vt.Terminal)) {
	if ag := a.find(agent); ag != nil && !ended(ag) {
		a.host.view(agent, f)
	}
}

// ended tells whether an agent's program runs no more.
func ended(ag *session.Agent) bool { return ag.State == session.Exited || ag.State == session.Lost }

// emit collects bytes for an agent; flush sends them.
func (a *app) emit(agent string, b []byte) {
	if len(b) == 0 {
		return
	}
	if n := len(a.out); n > 0 && a.out[n-1].agent == agent {
		a.out[n-1].bytes = append(a.out[n-1].bytes, b...)
		return
	}
	a.out = append(a.out, typing{agent, slices.Clone(b)})
}

func (a *app) flush() {
	for _, t := range a.out {
		if err := a.host.send(t.agent, t.bytes); err != nil {
			a.say(t.agent + " did not get what was typed: " + err.Error())
		}
	}
	a.out = a.out[:0]
}

// look tells whether a pane is to be drawn anew.
func (a *app) look(now time.Time) {
	for name, p := range a.panes {
		if p.h > 0 && (a.host.drawn(name) != p.seen || p.due(now)) {
			a.dirty = true
		}
	}
}

// tick is the 60 Hz look at what goes on by itself.
func (a *app) tick(now time.Time) {
	a.look(now)
	if a.inboxShown() && a.inbox.Tick(now) {
		a.dirty = true
	}
	for _, v := range slices.Clone(a.over) {
		if v.Tick(now) {
			a.dirty = true
		}
	}
	if now.Unix() != a.second {
		a.dirty = true
	}
	if a.note != "" && now.After(a.noteEnd) {
		a.note, a.dirty = "", true
	}
	a.settleSizes(now)
	a.askMotion()
}

// inboxShown tells whether the inbox is on the screen.
func (a *app) inboxShown() bool { return !a.lay.narrow || a.inInbox }

// askMotion has the terminal report all motion of the mouse only while the agent
// with the focus wants to know it: it is a flood.
func (a *app) askMotion() {
	p := a.panes[a.focus.agent]
	ag := a.find(a.focus.agent)
	want := p != nil && ag != nil && !ended(ag) && p.modes.Mouse == vt.MouseAny
	if want == a.any || a.scr == nil {
		return
	}
	a.any = want
	flags := tcell.MouseButtonEvents | tcell.MouseDragEvents
	if want {
		flags |= tcell.MouseMotionEvents
	}
	a.scr.EnableMouse(flags)
}

// afterShow notes which views a frame shows; it runs while tview draws.
func (a *app) afterShow(sent bool) {
	if !sent {
		a.dirty = true
		return
	}
	var views []view
	if a.inboxShown() {
		views = append(views, a.inbox)
	}
	views = append(views, a.over...)
	a.awaiting = append(a.awaiting, shownFrame{a.scr.shown, views})
	if !a.tty.busy() {
		a.queue.post(sentIn{a.scr.shown})
	}
}

// sent tells the views that a frame is with the client.
func (a *app) sent(frame uint64, now time.Time) {
	for len(a.awaiting) > 0 && a.awaiting[0].frame <= frame {
		for _, v := range a.awaiting[0].views {
			v.Shown(now)
		}
		a.awaiting = a.awaiting[1:]
	}
}
