package panes

import (
	"fmt"
	"strconv"
	"strings"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/session"
)

// group is parts of a call that read alike: a command may hold the same thing a
// thousand times.
type group struct {
	parts   []int // their numbers, from 1
	text    string
	effects []string
	risk    gateway.Risk
}

// Bounds of what is listed of a part's effects.
const (
	fewEffects  = 6   // below the list
	manyEffects = 200 // in the details
	fewGroups   = 3   // below the list, besides those that are not low
)

// groups gives the parts of a call for reading, worst first.
func groups(j gateway.Judgement) []group {
	var out []group
	at := map[string]int{}
	for _, i := range j.WorstFirst() {
		p := j.Parts[i]
		effects := effectTexts(p)
		key := p.Text + "\x00" + strings.Join(effects, "\x00")
		n, there := at[key]
		if !there {
			n = len(out)
			at[key] = n
			out = append(out, group{text: p.Text, effects: effects, risk: gateway.PartRisk(p)})
		}
		out[n].parts = append(out[n].parts, i+1)
	}
	return out
}

// effectTexts says what a part does, gravest first.
func effectTexts(p gateway.Part) []string {
	var out []string
	there := map[string]bool{}
	for _, e := range gateway.GravestFirst(p.Effects) {
		text := orElse(e.Why, string(e.Kind))
		if e.Never {
			text += " (NEVER allowed)"
		}
		if e.Outside {
			text += " (OUTSIDE the project)"
		}
		if e.Protected {
			text += " (protected)"
		}
		if !there[text] {
			there[text] = true
			out = append(out, text)
		}
	}
	return out
}

// parts adds what a call of several parts is made of: what is worst may stand far
// down in a long command. What there is now stands before the harmless ones, which
// the short form only counts.
func (s *sheet) parts(a *session.Approval, short bool) {
	total := len(a.Judged.Parts)
	most := manyEffects
	if short {
		most = fewEffects
	}
	left, there := 0, false
	for n, g := range groups(a.Judged) {
		if g.risk == gateway.Low && !there { // what they find there, before what is harmless
			s.fields(a, short, found)
			there = true
		}
		if short && n >= fewGroups && g.risk == gateway.Low {
			left += len(g.parts)
			continue
		}
		label := line(words(partNumbers(g.parts)+" of "+strconv.Itoa(total)+":", accent), words(" ", plain))
		s.wrapped(label, line(words(orElse(g.text, "no text of its own"), strong)))
		for i, e := range g.effects {
			if i == most {
				s.says(2, fmt.Sprintf("… and %d things more", len(g.effects)-i), warning)
				break
			}
			look := plain
			if i == 0 {
				look = ofRisk(g.risk)
			}
			s.wrapped(blanks(2), words(e, look))
		}
	}
	if !there {
		s.fields(a, short, found)
	}
	if left > 0 {
		s.says(0, fmt.Sprintf("%s that only read, or write in the project", display.Count(left, "other part")), faint)
	}
}

// partNumbers writes parts by their numbers: "Part 3", "Parts 1–4, 7".
func partNumbers(parts []int) string {
	if len(parts) == 1 {
		return "Part " + strconv.Itoa(parts[0])
	}
	var out []string
	for i := 0; i < len(parts); {
		end := i
		for end+1 < len(parts) && parts[end+1] == parts[end]+1 {
			end++
		}
		text := strconv.Itoa(parts[i])
		if end > i {
			text += "–" + strconv.Itoa(parts[end])
		}
		if len(out) == 8 {
			return "Parts " + strings.Join(out, ", ") + fmt.Sprintf(" and %d more", len(parts)-i)
		}
		out = append(out, text)
		i = end + 1
	}
	return "Parts " + strings.Join(out, ", ")
}
