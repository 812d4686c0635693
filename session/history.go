package session

import (
	"slices"
	"sync"

	"kavi/gateway"
	"kavi/gateway/wire"
	"kavi/session/ledger"
)

// history is the calls of this session, the newest maxPast of those that the
// operator answered and of those that were decided without them: against it is
// tried what a rule would have decided. It has its own lock, since trying is not
// the loop's work.
type history struct {
	mu    sync.Mutex
	asks  []pastAsk
	quiet []pastAsk
}

// pastAsk is a call that was decided.
type pastAsk struct {
	req      *gateway.Call
	agent    string
	approval string // "" where the operator was not asked
	what     string // on one line, safe to display
	denied   bool   // by the operator
}

const maxPast = 1000

func (h *history) add(p pastAsk) {
	if len(p.req.ScriptText)+len(p.req.Content) > 4<<10 { // its size would decide nothing
		lean := *p.req
		lean.ScriptText, lean.Content = nil, nil
		p.req = &lean
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	list := &h.asks
	if p.approval == "" {
		list = &h.quiet
	}
	if len(*list) == 2*maxPast { // seldom: all that stay are moved
		*list = slices.Delete(*list, 0, maxPast)
	}
	*list = append(*list, p)
}

func (h *history) all() []pastAsk {
	h.mu.Lock()
	defer h.mu.Unlock()
	newest := func(list []pastAsk) []pastAsk { return list[max(0, len(list)-maxPast):] }
	return slices.Concat(newest(h.asks), newest(h.quiet))
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
	p := pastAsk{req: c, agent: requested.Agent, what: requested.What}
	if decided.By.Kind == ledger.ByOperator {
		p.approval, p.denied = requested.Approval, decided.Verdict == ledger.Denied
	}
	return p
}

// asked is a call that the operator answers now.
func (k *call) asked(denied bool) pastAsk {
	return pastAsk{req: k.req, agent: k.agentName, approval: k.approvalID(), what: k.what(), denied: denied}
}
