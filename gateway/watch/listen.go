package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"
)

// listen takes what the system tells, as fast as it comes, and only notes names.
func (w *Watch) listen(ctx context.Context) {
	for {
		select {
		case e, ok := <-w.notify.Events:
			if !ok {
				return
			}
			w.heard(e.Name)
		case err, ok := <-w.notify.Errors:
			if !ok {
				return
			}
			now := time.Now()
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				w.pend.do(func(h *hints) {
					h.allChanged(span{now, now})
					h.fence = w.fences.last() // their marks may be among what was dropped
					h.now = true
				})
				w.note(func(s *Status) { s.Overflows, s.lastOverflow = s.Overflows+1, now })
				continue
			}
			w.opts.Log.Warn("watch: the system's events", "error", err)
			w.pend.do(func(h *hints) { h.allChanged(span{now, now}) })
		case <-ctx.Done():
			return
		}
	}
}

// heard notes a name as the system gives it.
func (w *Watch) heard(name string) {
	if name == "" {
		return
	}
	if mark, ok := strings.CutPrefix(name, w.fenceDir()+"/"); ok {
		if n, err := strconv.ParseUint(mark, 10, 64); err == nil {
			w.pend.do(func(h *hints) { h.fence, h.now = max(h.fence, n), true })
		}
		return
	}
	path, ok := w.relative(name)
	if !ok || w.scope.of(path) == skip && !listsTracked(path) {
		return
	}
	now := time.Now()
	dir, base := split(path)
	w.pend.do(func(h *hints) { h.add(dir, base, span{now, now}) })
}

// relative is a path of the system as we name it; not the root itself.
func (w *Watch) relative(name string) (string, bool) {
	root := w.opts.Root
	if root == "/" {
		root = ""
	}
	if path, ok := strings.CutPrefix(name, root+"/"); ok {
		return path, path != ""
	}
	return name, strings.HasPrefix(name, "/") && name != w.opts.Root
}

// absolute is the path of a folder as the system has it.
func (w *Watch) absolute(dir string) string {
	switch {
	case dir == "":
		return w.opts.Root
	case strings.HasPrefix(dir, "/"):
		return dir
	}
	return filepath.Join(w.opts.Root, "/") + "/" + dir
}

// listenTo asks the system to tell of a folder. Where it has no more room for that,
// the folder is looked at from time to time.
func (w *Watch) listenTo(dir string) (polled bool) {
	f := w.tree[dir]
	listened := f != nil && !f.polled
	if w.notify == nil || !listened && len(w.tree)-w.count.polled >= maxWatches {
		return true
	}
	err := w.notify.Add(w.absolute(dir))
	switch {
	case err == nil, errors.Is(err, os.ErrNotExist), errors.Is(err, unix.ENOTDIR):
		return false // it is gone again, and its folder tells so
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		if w.count.polled == 0 {
			w.opts.Log.Warn("watch: the system watches no more folders for this user; the others are looked at from time to time", "error", err)
		}
	default:
		w.opts.Log.Debug("watch: a folder is looked at from time to time", "folder", dir, "error", err)
	}
	return true
}

// unlisten ends listening to a path. That it was not listened to is no error.
func (w *Watch) unlisten(dir string) {
	if w.notify == nil {
		return
	}
	// fsnotify 1.10.1 goes through a nil pointer where a path was added while the
	// folder there was known to it under another one.
	defer func() {
		if p := recover(); p != nil {
			w.opts.Log.Debug("watch: ending to listen", "folder", dir, "panic", p)
		}
	}()
	_ = w.notify.Remove(w.absolute(dir))
}

// deafen ends listening to a folder and all below it: they are gone, or have
// another path by now and are listened to anew under that. It must come before
// listenTo with their new paths, because the system knows a folder by inode and
// would go on telling the old path.
func (w *Watch) deafen(dir string) {
	for d, f := range w.tree {
		if !within(d, dir) {
			continue
		}
		if !f.polled {
			w.unlisten(d)
		}
		w.drop(d, f)
	}
}

// drop forgets a folder.
func (w *Watch) drop(dir string, f *folder) {
	if w.byIno[f.ino] == dir {
		delete(w.byIno, f.ino)
	}
	if f.polled {
		w.count.polled--
	}
	w.count.add(unpack(f.packed), -1)
	delete(w.tree, dir)
}

// fences lets somebody wait until everything that has happened was settled: a file is
// made in a folder that is watched as well, and what the system told before it
// tells of that file had happened before.
type fences struct {
	mu      sync.Mutex
	number  uint64
	deaf    bool // the folder cannot be watched
	waiting map[uint64]chan struct{}
}

const fenceFolder = "fence"

func (w *Watch) fenceDir() string { return w.opts.Folder + "/" + fenceFolder }

func (f *fences) last() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.number
}

// passed wakes those whose mark was seen.
func (f *fences) passed(number uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n, c := range f.waiting {
		if n <= number {
			close(c)
			delete(f.waiting, n)
		}
	}
}

// watchFence listens to the folder of the marks, again where it is another one by now.
func (w *Watch) watchFence() {
	deaf := os.MkdirAll(w.fenceDir(), 0o700) != nil || w.notify == nil || w.notify.Add(w.fenceDir()) != nil
	w.fences.mu.Lock()
	defer w.fences.mu.Unlock()
	w.fences.deaf = deaf
}

// Flush returns when every change that was made before it was called is in a batch
// that the consumer has received and called Done of. It must not be called by
// whoever receives.
func (w *Watch) Flush(ctx context.Context) error {
	done := make(chan struct{})
	w.fences.mu.Lock()
	w.fences.number++
	n := w.fences.number
	w.fences.waiting[n] = done
	deaf := w.fences.deaf
	w.fences.mu.Unlock()
	mark := filepath.Join(w.fenceDir(), strconv.FormatUint(n, 10))
	if !deaf {
		f, err := os.OpenFile(mark, os.O_WRONLY|os.O_CREATE, 0o600)
		if err == nil {
			err = f.Close()
		}
		deaf = err != nil // a full disk: look at everything
	}
	if deaf {
		now := time.Now()
		w.pend.do(func(h *hints) {
			h.allChanged(span{now, now})
			h.fence, h.now = max(h.fence, n), true
		})
	} else {
		defer func() { _ = os.Remove(mark) }()
	}
	select {
	case <-done:
		return w.out.drained(ctx, w.ended)
	case <-ctx.Done():
		return ctx.Err()
	case <-w.ended:
		return os.ErrClosed
	}
}
