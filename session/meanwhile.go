package session

import (
	"time"

	"kavi/gateway/hook"
	"kavi/session/ledger"
)

// WentOn is why an approval is shown as one that its agent does not wait for: its
// model has said more since it asked. Codex tells its model after some 30 seconds
// that a program of its still runs. The call is held all the same, and runs when it
// is approved.
const WentOn = "the agent went on without waiting for it"

const callOutrun ledger.Kind = "call waits alone" // its agent went on

// wordsSettle is how long an agent may take to write down what its model said
// before a call.
const wordsSettle = 5 * time.Second

// meanwhile looks into the transcripts of agents whose calls are held: one whose
// model says more went on.
func (s *Session) meanwhile() {
	for _, k := range s.approvals {
		h := k.hooked
		if k.phase != held || h == nil || h.transcript == "" || h.looking || h.wentOn || time.Since(k.since) < wordsSettle {
			continue
		}
		h.looking = true
		s.wg.Go(func() {
			words := hook.LastWords(h.family, h.transcript)
			s.post(func() { s.saidMeanwhile(k, h, words) })
		})
	}
}

func (s *Session) saidMeanwhile(k *call, h *hooked, words string) {
	h.looking = false
	switch {
	case h.words == nil:
		h.words = &words
	case words != "" && words != *h.words && k.phase == held && k.hooked == h:
		h.wentOn = true
		s.setState(k, Pending, WentOn)
		s.record(ledger.Entry{Kind: callOutrun, Agent: k.agentName, Call: k.id, Approval: k.approvalID(), Why: WentOn})
	}
}
