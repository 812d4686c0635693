package session

import (
	"slices"
	"syscall"

	"kavi/gateway/shim/install"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// hookedAgent is an agent that runs and has hooks of kavi's.
type hookedAgent struct {
	process proc.ID
	hooks   *hooks
}

// hooksStopped looks, out of the loop, for hooks that were stopped by a signal. Such a
// hook says neither yes nor no, and most agents use the tool once they have waited for
// it long enough. It is ended, which all of them take for a no; a shell that runs it is
// continued, for some take one that was killed for nothing. An agent that was stopped
// with its hooks uses no tool, and is left alone.
func (s *Session) hooksStopped() {
	agents := s.hookedAgents()
	if len(agents) > 0 {
		s.wg.Go(func() { s.endStopped(agents) })
	}
}

func (s *Session) hookedAgents() map[string]hookedAgent {
	agents := make(map[string]hookedAgent)
	for name, a := range s.agents {
		if a.hooks != nil && a.exit == nil {
			agents[name] = hookedAgent{a.proc, a.hooks}
		}
	}
	return agents
}

func (s *Session) endStopped(agents map[string]hookedAgent) {
	all, err := proc.Stopped()
	if err != nil {
		s.log.Warn("looking for hooks that were stopped", "err", err)
	}
	for name, a := range agents {
		if slices.Contains(all, a.process) {
			continue
		}
		for _, id := range all {
			s.stoppedHook(name, a.hooks, id)
		}
	}
}

// stoppedHook ends a process that was stopped, or continues it, where it is a hook of
// that agent's. Of its arguments nothing is believed but that: who lies there is not
// helped.
func (s *Session) stoppedHook(name string, h *hooks, id proc.ID) {
	argv, err := proc.Argv(id.PID)
	if err != nil {
		return // gone
	}
	var sig syscall.Signal
	var why string
	switch path := install.Hook(s.opts.Dir.Agent(name)); {
	case slices.Contains(argv[:min(2, len(argv))], path): // the second of a script
		sig, why = syscall.SIGKILL, "a hook of its was stopped, and was ended: its call is denied"
	case slices.ContainsFunc(h.lines, func(line string) bool { return slices.Contains(argv, line) }):
		sig, why = syscall.SIGCONT, "a shell that runs its hook was stopped, and was continued"
	default:
		return
	}
	ancestors, err := proc.AncestorsTo(id.PID, s.procs.known)
	if err != nil || !s.procs.belongs(name, ancestors) || proc.Signal(id, sig) != nil {
		return
	}
	s.post(func() {
		s.record(ledger.Entry{Kind: ledger.Problem, Agent: name, Witness: ledger.WitnessSession, Process: id.String(), Why: why})
	})
}
