package panes

import (
	"fmt"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/keymap"
)

// levels are those that can be chosen, in the order of the documentation.
var levels = []gateway.Level{
	gateway.LevelDefault, gateway.LevelNone, gateway.LevelOnWrite, gateway.LevelOnCommit, gateway.LevelAlways,
}

// levelName names a level where it stands alone.
func levelName(l gateway.Level) string {
	return orElse(string(l), "none given: the documented defaults")
}

// levelWord names a level in a list of them.
func levelWord(l gateway.Level) string { return orElse(string(l), "default") }

// levelText says what a level does, as the documentation has it.
func levelText(l gateway.Level) string {
	switch l {
	case gateway.LevelDefault:
		return "reads, and writes inside the project, run; commands, network and destructive operations ask"
	case gateway.LevelNone:
		return "nothing asks: every prompt is answered with yes; denials hold"
	case gateway.LevelOnWrite:
		return "a read is allowed; whatever may write asks"
	case gateway.LevelOnCommit:
		return "changes of files inside the project, tests and builds run; a commit, tag or push asks"
	case gateway.LevelAlways:
		return "everything asks, reads too"
	}
	return "a level that this version does not know"
}

// newLevels lists the levels for an agent, the present one marked.
func newLevels(v *views, agent string, now gateway.Level) *ask {
	var q *ask
	q = newAsk(v, "Approval level of "+agent, func(m model, width int) []row {
		s := &sheet{worst: -1, width: width}
		is := levelOf(m.snap, agent)
		for n, l := range levels {
			mark, look := "  ", plain
			if n == q.choice {
				mark, look = "▸ ", strong
			}
			name := levelWord(l)
			if l == is {
				name += " (now)"
			}
			s.add(line(words(mark, accent), words(name, look)))
			s.says(4, levelText(l), plain)
		}
		return s.rows
	})
	for n, l := range levels {
		q.choices = append(q.choices, levelWord(l))
		if l == now {
			q.choice = n
		}
	}
	q.listed, q.does = true, "choose it"
	q.do = func(string, time.Duration) string {
		if levels[q.choice] == levelOf(q.m.snap, agent) {
			return "that is its level now"
		}
		return ""
	}
	q.next = func() { v.act.Push(newSetLevel(v, agent, levels[q.choice])) }
	return q
}

// newSetLevel asks whether an agent is to have the level. At none nothing of it
// asks any more: that takes the word, as full access does.
func newSetLevel(v *views, agent string, l gateway.Level) *ask {
	q := newAsk(v, fmt.Sprintf("%s: approval level %s", agent, levelWord(l)), func(m model, width int) []row {
		s := &sheet{worst: -1, width: width}
		s.says(0, fmt.Sprintf("%s: %s.", levelWord(l), levelText(l)), plain)
		if l == gateway.LevelNone {
			s.add(nil)
			s.says(0, "Nothing of "+agent+" asks any more, unless a deny rule or kavi itself denies it. Everything is still recorded.", danger)
		}
		s.add(nil)
		waiting := 0
		for _, a := range m.snap.Approvals {
			if a.Agent == agent {
				waiting++
			}
		}
		if waiting > 0 {
			s.says(0, fmt.Sprintf("%s of it that wait now are judged anew at once.", display.Count(waiting, "call")), warning)
		}
		s.says(0, "Its level is "+levelWord(levelOf(m.snap, agent))+" now. Rules and what is remembered stay as they are.", faint)
		return s.rows
	})
	q.does = "set it"
	if l == gateway.LevelNone {
		q.edit, q.label = newEditor(""), "Type yes:"
	}
	q.do = func(text string, _ time.Duration) string {
		if q.edit != nil && strings.TrimSpace(text) != "yes" {
			return "type the word yes, or Escape"
		}
		v.act.SetLevel(agent, l, func(n int, err error) {
			switch {
			case err != nil:
				v.act.Note(display.Safe("level of " + agent + ": " + err.Error()))
			case n > 0:
				v.act.Note(display.Safe(fmt.Sprintf("%s: level %s; decided %s that waited", agent, levelWord(l), display.Count(n, "call"))))
			default:
				v.act.Note(display.Safe(agent + ": level " + levelWord(l)))
			}
		})
		return ""
	}
	return q
}

// chooseLevel is what the prefix and L do.
func (a *app) chooseLevel() {
	ag := a.find(a.agent)
	if ag == nil {
		a.say("there is no agent whose level could be chosen")
		return
	}
	a.push(newLevels(a.views, ag.Name, ag.Level))
}

// levelHint names the keys that choose a level.
func (v *views) levelHint() string {
	key := v.keys.Show(keymap.Prefix, keymap.SetLevel)
	if key == "" {
		return ""
	}
	return v.keys.Prefix().String() + " " + key + " chooses the level of the focused agent"
}
