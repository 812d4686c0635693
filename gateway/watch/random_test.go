package watch

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// randomly does something to the project: what fails is as good. Hard links are not
// among it: of a write through a name that is gone since, nobody tells.
func (p *project) randomly(r *rand.Rand) {
	name := func() string {
		path := fmt.Sprint("n", r.IntN(6))
		for range r.IntN(4) {
			path = filepath.Join(fmt.Sprint("d", r.IntN(3)), path)
		}
		return p.path(path)
	}
	dir := func() string { return filepath.Dir(name()) }
	var err error
	switch r.IntN(11) {
	case 0, 1, 2, 3:
		path := name()
		err = os.MkdirAll(filepath.Dir(path), 0o755)
		if err == nil {
			err = os.WriteFile(path, fmt.Appendf(nil, "%d\n%d\n", r.IntN(3), r.IntN(1000)), 0o644)
		}
	case 4:
		err = os.Remove(name())
	case 5:
		if d := dir(); d != p.root {
			err = os.RemoveAll(d)
		}
	case 6:
		if d := dir(); d != p.root {
			err = os.Rename(d, fmt.Sprint(dir(), r.IntN(2)))
		}
	case 7:
		if d := dir(); d != p.root {
			err = os.Rename(d, name())
		}
	case 8:
		err = os.Rename(name(), name())
	case 9:
		path := name()
		if info, e := os.Lstat(path); e == nil && info.Mode().IsRegular() {
			err = os.Chmod(path, os.FileMode([]uint32{0o644, 0o600, 0o755}[r.IntN(3)]))
		}
	case 10:
		err = os.Symlink(filepath.Base(name()), name())
	}
	_ = err // it may well not be possible
}

// Whatever is done, at whatever speed: the changes lead from each state to the next, the
// last says what is there, and taking them all back leads to the beginning.
func TestARandomSessionIsUndoneWhole(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 7))
			p := newProject(t, nil)
			for range 150 {
				p.randomly(r)
			}
			before := p.snapshot()
			p.watched()
			var all []Change
			for range 12 {
				for range r.IntN(150) {
					p.randomly(r)
				}
				if r.IntN(2) == 0 {
					all = append(all, p.changes()...)
				}
			}
			all = append(all, p.changes()...)
			after := p.snapshot()
			last := map[Path]State{}
			check := func(path Path, from, to State) {
				if was, known := last[path]; known && !was.Same(from) {
					t.Errorf("%s: from %+v, though it was %+v", path, from, was)
				}
				last[path] = to
			}
			for _, c := range all {
				if c.Kind == Renamed {
					check(c.From, c.Before, State{})
					check(c.Path, State{}, c.After)
				} else {
					check(c.Path, c.Before, c.After)
				}
			}
			for path, s := range last {
				now, _, err := p.w.Kept().present(path, 1<<20)
				if err != nil || !now.Same(s) {
					t.Errorf("%s is %+v, reported %+v: %v", path, now, s, err)
				}
			}
			_, made, _ := p.undone(p.w.Kept(), all)
			if d := cmp.Diff(before, p.snapshot()); d != "" {
				t.Fatal(d)
			}
			p.undone(p.w.Kept(), made)
			if d := cmp.Diff(after, p.snapshot()); d != "" {
				t.Fatalf("undoing the undo: %s", d)
			}
		})
	}
}
