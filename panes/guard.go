package panes

import "time"

// The law of deliberate keys, in numbers.
const (
	// settle is how long an item must have been on the operator's screen, under
	// the cursor, before a key can decide it.
	settle = 400 * time.Millisecond

	// quiet is how long nothing else may be typed before and after a key that
	// decides: "add tests", typed into the wrong place, begins with a.
	quiet = 250 * time.Millisecond

	// watched is how much of a silence one look can vouch for. While the loop is
	// held up nobody listens: keys may lie unread.
	watched = 100 * time.Millisecond
)

// guard is the law of deliberate keys: it says whether a key that decides was
// meant for what the operator sees. A key that decides is held until the
// silence after it is complete, and comes out of Tick then.
//
// It is a pure machine: the times are its callers', it starts nothing and
// holds no goroutine. There is one for each attached terminal, since the
// silence concerns the keyboard, and one thing under the cursor at a time. The
// zero guard decides nothing.
type guard struct {
	subject string    // what the cursor is on; "" is nothing
	since   time.Time // when it was first on the operator's screen; zero: not yet
	typed   time.Time // the last key or paste that could be part of a text
	held    deed      // waits for its silence
	heldAt  time.Time
	silence time.Duration // that was watched since
	tick    time.Time     // the last Tick
}

// deed is what a key that decides asks for; the zero deed is nothing.
type deed struct {
	what  string
	shown time.Duration // how long the subject was on the screen before the key
}

// Point says what the cursor is on now. Anything new must be shown and settle
// before a key can decide it, and a key that was held for another subject is
// void.
func (g *guard) Point(subject string) {
	if subject == g.subject {
		return
	}
	g.subject, g.since, g.held = subject, time.Time{}, deed{}
}

// Shown says that the subject was on the operator's screen at that time.
func (g *guard) Shown(subject string, at time.Time) {
	if subject == g.subject && subject != "" && g.since.IsZero() {
		g.since = at
	}
}

// Typed takes a key that does not decide but may be a part of a text (a letter,
// Enter, Tab, Backspace), wherever it went: to a pane, to a view, to nobody.
func (g *guard) Typed(at time.Time) {
	g.held = deed{}
	if at.After(g.typed) {
		g.typed = at
	}
}

// Press takes a key that decides. False: it came too soon and is void.
func (g *guard) Press(what string, at time.Time) bool {
	return g.hold(what, at, g.Ready(at))
}

// PressAfterText takes the Enter that ends a line which the operator was asked
// for. What is typed there is meant as text, so no silence is due before it;
// that the line was opened on purpose was seen when it was.
func (g *guard) PressAfterText(what string, at time.Time) bool {
	return g.hold(what, at, g.Settled(at))
}

func (g *guard) hold(what string, at time.Time, ok bool) bool {
	ok = ok && g.held == deed{}
	shown := at.Sub(g.since)
	g.Typed(at)
	if ok {
		g.held, g.heldAt, g.silence = deed{what: what, shown: shown}, at, 0
	}
	return ok
}

// Ready says whether a key that decides would be taken now: the line of keys is
// dim until then.
func (g *guard) Ready(now time.Time) bool {
	return g.Settled(now) && (g.typed.IsZero() || now.Sub(g.typed) >= quiet)
}

// Settled says whether the subject was on the screen long enough to be read.
func (g *guard) Settled(now time.Time) bool {
	return g.subject != "" && !g.since.IsZero() && now.Sub(g.since) >= settle
}

// Holding says what waits for its silence, "" for nothing.
func (g *guard) Holding() string { return g.held.what }

// Tick gives the deed whose silence is complete, once. It does so one look later
// than the silence ends, so that what was typed at its very end has been heard.
func (g *guard) Tick(now time.Time) (deed, bool) {
	gap := min(now.Sub(g.tick), now.Sub(g.heldAt), watched)
	g.tick = now
	if g.held == (deed{}) {
		return deed{}, false
	}
	if g.silence < quiet {
		g.silence += gap
		return deed{}, false
	}
	d := g.held
	g.held = deed{}
	return d, true
}
