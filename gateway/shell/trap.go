package shell

// past is what one shell has done so far, each with the time when it last was: a
// count. Its subshells count with it: what a trap meets may have been changed by any
// of them.
type past struct {
	now    int
	sets   map[string]int // assignments, by name
	turn   int            // a change of the folder or of the arguments
	define int            // of a function
	traps  []trap
	walked bool // a script of this shell is being walked
}

// set notes an assignment.
func (p *past) set(name string) {
	if p == nil {
		return
	}
	if p.sets == nil {
		p.sets = make(map[string]int, 4)
	}
	p.now++
	p.sets[name] = p.now
}

// turned notes a change of the folder or of the arguments.
func (p *past) turned() {
	if p != nil {
		p.now++
		p.turn = p.now
	}
}

// defined notes a function.
func (p *past) defined() {
	if p != nil {
		p.now++
		p.define = p.now
	}
}

// trap is a text that runs at a time of its own, and when it was set.
type trap struct {
	cmd  cmd
	text string
	at   int
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
			t := trap{*c, words[0].text, p.now}
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
func (a *analyser) trapped(p *past) {
	for _, t := range p.traps {
		c := t.cmd
		c.st = c.st.clone()
		if p.define > t.at {
			c.opaque("may run a function that was defined after it")
			c.done()
			c.effects = nil
		}
		if p.turn > t.at {
			c.st.cwds, c.st.old, c.st.stack = nil, nil, nil
		}
		for name, at := range p.sets {
			if at > t.at {
				c.st.set(name, value{kind: unclear})
			}
		}
		if c.st.differs(t.cmd.st) {
			c.runText(t.text, c.st, nil, nil)
		}
	}
}
