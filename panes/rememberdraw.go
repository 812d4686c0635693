package panes

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"

	"kavi/gateway/display"
	"kavi/session"
)

// Draw is part of view.
func (r *remember) Draw(screen tcell.Screen) {
	r.drawn = ""
	x, y, width, height := r.GetRect()
	title := "ALLOW FROM NOW ON"
	if !r.allow {
		title = "DENY FROM NOW ON"
	}
	ix, iy, iw, ih := box(screen, r.look, x, y, width, height,
		line(words(title, strong), words(" · "+r.a.ID, plain)), false)
	head := 4 // what it is about, the pattern, the scope, a rule
	if r.reason != nil {
		head++
	}
	room := ih - head - 1
	if iw < 20 || room < 1 {
		return
	}
	put(screen, r.look, ix, iy, iw, line(words(r.a.Agent+" ", accent), words(action(r.a), riskRole(r.a))))
	at := min(r.at, len(r.lines)-1)
	label := "Pattern:"
	if n := len(r.lines); n > 1 {
		label = fmt.Sprintf("Pattern %d of %d:", at+1, n)
	}
	r.drawLine(screen, ix, iy+1, iw, label, r.lines[at], r.at < len(r.lines))
	if r.reason != nil {
		r.drawLine(screen, ix, iy+2, iw, "Reason:", r.reason, r.at == len(r.lines))
	}
	put(screen, r.look, ix, iy+head-2, iw, r.scopeRow())
	rule(screen, r.look, x, iy+head-1, width)
	rows := r.layout(iw)
	r.rows.fit(len(rows), room)
	r.rows.draw(screen, r.look, ix, iy+head, iw, rows)
	put(screen, r.look, ix, iy+ih-1, iw, r.hints())
	r.drawn = r.subject()
}

func (r *remember) drawLine(screen tcell.Screen, x, y, width int, label string, e *editor, here bool) {
	look := accent
	if !here {
		look = faint
	}
	n := put(screen, r.look, x, y, width/2, words(label+" ", look))
	e.draw(screen, r.look, x+n, y, width-n, r.active && here)
}

// scopeRow shows for whom it holds, and whom else it could.
func (r *remember) scopeRow() row { return choiceRow("For:", scopes, r.scope) }

// choiceRow shows what Tab goes through, with the mark before what is chosen.
func choiceRow[T ~string](label string, of []T, at int) row {
	out := words(label+" ", accent)
	for n, s := range of {
		look, mark := faint, "  "
		if n == at {
			look, mark = strong, "▸ "
		}
		out = line(out, words(mark, accent), words(string(s)+"  ", look))
	}
	return line(out, words("[Tab]", accent))
}

// layout says what the line would mean.
func (r *remember) layout(width int) []row {
	if r.laid != nil && r.width == width && r.try.have == r.try.want {
		return r.laid
	}
	s := &sheet{worst: -1, width: width}
	switch {
	case r.try.have != r.try.want:
		s.says(0, "…", faint)
		r.laid = nil
		return s.rows
	case r.try.err != nil:
		s.wrapped(words("Not so: ", warning), words(r.try.err.Error(), plain))
	default:
		r.meaning(s)
	}
	r.laid, r.width = s.rows, width
	return s.rows
}

// meaning adds what a decision like this one would have covered, and would.
func (r *remember) meaning(s *sheet) {
	t := &r.try.trial
	for _, c := range t.Covers {
		s.labelled("Covers", words(c.What, plain))
		for n, e := range c.Examples {
			label := words("For instance: ", accent)
			if n > 0 {
				label = blanks(label.width())
			}
			s.wrapped(label, words(e, plain))
		}
	}
	if what, err := r.asked(); err == nil && what.Uses+int(what.For) > 0 {
		s.labelled("Ends", words(limits{what.Uses, what.For}.String(), strong))
	}
	if scopes[r.scope] == session.ScopeProject {
		s.says(0, "It goes into your own file of rules for this project, and stays after this session.", plain)
	}
	switch t.Past {
	case 0:
		s.says(0, "It would have decided no call of this session so far.", plain)
	default:
		s.says(0, fmt.Sprintf("It would have decided %s of this session.", display.Count(t.Past, "call")), plain)
	}
	if n := len(t.Denied); n > 0 {
		look, say := plain, "You denied %d of them:"
		if r.allow {
			look, say = danger, "YOU DENIED %d OF THEM:"
		}
		s.says(0, fmt.Sprintf(say, n), look)
		for _, d := range t.Denied {
			s.wrapped(words("  ", plain), words(d, look))
		}
	}
	if len(t.Pending) > 0 {
		s.labelled("Decides now too", words(strings.Join(t.Pending, ", "), strong))
	}
}

func (r *remember) hints() row {
	if what := r.guard.Holding(); r.active && what != "" {
		return words(what+" …", strong)
	}
	if why := orElse(r.wrong, r.gone); why != "" {
		return words(display.Safe(why), warning)
	}
	enter := r.does()
	lit := r.active && r.guard.Settled(r.m.now) && r.try.have == r.try.want && r.try.err == nil && r.ended
	if r.at < r.steps()-1 {
		enter, lit = "next", r.active
		if r.at == len(r.lines)-1 {
			enter = "reason"
		}
	}
	k, w := accent, plain
	if !lit {
		k, w = faint, faint
	}
	out := line(words("[Enter]", k), words(" "+enter, w), words("  [Escape]", accent), words(" cancel", plain))
	if !r.rows.atEnd() || r.rows.top > 0 {
		out = line(out, words("  "+r.rows.where()+" [PageDown]", warning))
	}
	if len(r.lines) == 1 && r.try.err == nil {
		out = line(out, words("  add 5 times or 20 min to end it", faint))
	}
	return out
}
