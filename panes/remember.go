package panes

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway/display"
	"kavi/keymap"
	"kavi/session"
)

// remember is the line of ALLOW and DENY FROM NOW ON: the pattern to edit, for
// whom it holds, and below it, while it is edited, what that would mean.
//
// What Enter remembers is what was on the screen: it counts only once the answer
// to the line as it now reads has been shown, and for long enough.
type remember struct {
	base
	name  string // for the guard: each line is one of its own
	a     *session.Approval
	allow bool
	offer session.RememberOffer

	lines   []*editor // a pattern for each rule that is offered
	offered []string  // what the lines read at first
	reason  *editor   // of a denial
	at      int       // the line that is edited; after the last pattern, the reason
	scope   int       // index in scopes

	try   trying
	rows  scroller
	laid  []row // what the line would mean, as of width
	width int
	ended bool   // the last row of that was on the screen
	gone  string // why it cannot be decided any more
	wrong string // why the last Enter did nothing
	lit   string
}

// trying is what is asked of the session while a line is edited. One question is
// under way at a time, and only the answer to the latest counts.
type trying struct {
	want  int       // the number of the question that the line is now
	due   time.Time // when to ask it
	busy  bool      // an answer is awaited
	have  int       // which question was answered
	trial session.Trial
	err   error
}

// pause is how long a line must rest before it is asked about.
const pause = 120 * time.Millisecond

// scopes are those that Tab goes through.
var scopes = []session.Scope{session.ScopeAgent, session.ScopeSession, session.ScopeProject}

// remember asks what may be remembered of an approval and opens the line for it,
// if the operator is still where they asked.
func (v *views) remember(a *session.Approval, allow bool, here func() bool, push func(view)) {
	why := v.shut(a)
	if !allow && a.State != session.Deciding {
		why = "" // to say no needs no reading
	}
	if why != "" {
		v.act.Note(a.ID + " was not decided: " + why)
		return
	}
	v.act.Offer(a.ID, allow, func(o session.RememberOffer, err error) {
		switch {
		case !here():
		case err != nil:
			v.act.Note(display.Safe(a.ID + ": " + err.Error()))
		case o.None != "" || len(o.Patterns) == 0:
			v.act.Note(display.Safe(a.ID + ": " + orElse(o.None, "asked every time: nothing of it can be remembered")))
		default:
			push(newRemember(v, a, allow, o))
		}
	})
}

func newRemember(v *views, a *session.Approval, allow bool, o session.RememberOffer) *remember {
	v.asked++
	r := &remember{base: newBase(v), name: fmt.Sprintf("remember %d ", v.asked), a: a, allow: allow, offer: o}
	for _, p := range o.Patterns {
		e := newEditor(p)
		r.lines, r.offered = append(r.lines, e), append(r.offered, e.String())
	}
	if !allow {
		r.reason = newEditor("")
	}
	r.try.want = 1
	return r
}

// Place is part of view: low on the screen, near the line of keys. The height
// does not depend on what is shown, so that the line stays where it is.
func (r *remember) Place(cols, rows int) (x, y, width, height int) {
	const most = 100
	wanted := 18
	if r.reason != nil {
		wanted++
	}
	width, height = min(cols, most), max(min(wanted, rows-2), 0)
	return (cols - width) / 2, max(rows-2-height, 0), width, height
}

// Update is part of view.
func (r *remember) Update(m model) {
	r.m = m
	switch now := find(m.snap, r.a.ID); {
	case now == nil || now.Seal != r.a.Seal:
		r.gone = r.a.ID + " waits no longer"
	case now.State == session.Deciding:
		r.gone = r.a.ID + " was answered already"
	case now.State != r.a.State: // what it became must be read
		r.a = now
		r.ask(time.Time{})
	}
	r.point(r.subject())
}

// subject names what Enter would remember now.
func (r *remember) subject() string {
	return fmt.Sprintf("%s%d %d %v", r.name, r.at, r.try.want, r.try.have == r.try.want)
}

// SetActive is part of view.
func (r *remember) SetActive(on bool, _ time.Time) { r.activate(on, r.subject()) }

// Frame is part of view.
func (r *remember) Frame() func(at time.Time) {
	shown, drawn, end := r.base.Frame(), r.drawn, r.rows.atEnd()
	return func(at time.Time) {
		shown(at)
		r.ended = r.ended || end && r.active && drawn == r.subject()
	}
}

// Shown is part of view.
func (r *remember) Shown(at time.Time) { r.Frame()(at) }

// editor gives the line that is edited.
func (r *remember) editor() *editor {
	if r.at < len(r.lines) {
		return r.lines[r.at]
	}
	return r.reason
}

// steps is how many lines there are to go through.
func (r *remember) steps() int {
	if r.reason != nil {
		return len(r.lines) + 1
	}
	return len(r.lines)
}

// Key is part of view.
func (r *remember) Key(ev *tcell.EventKey, at time.Time) bool {
	k := pressed(ev)
	r.wrong = ""
	switch {
	case k.Named == keymap.KeyEscape, k == keymap.Char('c', keymap.Ctrl):
		r.act.Pop(r)
		return true
	case k.Named == keymap.KeyEnter:
		r.enter(at)
		return true
	}
	if textual(k) {
		r.guard.Typed(at)
	}
	switch k.Named { //nolint:exhaustive // the others are the line's
	case keymap.KeyTab:
		r.cycle(1, at)
	case keymap.KeyBackTab:
		r.cycle(-1, at)
	case keymap.KeyUp:
		r.step(-1)
	case keymap.KeyDown:
		r.step(1)
	default:
		before := r.editor().String()
		if r.editor().key(ev) {
			r.edited(before, at)
			return true
		}
		a := r.keys.Action(keymap.Detail, k)
		return a != "" && k.Rune == 0 && r.rows.move(a)
	}
	return true
}

// PasteText is part of view.
func (r *remember) PasteText(text string, at time.Time) {
	r.guard.Typed(at)
	before := r.editor().String()
	r.editor().paste(text)
	r.edited(before, at)
}

// edited has the line asked about once it rests, if it is another one now.
func (r *remember) edited(before string, at time.Time) {
	if r.at < len(r.lines) && r.editor().String() != before {
		r.ask(at.Add(pause))
	}
}

// ask has the line as it now reads be asked about.
func (r *remember) ask(due time.Time) {
	r.try.want++
	r.try.due, r.ended = due, false
	r.point(r.subject())
}

func (r *remember) cycle(by int, at time.Time) {
	r.scope = (r.scope + by + len(scopes)) % len(scopes)
	r.ask(at)
}

// step goes to another line.
func (r *remember) step(by int) {
	r.at = min(max(r.at+by, 0), r.steps()-1)
	r.point(r.subject())
}

// enter goes on to the next line and, from the last one, decides.
func (r *remember) enter(at time.Time) {
	if r.at < r.steps()-1 {
		r.guard.Typed(at)
		r.step(1)
		return
	}
	switch {
	case r.gone != "":
		r.wrong = r.gone
	case r.try.have != r.try.want:
		r.wrong = "it is still being looked at: press Enter again"
	case r.try.err != nil:
		r.wrong = "it cannot be remembered so: change the line, or Escape"
	case !r.ended:
		r.wrong = "read it to its last row first"
	case r.guard.PressAfterText(r.does(), at):
		return
	default:
		r.wrong = "too soon: press Enter again"
		return
	}
	r.guard.Typed(at)
}

func (r *remember) does() string {
	if r.allow {
		return "allow from now on"
	}
	return "deny from now on"
}

// asked puts together what the lines say.
func (r *remember) asked() (session.Remember, error) {
	out := session.Remember{Scope: scopes[r.scope]}
	var held limits
	same := true
	for n, e := range r.lines {
		pattern, l, err := splitLimits(e.String(), r.offered[n])
		if err == nil {
			err = held.join(l)
		}
		if err != nil && len(r.lines) > 1 {
			err = fmt.Errorf("pattern %d: %w", n+1, err)
		}
		if err != nil {
			return out, err
		}
		if pattern == strings.TrimSpace(r.offered[n]) {
			pattern = r.offer.Patterns[n] // it may hold what a line cannot show
		} else {
			same = false
		}
		out.Patterns = append(out.Patterns, pattern)
	}
	if same {
		out.Patterns = nil
	}
	out.Uses, out.For = held.uses, held.until
	if r.reason != nil {
		out.Why = strings.TrimSpace(r.reason.String())
	}
	return out, nil
}

// Tick is part of view.
func (r *remember) Tick(now time.Time) bool {
	if !r.active {
		return false
	}
	asked := r.inquire(now)
	if d, due := r.guard.Tick(now); due {
		r.fire(d.shown)
		return true
	}
	lit := fmt.Sprint(r.guard.Settled(now), r.guard.Holding(), r.try.busy)
	changed := lit != r.lit || asked
	r.lit = lit
	return changed
}

// inquire asks about the line as it now reads, where that is due; true: the
// answer is there.
func (r *remember) inquire(now time.Time) bool {
	t := &r.try
	if t.busy || t.have == t.want || now.Before(t.due) {
		return false
	}
	question := t.want
	answer := func(trial session.Trial, err error) {
		t.busy = false
		if t.want != question {
			return // the line changed meanwhile
		}
		t.have, t.trial, t.err = question, trial, err
		r.laid, r.rows.top, r.ended = nil, 0, false
		r.point(r.subject())
	}
	what, err := r.asked()
	if err != nil {
		answer(session.Trial{}, err)
		return true
	}
	t.busy = true
	r.act.Try(r.a.ID, r.allow, what, answer)
	return !t.busy
}

// fire decides, once Enter has turned out to be deliberate.
func (r *remember) fire(shown time.Duration) {
	what, err := r.asked()
	if err != nil || r.gone != "" || r.try.have != r.try.want {
		return
	}
	d := session.Decision{
		Choices: []session.Choice{choice(r.a)}, Allow: r.allow, Reason: what.Why,
		By: session.Operator{Shown: shown}, Remember: &what,
	}
	r.act.Pop(r)
	r.answer(d, func(outcomes []session.Outcome) {
		for _, o := range outcomes {
			r.act.Note(display.Safe(became(o)))
		}
	})
}

// became says in one line what was remembered and what that decided.
func became(o session.Outcome) string {
	switch {
	case o.Err != nil:
		return o.ID + " was not decided: " + o.Err.Error()
	case len(o.Rules) == 0:
		return o.ID + " was decided; nothing was remembered"
	}
	rules := slices.Clone(o.Rules)
	text := "remembered " + rules[0]
	if n := len(rules); n > 1 {
		text = "remembered " + strings.Join(rules[:n-1], ", ") + " and " + rules[n-1]
	}
	if o.Also > 0 {
		text += fmt.Sprintf("; decided %s", display.Count(o.Also, "other"))
	}
	return text
}
