package shell

import "maps"

// past counts what one shell has done so far. Its subshells count with it: what a
// trap meets may have been changed by any of them.
type past struct {
	sets    map[string]int // assignments, by name
	turns   int            // changes of the folder and of the arguments
	defines int
	traps   []trap
	walked  bool // a script of this shell is being walked
}

// set counts an assignment.
func (p *past) set(name string) {
	if p == nil {
		return
	}
	if p.sets == nil {
		p.sets = make(map[string]int, 4)
	}
	p.sets[name]++
}

func (p *past) turn() {
	if p != nil {
		p.turns++
	}
}

func (p *past) define() {
	if p != nil {
		p.defines++
	}
}

// trap is a text that runs at a time of its own, and what the shell had done when
// it was set.
type trap struct {
	cmd  cmd
	text string
	then past
}

// trap walks what runs when a signal comes or the shell ends.
func (c *cmd) trap(words []word) {
	if len(words) > 0 && words[0].is("--") {
		words = words[1:]
	}
	switch {
	case len(words) < 2, words[0].is("-", "", "-p", "-l"):
		if len(words) == 1 && !words[0].known() {
			c.opaque("which commands it runs is known only when it runs")
		}
		c.settle()
	case !words[0].known():
		c.opaque("which commands it runs is known only when it runs")
		c.done()
	default:
		before := c.st.clone()
		before.args, before.argsOK = nil, false // it may be run in a function
		after := before.clone()
		c.runText(words[0].text, after, nil, nil)
		if !atEnd(words[1:]) && after.differs(before) {
			c.effects = nil
			c.opaque("changes the shell at a time of its own")
			c.done()
		}
		if p := c.st.past; p != nil && c.a.dry == 0 {
			t := trap{*c, words[0].text, *p}
			t.then.sets, t.then.traps = maps.Clone(p.sets), nil
			t.cmd.st, t.cmd.effects = before, nil
			p.traps = append(p.traps, t)
		}
	}
}

// atEnd reports whether a trap runs only when the shell ends.
func atEnd(signals []word) bool {
	for _, w := range signals {
		if !w.is("EXIT", "0") {
			return false
		}
	}
	return true
}

// trapped walks the traps of a shell again that may meet another state than the one
// in which they were set: they run from wherever the shell then is, and with
// whatever its variables then hold.
func (a *analyser) trapped(now *past) {
	for _, t := range now.traps {
		c, then := t.cmd, t.then
		c.st = c.st.clone()
		if then.defines != now.defines {
			c.opaque("may run a function that was defined after it")
			c.done()
			c.effects = nil
		}
		if then.turns != now.turns {
			c.st.cwds, c.st.old, c.st.stack = nil, nil, nil
		}
		for name, n := range now.sets {
			if then.sets[name] != n {
				c.st.set(name, value{kind: unclear})
			}
		}
		if c.st.differs(t.cmd.st) {
			c.runText(t.text, c.st, nil, nil)
		}
	}
}
