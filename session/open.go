package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"kavi/gateway"
	"kavi/gateway/hook"
	"kavi/gateway/shim/install"
	"kavi/pty"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// Options open a session.
type Options struct {
	Dir Dir
	// Begin lets a session that has no record begin, as the operator asked. Without it
	// the record was removed: the session comes back as its ledger knows it.
	Begin   bool
	Project string // absolute
	Config  Config
	Log     *slog.Logger
	// Server is how a keeper starts a new server after this one was lost.
	Server pty.ServerSpec
	// Probe is the command that tries the ledger after an unclean end; see ledger.Options.
	Probe []string
	// FullAccess starts a new session with it; a session that comes back has it from its ledger.
	FullAccess bool
	By         Operator
	// Keep is what whoever wires the server together wants to know again when it
	// comes back, from the ledger; see Kept.
	Keep string
	// Crashed is what the server before said when it crashed; "": it did not.
	Crashed string
	// Prove shows that an agent asks its hooks; nil is hook.Prove.
	Prove func(context.Context, hook.ProveOptions) (hook.Proof, error)
}

// Open takes a session: a new one, or one whose server is gone, which then comes
// back as its ledger and its keepers know it. It blocks some 100 ms, longer
// where another server is just ending. ErrLocked: a server runs.
func Open(ctx context.Context, o Options) (_ *Session, err error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	lock, err := o.Dir.Lock(lockPatience)
	if err != nil {
		return nil, fmt.Errorf("session %s: %w", o.Dir.Name(), err)
	}
	defer func() {
		if err != nil {
			_ = lock.Close()
		}
	}()
	rec, err := o.Dir.ReadRecord()
	removed := errors.Is(err, os.ErrNotExist)
	if err != nil && !removed {
		return nil, fmt.Errorf("session %s: %w", o.Dir.Name(), err)
	}
	fresh := removed && o.Begin
	if removed {
		rec = Record{Name: o.Dir.Name(), Project: o.Project, Created: time.Now().UTC(), Config: o.Config}
	} else {
		o.Project, o.Config = rec.Project, rec.Config
	}
	if !rec.Ended.IsZero() {
		return nil, fmt.Errorf("session %s: %w, %s ago", o.Dir.Name(), ErrEnded, time.Since(rec.Ended).Round(time.Second))
	}
	s, err := newSession(o, lock)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.cancel()
			_ = s.led.Close()
		}
	}()
	boot := bootID()
	rebooted := !removed && rec.Boot != boot
	rec.Boot = boot
	if err := o.Dir.WriteRecord(rec); err != nil {
		return nil, fmt.Errorf("session %s: %w", o.Dir.Name(), err)
	}
	s.started = rec.Created
	if fresh {
		s.trees.add(newWorktree(Worktree{Path: o.Project}, o.Dir.Baseline()))
		err = s.begin(o)
	} else {
		err = s.comeBack(rebooted)
	}
	if err == nil && removed && !fresh {
		rec.Project, rec.Config = s.opts.Project, s.opts.Config // as the ledger has them
		err = o.Dir.WriteRecord(rec)
	}
	if err != nil {
		return nil, fmt.Errorf("session %s: %w", o.Dir.Name(), err)
	}
	s.publish()
	if s.opts.Config.Notify {
		notices, _ := s.Notices()
		s.wg.Go(func() { s.tellDesktop(notices) })
	}
	s.wg.Go(s.loop)
	for _, t := range s.trees.all() {
		t.again = !fresh
		s.beginWatch(t)
	}
	if !fresh {
		s.post(func() { s.reevaluate("", func(int) {}) })
	}
	context.AfterFunc(ctx, func() { s.Close() })
	return s, nil
}

// lockPatience is how long a server that is just ending may take to let go.
const lockPatience = 5 * time.Second

func newSession(o Options, lock *os.File) (*Session, error) {
	home, err := homeFolder()
	if err != nil {
		return nil, err
	}
	led, err := ledger.Open(string(o.Dir), ledger.Options{Log: o.Log, Name: o.Dir.Name(), Probe: o.Probe})
	if err != nil {
		return nil, fmt.Errorf("session %s: %w", o.Dir.Name(), err)
	}
	s := &Session{
		opts: o, log: o.Log, led: led, lock: lock, box: newMailbox(), done: make(chan struct{}), closed: make(chan struct{}),
		home:      home,
		procs:     &procs{agents: make(map[string]agentProc), past: make(map[proc.ID]string)},
		covers:    newCovers(),
		screens:   &screens{of: make(map[string]*agent)},
		agents:    make(map[string]*agent),
		reserved:  make(map[string]bool),
		starting:  make(map[string]*Agent),
		rules:     rulebook{used: make(map[gateway.RuleName]int)},
		proposals: proposals{done: make(map[string]bool)},
		items:     make(map[string]*Unexplained), mine: newMine(),
		calls: make(map[key]*call), approvals: make(map[string]*call), replaces: make(map[proc.ID]string),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.starts, s.noStarts = context.WithCancel(s.ctx)
	s.keeps = NewKeeps(o.Dir, o.Project)
	if s.procs.self, err = proc.Of(os.Getpid()); err != nil {
		return nil, errors.Join(err, led.Close())
	}
	s.programs = install.Programs()
	if s.prover.run = o.Prove; s.prover.run == nil {
		s.prover.run = hook.Prove
	}
	s.state = stateFolders(o.Dir, home)
	s.boot, s.awake = ledger.Clocks()
	s.policy.Store(gateway.Default())
	s.banner = led.Warnings()
	return s, os.MkdirAll(o.Dir.pending(), 0o700)
}

// stateFolders are what no agent may write, delete or move: the state of all
// sessions, the sockets outside of it, and the operator's configuration.
func stateFolders(d Dir, home string) []string {
	out := []string{filepath.Dir(filepath.Dir(string(d))), filepath.Dir(d.ControlSocket()), fmt.Sprintf("/tmp/kavi-%d", os.Getuid())}
	config, err := ConfigHome()
	if err != nil {
		config = filepath.Join(home, ".config", "kavi")
	}
	return append(out, config)
}

// begin writes the first entries of a session.
func (s *Session) begin(o Options) error {
	by := &ledger.By{Kind: ledger.ByOperator, Client: o.By.Client, Terminal: o.By.Terminal}
	config, err := json.Marshal(o.Config)
	if err != nil {
		return err
	}
	entries := []ledger.Entry{{
		Kind: ledger.SessionStarted, Cwd: o.Project, By: by, What: o.Dir.Name(), Data: map[string]string{"config": string(config), "kept": o.Keep},
	}}
	if o.FullAccess {
		entries = append(entries, ledger.Entry{Kind: ledger.FullAccessOn, By: by})
		s.setFullAccess(true, time.Now())
	}
	if err := s.led.Store(entries...); err != nil {
		return err
	}
	return s.openRules(true)
}

// Kept is Options.Keep as it was when the session was started, which nobody could
// have rewritten since.
func (s *Session) Kept() string { return s.opts.Keep }

// Stop ends the session: what waits is denied, the agents and their keepers end,
// the ledger is closed. It blocks until all that is done, or until ctx ends, which
// does not call it off. A session whose ledger cannot be written ends too: the
// error says that its ledger does not have the end.
func (s *Session) Stop(ctx context.Context, by Operator) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		if s.stopping {
			reply(struct{}{}, ErrEnded)
			return
		}
		s.stopping = true
		s.noStarts()
		who := ledger.By{Kind: ledger.ByOperator, Client: by.Client, Terminal: by.Terminal}
		for _, k := range s.approvals {
			if k.phase == held || k.phase == lapsed {
				s.decide(k, gateway.Verdict{Reason: "the session was stopped"}, who)
			}
		}
		s.commit(nil, func(error) { // after the denials: who was held hears of them
			s.unreserved = func() { // an agent that is being started must not get away
				s.wg.Go(func() {
					s.endAgents()
					s.flush(s.ctx, stopFlush) // what they did last is in the ledger, too
					s.dropEmpty(by)
					s.post(func() { s.finish(who, func(err error) { reply(struct{}{}, err) }) })
				})
			}
			s.lull()
		})
	})
	select {
	case <-s.done: // also where the end could not be recorded: nothing is left of the session
	case <-ctx.Done():
		return err
	}
	s.Close()
	return err
}

// release gives a reserved name free.
func (s *Session) release(name string) {
	delete(s.reserved, name)
	s.lull()
}

// lull runs, once, what waits for there to be no reserved name.
func (s *Session) lull() {
	if f := s.unreserved; f != nil && len(s.reserved) == 0 {
		s.unreserved = nil
		f()
	}
}

func (s *Session) endAgents() {
	var wg sync.WaitGroup
	for _, l := range s.screens.links() {
		wg.Go(l.end)
	}
	wg.Wait()
}

// finish records the end of the session, and ends its loop.
func (s *Session) finish(by ledger.By, done func(error)) {
	s.commit([]ledger.Entry{{Kind: ledger.SessionEnded, By: &by}}, func(err error) {
		if err != nil {
			err = fmt.Errorf("its ledger does not have the end: %w", err)
		}
		s.wg.Go(func() {
			err := errors.Join(err, s.opts.Dir.leave())
			s.post(func() {
				s.ended = true
				done(err)
			})
		})
	})
}

// Close lets go of the session without ending it: its keepers, which get no
// goodbye, start a new server. It blocks until all goroutines have ended.
func (s *Session) Close() {
	s.post(func() { s.ended = true })
	<-s.done
	s.closing.Do(func() {
		s.cancel() // the links, too
		s.wg.Wait()
		if err := s.led.Close(); err != nil {
			s.log.Error("closing the ledger", "err", err)
		}
		_ = s.keeps.Close() // it was only read
		_ = s.lock.Close()
		close(s.closed)
	})
	<-s.closed
}
