package panes

import (
	"github.com/gdamore/tcell/v2"

	"kavi/keymap"
	"kavi/pty/vt"
)

// prefixer is the machine behind the prefix: after it, one key is a command. It
// works wherever the keys go.
type prefixer struct {
	keys    *keymap.Keys
	waiting bool // the prefix was pressed, its command is awaited
}

// verb is what becomes of a key.
type verb uint8

const (
	passKey    verb = iota // belongs to whoever has the focus
	swallowKey             // was the prefix, or took it back
	commandKey             // is a command: the action
	sendKey                // is the prefix the second time: the agent is to get it
	unknownKey             // came after the prefix and means nothing there
)

// take says what to do with a key.
func (p *prefixer) take(k keymap.Key) (verb, keymap.Action) {
	isPrefix := k == p.keys.Prefix()
	switch {
	case !p.waiting && !isPrefix:
		return passKey, ""
	case !p.waiting:
		p.waiting = true
		return swallowKey, ""
	}
	p.waiting = false
	if isPrefix {
		return sendKey, ""
	}
	if a := p.keys.Action(keymap.Prefix, k); a != "" {
		return commandKey, a
	}
	if k.Named == keymap.KeyEscape {
		return swallowKey, ""
	}
	return unknownKey, ""
}

// codes pairs the names of the keys that are no characters.
var codes = []struct {
	vt    vt.KeyCode
	name  keymap.Named
	event tcell.Key
}{
	{vt.KeyEnter, keymap.KeyEnter, tcell.KeyEnter},
	{vt.KeyTab, keymap.KeyTab, tcell.KeyTab},
	{vt.KeyBackspace, keymap.KeyBackspace, tcell.KeyBackspace},
	{vt.KeyEscape, keymap.KeyEscape, tcell.KeyEscape},
	{vt.KeyUp, keymap.KeyUp, tcell.KeyUp},
	{vt.KeyDown, keymap.KeyDown, tcell.KeyDown},
	{vt.KeyRight, keymap.KeyRight, tcell.KeyRight},
	{vt.KeyLeft, keymap.KeyLeft, tcell.KeyLeft},
	{vt.KeyHome, keymap.KeyHome, tcell.KeyHome},
	{vt.KeyEnd, keymap.KeyEnd, tcell.KeyEnd},
	{vt.KeyPageUp, keymap.KeyPageUp, tcell.KeyPgUp},
	{vt.KeyPageDown, keymap.KeyPageDown, tcell.KeyPgDn},
	{vt.KeyInsert, keymap.KeyInsert, tcell.KeyInsert},
	{vt.KeyDelete, keymap.KeyDelete, tcell.KeyDelete},
}

// keymapKey is the name of a key, the zero Key for one that has none.
func keymapKey(k vt.Key) keymap.Key {
	var mod keymap.Mod
	for _, m := range []struct {
		from vt.Mod
		to   keymap.Mod
	}{{vt.Ctrl, keymap.Ctrl}, {vt.Alt, keymap.Meta}, {vt.Shift, keymap.Shift}} {
		if k.Mods&m.from != 0 {
			mod |= m.to
		}
	}
	if k.Mods&(vt.Super|vt.Hyper|vt.Meta) != 0 {
		return keymap.Key{}
	}
	if k.Code == vt.KeyNone {
		return keymap.Char(k.Rune, mod)
	}
	for _, c := range codes {
		if c.vt == k.Code {
			return keymap.Name(c.name, mod)
		}
	}
	if n := int(k.Code) - int(vt.KeyF1); n >= 0 && n < 20 {
		return keymap.Name(keymap.KeyF1+keymap.Named(n), mod)
	}
	return keymap.Key{}
}

// eventKey is the same key as the views take it, as tcell would have sent it.
func eventKey(k vt.Key) *tcell.EventKey {
	var mod tcell.ModMask
	for _, m := range []struct {
		from vt.Mod
		to   tcell.ModMask
	}{{vt.Ctrl, tcell.ModCtrl}, {vt.Alt, tcell.ModAlt}, {vt.Shift, tcell.ModShift}, {vt.Super | vt.Hyper | vt.Meta, tcell.ModMeta}} {
		if k.Mods&m.from != 0 {
			mod |= m.to
		}
	}
	if k.Code == vt.KeyNone {
		switch {
		case k.Rune == ' ' && mod&tcell.ModCtrl != 0:
			return tcell.NewEventKey(tcell.KeyCtrlSpace, 0, mod)
		case k.Rune >= '[' && k.Rune <= '_' && mod == tcell.ModCtrl:
			return tcell.NewEventKey(tcell.KeyCtrlSpace+tcell.Key(k.Rune-'@'), 0, mod)
		}
		return tcell.NewEventKey(tcell.KeyRune, k.Rune, mod)
	}
	for _, c := range codes {
		if c.vt == k.Code {
			return tcell.NewEventKey(c.event, 0, mod)
		}
	}
	if n := int(k.Code) - int(vt.KeyF1); n >= 0 && n < 24 {
		return tcell.NewEventKey(tcell.KeyF1+tcell.Key(n), 0, mod)
	}
	return tcell.NewEventKey(tcell.KeyRune, 0, tcell.ModMeta) // no view knows this one
}
