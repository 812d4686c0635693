package panes

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"kavi/keymap"
	"kavi/pty/vt"
	"kavi/session"
)

// app is one attached terminal. All its state belongs to tview's loop; others
// post to the queue.
type app struct {
	host  host
	env   map[string]string
	tv    *tview.Application
	scr   *screen
	tty   *tty
	queue *queue

	keys   prefixer
	act    actions
	views  *views
	inbox  *inbox
	line   *keyLine
	strip  *strip
	status *statusBar
	theme  *theme
	over   []view // overlays, the topmost last

	snap    *session.Snapshot
	lay     layout
	panes   map[string]*pane
	agent   string // whose pane has the focus, or had it before the inbox
	inInbox bool   // keys go to the inbox
	zoom    bool
	focus   focus             // who was told that they have the keys
	outer   bool              // the operator's terminal has the focus
	clip    func(text string) // copyText, or what a test has in its place
	refused bool              // a tmux around the terminal refuses what is copied
	note    string
	noteEnd time.Time
	mouse   mouse
	sizes   sizes

	dirty    bool
	drawnAt  time.Time
	second   int64                // the last one that was drawn: ages go on
	awaiting []shownFrame         // frames that are on their way
	out      []typing             // what this round of events types
	calls    map[string]attention // by agents that ask for attention
	starts   map[string]*startNote
	failed   map[string]string // why agents could not be started again
	any      bool              // the terminal was told to report all motion
	ended    bool
	why      Reason
	err      error
}

// host is what an app needs of the session besides its views' actions.
type host struct {
	snapshot func() *session.Snapshot
	view     func(agent string, f func(*vt.Terminal)) bool
	drawn    func(agent string) uint64
	send     func(agent string, b []byte) error
	resize   func(agent string, cols, rows int) error
	seen     func(agent string)
	restart  func(agent string, done func(error))
}

// interval is the time between two frames.
const interval = time.Second / 60

// Run shows the session on the terminal until the operator detaches, the
// session ends, the terminal is lost or ctx is done. It leaves the terminal as
// it was. A failure to draw ends this client only and is returned as an error.
func Run(ctx context.Context, o Options) (Reason, error) {
	if o.Session == nil || o.Terminal == nil {
		return Failed, errNoSession
	}
	s := o.Session
	since := s.LastAttached()
	gone := s.Attached(o.Operator, environ(o.Env))
	defer gone()
	a := newApp(o, host{
		snapshot: s.Snapshot, view: s.View, drawn: s.Drawn, send: s.Type, resize: s.Resize, seen: s.Seen,
	})
	a.connect(ctx, s, o.Operator)
	if o.Summary {
		a.summarise(s, since)
	}
	nudge, cancel := s.Watch()
	defer cancel()
	notices, drop := s.Notices()
	defer drop()
	return a.run(ctx, o.Terminal, feeds{nudge: nudge, notices: notices, ended: s.Done()})
}

// environ is the client's environment in the usual form.
func environ(env map[string]string) []string {
	list := make([]string, 0, len(env))
	for k, v := range env {
		list = append(list, k+"="+v)
	}
	return list
}

// feeds are what the session tells a client.
type feeds struct {
	nudge   <-chan struct{}
	notices <-chan session.Notice
	ended   <-chan struct{}
}

// newApp makes the app of a terminal; it starts nothing.
func newApp(o Options, h host) *app {
	keys := o.Keys
	if keys == nil {
		keys = keymap.Default()
	}
	a := &app{
		host: h, env: o.Env, keys: prefixer{keys: keys},
		panes: map[string]*pane{}, calls: map[string]attention{}, starts: map[string]*startNote{}, failed: map[string]string{}, outer: true, dirty: true, note: o.Note, refused: o.NoCopies,
	}
	a.noteEnd = time.Now().Add(noteTime)
	ti := describe(o.Env)
	a.theme = newTheme(max(ti.Colors, 1), o.Env["NO_COLOR"] != "")
	a.views = newViews(&a.act, keys, a.theme)
	a.inbox = newInbox(a.views)
	a.line, a.strip, a.status = newKeyLine(a.inbox), newStrip(a.views), newStatusBar(a.views)
	a.act.Push, a.act.Pop, a.act.Leave, a.act.GoTo = a.push, a.pop, a.leave, a.goTo
	a.act.Note, a.act.Copy, a.clip = a.say, a.copyText, a.copyText
	if o.Terminal != nil {
		a.tty = newTTY(o.Terminal, func(frame uint64) { a.queue.post(sentIn{frame}) })
		under, err := tcell.NewTerminfoScreenFromTtyTerminfo(a.tty, ti)
		if err != nil {
			a.err = fmt.Errorf("panes: terminal: %w", err)
			return a
		}
		a.scr = newScreen(under, a.tty, newEncoder(ti))
		a.scr.mono, a.scr.ascii = o.Env["NO_COLOR"] != "", ascii(o.Env)
		a.scr.after = a.afterShow
		a.queue = newQueue(a.scr.wake)
	}
	a.take()
	a.sizes.mine = true
	return a
}

// run is the life of an attached terminal.
func (a *app) run(ctx context.Context, term Terminal, in feeds) (Reason, error) {
	if a.err != nil {
		_ = term.Close() // the error that matters is a.err
		return Failed, a.err
	}
	// tview would pass over an error of its own call.
	if err := a.scr.Init(); err != nil {
		_ = term.Close()
		return Failed, fmt.Errorf("panes: terminal: %w", err)
	}
	done := make(chan struct{})
	var wg, writer sync.WaitGroup
	start := func(wg *sync.WaitGroup, f func()) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer a.rescue()
			f()
		}()
	}
	start(&writer, a.tty.run)
	chunks := make(chan []byte)
	start(&wg, func() {
		readBytes(term, chunks, done)
		a.queue.post(stopIn{why: HungUp})
	})
	start(&wg, func() { readEvents(chunks, term.Resized(), a.queue, done) })
	start(&wg, func() { a.pace(done) })
	start(&wg, func() { a.listen(ctx, in, done) })

	a.tv = tview.NewApplication()
	a.tv.SetInputCapture(func(*tcell.EventKey) *tcell.EventKey {
		a.handle()
		return nil
	})
	a.tv.SetBeforeDrawFunc(func(tcell.Screen) bool { return a.scr.skip })
	a.tv.SetScreen(a.scr).SetRoot(&root{Box: tview.NewBox(), app: a}, true)
	err := a.loop()
	close(done)

	// What restores the terminal must go out, unless nobody takes it.
	a.tty.finish()
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	select {
	case <-a.tty.idle:
	case <-patience.C:
	}
	_ = term.Close() // nothing more can be done for it
	wg.Wait()
	writer.Wait()
	if err != nil {
		return Failed, err
	}
	if a.why == "" {
		a.why = HungUp
	}
	return a.why, a.err
}

// loop runs tview until somebody stops it. A panic while drawing or handling
// ends here: the server goes on.
func (a *app) loop() (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.tv.Stop() // ends the goroutine that tview leaves behind
			err = panicked(p)
		}
	}()
	if err := a.tv.Run(); err != nil {
		return fmt.Errorf("panes: draw: %w", err)
	}
	return nil
}

// rescue turns a panic in one of the client's goroutines into its end.
func (a *app) rescue() {
	if p := recover(); p != nil {
		a.queue.post(stopIn{why: Failed, err: panicked(p)})
	}
}

// PanicError is a failure to draw or to handle an event. It is a mistake in this
// program; Stack is for its log.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panes: %v", e.Value) }

func panicked(p any) error { return &PanicError{p, debug.Stack()} }

// listen passes on what the session tells: a nudge with each change of it or of
// a screen, so that an answer to a key is drawn at once and not with the next tick.
func (a *app) listen(ctx context.Context, in feeds, done <-chan struct{}) {
	for {
		select {
		case <-in.nudge:
			a.queue.post(snapIn{})
		case n, ok := <-in.notices:
			if !ok {
				in.notices = nil
				continue
			}
			a.queue.post(n)
		case <-in.ended:
			a.queue.post(stopIn{why: Ended})
			return
		case <-ctx.Done():
			a.queue.post(stopIn{why: Stopped})
			return
		case <-done:
			return
		}
	}
}

// pace makes the loop look 60 times a second whether there is something to do.
func (a *app) pace(done <-chan struct{}) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			a.queue.post(tickIn{})
		case <-done:
			return
		}
	}
}
