package gateway

import (
	"slices"

	"kavi/gateway/shell"
)

// kindSet is a set of kinds of effects and their modifiers.
type kindSet uint16

func kindsOf(list []shell.Kind) (s kindSet) {
	for _, k := range list {
		s |= bit(k)
	}
	return s
}

// bit is the place of a kind in a set; none for what is no kind of effect.
func bit(k shell.Kind) kindSet {
	switch k {
	case shell.Read:
		return 1 << 0
	case shell.Write:
		return 1 << 1
	case shell.Overwrite:
		return 1 << 2
	case shell.Delete:
		return 1 << 3
	case shell.Network:
		return 1 << 4
	case shell.Commit:
		return 1 << 5
	case shell.Unknown:
		return 1 << 6
	case shell.Opaque:
		return 1 << 7
	case shell.Privilege:
		return 1 << 8
	case Outside:
		return 1 << 9
	case Protected:
		return 1 << 10
	}
	return 0
}

func (s kindSet) has(k shell.Kind) bool { return s&bit(k) != 0 }

// ruleSet is the rules of one step of the evaluation. Those about commands that
// name a program are found by that name: there may be a thousand.
type ruleSet struct {
	all    []*Rule
	byWord map[string][]*Rule // rules about commands whose program is a plain word
	rest   []*Rule
}

func (rs *ruleSet) add(r *Rule) {
	rs.all = append(rs.all, r)
	words := r.programs()
	if words == nil {
		rs.rest = append(rs.rest, r)
		return
	}
	if rs.byWord == nil {
		rs.byWord = make(map[string][]*Rule)
	}
	for _, w := range words {
		rs.byWord[w] = append(rs.byWord[w], r)
	}
}

// programs are the plain first words of a rule about commands; nil where it is
// about anything else, or about programs that it does not name.
func (r *Rule) programs() (words []string) {
	if r.Kind != Exec || len(r.commands) == 0 {
		return nil
	}
	for _, p := range r.commands {
		if len(p.words) == 0 || len(p.words[0].parts) != 1 {
			return nil
		}
		if w := p.words[0].parts[0]; !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// about gives the rules that can be about a part, and perhaps others.
func (rs *ruleSet) about(s *subject) func(yield func(*Rule) bool) {
	return func(yield func(*Rule) bool) {
		for _, r := range rs.rest {
			if r.onEffects && r.effects&s.kinds == 0 {
				continue
			}
			if !yield(r) {
				return
			}
		}
		if !s.exec {
			return
		}
		for _, argv := range s.argvs {
			if !argv[0].Known { // it may be any program
				for _, list := range rs.byWord {
					for _, r := range list {
						if !yield(r) {
							return
						}
					}
				}
				return
			}
			for _, r := range rs.byWord[argv[0].Text] {
				if !yield(r) {
					return
				}
			}
		}
	}
}
