package session

import (
	"kavi/gateway"
	"kavi/session/ledger"
)

// maxHeld bounds the bytes of one agent's calls that wait for the operator. Each is
// kept several times over, read and shown, and in pending/: without a bound an agent
// that asks about a large script again and again takes the machine's memory and disk.
const maxHeld = 32 << 20

// hold asks the operator about a call, unless too much waits already.
func (s *Session) hold(k *call) {
	left := maxHeld - weight(k.req)
	for _, other := range s.calls {
		if other != k && other.agentName == k.agentName && other.approval != nil {
			left -= weight(other.req)
		}
	}
	if left >= 0 {
		s.ask(k, "")
		return
	}
	s.denied++
	s.decide(k, gateway.Verdict{Reason: "too much of this agent waits for an answer already; it may ask again later"}, ledger.By{Kind: ledger.ByBuiltin})
}

// weight is how many bytes a call holds, nearly.
func weight(c *gateway.Call) int {
	n := len(c.Raw) + len(c.Command) + len(c.ScriptText) + len(c.Content) + len(c.Diff) + len(c.Args)
	for _, list := range [][]string{c.Argv, c.Env} {
		for _, w := range list {
			n += len(w)
		}
	}
	for _, f := range c.Targets() {
		n += len(f.Content)
		for _, e := range f.Edits {
			n += len(e.Old) + len(e.New)
		}
	}
	return n
}
