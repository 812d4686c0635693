package panes

import (
	"slices"
	"time"

	"kavi/gateway/display"
	"kavi/keymap"
	"kavi/pty/vt"
)

// key takes one key of the operator's.
func (a *app) key(in keyIn) {
	k := keymapKey(in.key)
	before := a.keys.waiting
	does, action := a.keys.take(k)
	a.dirty = a.dirty || before != a.keys.waiting
	switch does {
	case swallowKey:
		a.views.Typed(in.at)
		return
	case commandKey:
		a.views.Typed(in.at)
		a.command(action)
		return
	case unknownKey:
		a.views.Typed(in.at)
		a.say(a.keys.keys.Prefix().String() + " " + k.String() + " is no command: " +
			a.keys.keys.Show(keymap.Prefix, keymap.Help) + " shows all")
		return
	case sendKey:
		if a.top() != nil {
			a.views.Typed(in.at)
			return
		}
	case passKey:
		if v := a.top(); v != nil {
			v.Key(eventKey(in.key), in.at)
			a.dirty = true
			return
		}
	}
	a.views.Typed(in.at)
	a.dismissNotes(a.agent, in.at)
	a.keyToPane(in.key, k)
}

// keyToPane hands a key to the agent with the focus, or to its pane where that
// is scrolled or its program has ended.
func (a *app) keyToPane(key vt.Key, k keymap.Key) {
	p, ag := a.panes[a.agent], a.find(a.agent)
	switch {
	case p == nil || ag == nil:
		return
	case p.copy != nil:
		a.keyToCopy(p, key, k)
		return
	case ended(ag):
		if k.Named == keymap.KeyEnter {
			a.restart(ag.Name)
		}
		return
	}
	a.host.view(ag.Name, func(t *vt.Terminal) { a.emit(ag.Name, t.KeyBytes(key)) })
}

func (a *app) restart(agent string) {
	a.say("starting " + agent + " again")
	delete(a.failed, agent)
	a.host.restart(agent, func(err error) {
		if err != nil {
			delete(a.starts, agent) // it is shown, also where it was before
			a.failed[agent] = display.Safe("not started: " + err.Error())
			a.say(agent + " was not started: " + err.Error())
		}
	})
}

// keyToCopy is a key in scroll and copy mode.
func (a *app) keyToCopy(p *pane, key vt.Key, k keymap.Key) {
	a.dirty, p.stale = true, true
	action := a.keys.keys.Action(keymap.Copy, k)
	var text string
	var done bool
	a.host.view(p.agent, func(t *vt.Terminal) {
		if p.copy.prompt != nil {
			p.copy.typing(p, t, k, eventKey(key))
			return
		}
		text, done = p.copy.step(p, t, action)
	})
	if done {
		p.leaveCopy()
	}
	if text != "" {
		a.clip(text)
	}
	if p.copy != nil && p.copy.vain {
		a.say("nothing here holds: " + p.copy.search)
	}
}

// paste hands a whole paste to whoever has the keys. It decides nothing.
func (a *app) paste(in pasteIn) {
	if in.cut {
		a.say("that was too long to paste: nothing of it was sent")
		return
	}
	if v := a.top(); v != nil {
		v.PasteText(in.text, in.at)
		a.dirty = true
		return
	}
	a.views.Typed(in.at)
	p, ag := a.panes[a.agent], a.find(a.agent)
	if p == nil || ag == nil {
		return
	}
	if p.copy != nil && p.copy.prompt != nil {
		p.copy.prompt.paste(in.text)
		a.dirty = true
		return
	}
	if p.copy != nil {
		p.leaveCopy()
	}
	a.dismissNotes(a.agent, in.at)
	if ended(ag) {
		a.say(ag.Name + " has ended: nothing was pasted")
	}
	a.program(a.agent, func(t *vt.Terminal) { a.emit(a.agent, t.PasteBytes(in.text)) })
}

// command does what a key after the prefix asks for.
func (a *app) command(action keymap.Action) {
	a.dirty = true
	if n := action.Pane(); n > 0 {
		if names := a.names(); n <= len(names) {
			a.goTo(names[n-1])
		} else {
			a.say("there is no pane " + itoa(int64(n)))
		}
		return
	}
	switch action { //nolint:exhaustive // the others are not commands
	case keymap.OpenInbox:
		a.openInbox()
	case keymap.PaneUp:
		a.step(-1, false)
	case keymap.PaneDown:
		a.step(1, false)
	case keymap.PrevPane:
		a.step(-1, true)
	case keymap.NextPane:
		a.step(1, true)
	case keymap.PaneLeft:
		a.goTo(a.agent)
	case keymap.PaneRight:
		if !a.lay.narrow {
			a.openInbox()
		}
	case keymap.Zoom:
		a.zoom = !a.zoom && a.agent != ""
		a.goTo(a.agent)
		a.sizes.moved(time.Time{})
	case keymap.CopyMode:
		a.scrollBack()
	case keymap.Detach:
		a.stop(Detached, nil)
	case keymap.NewAgent:
		a.push(newAgentPrompt(a.views))
	case keymap.CloseAgent:
		if a.agent == "" {
			a.say("there is no agent to close")
			return
		}
		a.push(newCloseAgent(a.views, a.agent))
	case keymap.OpenLedger:
		a.push(newLedgerView(a.views))
	case keymap.Help:
		a.push(newHelp(a.views))
	case keymap.SetLevel:
		a.chooseLevel()
	case keymap.FullAccess:
		a.views.toggleFullAccess(a.model(time.Now()))
	default:
	}
}

// openInbox gives the keys to the inbox, whatever lies above it.
func (a *app) openInbox() { a.over, a.inInbox, a.dirty = nil, true, true }

// step goes to the pane above or below; around the end where all are gone through.
func (a *app) step(by int, around bool) {
	names := a.names()
	next := neighbour(names, a.agent, by)
	if next == "" && around && len(names) > 0 {
		i := slices.Index(names, a.agent)
		next = names[(i+by+len(names))%len(names)]
	}
	if next == "" {
		next = a.agent
	}
	a.goTo(next)
}

// scrollBack begins scroll and copy mode in the pane with the focus.
func (a *app) scrollBack() {
	p := a.panes[a.agent]
	if p == nil || p.h < 1 {
		return
	}
	a.goTo(a.agent)
	if p.copy == nil {
		a.host.view(p.agent, p.enterCopy)
	}
}
