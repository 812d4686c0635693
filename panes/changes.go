package panes

import (
	"fmt"
	"slices"
	"time"

	"kavi/gateway/display"
	"kavi/session"
	"kavi/session/ledger"
)

// difference is what changes did, once it was asked for.
type difference struct {
	of   string // the changes as they stood
	done bool
	rows []string
	err  error
}

// difference gives what changes did. It is asked for when it is first shown.
func (v *views) difference(c *session.Unexplained) *difference {
	of := v.standing(c)
	if d := v.diffs[c.ID]; d != nil && d.of == of {
		return d
	}
	d := &difference{of: of}
	v.diffs[c.ID] = d
	v.act.Difference(c.ID, func(rows []string, err error) { d.done, d.rows, d.err = true, rows, err })
	return d
}

// changeVerb is what happened to a file, as the list begins with it.
func changeVerb(kind string) string {
	switch kind {
	case "created":
		return "Created"
	case "mode":
		return "Mode of"
	case "deleted":
		return "Deleted"
	case "renamed":
		return "Renamed"
	}
	return "Changed"
}

// plusMinus is "+3, -1"; "" where no lines were counted.
func plusMinus(f *session.FileChange) string { return ledger.PlusMinus(f.Plus, f.Minus) }

// files gives the changes of files with the protected ones first.
func files(c *session.Unexplained) []session.FileChange {
	list := slices.Clone(c.Files)
	slices.SortStableFunc(list, func(a, b session.FileChange) int {
		switch {
		case a.Protected == b.Protected:
			return 0
		case a.Protected:
			return -1
		}
		return 1
	})
	return list
}

// changeParts is a change on one line in two pieces: the first may be cut, what
// follows it stands.
func changeParts(c *session.Unexplained) (object, tail string) {
	verb, path, tail := changeWords(c)
	return verb + " " + path, tail
}

// changeWords is a change in three pieces: what happened, to which file, and what
// follows that.
func changeWords(c *session.Unexplained) (verb, path, tail string) {
	if len(c.Files) == 0 {
		return "Changed", "files", ""
	}
	at := max(slices.IndexFunc(c.Files, func(f session.FileChange) bool { return f.Protected }), 0)
	f := &c.Files[at]
	verb, path = changeVerb(f.Kind), clip(f.Path)
	if pm := plusMinus(f); pm != "" {
		tail = " (" + pm + ")"
	}
	if n := len(c.Files) - 1; n > 0 {
		tail += ", " + display.Count(n, "more file")
	}
	return verb, path, tail
}

// changeRow is a change in at most width cells: the path gives way first.
func changeRow(c *session.Unexplained, width int, look role) row {
	object, tail := changeParts(c)
	end := words(tail, look)
	if room := width - end.width(); room >= 16 {
		return line(words(object, look).cut(room), end)
	}
	return line(words(object, look), end).cut(width)
}

// changeText is the same with nothing cut.
func changeText(c *session.Unexplained) string {
	object, tail := changeParts(c)
	return object + tail
}

// fewFiles is how many files are listed below the list of the inbox.
const fewFiles = 8

// layChange lays changes out, the whole of them: below the list, or as the view of
// their own. Cut says that some of it is only in that view.
func layChange(c *session.Unexplained, d *difference, now time.Time, width int, long bool) (s *sheet, cut bool) {
	s = &sheet{worst: -1, width: width}
	if long {
		const title = "Unexplained Change"
		s.says(0, title, strong)
		s.rule("=", len(title))
		s.add(nil)
	}
	if c.Protected {
		s.says(0, "PROTECTED: what was changed decides what runs", danger)
	}
	if !long {
		s.changeHead(c, now)
	}
	cut = s.changed(c, long)
	if long {
		s.add(nil)
	}
	s.suspects(c)
	if long {
		s.timed(now, func(s *sheet, now time.Time) {
			s.labelled("Waiting", words(age(now.Sub(c.Since)), plain))
		})
		s.says(0, "No allowed call explains it. It may have been you, or your editor.", faint)
		s.add(nil)
	}
	s.difference(d)
	return s, cut
}

// changeHead is the first row below the list.
func (s *sheet) changeHead(c *session.Unexplained, now time.Time) {
	s.timed(now, func(s *sheet, now time.Time) {
		dot := words(" · ", faint)
		s.wrapped(nil, line(words("Changed", strong), dot, words("no allowed call explains it", plain), dot,
			words("waiting "+age(now.Sub(c.Since)), plain)))
	})
}

// changed lists the files. What was done to each and how many lines it has more
// and fewer stand before its name, so that no name can pass for them.
func (s *sheet) changed(c *session.Unexplained, long bool) (cut bool) {
	s.says(0, fmt.Sprintf("Files (%d):", len(c.Files)), accent)
	list := files(c)
	wide := 0
	for n := range list {
		wide = max(wide, len(plusMinus(&list[n])))
	}
	for n := range list {
		if !long && n == fewFiles {
			s.says(2, fmt.Sprintf("… and %s", display.Count(len(list)-n, "more file")), warning)
			return true
		}
		f := &list[n]
		look := plain
		label := line(blanks(2), words(display.Pad(f.Kind, 10), accent), words(display.Pad(plusMinus(f), wide+1), plain))
		if f.Protected {
			look = danger
			label = line(label, words("PROTECTED ", danger))
		}
		s.wrapped(label, words(f.Path, look))
		if f.From != "" {
			s.wrapped(line(blanks(7), words("from ", accent), blanks(wide+1)), words(f.From, look))
		}
		if f.Gap {
			s.says(12, "while nobody watched", warning)
		}
	}
	return false
}

// suspects says who could have done it, and who was paused for it.
func (s *sheet) suspects(c *session.Unexplained) {
	for _, who := range c.Could {
		s.labelled("Could have", words(who.String(), plain))
	}
	if len(c.Could) == 0 {
		s.tells(labelOf("Could have"), "no call that kavi knows of was running", plain)
	}
	for _, p := range c.Paused {
		s.labelled("Paused for it", words(p+": every call of it is held until this is answered", warning))
	}
}

// difference adds the diff, or why there is none.
func (s *sheet) difference(d *difference) {
	s.preview = len(s.rows)
	switch {
	case !d.done:
		s.says(0, "Diff: …", accent)
	case d.err != nil:
		s.labelled("No diff", words(d.err.Error(), warning))
	case len(d.rows) == 0:
		s.says(0, "No diff: nothing of it can be shown as text", faint)
	default:
		s.text("Diff:", d.rows, true)
		s.rule("─", ruleWidth)
	}
}

// changeCache keeps the last layout of changes.
type changeCache struct {
	of    *session.Unexplained
	diff  *difference
	done  bool // the diff was there
	age   string
	width int
	sheet *sheet
	cut   bool
}

func (k *changeCache) get(m model, c *session.Unexplained, d *difference, width int, long bool) *sheet {
	old := age(m.now.Sub(c.Since))
	if k.sheet == nil || k.of != c || k.diff != d || k.done != d.done || k.width != width || k.age != old && !k.sheet.tick(m.now) {
		k.sheet, k.cut = layChange(c, d, m.now, width, long)
	}
	k.of, k.diff, k.done, k.age, k.width = c, d, d.done, old, width
	return k.sheet
}

// shown says whether the end of what was laid out is the end of the changes.
func (k *changeCache) shown() bool { return k.done && !k.cut }
