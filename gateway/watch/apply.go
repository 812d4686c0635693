package watch

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"kavi/gateway/display"
)

// Outcome is what became of a step.
type Outcome struct {
	Step Step
	Done bool
	Err  error // why not; nil for a step that was refused, had nothing to do or was not said yes to
}

// Apply does the steps of a plan for which yes says so; it is asked about those
// with Ask only. Nil says no. Each file is replaced whole or not at all, and only
// if it is still what the plan found: what is replaced is looked at after it was
// swapped out, and put back if it is something else. What is removed or replaced is kept, so the
// changes that Apply returns can be undone in turn. It goes on after a step that
// fails, and stops between two steps when ctx ends.
//
// A hard link to another name is broken: the other name keeps the content.
func (k *Kept) Apply(ctx context.Context, plan Plan, yes func(Step) bool) (made []Change, outcomes []Outcome, err error) {
	root, err := openRoot(k.root)
	if err != nil {
		return nil, nil, fmt.Errorf("watch: %w", err)
	}
	a := &applying{Kept: k, root: root, outcome: make([]Outcome, len(plan))}
	steps := make([]int, len(plan))
	for i := range plan {
		steps[i] = i
		a.outcome[i].Step = plan[i]
	}
	// What makes room first, from the top down where folders are made, from the bottom
	// up where they go.
	slices.SortStableFunc(steps, func(x, y int) int {
		one, other := plan[x], plan[y]
		if d := phase(one) - phase(other); d != 0 {
			return d
		}
		if phase(one) == removeFolders {
			return strings.Compare(string(other.Path), string(one.Path))
		}
		return strings.Compare(string(one.Path), string(other.Path))
	})
	for _, i := range steps {
		s := plan[i]
		if s.Refused != "" || s.Do == Nothing || s.Ask != "" && (yes == nil || !yes(s)) {
			continue
		}
		if ctx.Err() != nil {
			a.outcome[i].Err = ctx.Err()
			continue
		}
		if a.outcome[i].Err = a.do(s); a.outcome[i].Err == nil {
			a.outcome[i].Done = true
		}
	}
	a.modes()
	err = errors.Join(root.Close(), k.store.Sync())
	return a.made, a.outcome, err
}

// phases of an undo.
const (
	clear4Folders = iota // files where folders have to be
	makeFolders
	bringBack // and moves
	removeFiles
	removeFolders
	replaceFolders // by files
	changeModes
)

func phase(s Step) int {
	switch {
	case s.Do == Restore && s.Want.Type == Folder && s.Now.Type != Absent:
		return clear4Folders
	case s.Do == Restore && s.Want.Type == Folder:
		return makeFolders
	case s.Do == Restore && s.Now.Type == Folder:
		return replaceFolders
	case s.Do == Restore, s.Do == Move:
		return bringBack
	case s.Do == Remove && s.Now.Type == Folder:
		return removeFolders
	case s.Do == Remove:
		return removeFiles
	}
	return changeModes
}

type applying struct {
	*Kept
	root    place
	outcome []Outcome
	made    []Change
	locked  []Change // folders that get their own mode when all is done
}

// did notes a change that was made.
func (a *applying) did(path Path, kind Kind, before, after State) {
	now := time.Now()
	a.made = append(a.made, Change{Path: path, Kind: kind, Before: before, After: after, First: now, Time: now})
}

func (a *applying) do(s Step) (err error) {
	dir, name := split(string(s.Path))
	if s.Do != Remove {
		if err := a.mkdirs(dir); err != nil {
			return err
		}
	}
	p, done, err := a.open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	switch s.Do {
	case Remove:
		if s.Now.Type == Folder {
			err := unix.Unlinkat(int(p), name, unix.AT_REMOVEDIR)
			if errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.EEXIST) {
				err = errors.New("there is something else in it, which stays")
			}
			if err != nil {
				return pathError("remove", s.Path, err)
			}
			a.did(s.Path, Deleted, s.Now, State{})
			return p.sync()
		}
		before, err := a.take(p, s.Path, name, s.Now)
		if err != nil {
			return err
		}
		a.did(s.Path, Deleted, before, State{})
		return p.sync()
	case Chmod:
		return a.chmod(p, s.Path, name, s.Now, s.Want)
	case Move:
		return a.move(p, s, name)
	case Restore:
		return a.restore(p, s, name)
	case Nothing:
	}
	return nil
}

func (a *applying) restore(p place, s Step, name string) error {
	if s.Want.Type == Folder {
		if s.Now.Type != Absent {
			before, err := a.take(p, s.Path, name, s.Now)
			if err != nil {
				return err
			}
			a.did(s.Path, Deleted, before, State{})
		}
		return a.mkdir(p, s.Path, name, s.Want.Perm)
	}
	content := s.Merged
	if content == nil {
		var err error
		if content, err = a.Content(s.Want); err != nil {
			return err
		}
	}
	want := s.Want
	want.Stamp = 0    // it is written anew
	if want.At == 0 { // a merged text is kept too, so that this undo can be undone
		at, err := a.store.Put(content, [32]byte(Sum(content)))
		if err != nil {
			return fmt.Errorf("%s: the merged text cannot be kept: %w", s.Path.Quote(), err)
		}
		want.At = at
	}
	kind := Modified
	before, err := s.Now, error(nil)
	if before.Type == Absent {
		kind = Created
	}
	if before.Type == Folder { // removed by another step, or in the way
		if err := unix.Unlinkat(int(p), name, unix.AT_REMOVEDIR); err != nil && !errors.Is(err, unix.ENOENT) {
			return pathError("replace", s.Path, err)
		} else if err == nil {
			a.did(s.Path, Deleted, before, State{})
		}
		kind, before = Created, State{}
	}
	if before, err = a.keepNow(p, name, before); err != nil {
		return fmt.Errorf("%s: %w", s.Path.Quote(), err)
	}
	if err := a.put(p, s.Path, name, content, want, before); err != nil {
		return err
	}
	a.did(s.Path, kind, before, want)
	return p.sync()
}

// keepNow sees to it that what stands at a name is kept. What cannot be is gone
// afterwards: the operator was asked.
func (a *applying) keepNow(p place, name string, now State) (State, error) {
	if now.Type != File && now.Type != Link || now.At != 0 || now.Hash == (Hash{}) {
		return now, nil
	}
	content, _, err := p.read(name, now.Size, nil)
	if err != nil {
		return now, err
	}
	if Sum(content) != now.Hash {
		return now, errMeanwhile
	}
	now.At, err = a.store.Put(content, [32]byte(now.Hash))
	if err != nil {
		return now, fmt.Errorf("what is there now cannot be kept: %w", err)
	}
	return now, nil
}

var errMeanwhile = errors.New("it was changed meanwhile")

// put puts a file or link in place of what is there: written beside it, synced,
// swapped, and swapped back if what came out is not what was expected.
func (a *applying) put(p place, path Path, name string, content []byte, want, now State) (err error) {
	tmp := a.temporary(path)
	defer func() { a.release(path, tmp) }()
	if want.Type == Link {
		err = unix.Symlinkat(string(content), int(p), tmp)
	} else {
		err = p.create(tmp, content, want.Perm, p.owner(name))
	}
	if err != nil {
		return pathError("write", path, errors.Join(err, p.unlink(tmp)))
	}
	if now.Type == Absent {
		if err := p.renameNew(tmp, p, name); err != nil {
			return pathError("write", path, errors.Join(err, p.unlink(tmp)))
		}
		return nil
	}
	swapped, err := p.swap(tmp, name, func(at string) error { return p.expect(at, now) })
	if err != nil {
		return pathError("write", path, errors.Join(err, p.unlink(tmp)))
	}
	if swapped {
		return p.unlink(tmp)
	}
	return nil
}

// take removes a file, link or special file, if it is what it should be.
func (a *applying) take(p place, path Path, name string, now State) (State, error) {
	now, err := a.keepNow(p, name, now)
	if err != nil {
		return now, fmt.Errorf("%s: %w", path.Quote(), err)
	}
	tmp := a.temporary(path)
	defer func() { a.release(path, tmp) }()
	if err := p.renameNew(name, p, tmp); err != nil {
		return now, pathError("remove", path, err)
	}
	if err := p.expect(tmp, now); err != nil {
		return now, pathError("remove", path, errors.Join(err, p.renameNew(tmp, p, name)))
	}
	return now, pathErrorOrNil("remove", path, p.unlink(tmp))
}

func (a *applying) move(p place, s Step, name string) (err error) {
	fromDir, fromName := split(string(s.From))
	q, done, err := a.open(fromDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	now, _, err := q.present(fromName, max(minLimit, s.Want.Size))
	if err != nil || !now.sameContent(s.Want) {
		return pathError("move", s.From, errors.Join(errMeanwhile, err))
	}
	if err := q.renameNew(fromName, p, name); err != nil {
		return pathError("move", s.From, err)
	}
	after := now
	after.At, after.Left = s.Want.At, s.Want.Left
	before := after
	if s.Want.Perm != now.Perm {
		if err := p.chmod(name, now.Type, s.Want.Perm); err != nil {
			return pathError("chmod", s.Path, err)
		}
		after.Perm = s.Want.Perm
	}
	a.did(s.Path, Renamed, before, after)
	a.made[len(a.made)-1].From = s.From
	return errors.Join(p.sync(), q.sync())
}

func (a *applying) chmod(p place, path Path, name string, now, want State) error {
	if err := p.expect(name, now); err != nil {
		return pathError("chmod", path, err)
	}
	if want.Type == Folder { // when all is done: it may forbid to write in it
		a.locked = append(a.locked, Change{Path: path, Kind: Mode, Before: now, After: want})
		return nil
	}
	if err := p.chmod(name, now.Type, want.Perm); err != nil {
		return pathError("chmod", path, err)
	}
	after := now
	after.Perm = want.Perm
	a.did(path, Mode, now, after)
	return nil
}

// mkdirs makes the folders on the way to a path that are not there.
func (a *applying) mkdirs(dir string) error {
	if dir == "" || dir == "/" {
		return nil
	}
	p, err := a.root.open(dir)
	if err == nil {
		return p.Close()
	}
	if !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("a folder on the way is not one by now: %w", err)
	}
	parent, name := split(dir)
	if err := a.mkdirs(parent); err != nil {
		return err
	}
	p, done, err := a.open(parent)
	if err != nil {
		return err
	}
	return errors.Join(a.mkdir(p, Path(dir), name, onTheWay), done())
}

func (a *applying) mkdir(p place, path Path, name string, perm uint32) error {
	owner := p.owner(name)
	if err := unix.Mkdirat(int(p), name, lent(0)); err != nil {
		return pathError("make", path, err)
	}
	if err := p.own(name, owner); err != nil {
		return pathError("make", path, err)
	}
	a.did(path, Created, State{}, State{Type: Folder, Perm: perm})
	a.locked = append(a.locked, Change{Path: path, After: State{Type: Folder, Perm: perm}})
	return p.sync()
}

// modes gives folders the modes they had, which may forbid what had to be done in them.
func (a *applying) modes() {
	for _, c := range slices.Backward(a.locked) {
		dir, name := split(string(c.Path))
		p, err := a.root.open(dir)
		if err == nil {
			err = errors.Join(p.chmod(name, Folder, c.After.Perm), p.Close())
		}
		if err == nil && c.Kind == Mode {
			a.did(c.Path, Mode, c.Before, c.After)
		}
		for i := range a.outcome {
			if o := &a.outcome[i]; err != nil && o.Step.Path == c.Path {
				o.Done, o.Err = false, pathError("chmod", c.Path, err)
			}
		}
	}
}

// temporary names a file beside a path. The watch does not report it.
func (a *applying) temporary(path Path) string {
	name := ".kavi-" + strings.ToLower(rand.Text())
	if a.mine != nil {
		dir, _ := split(string(path))
		a.mine.Store(join(dir, name), true)
	}
	return name
}

func (a *applying) release(path Path, name string) {
	if a.mine != nil {
		dir, _ := split(string(path))
		a.mine.Delete(join(dir, name))
	}
}

func pathError(what string, path Path, err error) error {
	return fmt.Errorf("%s %s: %w", what, display.Safe(path.Quote()), err)
}

func pathErrorOrNil(what string, path Path, err error) error {
	if err == nil {
		return nil
	}
	return pathError(what, path, err)
}
