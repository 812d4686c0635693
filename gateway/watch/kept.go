package watch

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"kavi/gateway/diff"
	"kavi/gateway/display"
	"kavi/gateway/watch/baseline"
)

// Kept is what was kept of a project, by a watch that runs or one that is over: for
// diffs, patches and undo. Its methods may be called from any goroutine; they read
// and write the disk.
type Kept struct {
	root  string
	store *baseline.Store
	mine  *sync.Map // nil: nobody watches
}

// Kept is what this watch keeps. It is usable until the watch ends.
func (w *Watch) Kept() *Kept {
	return &Kept{root: w.opts.Root, store: w.store, mine: &w.scope.mine}
}

// OpenKept opens what a watch that is over kept in a folder. Close it.
func OpenKept(root, folder string) (*Kept, error) {
	if r, err := filepath.EvalSymlinks(root); err == nil {
		root = r // else it is not there any more, and what it held can still be shown
	}
	if err := baseline.Has(folder); err != nil {
		return nil, fmt.Errorf("watch: %w: %w", ErrNothingKept, err)
	}
	store, err := baseline.OpenStore(folder, baseline.Limits{})
	if err != nil {
		return nil, fmt.Errorf("watch: %w", err)
	}
	return &Kept{root: root, store: store}, nil
}

// ErrNothingKept says that nothing of a project was kept.
var ErrNothingKept = errors.New("nothing was kept")

// Close closes what OpenKept opened.
func (k *Kept) Close() error { return k.store.Close() }

// ErrNotKept says that a content is not there to be shown or restored.
var ErrNotKept = errors.New("watch: its content was not kept")

// Content is what a file held, or the target of a link. Nothing and folders hold nothing.
func (k *Kept) Content(s State) ([]byte, error) {
	if s.Type != File && s.Type != Link {
		return nil, nil
	}
	if s.At == 0 {
		if s.Left != Whole {
			return nil, fmt.Errorf("%w: %s", ErrNotKept, s.Left)
		}
		return nil, ErrNotKept
	}
	content, err := k.store.Get(s.At)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	if s.Hash != (Hash{}) && Sum(content) != s.Hash {
		return nil, fmt.Errorf("%w: there is another one in its place", ErrNotKept)
	}
	return content, nil
}

// Difference is a change to look at.
type Difference struct {
	Hunks       []byte // of a unified diff; the file's own bytes, not safe for a screen
	Plus, Minus int
	Why         string // why there are no hunks, safe to display: it is binary, or not kept; "" where nothing differs
}

// Diff is the exact difference that a change made. Of a link it compares the targets.
func (k *Kept) Diff(c Change) Difference {
	before, err := k.Content(c.Before)
	if err == nil {
		var after []byte
		if after, err = k.Content(c.After); err == nil {
			return difference(before, after)
		}
	}
	return Difference{Why: fmt.Sprintf("%s, now %s: %s", size(c.Before), size(c.After), words(err))}
}

// Since is the exact difference between what a state was and what stands at a path
// now, up to limit bytes.
func (k *Kept) Since(s State, path Path, limit int64) Difference {
	before, err := k.Content(s)
	var after []byte
	if err == nil {
		var now State
		if now, after, err = k.present(path, limit); err == nil && now.Left != Whole {
			err = fmt.Errorf("%w: %s", ErrNotKept, now.Left)
		}
	}
	if err != nil {
		return Difference{Why: words(err)}
	}
	return difference(before, after)
}

// Preview is the difference that a merge would make to what stands there now.
func (k *Kept) Preview(s Step) Difference {
	now, content, err := k.present(s.Path, max(minLimit, s.Now.Size))
	if err == nil && !now.sameContent(s.Now) {
		err = errMeanwhile
	}
	if err != nil {
		return Difference{Why: words(err)}
	}
	return difference(content, s.Merged)
}

func difference(before, after []byte) Difference {
	if diff.Binary(before) || diff.Binary(after) {
		return Difference{Why: fmt.Sprintf("binary: %d bytes become %d", len(before), len(after))}
	}
	hunks, plus, minus := diff.Unified(before, after)
	return Difference{Hunks: hunks, Plus: plus, Minus: minus}
}

// Rows are the rows of a difference, safe to display.
func (d Difference) Rows() []string {
	if d.Why != "" {
		return []string{d.Why}
	}
	if len(d.Hunks) == 0 {
		return nil
	}
	return display.Rows(string(d.Hunks))
}

// words is an error for the operator: paths in it were written by an agent.
func words(err error) string { return display.Safe(err.Error()) }

// size is what a state is, in words.
func size(s State) string {
	switch s.Type {
	case Absent:
		return "nothing"
	case Folder:
		return "a folder"
	case Link:
		return "a link"
	case Special:
		return "a pipe, socket or device"
	case File:
	}
	if s.Size == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", s.Size)
}
