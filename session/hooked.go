package session

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"

	"kavi/gateway"
	"kavi/gateway/display"
	"kavi/gateway/hook"
	"kavi/gateway/shell"
	"kavi/gateway/wire"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// What an agent's own hooks say, on its way through the session:
//
//	a use of a tool      judged and held like any call; an allow leaves a token
//	its shell            at the shim: the same call, seen by a second witness
//	a tool that is done  ends the call; one that nobody announced pauses the agent
//	the rest             the conversation's id, and what the agent is doing

// Layers of judgements that no rule made.
const (
	layerAnnounced = "announced" // the call of a hook's that was allowed, seen by the shim
	layerService   = "service"   // a shell that the agent starts for itself
)

// How well an agent's calls are gated, as its pane's border says it.
const (
	gatePartly   = "partly (shim)"
	gateUnproven = "hook unproven"
	gateHook     = "gated (hook)"
	gateBoth     = "gated (hook, shim)"
	notGated     = "not gated"
)

// hooked is what a call has that came by the agent's own hook.
type hooked struct {
	dialog bool    // it stands in the place of a dialog of the agent's own
	runner proc.ID // the process that ran the hook
	answer []byte  // what its agent takes for yes

	family     hook.Family
	transcript string  // where the agent keeps the conversation; "": it does not say
	words      *string // what the model had said last when the call was held; the loop's, as what follows
	looking    bool    // somebody reads the transcript
	wentOn     bool    // the model has said more since
}

// readHook reads what an agent's hook tells. A use of a tool becomes k's call;
// anything else is taken note of and answered: told.
func (s *Session) readHook(k *call, ancestors []proc.ID) (told bool, err error) {
	h := s.procs.hooks(k.agentName)
	if h == nil || string(h.family) != k.req.Name {
		return false, errors.New("this agent was not started with that hook")
	}
	if s.covers.of(ancestors, proc.ID{}).run != nil {
		return false, errors.New("a command of the agent's is none of its hooks")
	}
	runner, ok := runnerOf(ancestors)
	if !ok {
		return false, errors.New("it is not known whose hook this is")
	}
	e, err := hook.Read(k.req)
	if err != nil {
		err = errors.New(display.Safe(err.Error())) // the agent's text is in it
		raw := k.req.Raw
		s.post(func() {
			s.record(ledger.Entry{
				Kind: ledger.CallRefused, Agent: k.agentName, Process: k.peer.String(), Witness: ledger.WitnessHook,
				Why: err.Error(), What: display.Cut(display.Safe(string(raw[:min(len(raw), 1<<10)])), 200),
			})
		})
		return false, err
	}
	s.post(func() { s.hookSpoke(k.agentName) })
	switch {
	case e.Kind == hook.Done:
		s.toolDone(k.agentName, h, e)
		return true, k.door.say(gateway.Verdict{Allow: true})
	case e.Kind == hook.Permit && e.Call.Tool != wire.ToolNone:
		if h.allowed(e.Call) { // the operator was asked already
			return true, k.door.say(gateway.Verdict{Allow: true, Answer: e.Allowed})
		}
	case e.Kind != hook.Use:
		s.post(func() { s.heardHook(k.agentName, e) })
		return true, k.door.say(gateway.Verdict{Allow: true})
	default:
		h.announce(e.Call.Use, e.Call.Name)
		k.announced = h.permitted(e.Call)
	}
	if e.Transcript != "" {
		e.Call.Task = hook.LastWords(h.family, e.Transcript)
	}
	k.req, k.hooked = e.Call, &hooked{dialog: e.Kind == hook.Permit, runner: runner, answer: e.Allowed, family: h.family, transcript: e.Transcript}
	return false, nil
}

// hookSpoke: a hook of the agent's own reached the gate, so it is loaded and works.
func (s *Session) hookSpoke(name string) {
	if a := s.agents[name]; a != nil && a.gate == gateUnproven {
		s.proven(a, gateHook)
	}
}

func (s *Session) proven(a *agent, gate string) {
	a.gate, a.gated = gate, true
	s.changed = true
	s.record(ledger.Entry{Kind: ledger.GateProven, Agent: a.spec.Name, Why: gate})
}

// allowHook prepares what follows an allow, before the agent hears of it.
func (s *Session) allowHook(k *call, r *run) {
	r.settled = make(chan struct{}) // its hook ends at once: nothing runs in it
	k.verdict.Answer = k.hooked.answer
	if h := s.procs.hooks(k.agentName); h != nil {
		h.allow(k, r)
	}
}

// disallowHook takes it back: the agent did not hear of it.
func (s *Session) disallowHook(k *call) {
	if h := s.procs.hooks(k.agentName); h != nil && k.hooked != nil {
		h.forget(k)
	}
}

// witnessed: the shell of an announced call came to the shim. That is in the
// ledger before it runs, so that no second one does.
func (s *Session) witnessed(k *call) {
	k.id = k.announced.callID
	k.announced.shell = true
	s.calls[k.key()] = k
	k.phase, k.verdict = deciding, gateway.Verdict{Allow: true, Call: k.id}
	k.recorded = true
	if a := s.agents[k.agentName]; a != nil && a.gate == gateHook && !a.hooks.alone {
		s.proven(a, gateBoth)
	}
	s.commit([]ledger.Entry{s.witnessEntry(k)}, func(err error) {
		v := k.verdict
		if err != nil {
			v = gateway.Verdict{Reason: notRecorded(err), Call: k.id}
		}
		s.settle(k, v, err)
	})
}

// permittedUse: what the agent had asked for in the place of its own dialog comes
// to the hook of its tools now. That it is allowed stands in the ledger.
func (s *Session) permittedUse(k *call) {
	k.id = k.announced.callID
	s.calls[k.key()] = k
	k.recorded = true
	if a := s.agents[k.agentName]; a != nil && a.running > 0 {
		a.running-- // it is one call, and is counted once more when it is taken
	}
	s.settle(k, gateway.Verdict{Allow: true, Call: k.id}, nil)
}

// toolDone: an agent says that a tool is done. Where nobody had announced it, its
// hooks do not hold what it does: it is paused.
func (s *Session) toolDone(name string, h *hooks, e hook.Event) {
	known := h.ended(e.Call.Use, e.Call.Name)
	done := h.done(e.Call)
	s.post(func() {
		a := s.agents[name]
		switch {
		case done != nil && done.shell:
			s.toolEnded(name)
		case done != nil:
			s.endedRun(done.run, name, 0, false)
		case !known && a != nil && a.exit == nil && a.paused == "":
			why := fmt.Sprintf("it used %s without having asked", display.Safe(e.Call.Name))
			a.paused = why
			s.tellProcs(a)
			s.changed = true
			s.record(ledger.Entry{Kind: ledger.GateLost, Agent: name, Witness: ledger.WitnessHook, Why: why})
			s.record(ledger.Entry{Kind: ledger.AgentPaused, Agent: name, Why: why})
			s.notify(Notice{NeedsYou: true, Title: name, Text: "paused: " + why})
		}
	})
}

// toolEnded: a call is over whose end its shell tells, with the exit code.
func (s *Session) toolEnded(name string) {
	if a := s.agents[name]; a != nil && a.running > 0 {
		a.running--
		s.changed = true
	}
}

// conversation is an id that may be given to an agent as an argument.
var conversation = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$`)

// heardHook takes note of what the agent is doing.
func (s *Session) heardHook(name string, e hook.Event) {
	a := s.agents[name]
	if a == nil {
		return
	}
	if e.SubAgent == "" && conversation.MatchString(e.Session) && e.Session != a.talk {
		a.talk = e.Session
		s.record(ledger.Entry{Kind: agentTalks, Agent: name, Witness: ledger.WitnessHook, Data: map[string]string{"conversation": e.Session}})
	}
	switch e.Kind {
	case hook.Prompted:
		a.status = "working"
	case hook.Waiting, hook.Permit:
		a.status = "blocked"
		s.notify(Notice{NeedsYou: true, Title: name, Text: "waits for you: " + display.Cut(display.Safe(e.Text), 80)})
	case hook.Idle, hook.Ended:
		if e.SubAgent == "" {
			a.status = "idle"
		}
	case hook.Unknown, hook.Use, hook.Done, hook.Started, hook.Compacted:
	}
	if st := s.stateOf(a); st != a.state {
		s.setAgentState(a, st)
	}
}

// agentTalks is the kind of entry that keeps an agent's conversation, to go on with it.
const agentTalks ledger.Kind = "agent conversation"

// dropHooks ends what an agent announced: it is gone.
func (s *Session) dropHooks(a *agent) {
	if a.hooks == nil {
		return
	}
	for _, o := range a.hooks.drop() {
		if o.shell {
			s.toolEnded(a.spec.Name)
			continue
		}
		s.endedRun(o.run, a.spec.Name, 0, false)
	}
}

// onlyReads tells whether everything that a call does was found to be reading.
func onlyReads(j gateway.Judgement) bool {
	for _, p := range j.Parts {
		for _, e := range p.Effects {
			if e.Kind != shell.Read {
				return false
			}
		}
	}
	return len(j.Parts) > 0
}

// restoreAnnounced brings back a call that a hook announced and that was going on
// when the server was lost: its token, or the shell that took it.
func (s *Session) restoreAnnounced(k *call, c *pastCall) {
	a := s.agents[k.agentName]
	if a == nil || a.hooks == nil || a.exit != nil {
		s.record(ledger.Entry{Kind: ledger.CallExited, Agent: k.agentName, Call: k.id})
		return
	}
	h, r := a.hooks, pastRun(k, c.decided, k.peer)
	r.settled = make(chan struct{})
	ann := &announced{callID: k.id, approval: c.decided.Approval, use: c.requested.Data["use"], req: pastAskOf(c.requested, *c.decided).req, run: r}
	ann.req.Use = ann.use
	h.open[k.id] = ann
	a.running++
	if c.shell == nil {
		runner, err := proc.ParseID(c.requested.Data["runner"])
		if err == nil && ann.req.HasCommand {
			h.tokens.Add(hook.Token{Use: ann.use, Command: ann.req.Command, Cwd: ann.req.Cwd, Runner: process(runner), CallID: k.id, Made: c.decided.Time})
		}
		return
	}
	who, err := proc.ParseID(c.shell.Process)
	if err != nil || !who.Alive() {
		return
	}
	sh := &call{id: k.id, agentName: k.agentName, peer: who, req: &gateway.Call{}, announced: ann, recorded: true, verdict: gateway.Verdict{Allow: true, Call: k.id}, phase: decided}
	if n, err := hex.DecodeString(c.shell.Nonce); err == nil {
		copy(sh.req.Nonce[:], n)
	}
	if s.isShim(who) { // it was not told yet
		s.calls[sh.key()] = sh
		return
	}
	run := s.newRun(sh)
	s.covers.add(run)
	s.covers.settle(run, true)
}

// refusal is what an agent's model is told of a denial that the policy made.
func refusal(j gateway.Judgement) string {
	by := "kavi"
	if j.Rule != "" {
		by = "the rule " + display.Safe(j.Rule)
	}
	return hook.Refusal(by, denial(j))
}
