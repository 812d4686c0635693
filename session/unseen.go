package session

import (
	"path/filepath"
	"slices"
	"strings"

	"kavi/gateway/hook"
	"kavi/gateway/shell"
	"kavi/gateway/wire"
	"kavi/pty/proc"
	"kavi/session/ledger"
)

// unseen looks above a call at the shim for the shell of an announced command that
// did not pass there, because its agent starts it by its path. Where there is one it
// covers what it starts, as if it had passed, and the call is nested in it; where it
// became the call itself, that is the announced one.
func (s *Session) unseen(k *call, h *hooks, ancestors []proc.ID) nesting {
	for i, id := range ancestors[:max(0, len(ancestors)-1)] {
		a := h.behind(k, id, ancestors[i+1], i == 0, func(t hook.Token) hook.Outline { return s.outline(k.agentName, t) })
		switch {
		case a == nil:
		case i == 0:
			k.announced, k.instead = a, ""
			return nesting{}
		default:
			return s.covers.nest(s.found(k.agentName, a, id))
		}
	}
	return nesting{}
}

// behind gives the announced call whose shell id is, a child of parent's that did
// not pass the shim. caller: it is the one that calls now.
func (h *hooks) behind(k *call, id, parent proc.ID, caller bool, read func(hook.Token) hook.Outline) *announced {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.tokens.Waits(process(parent)) {
		return nil
	}
	u := &hook.Unseen{Process: process(id), Parent: process(parent), Argv: k.req.Argv, Env: k.req.Env, Cwd: k.req.Cwd, Caller: caller}
	if !caller && !lookAt(u) {
		return nil
	}
	t, ok := h.tokens.Behind(u, func(t hook.Token) (hook.Outline, bool) { return read(t), h.sure(t) })
	if !ok {
		return nil
	}
	a := h.open[t.CallID]
	if a != nil {
		a.bound = true
	}
	return a
}

// lookAt fills in what the kernel says of a process; false: it cannot be said for
// certain. An ancestor of a caller that waits may yet end.
func lookAt(u *hook.Unseen) bool {
	exe, err := proc.Exe(u.PID)
	if err != nil {
		return false
	}
	if u.Argv, err = proc.Argv(u.PID); err != nil || len(u.Argv) == 0 {
		return false
	}
	if file, err := filepath.EvalSymlinks(u.Argv[0]); err == nil && filepath.IsAbs(file) && file == exe {
		u.Program = u.Argv[0]
	}
	env, err := proc.Environ(u.PID)
	if err != nil {
		return false
	}
	u.Env = slices.DeleteFunc(env, func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return !wire.EnvMatters(name)
	})
	u.Cwd, err = proc.Cwd(u.PID)
	return err == nil && proc.ID{PID: u.PID, Start: u.Start}.Alive()
}

// sure tells whether what seems to be the shell of an announced command cannot be
// another command's process that became such a shell, to be covered by more than its
// own: none was allowed without the operator whose process may have started since
// and is not known.
func (h *hooks) sure(t hook.Token) bool {
	if h.loose >= t.Since {
		return false
	}
	for id, a := range h.open {
		if id != t.CallID && a.loose() {
			return false
		}
	}
	return true
}

// loose tells whether a rule allowed a command, whose process is not known.
func (a *announced) loose() bool { return a.req.Tool == wire.ToolExec && !a.run.operator && !a.bound }

// outline reads a command for where its shell may be and what it may become.
func (s *Session) outline(agent string, t hook.Token) hook.Outline {
	w := s.worldOf(agent, nesting{})
	env := shell.Env{Cwd: t.Cwd, Root: w.Root, Home: w.Home, Shell: "bash", FS: w.FS}
	var o hook.Outline
	if at, ok := shell.Resolve(".", env); ok {
		o.Dirs = append(o.Dirs, at)
	}
	last := -1
	for _, p := range shell.Analyse(t.Command, env).Parts {
		if len(p.Argv) == 0 || p.Start < last {
			continue
		}
		last, o.Last = p.Start, nil
		for _, list := range [][]shell.Word{p.Argv, p.Full} {
			if words, ok := exact(list); ok {
				o.Last = append(o.Last, words)
			}
		}
		if p.Argv[0].Text != "cd" || len(o.Last) == 0 || len(o.Last[0]) != 2 || o.Last[0][1] == "-" {
			continue
		}
		for _, dir := range slices.Clone(o.Dirs) {
			env.Cwd = dir
			if to, ok := shell.Resolve(o.Last[0][1], env); ok && len(o.Dirs) < maxOutline {
				o.Dirs = append(o.Dirs, to)
			}
		}
	}
	return o
}

// maxOutline bounds the folders that a command may lead its shell to.
const maxOutline = 16

// exact are words that are all known.
func exact(list []shell.Word) (words []string, ok bool) {
	for _, w := range list {
		if !w.Known {
			return nil, false
		}
		words = append(words, w.Text)
	}
	return words, len(words) > 0
}

// found has an announced call run as a shell that did not pass the shim. That is in
// the ledger before anything else that it runs is allowed.
func (s *Session) found(agent string, a *announced, id proc.ID) *run {
	r := &run{id: id, agent: agent, callID: a.callID, approval: a.run.approval, operator: a.run.operator, effects: a.run.effects}
	s.covers.add(r)
	s.covers.settle(r, true)
	s.doings.join(a.callID, r)
	s.post(func() {
		a.shell = true
		s.record(ledger.Entry{Kind: ledger.CallExecuted, Agent: agent, Call: a.callID, Witness: ledger.WitnessShim, Process: id.String()})
		if ag := s.agents[agent]; ag != nil {
			ag.running++
			s.changed = true
		}
	})
	return r
}
