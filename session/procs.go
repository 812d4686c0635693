package session

import (
	"sync"

	"kavi/gateway"
	"kavi/pty/proc"
)

// procs is what the doors and the control socket may know of the session's
// processes without asking the loop: which process is which agent or keeper. The
// loop writes it.
type procs struct {
	mu     sync.RWMutex
	agents map[string]agentProc
	past   map[proc.ID]string // every agent and keeper there ever was
	self   proc.ID            // this server
}

type agentProc struct {
	agent, keeper proc.ID
	level         gateway.Level
	paused        bool
	env           []string // what it was started with
	hooks         *hooks   // nil: it has none of kavi's
}

func (p *procs) set(name string, a agentProc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.agents[name] = a
	for _, id := range []proc.ID{a.agent, a.keeper} {
		if id != (proc.ID{}) {
			p.past[id] = name
		}
	}
}

func (p *procs) remove(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.agents, name)
}

func (p *procs) level(name string) gateway.Level {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.agents[name].level
}

// env is what an agent was started with: what the operator's own environment says
// is no trick. Nobody changes it.
func (p *procs) env(name string) []string {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.agents[name].env
}

// hooks is what is known of an agent's own hooks; nil: it has none of kavi's.
func (p *procs) hooks(name string) *hooks {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.agents[name].hooks
}

func (p *procs) paused(name string) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.agents[name].paused
}

// known tells whether a process is an agent, a keeper, or this server: above one
// of these nobody need look to know whose a caller is.
func (p *procs) known(id proc.ID) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	_, ok := p.past[id]
	return ok || id == p.self
}

// isKeeper tells whether a process is the named agent's keeper: what has it as its
// parent, but for the agent, was left behind.
func (p *procs) isKeeper(name string, id proc.ID) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.agents[name].keeper == id
}

// belongs tells whether a process is the named agent's: walking up from it, the
// agent is met, or its keeper (which adopts what the agent leaves behind),
// before any other agent, keeper, or this server.
func (p *procs) belongs(name string, ancestors []proc.ID) bool {
	p.mu.RLock()
	defer p.mu.RUnlock()
	a, ok := p.agents[name]
	if !ok {
		return false
	}
	for i, id := range ancestors {
		switch id {
		case a.agent:
			return true
		case a.keeper:
			return i > 0
		case p.self:
			return false
		}
		if _, other := p.past[id]; other {
			return false
		}
	}
	return false
}

// owner names the agent of this session that a process is or descends from; "" where
// that is not known, or there is none.
func (p *procs) owner(who proc.ID) string {
	chain, err := proc.Ancestors(who.PID)
	if err != nil || len(chain) == 0 || chain[0] != who {
		return ""
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, id := range chain {
		if name, ok := p.past[id]; ok {
			return name
		}
		if id == p.self {
			break
		}
	}
	return ""
}
