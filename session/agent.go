package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/gateway/hook"
	"kavi/gateway/shim/install"
	"kavi/pty"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// agent is one agent in the loop's hands.
type agent struct {
	spec    AgentSpec
	order   int
	screen  *screen
	link    *link
	keeper  proc.ID
	proc    proc.ID
	state   State
	changed time.Time
	exit    *pty.Status
	gate    string
	gated   bool
	why     string
	running int // allowed calls of it that run now
	title   string
	status  string    // what the agent itself says of its state (OSC 7501)
	waits   time.Time // when the operator was last told that it waits in its own dialog
	paused  string    // why every further call is held; "" when not paused
	bell    bool
	grants  []*grant
	env     []string // what it was started with
	hooks   *hooks   // nil: it has none of kavi's
	talk    string   // the agent's own id of its conversation, to go on with it
	rebuke  string   // what its next call is told, by its hook where it has one: a change of it was taken back
	notes   []string // what the operator should know of how it was started

	recorded bool // its exit, by the server before

	saving atomic.Bool // its screen is being written to the disk
}

// grant lets one next call run that is the same as one which lapsed.
type grant struct {
	seal     gateway.Seal
	until    time.Time
	by       ledger.By
	process  proc.ID // of the agent; zero: whoever it is after a restart
	approval string
	callID   string
}

func (a *agent) process() proc.ID { return a.proc }

// takeGrant finds and takes the grant for a call that is the same in argv, folder,
// script and effects, and finds all that they are about as the operator read it.
func (a *agent) takeGrant(j judged) *grant {
	now := time.Now()
	for i, g := range a.grants {
		if now.After(g.until) || (g.process != (proc.ID{}) && g.process != a.proc) {
			continue
		}
		if g.seal == j.seal && g.seal != (gateway.Seal{}) {
			a.grants = append(a.grants[:i], a.grants[i+1:]...)
			return g
		}
	}
	return nil
}

var agentName = regexp.MustCompile(`[^a-z0-9._-]+`)

// newName gives an agent a name that is free: NAME, NAME-2, NAME-3 …
func (s *Session) newName(a AgentSpec) string {
	name := a.Name
	if name == "" {
		name = filepath.Base(a.Argv[0])
	}
	name = strings.Trim(agentName.ReplaceAllString(strings.ToLower(name), "-"), "-.")
	if name == "" {
		name = "agent"
	}
	name = name[:min(len(name), 24)]
	for n, try := 2, name; ; n++ {
		// What was given a worktree keeps its name for it, also without a pane.
		if _, taken := s.agents[try]; !taken && !s.reserved[try] && s.trees.named(try) == nil {
			return try
		}
		try = fmt.Sprintf("%s-%d", name, n)
	}
}

// StartAgent starts an agent in a pane of its own, once its gate is proven, and
// returns its name. It blocks until the agent runs, some 50 ms.
func (s *Session) StartAgent(ctx context.Context, spec AgentSpec) (string, error) {
	if len(spec.Argv) == 0 {
		return "", errors.New("agent: no command")
	}
	return ask(ctx, s, func(reply func(string, error)) {
		if s.stopping {
			reply("", ErrEnded)
			return
		}
		spec.Name = s.newName(spec)
		if spec.Cwd == "" {
			spec.Cwd = s.opts.Project
		}
		if spec.Worktree {
			spec.Cwd = s.worktreePath(spec.Name)
		}
		if spec.Level == "" {
			spec.Level = s.opts.Config.Level
		}
		if spec.Cols <= 0 || spec.Rows <= 0 {
			spec.Cols, spec.Rows = 80, 24
		}
		s.order++
		s.launch(spec, s.order, func() {}, func(err error) { reply(spec.Name, err) })
	})
}

// launched is what launch has made outside the loop.
type launched struct {
	link   *link
	gate   string
	gated  bool
	why    string
	keeper proc.ID
	hooks  *hooks
	env    []string
	notes  []string
	// matters are variables of env that decide what a command runs, and which kavi
	// set for its hooks: no trick of the agent's.
	matters []string
}

// launch makes the agent's folder, its shims and its keeper, proves the gate,
// and only then lets the agent's program start.
// before runs first, outside the loop.
func (s *Session) launch(spec AgentSpec, order int, before func(), done func(error)) {
	s.reserved[spec.Name] = true
	s.showStarting(spec)
	started := func(err error) {
		s.release(spec.Name)
		done(err)
	}
	s.wg.Go(func() {
		before()
		l, err := s.bringUp(spec, order)
		s.post(func() {
			delete(s.starting, spec.Name)
			s.changed = true
			if err != nil {
				s.record(ledger.Entry{Kind: ledger.Problem, Agent: spec.Name, Why: err.Error()})
				started(err)
				return
			}
			s.joined(spec, order, l)
			e := ledger.Entry{Kind: ledger.AgentStarted, Agent: spec.Name, Argv: spec.Argv, Cwd: spec.Cwd, Level: string(spec.Level), Process: l.link.conn.Agent().String()}
			if l.hooks != nil {
				e.Data = map[string]string{"family": string(l.hooks.family), "lines": strings.Join(l.hooks.lines, "\n"), "env": strings.Join(l.matters, "\n")}
				l.hooks.proved(e.Data)
			}
			g := ledger.Entry{Kind: ledger.GateProven, Agent: spec.Name, Why: l.gate}
			if !l.gated {
				g.Kind, g.Why = ledger.GateUngated, l.why
			}
			s.commit([]ledger.Entry{e, g}, started)
			_ = l.link.conn.Ready()
		})
	})
}

// bringUp does everything of a start that takes time, in the agent's worktree if it
// is to have one.
func (s *Session) bringUp(spec AgentSpec, order int) (launched, error) {
	if !spec.Worktree {
		return s.bringUpThere(spec, order)
	}
	fresh, notes, err := s.giveWorktree(spec.Name)
	if err != nil {
		return launched{}, fmt.Errorf("agent %s: %w", spec.Name, err)
	}
	l, err := s.bringUpThere(spec, order)
	if err != nil && fresh {
		s.unmake(spec.Name)
	}
	l.notes = append(notes, l.notes...)
	return l, err
}

func (s *Session) bringUpThere(spec AgentSpec, order int) (launched, error) {
	dir := s.opts.Dir.Agent(spec.Name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return launched{}, fmt.Errorf("agent %s: %w", spec.Name, err)
	}
	if err := install.Install(s.opts.Dir.Binary(), dir, s.programs); err != nil {
		return launched{}, fmt.Errorf("agent %s: %w", spec.Name, err)
	}
	out := launched{gate: gatePartly, gated: true}
	if err := s.proveShim(dir); err != nil {
		if !spec.Ungated {
			return launched{}, fmt.Errorf("agent %s: its gate cannot be proven: %w", spec.Name, err)
		}
		out = launched{gate: notGated, why: err.Error()}
	}
	env, argv := s.agentEnv(spec), spec.Argv
	start, hooks, err := s.recipe(&spec, env)
	switch {
	case err == nil && hooks != nil:
		env, argv = withEnv(env, start.Env), start.Argv
		out.hooks, out.notes, out.matters = hooks, start.Notes, mattering(start.Env)
		if err := s.proveAgent(&spec, env, start.Despite, &out); err != nil {
			return launched{}, fmt.Errorf("agent %s: %w", spec.Name, err)
		}
	case errors.Is(err, hook.ErrUngated) && spec.Ungated:
		out = launched{gate: notGated, why: err.Error()}
	case err != nil:
		return launched{}, fmt.Errorf("agent %s: %w", spec.Name, err)
	}
	out.env = env
	f := agentFile{Spec: spec, Order: order, Gate: out.gate, Why: out.why}
	if err := writeAgent(dir, f); err != nil {
		return launched{}, fmt.Errorf("agent %s: %w", spec.Name, err)
	}
	keeper, err := pty.Start(pty.Spec{
		Dir: dir, Name: spec.Name, Argv: ownProgram(argv), Env: env, Cwd: spec.Cwd,
		Cols: spec.Cols, Rows: spec.Rows, Binary: s.opts.Dir.Binary(), Server: s.opts.Server,
	})
	if err != nil {
		return launched{}, fmt.Errorf("agent %s: %w", spec.Name, err)
	}
	l := s.newLink(spec.Name, newScreen(spec.Cols, spec.Rows))
	if err := l.dial(0); err != nil {
		_ = proc.Signal(keeper, syscall.SIGKILL) // nobody knows it yet
		return launched{}, fmt.Errorf("agent %s: %w", spec.Name, errors.Join(err, pty.KillTree(dir, keeper, proc.ID{})))
	}
	f.Agent, f.Keeper = l.conn.Agent().String(), keeper.String()
	if err := writeAgent(dir, f); err != nil {
		l.end()
		return launched{}, fmt.Errorf("agent %s: %w", spec.Name, err)
	}
	out.link, out.keeper = l, keeper
	return out, nil
}

// ownProgram names the agent's program by its place: the operator started it, so
// it is not a call, even where it is a shell that the shim stands for.
func ownProgram(argv []string) []string {
	if strings.Contains(argv[0], "/") {
		return argv
	}
	if path := install.Find(argv[0]); path != "" {
		return append([]string{path}, argv[1:]...)
	}
	return argv
}

// joined: the agent runs, or did.
func (s *Session) joined(spec AgentSpec, order int, l launched) {
	a := &agent{
		spec: spec, order: order, screen: l.link.screen, link: l.link,
		keeper: l.link.conn.Keeper(), proc: l.link.conn.Agent(),
		state: Starting, changed: time.Now(), gate: l.gate, gated: l.gated, why: l.why,
		env: l.env, hooks: l.hooks, notes: l.notes,
	}
	s.agents[spec.Name] = a
	s.screens.set(spec.Name, a)
	s.tellProcs(a)
	s.changed = true
	close(l.link.open)
	if l.link.err != nil {
		s.lost(l.link, l.link.err)
	}
	if l.link.exit != nil {
		s.exited(l.link, *l.link.exit)
	}
}

// tellProcs tells the doors what the loop decided of an agent.
func (s *Session) tellProcs(a *agent) {
	s.procs.set(a.spec.Name, agentProc{agent: a.proc, keeper: a.keeper, level: a.spec.Level, paused: a.paused != "", env: a.env, hooks: a.hooks})
}

// exited: the agent's program ended. Its pane stays.
func (s *Session) exited(l *link, st pty.Status) {
	a := s.agents[l.name]
	if a == nil || a.link != l {
		l.exit = &st
		return
	}
	if l.gone.Load() || a.exit != nil {
		return
	}
	a.exit = &st
	var entries []ledger.Entry
	if !a.recorded { // not by the server before
		entries = []ledger.Entry{{Kind: ledger.AgentExited, Agent: l.name, ExitCode: &st.Code}}
	}
	s.dropHooks(a)
	s.setAgentState(a, Exited)
	s.voidApprovals(a, "the agent exited")
	s.commit(entries, func(err error) {
		if err != nil {
			return // the keeper keeps the status for the next server
		}
		l.gone.Store(true)
		_ = l.conn.Dismiss()
	})
	switch {
	case a.recorded:
	case st.Code != 0:
		s.notify(Notice{NeedsYou: true, Title: l.name, Text: fmt.Sprintf("exited %d", st.Code)})
	default:
		s.notify(Notice{Title: l.name, Text: "exited"})
	}
}

// lost: the keeper ended without having said that the agent did. What it held is
// ended too: nobody could hold its calls.
func (s *Session) lost(l *link, err error) {
	a := s.agents[l.name]
	if a == nil || a.link != l {
		l.err = err
		return
	}
	if l.gone.Load() || a.exit != nil || s.stopping {
		return
	}
	if a.keeper.Alive() { // it only lost its link
		s.wg.Go(func() { s.dialAgain(a) })
		return
	}
	l.gone.Store(true)
	s.killTree(a.spec.Name, a.keeper, a.proc)
	s.lostForGood(a, err)
}

func (s *Session) lostForGood(a *agent, err error) {
	a.why = "its keeper ended: " + err.Error()
	a.gated, a.gate = false, notGated
	s.setAgentState(a, Lost)
	s.voidApprovals(a, "the agent's keeper ended")
	s.record(ledger.Entry{Kind: ledger.AgentLost, Agent: a.spec.Name, Why: err.Error()})
	s.notify(Notice{NeedsYou: true, Title: a.spec.Name, Text: "lost: its keeper ended"})
}

// killTree ends what a dead keeper left behind.
func (s *Session) killTree(name string, keeper, agent proc.ID) {
	s.wg.Go(func() {
		if err := pty.KillTree(s.opts.Dir.Agent(name), keeper, agent); err != nil {
			s.log.Error("ending what a lost keeper held", "agent", name, "err", err)
		}
	})
}

// dialAgain takes up the link to a keeper for as long as that lives.
func (s *Session) dialAgain(a *agent) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		l := s.newLink(a.spec.Name, a.screen)
		err := l.dial(a.screen.seen())
		switch {
		case err == nil:
			s.post(func() {
				a.keeper, a.proc = l.conn.Keeper(), l.conn.Agent()
				s.screens.relink(a, l)
				s.tellProcs(a)
				close(l.open)
				_ = l.conn.Ready()
			})
			return
		case !a.keeper.Alive():
			s.post(func() { s.lostForGood(a, err) })
			return
		}
		s.log.Warn("dialling a keeper", "agent", a.spec.Name, "err", err)
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return
		}
	}
}

// voidApprovals closes what lapsed of an agent that is gone, and its grants:
// nobody is left who could run it.
func (s *Session) voidApprovals(a *agent, why string) {
	for _, g := range a.grants {
		s.dropPending(g.approval)
		s.record(ledger.Entry{Kind: ledger.CallAbandoned, Agent: a.spec.Name, Call: g.callID, Approval: g.approval, Why: why})
	}
	a.grants = nil
	for id, k := range s.approvals {
		if k.agentName != a.spec.Name || k.phase != lapsed {
			continue
		}
		delete(s.approvals, id)
		s.dropPending(id)
		s.abandon(k, why)
	}
	s.unpause(a.spec.Name)
	s.changed = true
}

// RestartAgent starts an agent that has ended, with the same command.
func (s *Session) RestartAgent(ctx context.Context, name string) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		a := s.agents[name]
		switch {
		case s.stopping:
			reply(struct{}{}, ErrEnded)
		case a == nil:
			reply(struct{}{}, fmt.Errorf("agent %s: there is none of that name", display.Safe(name)))
		case a.exit == nil && a.state != Lost:
			reply(struct{}{}, fmt.Errorf("agent %s: it still runs", name))
		case s.reserved[name]:
			reply(struct{}{}, fmt.Errorf("agent %s: it is being started", name))
		default:
			a.spec.Cols, a.spec.Rows = a.screen.size()
			a.spec.resume = a.talk
			s.launch(a.spec, a.order, a.end, func(err error) { reply(struct{}{}, err) })
		}
	})
	return err
}

// end ends what is left of an agent: its processes and its keeper. It may block
// for a moment.
func (a *agent) end() {
	if a.link == nil || a.link.conn == nil {
		return
	}
	a.link.end()
}

// CloseAgent ends an agent with everything it started and takes its pane away.
func (s *Session) CloseAgent(ctx context.Context, name string) error {
	_, err := ask(ctx, s, func(reply func(struct{}, error)) {
		a := s.agents[name]
		switch {
		case a == nil:
			reply(struct{}{}, fmt.Errorf("agent %s: there is none of that name", display.Safe(name)))
			return
		case s.reserved[name]:
			reply(struct{}{}, fmt.Errorf("agent %s: it is being started", name))
			return
		}
		s.commit([]ledger.Entry{{Kind: ledger.AgentClosed, Agent: name}}, func(err error) {
			if s.agents[name] != a {
				reply(struct{}{}, err)
				return
			}
			s.voidApprovals(a, "the agent's pane was closed")
			delete(s.agents, name)
			s.screens.remove(name)
			s.procs.remove(name)
			s.changed = true
			s.wg.Go(func() {
				a.end()
				err := os.Remove(filepath.Join(s.opts.Dir.Agent(name), "agent.json"))
				s.post(func() { reply(struct{}{}, err) })
			})
		})
	})
	return err
}

// Type sends bytes to an agent as if typed at its terminal. It never blocks.
func (s *Session) Type(name string, b []byte) error {
	l := s.screens.link(name)
	if l == nil {
		return fmt.Errorf("agent %s: nothing runs there", display.Safe(name))
	}
	return l.conn.Write(b)
}

// Seen says that the operator looked at an agent: it needs no attention any more.
func (s *Session) Seen(name string) {
	s.post(func() {
		if a := s.agents[name]; a != nil && a.bell {
			a.bell = false
			s.changed = true
		}
	})
}

// Resize gives an agent's terminal another size.
func (s *Session) Resize(name string, cols, rows int) error {
	sc := s.screens.screen(name)
	if sc == nil {
		return fmt.Errorf("agent %s: there is none of that name", display.Safe(name))
	}
	if cols <= 0 || rows <= 0 {
		return fmt.Errorf("agent %s: no terminal is %dx%d", name, cols, rows)
	}
	sc.resize(cols, rows)
	s.post(func() { s.changed = true })
	if l := s.screens.link(name); l != nil {
		return l.conn.Resize(cols, rows)
	}
	return nil
}
