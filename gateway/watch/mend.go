package watch

import (
	"errors"

	"kavi/gateway/watch/baseline"
)

// What is kept lies in a folder that a process of the operator's user can write to.
// The doors deny that to agents; what comes past them is seen here, said, and mended
// as far as that can be.

// wrong tells what is wrong with what is kept, each thing once.
func (w *Watch) wrong(why string, err error) {
	if err != nil {
		why += ": " + words(err)
	}
	if why == w.lastWrong {
		return
	}
	w.lastWrong = why
	w.opts.Log.Error("watch: what is kept", "problem", why)
	if w.opts.Lost != nil {
		w.opts.Lost(why)
	}
}

// openStore opens what was kept; what is damaged is set aside.
func (w *Watch) openStore() (err error) {
	w.store, err = baseline.OpenStore(w.opts.Folder, w.opts.Limits)
	if !errors.Is(err, baseline.ErrLost) {
		return err
	}
	w.wrong("what kavi kept of files was written over: what changed until now cannot be taken back", nil)
	if err := baseline.SetAside(w.opts.Folder); err != nil {
		return err
	}
	w.store, err = baseline.OpenStore(w.opts.Folder, w.opts.Limits)
	return err
}

// mend looks whether what is kept is still there, and puts it right.
func (w *Watch) mend() {
	w.watchFence()
	switch found, err := w.store.Mend(); {
	case err != nil:
		w.wrong("what kavi keeps of files is damaged", err)
	case found == baseline.Lost:
		w.wrong("what kavi keeps of files was cut or written over: what changed until now cannot be taken back", nil)
		w.retake()
	case found == baseline.PutBack:
		w.wrong("what kavi keeps of files was removed by somebody; it is put back, and nothing is lost", nil)
	case !w.log.IsWhole():
		w.wrong("the record of what folders held was removed or changed by somebody; it is written anew", nil)
	default:
		w.lastWrong = ""
		return
	}
	w.logGone = true
}

// checkKept sees whether the contents are there that an earlier watch kept.
func (w *Watch) checkKept() {
	last := int64(0)
	for _, f := range w.tree {
		for _, e := range unpack(f.packed) {
			last = max(last, e.at)
		}
	}
	if last < w.store.Size() {
		return
	}
	w.wrong("what kavi kept of files is gone: what changed until now cannot be taken back", nil)
	w.retake()
}

// retake has the contents kept anew that are lost, as the files hold them now.
func (w *Watch) retake() {
	for dir, f := range w.tree {
		entries := unpack(f.packed)
		gone := false
		for i, e := range entries {
			if e.at == 0 {
				continue
			}
			if _, err := w.store.Sum(e.at); err != nil {
				entries[i].at, entries[i].left, entries[i].racy, gone = 0, isWaiting, false, true
			}
		}
		if gone {
			w.set(dir, f, entries)
			w.toTake = append(w.toTake, dir)
		}
	}
}
