package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"kavi/gateway"
	"kavi/pty/proc"
	"kavi/pty/vt"
	"kavi/session/ledger"
)

// Session owns everything that is true of a session: agents, approvals, policy
// and ledger. One goroutine, the loop, owns all of it; everybody else posts to
// the loop, or reads the Snapshot that it publishes. The loop never blocks: not
// on the ledger, a door, a keeper, a file or a client.
type Session struct {
	opts     Options
	log      *slog.Logger
	ctx      context.Context // ends with the session's goroutines
	cancel   context.CancelFunc
	starts   context.Context // ends when no agent is started any more
	noStarts context.CancelFunc
	wg       sync.WaitGroup
	led      *ledger.Ledger
	lock     *os.File
	box      *mailbox
	done     chan struct{} // closed when the loop has ended
	closing  sync.Once
	closed   chan struct{} // closed when nothing of it is left
	home     string
	state    []string // kavi's own folders: no agent writes there
	programs []string // what the shim stands for
	prover   prover

	// Read by everybody.
	snap    atomic.Pointer[Snapshot]
	policy  atomic.Pointer[gateway.Policy] // written by the loop
	procs   *procs
	covers  *covers
	screens *screens
	watch   nudges // a new snapshot, or a screen changed
	told    notices
	history history
	trees   worktrees
	plans   plans
	keeps   *Keeps // of worktrees that were removed
	doings  doings
	client  clients

	// The loop's own.
	agents      map[string]*agent
	reserved    map[string]bool   // names of agents that are being started, or whose worktree is being removed
	unreserved  func()            // runs when there are none of these any more
	starting    map[string]*Agent // shown until they run
	order       int
	calls       map[key]*call
	approvals   map[string]*call   // what is shown
	replaces    map[proc.ID]string // callers whose approval was withdrawn and who ask again
	callSeq     uint64
	approvalSeq uint64
	rules       rulebook
	items       map[string]*Unexplained // changes that wait for a word
	itemSeq     uint64
	undoSeq     uint64
	mine        mine
	recorded    recorded // by a former server
	leftOut     string   // what the watches could not keep at the last tick
	proposals   proposals
	fullAccess  bool
	fullSince   time.Time
	denied      int
	allowed     int
	banner      []string
	problem     string // what the ledger said last
	unsaid      burst
	fresh       []*Approval
	stopping    bool
	ended       bool
	changed     bool
	seq         uint64
	started     time.Time
	doom        string // why calls that waited through a row of crashes are denied; set before the loop runs
	doomUntil   time.Time
	boot, awake time.Duration
}

// tickEvery is how often the loop looks at what only time changes.
const tickEvery = 250 * time.Millisecond

func (s *Session) post(f func()) bool { return s.box.post(f) }

// loop runs until finish is called in it.
func (s *Session) loop() {
	tick := time.NewTicker(tickEvery)
	defer tick.Stop()
	n := 0
	for !s.ended {
		select {
		case <-s.box.wake:
		case <-tick.C:
			n++
			s.tick(n)
		}
		for _, f := range s.box.take() {
			f()
			if s.ended {
				break
			}
		}
		s.catchUp()
	}
	s.publish()
	s.box.close()
	close(s.done)
}

// commit queues entries for the ledger; done runs in the loop when they are durable or cannot be.
func (s *Session) commit(entries []ledger.Entry, done func(error)) {
	s.led.Append(entries, s.committed(done))
}

// committed hands what became of an append to the loop.
func (s *Session) committed(done func(error)) func(ledger.Entry, error) {
	return func(_ ledger.Entry, err error) {
		s.post(func() {
			s.noteProblem(err)
			done(err)
		})
	}
}

// record queues an entry that nobody waits for: a decision does not wait for its sync.
func (s *Session) record(e ledger.Entry) {
	s.led.AppendSoon([]ledger.Entry{e}, s.committed(func(err error) {
		if err != nil {
			s.log.Error("an entry was not recorded", "kind", string(e.Kind), "call", e.Call, "err", err)
		}
	}))
}

func (s *Session) noteProblem(err error) {
	p := s.led.Problem()
	if p == "" && err != nil {
		p = err.Error()
	}
	if p != s.problem {
		s.problem = p
		s.changed = true
		if p != "" {
			s.log.Error("the ledger", "problem", p)
			s.notify(Notice{NeedsYou: true, Title: "the ledger cannot be written", Text: p})
		}
	}
}

func (s *Session) nextCall() string {
	s.callSeq++
	return fmt.Sprintf("call_%d", s.callSeq)
}

// tick looks at what only time changes.
func (s *Session) tick(n int) {
	s.timeouts()
	s.deadCallers()
	for _, a := range s.agents {
		if st := s.stateOf(a); st != a.state {
			s.setAgentState(a, st)
		}
	}
	s.flushFresh()
	s.flushNotices()
	s.tickRules(n%4 == 0)
	if n%4 == 0 {
		s.noteProblem(nil)
		s.tickWatching()
		s.saveScreens()
		s.sweep()
	}
	if n%20 == 0 {
		s.meanwhile()
		s.hooksStopped()
		s.slept()
	}
}

// stateOf derives what an agent is doing.
func (s *Session) stateOf(a *agent) State {
	switch {
	case a.exit != nil:
		return Exited
	case a.state == Lost:
		return Lost
	case a.paused != "":
		return Paused
	}
	for _, k := range s.approvals {
		if k.agentName == a.spec.Name && k.phase != lapsed {
			return Waiting
		}
	}
	switch a.status {
	case "working":
		return Working
	case "blocked":
		return Waiting
	case "idle", "done":
		return Idle
	}
	quiet := time.Since(a.changed) > 0
	if a.link != nil {
		quiet = time.Since(time.Unix(0, a.link.out.Load())) > quietAfter
	}
	if a.running > 0 || !quiet {
		return Working
	}
	return Idle
}

// quietAfter is how long an agent that says nothing of its state has written
// nothing before it counts as idle; workedLong is how long it must have worked
// for its end to be told.
const (
	quietAfter = 2 * time.Second
	workedLong = 20 * time.Second
)

func (s *Session) setAgentState(a *agent, st State) {
	if st == Idle && a.state == Working && time.Since(a.changed) > workedLong {
		s.notify(Notice{Title: a.spec.Name, Text: "done"})
	}
	a.state = st
	a.changed = time.Now()
	s.changed = true
}

// timeouts pauses the agents whose approvals were not answered in time. Time is
// the monotonic clock's, which stands still while the machine sleeps.
func (s *Session) timeouts() {
	limit := s.opts.Config.Timeout
	if limit <= 0 || s.fullAccess {
		return
	}
	for _, k := range s.approvals {
		if k.timedOut || (k.phase != held && k.phase != lapsed) || time.Since(k.since) < limit {
			continue
		}
		a := s.agents[k.agentName]
		if a == nil || a.exit != nil {
			continue
		}
		k.timedOut = true
		s.setState(k, k.approval.State, fmt.Sprintf("unanswered for %v: %s is paused", limit, k.agentName))
		if a.paused != "" {
			continue
		}
		a.paused = fmt.Sprintf("%s was not answered within %v", k.approval.ID, limit)
		s.tellProcs(a)
		s.record(ledger.Entry{Kind: ledger.AgentPaused, Agent: k.agentName, Approval: k.approval.ID, Why: a.paused})
		s.notify(Notice{NeedsYou: true, Title: k.agentName, Text: "paused: " + k.approval.ID + " was not answered"})
	}
}

// unpause ends an agent's pause once nothing unanswered is left of what caused it.
func (s *Session) unpause(name string) {
	a := s.agents[name]
	if a == nil || a.paused == "" {
		return
	}
	for _, k := range s.approvals {
		if k.agentName == name && k.timedOut && !s.fullAccess {
			return
		}
	}
	s.resume(a, ledger.By{Kind: ledger.ByOperator})
}

func (s *Session) resume(a *agent, by ledger.By) {
	a.paused = ""
	s.tellProcs(a)
	s.changed = true
	s.record(ledger.Entry{Kind: ledger.AgentResumed, Agent: a.spec.Name, By: &by})
	s.reevaluate(a.spec.Name, func(int) {})
}

// Resume ends an agent's pause although what paused it is still unanswered.
func (s *Session) Resume(ctx context.Context, name string, by Operator) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		a := s.agents[name]
		if a == nil || a.paused == "" {
			reply(struct{}{}, errors.New("it is not paused"))
			return
		}
		for _, k := range s.approvals {
			if k.agentName == name && k.timedOut { // it waits anew
				k.timedOut = false
				k.since = time.Now()
			}
		}
		s.resume(a, ledger.By{Kind: ledger.ByOperator, Client: by.Client, Terminal: by.Terminal})
		reply(struct{}{}, nil)
	})
	return err
}

// deadCallers lapses or abandons what nobody can ask for again.
func (s *Session) deadCallers() {
	for _, k := range s.calls {
		if k.door != nil || k.peer.Alive() {
			continue
		}
		switch k.phase {
		case held:
			s.lapse(k, callerGone)
		case decided:
			s.abandon(k, "its caller ended before it was told")
		case asking, deciding, delivered, lapsed:
		}
	}
}

// sweep ends the runs whose end no door could tell.
func (s *Session) sweep() {
	s.wg.Go(func() {
		for _, r := range s.covers.sweep() {
			s.post(func() { s.endedRun(r, r.agent, 0, false) })
		}
	})
}

// slept notices that the machine was asleep: the boot clock runs on, the
// monotonic one does not.
func (s *Session) slept() {
	boot, awake := ledger.Clocks()
	gap := (boot - s.boot) - (awake - s.awake)
	s.boot, s.awake = boot, awake
	if gap > 5*time.Second {
		s.record(ledger.Entry{Kind: ledger.MachineSlept, For: gap})
	}
}

// saveScreens keeps each changed screen for a server to come.
func (s *Session) saveScreens() {
	for name, a := range s.agents {
		if a.screen == nil || a.saving.Swap(true) {
			continue
		}
		s.wg.Go(func() {
			defer a.saving.Store(false)
			if err := a.screen.save(s.opts.Dir.Agent(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
				s.log.Warn("saving a screen", "agent", name, "err", err)
			}
		})
	}
}

// Snapshot is what is true now. It never blocks.
func (s *Session) Snapshot() *Snapshot { return s.snap.Load() }

// Watch gives a channel of capacity 1 that gets something when there is a new
// Snapshot or a screen changed.
func (s *Session) Watch() (nudge <-chan struct{}, cancel func()) { return s.watch.watch() }

// View calls f with the agent's screen under its lock; f must neither block nor
// keep it. False: there is no such agent.
func (s *Session) View(name string, f func(*vt.Terminal)) bool {
	sc := s.screens.screen(name)
	if sc == nil {
		return false
	}
	sc.view(f)
	return true
}

// Drawn grows whenever the agent's screen changed.
func (s *Session) Drawn(name string) uint64 {
	if sc := s.screens.screen(name); sc != nil {
		return sc.drawn.Load()
	}
	return 0
}

// Ledger is the session's record, for readers.
func (s *Session) Ledger() *ledger.Ledger { return s.led }

// Done is closed when the session is over.
func (s *Session) Done() <-chan struct{} { return s.done }

// strange records a call on an agent's socket by a process that is not the agent's.
func (s *Session) strange(agent string, who proc.ID, c *gateway.Call) {
	s.post(func() {
		s.record(ledger.Entry{
			Kind: ledger.CallRefused, Agent: agent, Process: who.String(), Tool: c.Name, Command: c.Command, Argv: c.Argv, Cwd: c.Cwd,
			Why: "asked on a socket of " + agent + " by a process that is not its own",
		})
	})
}

// Refused records that somebody who may not answer tried to.
func (s *Session) Refused(who proc.ID, what string, why error) {
	agent := s.procs.owner(who) // while it lives
	s.post(func() {
		s.record(ledger.Entry{Kind: ledger.OperatorRefused, Agent: agent, Process: who.String(), What: what, Why: why.Error()})
	})
}
