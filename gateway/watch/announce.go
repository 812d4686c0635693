package watch

import (
	"slices"
	"sync"
)

// Announcements are what was said that paths would become.
type Announcements map[Path]*Announcement

// Announcement is what was said that one path would become. It explains that once:
// whoever does the same later does it unsaid. Several goroutines may use it.
type Announcement struct {
	content Hash // of one that says nothing of what was there before

	mu     sync.Mutex
	stages []stage // what the path is, and what it becomes, in this order
	at     int     // the last that was seen
}

// stage tells whether a state is what was said.
type stage func(State) bool

// Holds announces that a path will hold a content, or have it for its target,
// whatever is there before. The zero Hash stands for nothing: a deletion.
func Holds(content Hash) *Announcement {
	after := func(s State) bool { return (s.Type == File || s.Type == Link) && s.Hash == content }
	if content == (Hash{}) {
		after = absent
	}
	return &Announcement{content: content, stages: []stage{func(State) bool { return true }, after}}
}

// Announce announces changes that kavi makes itself, as Kept.Apply does: what is
// there before is known, and what is there for a moment.
func Announce(changes []Change) Announcements {
	all := make(Announcements)
	for _, c := range changes {
		if c.Kind == Renamed { // its mode follows
			all.add(c.From, roughly(c.After), absent)
			all.add(c.Path, absent, roughly(c.After), exactly(c.After))
			continue
		}
		stages := []stage{exactly(c.Before)}
		if c.Before.Type != Absent && c.After.Type != Absent && (c.Before.Type == Folder) != (c.After.Type == Folder) {
			stages = append(stages, absent)
		}
		if c.Before.Type != Folder && c.After.Type == Folder { // its mode follows
			stages = append(stages, roughly(c.After))
		}
		all.add(c.Path, append(stages, exactly(c.After))...)
	}
	return all
}

func (all Announcements) add(path Path, stages ...stage) {
	if all[path] == nil {
		all[path] = &Announcement{}
	}
	all[path].stages = append(all[path].stages, stages...)
}

// Take says that a change is one that was announced; from then on it is over.
func (all Announcements) Take(c Change) bool { return all.explain(c, true) }

// explain says that a change is one that was announced; over, that it is over then.
func (all Announcements) explain(c Change, over bool) bool {
	to := all[c.Path]
	if to == nil {
		return false
	}
	if c.Kind != Renamed {
		return to.explains(c.Before, c.After, over)
	}
	if isStage(c.From, c.Path) && to.content != (Hash{}) {
		return to.explains(State{}, c.After, over)
	}
	from := all[c.From] // it leaves nothing where the file was
	if from == nil || !from.explains(c.Before, State{}, false) || !to.explains(State{}, c.After, over) {
		return false
	}
	return !over || from.explains(c.Before, State{}, true)
}

// explains says that the path was to become that. Several stages may be seen as one,
// and a folder gets its modes again and again: it is lent for each thing done in it.
func (a *Announcement) explains(before, after State, over bool) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if before.Type == Folder && after.Type == Folder {
		return a.content == (Hash{}) && a.has(before) && a.has(after)
	}
	for i := a.at; i < len(a.stages); i++ {
		if !a.stages[i](before) {
			continue
		}
		for j := len(a.stages) - 1; j > i; j-- {
			if a.stages[j](after) {
				if over {
					a.at = j
				}
				return true
			}
		}
	}
	return false
}

func (a *Announcement) has(s State) bool {
	return slices.ContainsFunc(a.stages, func(is stage) bool { return is(s) })
}

func absent(s State) bool { return s.Type == Absent }

// exactly is a state, as far as both sides know its content.
func exactly(want State) stage {
	return func(s State) bool { return s.Perm == want.Perm && alike(s, want) }
}

// roughly is a state, whatever its mode.
func roughly(want State) stage { return func(s State) bool { return alike(s, want) } }

func alike(a, b State) bool {
	switch {
	case a.Type != b.Type || a.Size != b.Size:
		return false
	case a.Hash != (Hash{}) && b.Hash != (Hash{}):
		return a.Hash == b.Hash
	}
	return a.Stamp == 0 || b.Stamp == 0 || a.Stamp == b.Stamp
}
