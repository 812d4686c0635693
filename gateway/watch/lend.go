package watch

import (
	"errors"

	"golang.org/x/sys/unix"
)

// writable says that nothing about a folder's mode forbids us to write in it.
func (p place) writable() bool {
	return !errors.Is(unix.Faccessat(int(p), ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS), unix.EACCES)
}

// lent is what a mode is while something is done in a folder, or in one that is made.
func lent(perm uint32) uint32 { return perm | 0o700 }

// lend lets us write in a folder whose mode forbids it, until back is called. It goes
// by the open folder, whatever happens to the path that led to it.
func (p place) lend() (back func() error) {
	mine, err := p.self()
	if err != nil || p.writable() || unix.Fchmod(int(p), lent(mine.perm())) != nil {
		return func() error { return nil } // somebody else's: what is done in it says why it cannot be
	}
	return func() error {
		now, err := p.self()
		if err != nil || now.perm() != lent(mine.perm()) { // it was given another one meanwhile
			return err
		}
		return unix.Fchmod(int(p), mine.perm())
	}
}

// open opens a folder to do one thing in it. A folder that its mode locks is unlocked
// for just that long: what kills us in between leaves this one folder writable for
// its owner, and perhaps a file .kavi-... in it; the watch reports both.
func (a *applying) open(dir string) (p place, done func() error, err error) {
	p, err = a.root.open(dir)
	if err != nil {
		return -1, nil, err
	}
	back := p.lend()
	return p, func() error { return errors.Join(back(), p.Close()) }, nil
}

// Expected are the changes that Apply may make, for whoever explains what the watch
// sees meanwhile: also the modes that folders have for a moment.
func (k *Kept) Expected(plan Plan) (out []Change) {
	seen := map[string]bool{"": true, "/": true}
	for _, s := range plan {
		if s.Refused != "" || s.Do == Nothing {
			continue
		}
		c := Change{Path: s.Path, Kind: Modified, Before: s.Now, After: s.Want}
		if s.Do == Move {
			c.Kind, c.From = Renamed, s.From
			out = append(out, k.around(string(s.From), seen)...)
		}
		if s.Do == Restore && s.Want.Type == Folder {
			out = append(out, making(string(s.Path))...)
		}
		if s.Now.Type != Absent && (s.Now.Type == Folder) != (s.Want.Type == Folder) { // it goes before the other comes
			out = append(out, Change{Path: s.Path, Kind: Deleted, Before: s.Now})
		}
		out = append(out, k.around(string(s.Path), seen)...)
		out = append(out, c)
	}
	return out
}

// around are the changes of the folders above a path: those that are not there are
// made, the one that it is in is lent.
func (k *Kept) around(path string, seen map[string]bool) (out []Change) {
	for dir, _ := split(path); !seen[dir]; dir, _ = split(dir) {
		seen[dir] = true
		root, p, err := k.open(dir + "/.")
		if errors.Is(err, unix.ENOENT) {
			out = append(out, making(dir)...)
			continue
		}
		if err != nil {
			return out
		}
		if self, err := p.self(); err == nil && !p.writable() {
			own, open := State{Type: Folder, Perm: self.perm()}, State{Type: Folder, Perm: lent(self.perm())}
			out = append(out, Change{Path: Path(dir), Kind: Mode, Before: own, After: open}, Change{Path: Path(dir), Kind: Mode, Before: open, After: own})
		}
		_ = errors.Join(p.Close(), root.Close())
		return out
	}
	return out
}

// making are the changes of a folder that is made on the way, or for its own sake.
func making(dir string) []Change {
	made, whole := State{Type: Folder, Perm: lent(0)}, State{Type: Folder, Perm: onTheWay}
	return []Change{{Path: Path(dir), Kind: Created, After: made}, {Path: Path(dir), Kind: Mode, Before: made, After: whole}}
}

// onTheWay is the mode of a folder of which only that is known that something was in it.
const onTheWay = 0o755
