package session

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"kavi/gateway"
	"kavi/gateway/hook"
	"kavi/gateway/shell"
	"kavi/gateway/watch"
	"kavi/pty"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// A server that comes back reads the ledger and finds out, call by call, what a
// former one had acknowledged: nothing acknowledged is lost, nothing runs twice.

// pastCall is what the ledger says of a call that was not over.
type pastCall struct {
	requested ledger.Entry
	decided   *ledger.Entry
	granted   *ledger.Entry
	lapsed    string // why
	executed  bool
	shell     *ledger.Entry // of a call that a hook announced: its shell came to the shim
}

// past is the fold of a ledger.
type past struct {
	calls      map[string]*pastCall
	exited     map[string]*pty.Status // agents
	paused     map[string]string
	levels     map[string]gateway.Level
	fullAccess bool
	fullSince  time.Time
	config     string // of the session, as it was started
	project    string
	kept       string
	families   map[string]hook.Family
	lines      map[string][]string // see hooks
	matters    map[string][]string // see launched
	proved     map[string]map[string]string
	talks      map[string]string // conversations
	gates      map[string]string
	uses       map[string][]use
	items      map[string]*Unexplained
	mine       mine
	detached   time.Time      // when an operator last left
	rules      []ledger.Entry // added in the session and not removed
	used       map[gateway.RuleName]int
	history    history // of what was decided, not inside of another call
	crashes    crashes
	worktrees  pastWorktrees
	recorded   recorded
	last       time.Time // when the newest entry was made
}

// comeBack restores the session from its ledger, its files and its keepers.
func (s *Session) comeBack(rebooted bool) error {
	if err := s.led.Store(); err != nil { // what Open found missing is in it from here on
		return err
	}
	p, err := s.fold()
	if err != nil {
		return fmt.Errorf("reading its ledger: %w", err)
	}
	lost, err := s.configure(p)
	if err != nil {
		return err
	}
	s.trees.add(newWorktree(Worktree{Path: s.opts.Project}, s.opts.Dir.Baseline()))
	for _, w := range p.worktrees {
		t := newWorktree(w.Worktree, s.opts.Dir.WorktreeBaseline(w.Agent))
		t.gone = w.gone
		s.trees.add(t)
	}
	s.client.last = p.detached
	if err := s.careful(p.crashes); err != nil {
		return err
	}
	back := ledger.Entry{Kind: ledger.SessionRecovered, Why: "its server was gone"}
	switch {
	case s.opts.Crashed != "":
		back.Why = "its server crashed: " + s.opts.Crashed
		back.Data = map[string]string{"crashed": "yes"}
	case rebooted:
		back.Why = "the machine was started again"
	}
	entries := append([]ledger.Entry{back}, lost...)
	if p.fullAccess && rebooted {
		entries = append(entries, ledger.Entry{Kind: ledger.FullAccessOff, By: &ledger.By{Kind: ledger.ByRestart}})
		s.banner = append(s.banner, "full access was on and ended with the reboot: ! switches it on again")
	} else if p.fullAccess {
		s.setFullAccess(true, p.fullSince)
	}
	if err := s.led.Store(entries...); err != nil {
		return err
	}
	if err := s.rulesAgain(p); err != nil {
		return err
	}
	s.items, s.mine = p.items, p.mine
	p.recorded.prune(p.last)
	s.recorded = p.recorded
	if err := s.takeOver(p); err != nil {
		return err
	}
	runs := make(map[string]*run)
	for _, id := range sortedCalls(p.calls) {
		s.restore(p.calls[id], runs)
	}
	s.denyHeld()
	return nil
}

// configure takes from the ledger what an agent could have rewritten beside it. Where
// the ledger has lost it, everything prompts: what the agents may do is not taken from
// their word. Then there are entries that say so.
func (s *Session) configure(p *past) ([]ledger.Entry, error) {
	if p.config != "" {
		s.opts.Project, s.opts.Keep = p.project, p.kept
		if err := json.Unmarshal([]byte(p.config), &s.opts.Config); err != nil {
			return nil, fmt.Errorf("its ledger does not say how it was configured: %w", err)
		}
		return nil, nil
	}
	s.opts.Config, s.opts.Keep = DefaultConfig(), ""
	s.opts.Config.Level = gateway.LevelAlways
	shown, err := os.ReadDir(s.opts.Dir.pending())
	if err != nil {
		return nil, err
	}
	for _, f := range shown { // no id is used twice
		s.approvalSeq = max(s.approvalSeq, number(f.Name(), "apr_"))
	}
	const why = "its ledger has lost how it was configured and what was decided: everything prompts; an agent whose hooks are denied must be started again"
	s.banner = append(s.banner, why)
	return []ledger.Entry{{Kind: ledger.Problem, Why: why}}, nil
}

// fold reads the whole ledger once.
func (s *Session) fold() (*past, error) {
	p := &past{
		calls: make(map[string]*pastCall), exited: make(map[string]*pty.Status),
		paused: make(map[string]string), levels: make(map[string]gateway.Level), used: make(map[gateway.RuleName]int),
		families: make(map[string]hook.Family), lines: make(map[string][]string), matters: make(map[string][]string), proved: make(map[string]map[string]string), talks: make(map[string]string),
		items: make(map[string]*Unexplained), mine: newMine(), gates: make(map[string]string), uses: make(map[string][]use), recorded: make(recorded),
	}
	err := s.led.Entries(1, func(e ledger.Entry) error {
		s.callSeq = max(s.callSeq, number(e.Call, "call_"))
		s.approvalSeq = max(s.approvalSeq, number(e.Approval, "apr_"))
		s.itemSeq = max(s.itemSeq, number(e.Data["item"], "chg_"))
		s.undoSeq = max(s.undoSeq, number(e.Call, "undo_"))
		s.rules.seq = max(s.rules.seq, number(e.Data["id"], "rem_"))
		if from, to, ok := e.Gap(); ok { // what was in the hole may have used as many ids
			s.callSeq += to - from + 1
			s.approvalSeq += to - from + 1
			s.rules.seq += to - from + 1
		}
		p.take(e)
		if e.Kind == ledger.CallDecided && e.By != nil && e.By.Kind != ledger.ByOperator {
			if e.Verdict == ledger.Allowed {
				s.allowed++
			} else {
				s.denied++
			}
		}
		return nil
	})
	return p, err
}

func (p *past) take(e ledger.Entry) {
	c := p.calls[e.Call]
	p.worktrees.take(e)
	p.last = e.Time
	switch e.Kind { //nolint:exhaustive // the other kinds say nothing of what is true now
	case ledger.CallRequested:
		p.calls[e.Call] = &pastCall{requested: e}
		if e.Witness == ledger.WitnessHook {
			u := append(p.uses[e.Agent], use{id: e.Data["use"], tool: e.Tool})
			p.uses[e.Agent] = u[max(0, len(u)-maxUses):]
		}
	case ledger.CallDecided:
		p.count(e)
		if c != nil {
			if e.By != nil && e.By.Kind != ledger.ByCovered {
				p.history.add(pastAskOf(c.requested, e))
			}
			c.decided = &e
			if g := e.Data["grant"]; g != "" {
				p.spend(g)
			}
		}
	case callGranted:
		if c != nil {
			c.granted = &e
		}
	case ledger.CallLapsed:
		if c != nil {
			c.lapsed = cmp.Or(e.Why, gaveUp)
		}
	case callHeldAgain:
		if c != nil {
			c.lapsed = ""
		}
	case ledger.CallExecuted:
		if c != nil {
			c.executed = true
			if e.Witness == ledger.WitnessShim && c.requested.Witness == ledger.WitnessHook {
				c.shell = &e
			}
		}
	case ledger.CallDelivered:
		if c != nil && c.decided != nil && c.decided.Verdict == ledger.Denied {
			delete(p.calls, e.Call)
		}
	case ledger.CallExited, ledger.CallAbandoned:
		delete(p.calls, e.Call)
	case ledger.FileChanged, ledger.FileUndone:
		p.recorded.take(e)
	case ledger.FileUnsanctioned:
		p.recorded.take(e)
		p.item(e)
	case ledger.ChangeKept:
		if u := p.items[e.Data["item"]]; u != nil {
			p.mine.add(Mine(e.Why), u, e.Time)
		}
		delete(p.items, e.Data["item"])
	case ledger.ChangeTakenBack:
		delete(p.items, e.Data["item"])
	case ledger.RuleAdded:
		p.rules = append(p.rules, e)
	case ledger.RuleRemoved:
		p.rules = slices.DeleteFunc(p.rules, func(o ledger.Entry) bool { return o.Data["id"] == e.Data["id"] && o.Data["layer"] == e.Data["layer"] })
	case ledger.EntriesLost: // what was given may have been taken back there
		p.fullAccess = false
		clear(p.levels)
	case ledger.FullAccessOn:
		p.fullAccess, p.fullSince = true, e.Time
	case ledger.FullAccessOff:
		p.fullAccess = false
	case ledger.LevelChanged:
		p.levels[e.Agent] = gateway.Level(e.Level)
	case ledger.AgentPaused:
		p.paused[e.Agent] = e.Why
		if u := p.items[e.Data["item"]]; u != nil {
			u.Paused = append(u.Paused, e.Agent)
		}
	case ledger.AgentResumed:
		delete(p.paused, e.Agent)
	case ledger.SessionRecovered:
		p.crashes.tookOver(e.Time, e.Data["crashed"] != "")
	case ledger.SessionStarted:
		p.crashes.last = e.Time
		p.config, p.project, p.kept = e.Data["config"], e.Cwd, e.Data["kept"]
	case ledger.OperatorDetached:
		p.detached = e.Time
	case ledger.AgentStarted:
		p.levels[e.Agent] = gateway.Level(e.Level)
		p.families[e.Agent] = hook.Family(e.Data["family"])
		p.lines[e.Agent] = strings.Split(e.Data["lines"], "\n")
		p.matters[e.Agent] = strings.Split(e.Data["env"], "\n")
		p.proved[e.Agent] = e.Data
		delete(p.exited, e.Agent)
		delete(p.paused, e.Agent)
	case ledger.AgentExited:
		st := &pty.Status{At: e.Time}
		if e.ExitCode != nil {
			st.Code = *e.ExitCode
		}
		p.exited[e.Agent] = st
	case ledger.GateProven:
		p.gates[e.Agent] = e.Why
	case agentTalks:
		p.talks[e.Agent] = e.Data["conversation"]
	}
}

// item puts an unexplained change back where it waits.
func (p *past) item(e ledger.Entry) {
	var c watch.Change
	id := e.Data["item"]
	if id == "" || json.Unmarshal([]byte(e.Data["change"]), &c) != nil {
		return
	}
	u := p.items[id]
	if u == nil {
		u = &Unexplained{ID: id, Since: e.Time}
		p.items[id] = u
	}
	f := showChange(e.Data["worktree"], c)
	f.How, f.Seq = e.Why, e.Seq
	u.put(f)
	if could := e.Data["could"]; could != "" {
		_ = json.Unmarshal([]byte(could), &u.Could) // cut short it tells of nobody
	}
}

// count notes which rules decided a call.
func (p *past) count(e ledger.Entry) {
	if e.By != nil && e.By.Rule != "" {
		p.used[gateway.RuleName{Layer: gateway.Layer(e.By.Layer), ID: e.By.Rule}]++
	}
	for _, w := range strings.Split(e.Data["used"], "\n") {
		if layer, id, ok := strings.Cut(w, "/"); ok {
			p.used[gateway.RuleName{Layer: gateway.Layer(layer), ID: id}]++
		}
	}
}

// spend forgets a grant that was taken up.
func (p *past) spend(approval string) {
	for id, c := range p.calls {
		if c.granted != nil && c.requested.Approval == approval {
			delete(p.calls, id)
		}
	}
}

func number(id, prefix string) uint64 {
	var n uint64
	if rest, ok := strings.CutPrefix(id, prefix); ok {
		_, _ = fmt.Sscanf(rest, "%d", &n)
	}
	return n
}

func sortedCalls(m map[string]*pastCall) []string {
	ids := make([]string, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return compareIDs(ids[i], ids[j]) < 0 })
	return ids
}

// restore puts one unfinished call back where it was.
func (s *Session) restore(c *pastCall, runs map[string]*run) {
	e := c.requested
	who, err := proc.ParseID(e.Process)
	alive := err == nil && who.Alive()
	k := &call{id: e.Call, agentName: e.Agent, peer: who, since: e.Time, recorded: true, req: &gateway.Call{}}
	if n, err := hex.DecodeString(e.Nonce); err == nil {
		copy(k.req.Nonce[:], n)
	}
	switch {
	case c.granted != nil:
		s.restoreGrant(k, c)
	case c.decided == nil:
		s.restoreHeld(k, c, alive)
	case e.Witness == ledger.WitnessHook && c.executed:
		s.restoreAnnounced(k, c)
	case c.decided.Verdict == ledger.Allowed && alive && (c.executed || !s.isShim(who)):
		if !c.executed {
			s.record(ledger.Entry{Kind: ledger.CallExecuted, Agent: k.agentName, Call: k.id, Process: who.String()})
		}
		r := pastRun(k, c.decided, who)
		s.covers.add(r)
		s.covers.settle(r, true)
		if in := runs[e.Inside]; in != nil && c.decided.By != nil && c.decided.By.Kind == ledger.ByCovered {
			r.in = in
		}
		runs[r.name()] = r
		if a := s.agents[k.agentName]; a != nil {
			a.running++
		}
	case c.executed:
		s.record(ledger.Entry{Kind: ledger.CallExited, Agent: k.agentName, Call: k.id})
	case alive:
		k.phase = decided
		k.verdict = gateway.Verdict{Allow: c.decided.Verdict == ledger.Allowed, Reason: c.decided.Reason, Call: k.id}
		k.oldSeal = sealOf(c.decided)
		k.past = c.decided
		s.calls[k.key()] = k
	default:
		s.abandon(k, "the server ended before it was told, and its caller is gone: whether it ran is not known")
	}
}

// restoreHeld shows a call again that waited for the operator.
func (s *Session) restoreHeld(k *call, c *pastCall, alive bool) {
	a, err := s.loadPending(c.requested.Approval)
	if err != nil {
		s.log.Warn("what a held call showed is lost", "approval", c.requested.Approval, "err", err)
		if alive { // it asks again and is judged anew, under a new id
			s.abandon(k, "what it showed was lost with the server")
			return
		}
		s.abandon(k, "its caller is gone")
		return
	}
	k.req, k.since, k.judged = a.Call, a.Since, judged{Judgement: a.Judged, text: a.Text, seal: a.Seal}
	k.approval = a
	k.again = a.Again
	k.phase = held
	s.calls[k.key()] = k
	s.approvals[a.ID] = k
	switch {
	case c.lapsed != "":
		k.phase = lapsed
		s.setState(k, Lapsed, c.lapsed)
	case !alive:
		s.lapses(k, callerGone)
	}
}

// sealOf is the seal of what an entry decided; zero where it has none.
func sealOf(e *ledger.Entry) (seal gateway.Seal) {
	if b, err := hex.DecodeString(e.Seal); err == nil {
		copy(seal[:], b)
	}
	return seal
}

// restoreGrant keeps the operator's yes to a lapsed call.
func (s *Session) restoreGrant(k *call, c *pastCall) {
	g := c.granted
	ag := s.agents[k.agentName]
	if ag == nil || time.Since(g.Time) > grantLife || g.By == nil {
		s.abandon(k, "what was granted was not taken up")
		return
	}
	ag.grants = append(ag.grants, &grant{
		seal: sealOf(g), until: g.Time.Add(grantLife), by: *g.By, process: ag.proc, approval: c.requested.Approval, callID: k.id,
	})
}

// pastRun is the run of a call that a former server allowed.
func pastRun(k *call, d *ledger.Entry, who proc.ID) *run {
	r := &run{id: who, callID: k.id, agent: k.agentName, approval: d.Approval}
	r.operator = d.By != nil && d.By.Kind == ledger.ByOperator
	r.own = d.By != nil && d.By.Kind == ledger.ByService
	covers, ok := d.Data["covers"]
	r.none = !ok
	for _, w := range strings.Fields(covers) {
		r.effects = append(r.effects, shell.Kind(w))
	}
	return r
}

// isShim tells whether a process is still a shim that waits, not the program.
func (s *Session) isShim(id proc.ID) bool {
	exe, err := proc.Exe(id.PID)
	return err == nil && strings.HasPrefix(exe, s.opts.Dir.Agents()+string(filepath.Separator))
}

// takeOver finds the agents again: their keepers, where these live.
func (s *Session) takeOver(p *past) error {
	names, err := os.ReadDir(s.opts.Dir.Agents())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, n := range names {
		f, err := readAgent(s.opts.Dir.Agent(n.Name()))
		if errors.Is(err, os.ErrNotExist) {
			continue // its pane was closed
		}
		if err != nil {
			s.banner = append(s.banner, err.Error())
			continue
		}
		s.takeOverAgent(n.Name(), f, p)
	}
	return nil
}

func (s *Session) takeOverAgent(name string, f agentFile, p *past) {
	level, known := p.levels[name] // not what the file says: an agent could have written it
	if !known {
		level = gateway.LevelAlways // the ledger has lost it
	}
	f.Spec.Level = level
	t := s.trees.named(name)
	if f.Spec.Worktree = t != nil; f.Spec.Worktree {
		f.Spec.Cwd = t.Path
	}
	dir := s.opts.Dir.Agent(name)
	a := &agent{
		spec: f.Spec, order: f.Order, gate: f.Gate, why: f.Why, gated: f.Why == "",
		state: Starting, changed: time.Now(), paused: p.paused[name],
		screen: newScreen(f.Spec.Cols, f.Spec.Rows),
		env:    s.agentEnv(f.Spec),
		talk:   p.talks[name],
	}
	switch g := p.gates[name]; {
	case g != "" && a.gated:
		a.gate = g
	case a.gated: // lost with the ledger, as its hooks are
		a.gate = gatePartly
	}
	if fam := p.families[name]; fam != "" {
		a.hooks = newHooks(fam, p.lines[name])
		a.hooks.seen = p.uses[name]
		a.hooks.reproved(p.proved[name])
		a.env = withEnv(a.env, p.matters[name])
	}
	s.order = max(s.order, f.Order)
	s.agents[name] = a
	s.screens.set(name, a)
	for _, old := range []string{f.Agent, f.Keeper} {
		if id, err := proc.ParseID(old); err == nil {
			s.procs.set(name, agentProc{agent: id})
		}
	}
	if err := a.screen.restore(dir); err != nil {
		s.log.Warn("restoring a screen", "agent", name, "err", err)
	}
	a.title, a.status = a.screen.says() // its program says neither again
	ended := p.exited[name]
	a.recorded = ended != nil
	l := s.newLink(name, a.screen)
	err := l.dial(a.screen.seen())
	a.keeper, _ = proc.ParseID(f.Keeper)
	switch {
	case err == nil: // also to the keeper of an agent that ended: it is told that it may go
		a.link, a.keeper, a.proc = l, l.conn.Keeper(), l.conn.Agent()
		s.tellProcs(a)
		close(l.open)
		_ = l.conn.Ready()
	case a.keeper.Alive():
		s.tellProcs(a)
		s.wg.Go(func() { s.dialAgain(a) })
	case ended != nil:
		a.exit, a.state = ended, Exited
		s.tellProcs(a)
	default:
		s.orphan(a, f, err)
	}
}

// orphan is an agent whose keeper is gone: what it left is ended, and its pane
// shows what was until the operator restarts it.
func (s *Session) orphan(a *agent, f agentFile, err error) {
	if id, perr := proc.ParseID(f.Agent); perr == nil && id.Alive() {
		s.killTree(a.spec.Name, a.keeper, id)
	}
	a.state = Lost
	a.gate, a.gated = "not gated", false
	a.why = "it ended with its keeper"
	s.tellProcs(a)
	s.record(ledger.Entry{Kind: ledger.AgentLost, Agent: a.spec.Name, Why: err.Error()})
}
