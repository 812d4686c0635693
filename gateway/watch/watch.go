package watch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"

	"kavi/gateway/watch/baseline"
)

// Options say what to watch.
type Options struct {
	Root      string                 // the project, an absolute path
	Folder    string                 // where the baseline is kept: in the session's folder, outside the project, made if missing
	Git       string                 // path of git, which says what is ignored; "": only node_modules is
	Also      []Outside              // what outside the project decides what runs
	Shared    bool                   // another watch sees the git folders outside the project: of a worktree that is one of several
	Protected func(path string) bool // of a path relative to the project: it decides what runs; ignored by git or not
	Log       *slog.Logger
	Again     bool             // a watch has kept something in Folder before: that there is nothing is a loss
	Lost      func(why string) // is told, in words that are safe to display, when what is kept was removed or damaged; must not block; nil: nobody is
	MaxFile   int64            // bytes of a file whose content is kept and compared; 0: 4 MB
	Limits    baseline.Limits  // of the baseline
	Sweep     time.Duration    // how often everything is looked at again, come what may; 0: 30 s, negative: never
}

// Watch watches one project. Its methods may be called from any goroutine.
type Watch struct {
	opts   Options
	scope  *scope
	store  *baseline.Store
	notify *fsnotify.Watcher // nil: the system gives none
	pend   pending
	out    outbox
	ready  chan struct{}
	asked  chan capture
	status atomic.Pointer[Status]
	fences fences

	cancel  context.CancelFunc
	running sync.WaitGroup
	ended   chan struct{} // closed when all is released
	err     error         // of releasing, once ended is closed

	settler // belongs to one goroutine
}

// settler is what only the goroutine that settles uses.
type settler struct {
	root      place
	log       *baseline.Log
	tree      tree
	byIno     map[uint64]string // folders by inode: a renamed one keeps its watch under the old name
	ignore    ignorer
	toTake    []string // folders with contents that wait
	captures  []capture
	count     counts
	lastSync  time.Time
	lastPoll  time.Time
	lastLook  time.Time
	lookTook  time.Duration
	lastWrong string // what Lost was told last
	logGone   bool   // the log has to be written anew
	soon      bool   // a look at everything is wanted before its time
	isReady   bool
	moving    map[string]time.Time // files that are written without a pause, and since when
	buf       []byte
}

// Open begins to watch. It returns when every folder has its watch and what it holds
// is known by size and time, within a second for 20,000 folders; contents
// follow in the background (Ready). Where the folder already has a baseline,
// everything that changed since is reported, marked as Gap. The consumer must
// receive from Changes until it is closed; ctx, or Close, ends it.
func Open(ctx context.Context, o Options) (*Watch, error) {
	if o.MaxFile == 0 {
		o.MaxFile = 4 << 20
	}
	if o.Sweep == 0 {
		o.Sweep = 30 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &Watch{opts: o, ready: make(chan struct{}), asked: make(chan capture), ended: make(chan struct{})}
	w.pend.nudge = make(chan struct{}, 1)
	w.out.init()
	ctx, w.cancel = context.WithCancel(ctx)
	if err := w.open(ctx); err != nil {
		w.cancel()
		w.release()
		return nil, errors.Join(fmt.Errorf("watch: %w", err), w.err)
	}
	go func() {
		<-ctx.Done()
		w.release()
	}()
	return w, nil
}

func (w *Watch) open(ctx context.Context) (err error) {
	w.root = -1
	root, err := filepath.EvalSymlinks(w.opts.Root)
	if err != nil || !filepath.IsAbs(root) {
		return errors.Join(fmt.Errorf("%q is not an absolute path of a folder", w.opts.Root), err)
	}
	w.opts.Root = root
	if within(w.opts.Folder, root) {
		return fmt.Errorf("the baseline must not be kept inside the project: %s", w.opts.Folder)
	}
	if w.root, err = openRoot(root); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(w.opts.Folder, fenceFolder), 0o700); err != nil {
		return err
	}
	if err := w.openStore(); err != nil {
		return err
	}
	w.scope = newScope(root, w.opts)
	w.ignore = ignorer{git: w.opts.Git, root: root, log: w.opts.Log}
	w.tree, w.byIno, w.moving = tree{}, map[uint64]string{}, map[string]time.Time{}
	found := false
	w.log, found, err = baseline.OpenLog(w.opts.Folder, w.tree.restore)
	if errors.Is(err, baseline.ErrDamaged) {
		w.wrong("the record of what folders held is damaged: some changes may be reported again", err)
		err = nil
	}
	if err != nil {
		return err
	}
	if notify, err := fsnotify.NewWatcher(); err != nil {
		w.opts.Log.Warn("watch: the system tells nothing, so everything is looked at from time to time", "error", err)
	} else {
		w.notify = notify
		w.running.Go(func() { w.listen(ctx) })
	}
	w.begin(ctx, found)
	w.running.Go(func() { w.loop(ctx) })
	w.running.Go(func() { w.out.send(ctx) })
	return nil
}

// begin finds what is there. With a baseline of before, the loop compares it with
// that; else this is the baseline.
func (w *Watch) begin(ctx context.Context, found bool) {
	w.fences.waiting = map[uint64]chan struct{}{}
	w.watchFence()
	start := time.Now()
	if !found && w.opts.Again {
		w.wrong("what kavi kept of files is gone: what changed while nobody watched is not known", nil)
	}
	if found {
		w.watchKnown()
		w.checkKept()
		w.pend.do(func(h *hints) {
			h.allChanged(span{start, start})
			h.gap, h.now = true, true
		})
	} else {
		g := &settling{Watch: w, ctx: ctx, grown: []string{""}}
		for _, o := range w.scope.outside {
			g.grown = append(g.grown, o.dir)
		}
		w.ignore.rules = w.ignore.readRules(ctx)
		g.growAll()
		w.ignore.rules = nil
		// What git tracks was asked before all was watched.
		w.pend.do(func(h *hints) { h.add(".git", "index", span{start, start}) })
		if err := w.log.Rewrite(w.folders); err != nil {
			w.opts.Log.Error("watch: after a restart what happened meanwhile will not be seen", "error", err)
		}
	}
	w.lastLook, w.lookTook = time.Now(), time.Since(start)
	for dir := range w.tree {
		w.toTake = append(w.toTake, dir)
	}
	w.publish()
}

// folders gives all that is known to the log.
func (w *Watch) folders(yield func(baseline.Folder) bool) {
	for dir := range w.tree {
		if !yield(w.tree.logged(dir)) {
			return
		}
	}
}

// Changes gives batches of changes, in order. It is closed when the watch ends.
func (w *Watch) Changes() <-chan Batch { return w.out.c }

// Ready is closed when the contents of everything that is known are kept, or it is
// known why not.
func (w *Watch) Ready() <-chan struct{} { return w.ready }

// Close ends the watch and waits for its goroutines. What is pending is not settled.
func (w *Watch) Close() error {
	w.cancel()
	<-w.ended
	if w.err != nil {
		return fmt.Errorf("watch: %w", w.err)
	}
	return nil
}

func (w *Watch) release() {
	w.running.Wait()
	if w.notify != nil {
		w.err = w.notify.Close()
	}
	if w.root >= 0 {
		w.err = errors.Join(w.err, w.root.Close())
	}
	if w.log != nil {
		w.err = errors.Join(w.err, w.log.Close())
	}
	if w.store != nil {
		w.err = errors.Join(w.err, w.store.Close())
	}
	close(w.ended)
}
