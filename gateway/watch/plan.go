package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"kavi/gateway/diff"
	"kavi/gateway/display"
)

// Do is what a step of an undo does.
type Do string

// What a step does.
const (
	Nothing Do = "nothing" // it is as it was already
	Restore Do = "restore" // its content, and mode
	Remove  Do = "remove"
	Move    Do = "move" // back to Path from From
	Chmod   Do = "chmod"
)

// Step is what an undo does to one path.
type Step struct {
	Path    Path
	Do      Do
	From    Path // of Move
	Now     State
	Want    State
	Refused string // why nothing can be done, safe to display; "" for a step that can
	Ask     string // why the operator has to say yes to this one, safe to display; ""
	// Merged is what is written if the operator says yes where somebody changed the
	// file since: their text without the changes that are undone; with markers where
	// that conflicts.
	Merged    []byte
	Conflicts int
}

// String says what a step does, safe to display.
func (s Step) String() string {
	name := display.Safe(string(s.Path))
	if s.Refused != "" {
		return fmt.Sprintf("leaves %s alone: %s", name, s.Refused)
	}
	text := ""
	switch s.Do {
	case Nothing:
		return name + " is as it was"
	case Restore:
		text = "restores " + name
		if s.Now.Type == Absent {
			text = "brings back " + name
		}
		if s.Want.Type == Folder {
			text += "/"
		}
		if s.Want.Type == Folder && s.Want.Left == Unreadable {
			text += ", empty: what was in it could not be read"
		}
	case Remove:
		text = "removes " + name
		if s.Now.Type == Folder {
			text += "/, if it is empty then"
		}
	case Move:
		text = fmt.Sprintf("moves %s back to %s", display.Safe(string(s.From)), name)
	case Chmod:
		text = fmt.Sprintf("sets the mode of %s to %04o", name, s.Want.Perm)
	}
	if s.Ask != "" {
		text += ", if you say so: " + s.Ask
	}
	return text
}

// Plan is what an undo does: one step for each path, in the order of the paths.
type Plan []Step

// minLimit is up to which size a file is read to see whether it was changed, even if no
// record says that it was smaller.
const minLimit = 4 << 20

// step from one state to another of one path
type transition struct{ before, after State }

// Plan says what taking back these changes would do; they come in the order in which
// they happened, and need not be all that happened to a path. Nothing is written.
func (k *Kept) Plan(changes []Change) (Plan, error) {
	byPath := map[Path][]transition{}
	for _, c := range changes {
		if !valid(string(c.Path)) || c.Kind == Renamed && !valid(string(c.From)) {
			return nil, fmt.Errorf("watch: not a path of the project: %q", c.Path)
		}
		if c.Kind == Renamed {
			byPath[c.From] = append(byPath[c.From], transition{c.Before, State{}})
			byPath[c.Path] = append(byPath[c.Path], transition{State{}, c.After})
			continue
		}
		byPath[c.Path] = append(byPath[c.Path], transition{c.Before, c.After})
	}
	var plan Plan
	folders := GitFolders(k.root)
	for path, list := range byPath {
		if gitsOwn(string(path), folders) {
			plan = append(plan, Step{Path: path, Do: Nothing, Refused: "it is git's own record: git reset and git reflog can take it back"})
			continue
		}
		plan = append(plan, k.step(path, list))
	}
	slices.SortFunc(plan, func(a, b Step) int { return strings.Compare(string(a.Path), string(b.Path)) })
	plan = moves(plan)
	for i := range plan {
		k.check(plan, &plan[i])
	}
	k.keepFolders(plan, changes)
	return plan, nil
}

// step walks the changes of one path back, from what is there now.
func (k *Kept) step(path Path, list []transition) Step {
	s := Step{Path: path, Do: Nothing}
	limit := int64(minLimit)
	for _, t := range list {
		if t.after.Hash != (Hash{}) {
			limit = max(limit, t.after.Size)
		}
	}
	now, content, err := k.present(path, limit)
	s.Now = now
	if err != nil {
		s.Refused = words(err)
		return s
	}
	v := virtual{state: now, content: content}
	for _, t := range slices.Backward(list) {
		if why := v.back(k, t); why != "" {
			s.Refused = why
			return s
		}
	}
	s.Want = v.state
	switch {
	case v.merged && v.conflicts > 0:
		s.Ask = fmt.Sprintf("it was changed since, and %d of the places conflict: they will stand between markers", v.conflicts)
	case v.merged:
		s.Ask = "it was changed since: those changes stay"
	}
	if v.merged {
		s.Do, s.Merged, s.Conflicts = Restore, v.content, v.conflicts
		return s
	}
	switch {
	case s.Want.Same(now):
	case s.Want.Type == Absent:
		s.Do = Remove
	case now.Type == s.Want.Type && now.sameContent(s.Want):
		s.Do, s.Want.Stamp = Chmod, now.Stamp
	default:
		s.Do = Restore
	}
	if s.Do != Chmod && s.Do != Nothing && now.Type == File && now.Left != Whole {
		s.Ask = "what is there now is not kept, so this cannot be undone again"
	}
	return s
}

// virtual is a path while changes are walked back.
type virtual struct {
	state     State
	content   []byte // if state was read or merged
	merged    bool
	conflicts int
}

// back takes one change back, or says why that cannot be done.
func (v *virtual) back(k *Kept, t transition) (why string) {
	now := v.state
	switch {
	case now.Same(t.after):
		v.state, v.content = t.before, nil
		return ""
	case now.Type == Folder && t.after.Type == Folder: // only its mode is another one since
		if t.before.Type != Folder {
			v.state = t.before
		}
		return ""
	case now.Same(t.before): // somebody has taken it back already
		return ""
	case now.Type == t.after.Type && now.sameContent(t.after): // only its mode was changed since
		v.state, v.content = t.before, nil
		if t.before.Type == now.Type && t.before.Perm == t.after.Perm {
			v.state.Perm = now.Perm
		}
		return ""
	case now.Type == File && t.before.Type == File && t.after.Type == File && t.before.sameContent(t.after):
		if now.Perm == t.after.Perm { // only the mode is taken back
			v.state.Perm = t.before.Perm
		}
		return ""
	case now.Type == Absent:
		return "it was deleted since"
	case t.after.Type == Absent && now.Type == Folder && t.before.Type == Folder:
		v.state.Perm = t.before.Perm
		return ""
	case t.after.Type == Absent:
		return fmt.Sprintf("there is something else by now (%s)", size(now))
	case now.Type != File || t.before.Type != File || t.after.Type != File:
		return "it was changed since"
	}
	return v.merge(k, t)
}

// merge takes one change back from a text that was changed since.
func (v *virtual) merge(k *Kept, t transition) (why string) {
	base, err := k.Content(t.after)
	if err != nil {
		return "it was changed since, and " + words(err)
	}
	before, err := k.Content(t.before)
	if err != nil {
		return "it was changed since, and " + words(err)
	}
	ours := v.content
	if ours == nil {
		if ours, err = k.Content(v.state); err != nil {
			return "it was changed since, and " + words(err)
		}
	}
	if diff.Binary(base) || diff.Binary(before) || diff.Binary(ours) {
		return "it was changed since, and it is no text"
	}
	text, conflicts := diff.Merge(base, ours, before, diff.Names{Ours: "as it is now", Theirs: "without what is undone"})
	v.content, v.merged = text, true
	v.conflicts += conflicts
	perm := v.state.Perm
	if t.before.Perm != t.after.Perm && perm == t.after.Perm {
		perm = t.before.Perm
	}
	v.state = State{Type: File, Perm: perm, Size: int64(len(text)), Hash: Sum(text)}
	return ""
}

// moves makes one move of a file that has to go and one of the same content that has to
// come: also a file whose content was not kept comes back that way.
func moves(plan Plan) Plan {
	goes := map[State]int{}
	byHash := func(s State) State { return State{Type: File, Size: s.Size, Hash: s.Hash} }
	byTime := func(s State) State { return State{Type: File, Size: s.Size, Stamp: s.Stamp} }
	for i, s := range plan {
		if s.Do == Remove && s.Refused == "" && s.Now.Type == File {
			goes[byHash(s.Now)] = i
			goes[byTime(s.Now)] = i
		}
	}
	drop := map[int]bool{}
	for i, s := range plan {
		key := byHash(s.Want)
		if s.Want.Hash == (Hash{}) {
			key = byTime(s.Want)
		}
		from, has := goes[key]
		if s.Do != Restore || s.Refused != "" || s.Merged != nil || s.Now.Type != Absent || s.Want.Type != File || !has || drop[from] || key.Hash == (Hash{}) && key.Stamp == 0 {
			continue
		}
		plan[i].Do, plan[i].From, plan[i].Want.Stamp = Move, plan[from].Path, plan[from].Now.Stamp
		drop[from] = true
	}
	var left Plan
	for i, s := range plan {
		if !drop[i] {
			left = append(left, s)
		}
	}
	return left
}

// check refuses a step that cannot be done.
func (k *Kept) check(plan Plan, s *Step) {
	if s.Refused != "" || s.Do == Nothing {
		return
	}
	if s.Do == Restore && s.Merged == nil {
		switch s.Want.Type {
		case Special:
			s.Refused = "a pipe, socket or device is not made again"
		case File, Link:
			if _, err := k.Content(s.Want); err != nil {
				s.Refused = words(err)
			}
		case Absent, Folder:
		}
	}
	if s.Refused == "" && s.Do != Remove {
		if in := k.inTheWay(string(s.Path)); in != "" && !plan.makesFolder(Path(in)) {
			s.Refused = fmt.Sprintf("%s is not a folder by now", display.Safe(in))
		}
	}
}

// makesFolder says that the plan puts a folder where something else is.
func (p Plan) makesFolder(path Path) bool {
	return slices.ContainsFunc(p, func(s Step) bool {
		return s.Path == path && s.Refused == "" && s.Do == Restore && s.Want.Type == Folder
	})
}

// inTheWay is what stands where a folder on the way to a path has to be, or "".
func (k *Kept) inTheWay(path string) string {
	for dir, _ := split(path); dir != "" && dir != "/"; dir, _ = split(dir) {
		root, parent, err := k.open(dir)
		if err != nil {
			continue
		}
		_, name := split(dir)
		e, exists, err := parent.stat(name)
		_ = errors.Join(parent.Close(), root.Close())
		if err == nil && exists && !e.isFolder() {
			return dir
		}
	}
	return ""
}

// open opens the folder that a path is in, without following links. Both are to be closed.
func (k *Kept) open(path string) (root, dir place, err error) {
	if root, err = openRoot(k.root); err != nil {
		return -1, -1, err
	}
	parent, _ := split(path)
	if dir, err = root.open(parent); err != nil {
		return -1, -1, errors.Join(err, root.Close())
	}
	return root, dir, nil
}

// present is what stands at a path now. The content of a file over the limit is not read.
func (k *Kept) present(path Path, limit int64) (State, []byte, error) {
	root, dir, err := k.open(string(path))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		return State{}, nil, nil
	}
	if err != nil {
		return State{}, nil, err
	}
	defer func() { _ = errors.Join(dir.Close(), root.Close()) }()
	_, name := split(string(path))
	return dir.present(name, limit)
}

func (p place) present(name string, limit int64) (State, []byte, error) {
	content, e, err := p.read(name, limit, nil)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return State{}, nil, nil
	case err != nil && e.isRegular():
		why := Unreadable
		if errors.Is(err, errLarge) {
			why = Large
		} else if errors.Is(err, errMoved) {
			return State{}, nil, errors.New("it is being written")
		}
		return State{Type: File, Perm: e.perm(), Size: e.size, Stamp: e.mtime, Left: why}, nil, nil
	case e.isFolder():
		return State{Type: Folder, Perm: e.perm()}, nil, nil
	case e.mode == 0:
		return State{}, nil, err
	case e.isLink():
		return State{Type: Link, Size: e.size, Hash: Sum(content)}, content, err
	case !e.isRegular():
		return State{Type: Special, Perm: e.perm()}, nil, nil
	}
	return State{Type: File, Perm: e.perm(), Size: e.size, Hash: Sum(content), Stamp: e.mtime}, content, nil
}
