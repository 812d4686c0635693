package session

import (
	"slices"
	"sync"

	"kavi/gateway"
	"kavi/gateway/wire"
	"kavi/session/ledger"
)

// history is what this session asked the operator about, the newest maxAsks of it:
// against it is tried what a rule would have decided. It has its own lock, since
// trying is not the loop's work.
type history struct {
	mu   sync.Mutex
	asks []pastAsk
}

// pastAsk is a call that the operator was asked about.
type pastAsk struct {
	req      *gateway.Call
	agent    string
	approval string
	what     string // on one line, safe to display
	denied   bool   // by the operator
}

const maxAsks = 1000

func (h *history) add(p pastAsk) {
	if len(p.req.ScriptText)+len(p.req.Content) > 4<<10 { // its size would decide nothing
		lean := *p.req
		lean.ScriptText, lean.Content = nil, nil
		p.req = &lean
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.asks) >= maxAsks {
		h.asks = slices.Delete(h.asks, 0, len(h.asks)-maxAsks+1)
	}
	h.asks = append(h.asks, p)
}

func (h *history) all() []pastAsk {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.asks)
}

// pastAskOf makes it of what the ledger says.
func pastAskOf(requested, decided ledger.Entry) pastAsk {
	c := &gateway.Call{
		Door: wire.DoorShim, Name: requested.Tool, Tool: wire.ToolExec, Argv: requested.Argv, Cwd: requested.Cwd,
		Command: requested.Command, HasCommand: requested.Command != "", Program: requested.Program,
		Path: requested.Path, To: requested.To, URL: requested.URL,
	}
	if requested.Witness == ledger.WitnessHook {
		c.Door = wire.DoorHook
	}
	if t := requested.Data["tool"]; t != "" {
		c.Tool = wire.Tool(t)
	}
	return pastAsk{req: c, agent: requested.Agent, approval: requested.Approval, what: requested.What, denied: decided.Verdict == ledger.Denied}
}

// asked is a call that the operator answers now.
func (k *call) asked(denied bool) pastAsk {
	return pastAsk{req: k.req, agent: k.agentName, approval: k.approvalID(), what: k.what(), denied: denied}
}
